"""Which connections a server takes: max_connections, 'drop', the block list."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import LIMIT, LINGER_0, MustCall, PeerOf, Run, Transport, receive_all

import netuv
from netuv.address import DropInfo
from tests.net.peers import stop_when_done


@pytest.mark.row("N03")
def test_listening_property(run: Run, must_call: MustCall, transport: Transport) -> None:
    def on_listening() -> None:
        assert server.listening is True
        server.close(must_call(lambda error: None))
        assert server.listening is False

    server = netuv.create_server()
    assert server.listening is False
    server.listen(*transport.listen_args, must_call(on_listening))
    run()


@pytest.mark.row("N03")
@pytest.mark.parametrize("drop", [False, True])
def test_max_connections(run: Run, must_call: MustCall, transport: Transport, drop: bool) -> None:
    """The second client is dropped, and told of; when the first has gone the third is served."""
    names: list[str] = []
    local: list[netuv.Socket] = []

    def client(name: str, then: Callable[[], object]) -> netuv.Socket:
        sock = netuv.connect(*transport.connect_args(server))
        sock.on("data", lambda data: (names.append(name), then()))
        sock.on("error", lambda error: None)  # a dropped one may see a reset
        local.append(sock)
        return sock

    def second() -> None:
        client("second", lambda: None).on("close", must_call(lambda had_error: third()))

    def third() -> None:
        assert server._connections == 1
        local[0].destroy()
        accepted[0].on("close", lambda had_error: client("third", finish))

    def finish() -> None:
        local[2].destroy()
        server.close()

    def on_connection(sock: netuv.Socket) -> None:
        accepted.append(sock)
        sock.write(b"hello")
        sock.resume()

    def on_drop(info: Any) -> None:
        if transport.name == "unix":
            assert info is None
            return
        assert isinstance(info, DropInfo)
        family = "IPv4" if transport.name == "tcp4" else "IPv6"
        assert dict(info) == {
            "local_address": transport.listen_args[1],
            "local_port": server.address().port,  # type: ignore[union-attr]
            "local_family": family,
            "remote_address": transport.listen_args[1],
            "remote_port": info["remote_port"],
            "remote_family": family,
        }
        assert info.remote_port == local[1].local_port or local[1].destroyed

    accepted: list[netuv.Socket] = []
    server = netuv.create_server(must_call(on_connection, times=2))
    assert server.max_connections is None
    assert server.drop_max_connection is False
    server.max_connections = 1
    server.drop_max_connection = drop
    server.on("drop", must_call(on_drop))
    server.listen(*transport.listen_args, lambda: client("first", second))
    run()
    assert names == ["first", "third"]


@pytest.mark.row("N03")
def test_max_connections_0_drops_all(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    server = netuv.create_server(must_call(times=0))
    server.max_connections = 0
    server.on("drop", must_call(lambda info: None, times=3))

    def clients() -> None:
        for _ in range(3):
            with transport.client(transport.stdlib_address(server)) as sock:
                assert receive_all(sock) == b""

    def on_listening() -> None:
        dropped = peer(clients)
        server.on("drop", lambda info: drops.append(info))
        server.on("drop", lambda info: len(drops) == 3 and server.close())
        assert dropped is not None

    drops: list[Any] = []
    server.listen(*transport.listen_args, on_listening)
    run()


@pytest.mark.row("N03")
def test_a_dropped_client_that_resets_does_no_harm(run: Run, must_call: MustCall, peer: PeerOf) -> None:
    server = netuv.create_server(must_call(times=0))
    server.max_connections = 0
    server.on("error", must_call(times=0))
    drops: list[Any] = []

    def on_drop(info: Any) -> None:
        drops.append(info)
        if len(drops) == 20:
            server.close()

    def clients() -> None:
        for _ in range(20):
            sock = socket.create_connection(("127.0.0.1", port), LIMIT)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            sock.close()

    server.on("drop", on_drop)
    server.listen(0)
    port = server.address().port  # type: ignore[union-attr]
    peer(clients)
    run()
    assert len(drops) == 20


@pytest.mark.row("N02")
def test_block_list_of_a_server(run: Run, must_call: MustCall, peer: PeerOf) -> None:
    blocked = netuv.BlockList()
    blocked.add_address("127.0.0.2")
    server = netuv.create_server(block_list=blocked)

    def client(source: str) -> bytes:
        with socket.create_connection(("127.0.0.1", port), LIMIT, (source, 0)) as sock:
            return receive_all(sock)

    def on_drop(info: Any) -> None:
        assert info.remote_address == "127.0.0.2"
        peer(client, "127.0.0.1")

    server.on("drop", must_call(on_drop))
    server.on("connection", must_call(stop_when_done(server)))
    server.listen(0)
    port = server.address().port  # type: ignore[union-attr]
    peer(client, "127.0.0.2")
    run()
