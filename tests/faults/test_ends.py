"""Ends that do not come, or come before the data is out or has been read."""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    LIMIT,
    Connection,
    MiB,
    accept_and_read,
    receive_all,
)

import netuv


@pytest.mark.row("S17")
def test_end_before_connect(run: Any, transport: Any, peer: Any) -> None:
    """What was written goes out, then the end; in Node's order."""
    events: list[Any] = []
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        client = netuv.connect(*transport.peer_args(listener))
        for event in ("connect", "ready", "finish", "end", "error"):
            client.on(event, functools.partial(events.append, event))
        client.on("close", lambda had_error: events.append(("close", had_error)))
        client.resume()
        client.write(b"one,")
        client.end(b"two")
        run()
        assert reader.result() == b"one,two"
    assert events == ["connect", "ready", "finish", "end", ("close", False)]


@pytest.mark.row("S17", "S29")
def test_end_sends_what_is_queued_and_goes_on_reading(run: Any, transport: Any, echo_server: Any) -> None:
    """End() is not close()."""
    received: list[bytes] = []

    def on_listening() -> None:
        client = netuv.connect(*transport.connect_args(echo_server))
        client.on("data", received.append)
        client.on("close", lambda had_error: echo_server.close())
        client.end(b"hello" * 100_000)

    echo_server.on("listening", on_listening)
    run()
    assert b"".join(received) == b"hello" * 100_000


@pytest.mark.row("S19", "S26")
def test_close_comes_after_all_data_and_end_however_slow_the_reader(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """The peer has long closed when the last of it is read."""
    connection = connect()
    mine, received = connection.mine, []

    def send() -> None:
        with connection.theirs:
            connection.theirs.sendall(b"x" * MiB)

    def on_data(data: bytes) -> None:
        received.append(len(data))
        assert "end" not in connection.events
        mine.pause()
        netuv.set_timeout(mine.resume, 1)

    sender = peer(send)
    mine.on("data", on_data)
    run()
    sender.result()
    assert sum(received) == MiB
    assert connection.events == ["end", "finish", ("close", False)]


def test_nobody_reads_so_no_end_comes_until_somebody_does(
    connect: Callable[..., Connection], run: Any
) -> None:
    """Node's rule; a resume() is all it takes."""
    connection = connect()
    connection.theirs.sendall(b"x" * 1000)
    connection.theirs.close()
    seen: list[Any] = []

    def later() -> None:
        seen.extend(connection.events)
        assert connection.mine.readable_length == 1000
        connection.mine.resume()

    netuv.set_timeout(later, 30)
    run()
    assert seen == []
    assert connection.events == ["end", "finish", ("close", False)]


@pytest.mark.row("S29")
@pytest.mark.parametrize("first", ["mine", "theirs"])
def test_half_open_sockets_are_closed_in_the_end(
    connect: Callable[..., Connection], run: Any, peer: Any, first: str
) -> None:
    """Whoever ends first, with both ends over the socket closes itself: no CLOSE_WAIT is left."""
    connection = connect(allow_half_open=True)
    mine, received = connection.mine, []

    def talk() -> bytes:
        with connection.theirs as theirs:
            if first == "theirs":
                theirs.shutdown(socket.SHUT_WR)
            data = receive_all(theirs)
            if first == "mine":
                theirs.sendall(b"after the end of the other side")
            return data

    talker = peer(talk)
    mine.on("data", received.append)
    if first == "mine":
        mine.end(b"bye")
    else:
        mine.on("end", lambda: netuv.set_timeout(mine.end, 20, b"y" * MiB))
    run()
    connection.check_end()
    assert connection.count("end") == connection.count("finish") == 1
    if first == "mine":
        assert talker.result() == b"bye"
        assert b"".join(received) == b"after the end of the other side"
    else:
        assert talker.result() == b"y" * MiB


@pytest.mark.row("S09")
def test_close_of_a_server_does_not_wait_for_ever_when_its_connections_are_destroyed(
    run: Any, transport: Any, peer: Any
) -> None:
    """One idle, one busy, one stalled client; close() keeps them, the program ends them."""
    sockets: list[netuv.Socket] = []
    done: list[str] = []

    def on_connection(client: netuv.Socket) -> None:
        sockets.append(client)
        client.on("error", lambda error: None)
        client.write(b"x" * (8 * MiB))
        if len(sockets) == 3:
            server.close(lambda error: done.append("close"))
            netuv.set_timeout(end_all, 30)

    def end_all() -> None:
        assert done == []
        assert server.listening is False
        for client in sockets:
            client.destroy()

    def clients() -> None:
        address = transport.stdlib_address(server)
        idle, busy, stalled = (transport.client(address) for _ in range(3))
        with idle, busy, stalled:
            busy.recv(100_000)
            released.wait(LIMIT)

    released = threading.Event()
    server = netuv.create_server(on_connection)
    server.on("close", released.set)
    server.listen(*transport.listen_args, lambda: peer(clients))
    run()
    assert done == ["close"]
