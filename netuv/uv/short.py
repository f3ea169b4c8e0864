"""What our C code does in the place of a Python function, for each message or each connection.

With an installed pyuv the function itself does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pyuv import _cpyuv

from netuv import checks

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_ShortWrite: Any = getattr(_cpyuv, "ShortWrite", None)
if _ShortWrite is not None:
    checks.FUNCTIONS.append(_ShortWrite)


def short_write(
    write: F,
    left_over: Callable[..., bool],
    not_sent: Callable[..., bool],
    check_callback: Callable[..., Any],
    writing: type,
    life: type,
) -> F:
    """``write``, a method of a stream, with its usual case in C: plain data, a handle, and nothing in the way.

    :param left_over: goes on when a part waits: ``(stream, wire, size, left, callback)``.
    :param not_sent: goes on after an error: ``(stream, error, callback)``.
    :param check_callback: what a stream has as ``_check_callback``; with another one a callback is not usual.
    :param writing, life: the types of ``stream._writable_state`` and ``stream._stream_life``.
    """
    if _ShortWrite is None:
        return write
    short: F = _ShortWrite(write, left_over, not_sent, check_callback, writing, life)
    return short


def _like(model: T) -> T:
    copy = object.__new__(type(model))
    for name in type(model).__slots__:  # type: ignore[attr-defined]
        setattr(copy, name, getattr(model, name))
    return copy


#: like(model): another object of its class, with the same in its ``__slots__``, which are all that it has.
like: Callable[[T], T] = getattr(_cpyuv, "like", _like)
