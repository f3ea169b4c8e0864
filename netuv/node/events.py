"""Node's module ``events``: EventEmitter and what goes with it; and AbortController, a global there."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from netuv import abort, emitter, events
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


getEventListeners = events.get_event_listeners
listenerCount = events.listener_count
getMaxListeners = events.get_max_listeners
addAbortListener = events.add_abort_listener


def setMaxListeners(n: float | None = None, *emitters: emitter.EventEmitter) -> None:
    """Set the limit of these emitters; of all that have set none, when none is given.

    :param n: ``defaultMaxListeners`` when left out.
    """
    limit = EventEmitter.defaultMaxListeners if n is None else n
    if emitters:
        events.set_max_listeners(limit, *emitters)
    else:
        EventEmitter.defaultMaxListeners = emitter.check_limit("n", limit)


class _Module(ModuleType):
    """For ``events.defaultMaxListeners = 20``: an attribute that is checked, and passed on."""

    @property
    def defaultMaxListeners(self) -> float:
        """For all emitters that set no limit of their own."""
        return EventEmitter.defaultMaxListeners

    @defaultMaxListeners.setter
    def defaultMaxListeners(self, n: float) -> None:
        EventEmitter.defaultMaxListeners = emitter.check_limit("defaultMaxListeners", n)


sys.modules[__name__].__class__ = _Module
