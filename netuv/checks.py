"""Checks of arguments that many modules share; each raises what netuv.misuse has for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from netuv import misuse

# Of ``co_flags``. The module inspect has names for them; importing it costs half as much as all of netuv.
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200
_ASYNC_FLAGS = _COROUTINE | _ASYNC_GENERATOR
_GENERATOR_FLAGS = _ASYNC_FLAGS | _GENERATOR
# How JavaScript reads a number: ASCII digits, white space around them, no '_', no sign before 0x.
# Both are texts, which re compiles when the first port comes as a str, and keeps: most programs have none.
_DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PREFIXED = r"0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)"


def _is_plain(value: Any) -> bool:
    function: Any = value.__func__ if type(value) is MethodType else value
    return type(function) is FunctionType and not function.__code__.co_flags & _GENERATOR_FLAGS


#: Whether it is a function, or a method of one, that is no generator and not async, as nearly always. What is
#: not plain may be callable all the same. netuv.uv.short has it in C.
is_plain: Callable[[Any], bool] = _is_plain


def check_callback(name: str, value: Any) -> Any:
    """Raise unless ``value`` is a function, or anything callable, and not async; else it is returned.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if is_plain(value):
        return value
    if not callable(value):
        raise misuse.invalid_arg_type(name, "a function", value)
    check_async(value, name)
    return value


def check_function(name: str, value: Any) -> Any:
    """Raise unless ``value`` is callable, async or not; else it is returned.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if not callable(value):
        raise misuse.invalid_arg_type(name, "a function", value)
    return value


def check_async(listener: Callable[..., Any], name: str = "listener") -> None:
    """Raise if calling ``listener`` would only make a coroutine or a generator, of either kind.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    flags = _flags_of_call(listener)
    if flags & _ASYNC_FLAGS:
        raise misuse.async_listener(name, listener)
    if flags & _GENERATOR:
        raise misuse.generator_listener(name, listener)


def is_async_function(value: Any) -> bool:
    """Whether calling it makes a coroutine, or an asynchronous generator."""
    return bool(_flags_of_call(value) & _ASYNC_FLAGS)


def is_asyncio_running() -> bool:
    """Whether tasks can be made here."""
    asyncio = sys.modules.get("asyncio")  # where nobody has imported it nothing of it runs
    try:
        return asyncio is not None and asyncio.get_running_loop() is not None
    except RuntimeError:
        return False


def check_asyncio(name: str, value: Any) -> None:
    """Raise if nothing would await ``value``, which is async.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if not is_asyncio_running():
        raise misuse.async_stage(name, value)


def is_coroutine_function(value: Any) -> bool:
    """Whether calling it makes a coroutine: an ``async def``, also behind partial() or as ``__call__()``."""
    return bool(_flags_of_call(value) & _COROUTINE)


def is_written_in_python(function: Any) -> bool:
    """Whether its parameters are a program's own; ``int`` and ``round`` are built in."""
    return bool(_flags_of_call(function))


def _flags_of_call(function: Any) -> int:
    while isinstance(function, (MethodType, partial)):  # what is called in the end
        function = function.__func__ if isinstance(function, MethodType) else function.func
    return _code_flags(function) | _code_flags(getattr(type(function), "__call__", None))  # noqa: B004


def _code_flags(function: Any) -> int:
    code = getattr(function, "__code__", None)  # compiled functions have one too, builtins have none
    return code.co_flags if isinstance(code, CodeType) else 0


def number_in(text: str) -> float | None:
    """The number that JavaScript's ``Number(text)`` makes of a str; None where that is NaN."""
    text = text.strip()
    if re.fullmatch(_PREFIXED, text):
        return int(text, 0)
    return float(text) if re.fullmatch(_DECIMAL, text) else None


def check_port(name: str, value: object, allow_zero: bool = True) -> int:
    """The port as an int; numbers and what JavaScript reads as one ('80', '0x50') are accepted.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for anything but a number or a str.
    :raises ArgValueError: ERR_SOCKET_BAD_PORT unless it is a whole number from 0 to 65535.
    """
    number: float | None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise misuse.invalid_arg_type(name, "an int or a str", value)
    number = number_in(value) if isinstance(value, str) else value
    # In this order: int() of a NaN or an infinity raises.
    if number is None or not 0 <= number <= 65535 or number != int(number):
        raise misuse.bad_port(name, value, allow_zero)
    if number == 0 and not allow_zero:
        raise misuse.bad_port(name, value, allow_zero)
    return int(number)


def check_int(name: str, value: object, low: int, high: int) -> int:
    """The whole number from ``low`` to ``high``; 5.0 counts as 5, True does not count as 1.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for anything but a number.
    :raises ArgValueError: ERR_OUT_OF_RANGE.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise misuse.invalid_arg_type(name, "an int", value)
    if isinstance(value, float) and not value.is_integer():
        raise misuse.out_of_range(name, "an integer", value)
    if not low <= value <= high:
        raise misuse.out_of_range(name, f">= {low} and <= {high}", value)
    return int(value)


def check_bool(name: str, value: object) -> bool:
    """True or False.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if not isinstance(value, bool):
        raise misuse.invalid_arg_type(name, "a bool", value)
    return value


def check_options(
    kind: str, options: object, known: Iterable[str], others: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Raise if ``options`` is not a mapping or has a name that is not among ``known``.

    :param kind: whose options they are, for the message: 'Socket', 'listen', …
    :param others: as of :func:`unknown_option`.
    :raises ArgTypeError: ERR_INVALID_ARG_TYPE or ERR_UNKNOWN_OPTION.
    """
    if not isinstance(options, (dict, Mapping)):  # asked of a dict, Mapping takes its time
        raise misuse.invalid_arg_type("options", "a dict", options)
    for name in options:
        if name not in known:
            raise misuse.unknown_option(name, known, kind, others)
