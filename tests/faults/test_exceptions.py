"""Listeners and callbacks that raise, and errors that nobody listens to."""

from __future__ import annotations

import functools
import socket
import sys
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    LINGER_0,
    Connection,
    read_and_close,
    tcp_pair,
)

import netuv


def test_a_listener_that_raises_does_not_harm_others(run: Any, transport: Any, peer: Any) -> None:
    """The connection whose listener raised stays open, the next ones are served."""
    raised: list[BaseException] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("data", lambda data: on_data(client, data))
        client.on("end", lambda: None)

    def on_data(client: netuv.Socket, data: bytes) -> None:
        if data == b"bad":
            raise KeyError("a bug in the program")
        client.write(data)

    def talk() -> list[bytes]:
        first = transport.client(transport.stdlib_address(server))
        with first:
            first.sendall(b"bad")
            with transport.client(transport.stdlib_address(server)) as second:
                second.sendall(b"good")
                answers = [second.recv(100)]
            first.sendall(b"again")
            answers.append(first.recv(100))
        netuv_loop.call_soon_threadsafe(server.close)
        return answers

    server = netuv.create_server(on_connection)
    netuv_loop = server._loop
    netuv_loop.on("uncaughtException", raised.append)
    talker: list[Any] = []
    server.listen(*transport.listen_args, lambda: talker.append(peer(talk)))
    run()
    assert talker[0].result() == [b"good", b"again"]
    assert [type(error) for error in raised] == [KeyError]


def test_an_exception_in_a_data_listener_leaves_the_rest_of_the_data(
    connect: Callable[..., Connection], run: Any
) -> None:
    connection = connect()
    received: list[bytes] = []

    def on_data(data: bytes) -> None:
        received.append(data)
        if len(received) == 1:
            connection.theirs.sendall(b"second")
            connection.theirs.close()
            raise KeyError

    connection.mine.on("data", on_data)
    connection.theirs.sendall(b"first")
    with pytest.raises(KeyError):
        run()
    run()
    assert b"".join(received) == b"firstsecond"
    connection.check_end()
    assert connection.count("end") == 1


def test_a_write_callback_that_raises_does_not_keep_the_others_from_theirs(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    connection = connect()
    reader = peer(read_and_close, connection.theirs)
    mine, called, raised = connection.mine, [], []

    def callback(number: int, error: Any) -> None:
        called.append(number)
        if number % 2:
            raise KeyError(number)

    mine._loop.on("uncaughtException", lambda error: raised.append(type(error)))
    mine.cork()
    for number in range(6):
        mine.write(b"x", functools.partial(callback, number))
    mine.uncork()
    mine.resume().end()
    run()
    assert reader.result() == b"x" * 6
    assert called == list(range(6))
    assert raised == [KeyError] * 3
    connection.check_end()


def test_an_error_that_nobody_listens_to_says_what_to_do(run: Any, loop: netuv.Loop) -> None:
    """Node's rule, it is raised; but with the place and the remedy in it."""
    near, far = tcp_pair()
    mine = netuv.Socket(fd=near.detach())
    mine.resume()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    far.close()
    with pytest.raises(ConnectionResetError) as caught:
        run()
    assert str(caught.value) == "read ECONNRESET"
    if sys.version_info >= (3, 11):
        assert any("on('error'" in note for note in caught.value.__notes__)
    run()
    assert mine.destroyed
    assert loop.handles == []
