"""Node's module ``events``: EventEmitter and what goes with it; and AbortController, a global there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netuv import abort, emitter, misuse
from netuv.node.names import node_names

#: ``x.on(events.errorMonitor, f)``: f hears of each 'error', and the error stays unhandled.
errorMonitor = emitter.ERROR_MONITOR


@node_names()
class EventEmitter(emitter.EventEmitter):
    """``netuv.EventEmitter`` with Node's names: ``addListener``, ``listenerCount``, …"""

    errorMonitor = errorMonitor
    #: For all emitters that set no limit of their own. May be set.
    defaultMaxListeners: float = 10

    @property
    def default_max_listeners(self) -> float:  # type: ignore[override]
        """The same."""
        return self.defaultMaxListeners

    if TYPE_CHECKING:  # the names that node_names() puts there

        def __getattr__(self, name: str) -> Any: ...


@node_names()
class AbortSignal(abort.AbortSignal, EventEmitter):
    """``netuv.AbortSignal`` with Node's names; 'abort' is an event of EventEmitter, not of the DOM."""


class AbortController(abort.AbortController):
    """``netuv.AbortController``, whose signal has Node's names."""

    _signal_class = AbortSignal

    if TYPE_CHECKING:
        signal: AbortSignal


def _check(given: Any) -> emitter.EventEmitter:
    if not isinstance(given, emitter.EventEmitter):
        raise misuse.invalid_arg_type("emitter", "an EventEmitter", given)
    return given


def getEventListeners(emitter: emitter.EventEmitter, event: str) -> list[Callable[..., Any]]:
    """The listeners of an event: ``emitter.listeners(event)``."""
    return _check(emitter).listeners(event)


def listenerCount(emitter: emitter.EventEmitter, event: str) -> int:
    """How many there are: ``emitter.listenerCount(event)``."""
    return _check(emitter).listener_count(event)


def getMaxListeners(emitter: emitter.EventEmitter) -> float:
    """``emitter.getMaxListeners()``."""
    return _check(emitter).get_max_listeners()


def setMaxListeners(n: float = 10, *emitters: emitter.EventEmitter) -> None:
    """Set the limit of these emitters; of all that have set none, when none is given."""
    for each in emitters:
        _check(each)
    emitter.EventEmitter().set_max_listeners(n)  # which checks it
    for each in emitters:
        each.set_max_listeners(n)
    if not emitters:
        EventEmitter.defaultMaxListeners = n
