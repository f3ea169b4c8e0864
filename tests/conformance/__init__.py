"""The same small programs run by Node and by netuv, and what each of them prints.

cases/NAME.js and cases/NAME.py ask one question, line by line alike; traces/NAME.txt is what Node
answered. `python -m tests.conformance --help` lists the commands; tests/test_conformance.py is the
part that needs no Node.

A new pair is two files that begin with the same comments (see runner.py), one question each, ends
by itself, and logs each end of a connection in a lane of its own unless their order is certain.
`record NAME` keeps Node's answer, `stable NAME` tells whether it is always the same.
"""
