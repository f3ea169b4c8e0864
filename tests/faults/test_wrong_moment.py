"""Right calls at the wrong moment: twice, before the connection, after the end, after destroy()."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    Connection,
    code_of,
    read_and_close,
)

import netuv


@pytest.mark.row("N14")
def test_listen_twice(run: Any, transport: Any) -> None:
    server = netuv.create_server().listen(*transport.listen_args)
    again = [code_of(lambda: server.listen(*transport.listen_args))]

    def on_listening() -> None:
        again.append(code_of(lambda: server.listen(*transport.listen_args)))
        server.close()

    server.on("listening", on_listening)
    run()
    assert again == ["ERR_SERVER_ALREADY_LISTEN"] * 2


@pytest.mark.parametrize("when", ["connecting", "connected"])
@pytest.mark.row("S14")
def test_connect_twice(run: Any, transport: Any, echo_server: Any, must_call: Any, when: str) -> None:
    """As in Node: an 'error', and that is the end of the socket."""
    events: list[Any] = []

    def on_listening() -> None:
        arguments = transport.connect_args(echo_server)
        client = netuv.connect(*arguments)
        client.on("error", lambda error: events.append(error.code))
        client.on("close", lambda had_error: (events.append(had_error), echo_server.close()))
        if when == "connecting":
            client.connect(*arguments)
        else:
            client.once("connect", lambda: client.connect(*arguments))

    echo_server.on("listening", on_listening)
    run()
    assert events == ["EALREADY" if when == "connecting" else "EISCONN", True]


@pytest.mark.row("S14", "S25")
def test_connect_after_destroy(run: Any, transport: Any, echo_server: Any) -> None:
    """As in Node a socket can live several times, each time with all of its events."""
    events: list[Any] = []
    client = netuv.Socket()
    lives = 3

    def live() -> None:
        client.connect(*transport.connect_args(echo_server))
        client.write(b"hello")

    def on_close(had_error: bool) -> None:
        events.append(("close", had_error, client.bytes_read))
        if len(events) < lives * 3:
            live()
        else:
            echo_server.close()

    client.on("connect", lambda: events.append("connect"))
    client.on("data", lambda data: (events.append(data), client.destroy()))
    client.on("close", on_close)
    echo_server.on("listening", live)
    run()
    assert events == ["connect", b"hello", ("close", False, 5)] * lives


def test_connect_right_after_destroy(run: Any, transport: Any, echo_server: Any) -> None:
    events: list[str] = []

    def on_listening() -> None:
        client = netuv.Socket()
        client.on("connect", lambda: (events.append("connect"), client.destroy()))
        client.on("close", lambda had_error: events.append("close"))
        client.destroy()
        client.connect(*transport.connect_args(echo_server))
        client.once("connect", echo_server.close)

    echo_server.on("listening", on_listening)
    run()
    assert events[-2:] == ["connect", "close"]


@pytest.mark.parametrize("half_open", [True, False])
@pytest.mark.row("S17", "N14")
def test_write_after_end(connect: Callable[..., Connection], run: Any, half_open: bool) -> None:
    """The callback hears it, then 'error', then 'close'; nothing is raised."""
    connection = connect(allow_half_open=half_open)
    mine, results = connection.mine, []
    mine.end(b"all")
    assert mine.write(b"more", results.append) is False
    assert results == []
    run()
    connection.check_end("ERR_STREAM_WRITE_AFTER_END")
    assert [error.code for error in results] == ["ERR_STREAM_WRITE_AFTER_END"]


@pytest.mark.row("S18", "N14")
def test_write_after_destroy(connect: Callable[..., Connection], run: Any) -> None:
    connection = connect()
    mine, results = connection.mine, []
    mine.destroy()
    assert mine.write(b"x", results.append) is False
    mine.end(b"x", None, results.append)
    run()
    connection.check_end()
    assert [error.code for error in results] == ["ERR_STREAM_DESTROYED"] * 2


def test_write_when_the_peer_has_ended(connect: Callable[..., Connection], run: Any) -> None:
    """The socket has closed itself in turn, and the error says why."""
    connection = connect()
    mine, results = connection.mine, []
    connection.theirs.close()

    def late() -> None:
        mine.write(b"x", results.append)

    mine.resume().on("close", lambda had_error: netuv.set_timeout(late, 1))
    run()
    assert len(results) == 1
    assert results[0].code in ("EPIPE", "ERR_STREAM_DESTROYED")


def test_write_and_end_on_a_socket_that_was_never_connected(run: Any) -> None:
    client = netuv.Socket()
    results: list[Any] = []
    client.on("error", lambda error: results.append(error.code))
    client.on("close", lambda had_error: results.append(had_error))
    client.write(b"x", lambda error: results.append(error.code))
    assert results == []
    run()
    assert results == ["ERR_SOCKET_CLOSED", "ERR_SOCKET_CLOSED", True]


def test_methods_of_a_socket_without_a_connection_do_no_harm(run: Any, must_call: Any) -> None:
    client = netuv.Socket()
    client.pause().resume().set_no_delay().set_keep_alive(True).ref().unref().set_timeout(0)
    client.cork()
    client.uncork()
    assert client.read() is None
    assert client.address() is None
    assert client.remote_address is client.remote_port is client.local_address is None
    assert (client.bytes_read, client.bytes_written, client.buffer_size) == (0, 0, 0)
    client.unpipe()
    client.on("close", must_call())
    client.destroy().destroy()
    client.pause().resume().set_no_delay().set_keep_alive(True).ref().unref().set_timeout(100)
    assert client.read() is None
    client.destroy_soon()
    run()


def test_methods_of_a_destroyed_socket_do_no_harm(connect: Callable[..., Connection], run: Any) -> None:
    connection = connect()
    mine = connection.mine

    def use() -> None:
        mine.pause().resume().set_no_delay().set_keep_alive(True, 1000).ref().unref()
        mine.set_timeout(10).set_timeout(0)
        mine.cork()
        mine.uncork()
        assert mine.read() is None
        mine.set_encoding("utf8").unpipe().destroy_soon()
        assert mine.address() is None
        assert mine.get_type_of_service() == 0
        assert mine.ready_state == "closed"
        mine.destroy(ValueError("too late"))

    mine.destroy()
    use()
    mine.on("close", lambda had_error: use())
    run()
    use()
    run()
    connection.check_end()


def test_end_twice(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    connection = connect()
    reader = peer(read_and_close, connection.theirs)
    results: list[Any] = []
    connection.mine.end(b"x", None, lambda error: results.append(error))
    connection.mine.end(lambda error: results.append(error))
    connection.mine.resume()
    run()
    assert reader.result() == b"x"
    connection.check_end()
    assert results == [None, None]
