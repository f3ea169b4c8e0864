"""A listener of netuv.node, and whatever else it calls, gets as many arguments as it takes."""

from __future__ import annotations

import functools
import socket
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv import node as facade
from netuv.node import EventEmitter, dns, events, net, process, setImmediate, setInterval, setTimeout
from netuv.node.arity import arguments, fitted


class Callable2:
    def __call__(self, a: object, b: object) -> tuple[object, object]:
        return a, b

    def method(self, a: object, b: object = "b") -> tuple[object, object]:
        return a, b

    @classmethod
    def of_class(cls, a: object) -> object:
        return a

    @staticmethod
    def static(*args: object) -> tuple[object, ...]:
        return args


# function, what it makes of (), (1), (1, 2), (1, 2, 3)
TAKES: list[tuple[Any, list[object]]] = [
    (lambda: "none", ["none"] * 4),
    (lambda a: a, [None, 1, 1, 1]),
    (lambda a, b: (a, b), [(None, None), (1, None), (1, 2), (1, 2)]),
    (lambda a, b="b": (a, b), [(None, "b"), (1, "b"), (1, 2), (1, 2)]),
    (lambda a="a": a, ["a", 1, 1, 1]),
    (lambda *args: args, [(), (1,), (1, 2), (1, 2, 3)]),
    (lambda a, *args: (a, args), [(None, ()), (1, ()), (1, (2,)), (1, (2, 3))]),
    (lambda a, *, b="b": (a, b), [(None, "b"), (1, "b"), (1, "b"), (1, "b")]),
    (Callable2(), [(None, None), (1, None), (1, 2), (1, 2)]),
    (Callable2().method, [(None, "b"), (1, "b"), (1, 2), (1, 2)]),
    (Callable2.of_class, [None, 1, 1, 1]),
    (Callable2.static, [(), (1,), (1, 2), (1, 2, 3)]),
    (functools.partial(lambda a, b: (a, b), 0), [(0, None), (0, 1), (0, 1), (0, 1)]),
    (functools.partial(Callable2().method, 0), [(0, "b"), (0, 1), (0, 1), (0, 1)]),
    (int, [0, 1, None, None]),
]


@pytest.mark.parametrize(("function", "expected"), TAKES)
def test_what_a_function_gets(function: Any, expected: list[object]) -> None:
    for count, answer in enumerate(expected):
        if answer is not None or function is not int:
            args = tuple(range(1, count + 1))
            assert fitted(function)(*args) == answer
            assert fitted(function, count)(*args) == answer
            assert function(*arguments(function, args)) == answer


def test_what_fits_is_left_alone() -> None:
    def one(a: object) -> None:
        pass

    assert fitted(one, 1) is one
    assert fitted(one, 0) is not one
    assert fitted(one) is not one
    assert fitted(print) is print
    assert fitted(print, 3) is print


def test_listeners(run: Any) -> None:
    x: Any = EventEmitter()
    heard: list[object] = []
    x.on("x", lambda: heard.append(0))
    x.once("x", lambda a: heard.append((a,)))
    x.prependListener("x", lambda a, b, c: heard.append((a, b, c)))
    x.prependOnceListener("x", lambda *args: heard.append(args))

    @x.on("x")
    def decorated(a: object) -> None:
        heard.append(a)

    x.emit("x", 1, 2)
    assert heard == [(1, 2), (1, 2, None), 0, (1,), 1]
    x.emit("x")
    assert heard[5:] == [(None, None, None), 0, None]


def test_a_listener_is_known_by_its_own_name() -> None:
    x: Any = EventEmitter()
    seen: list[object] = []
    x.on("newListener", lambda event, listener: seen.append(("new", listener)))
    x.on("removeListener", lambda event, listener: seen.append(("removed", listener)))

    def none() -> None:
        seen.append("called")

    x.on("x", none).once("x", none)
    assert x.listeners("x") == [none, none] == events.getEventListeners(x, "x")
    raw = x.rawListeners("x")
    assert raw[0] is none
    assert raw[1].listener is none
    assert x.listenerCount("x", none) == 2
    assert x.eventNames() == ["newListener", "removeListener", "x"]
    x.off("x", none)
    assert x.listenerCount("x") == 1
    x.emit("x", 1)
    x.removeListener("x", none)
    x.once("x", none)
    x.emit("x", 1)
    assert x.listenerCount("x") == 0
    x.once("x", none).off("x", none)
    x.removeListener("newListener", none)
    assert seen[1:] == [
        ("new", none),
        ("new", none),
        ("removed", none),
        "called",
        ("removed", none),
        ("new", none),
        ("removed", none),
        "called",
        ("new", none),
        ("removed", none),
    ]


