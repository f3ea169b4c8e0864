"""uvloop's own tests on netuv.aio.EventLoop: ``python -m tests.aio.uvloops [MODULE ...]``.

They are in the source archive of the uvloop that is installed, which pip downloads. Those for uvloop and
those for asyncio run on the event loop that Python comes with, and on netuv's: uvloop's own is in no test.
What fails on netuv's only, or is skipped there only, is listed, and makes the exit status 1. What fails on
both asks for something that is uvloop's alone; docs/await.rst says what that is.

Some modules need aiohttp, psutil and pyOpenSSL; without these they fail to load on both loops.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import unittest
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.aio.suites import Outcomes, compare, write_outcomes

FOLDER = "NETUV_UVLOOPS_TESTS"  # a variable that tells a child where they are
PATIENCE = 30  # seconds that one test may take; some wait for what only uvloop does
# uvloop's own API, its source code, and what it counts in debug mode.
NOT_ABOUT_ASYNCIO = "cython dealloc fs_event libuv_api runner sourcecode testbase".split()


def download(folder: Path) -> None:
    """Put the tests of the installed version into the folder."""
    options = ["-q", "--disable-pip-version-check", "--no-deps", "--no-binary=uvloop", f"--dest={folder}"]
    command = [sys.executable, "-m", "pip", "download", *options, f"uvloop=={version('uvloop')}"]
    subprocess.run(command, check=True)
    with tarfile.open(next(folder.glob("uvloop-*.tar.gz"))) as archive:
        for member in archive:
            _, _, inner = member.name.partition("/")
            content = archive.extractfile(member) if inner.startswith("tests/") else None
            if content is not None and ".." not in inner.split("/"):
                file = folder / inner
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())


def use_loop(new_event_loop: Any) -> None:
    """Let the classes of tests make such loops, whatever they are for."""
    from uvloop import _testbase

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of policies, which end with Python 3.16
        from asyncio import DefaultEventLoopPolicy

    class Policy(DefaultEventLoopPolicy):
        _loop_factory = new_event_loop

    for kind in (_testbase.UVTestCase, _testbase.AIOTestCase):
        kind.new_loop = lambda self: new_event_loop()
        kind.new_policy = lambda self: Policy()
        kind.is_asyncio_loop = lambda self: True


def run_module(loop: str, module: str, answer: str) -> None:
    """In a process of its own."""
    from netuv.aio import EventLoop

    warnings.simplefilter("ignore")
    use_loop(EventLoop if loop == "netuv" else asyncio.SelectorEventLoop)

    def on_alarm(number: int, frame: object) -> None:
        raise TimeoutError(f"the test takes more than {PATIENCE} s")

    def start_test(self: Outcomes, test: Any, original: Any = Outcomes.startTest) -> None:
        signal.alarm(PATIENCE)
        original(self, test)

    signal.signal(signal.SIGALRM, on_alarm)
    Outcomes.startTest = start_test  # type: ignore[method-assign]
    # Their package is called tests, as this one is.
    for name in [name for name in sys.modules if name == "tests" or name.startswith("tests.")]:
        del sys.modules[name]
    sys.path.insert(0, os.environ[FOLDER])
    write_outcomes(unittest.defaultTestLoader.loadTestsFromName(f"tests.{module}"), answer)
    sys.stdout.flush()
    os._exit(0)  # some leave threads behind, which wait for ever


def main(wanted: list[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        download(folder)
        os.environ[FOLDER] = name
        there = sorted(path.stem for path in folder.glob("tests/test_*.py"))
        about = [each for each in there if each.removeprefix("test_") not in NOT_ABOUT_ASYNCIO]
        suite = f"uvloop {version('uvloop')}'s tests"
        return 1 if compare("tests.aio.uvloops", suite, wanted or about) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_module(*sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
