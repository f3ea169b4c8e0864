"""What most connections never have: one object for all of it, which is made when the first is set.

A default of the class would do, too, but CPython 3.11 looks it up slowly, and each connection asks for these
several times. ``_rare.onread`` is the value, or None; what sets it uses the name in the class, ``_onread``,
or ``own()``.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from netuv.uv.short import like

if TYPE_CHECKING:
    from netuv.aio.waiter import Waiter
    from netuv.loop import Loop
    from netuv.net.onread import OnRead
    from netuv.stream.base import Done
    from netuv.uv.handles import GivenFd


class Rare:
    """Of one connection; NOTHING is that of all which have nothing of it."""

    __slots__ = ("attempt", "given_fd", "onread", "resetting", "steps", "unsent", "waiters")

    def __init__(self) -> None:
        self.attempt: Any = None  # the connecting.Attempt of the current connect()
        self.steps: tuple[Callable[[], None], ...] = ()  # the 'connect' listeners that are netuv's own
        self.unsent: Done | None = None  # of the write that waits for 'connect'
        self.onread: OnRead | None = None
        self.given_fd: GivenFd | None = None
        self.resetting = False  # close() is to be a reset
        self.waiters: tuple[Waiter, ...] = ()  # of tasks that wait for 'connect' or 'close'

    def wake_tasks(self, loop: Loop) -> None:
        """'connect' or 'close' was emitted: each of those tasks looks for itself."""
        (first, *others), self.waiters = self.waiters, ()
        for waiter in others:
            waiter.wake_soon()
        if loop.host is not None:
            first.wake()
        else:  # no task may run now
            first.wake_soon()


NOTHING = Rare()


def own(connection: Any) -> Rare:
    """That of the connection alone, to set something of it."""
    if connection._rare is NOTHING:
        connection._rare = like(NOTHING)
    rare: Rare = connection._rare
    return rare


def tell_of_close(connection: Any) -> None:
    """Those hear of 'close' that wait for it without a listener."""
    try:
        connection._tell_unsent()
    finally:
        if connection._rare.waiters:
            connection._rare.wake_tasks(connection._loop)


def rarely(name: str) -> Any:
    """The property of a connection for one of these."""

    def put(connection: Any, value: Any) -> None:
        setattr(own(connection), name, value)

    return property(attrgetter(f"_rare.{name}"), put)
