"""A listener or callback raises once: run() says so, and what netuv has to do there is done all the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

import netuv

DATA = os.urandom(300_000)


class Bug(Exception):
    pass


CLIENT = [
    "lookup",
    "connectionAttempt",
    "connect",
    "ready",
    "data",
    "end",
    "finish",
    "close",
    "drain",
    "resume",
]
SERVER = ["data", "end", "finish", "close", "resume"]
PLACES = [
    *(f"client {event}" for event in CLIENT),
    *(f"accepted {event}" for event in SERVER),
    "connection",
    "listening",
    "server close",
    "write callback",
    "end callback",
    "close callback",
]


class Program:
    """A client sends DATA to an echo server and reads it, and one of its callbacks raises once."""

    def __init__(self, place: str, many: bool) -> None:
        self.armed = True
        self.place = place
        self.heard: Counter[str] = Counter()
        self.got = bytearray()
        self.many = many
        self.server = netuv.create_server()
        self.server.on("connection", self.on_connection)
        self.server.on("close", lambda: self.at("server close"))
        self.server.listen(0, "127.0.0.1", self.on_listening)

    def at(self, place: str) -> None:
        self.heard[place] += 1
        if self.armed and place == self.place:
            self.armed = False
            raise Bug(place)

    def watch(self, name: str, sock: netuv.Socket, events: list[str]) -> None:
        for event in events:
            sock.on(event, lambda *args, event=event: self.at(f"{name} {event}"))

    def on_connection(self, accepted: netuv.Socket) -> None:
        accepted.pipe(accepted)
        self.watch("accepted", accepted, SERVER)
        self.at("connection")

    def on_listening(self) -> None:
        address = self.server.address()
        assert isinstance(address, netuv.AddressInfo)

        def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
            found = [{"address": address.address, "family": 4}]
            if self.many:  # the first of them fails at once
                found.insert(0, {"address": "224.0.0.1", "family": 4})
                netuv.next_tick(callback, None, found)
            else:
                netuv.next_tick(callback, None, address.address, 4)

        family = 0 if self.many else 4
        client = netuv.connect(port=address.port, host="some.example", family=family, lookup=lookup)
        client.on("data", self.got.extend)
        client.on("data", lambda data: client.end(self.on_end) if len(self.got) == len(DATA) else None)
        client.on("close", lambda had_error: self.server.close(lambda error: self.at("close callback")))
        self.watch("client", client, [*CLIENT, "connectionAttemptFailed"])
        client.write(DATA, lambda error: self.at("write callback"))
        self.at("listening")

    def on_end(self, error: Any) -> None:
        self.at("end callback")


def check(program: Program) -> None:
    assert not program.armed
    assert program.heard["client close"] == 1
    assert program.heard["accepted close"] == 1
    assert program.heard["server close"] == 1
    assert bytes(program.got) == DATA


# 'data' listeners after the one that raises miss a chunk, as in Node; the client's first one has it here.
# The ends of the two directions are the stream layer's.
@pytest.mark.parametrize("many", [False, True], ids=["one address", "two addresses"])
@pytest.mark.parametrize("place", [*PLACES, "client connectionAttemptFailed"])
def test_a_second_run_finishes_what_a_listener_interrupted(run: Any, place: str, many: bool) -> None:
    if place.endswith("Failed") and not many:
        pytest.skip("there is one address, which connects")
    program = Program(place, many)
    with pytest.raises(Bug, match=place):
        run()
    run()
    check(program)


@pytest.mark.parametrize("place", PLACES)
def test_uncaught_exception_listener(run: Any, loop: netuv.Loop, place: str) -> None:
    heard: list[Any] = []
    loop.on("uncaughtException", heard.append)
    program = Program(place, many=False)
    run()
    assert [str(error) for error in heard] == [place]
    check(program)


@pytest.mark.parametrize(
    "event", ["lookup", "connectionAttempt", "connectionAttemptFailed", "error", "close"]
)
@pytest.mark.parametrize("many", [False, True], ids=["one address", "many"])
def test_a_connect_that_fails(run: Any, must_call: Any, event: str, many: bool) -> None:
    """'error' and 'close' come once each, whichever listener raised."""
    heard: Counter[str] = Counter()
    addresses = [{"address": f"224.0.0.{i}", "family": 4} for i in range(1, 4)]

    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        if many:
            netuv.next_tick(callback, None, addresses)
        else:
            netuv.next_tick(callback, None, "224.0.0.1", 4)

    client = netuv.Socket()
    armed = [True]

    def listener(name: str) -> Callable[..., None]:
        def listen(*args: Any) -> None:
            heard[name] += 1
            if name == event and armed:
                armed.clear()
                raise Bug(name)

        return listen

    for name in ("lookup", "connectionAttempt", "connectionAttemptFailed", "error", "close"):
        client.on(name, listener(name))
    client.connect(port=1, host="some.example", family=0 if many else 4, lookup=lookup)
    if not many and event == "connectionAttemptFailed":
        run()  # a connect() that fails within the call has no attempt that could fail
    else:
        with pytest.raises(Bug):
            run()
    run()
    assert heard["error"] == 1
    assert heard["close"] == 1
    if many and event != "lookup":
        assert heard["connectionAttempt"] == heard["connectionAttemptFailed"] == 3


def test_an_attempt_that_is_refused(run: Any, must_call: Any) -> None:
    """'connectionAttemptFailed' of a connect that libuv answers later."""
    import socket

    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        client = netuv.connect(dead.getsockname()[1], "127.0.0.1")

        def raises(*args: Any) -> None:
            raise Bug

        client.on("connectionAttemptFailed", raises)
        client.on("error", must_call(lambda error: None))
        client.on("close", must_call(lambda had_error: None))
        with pytest.raises(Bug):
            run()
        run()


def test_connection_attempt_timeout(run: Any, must_call: Any) -> None:
    """The next address is tried."""
    import socket

    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port = full.getsockname()[1]
    waiting = []
    for _ in range(3):  # its backlog is full then: a further connect is not answered
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        waiting.append(sock)

    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        callback(None, [{"address": "127.0.0.1", "family": 4}, {"address": "224.0.0.1", "family": 4}])

    def raises(*args: Any) -> None:
        raise Bug

    client = netuv.connect(
        port=port, host="some.example", lookup=lookup, auto_select_family_attempt_timeout=10
    )
    client.on("connectionAttemptTimeout", must_call(raises))
    client.on("error", must_call(lambda error: None))
    client.on("close", must_call(lambda had_error: None))
    try:
        with pytest.raises(Bug):
            run()
        run()
    finally:
        for sock in (full, *waiting):
            sock.close()


@pytest.mark.parametrize("answer", [5, [5], [{}], [{"address": 5, "family": 4}], None], ids=repr)
def test_a_lookup_function_with_an_odd_answer(run: Any, must_call: Any, answer: Any) -> None:
    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        netuv.next_tick(callback, None, answer)

    client = netuv.connect(port=1, host="some.example", lookup=lookup)
    client.on("error", must_call(lambda error: error.code == "ERR_INVALID_IP_ADDRESS" or pytest.fail(error)))
    client.on("close", must_call(lambda had_error: None))
    run()


def test_a_lookup_function_that_raises(run: Any, must_call: Any) -> None:
    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        raise Bug

    client = netuv.Socket()
    client.on("close", must_call(lambda had_error: None))
    with pytest.raises(Bug):
        client.connect(port=1, host="some.example", lookup=lookup)
    assert client.destroyed
    run()


@pytest.mark.parametrize("kind", ["read", "write", "end", "reset"])
def test_what_waits_for_connect_is_done_though_a_listener_raises(
    run: Any, must_call: Any, transport: Any, kind: str
) -> None:
    got = bytearray()
    ended = []

    def on_connection(accepted: netuv.Socket) -> None:
        accepted.on("data", got.extend)
        accepted.on("error", lambda error: None)
        accepted.on("end", lambda: ended.append(1))
        accepted.write("hello")
        accepted.on("close", must_call(lambda had_error: server.close()))
        if kind in ("read", "write"):
            accepted.end()

    server = netuv.create_server(on_connection).listen(*transport.listen_args)

    @server.on("listening")
    def go() -> None:
        def raises() -> None:
            raise Bug

        client = netuv.connect(*transport.connect_args(server), raises)
        client.on("ready", must_call(lambda: None))
        client.on("close", must_call(lambda had_error: None))
        if kind == "reset" and transport.name != "unix":
            client.reset_and_destroy()
        else:
            client.on("data", must_call(lambda data: data == b"hello" or pytest.fail(data)))
            if kind == "write":
                client.write("a", must_call(lambda error: error and pytest.fail(error)))
                client.write("b", must_call(lambda error: error and pytest.fail(error)))
            elif kind != "read":
                client.end()

    with pytest.raises(Bug):
        run()
    run()
    assert got == (b"ab" if kind == "write" else b"")


def test_destroy_soon_though_a_finish_listener_raises(run: Any, must_call: Any, transport: Any) -> None:
    """The peer does not end: it is destroy_soon() that closes."""

    def on_connection(accepted: netuv.Socket) -> None:
        def raises() -> None:
            raise Bug

        accepted.on("finish", raises)
        accepted.on("close", must_call(lambda had_error: server.close()))
        accepted.write("x")
        accepted.destroy_soon()

    server = netuv.create_server(on_connection).listen(*transport.listen_args)
    client = netuv.Socket(allow_half_open=True)
    client.on("end", lambda: netuv.set_timeout(client.end, 50))
    client.resume()
    server.on("listening", lambda: client.connect(*transport.connect_args(server)))
    with pytest.raises(Bug):
        run()
    run()


@pytest.mark.parametrize("event", ["error", "close", "drop", "listening"])
def test_a_server_whose_listener_raises(run: Any, must_call: Any, event: str) -> None:
    def raises(*args: Any) -> None:
        raise Bug

    server = netuv.create_server(lambda accepted: accepted.resume())
    if event == "error":
        server.listen(1, "192.0.2.1")
    else:
        server.listen(0, "127.0.0.1")
    server.on("close", must_call(lambda: None, 0 if event == "close" else 1))
    server.prepend_listener(event, raises)
    if event == "drop":
        server.max_connections = 0
        server.on("listening", lambda: netuv.connect(server.address().port, "127.0.0.1").resume())
    elif event == "close":
        server.on("listening", server.close)
    with pytest.raises(Bug):
        run()
    if event in ("drop", "listening"):
        assert server.listening
        server.close()
    run()
