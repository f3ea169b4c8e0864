"""Node's module ``timers``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netuv import timers
from netuv.checks import number_in
from netuv.node import timers_promises as promises
from netuv.node.arity import arguments
from netuv.node.names import node_names

__all__ = [
    "Immediate",
    "Timeout",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "promises",
    "setImmediate",
    "setInterval",
    "setTimeout",
]


def clearTimeout(timer: Any = None) -> None:
    """Cancel a timeout or an interval; anything else is ignored."""
    if isinstance(timer, timers.Timeout):
        timer.close()


clearInterval = clearTimeout


def clearImmediate(immediate: Any = None) -> None:
    """Cancel an immediate; anything else is ignored."""
    if isinstance(immediate, timers.Immediate):
        immediate.close()


@node_names()
class Timeout(timers.Timeout):
    """What setTimeout() and setInterval() return: ``ref``, ``unref``, ``hasRef``, ``refresh``, ``close``."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@node_names()
class Immediate(timers.Immediate):
    """What setImmediate() returns: ``ref``, ``unref``, ``hasRef``."""

    __slots__ = ()  # so that an object of netuv's can become one

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _number(delay: Any) -> Any:
    """A text counts as the number in it."""
    if not isinstance(delay, str):
        return delay
    number = number_in(delay) if delay.strip() else 0
    return math.nan if number is None else number


def setTimeout(callback: Callable[..., Any], delay: float | str | None = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` once, after ``delay`` ms."""
    return Timeout(callback, _number(delay), arguments(callback, args), False, None)


def setInterval(callback: Callable[..., Any], delay: float | str | None = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` every ``delay`` ms."""
    return Timeout(callback, _number(delay), arguments(callback, args), True, None)


def setImmediate(callback: Callable[..., Any], *args: Any) -> Immediate:
    """Call ``callback(*args)`` after this turn's I/O."""
    immediate: Any = timers.set_immediate(callback, *arguments(callback, args))
    immediate.__class__ = Immediate  # the class only adds names
    named: Immediate = immediate
    return named
