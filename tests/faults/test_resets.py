"""Peers that reset the connection or are gone: one 'error' with the kernel's code, then one 'close'."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    LIMIT,
    LINGER_0,
    Connection,
    MiB,
)

import netuv

RESET = ("ECONNRESET", "EPIPE")


@pytest.mark.row("S16", "S26")
def test_a_peer_that_resets_while_data_is_queued(connect: Callable[..., Connection], run: Any) -> None:
    """Every callback is called once, with the true error; one 'error', one 'close'."""
    connection = connect()
    mine, results = connection.mine, [[] for _ in range(20)]
    for each in results:
        mine.write(b"x" * MiB, each.append)
    assert mine.writable_length > 0
    ends: list[Any] = []
    mine.end(ends.append)
    connection.theirs.recv(1000)
    connection.reset()
    run()
    connection.check_end(*RESET)
    assert [len(each) for each in results] == [1] * 20
    assert len(ends) == 1
    failed = [error for (error,) in results if error is not None]
    assert failed
    assert isinstance(ends[0], OSError)
    assert all(isinstance(error, netuv.NetError) for error in failed)
    assert failed[0].code in (*RESET, "ECANCELED")  # when reading has seen it first


@pytest.mark.row("S26")
def test_a_peer_that_resets_while_nothing_is_going_on(connect: Callable[..., Connection], run: Any) -> None:
    connection = connect()
    connection.mine.write(b"unread, so that a Unix peer resets too")
    connection.mine.resume()
    connection.reset()
    run()
    connection.check_end("ECONNRESET")
    assert connection.count("end") == 0
    assert connection.mine.readable_ended is False
    assert isinstance(connection.mine.errored, ConnectionResetError)


def test_writes_to_a_peer_that_is_gone_tell_the_true_error(
    connect: Callable[..., Connection], run: Any
) -> None:
    """Once it was hidden as EAGAIN, and the queue grew for ever."""
    connection = connect(allow_half_open=True)
    mine, results = connection.mine, []
    mine.pause()
    mine.write(b"x")
    connection.reset()

    def again() -> None:
        if not mine.destroyed:
            mine.write(b"x" * 1000, results.append)
            netuv.set_timeout(again, 1)

    again()
    run()
    connection.check_end(*RESET)
    assert results[-1] is not None
    assert len(results) <= 5


def test_clients_that_reset_before_they_are_accepted(run: Any, must_call: Any, peer: Any) -> None:
    """The server is there for the next one, whatever of them it gets to see."""
    seen: list[Any] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("error", seen.append)
        assert client.remote_port is None or client.remote_port > 0
        client.pipe(client)

    def clients() -> bytes:
        for _ in range(30):
            with socket.create_connection(server.address()[0:3:2], LIMIT) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        with socket.create_connection(server.address()[0:3:2], LIMIT) as good:
            good.sendall(b"hello")
            answer = good.recv(100)
        server._loop.call_soon_threadsafe(server.close)
        return answer

    server = netuv.create_server(on_connection)
    threads: list[Any] = []
    server.on("error", lambda error: pytest.fail(str(error)))
    server.listen(0, "127.0.0.1", lambda: threads.append(peer(clients)))
    run()
    assert threads[0].result() == b"hello"
    assert all(error.code == "ECONNRESET" for error in seen)


@pytest.mark.parametrize("state", ["half open", "paused", "unread"])
def test_a_peer_that_is_gone_costs_no_cpu(connect: Callable[..., Connection], run: Any, state: str) -> None:
    """A descriptor that is always readable, or hung up, must not be polled for it."""
    connection = connect(allow_half_open=True)
    if state == "half open":
        connection.mine.resume()
        connection.theirs.shutdown(socket.SHUT_WR)
    else:
        if state == "paused":
            connection.mine.pause()
        connection.theirs.sendall(b"x")
        connection.theirs.close()
    before = time.process_time()
    netuv.set_timeout(connection.mine.destroy, 500)
    run()
    assert time.process_time() - before < 0.25
    assert connection.count("close") == 1
