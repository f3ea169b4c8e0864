"""Server: how it is made, its address, connections and events, and close()."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyee
import pytest
from helpers import MustCall, PeerOf, Run, Transport, receive_all

import netuv


def refused(transport: Transport, address: Any) -> bool:
    with socket.socket(transport.family) as sock:
        try:
            sock.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
    return False


# -- create_server ------------------------------------------------------------------------------------


def options_none(f: Callable[..., Any]) -> netuv.Server:
    return netuv.create_server(f)


def options_dict(f: Callable[..., Any]) -> netuv.Server:
    return netuv.create_server({"allow_half_open": False}, f)


def options_keywords(f: Callable[..., Any]) -> netuv.Server:
    return netuv.create_server(listener=f, allow_half_open=False)


def options_of_class(f: Callable[..., Any]) -> netuv.Server:
    return netuv.Server({"pause_on_connect": False}, f)


@pytest.mark.row("S01")
@pytest.mark.parametrize("make", [options_none, options_dict, options_keywords, options_of_class])
def test_listener_is_attached_to_connection(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport, make: Any
) -> None:
    def on_connection(sock: netuv.Socket) -> None:
        assert isinstance(sock, netuv.Socket)
        assert sock.server is server
        sock.end(b"hello")
        sock.resume()
        server.close()

    counted = must_call(on_connection)
    server = make(counted)
    assert isinstance(server, netuv.Server)
    assert server.listeners("connection") == [counted]

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            assert receive_all(sock) == b"hello"

    server.listen(*transport.listen_args, must_call(lambda: peer(client)))
    run()


@pytest.mark.row("S01")
def test_defaults_of_create_server(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    """Not half-open: the peer's end ends the connection. Not paused: it reads by itself."""

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        assert sock.allow_half_open is False
        assert sock.is_paused() is False
        assert sock.readable_flowing is None
        sock.on("data", must_call(lambda data: None))
        sock.on("close", must_call(lambda had_error: None))

    server = netuv.create_server(must_call(on_connection))
    assert server.allow_half_open is False
    assert server.pause_on_connect is False

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(b"x")
            sock.shutdown(socket.SHUT_WR)
            assert receive_all(sock) == b""

    server.listen(*transport.listen_args, lambda: peer(client))
    run()


@pytest.mark.row("S01", "S29")
def test_allow_half_open_of_accepted_sockets(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    def on_connection(sock: netuv.Socket) -> None:
        server.close()

        def on_end() -> None:
            # Not in the tick of 'end', where the default would still let a write pass.
            netuv.set_immediate(must_call(lambda: sock.end(b"still here")))

        sock.on("end", must_call(on_end)).resume()

    server = netuv.create_server(must_call(on_connection), allow_half_open=True)

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.shutdown(socket.SHUT_WR)
            assert receive_all(sock) == b"still here"

    server.listen(*transport.listen_args, lambda: peer(client))
    run()


@pytest.mark.row("S01", "N14")
def test_arguments_of_create_server() -> None:
    with pytest.raises(TypeError) as caught:
        netuv.create_server("not options")  # type: ignore[arg-type]
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
    with pytest.raises(TypeError) as caught:
        netuv.create_server({}, "no function")  # type: ignore[arg-type]
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="allow_half_open"):
        netuv.create_server(allowHalfOpen=True)


