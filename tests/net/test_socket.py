"""Socket: over a descriptor, its options, addresses, counts, events and states."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, LINGER_0, MustCall, PeerOf, Run, Transport, receive_all, watch

import netuv
from tests.net.peers import accept, place


def kernel_names(sock: netuv.Socket) -> tuple[Any, Any]:
    with socket.socket(fileno=os.dup(sock._handle.fileno())) as kernel:
        return kernel.getsockname()[:2], kernel.getpeername()[:2]


# -- Socket(...) --------------------------------------------------------------------------------------


def connected_pair(transport: Transport) -> tuple[socket.socket, socket.socket]:
    with transport.listener() as listener:
        first = transport.client(listener.getsockname())
        second, _ = listener.accept()
    second.settimeout(LIMIT)
    return first, second


@pytest.mark.row("S13")
@pytest.mark.parametrize("with_type", [False, True])
def test_a_socket_over_a_descriptor(
    run: Run, must_call: MustCall, transport: Transport, peer: PeerOf, with_type: bool
) -> None:
    mine, theirs = connected_pair(transport)
    mine.setblocking(True)
    fd = mine.detach()

    def talk() -> bytes:
        with theirs:
            theirs.sendall(b"ping")
            return receive_all(theirs)

    talking = peer(talk)
    sock = netuv.Socket(fd=fd, type=transport.name if with_type else None)
    assert sock.pending is False
    assert sock.connecting is False
    assert sock.ready_state == "open"
    sock.on("data", must_call(lambda data: (data == b"ping") and sock.end(b"pong")))
    sock.on("end", must_call())
    sock.on("close", must_call(lambda had_error: None))
    run()
    assert talking.result() == b"pong"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)  # the socket owned it


@pytest.mark.row("S13")
def test_a_socket_over_a_pipe(run: Run, must_call: MustCall) -> None:
    read_end, write_end = os.pipe()
    received: list[bytes] = []
    reader = netuv.Socket({"fd": read_end, "readable": True, "writable": False})
    writer = netuv.Socket(fd=write_end, readable=False)
    assert (reader.ready_state, writer.ready_state) == ("readOnly", "writeOnly")
    reader.on("data", received.append)
    reader.on("end", must_call())
    for sock in (reader, writer):
        sock.on("close", must_call(lambda had_error: None))
    writer.write(b"through ")
    writer.end(b"a pipe")
    run()
    assert b"".join(received) == b"through a pipe"


@pytest.mark.row("S13")
@pytest.mark.parametrize("kind", ["file", "closed"])
def test_a_descriptor_that_is_no_socket(loop: netuv.Loop, tmp_path: Path, kind: str) -> None:
    fd = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    try:
        if kind == "closed":
            os.close(fd)
        with pytest.raises(netuv.NetError) as caught:
            netuv.Socket(fd=fd)
        assert caught.value.code in ("ERR_INVALID_FD_TYPE", "EBADF")
    finally:
        if kind == "file":
            os.close(fd)  # it was left alone


@pytest.mark.row("S13", "N14")
def test_options_of_socket(run: Run, transport: Transport) -> None:
    for name, value in (("type", "udp4"), ("fd", -1), ("high_water_mark", -1)):
        with pytest.raises(ValueError, match=name):
            netuv.Socket({name: value})
    for options in ({"fd": "1"}, {"fd": True}, {"onread": 1}, {"handles": 1}, {"loop": 1}):
        with pytest.raises(TypeError):
            netuv.Socket(options)
    mine, theirs = connected_pair(transport)
    with mine, theirs, pytest.raises(ValueError, match="type"):
        netuv.Socket(fd=mine.fileno(), type="tcp4" if transport.name == "unix" else "unix")
    sock = netuv.Socket()
    assert sock.allow_half_open is False
    assert sock.readable_high_water_mark == sock.writable_high_water_mark == 64 * 1024
    assert netuv.Socket(allow_half_open=True).allow_half_open is True
    assert netuv.Socket({"allow_half_open": True}).allow_half_open is True
    assert netuv.Socket(high_water_mark=10).readable_high_water_mark == 10


def test_the_repr_of_a_socket(run: Run, must_call: MustCall) -> None:
    client = netuv.Socket()
    assert repr(client) == "<netuv.Socket open>"
    server = netuv.create_server(lambda accepted: (accepted.end(), server.close()))

    def on_connect() -> None:
        assert repr(client) == "<netuv.Socket open 127.0.0.1>"
        client.destroy()
        assert repr(client) == "<netuv.Socket destroyed>"

    server.listen(0, "127.0.0.1", lambda: client.connect(server.address(), must_call(on_connect)))
    run()


@pytest.mark.row("S13", "S29")
def test_allow_half_open_of_a_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    def serve(sock: socket.socket) -> bytes:
        sock.shutdown(socket.SHUT_WR)
        return receive_all(sock)

    served = peer(accept, listener, serve)
    sock = netuv.Socket(allow_half_open=True).connect(place(listener))
    later = must_call(lambda: sock.end(b"after your end"))
    sock.on("end", lambda: netuv.set_immediate(later)).resume()
    run()
    assert served.result() == b"after your end"


@pytest.mark.row("S13", "N08")
@pytest.mark.parametrize(("kind", "family"), [("tcp4", 4), ("tcp6", 6), (None, 0)])
def test_the_type_is_the_family_of_the_lookup(
    run: Run, must_call: MustCall, kind: str | None, family: int
) -> None:
    def lookup(hostname: str, options: Any, callback: Any) -> None:
        assert options["family"] == family
        callback(ValueError("no answer"))

    sock = netuv.Socket(type=kind)
    sock.connect(port=80, host="example.test", lookup=must_call(lookup))
    sock.on("error", must_call(lambda error: None))
    run()


# -- addresses and counts -----------------------------------------------------------------------------


@pytest.mark.row("S23", "S24", "N09")
def test_addresses_of_both_ends(run: Run, must_call: MustCall, transport: Transport) -> None:
    ends: dict[str, tuple[Any, ...]] = {}
    kernel: dict[str, tuple[Any, ...]] = {}

    def look(name: str, sock: netuv.Socket) -> None:
        kernel[name] = kernel_names(sock)
        ends[name] = (
            (sock.local_address, sock.local_port, sock.local_family),
            (sock.remote_address, sock.remote_port, sock.remote_family),
            sock.address(),
        )
        if len(ends) == 2:
            sock.end()

    server = netuv.create_server()
    server.on("connection", must_call(lambda sock: (look("server", sock.resume()), server.close())))

    def on_listening() -> None:
        sock = netuv.connect(*transport.connect_args(server))
        assert (sock.remote_address, sock.remote_port, sock.remote_family) == (None, None, None)
        sock.on("connect", must_call(lambda: look("client", sock))).resume()

    server.listen(*transport.listen_args, on_listening)
    run()
    if transport.name == "unix":
        nothing = ((None, None, None), (None, None, None), None)
        assert ends == {"client": nothing, "server": nothing}
        return
    family = "IPv4" if transport.name == "tcp4" else "IPv6"
    for name in ("client", "server"):
        local, remote, address = ends[name]
        assert (local[:2], remote[:2]) == kernel[name]
        assert local[2] == remote[2] == family
        assert isinstance(address, netuv.AddressInfo)
        assert (address.address, address.port, address.family) == local
    assert ends["client"][0] == ends["server"][1]


@pytest.mark.row("S23", "S24")
def test_addresses_before_and_after_the_connection(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    peer(accept, tcp, receive_all)
    asked = netuv.connect(place(tcp))
    assert netuv.Socket().address() is None
    assert netuv.Socket().local_port is None

    def on_connect() -> None:
        assert asked.remote_port == tcp.getsockname()[1]
        assert asked.local_address == "127.0.0.1"
        asked.end()

    asked.on("connect", must_call(on_connect))
    run()
    assert asked.remote_address == "127.0.0.1"  # it was read before
    assert (asked.local_address, asked.address()) == (None, None)


@pytest.mark.row("S25")
def test_bytes_read_and_bytes_written(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """bytes_written counts what is queued: before 'connect', in libuv, and while corked."""
    size = 8 << 20
    go = threading.Event()

    def serve(sock: socket.socket) -> int:
        sock.sendall(b"12345")
        assert go.wait(LIMIT)
        return len(receive_all(sock))

    served = peer(accept, listener, serve)
    sock = netuv.connect(place(listener))
    assert (sock.bytes_read, sock.bytes_written) == (0, 0)
    sock.write(b"abc")
    sock.write("äöü")  # 6 bytes
    assert sock.bytes_written == 9

    def on_connect() -> None:
        assert sock.bytes_written == 9
        assert sock.write(bytes(size)) is False
        assert sock.buffer_size > 0
        assert sock.bytes_written == 9 + size
        sock.cork()
        sock.write(b"12")
        assert sock.bytes_written == 11 + size
        sock.uncork()
        sock.end(b"3", must_call(finished))
        assert sock.bytes_written == 12 + size
        go.set()

    def finished(error: Any) -> None:
        assert error is None
        assert sock.bytes_written == 12 + size

    sock.on("ready", must_call(on_connect)).resume()
    run()
    assert served.result() == 12 + size
    assert (sock.bytes_read, sock.bytes_written) == (5, 12 + size)


# -- events -------------------------------------------------------------------------------------------


ALL_EVENTS = ("lookup", "connect", "ready", "data", "end", "timeout", "drain", "finish", "close")


@pytest.mark.row("S26", "N09")
def test_the_events_of_a_socket(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    peer(accept, listener, lambda sock: sock.sendall(sock.recv(10)))
    sock = netuv.connect(place(listener))
    seen = watch(sock, *ALL_EVENTS, "error")
    sock.on("ready", lambda: sock.write(b"x"))
    run()
    assert seen == ["connect", "ready", ("data", b"x"), "end", "finish", ("close", False)]


@pytest.mark.row("S26")
def test_error_then_close(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    """The peer resets the connection: by SO_LINGER, or on Unix by closing with data unread."""
    closed = threading.Event()

    def serve(sock: socket.socket) -> None:
        sock.sendall(b"x")
        assert sock.recv(1, socket.MSG_PEEK) == b"y"
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)

    def serve_and_tell() -> None:
        accept(listener, serve)
        closed.set()

    peer(serve_and_tell)
    sock = netuv.connect(place(listener))
    seen = watch(sock, "end", "finish", "error", "close")

    def on_data(data: bytes) -> None:
        sock.write(b"y")
        assert closed.wait(LIMIT)

    sock.on("data", must_call(on_data))
    run()
    assert [event[0] for event in seen] == ["error", "close"]
    error = seen[0][1]
    assert isinstance(error, ConnectionResetError)
    assert (error.code, error.syscall, str(error)) == ("ECONNRESET", "read", "read ECONNRESET")
    assert seen[1] == ("close", True)


# -- state --------------------------------------------------------------------------------------------


@pytest.mark.row("N09")
def test_states_from_connect_to_close(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    def serve(sock: socket.socket) -> None:
        receive_all(sock)

    peer(accept, listener, serve)
    states: list[tuple[Any, ...]] = []

    def note(name: str) -> None:
        states.append(
            (
                name,
                sock.ready_state,
                sock.connecting,
                sock.pending,
                sock.destroyed,
                sock.closed,
                sock.errored,
            )
        )

    sock = netuv.Socket()
    note("new")
    sock.connect(place(listener))
    note("connecting")
    sock.on("connect", lambda: note("connect"))
    sock.on("ready", lambda: (note("ready"), sock.end(), note("end()")))
    sock.on("end", lambda: note("end"))
    sock.on("close", lambda had_error: note("close"))
    sock.resume()
    run()
    assert states == [
        ("new", "open", False, True, False, False, None),
        ("connecting", "opening", True, True, False, False, None),
        ("connect", "open", False, False, False, False, None),
        ("ready", "open", False, False, False, False, None),
        ("end()", "readOnly", False, False, False, False, None),
        ("end", "closed", False, False, False, False, None),
        ("close", "closed", False, True, True, True, None),
    ]


@pytest.mark.row("N09")
def test_write_only_state(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    def serve(sock: socket.socket) -> None:
        sock.shutdown(socket.SHUT_WR)
        receive_all(sock)

    peer(accept, listener, serve)
    sock = netuv.connect({**place(listener), "allow_half_open": True}).resume()
    states: list[str] = []

    def later() -> None:
        states.append(sock.ready_state)
        sock.end()
        states.append(sock.ready_state)

    sock.on("end", lambda: netuv.set_immediate(later))
    run()
    assert states == ["writeOnly", "closed"]


@pytest.mark.row("N09")
def test_errored_is_what_destroy_was_given(run: Run, must_call: MustCall) -> None:
    sock = netuv.Socket()
    failure = ValueError("mine")
    sock.on("error", must_call(lambda error: None))
    sock.destroy(failure)
    assert (sock.errored, sock.destroyed) == (failure, True)
    run()
    assert sock.closed is True
