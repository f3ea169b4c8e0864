"""What a task waits on. It is cheaper than a future, and quicker.

A future would wake its task a round of the event loop later. A Waiter lets the task go on within libuv's own
callback, where a listener would run, and is used again for the next wait. A coroutine waits by yielding it.

A Task asks of what it waits on for ``_asyncio_future_blocking``, ``_loop``, ``add_done_callback()``,
``result()`` and ``cancel()``; a Waiter has these and no more. (It asks for ``get_loop()`` first, which would
be a call for each wait.)

Where another task is under way already, as when that one writes to a stream in memory, the task goes on by
call_soon(), as ever.
"""

from __future__ import annotations

import asyncio
from asyncio import current_task
from collections.abc import Callable
from contextvars import Context
from typing import Any


class Waiter:
    """Lets one task wait, again and again."""

    __slots__ = ("_asyncio_future_blocking", "_context", "_loop", "result", "wakeup")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asyncio_future_blocking = True  # a Task makes it False and then adds its callback
        #: Of the task that waits, or None.
        self.wakeup: Callable[[Any], object] | None = None
        self._context: Context | None = None
        #: What the task calls when it goes on: it raises when the wait was cancelled.
        self.result: Callable[[], object] = bool

    def wake(self) -> None:
        """Let the task go on: now, unless another one is under way."""
        wakeup = self.wakeup
        if wakeup is not None:
            if current_task(self._loop) is None:
                self.wakeup = None
                assert self._context is not None
                self._context.run(wakeup, self)
            else:
                self.wake_soon()

    def wake_soon(self) -> None:
        """Let the task go on when its turn comes."""
        wakeup, self.wakeup = self.wakeup, None
        if wakeup is not None:
            self._loop.call_soon(wakeup, self, context=self._context)

    # -- what a Task calls ---------------------------------------------------------------------------

    def add_done_callback(self, wakeup: Callable[[Any], object], *, context: Context) -> None:
        """As of a future, for one."""
        self.wakeup = wakeup
        self._context = context
        self._asyncio_future_blocking = True  # for the next wait

    def cancel(self, msg: Any = None) -> bool:
        """As of a future: the task goes on with a CancelledError."""
        if self.wakeup is None:
            return False

        def result() -> None:
            self.result = bool
            raise asyncio.CancelledError if msg is None else asyncio.CancelledError(msg)

        self.result = result
        self.wake_soon()
        return True
