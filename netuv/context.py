"""The context variables that listeners see: those of the call that began what they hear of.

Where asyncio runs, listen(), connect(), set_timeout() and the like note the context of whoever calls them, as
asyncio's own transports and timers do. Elsewhere nothing is noted: a listener sees the variables of whoever
runs the loop, and nothing is paid for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any


class Within:
    """Runs the listeners of one emitter in a context.

    A context cannot be entered twice. What a listener does may emit again: that is in the context already.

    :param context: nobody else's, a copy.
    """

    __slots__ = ("context", "entered")

    def __init__(self, context: Context) -> None:
        self.context = context
        #: A listener is running in it.
        self.entered = False

    def run(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call it there."""
        if self.entered:
            return callback(*args, **kwargs)
        self.entered = True
        try:
            return self.context.run(callback, *args, **kwargs)
        finally:
            self.entered = False

    def wrap(self, listener: Callable[..., Any]) -> Callable[..., Any]:
        """A function that calls it there."""
        return partial(self.run, listener)


def of_this_call(callback: Callable[..., Any]) -> Callable[..., Any]:
    """A function that calls it in the context of now."""
    return partial(copy_context().run, callback)


def checked(check: Callable[[str, Any], Any], name: str, callback: Any) -> Callable[..., Any]:
    """The same with what ``check(name, callback)`` makes of it."""
    return of_this_call(check(name, callback))


def unwrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """The listener that wrap() was given; another function is given back."""
    if type(function) is partial and getattr(function.func, "__func__", None) is Within.run:
        listener: Callable[..., Any] = function.args[0]
        return listener
    return function
