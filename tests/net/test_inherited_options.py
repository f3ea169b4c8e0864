"""Options of a server that its connections inherit."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, Transport, option, receive_all

import netuv
from tests.net.peers import stop_when_done


@pytest.mark.row("N06", "S21", "S22")
def test_kernel_options_of_accepted_sockets(run: Run, must_call: MustCall, peer: PeerOf) -> None:
    plain = netuv.create_server()
    tuned = netuv.create_server(no_delay=True, keep_alive=True, keep_alive_initial_delay=12_345)
    found: dict[netuv.Server, tuple[int, ...]] = {}

    def on_connection(server: netuv.Server, sock: netuv.Socket) -> None:
        found[server] = (
            option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY),
            option(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            option(sock, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        )
        sock.destroy()
        server.close()

    def client(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), LIMIT) as sock:
            receive_all(sock)

    for server in (plain, tuned):
        server.on("connection", must_call(lambda sock, server=server: on_connection(server, sock)))
        server.listen(0)
        peer(client, server.address().port)  # type: ignore[union-attr]
    run()
    assert found[plain][:2] == (0, 0)
    assert found[tuned] == (1, 1, 12)


@pytest.mark.row("N06")
def test_kernel_options_do_no_harm_on_unix(
    run: Run, must_call: MustCall, peer: PeerOf, short_path: Path
) -> None:
    server = netuv.create_server(no_delay=True, keep_alive=True, keep_alive_initial_delay=1000)
    server.on("connection", must_call(stop_when_done(server)))
    path = str(short_path / "s")

    def client() -> None:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            assert receive_all(sock) == b""

    server.listen(path, lambda: peer(client))
    run()


@pytest.mark.row("N06")
def test_high_water_mark_of_accepted_sockets(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    """Nobody reads: no more than the mark, and the read that passed it, is taken from the kernel."""
    server = netuv.create_server(high_water_mark=1000)
    size = 200_000

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(bytes(size))

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        assert sock.readable_high_water_mark == 1000
        assert sock.writable_high_water_mark == 1000
        sock.on("end", must_call())

        def on_readable() -> None:
            sock.remove_listener("readable", on_readable)
            assert 0 < sock.readable_length <= 1000 + 65536
            waiting = sock.readable_length
            netuv.set_immediate(lambda: netuv.set_immediate(lambda: much_later(waiting)))

        def much_later(waiting: int) -> None:
            if waiting >= 1000:
                assert sock.readable_length == waiting
            sock.resume()

        sock.on("readable", on_readable)
        sock.on("close", must_call(lambda had_error: sizes.append(sock.bytes_read)))

    sizes: list[int] = []
    server.on("connection", must_call(on_connection))
    server.listen(*transport.listen_args, lambda: peer(client))
    run()
    assert sizes == [size]


@pytest.mark.row("N06", "S01", "S19")
def test_pause_on_connect(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    """Nothing is read before resume(), whether or not there is a 'data' listener."""
    server = netuv.create_server(pause_on_connect=True)
    assert server.pause_on_connect is True
    received: list[bytes] = []

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(b"early")

    sent = None

    def on_listening() -> None:
        nonlocal sent
        sent = peer(client)

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        assert sock.is_paused() is True
        assert sock.readable_flowing is False
        sock.on("data", received.append)
        sent.result()  # type: ignore[attr-defined]
        netuv.set_immediate(lambda: netuv.set_immediate(lambda: much_later(sock)))

    def much_later(sock: netuv.Socket) -> None:
        assert received == []
        assert sock.bytes_read == 0
        assert sock.readable_length == 0
        sock.resume()

    server.on("connection", must_call(on_connection))
    server.listen(*transport.listen_args, on_listening)
    run()
    assert received == [b"early"]


@pytest.mark.row("N06", "N14")
def test_option_values_of_a_server() -> None:
    for mark in (-1, 1.5):
        with pytest.raises(ValueError, match="high_water_mark"):
            netuv.create_server(high_water_mark=mark)
    with pytest.raises(TypeError, match="keep_alive_initial_delay"):
        netuv.create_server(keep_alive=True, keep_alive_initial_delay="soon")
