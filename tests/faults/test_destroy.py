"""destroy() in the middle of things: in every event, while data is buffered, while connecting."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    Connection,
)

import netuv


@pytest.mark.row("S18")
def test_destroy_in_the_middle_of_its_own_data(connect: Callable[..., Connection], run: Any) -> None:
    """No more 'data', no 'end'. All listeners of that 'data' hear it, as in Node."""
    connection = connect()
    mine, calls = connection.mine, []
    mine.on("data", lambda data: (calls.append("first"), mine.destroy()))
    mine.on("data", lambda data: calls.append("second"))
    connection.theirs.sendall(b"x" * 200_000)
    connection.theirs.close()
    run()
    assert calls == ["first", "second"]
    assert mine.readable_ended is False
    assert connection.events == [("close", False)]


@pytest.mark.parametrize("encoding", [None, "utf8", "hex"])
def test_destroy_with_more_data_in_the_buffer(
    connect: Callable[..., Connection], run: Any, encoding: str | None
) -> None:
    """As in Node: what had been read before still comes, but nothing else; no 'end' either."""
    connection = connect()
    mine, sizes = connection.mine, []
    if encoding:
        mine.set_encoding(encoding)

    def on_data(data: Any) -> None:
        sizes.append(len(data))
        mine.destroy()

    def start() -> None:
        assert mine.readable_length > 0
        mine.unshift(b"front")
        mine.on("data", on_data)

    connection.theirs.sendall(b"x" * 10_000)
    netuv.set_timeout(start, 20)
    run()
    assert sizes == [10, 20_000] if encoding == "hex" else [5, 10_000]
    assert connection.events == [("close", False)]


DESTROYERS = {
    "data": lambda c, f: (c.mine.on("data", f), c.theirs.sendall(b"x")),
    "readable": lambda c, f: (c.mine.on("readable", f), c.theirs.sendall(b"x")),
    "end": lambda c, f: (c.mine.resume().on("end", f), c.theirs.close()),
    "finish": lambda c, f: c.mine.on("finish", f).end(),
    "prefinish": lambda c, f: c.mine.on("prefinish", f).end(),
    "timeout": lambda c, f: c.mine.set_timeout(1, f),
    "pause": lambda c, f: (c.mine.on("pause", f), c.mine.resume().pause()),
    "resume": lambda c, f: c.mine.on("resume", f).resume(),
    "write callback": lambda c, f: c.mine.write(b"x", f),
    "end callback": lambda c, f: c.mine.end(b"x", None, f),
    "newListener": lambda c, f: (c.mine.on("newListener", f), c.mine.on("data", f)),
    "error": lambda c, f: (c.mine.on("error", f), c.mine.destroy(ValueError("wrong"))),
    "close": lambda c, f: (c.mine.on("close", f), c.mine.destroy()),
    "unpipe": lambda c, f: (c.mine.on("unpipe", f), c.mine.pipe(c.mine), c.mine.unpipe(c.mine)),
    "pipe": lambda c, f: (c.mine.on("pipe", f), c.mine.pipe(c.mine)),
}


@pytest.mark.parametrize("event", DESTROYERS)
@pytest.mark.row("S18", "S26")
def test_destroy_in_any_of_its_events(connect: Callable[..., Connection], run: Any, event: str) -> None:
    """One 'close', at the end, and no second 'error'."""
    connection = connect()
    called: list[Any] = []

    def destroy(*args: Any) -> None:
        called.append(args)
        connection.mine.destroy()

    DESTROYERS[event](connection, destroy)
    run()
    assert called
    assert connection.count("close") == 1
    assert connection.events[-1] == ("close", event == "error")
    assert connection.count("error") == (event == "error")
    connection.mine.write(b"x")
    run()
    assert connection.count("close") == 1


@pytest.mark.parametrize("event", ["connect", "ready", "connectionAttempt", "lookup"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_destroy_while_connecting(run: Any, event: str, host: str) -> None:
    events: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = netuv.connect(listener.getsockname()[1], host, family=4)
        for name in ("lookup", "connectionAttempt", "connect", "ready", "end", "error", "close"):
            client.on(name, lambda *args, name=name: events.append(name))
        client.on(event, lambda *args: client.destroy())
        client.on("connectionAttempt", lambda *args: None)
        if event == "lookup" and host == "127.0.0.1":
            client.destroy()  # there is none for an address
        run()
    assert events[-1] == "close"
    assert events.count("close") == 1
    assert "error" not in events
    if event != "ready":
        assert "ready" not in events or event == "connect"


def test_destroy_in_connection(run: Any, transport: Any, peer: Any, must_call: Any) -> None:
    server = netuv.create_server(must_call(lambda client: (client.destroy(), server.close())))

    def client() -> bytes:
        with transport.client(transport.stdlib_address(server)) as sock:
            try:
                return sock.recv(1)
            except ConnectionResetError:
                return b""

    server.listen(*transport.listen_args, lambda: peer(client))
    run()


def test_destroy_emits_no_end(connect: Callable[..., Connection], run: Any) -> None:
    """A torn stream must not look complete."""
    connection = connect()
    connection.theirs.sendall(b"half of")
    connection.mine.on("data", lambda data: netuv.set_immediate(connection.mine.destroy))
    run()
    assert connection.events == [("close", False)]
    assert connection.mine.readable_ended is False
    assert connection.mine.readable_aborted is True
