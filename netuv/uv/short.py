"""What our C code does in the place of a Python function, for each message or each connection.

With an installed pyuv the function itself does it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, TypeVar

from pyuv import _cpyuv

from netuv import checks

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_ShortWrite: Any = getattr(_cpyuv, "ShortWrite", None)
_ShortEmit: Any = getattr(_cpyuv, "ShortEmit", None)
checks.is_plain = getattr(_cpyuv, "is_plain", checks.is_plain)


def short_write(
    write: F,
    left_over: Callable[..., bool],
    not_sent: Callable[..., bool],
    check_callback: Callable[..., Any],
    writing: type,
    life: type,
) -> F:
    """``write``, a method of a stream, with its usual case in C: plain data, a handle, nothing in the way.

    :param left_over: goes on when a part waits: ``(stream, wire, size, left, callback)``.
    :param not_sent: goes on after an error: ``(stream, error, callback)``.
    :param check_callback: what a stream has as ``_check_callback``; with another one a callback is not usual.
    :param writing, life: the types of ``stream._writable_state`` and ``stream._stream_life``.
    """
    if _ShortWrite is None:
        return write
    short: F = _ShortWrite(write, left_over, not_sent, check_callback, writing, life)
    return short


def short_emit(emit: F, raised: Callable[..., object]) -> F:
    """``emit``, a method of an emitter, with its usual case in C: listeners in a tuple, or none.

    :param raised: is told of what a listener lets out, before that goes on: ``(emitter, event, listener,
        those after it, args, error)``.
    """
    if _ShortEmit is None:
        return emit
    short: F = _ShortEmit(emit, raised)
    return short


class _Settable:
    def __init__(self, function: Any, name: str, put: Callable[[Any, Any], object]) -> None:
        self._function, self._name, self._put = function, name, put

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self._function
        rare = getattr(getattr(instance, "_readable_state", None), "rare", None)
        own = getattr(rare, "own", None)
        found = own and own.get(self._name)
        return MethodType(self._function, instance) if found is None else found

    def __set__(self, instance: Any, value: Any) -> None:
        self._put(instance, value)

    def __delete__(self, instance: Any) -> None:
        self._put(instance, None)


def settable(function: F, name: str, put: Callable[[Any, Any], object]) -> F:
    """``function`` as a method that notices when a program sets another one on a stream.

    :param put: is called then, with the stream and the other one, or None when that is deleted. It puts it
        by its name into ``stream._readable_state.rare.own``: a dict, or None while there is nothing in it.
    """
    kind: Any = getattr(_cpyuv, "Settable", _Settable)
    method: F = kind(function, name, put)
    return method


def _like(model: T) -> T:
    copy = object.__new__(type(model))
    for name in type(model).__slots__:  # type: ignore[attr-defined]
        setattr(copy, name, getattr(model, name))
    return copy


#: like(model): another object of its class, with the same in its ``__slots__``, which are all that it has.
like: Callable[[T], T] = getattr(_cpyuv, "like", _like)
