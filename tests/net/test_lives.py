"""connect() on a socket that was destroyed begins a new life, and the two do not meddle with each other."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import Run

import netuv


@pytest.fixture
def server(loop: netuv.Loop, transport: Any) -> netuv.Server:
    """Sends back what comes; the test closes it, or it is closed with the last client it waits for."""

    def on_connection(accepted: netuv.Socket) -> None:
        accepted.on("error", lambda error: None)
        accepted.pipe(accepted)

    return netuv.create_server(on_connection).listen(*transport.listen_args)


@pytest.fixture
def dead(transport: Any) -> Iterator[tuple[Any, ...]]:
    """The arguments of a connect() that is refused."""
    sock = socket.socket(transport.family)
    if transport.family == socket.AF_UNIX:
        path = transport.listen_args[0] + ".dead"
        sock.bind(path)
        sock.close()
        yield (path,)
    else:
        sock.bind((transport.listen_args[1], 0))
        yield sock.getsockname()[1], transport.listen_args[1]
        sock.close()


class Log(list[Any]):
    """A socket and what it emits, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.socket = netuv.Socket()
        for event in ("connect", "ready", "end", "finish"):
            self.socket.on(event, lambda event=event: self.append(event))
        self.socket.on("error", lambda error: self.append(error))
        self.socket.on("close", lambda had_error: self.append(("close", had_error)))

    def names(self) -> list[Any]:
        return [getattr(each, "code", None) or each for each in self]


def test_connect_in_error(
    run: Run, transport: Any, server: netuv.Server, dead: Any, loop: netuv.Loop
) -> None:
    log = Log()
    client = log.socket

    def again(error: BaseException) -> None:
        client.connect(*transport.connect_args(server))
        assert client.connecting

    client.once("error", again)

    @client.on("connect")
    def on_connect() -> None:
        assert client in loop.handles
        client.end("over")
        server.close()

    server.on("listening", lambda: client.connect(*dead))
    client.resume()
    run()
    # The end of the second life is heard in full, and only its 'close' is without an error. (On a Unix socket
    # libuv may have connected before it tells that the former handle is closed.)
    assert log.names()[0] == "ECONNREFUSED"
    assert [each for each in log.names() if isinstance(each, tuple)] == [("close", True), ("close", False)]
    assert log.names().count("end") == log.names().count("finish") == 1
    assert log.names()[-1] == ("close", False)
    assert log.names().count("ECONNREFUSED") == 1


def test_a_reconnecting_client_connects_once(
    run: Run, transport: Any, server: netuv.Server, dead: Any
) -> None:
    log = Log()
    client = log.socket
    attempts = []

    def again() -> None:
        attempts.append(1)
        assert len(attempts) < 5
        client.connect(*transport.connect_args(server))

    client.on("error", lambda error: again())
    client.on("close", lambda had_error: had_error or client.listener_count("connect"))
    client.on("connect", lambda: (server.close(), client.destroy()))
    server.on("listening", lambda: client.connect(*dead))
    run()
    assert len(attempts) == 1
    assert sorted(map(str, log.names())) == sorted(
        map(str, ["ECONNREFUSED", ("close", True), "connect", "ready", ("close", False)])
    )


def test_each_life_has_its_close(run: Run, transport: Any, server: netuv.Server, loop: netuv.Loop) -> None:
    log = Log()
    client = log.socket
    first = RuntimeError("the first")

    def go() -> None:
        where = transport.connect_args(server)
        client.connect(*where)
        client.destroy(first)
        client.connect(*where)
        client.destroy()
        client.connect(*where)

    @client.on("connect")
    def on_connect() -> None:
        assert loop.handles.count(client) == 1
        client.destroy()
        server.close()

    server.on("listening", go)
    run()
    closes = [each for each in log if each != "connect" and each != "ready" and each is not first]
    assert closes == [("close", True), ("close", False), ("close", False)]
    assert log.count("connect") == 1
    assert log.count(first) == 1


@pytest.mark.by_itself("it stops and closes the loop")
def test_the_new_life_is_not_ended_by_the_loop_alone(
    run: Run, transport: Any, server: netuv.Server, loop: netuv.Loop
) -> None:
    log = Log()

    @server.on("listening")
    def go() -> None:
        log.socket.connect(*transport.connect_args(server)).destroy()
        log.socket.connect(*transport.connect_args(server))

    log.socket.on("connect", loop.stop)
    run()
    loop.close()
    assert log.socket.destroyed
    assert log.names().count(("close", False)) == 2
    assert log.names().count("connect") == 1


