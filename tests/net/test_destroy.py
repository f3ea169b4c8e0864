"""The ways to end a connection: destroy, destroy_soon, reset_and_destroy; what is written without one."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, receive_all, watch

import netuv
from tests.net.peers import accept, place

# -- destroy ------------------------------------------------------------------------------------------


@pytest.mark.row("S18")
def test_destroy_ends_all_io(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    def serve(sock: socket.socket) -> None:
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            sock.sendall(bytes(64 << 20))

    peer(accept, listener, serve)
    sock = netuv.connect(place(listener))
    seen = watch(sock, "end", "finish", "error", "close")
    codes: list[str] = []

    def on_data(data: bytes) -> None:
        assert sock.destroy() is sock
        assert sock.destroyed is True
        assert sock.destroy() is sock
        assert sock.write(b"x", lambda error: codes.append(error.code)) is False
        assert seen == []

    sock.on("data", must_call(on_data))
    run()
    assert codes == ["ERR_STREAM_DESTROYED"]
    assert seen == [("close", False)]


@pytest.mark.row("S18")
def test_destroy_in_connect_of_a_socket_that_is_to_read(run: Run, listener: socket.socket) -> None:
    sock = netuv.connect(place(listener))
    seen = watch(sock, "data", "end", "error", "close")  # to read is a step at 'connect', too
    sock.prepend_listener("connect", sock.destroy)
    run()
    assert seen == [("close", False)]
    assert (sock.readable_ended, sock.writable_finished) == (False, False)


@pytest.mark.row("S18")
@pytest.mark.parametrize("when", ["at once", "lookup", "attempt", "connect"])
def test_destroy_while_connecting(run: Run, must_call: MustCall, tcp: socket.socket, when: str) -> None:
    sock = netuv.connect(tcp.getsockname()[1], "localhost")
    seen = watch(sock, "ready", "end", "finish", "error", "close")
    if when == "at once":
        sock.on("connect", must_call(times=0))
        sock.destroy()
    elif when == "lookup":
        sock.on("connect", must_call(times=0))
        sock.once("lookup", must_call(lambda *args: sock.destroy()))
    elif when == "attempt":
        sock.on("connect", must_call(times=0))
        sock.once("connectionAttempt", must_call(lambda *args: sock.destroy()))
    else:
        sock.on("connect", must_call(lambda: sock.destroy()))
    run()
    assert [event for event in seen if event != "ready"] == [("close", False)]


@pytest.mark.row("S18")
def test_destroy_in_connect_with_the_flow_to_start_then(
    run: Run, must_call: MustCall, tcp: socket.socket
) -> None:
    sock = netuv.connect(tcp.getsockname()[1], "127.0.0.1")
    sock.on("connect", must_call(lambda: sock.destroy()))
    seen = watch(sock, "end", "finish", "error", "close")
    sock.resume()
    run()
    assert seen == [("close", False)]


@pytest.mark.row("S18")
def test_destroy_drops_what_is_queued(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """Each callback hears it, and nothing keeps the loop running."""
    size = 16 << 20
    destroyed = threading.Event()

    def serve(sock: socket.socket) -> int:
        assert destroyed.wait(LIMIT)
        try:
            return len(receive_all(sock))
        except ConnectionResetError:
            return 0

    served = peer(accept, listener, serve)
    codes: list[Any] = []

    def on_connect() -> None:
        for _ in range(2):
            assert sock.write(bytes(size), lambda error: codes.append(error.code)) is False
        sock.destroy()

    sock = netuv.connect(place(listener), must_call(on_connect))
    sock.on("close", lambda had_error: destroyed.set())
    run()
    assert codes == ["ECANCELED"] * 2
    assert served.result() < size


# -- other ends ---------------------------------------------------------------------------------------


@pytest.mark.row("N10")
def test_destroy_with_an_error(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    peer(accept, listener, receive_all)
    failure = ValueError("mine")
    sock = netuv.connect(place(listener))
    seen = watch(sock, "end", "finish", "error", "close")

    def on_connect() -> None:
        assert sock.destroy(failure) is sock
        sock.destroy(KeyError("too late"))
        assert seen == []

    sock.on("connect", must_call(on_connect))
    run()
    assert seen == [("error", failure), ("close", True)]
    with pytest.raises(TypeError, match="error"):
        netuv.Socket().destroy("no exception")  # type: ignore[arg-type]


@pytest.mark.row("N10")
@pytest.mark.parametrize("size", [0, 5, 8 << 20])
def test_destroy_soon_sends_what_is_queued(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, size: int
) -> None:
    served = peer(accept, listener, receive_all)
    sock = netuv.connect(place(listener))
    seen = watch(sock, "finish", "error", "close")

    def on_connect() -> None:
        sock.write(bytes(size))
        sock.destroy_soon()
        assert sock.writable is False

    sock.on("connect", must_call(on_connect))
    run()
    assert len(served.result()) == size
    assert seen == ["finish", ("close", False)]


@pytest.mark.row("N10")
def test_destroy_soon_when_all_is_sent(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    go = threading.Event()

    def serve(sock: socket.socket) -> None:
        assert receive_all(sock) == b"x"
        assert go.wait(LIMIT)  # this end stays open

    peer(accept, listener, serve)
    sock = netuv.connect(place(listener))

    def on_finish() -> None:
        sock.destroy_soon()
        assert sock.destroyed is True
        go.set()

    sock.on("finish", must_call(on_finish)).on("close", must_call(lambda had_error: None))
    sock.end(b"x")
    run()


@pytest.mark.row("N10")
@pytest.mark.parametrize("when", ["connected", "connecting"])
def test_reset_and_destroy(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf, when: str
) -> None:
    """The peer sees a reset, not an end; this side closes without an error."""

    def serve(sock: socket.socket) -> None:
        with pytest.raises(ConnectionResetError):
            receive_all(sock)

    peer(accept, tcp, serve)
    sock = netuv.connect(place(tcp))
    seen = watch(sock, "error", "close")
    if when == "connected":
        sock.on("connect", must_call(lambda: sock.reset_and_destroy()))
    else:
        assert sock.reset_and_destroy() is sock
        assert (sock.destroyed, sock.connecting) == (False, True)
    run()
    assert seen == [("close", False)]


@pytest.mark.row("N10")
@pytest.mark.parametrize("when", ["never connected", "closed"])
def test_reset_and_destroy_without_a_connection(run: Run, must_call: MustCall, when: str) -> None:
    codes: list[str] = []
    sock = netuv.Socket()
    sock.on("error", lambda error: codes.append(error.code))
    sock.on("close", must_call(lambda had_error: None))
    if when == "closed":
        sock.destroy()
        run()
    sock.reset_and_destroy()
    run()
    assert codes == (["ERR_SOCKET_CLOSED"] if when == "never connected" else [])


@pytest.mark.row("N10")
def test_reset_and_destroy_of_a_unix_socket(
    run: Run, must_call: MustCall, peer: PeerOf, short_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_path / "s"))
        listener.listen()
        listener.settimeout(LIMIT)
        served = peer(accept, listener, receive_all)

        def on_connect() -> None:
            with pytest.raises(netuv.NetError) as caught:
                sock.reset_and_destroy()
            assert caught.value.code == "ERR_INVALID_HANDLE_TYPE"
            sock.end(b"unharmed")

        sock = netuv.connect(place(listener), must_call(on_connect))
        run()
        assert served.result() == b"unharmed"


@pytest.mark.row("N10")
def test_write_without_a_connection(run: Run, must_call: MustCall) -> None:
    seen: list[Any] = []
    sock = netuv.Socket()
    sock.on("error", lambda error: seen.append(("error", error.code)))
    sock.on("close", lambda had_error: seen.append(("close", had_error)))
    sock.write(b"x", must_call(lambda error: seen.append(("callback", error.code))))
    assert seen == []
    run()
    assert seen == [
        ("callback", "ERR_SOCKET_CLOSED"),
        ("error", "ERR_SOCKET_CLOSED"),
        ("close", True),
    ]


@pytest.mark.row("N10")
def test_writes_that_wait_for_a_connection_hear_of_destroy(
    run: Run, must_call: MustCall, listener: socket.socket
) -> None:
    codes: list[str] = []
    sock = netuv.connect(place(listener))
    for _ in range(3):
        sock.write(b"x", must_call(lambda error: codes.append(error.code)))
    assert sock.buffer_size == 3
    sock.destroy()
    run()
    assert codes == ["ERR_SOCKET_CLOSED_BEFORE_CONNECTION"] * 3