def test_thousands_of_listeners_are_known_by_their_names() -> None:
    x: Any = EventEmitter().setMaxListeners(0)
    heard: list[int] = []
    all_of_them = [lambda i=i, **_: heard.append(i) for i in range(500)]
    for each in all_of_them:
        x.once("x", each)
    for each in all_of_them[:400]:
        x.off("x", each)
    x.emit("x")
    assert heard == list(range(400, 500))
    assert x.emit("x") is False


def test_an_async_listener_is_still_refused() -> None:
    async def listener() -> None: ...

    for wrong in listener, None, 5:
        with pytest.raises(TypeError) as caught:
            EventEmitter().addListener("x", wrong)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]


@pytest.mark.by_itself("where asyncio runs, the context of the listener is in front of it")
def test_the_one_data_listener_has_nothing_in_front_of_it(run: Any) -> None:
    def listener(chunk: bytes) -> None:
        heard.append(chunk)
        assert client._readable_state.consumer is listener  # type: ignore[comparison-overlap]

    heard: list[bytes] = []
    ours, theirs = socket.socketpair()
    client: Any = net.Socket({"fd": ours.detach()}).on("data", listener)
    with theirs:
        theirs.sendall(b"x")
        theirs.shutdown(socket.SHUT_WR)
        run()
    assert heard == [b"x"]


def test_a_whole_connection_with_listeners_and_callbacks_of_any_number(run: Any, must_call: Any) -> None:
    """With must_call's own function in front there would be nothing to see: it takes any number."""
    done: list[str] = []

    def connected(c: Any) -> None:
        def on_data(chunk: Any, encoding: Any) -> None:
            assert (chunk, encoding) == (b"hello", None)
            c.end("bye", lambda: done.append("ended"))

        c.on("data", on_data)
        c.on("close", lambda: done.append("served"))
        c.setTimeout(20_000, lambda nothing: done.append("timeout"))

    def listening(nothing: Any) -> None:
        client = net.connect(server.address().port, "127.0.0.1", lambda nothing: done.append("connected"))
        client.write("hello", lambda: done.append("written"))
        client.on("data", lambda: done.append("data"))
        client.on("close", lambda: server.close(lambda: done.append("closed")))

        def count(error: Any) -> None:
            assert error is None
            done.append("counted")

        client.on("end", lambda nothing: server.getConnections(count))

    server: Any = net.createServer(connected)
    server.on("connection", lambda: done.append("connection"))
    server.listen(0, "127.0.0.1", listening)
    run()
    assert sorted(done) == [
        "closed",
        "connected",
        "connection",
        "counted",
        "data",
        "ended",
        "served",
        "written",
    ]


def test_timers_and_ticks(run: Any) -> None:
    done: list[object] = []
    setTimeout(lambda: done.append("timeout"), 1, "too", "many")
    setTimeout(lambda a, b: done.append((a, b)), 1, "too few")
    setImmediate(lambda: done.append("immediate"), 1)
    process.nextTick(lambda: done.append("tick"), 1)
    interval = setInterval(lambda a: (done.append(a), interval.close()), 1)
    run()
    assert done[0] == "tick"
    assert sorted(map(str, done[1:])) == ["('too few', None)", "None", "immediate", "timeout"]


def test_lookup(run: Any) -> None:
    done: list[object] = []
    dns.lookup("127.0.0.1", lambda error, address: done.append(address))
    dns.lookup("a" * 70 + ".test", {"family": 4}, lambda error, address, family: done.append(family))
    dns.lookupService("127.0.0.1", 80, lambda error: done.append(error))
    run()
    assert sorted(map(str, done)) == ["127.0.0.1", "None", "None"]


def test_signals_and_the_end() -> None:
    made: Any = facade.proc.Process()
    done: list[str] = []
    made.on("SIGUSR2", lambda: done.append("signal"))
    made.on("exit", lambda: done.append("exit"))
    made.emit("SIGUSR2", "SIGUSR2", 12)
    made.removeAllListeners("SIGUSR2")
    made.emit("exit", 0)
    assert done == ["signal", "exit"]


def test_abort(run: Any) -> None:
    controller: Any = facade.AbortController()
    done: list[object] = []
    controller.signal.on("abort", lambda event, more: done.append(more))
    events.addAbortListener(controller.signal, lambda event: done.append(event))
    controller.abort()
    run()
    assert done == [None, None]


def test_onread(run: Any) -> None:
    done: list[object] = []
    ours, theirs = socket.socketpair()
    onread = {"buffer": bytearray(9), "callback": lambda size: done.append(size)}
    client: Any = net.Socket({"fd": ours.detach(), "onread": onread})
    with theirs:
        theirs.sendall(b"xy")
        theirs.shutdown(socket.SHUT_WR)
        client.on("end", lambda: client.destroy())
        run()
    assert done == [2]


def test_the_core_does_not_cut(loop: netuv.Loop, short_path: Path) -> None:
    x = netuv.EventEmitter()
    x.on("x", lambda: None)
    with pytest.raises(TypeError):
        x.emit("x", 1)
