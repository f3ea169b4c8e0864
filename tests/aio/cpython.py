"""CPython's own tests of asyncio on netuv.aio.EventLoop: ``python -m tests.aio.cpython [MODULE ...]``.

Each module of ``test.test_asyncio``, which the interpreter brings along, runs in two processes: on the event
loop that Python comes with, and on netuv's. What fails on netuv's only, or is skipped there only, is listed,
and makes the exit status 1. In the second process the class ``SelectorEventLoop`` and what new_event_loop()
makes are netuv's, so tests that ask for one with a certain selector get netuv's too.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

LIMIT = 600  # seconds that one module may take
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


def use_netuv() -> None:
    """Let all that makes a SelectorEventLoop make one of netuv's."""
    from asyncio import unix_events

    from netuv.aio import EventLoop

    class OnLibuv(EventLoop):
        def __init__(self, selector: Any = None) -> None:
            if selector is not None and hasattr(selector, "close"):
                selector.close()
            super().__init__()

    for module in (asyncio, unix_events):
        for name in ("SelectorEventLoop", "_UnixSelectorEventLoop", "EventLoop"):
            if hasattr(module, name):
                setattr(module, name, OnLibuv)
    for name in ("_UnixDefaultEventLoopPolicy", "_DefaultEventLoopPolicy"):
        policy = getattr(unix_events, name, None)
        if policy is not None:
            policy._loop_factory = OnLibuv


def run_module(loop: str, module: str, answer: str) -> None:
    """In a process of its own: write what became of the module's tests to a file."""
    from test import support

    support.use_resources = []  # no network
    support.verbose = 0
    warnings.simplefilter("default")
    if loop == "netuv":
        use_netuv()
    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # some tests write files
        tests = unittest.defaultTestLoader.loadTestsFromName(f"test.test_asyncio.{module}")
        tests.run(outcomes)
        os.chdir("/")
    with open(answer, "w") as file:
        json.dump([outcomes.of, outcomes.texts], file)


def outcomes_of(loop: str, module: str) -> tuple[dict[str, str], dict[str, str]]:
    """Run the module's tests; a process that ends badly, or does not end, counts as one test that failed."""
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "answer")
        command = [sys.executable, "-m", "tests.aio.cpython", "--child", loop, module, answer]
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


def modules() -> list[str]:
    import test.test_asyncio as package

    names = [each.name for each in pkgutil.iter_modules(package.__path__)]
    return [name for name in names if name.startswith("test_")]


def main(wanted: list[str]) -> int:
    if importlib.util.find_spec("test") is None or importlib.util.find_spec("test.test_asyncio") is None:
        print(f"{sys.executable} comes without test.test_asyncio: nothing was tested")
        return 0
    names = wanted or modules()
    totals = {loop: dict.fromkeys(OUTCOMES, 0) for loop in ("stock", "netuv")}
    differences = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = {(loop, name): pool.submit(outcomes_of, loop, name) for name in names for loop in totals}
        for name in names:
            stock, netuv = (answers[loop, name].result() for loop in totals)
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
    print(f"CPython {sys.version.split()[0]}, test_asyncio, {len(names)} modules")
    for loop, counts in totals.items():
        print(f"{loop:6}", *(f"{counts[outcome]:5} {outcome}" for outcome in OUTCOMES))
    return 1 if differences else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_module(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
