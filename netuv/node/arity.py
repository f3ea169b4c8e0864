"""A function gets as many arguments as it takes, as in JavaScript.

Node's programs have listeners and callbacks with fewer parameters than what calls them has arguments, and
with more: ``socket.on('close', () => ...)``, ``server.close((error) => ...)``. In Python either is a
TypeError. So whatever netuv.node is given to call passes ``fitted()``, once, when it is given: what takes
exactly what it will be called with, or any number, is left alone. The others get a ``Fitted`` in front of
them, which leaves away what is too many, and gives None for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from netuv import checks
from netuv.emitter import Wrapper

_VARARGS = 0x04  # of ``co_flags``


class Fitted(Wrapper):
    """Calls ``listener`` with ``least`` arguments at least, and ``most`` at most."""

    __slots__ = ("least", "most")

    def __init__(self, listener: Callable[..., Any], least: int, most: int | None) -> None:
        super().__init__(listener)
        self.least = least
        self.most = most

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Call it."""
        return self.listener(*_cut(args, self.least, self.most), **keywords)


def _cut(args: tuple[Any, ...], least: int, most: int | None) -> tuple[Any, ...]:
    return (*args, *[None] * (least - len(args))) if len(args) < least else args[:most]


def fitted(function: Callable[..., Any], count: int | None = None) -> Callable[..., Any]:
    """What is to be called in the place of ``function``, which is seen to be callable.

    :param count: how many arguments it will always be called with; None where this varies.
    """
    least, most = _limits(function)
    if most is None and not least:
        return function
    if count is not None and least <= count and (most is None or count <= most):
        return function
    return Fitted(function, least, most)


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function takes so many arguments.

    What is built in does not: what ``int`` and ``round`` take besides the first means something else.
    """
    most = _limits(function)[1]
    return checks.is_written_in_python(function) and (most is None or most >= count)


def arguments(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What ``function`` takes of these arguments."""
    return _cut(args, *_limits(function)) if callable(function) else args


def _limits(function: Any) -> tuple[int, int | None]:
    """How many arguments it must get, and how many it may: None for any number."""
    bound = 0
    while isinstance(function, Wrapper):
        function = function.listener
    if type(function) is MethodType:
        function, bound = function.__func__, 1
    if type(function) is not FunctionType:
        return _limits_of_others(function, bound)
    code = function.__code__
    count = code.co_argcount - bound
    least = max(count - len(function.__defaults__ or ()), 0)
    return least, None if code.co_flags & _VARARGS else count


def _limits_of_others(function: Any, bound: int) -> tuple[int, int | None]:
    """Of builtins, partials, objects with __call__; of what does not say: it gets all there is."""
    import inspect  # half as much to load as netuv itself, and most listeners are functions

    try:
        parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):
        return 0, None
    kinds = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
    positional = [each for each in parameters if each.kind in kinds]
    any_number = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    least = sum(each.default is each.empty for each in positional) - bound
    return max(least, 0), None if any_number else len(positional) - bound
