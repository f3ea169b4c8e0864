"""The settings in which tasks run: netuv's own loop, and a guest of asyncio's, uvloop's and zuvloop's."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helpers import finish_lookups, open_fds

import netuv

LIMIT = 10.0  # seconds that a coroutine may take
RunMain = Callable[..., Any]


def run_on_asyncio(main: Coroutine[Any, Any, Any], debug: bool | None = None) -> Any:
    return asyncio.run(main, debug=debug)


def run_on(
    new_event_loop: Callable[[], Any], main: Coroutine[Any, Any, Any], debug: bool | None = None
) -> Any:
    """What the run() of such a module does, which asks for asyncio.Runner where there is none."""
    loop = new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        if debug:
            loop.set_debug(debug)
        try:
            return loop.run_until_complete(main)
        finally:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


SETTINGS: dict[str, RunMain] = {"netuv": netuv.run, "asyncio": run_on_asyncio}
#: Event loops of others, by the name of the module; what is not installed is no setting.
OTHERS: dict[str, Callable[[], Any]] = {}
for _name in ("uvloop", "zuvloop"):
    try:
        OTHERS[_name] = importlib.import_module(_name).new_event_loop
    except ImportError:
        continue
    SETTINGS[_name] = partial(run_on, OTHERS[_name])


@pytest.fixture(params=["netuv", "asyncio", "uvloop", *(name for name in OTHERS if name != "uvloop")])
def setting(request: pytest.FixtureRequest) -> str:
    """The test runs once in each. That uvloop is missing is told, as it is there for each CPython."""
    name: str = request.param
    if name not in SETTINGS:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture(scope="session", autouse=True)
def _hosts_are_warm() -> None:
    """The libuv of another event loop keeps a few descriptors from its first one on, too."""

    async def main() -> None:
        pass

    for name in OTHERS:
        SETTINGS[name](main())


@pytest.fixture
def reported() -> list[dict[str, Any]]:
    """What went to the exception handler of the event loop. The test takes out what it expects."""
    return []


@pytest.fixture
def run_main(setting: str, reported: list[dict[str, Any]]) -> Iterator[RunMain]:
    """``run_main(main())`` runs a coroutine, for LIMIT s at most."""
    before = open_fds()

    async def bounded(main: Coroutine[Any, Any, Any]) -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))
        return await asyncio.wait_for(main, LIMIT)

    yield lambda main, **options: SETTINGS[setting](bounded(main), **options)
    assert reported == []
    finish_lookups()
    left_open = open_fds()
    assert len(left_open) <= len(before), f"descriptors left open: {left_open - before}"


@pytest.fixture
def self_signed(tmp_path: Path) -> Path:
    """A folder with a certificate of localhost, ``cert``, and its ``key``."""
    openssl = subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2"
        f" -keyout {tmp_path}/key -out {tmp_path}/cert".split(),
        capture_output=True,
        check=False,
    )
    assert openssl.returncode == 0, openssl.stderr
    return tmp_path
