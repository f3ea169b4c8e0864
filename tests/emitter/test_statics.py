"""The functions of Node's module ``events``: what Node 26.10.0 printed for the same calls is expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import netuv
from netuv import AbortController, AbortSignal, EventEmitter, events
from netuv.node import events as node_events
from netuv.node import net


def code_of(function: Callable[..., Any], *args: Any) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*args)
    return caught.value.code  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(autouse=True)
def default_limits() -> Iterator[None]:
    yield
    EventEmitter.default_max_listeners = node_events.EventEmitter.defaultMaxListeners = 10


# Both spellings, and the EventEmitter that goes with each.
BOTH = [
    (
        EventEmitter,
        events.get_event_listeners,
        events.listener_count,
        events.get_max_listeners,
        events.set_max_listeners,
    ),
    (
        node_events.EventEmitter,
        node_events.getEventListeners,
        node_events.listenerCount,
        node_events.getMaxListeners,
        node_events.setMaxListeners,
    ),
]
both = pytest.mark.parametrize(("kind", "listeners", "count", "get", "set_"), BOTH, ids=["netuv", "node"])


@pytest.mark.row("N20")
@both
def test_who_listens(kind: Any, listeners: Any, count: Any, get: Any, set_: Any) -> None:
    x = kind()
    x.on("x", print).once("x", repr).on("x", print)
    assert listeners(x, "x") == [print, repr, print]
    assert listeners(x, "none") == []
    listeners(x, "x").clear()
    assert count(x, "x") == x.listener_count("x") == 3
    assert count(x, "none") == 0


@pytest.mark.row("N20")
def test_listener_count_of_one_function() -> None:
    x = EventEmitter().on("x", print).once("x", repr).on("x", print)
    counts = [x.listener_count("x", each) for each in (print, repr, len, None)]
    assert counts == [2, 1, 0, 3]
    assert x.listener_count("none", print) == 0
    assert x.listener_count("x", 5) == 0  # type: ignore[arg-type]
    y: Any = node_events.EventEmitter().on("x", print)
    assert y.listenerCount("x", print) == 1


@pytest.mark.row("N20")
@both
def test_limits(kind: Any, listeners: Any, count: Any, get: Any, set_: Any) -> None:
    a, b, other = kind(), kind(), kind()
    signal = netuv.AbortController().signal
    assert [get(a), get(signal)] == [10, 0]
    set_(3, a, b, signal)
    assert [get(a), get(b), get(signal), get(other)] == [3, 3, 3, 10]
    set_(20)
    assert [get(a), get(other), get(kind())] == [3, 20, 20]
    assert get(netuv.AbortController().signal) == 0
    set_(None, a)
    assert get(a) == 20
    set_(math.inf)
    assert get(other) == math.inf


@pytest.mark.row("N20")
@both
@pytest.mark.parametrize(
    ("n", "code"),
    [
        (-1, "ERR_OUT_OF_RANGE"),
        (math.nan, "ERR_OUT_OF_RANGE"),
        ("x", "ERR_INVALID_ARG_TYPE"),
        (True, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_a_wrong_limit_sets_nothing(
    kind: Any, listeners: Any, count: Any, get: Any, set_: Any, n: Any, code: str
) -> None:
    a = kind().set_max_listeners(4)
    assert code_of(set_, n, a) == code_of(set_, n) == code
    assert [get(a), get(kind())] == [4, 10]
    assert code_of(set_, 5, a, {}) == "ERR_INVALID_ARG_TYPE"
    assert get(a) == 4  # Node has set it by then


@pytest.mark.row("N20")
@both
@pytest.mark.parametrize("value", [{}, None, 5, EventEmitter], ids=str)
def test_what_is_no_emitter(kind: Any, listeners: Any, count: Any, get: Any, set_: Any, value: Any) -> None:
    assert code_of(listeners, value, "x") == "ERR_INVALID_ARG_TYPE"
    assert code_of(count, value, "x") == "ERR_INVALID_ARG_TYPE"
    assert code_of(get, value) == "ERR_INVALID_ARG_TYPE"
    assert code_of(set_, 5, value) == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("N20")
def test_the_default_is_an_attribute_of_nodes_module() -> None:
    assert node_events.defaultMaxListeners == 10
    node_events.defaultMaxListeners = 20
    assert node_events.EventEmitter.defaultMaxListeners == 20
    assert node_events.getMaxListeners(node_events.EventEmitter()) == 20
    node_events.EventEmitter.defaultMaxListeners = 7
    assert node_events.defaultMaxListeners == 7
    for wrong, code in (
        (-1, "ERR_OUT_OF_RANGE"),
        (math.nan, "ERR_OUT_OF_RANGE"),
        ("x", "ERR_INVALID_ARG_TYPE"),
    ):
        assert code_of(setattr, node_events, "defaultMaxListeners", wrong) == code
    assert code_of(setattr, node_events, "defaultMaxListeners", None) == "ERR_INVALID_ARG_TYPE"
    assert node_events.defaultMaxListeners == 7


# -- errorMonitor --------------------------------------------------------------------------------------


@pytest.mark.row("N20")
def test_error_monitor() -> None:
    assert node_events.errorMonitor is node_events.EventEmitter.errorMonitor is events.error_monitor
    x, heard = EventEmitter(), []
    x.on(events.error_monitor, lambda error: heard.append(("monitor", str(error))))
    with pytest.raises(OSError, match="boom"):  # it is no listener of 'error'
        x.emit("error", OSError("boom"))
    x.on("error", lambda error: heard.append(("error", str(error))))
    assert x.emit("error", OSError("b2"))
    assert heard == [("monitor", "boom"), ("monitor", "b2"), ("error", "b2")]
    assert sorted(x.event_names()) == ["error", events.error_monitor]
    assert (x.listener_count("error"), x.listener_count(events.error_monitor)) == (1, 1)
    assert x.emit(events.error_monitor, OSError("b3"))
    assert heard[-1] == ("monitor", "b3")


@pytest.mark.row("N20")
def test_an_error_monitor_once_and_one_that_raises() -> None:
    x, heard = EventEmitter(), []
    x.once(events.error_monitor, lambda *args: heard.append(args)).on("error", lambda *args: None)
    x.emit("error", 1, 2, 3)
    x.emit("error", 1)
    assert heard == [(1, 2, 3)]

    def raises(*args: Any) -> None:
        raise LookupError("from the monitor")

    y = EventEmitter().on(events.error_monitor, raises).on("error", lambda error: pytest.fail("not reached"))
    with pytest.raises(LookupError):
        y.emit("error", OSError())


@pytest.mark.row("N20")
def test_a_socket_with_an_error_monitor(run: Any, must_call: Any) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    order: list[str] = []

    def refused() -> None:
        sock = net.connect(port, "127.0.0.1")
        sock.on("error", must_call(lambda error: order.append(f"error {error.code}")))
        sock.on(node_events.errorMonitor, must_call(lambda error: order.append(f"monitor {error.code}")))
        sock.on("close", must_call(lambda had_error: order.append("close")))

    def listening() -> None:
        nonlocal port
        port = server.address().port
        server.close(lambda error=None: refused())

    port = 0
    server.on("listening", listening)
    run()
    assert order == ["monitor ECONNREFUSED", "error ECONNREFUSED", "close"]


# -- add_abort_listener --------------------------------------------------------------------------------


@pytest.mark.row("N20")
def test_add_abort_listener() -> None:
    log: list[str] = []
    controller = AbortController()
    added = events.add_abort_listener(controller.signal, lambda: log.append("one"))
    with events.add_abort_listener(controller.signal, lambda: log.append("never")):
        assert controller.signal.listener_count("abort") == 2
    second = events.add_abort_listener(controller.signal, lambda: log.append("never"))
    second.dispose()
    second.dispose()
    controller.signal.on("abort", lambda: log.append("two"))
    controller.abort()
    assert log == ["one", "two"]
    assert controller.signal.listener_count("abort") == 1
    added.dispose()


@pytest.mark.row("N20")
def test_add_abort_listener_to_what_is_aborted_already(run: Any) -> None:
    log: list[str] = []
    events.add_abort_listener(AbortSignal.abort(), lambda: log.append("called"))
    events.add_abort_listener(AbortSignal.abort(), lambda: log.append("never")).dispose()
    assert log == []
    run()
    assert log == ["called"]


@pytest.mark.row("N20")
@pytest.mark.parametrize(
    ("signal", "listener"), [({}, print), (None, print), (AbortController(), print), (AbortSignal(), 5)]
)
def test_add_abort_listener_refuses(signal: Any, listener: Any) -> None:
    assert code_of(events.add_abort_listener, signal, listener) == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("N20")
def test_an_abort_listener_behind_one_that_raises() -> None:
    controller = AbortController()
    log: list[Any] = []

    def raises() -> None:
        raise LookupError

    controller.signal.on("abort", raises)
    node_events.addAbortListener(controller.signal, lambda: log.append(controller.signal.aborted))
    with pytest.raises(LookupError):
        controller.abort()
    assert log == [True]
