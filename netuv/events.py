"""What Node's module ``events`` has beside EventEmitter: functions on emitters, and on signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netuv import checks, misuse
from netuv.abort import Reaction, check_signal
from netuv.emitter import ERROR_MONITOR, EventEmitter, check_limit
from netuv.timers import next_tick

#: Its listeners hear of each 'error' first, and leave it unhandled. Node's ``events.errorMonitor``.
error_monitor = ERROR_MONITOR


def _check(name: str, given: Any) -> EventEmitter:
    if not isinstance(given, EventEmitter):
        raise misuse.invalid_arg_type(name, "an EventEmitter", given)
    return given


def get_event_listeners(emitter: EventEmitter, event: str) -> list[Callable[..., Any]]:
    """The listeners of an event, as they were given. Node's ``events.getEventListeners()``."""
    return _check("emitter", emitter).listeners(event)


def listener_count(emitter: EventEmitter, event: str) -> int:
    """How many there are. Node's ``events.listenerCount()``."""
    return _check("emitter", emitter).listener_count(event)


def get_max_listeners(emitter: EventEmitter) -> float:
    """How many of one event are still without a warning. Node's ``events.getMaxListeners()``."""
    return _check("emitter", emitter).get_max_listeners()


def set_max_listeners(n: float | None = None, *emitters: EventEmitter) -> None:
    """Set the limit of these emitters; without any, that of all which have set none.

    :param n: 0 or ``math.inf`` for no limit; None for ``EventEmitter.default_max_listeners``. Raises
        ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; nothing is set then.

    Node's ``events.setMaxListeners()``.
    """
    checked = [_check(f"emitters[{i}]", each) for i, each in enumerate(emitters)]
    limit = check_limit("n", EventEmitter.default_max_listeners if n is None else n)
    for each in checked:
        each.set_max_listeners(limit)
    if not checked:
        EventEmitter.default_max_listeners = limit


def add_abort_listener(signal: Any, listener: Callable[[], object]) -> Reaction:
    """Call ``listener()`` once when the signal is aborted, whatever other listeners do.

    In a tick, if it is aborted already. What is returned has ``dispose()``, which takes it back; ``with``
    does that at its end. Raises ERR_INVALID_ARG_TYPE.

    Node's ``events.addAbortListener()``.
    """
    signal = check_signal("signal", signal)
    checks.check_callback("listener", listener)
    reaction = Reaction(signal, listener)
    if signal.aborted:
        next_tick(reaction)
    else:
        signal.on("abort", reaction)
    return reaction
