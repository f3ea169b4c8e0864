"""A selector for asyncio: each of its descriptors is a Poll handle, and ``select()`` is one turn of libuv.

So libuv waits for all there is, asyncio's and netuv's, in one place. netuv's callbacks run within select(),
and asyncio's own ones after it, as ever.

libuv ends the process when the kernel does not know a descriptor that it is to watch. Programs close them
while asyncio still watches them, and the kernel's own selectors take that well. So those that are new to
libuv are looked at once more right before each turn.
"""

from __future__ import annotations

import math
import os
import selectors
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from netuv.loop import Loop
from netuv.uv import timer as uv_timer
from netuv.uv import turn

_BOTH = selectors.EVENT_READ | selectors.EVENT_WRITE


class Selector(selectors._BaseSelectorImpl):
    """See the head of this module.

    :param loop: the netuv Loop that is to wait.
    :param on_failure: called with what a callback of netuv's has let out; what it raises leaves select().
    """

    _fd_to_key: dict[int, selectors.SelectorKey]

    def __init__(self, loop: Loop, on_failure: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._loop = loop
        self._on_failure = on_failure
        self._polls: dict[int, Any] = {}
        self._new: set[int] = set()  # descriptors that libuv is to make known to the kernel
        self._found: dict[int, int] = {}  # descriptor -> events, of the present turn
        # Weak: what libuv calls is not found by the collector.
        self._callback = partial(Selector._on_poll, weakref.proxy(self))
        self._timer = uv_timer.new_timer(loop.uv)
        self._timer.ref = True  # a turn waits for it
        loop.census.hide(self._timer)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """As any selector; raises OSError for what the kernel cannot watch."""
        key = super().register(fileobj, events, data)
        try:
            poll = self._polls[key.fd] = turn.new_poll(self._loop.uv, key.fd)
        except OSError:
            super().unregister(fileobj)
            raise
        self._loop.census.hide(poll)
        self._watch(key)
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """As any selector."""
        key = self.get_key(fileobj)
        changed = selectors.SelectorKey(key.fileobj, key.fd, events, data)
        self._fd_to_key[key.fd] = changed
        if events != key.events:
            self._watch(changed)
        return changed

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """As any selector."""
        key = super().unregister(fileobj)
        self._forget(key.fd)
        return key

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let libuv run, and wait for so many s at most; which descriptors are ready."""
        loop = self._loop
        if self._new:
            self._drop_closed()
        if timeout is None:
            loop.turn(turn.ONCE)
        elif timeout <= 0:
            loop.turn(turn.NOWAIT)
        else:
            uv_timer.start_once(self._timer, math.ceil(timeout * 1000))
            loop.turn(turn.ONCE)
            self._timer.stop()
        if loop.failures.first is not None:
            failure = loop.failures.take()
            assert failure is not None
            self._on_failure(failure)
        if not self._found:
            return []
        found, self._found = self._found, {}
        keys = self._fd_to_key
        return [(keys[fd], events & keys[fd].events) for fd, events in found.items() if fd in keys]

    def close(self) -> None:
        """Watch nothing any more."""
        for fd in list(self._polls):
            self._forget(fd)
        if not self._timer.closed:
            self._timer.close()
        super().close()

    def _watch(self, key: selectors.SelectorKey) -> None:
        self._new.add(key.fd)
        turn.watch(self._polls[key.fd], key.events, self._callback)

    def _on_poll(self, poll: Any, events: int | None, status: int | None) -> None:
        fd = poll.fileno()
        if status is not None:  # libuv has stopped watching; whoever reads or writes hears what it is
            events = _BOTH
            self._watch(self._fd_to_key[fd])
        self._found[fd] = self._found.get(fd, 0) | (events or 0)

    def _drop_closed(self) -> None:
        new, self._new = self._new, set()
        for fd in new:
            if fd in self._polls:
                try:
                    os.fstat(fd)
                except OSError:
                    self._forget(fd)

    def _forget(self, fd: int) -> None:
        poll = self._polls.pop(fd, None)
        if poll is not None:
            self._loop.census.reveal(poll)
            if not poll.closed:
                poll.close()
