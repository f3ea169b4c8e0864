"""Node's module ``events``: EventEmitter and what goes with it; and AbortController, a global there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from netuv import abort, checks, emitter, events, stream
from netuv.node.arity import Fitted, fitted
from netuv.node.names import core_options, node_names

#: ``x.on(events.errorMonitor, f)``: f hears of each 'error', and the error stays unhandled.
errorMonitor = emitter.ERROR_MONITOR


# What a stream calls its listeners with, where it matters that nothing stands in between.
_OF_STREAMS = {"data": 1, "readable": 0, "drain": 0}


@node_names()
class EventEmitter(emitter.EventEmitter):
    """``netuv.EventEmitter`` with Node's names: ``addListener``, ``listenerCount``, …

    A listener gets as many arguments as it takes (see netuv.node.arity).

    :param options: ``captureRejections``: listeners may be async, and their failures become 'error'; see
        netuv's.
    """

    errorMonitor = errorMonitor
    captureRejectionSymbol = events.capture_rejection_symbol
    #: For all emitters whose options do not say. May be set.
    captureRejections: bool = False
    #: For all emitters that set no limit of their own. May be set.
    defaultMaxListeners: float = 10

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        captures = options.get("captureRejections") if isinstance(options, Mapping) else None
        if captures:
            self.captureRejections = checks.check_bool("options.captureRejections", captures)

    @property
    def capture_rejections(self) -> bool:
        """The same as captureRejections."""
        return self.captureRejections

    @capture_rejections.setter
    def capture_rejections(self, value: bool) -> None:
        self.captureRejections = value

    @property
    def default_max_listeners(self) -> float:  # type: ignore[override]
        """The same."""
        return self.defaultMaxListeners

    def _add_listener(self, event: str, listener: Any, prepend: bool = False) -> None:
        if not isinstance(listener, emitter.Wrapper):
            self._check_listener(listener)
        known = isinstance(self, (stream.Readable, stream.Writable)) and isinstance(event, str)
        count = _OF_STREAMS.get(event) if known else None
        super()._add_listener(event, fitted(listener, count), prepend)

    def raw_listeners(self, event: str) -> list[Callable[..., Any]]:
        """As of netuv's; what cuts the arguments to size is not shown."""
        return [each.listener if type(each) is Fitted else each for each in super().raw_listeners(event)]

    @staticmethod
    def _check_callback(name: str, value: Any) -> Any:
        """For those that hear an error or None."""
        return fitted(checks.check_callback(name, value), 1)

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


captureRejectionSymbol = events.capture_rejection_symbol
getEventListeners = events.get_event_listeners
listenerCount = events.listener_count
getMaxListeners = events.get_max_listeners


def addAbortListener(signal: Any, listener: Callable[..., object]) -> Any:
    """Call ``listener()`` once when the signal is aborted; see ``netuv.events.add_abort_listener()``."""
    checks.check_callback("listener", listener)
    return events.add_abort_listener(signal, fitted(listener, 0))


def setMaxListeners(n: float | None = None, *emitters: emitter.EventEmitter) -> None:
    """Set the limit of these emitters; of all that have set none, when none is given.

    :param n: ``defaultMaxListeners`` when left out.
    """
    limit = EventEmitter.defaultMaxListeners if n is None else n
    if emitters:
        events.set_max_listeners(limit, *emitters)
    else:
        EventEmitter.defaultMaxListeners = emitter.check_limit("n", limit)


def once(
    emitter: emitter.EventEmitter, name: str, options: Mapping[str, Any] | None = None
) -> Coroutine[Any, Any, tuple[Any, ...]]:
    """To be awaited: what the event carries, as a tuple; see ``netuv.events.once()``."""
    return events.once(emitter, name, **core_options(options or {}, ("signal",)))


def on(emitter: emitter.EventEmitter, name: str, options: Mapping[str, Any] | None = None) -> events.on:
    """An asynchronous iterator of tuples; see ``netuv.events.on()``.

    :param options: ``signal``, ``close``, ``highWaterMark``, ``lowWaterMark``.
    """
    known = ("signal", "close", "high_water_mark", "low_water_mark")
    return events.on(emitter, name, **core_options(options or {}, known))


class _Module(ModuleType):
    """For ``events.defaultMaxListeners = 20``: an attribute that is checked, and passed on."""

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), "captureRejections", "defaultMaxListeners"]

    @property
    def captureRejections(self) -> bool:
        """For all emitters whose options do not say."""
        return EventEmitter.captureRejections

    @captureRejections.setter
    def captureRejections(self, value: bool) -> None:
        EventEmitter.captureRejections = checks.check_bool("captureRejections", value)

    @property
    def defaultMaxListeners(self) -> float:
        """For all emitters that set no limit of their own."""
        return EventEmitter.defaultMaxListeners

    @defaultMaxListeners.setter
    def defaultMaxListeners(self, n: float) -> None:
        EventEmitter.defaultMaxListeners = emitter.check_limit("defaultMaxListeners", n)


sys.modules[__name__].__class__ = _Module