@pytest.mark.row("S06")
def test_a_server_is_an_event_emitter(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    server = netuv.Server()
    assert isinstance(server, netuv.EventEmitter)
    assert isinstance(server, pyee.EventEmitter)
    assert server.event_names() == []
    seen: list[str] = []

    @server.on("listening")
    def listening() -> None:
        seen.append("listening")
        peer(client)

    @server.once("connection")
    def connection(sock: netuv.Socket) -> None:
        seen.append("connection")
        sock.pipe(sock)
        server.close()

    server.on("close", lambda: seen.append("close"))

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(b"over this transport")
            sock.shutdown(socket.SHUT_WR)
            assert receive_all(sock) == b"over this transport"

    assert server.listen(*transport.listen_args) is server
    run()
    assert seen == ["listening", "connection", "close"]


# -- close --------------------------------------------------------------------------------------------


@pytest.mark.row("S09", "S12")
def test_close_keeps_the_connections(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    seen: list[str] = []
    server = netuv.create_server()

    def on_connection(sock: netuv.Socket) -> None:
        address = transport.stdlib_address(server)
        server.close(must_call(lambda error: seen.append(f"callback {error}")))
        assert server.listening is False
        assert server.address() is None
        assert refused(transport, address)
        sock.on("data", lambda data: (seen.append("data"), sock.write(data.upper())))
        sock.on("end", lambda: seen.append("end"))

    server.on("connection", must_call(on_connection))
    server.on("close", must_call(lambda: seen.append("close")))

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            for text in (b"one", b"two"):
                sock.sendall(text)
                assert sock.recv(16) == text.upper()

    server.listen(*transport.listen_args, lambda: peer(client))
    run()
    assert seen == ["data", "data", "end", "close", "callback None"]


@pytest.mark.row("S09")
def test_close_without_connections(run: Run, must_call: MustCall, transport: Transport) -> None:
    seen: list[str] = []
    server = netuv.create_server()
    server.on("close", lambda: seen.append("close"))

    def on_listening() -> None:
        assert server.close(must_call(lambda error: seen.append(f"callback {error}"))) is server
        seen.append("close() returned")

    server.listen(*transport.listen_args, on_listening)
    run()
    assert seen == ["close() returned", "close", "callback None"]


@pytest.mark.row("S09", "S12")
def test_close_comes_before_that_of_the_last_socket(
    run: Run, must_call: MustCall, transport: Transport
) -> None:
    seen: list[str] = []
    server = netuv.create_server()

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        sock.on("close", lambda had_error: seen.append("socket"))
        netuv.set_immediate(lambda: (sock.destroy(), seen.append("destroyed")))

    server.on("connection", must_call(on_connection))
    server.on("close", lambda: seen.append("server"))

    def on_listening() -> None:
        netuv.connect(*transport.connect_args(server)).resume()

    server.listen(*transport.listen_args, on_listening)
    run()
    assert seen == ["destroyed", "server", "socket"]


@pytest.mark.row("S09", "N14")
def test_close_of_a_server_that_does_not_listen(run: Run, must_call: MustCall) -> None:
    def hear(error: Any) -> None:
        assert error.code == "ERR_SERVER_NOT_RUNNING"

    server = netuv.create_server()
    server.close(must_call(hear))
    run()
    server.close(must_call(hear))
    run()
    with pytest.raises(TypeError, match="callback"):
        server.close("no function")  # type: ignore[arg-type]


@pytest.mark.row("S09", "S12")
def test_close_twice_emits_once(run: Run, must_call: MustCall, transport: Transport) -> None:
    codes: list[Any] = []
    server = netuv.create_server()
    server.on("close", must_call())

    def on_listening() -> None:
        server.close(must_call(codes.append))
        server.close(must_call(lambda error: codes.append(error.code)))

    server.listen(*transport.listen_args, on_listening)
    run()
    assert codes == [None, "ERR_SERVER_NOT_RUNNING"]


@pytest.mark.row("S09")
def test_close_before_listening(run: Run, must_call: MustCall, transport: Transport) -> None:
    server = netuv.create_server()
    server.on("listening", must_call(times=0)).on("close", must_call())
    server.listen(*transport.listen_args)
    server.close()
    run()


@pytest.mark.row("S09")
def test_the_file_of_a_unix_server(run: Run, must_call: MustCall, short_path: Path) -> None:
    path = short_path / "s"
    server = netuv.create_server()
    server.listen(str(path))
    assert stat.S_ISSOCK(path.stat().st_mode)
    server.close(must_call(lambda error: None))
    run()
    assert not path.exists()


@pytest.mark.row("S09")
def test_listen_again_after_close(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    answers: list[bytes] = []

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            answers.append(receive_all(sock))

    def on_connection(sock: netuv.Socket) -> None:
        sock.end(b"served")
        sock.resume()
        server.close()

    server = netuv.create_server(must_call(on_connection, times=2))
    server.on("listening", lambda: peer(client))
    server.once("close", lambda: server.listen(*transport.listen_args))
    server.listen(*transport.listen_args)
    run()
    assert answers == [b"served", b"served"]


# -- address, get_connections -------------------------------------------------------------------------


@pytest.mark.row("S10")
def test_address_of_each_transport(run: Run, must_call: MustCall, transport: Transport) -> None:
    def on_listening() -> None:
        address = server.address()
        if transport.name == "unix":
            assert address == transport.listen_args[0]
        else:
            with socket.socket(fileno=os.dup(server._handle.fileno())) as sock:
                host, port = sock.getsockname()[:2]
            assert isinstance(address, netuv.AddressInfo)
            assert (address.address, address.port) == (host, port)
            assert address.address == transport.listen_args[1]
            assert address.family == ("IPv4" if transport.name == "tcp4" else "IPv6")
        server.close()
        assert server.address() is None

    server = netuv.create_server()
    assert server.address() is None
    server.listen(*transport.listen_args, must_call(on_listening))
    run()


@pytest.mark.row("S11")
def test_get_connections(run: Run, must_call: MustCall, transport: Transport) -> None:
    counts: list[tuple[Any, int]] = []
    accepted: list[netuv.Socket] = []
    server = netuv.create_server()

    def ask(then: Callable[[], object]) -> None:
        def answer(error: Any, count: int) -> None:
            counts.append((error, count))
            then()

        before = len(counts)
        assert server.get_connections(must_call(answer)) is server
        assert len(counts) == before, "it must answer later"

    def on_connection(sock: netuv.Socket) -> None:
        accepted.append(sock.resume())
        if len(accepted) == 2:
            ask(one_less)

    def one_less() -> None:
        accepted[0].destroy()
        ask(none_left)

    def none_left() -> None:
        accepted[1].destroy()
        ask(lambda: server.close())

    def connect_twice() -> None:
        for _ in range(2):
            netuv.connect(*transport.connect_args(server)).resume()

    server.on("connection", on_connection)
    server.listen(*transport.listen_args, lambda: ask(connect_twice))
    run()
    assert counts == [(None, 0), (None, 2), (None, 1), (None, 0)]
    with pytest.raises(TypeError, match="callback"):
        server.get_connections(None)  # type: ignore[arg-type]


@pytest.mark.row("S12")
def test_the_events_of_a_server(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    seen: list[Any] = []
    server = netuv.create_server()
    for event in ("listening", "connection", "close", "error", "drop"):
        server.on(event, lambda *args, event=event: seen.append((event, *map(type, args))))
    server.on("connection", lambda sock: sock.on("end", lambda: seen.append("end")).resume())
    server.on("connection", lambda sock: server.close())

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(b"x")

    server.on("listening", lambda: peer(client))
    server.listen(*transport.listen_args)
    run()
    assert seen == [("listening",), ("connection", netuv.Socket), "end", ("close",)]
