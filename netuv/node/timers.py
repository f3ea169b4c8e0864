"""Node's module ``timers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import timers
from netuv.node.names import node_names

T = TypeVar("T")

clearTimeout = timers.clear_timeout
clearInterval = timers.clear_interval
clearImmediate = timers.clear_immediate


@node_names()
class Timeout(timers.Timeout):
    """What setTimeout() and setInterval() return: ``ref``, ``unref``, ``hasRef``, ``refresh``, ``close``."""

    __slots__ = ()  # so that an object of netuv's can become one

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@node_names()
class Immediate(timers.Immediate):
    """What setImmediate() returns: ``ref``, ``unref``, ``hasRef``."""

    __slots__ = ()  # so that an object of netuv's can become one

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def setTimeout(callback: Callable[..., Any], delay: float | None = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` once, after ``delay`` ms."""
    return _named(timers.set_timeout(callback, delay, *args), Timeout)


def setInterval(callback: Callable[..., Any], delay: float | None = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` every ``delay`` ms."""
    return _named(timers.set_interval(callback, delay, *args), Timeout)


def setImmediate(callback: Callable[..., Any], *args: Any) -> Immediate:
    """Call ``callback(*args)`` after this turn's I/O."""
    return _named(timers.set_immediate(callback, *args), Immediate)


def _named(timer: Any, cls: type[T]) -> T:
    timer.__class__ = cls  # the class only adds names
    named: T = timer
    return named
