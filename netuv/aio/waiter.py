"""What a task waits on. It is cheaper than a future, and quicker.

A future would wake its task a round of the event loop later. A Waiter lets the task go on within libuv's own
callback, where a listener would run, and is used again for the next wait. A Task asks of what it waits on for
``_asyncio_future_blocking``, ``get_loop()``, ``add_done_callback()``, ``result()`` and ``cancel()``; a Waiter
has these and no more. Where another task is under way already, as when that one writes to a stream in memory,
the task goes on by call_soon(), as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any


class Waiter:
    """Lets one task wait, again and again."""

    __slots__ = ("_asyncio_future_blocking", "_context", "_loop", "_wakeup", "result")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asyncio_future_blocking = False
        self._wakeup: Callable[[Any], object] | None = None  # of the task that waits
        self._context: Context | None = None
        #: What the task calls when it goes on: it raises when the wait was cancelled.
        self.result: Callable[[], object] = bool

    @property
    def waits(self) -> bool:
        """Whether a task does."""
        return self._wakeup is not None

    def wait(self) -> Generator[Any, None, None]:
        """Wait until wake(): to be used by ``yield from``."""
        self._asyncio_future_blocking = True
        yield self

    def wake(self) -> None:
        """Let the task go on: now, unless another one is under way."""
        wakeup = self._wakeup
        if wakeup is not None:
            if asyncio.current_task(self._loop) is None:
                self._wakeup = None
                assert self._context is not None
                self._context.run(wakeup, self)
            else:
                self.wake_soon()

    def wake_soon(self) -> None:
        """Let the task go on when its turn comes."""
        wakeup, self._wakeup = self._wakeup, None
        if wakeup is not None:
            self._loop.call_soon(wakeup, self, context=self._context)

    # -- what a Task calls ---------------------------------------------------------------------------

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """As of a future."""
        return self._loop

    def add_done_callback(self, wakeup: Callable[[Any], object], *, context: Context) -> None:
        """As of a future, for one."""
        self._wakeup = wakeup
        self._context = context

    def cancel(self, msg: Any = None) -> bool:
        """As of a future: the task goes on with a CancelledError."""
        if self._wakeup is None:
            return False

        def result() -> None:
            self.result = bool
            raise asyncio.CancelledError if msg is None else asyncio.CancelledError(msg)

        self.result = result
        self.wake_soon()
        return True
