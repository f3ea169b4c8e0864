"""What runs the loop of a test: its own ``run()``, ``netuv.run(main())``, or a host of another kind.

``python -m pytest --setting asyncio`` runs the tests that use the fixtures ``loop`` and ``run`` within
asyncio, where netuv's loop is a guest; so does ``uvloop``. ``netuv.run`` runs them on the event loop of
``netuv.run(main())``.

To a test a host looks as the loop does by itself: its ``run()`` ends when nothing that is open keeps netuv's
loop running, and raises what a callback lets out. In between the test's own code runs as a callback of
the host's would: outside of any turn of libuv's. So whatever the test begins there, and the loop does not ask
a turn for, is never heard of, and run() takes LIMIT seconds.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from helpers import LIMIT

import netuv
from netuv import aio, errors
from netuv.loop import Loop

try:
    import uvloop
except ImportError:
    uvloop = None


class Plain:
    """Nobody: the loop runs by itself."""

    def __init__(self) -> None:
        self.loop = Loop()

    def run(self) -> None:
        """Run until nothing is left to do."""
        loop = self.loop

        def expired() -> None:
            raise TimeoutError(f"the loop still runs after {LIMIT} s; open: {loop.handles}")

        guard = netuv.set_timeout(expired, LIMIT * 1000, loop=loop).unref()
        try:
            loop.run()
        finally:
            guard.close()

    def close(self) -> None:
        """Close the loop."""
        self.loop.close()


class Host:
    """An event loop of asyncio's kind that has netuv's in it."""

    def __init__(self, host: asyncio.AbstractEventLoop) -> None:
        self.host = host
        self._runs = False
        self._errors: list[BaseException] = []
        host.set_exception_handler(self._on_error)
        self.loop = self._make_loop()
        turn = self.loop.turn

        def turn_and_look(*mode: int) -> None:
            turn(*mode)
            self._look()

        self.loop.turn = turn_and_look  # type: ignore[method-assign]

    def _make_loop(self) -> Loop:
        raise NotImplementedError

    def _keep_running(self, keep: bool) -> None:
        """Whether what the host has for itself keeps libuv running."""
        raise NotImplementedError

    def run(self) -> None:
        """Run until nothing is left to do."""
        if self._is_idle():
            return
        guard = self.host.call_later(LIMIT, self._expired)
        self._runs = True
        try:
            self._run_host()
        finally:
            self._runs = False
            guard.cancel()
        if self._errors:
            error, *others = self._errors
            self._errors = []
            errors.chain(error, others)
            raise error

    def _run_host(self) -> None:
        self.host.run_forever()

    def _look(self) -> None:
        """After a turn."""
        if self._is_idle():
            self._stop()

    def _stop(self) -> None:
        if self._runs:  # once: uvloop would end its next run by a second one
            self._runs = False
            self.host.stop()

    def _is_idle(self) -> bool:
        if self.loop.closed:
            return True
        self._keep_running(False)
        try:
            return not self.loop.alive
        finally:
            self._keep_running(True)

    def _expired(self) -> None:
        self._errors.append(TimeoutError(f"no end after {LIMIT} s; open: {self.loop.handles}"))
        self._stop()

    def _on_error(self, host: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._errors.append(context.get("exception") or RuntimeError(str(context)))
        self._stop()

    def close(self) -> None:
        """Close both loops, as asyncio.run() does."""
        self.host.run_until_complete(self.host.shutdown_asyncgens())
        self.host.close()
        if not self.loop.closed:
            raise AssertionError("the guest does not end with its host")
        del self.loop.turn


class Guest(Host):
    """A loop within asyncio's or uvloop's, which counts as running while the test's own code runs."""

    def _make_loop(self) -> Loop:
        async def make() -> Loop:
            loop = netuv.default_loop()
            await asyncio.sleep(0)  # the turn that it asks for at first
            return loop

        loop = self.host.run_until_complete(make())
        asyncio._set_running_loop(self.host)
        return loop

    def _keep_running(self, keep: bool) -> None:
        self.loop._calls.keep_running(keep)

    def _run_host(self) -> None:
        asyncio._set_running_loop(None)
        try:
            super()._run_host()
        finally:
            asyncio._set_running_loop(self.host)

    def close(self) -> None:
        """Close both loops, as asyncio.run() does."""
        asyncio._set_running_loop(None)
        super().close()


class OnEventLoop(Host):
    """asyncio on netuv's loop, as by ``netuv.run(main())``."""

    host: aio.EventLoop

    def _make_loop(self) -> Loop:
        return self.host.netuv

    def _keep_running(self, keep: bool) -> None:
        selector = self.host._selector
        for handle in (selector._timer, *selector._polls.values()):
            if not handle.closed:
                handle.ref = keep
        if self.loop.host is not None:
            self.loop._calls.keep_running(keep)


SETTINGS = ("plain", "netuv.run", "asyncio", "uvloop")


def make(setting: str) -> Plain | Host:
    """What runs the loop of a test in this setting."""
    if setting == "netuv.run":
        return OnEventLoop(aio.EventLoop())
    if setting == "asyncio":
        return Guest(asyncio.SelectorEventLoop())
    if setting == "uvloop":
        if uvloop is None:
            pytest.skip("uvloop is not installed")
        return Guest(uvloop.new_event_loop())
    return Plain()
