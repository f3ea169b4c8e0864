"""CPython's own tests of asyncio on netuv.aio.EventLoop: ``python -m tests.aio.cpython [MODULE ...]``.

Each module of ``test.test_asyncio``, which the interpreter brings along, runs in two processes: on the event
loop that Python comes with, and on netuv's. What fails on netuv's only, or is skipped there only, is listed,
and makes the exit status 1. In the second process the class ``SelectorEventLoop`` and what new_event_loop()
makes are netuv's, so tests that ask for one with a certain selector get netuv's too.
"""

from __future__ import annotations

import asyncio
import importlib.util
import pkgutil
import sys
import unittest
import warnings
from typing import Any

from tests.aio.suites import compare, write_outcomes


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
    write_outcomes(unittest.defaultTestLoader.loadTestsFromName(f"test.test_asyncio.{module}"), answer)


def modules() -> list[str]:
    import test.test_asyncio as package

    names = [each.name for each in pkgutil.iter_modules(package.__path__)]
    return [name for name in names if name.startswith("test_")]


def main(wanted: list[str]) -> int:
    if importlib.util.find_spec("test") is None or importlib.util.find_spec("test.test_asyncio") is None:
        print(f"{sys.executable} comes without test.test_asyncio: nothing was tested")
        return 0
    return 1 if compare("tests.aio.cpython", "test_asyncio", wanted or modules()) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_module(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
