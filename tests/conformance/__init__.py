"""The same small programs run by Node and by netuv, and what each of them prints.

cases/NAME.js and cases/NAME.py ask one question, line by line alike; traces/NAME.txt is what Node
answered. `python -m tests.conformance` lists the commands; tests/test_conformance.py is the
part that needs no Node.
"""