def test_never_connected_and_destroyed_with_an_error(run: Run, transport: Any, server: netuv.Server) -> None:
    log = Log()
    error = RuntimeError("never connected")

    @server.on("listening")
    def go() -> None:
        log.socket.destroy(error)
        log.socket.connect(*transport.connect_args(server))
        assert log.socket.readable

    @log.socket.on("connect")
    def on_connect() -> None:
        assert log.socket.readable
        assert log.socket.writable
        log.socket.destroy()
        server.close()

    run()
    assert log[:2] == [error, ("close", True)]
    assert log[2:] == ["connect", "ready", ("close", False)]


@pytest.mark.parametrize("when", ["connecting", "in flight", "corked"])
def test_what_a_former_life_had_to_write(
    run: Run, transport: Any, server: netuv.Server, must_call: Any, when: str
) -> None:
    """Its callbacks hear once that it was not written; the new life writes as if nothing had been."""
    log = Log()
    client = log.socket
    lost: list[Any] = []
    got = bytearray()

    def first_life() -> None:
        client.connect(*transport.connect_args(server))
        if when == "connecting":
            write_and_go()
        else:
            client.once("connect", write_and_go)

    def write_and_go() -> None:
        client.pause()
        if when == "corked":
            client.cork()
        size = 50_000_000 if when == "in flight" else 5
        client.write(bytes(size), must_call(lost.append))
        client.write(b"queued", must_call(lost.append))
        if when == "corked":
            client.uncork()
            client.cork()
            client.write(b"corked", lambda error: None)
            client.uncork()
        client.end(must_call(lost.append))
        client.destroy()
        client.connect(*transport.connect_args(server))
        assert client.writable_length == 0
        client.write(b"new", must_call(lambda error: lost.append(error) if error else None))
        client.on("data", on_data)
        client.resume()

    def on_data(data: bytes) -> None:
        got.extend(data)
        if got == b"new":
            client.end()
            server.close()

    server.on("listening", first_life)
    run()
    assert got == b"new"
    assert [each for each in log.names() if isinstance(each, tuple)] == [("close", False)] * 2
    if when != "corked":
        assert all(isinstance(error, netuv.NetError) for error in lost)


def test_destroy_and_connect_in_end(run: Run, transport: Any, server: netuv.Server) -> None:
    """What comes after 'end' in the former life (its own end) is not done to the new one."""
    log = Log()
    client = log.socket
    got = bytearray()

    def on_end() -> None:
        client.destroy()
        client.connect(*transport.connect_args(server))
        client.write("second")

    server.on("listening", lambda: client.connect(*transport.connect_args(server)))
    client.once("connect", lambda: client.end())
    client.once("end", on_end)

    @client.on("data")
    def on_data(data: bytes) -> None:
        got.extend(data)
        assert client.writable
        client.end()
        server.close()

    run()
    assert got == b"second"
    assert log.names().count(("close", False)) == 2


def test_a_reset_is_the_former_lifes(run: Run, transport: Any, server: netuv.Server) -> None:
    """reset_and_destroy() waits for 'connect'; destroy() and connect() meanwhile, and it is forgotten."""
    if transport.name == "unix":
        server.close()
        pytest.skip("only TCP has resets")
    log = Log()
    client = log.socket

    @server.on("listening")
    def go() -> None:
        client.connect(*transport.connect_args(server))
        client.reset_and_destroy()
        client.destroy()
        client.connect(*transport.connect_args(server))

    @client.on("ready")
    def on_ready() -> None:
        assert not client.destroyed
        client.end()
        server.close()

    client.resume()
    run()
    assert log.names().count(("close", False)) == 2


def test_a_fin_under_way_is_of_the_former_life(run: Run, transport: Any, server: netuv.Server) -> None:
    log = Log()
    client = log.socket

    @client.once("connect")
    def on_first_connect() -> None:
        client.end()
        client.destroy()
        client.connect(*transport.connect_args(server))
        client.end()

    def on_close(had_error: bool) -> None:
        if log.names().count(("close", False)) == 2:
            server.close()

    client.on("close", on_close)
    server.on("listening", lambda: client.connect(*transport.connect_args(server)))
    client.resume()
    run()
    # (On a Unix socket libuv may have connected before it tells that the former handle is closed.)
    names = log.names()
    assert [names.count(each) for each in ("connect", "finish", "end", ("close", False))] == [2, 1, 1, 2]
    assert len(names) == 7  # with 'ready' of the second life
    assert names.index("finish") > len(names) - 1 - names[::-1].index("connect")
