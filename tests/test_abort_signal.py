"""AbortController and AbortSignal: what Node 26.10.0 printed for the same programs is expected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from helpers import plain

import netuv
from netuv import AbortController, AbortSignal, node
from netuv.errors import AbortError


def code_of(function: Callable[..., Any], *args: Any) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*args)
    return caught.value.code  # type: ignore[attr-defined, no-any-return]


# -- reasons -------------------------------------------------------------------------------------------


@pytest.mark.row("N25")
@pytest.mark.parametrize("reason", [5, 0, False, "", "why", KeyError("e")], ids=repr)
def test_a_reason_is_kept_as_it_is(reason: Any) -> None:
    controller = AbortController()
    controller.abort(reason)
    for signal in controller.signal, AbortSignal.abort(reason), AbortSignal.any([controller.signal]):
        assert signal.aborted is True
        assert signal.reason is reason
        with pytest.raises((KeyError, AbortError)) as caught:
            signal.throw_if_aborted()
        if isinstance(reason, KeyError):
            assert caught.value is reason
        else:  # only exceptions can be raised
            assert isinstance(caught.value, AbortError)
            assert caught.value.reason is reason


@pytest.mark.row("N25")
def test_without_a_reason_it_is_an_error_that_says_so() -> None:
    for signal in AbortSignal.abort(), AbortSignal.abort(None):
        assert isinstance(signal.reason, AbortError)
        assert (signal.reason.code, str(signal.reason)) == ("ABORT_ERR", "This operation was aborted")
        with pytest.raises(AbortError) as caught:
            signal.throw_if_aborted()
        assert caught.value is signal.reason


@pytest.mark.row("N25")
def test_before_it_is_aborted() -> None:
    signal = AbortController().signal
    signal.throw_if_aborted()
    assert (signal.aborted, signal.reason) == (False, None)


@pytest.mark.row("N25")
@pytest.mark.parametrize("name", ["aborted", "reason"])
def test_state_cannot_be_set(name: str) -> None:
    controller = AbortController()
    with pytest.raises(AttributeError):
        setattr(controller.signal, name, True)
    with pytest.raises(AttributeError):
        controller.signal = AbortSignal()  # type: ignore[misc]


@pytest.mark.row("N25")
def test_only_the_first_abort_counts(must_call: Any) -> None:
    controller = AbortController()

    def again() -> None:
        controller.abort("again")
        assert controller.signal.reason == "first"

    controller.signal.on("abort", must_call(again))
    controller.abort("first")
    controller.abort("second")
    assert controller.signal.reason == "first"


@pytest.mark.row("N25")
def test_all_listeners_are_called_and_the_first_exception_comes_out(log: list[str]) -> None:
    controller = AbortController()
    dependent = AbortSignal.any([controller.signal])
    for signal, name in (controller.signal, "a"), (dependent, "s"):

        def first(name: str = name) -> None:
            log.append(f"{name}1")
            raise LookupError(f"{name}1")

        signal.on("abort", first)
        signal.on("abort", lambda name=name: log.append(f"{name}2"))
    with pytest.raises(LookupError, match="a1") as caught:
        controller.abort()
    assert log == ["a1", "a2", "s1", "s2"]
    assert "s1" in str(caught.value.__context__)


@pytest.fixture
def log() -> list[str]:
    return []


# -- timeout -------------------------------------------------------------------------------------------


@pytest.mark.row("N25")
def test_timeout(run: Any, must_call: Any) -> None:
    signal = AbortSignal.timeout(10)
    keep_running = netuv.set_timeout(lambda: None, 60_000)

    def on_abort() -> None:
        reason = signal.reason
        assert isinstance(reason, TimeoutError)
        assert isinstance(reason, netuv.NetError)
        assert (reason.code, str(reason)) == ("TIMEOUT_ERR", "The operation was aborted due to timeout")
        with pytest.raises(TimeoutError) as caught:
            signal.throw_if_aborted()
        assert caught.value is reason
        keep_running.close()

    assert not signal.aborted
    signal.on("abort", must_call(on_abort))
    run()


@pytest.mark.row("N25")
def test_a_timeout_does_not_keep_the_loop_running() -> None:
    loop = netuv.Loop()
    signal = AbortSignal.timeout(60_000, loop=loop)
    signal.on("abort", lambda: pytest.fail("never"))
    loop.run()
    assert not signal.aborted
    loop.close()


@pytest.mark.row("N25")
def test_a_timeout_of_nothing_is_later(run: Any, must_call: Any) -> None:
    signal = AbortSignal.timeout(0)
    assert not signal.aborted
    netuv.set_timeout(must_call(lambda: None), 5)
    run()
    assert signal.aborted


@pytest.mark.row("N25")
def test_a_timeout_on_another_loop(must_call: Any) -> None:
    loop = netuv.Loop()
    signal = AbortSignal.timeout(1, loop=loop)
    signal.on("abort", must_call(lambda: None))
    netuv.set_timeout(lambda: None, 5, loop=loop)
    loop.run()
    loop.close()
    assert signal.aborted


@pytest.mark.row("N25")
@pytest.mark.parametrize(
    ("delay", "code"),
    [
        *((value, "ERR_INVALID_ARG_TYPE") for value in ("5", None, True, {})),
        *((value, "ERR_OUT_OF_RANGE") for value in (-1, float("nan"), float("inf"), 1.5, 2**32, 2**53)),
    ],
)
def test_a_wrong_delay(delay: Any, code: str) -> None:
    assert code_of(AbortSignal.timeout, delay) == code


# -- any -----------------------------------------------------------------------------------------------


@pytest.mark.row("N25")
def test_any_goes_by_the_first(must_call: Any) -> None:
    a, b = AbortController(), AbortController()
    signal = AbortSignal.any([a.signal, b.signal])
    assert not signal.aborted
    signal.on("abort", must_call(lambda: None))
    b.abort("B")
    a.abort("A")
    assert (signal.aborted, signal.reason) == (True, "B")


@pytest.mark.row("N25")
@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_any_of_what_is_aborted_already(kind: Callable[..., Any]) -> None:
    one, two = AbortSignal.abort("one"), AbortSignal.abort("two")
    signal = AbortSignal.any(kind([AbortController().signal, one, two]))
    assert (signal.aborted, signal.reason) == (True, "one")
    assert not AbortSignal.any(kind([])).aborted


@pytest.mark.row("N25")
def test_all_know_it_before_any_listener_is_called(log: list[Any]) -> None:
    a = AbortController()
    s1 = AbortSignal.any([a.signal])
    s2 = AbortSignal.any([s1, AbortController().signal])
    s2.on("abort", lambda: log.append("s2"))
    s1.on("abort", lambda: log.extend(["s1", s2.aborted]))
    a.signal.on("abort", lambda: log.extend(["a", s1.aborted, s2.aborted]))
    a.abort("r")
    assert log == ["a", True, True, "s1", True, "s2"]
    assert s2.reason == "r"
    assert s1.reason is s2.reason is a.signal.reason


@pytest.mark.row("N25")
def test_any_of_the_same_twice_and_in_a_listener(must_call: Any) -> None:
    a = AbortController()
    AbortSignal.any([a.signal, a.signal]).on("abort", must_call(lambda: None))
    a.signal.on("abort", must_call(lambda: made.append(AbortSignal.any([a.signal]))))
    made: list[AbortSignal] = []
    assert a.signal.listener_count("abort") == 1  # what depends on it is none
    a.abort()
    assert made[0].aborted


@pytest.mark.row("N25")
@pytest.mark.parametrize("value", [None, 5, "x", b"x", [5], [None], [{}], [netuv.EventEmitter()]], ids=plain)
def test_any_of_something_else(value: Any) -> None:
    assert code_of(AbortSignal.any, value) == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("N25")
def test_a_long_lived_signal_does_not_collect_what_was_made_of_it() -> None:
    source, other = AbortController(), AbortController()
    signal = AbortSignal.any([source.signal, other.signal])
    gone = weakref.ref(signal)
    del signal
    gc.collect()
    assert gone() is None
    signal = AbortSignal.any([source.signal, other.signal])
    heard: list[str] = []

    def listener() -> None:
        heard.append("abort")

    signal.on("abort", listener)
    gone = weakref.ref(signal)
    del signal
    gc.collect()
    assert gone() is not None  # somebody listens
    gone().off("abort", listener)  # type: ignore[union-attr]
    gc.collect()
    assert gone() is None
    AbortSignal.any([source.signal, other.signal]).once("abort", listener)
    gc.collect()
    source.abort()
    assert heard == ["abort"]
    gc.collect()
    assert not other.signal._dependents


@pytest.mark.row("N25")
def test_a_timeout_that_only_its_listener_knows(run: Any, must_call: Any) -> None:
    AbortSignal.any([AbortSignal.timeout(1), AbortController().signal]).on("abort", must_call(lambda: None))
    gc.collect()
    netuv.set_timeout(lambda: None, 10)
    run()


# -- on real sockets -----------------------------------------------------------------------------------


@pytest.mark.row("N25", "N08")
def test_connect_with_a_timeout_and_with_any(run: Any, must_call: Any) -> None:
    server = netuv.create_server(lambda accepted: accepted.resume())
    heard: list[Any] = []

    def first() -> None:
        client = netuv.connect(server.address().port, "127.0.0.1", signal=AbortSignal.timeout(20))
        client.on("error", lambda error: heard.extend([error.code, str(error), error.__cause__.code]))
        client.on("close", must_call(lambda had_error: (heard.append(had_error), second())))

    def second() -> None:
        a, b = AbortController(), AbortController()
        signal = AbortSignal.any([a.signal, b.signal])
        client = netuv.connect(server.address().port, "127.0.0.1", signal=signal)
        client.on("connect", must_call(lambda: b.abort("why")))
        client.on("error", lambda error: heard.extend([error.code, error.reason]))
        client.on("close", must_call(lambda had_error: (heard.append(had_error), server.close())))

    server.listen(0, "127.0.0.1", first)
    run()
    assert heard == ["ABORT_ERR", "The operation was aborted", "TIMEOUT_ERR", True, "ABORT_ERR", "why", True]


@pytest.mark.row("N25", "N05")
def test_listen_with_any(run: Any, must_call: Any) -> None:
    controller = AbortController()
    server = netuv.create_server()
    server.on("close", must_call(lambda: None))
    server.listen(port=0, host="127.0.0.1", signal=AbortSignal.any([controller.signal]))
    server.on("listening", controller.abort)
    run()
    assert not server.listening


@pytest.mark.row("N25")
def test_a_socket_that_closed_before_takes_its_listener_away(run: Any) -> None:
    controller = AbortController()
    sock = netuv.Socket(signal=AbortSignal.any([controller.signal]))
    gone = weakref.ref(sock)
    sock.destroy()
    run()
    del sock
    gc.collect()
    assert gone() is None
    controller.abort()


# -- Node's spellings ----------------------------------------------------------------------------------


@pytest.mark.row("N25")
def test_node_spellings() -> None:
    controller = node.AbortController()
    assert type(controller.signal) is node.AbortSignal
    for made in node.AbortSignal.abort(), node.AbortSignal.any([controller.signal, AbortSignal()]):
        assert type(made) is node.AbortSignal
    signal: Any = node.AbortSignal.any([controller.signal])
    signal.throwIfAborted()
    controller.abort("x")
    with pytest.raises(AbortError):
        signal.throwIfAborted()
