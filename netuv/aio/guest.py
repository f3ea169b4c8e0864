"""A netuv Loop within an asyncio loop of another kind: asyncio's own, or uvloop's.

libuv's descriptor is one reader of the host. Each time it can be read, or a timer of libuv's is due, or
something was begun that only a turn makes known to the kernel, the loop has one turn that waits for nothing.
libuv tells the kernel of descriptors within a turn only. So whoever starts something outside of one says so
with touch(); what was started in a turn is seen at its end, for libuv's timeout is 0 then.

Ticks that are queued outside of a turn ask for one too: there ``ticks.ready`` is False.

A guest ends with its host: it is an asynchronous generator, which asyncio.run() closes before the loop.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator

from netuv import misuse
from netuv.aio.loop import EventLoop
from netuv.loop import Loop
from netuv.uv import turn

# Weak both: a guest refers to its host, by its generator, and nothing but the host's reader keeps the guest.
_guests: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[Guest]] = (
    weakref.WeakKeyDictionary()
)


class Guest:
    """The host of a netuv Loop, on behalf of the asyncio loop that runs."""

    def __init__(self, host: asyncio.AbstractEventLoop) -> None:
        self.event_loop = host
        self.loop = loop = Loop()
        loop.run_by(self)
        loop.ticks.ask = self.touch
        self._asked = False  # a turn is on its way
        self._timer: asyncio.TimerHandle | None = None
        host.add_reader(loop.fileno(), self._turn)
        self._end = self._until_the_end()
        try:
            self._end.__anext__().send(None)  # type: ignore[attr-defined]  # up to its yield
        except StopIteration:
            pass
        loop.ticks.ready = False
        self.touch()  # for libuv's own descriptors

    async def _until_the_end(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._close()

    def touch(self) -> None:
        """Have a turn soon."""
        if not self._asked and not self.event_loop.is_closed():
            self._asked = True
            self.event_loop.call_soon(self._turn_asked_for)

    def _turn_asked_for(self) -> None:
        self._asked = False
        if not self.loop.closed:
            self._turn()

    def _on_timer(self) -> None:
        self._timer = None
        self._turn()

    def _turn(self) -> None:
        loop = self.loop
        loop.ticks.ready = True
        try:
            loop.turn(turn.NOWAIT)
        finally:
            loop.ticks.ready = False
        wait = loop.timeout()
        if wait == 0:
            self.touch()
        elif wait is not None:
            self._set_timer(wait / 1000)
        failure = loop.failures.take()
        if failure is not None:
            if not isinstance(failure, Exception):
                raise failure
            context = {"message": "Exception in a callback of netuv's", "exception": failure}
            self.event_loop.call_exception_handler(context)

    def _set_timer(self, wait: float) -> None:
        due = self.event_loop.time() + wait
        if self._timer is not None:
            if self._timer.when() <= due + 0.0005:
                return  # it looks again then
            self._timer.cancel()
        self._timer = self.event_loop.call_at(due, self._on_timer)

    def _close(self) -> None:
        loop = self.loop
        if loop.closed:
            return
        if self._timer is not None:
            self._timer.cancel()
        if not self.event_loop.is_closed():
            self.event_loop.remove_reader(loop.fileno())
        loop.run_by(None)
        loop.ticks.ask, loop.ticks.ready = None, True
        loop.close()


def check_loop_of(loop: Loop) -> None:
    """Raise unless the loop is that of the event loop that runs, so that tasks can wait for what is on it."""
    if loop_within(asyncio.get_running_loop()) is not loop:
        raise misuse.other_loop()


def loop_within(host: asyncio.AbstractEventLoop) -> Loop:
    """The netuv Loop of a running asyncio loop: its own, or a guest, which is made at the first call."""
    if isinstance(host, EventLoop):
        return host.netuv
    known = _guests.get(host)
    guest = known() if known is not None else None
    if guest is None or guest.loop.closed:
        guest = Guest(host)
        _guests[host] = weakref.ref(guest)
    return guest.loop
