"""The settings in which tasks run: netuv's own loop, and a guest of asyncio's and of uvloop's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from helpers import finish_lookups, open_fds

import netuv

try:
    import uvloop
except ImportError:
    uvloop = None

LIMIT = 10.0  # seconds that a coroutine may take
RunMain = Callable[..., Any]


def run_on_asyncio(main: Coroutine[Any, Any, Any], debug: bool | None = None) -> Any:
    return asyncio.run(main, debug=debug)


def run_on_uvloop(main: Coroutine[Any, Any, Any], debug: bool | None = None) -> Any:
    assert uvloop is not None
    loop = uvloop.new_event_loop()
    try:  # what uvloop.run() does, which asks for Runner where there is none
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


SETTINGS: dict[str, RunMain] = {"netuv": netuv.run, "asyncio": run_on_asyncio, "uvloop": run_on_uvloop}


@pytest.fixture(params=SETTINGS)
def setting(request: pytest.FixtureRequest) -> str:
    """The test runs once in each."""
    if request.param == "uvloop" and uvloop is None:
        pytest.skip("uvloop is not installed")
    name: str = request.param
    return name


@pytest.fixture(scope="session", autouse=True)
def _hosts_are_warm() -> None:
    """uvloop's libuv keeps a few descriptors from its first loop on, too."""

    async def main() -> None:
        pass

    if uvloop is not None:
        run_on_uvloop(main())


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
