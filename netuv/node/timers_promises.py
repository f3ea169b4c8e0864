"""Node's module ``timers/promises``: what is to be awaited of timers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

from netuv import timers
from netuv.node.names import core_options

_OPTIONS = ("ref", "signal")


def setTimeout(
    delay: float | None = 1, value: Any = None, options: Mapping[str, Any] | None = None
) -> Coroutine[Any, Any, Any]:
    """Wait for ``delay`` ms; see ``netuv.timers.sleep()``.

    :param options: ``ref``, ``signal``.
    """
    return timers.sleep(delay, value, **_given(options))


def setImmediate(value: Any = None, options: Mapping[str, Any] | None = None) -> Coroutine[Any, Any, Any]:
    """Wait for this turn's I/O; see ``netuv.timers.immediate()``."""
    return timers.immediate(value, **_given(options))


def setInterval(
    delay: float | None = 1, value: Any = None, options: Mapping[str, Any] | None = None
) -> AsyncIterator[Any]:
    """To be iterated by ``async for``; see ``netuv.timers.interval()``."""
    return timers.interval(delay, value, **_given(options))


class _Scheduler:
    """``scheduler``; its ``yield()`` has an underscore behind it, as the word is Python's."""

    def wait(self, delay: float, options: Mapping[str, Any] | None = None) -> Coroutine[Any, Any, Any]:
        """Wait for ``delay`` ms."""
        return setTimeout(delay, None, options)

    def yield_(self) -> Coroutine[Any, Any, Any]:
        """Let others have their turn."""
        return setImmediate()


scheduler = _Scheduler()


def _given(options: Mapping[str, Any] | None) -> dict[str, Any]:
    given = core_options(options or {}, _OPTIONS)
    return {name: value for name, value in given.items() if value is not None}
