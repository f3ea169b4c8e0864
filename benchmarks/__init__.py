"""The benchmark harness: `python -m benchmarks` from the root of the checkout; see README.rst.

flows.py says what is measured, peers.py on whom, process.py how processes are run and accounted
for, runner.py in which order. The result is one plain document (a dict that is saved as JSON), and
report.py, plot.py and `--compare` work from that document alone.
"""
