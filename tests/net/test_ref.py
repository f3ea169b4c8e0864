"""ref() and unref() of servers and sockets."""

from __future__ import annotations

import socket

import pytest
from helpers import MustCall, PeerOf, Run, Transport, receive_all

import netuv
from tests.net.peers import accept, place


@pytest.mark.row("N04")
@pytest.mark.parametrize("when", ["before", "connecting", "connected"])
def test_an_unreferenced_socket_does_not_keep_the_loop(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str
) -> None:
    peer(accept, listener, receive_all)
    sock = netuv.Socket()
    if when == "before":
        assert sock.unref() is sock
    sock.connect(place(listener))
    if when == "connecting":
        sock.unref()
        # Unlike what is set before, this holds while connecting too; something else must wait.
        busy = netuv.set_interval(lambda: None, 1000)
        sock.on("connect", lambda: netuv.clear_interval(busy))
    sock.on("connect", must_call(lambda: sock.unref() if when == "connected" else None))
    sock.resume()
    run()  # it ends, although the peer waits
    assert sock.ready_state == "open"
    sock.ref()
    sock.end()
    run()
    assert sock.closed is True


@pytest.mark.row("N04")
def test_ref_takes_unref_back(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    peer(accept, listener, receive_all)
    sock = netuv.connect(place(listener)).unref()
    assert sock.ref() is sock
    sock.on("connect", lambda: netuv.set_timeout(must_call(lambda: sock.end()), 1).unref())
    sock.resume()
    run()
    assert sock.closed is True


@pytest.mark.row("N04")
@pytest.mark.parametrize("when", ["before", "after", "listening"])
def test_an_unreferenced_server_does_not_keep_the_loop(
    run: Run, must_call: MustCall, transport: Transport, when: str
) -> None:
    server = netuv.create_server()
    if when == "before":
        assert server.unref() is server
    server.on("listening", must_call(lambda: server.unref() if when == "listening" else None))
    server.listen(*transport.listen_args)
    if when == "after":
        server.unref()
    run()  # it ends, although the server listens
    assert server.listening is True
    server.close(must_call(lambda error: None))
    run()


@pytest.mark.row("N04")
def test_ref_of_a_server_takes_unref_back(run: Run, must_call: MustCall, transport: Transport) -> None:
    server = netuv.create_server().unref()
    server.listen(*transport.listen_args)
    run()
    assert server.ref() is server
    closing = must_call(lambda: server.close())
    netuv.set_timeout(closing, 1).unref()  # alone it would not keep the loop running
    run()
    assert server.listening is False


@pytest.mark.row("N04")
def test_a_connection_of_an_unreferenced_server_keeps_the_loop(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    received: list[bytes] = []

    def on_connection(sock: netuv.Socket) -> None:
        server.unref()
        sock.on("data", lambda data: (received.append(data), sock.write(data)))
        sock.on("close", must_call(lambda had_error: server.close()))

    def client() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            for _ in range(3):
                sock.sendall(b"x")
                assert sock.recv(1) == b"x"

    server = netuv.create_server(must_call(on_connection))
    server.listen(*transport.listen_args, lambda: peer(client))
    run()
    assert received == [b"x", b"x", b"x"]
