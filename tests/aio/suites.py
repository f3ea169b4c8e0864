"""Somebody else's suite on two event loops, the one that Python comes with and netuv's: what differs?

Each module of the suite runs in a process of its own for each loop: ``python -m PROGRAM --child LOOP MODULE
ANSWER``, which writes what became of its tests by ``write_outcomes()``.
"""

from __future__ import annotations

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
OUTCOMES = ("passed", "skipped", "failed")

Answer = tuple[dict[str, str], dict[str, str]]  # of each test its outcome, and what there is to say of it


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


def outcomes_of(program: str, loop: str, module: str) -> Answer:
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


def differences(stock: Answer, netuv: Answer) -> list[str]:
    """What is worse on netuv's loop, each with its traceback or reason."""
    found = [
        f"{outcome} on netuv's loop only: {test}\n{netuv[1][test]}"
        for test, outcome in sorted(netuv[0].items())
        if outcome != "passed" and stock[0].get(test) != outcome
    ]
    return found + [f"not run on netuv's loop: {test}" for test in sorted(set(stock[0]) - set(netuv[0]))]


def compare(program: str, suite: str, names: list[str]) -> int:
    """Run these modules on both loops and print what differs; how many tests do.

    A module that differs runs again when nothing else does, and what differs then counts: some tests bind to
    a port that was free a moment before, or give something a tenth of a second.
    """
    totals = {loop: dict.fromkeys(OUTCOMES, 0) for loop in LOOPS}
    count = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = {
            (loop, name): pool.submit(outcomes_of, program, loop, name) for name in names for loop in LOOPS
        }
        answers = {key: future.result() for key, future in futures.items()}
    for name in names:
        stock, netuv = (answers[loop, name] for loop in LOOPS)
        found = differences(stock, netuv)
        if found:
            print(f"{name} differs, and runs again:", *found, sep="\n")
            stock, netuv = (outcomes_of(program, loop, name) for loop in LOOPS)
            found = differences(stock, netuv)
            print(f"the second time {len(found)} differ", *found, sep="\n")
        count += len(found)
        for loop, (of, _) in zip(LOOPS, (stock, netuv), strict=True):
            for outcome in of.values():
                totals[loop][outcome] += 1
        for test, outcome in sorted(netuv[0].items()):
            if outcome == "failed" == stock[0].get(test):
                print(f"failed on both: {test}")
    print(f"CPython {sys.version.split()[0]}, {suite}, {len(names)} modules")
    for loop, counts in totals.items():
        print(f"{loop:6}", *(f"{counts[outcome]:5} {outcome}" for outcome in OUTCOMES))
    return count
