"""What waits to be called: ticks, and the calls that other threads ask for.

A tick is what Node defers with ``process.nextTick``: it runs after the libuv callback that queued it,
before the next one. The pyuv that is built with netuv runs the ticks in C, behind each callback of the
loop. With a pyuv as it was released netuv.uv calls ``gate()`` behind the callbacks that netuv registers.
Behind those of other handles there is none; a Prepare handle, which runs before the loop waits for I/O,
catches what they have queued. The first tick starts it, and it stops itself when there are no more.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from netuv.loop.failures import Failures
from netuv.uv import turn


class Ticks:
    """The queue of ticks, and whoever runs it."""

    __slots__ = ("__weakref__", "_failures", "_prepare", "ask", "drain", "queue", "ready")

    def __init__(self, uv: Any, failures: Failures) -> None:
        #: (callable, arguments), in their order.
        self.queue: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._failures = failures
        #: Whether what is appended to the queue will be run; else watch() has to be called.
        self.ready: bool = turn.set_ticks(uv, self.queue, self.gate)
        #: Run the queue. After an exception the rest waits for the next callback.
        self.drain: Callable[[], None] = uv.run_ticks if self.ready else self._drain
        #: How a guest asks for a turn; it sets ``ready`` to False outside of its turns.
        self.ask: Callable[[], None] | None = None
        self._prepare: Any = None
        if not self.ready:
            self._prepare = turn.Prepare(uv)
            self._prepare.ref = False

    def handles(self) -> list[Any]:
        """Those of libuv that it needs."""
        return [] if self._prepare is None else [self._prepare]

    def watch(self) -> None:
        """Catch the ticks that no gate comes behind."""
        if self.ask is not None:
            self.ready = True
            self.ask()
        elif self._prepare is not None:
            self.ready = True
            self._prepare.start(partial(Ticks._on_prepare, weakref.proxy(self)))

    def run(self) -> None:
        """Run the queue while libuv does not run, also after an exception that somebody takes."""
        while self.queue and self._failures.first is None:
            try:
                self.drain()
            except BaseException as error:
                self._failures.fail(error)

    def gate(self) -> None:
        """Run the queue at the end of a callback, where pyuv does not do it; after a failure it waits."""
        if self.queue and self._failures.first is None:
            self._drain()

    def _drain(self) -> None:
        queue = self.queue
        while queue:
            tick = queue.popleft()
            callback, args = tick
            try:
                callback(*args)
            except TypeError as error:  # as pyuv does
                error.netuv_tick = tick  # type: ignore[attr-defined]
                raise

    def _on_prepare(self, handle: Any) -> None:
        if self.queue:
            self.gate()
        else:
            self.ready = False
            handle.stop()

    def replace(self, callback: Callable[[], Any]) -> None:
        """Forget them; what is under way meets this one in their place."""
        self.queue.clear()
        self.queue.append((callback, ()))

    def close(self) -> None:
        """Forget them, and the handle."""
        self.queue.clear()
        self.ready = False
        self.ask = None
        self.drain = _nothing
        self._prepare = None


class Calls:
    """What call_soon_threadsafe() was given, and the handle by which another thread wakes the loop."""

    __slots__ = ("_async", "queue")

    def __init__(self, uv: Any, on_wake: Callable[[Any], None]) -> None:
        #: (callable, arguments), in their order.
        self.queue: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._async: Any = turn.Async(uv, on_wake)
        self._async.ref = False

    def handles(self) -> list[Any]:
        """Those of libuv that it needs."""
        return [self._async]

    def add(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        """Queue a call and wake the loop, from any thread; False when the loop is closed."""
        self.queue.append((callback, args))
        handle = self._async  # the loop may be closed meanwhile
        return handle is not None and turn.wake(handle)

    def keep_running(self, keep: bool) -> None:
        """Whether libuv has something to run, whatever else there is."""
        if self._async is not None:
            self._async.ref = keep

    def forget(self) -> None:
        """Call nothing in the place of what is queued."""
        for index in range(len(self.queue)):
            self.queue[index] = (_nothing, ())

    def close(self) -> None:
        """Forget them, and the handle."""
        self.queue.clear()
        self._async = None


def _nothing() -> None:
    pass
