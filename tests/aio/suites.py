"""Somebody else's suite on two event loops, the one that Python comes with and netuv's: what differs?

Each module of the suite runs in a process of its own for each loop: ``python -m PROGRAM --child LOOP MODULE
ANSWER``, which writes what became of its tests by ``write_outcomes()``.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any

LOOPS = ("stock", "netuv")
LIMIT = 600  # seconds that one module may take
ATTEMPTS = 3
PORT_TAKEN = f"[Errno {errno.EADDRINUSE}]"
OUTCOMES = ("passed", "skipped", "failed")


class Outcomes(unittest.TestResult):
    """Notes what became of each test: the last thing that was heard of it, a failure before all."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, str] = {}
        self.texts: dict[str, str] = {}

    def _note(self, test: Any, outcome: str, text: str = "") -> None:
        name = getattr(test, "test_case", test).id()  # of a subtest, the test
        if self.of.get(name) != "failed":
            self.of[name] = outcome
            self.texts[name] = text

    def addSuccess(self, test: Any) -> None:
        self._note(test, "passed")

    def addExpectedFailure(self, test: Any, error: Any) -> None:
        self._note(test, "passed")

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._note(test, "failed")

    def addSkip(self, test: Any, reason: str) -> None:
        self._note(test, "skipped", reason)

    def addFailure(self, test: Any, error: Any) -> None:
        self._note(test, "failed", self._exc_info_to_string(error, test))

    addError = addFailure

    def addSubTest(self, test: Any, subtest: Any, error: Any) -> None:
        if error is not None:
            self._note(test, "failed", self._exc_info_to_string(error, test))


def write_outcomes(tests: Any, answer: str) -> None:
    """In the child: run the tests, in an empty folder as some write files, and write what became of them."""
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        tests.run(outcomes)
        os.chdir("/")
    with open(answer, "w") as file:
        json.dump([outcomes.of, outcomes.texts], file)


def outcomes_of(program: str, loop: str, module: str) -> tuple[dict[str, str], dict[str, str]]:
    """Run the module's tests; again when one of them found its port taken.

    Some tests look for a free port, and bind to its number a moment later. The modules that run at the same
    time open sockets, too, so it may be in use by then, which says nothing of the loop.
    """
    for attempt in range(ATTEMPTS):
        of, texts = outcomes_once(program, loop, module)
        taken = [test for test, outcome in of.items() if outcome == "failed" and PORT_TAKEN in texts[test]]
        if not taken:
            break
        print(f"attempt {attempt + 1}, {loop}: a port was taken in {', '.join(taken)}")
    return of, texts


def outcomes_once(program: str, loop: str, module: str) -> tuple[dict[str, str], dict[str, str]]:
    """Run the module's tests; a process that ends badly, or does not end, counts as one test that failed."""
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "answer")
        command = [sys.executable, "-m", program, "--child", loop, module, answer]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        ) as child:
            try:
                output = child.communicate(timeout=LIMIT)[0]
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                output = child.communicate()[0] + b"\n(it did not end)"
        if child.returncode == 0 and os.path.exists(answer):
            with open(answer) as file:
                of, texts = json.load(file)
            return of, texts
        return {f"{module}: the process": "failed"}, {f"{module}: the process": output.decode()[-3000:]}


def compare(program: str, suite: str, names: list[str]) -> int:
    """Run these modules on both loops and print what differs; how many tests do."""
    totals = {loop: dict.fromkeys(OUTCOMES, 0) for loop in LOOPS}
    differences = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = {
            (loop, name): pool.submit(outcomes_of, program, loop, name) for name in names for loop in LOOPS
        }
        for name in names:
            stock, netuv = (answers[loop, name].result() for loop in LOOPS)
            for loop, (of, _) in (("stock", stock), ("netuv", netuv)):
                for outcome in of.values():
                    totals[loop][outcome] += 1
            for test, outcome in sorted(netuv[0].items()):
                if outcome != "passed" and stock[0].get(test) != outcome:
                    differences += 1
                    print(f"{outcome} on netuv's loop only: {test}\n{netuv[1][test]}")
                elif outcome == "failed":
                    print(f"failed on both: {test}")
            for test in sorted(set(stock[0]) - set(netuv[0])):
                differences += 1
                print(f"not run on netuv's loop: {test}")
    print(f"CPython {sys.version.split()[0]}, {suite}, {len(names)} modules")
    for loop, counts in totals.items():
        print(f"{loop:6}", *(f"{counts[outcome]:5} {outcome}" for outcome in OUTCOMES))
    return differences
