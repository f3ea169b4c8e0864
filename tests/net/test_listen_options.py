"""listen(): exclusive, ipv6_only, reuse_port, readable_all and writable_all, a handle."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, MustCall, PeerOf, Run, Transport, libuv_since, option, receive_all

import netuv
from tests.net.peers import stop_when_done


@pytest.mark.row("N05")
@pytest.mark.parametrize("exclusive", [True, False])
def test_exclusive_is_accepted(run: Run, must_call: MustCall, exclusive: bool) -> None:
    server = netuv.create_server()
    server.listen(port=0, exclusive=exclusive, callback=must_call(lambda: server.close()))
    run()


@pytest.mark.row("N05")
@pytest.mark.parametrize("only", [True, False])
def test_ipv6_only(run: Run, must_call: MustCall, only: bool) -> None:
    def on_listening() -> None:
        assert option(server, socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == only
        port = server.address().port  # type: ignore[union-attr]
        with socket.create_connection(("::1", port), LIMIT):
            pass
        if only:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), LIMIT)
        else:
            with socket.create_connection(("127.0.0.1", port), LIMIT):
                pass
        server.close()

    server = netuv.create_server()
    server.listen({"port": 0, "host": "::", "ipv6_only": only}, must_call(on_listening))
    run()


@pytest.mark.row("N05")
@pytest.mark.parametrize("host", ["127.0.0.1", None])
def test_ipv6_only_means_nothing_on_ipv4(run: Run, must_call: MustCall, host: str | None) -> None:
    def on_listening() -> None:
        assert server.address().family == "IPv4"  # type: ignore[union-attr]
        server.close()

    server = netuv.create_server()
    server.listen({"port": 0, "host": host, "ipv6_only": True}, must_call(on_listening))
    run()


@pytest.mark.row("N05", "S08")
@libuv_since(1, 49, "it does not know SO_REUSEPORT")
def test_reuse_port(run: Run, must_call: MustCall) -> None:
    first, second, third = (netuv.create_server() for _ in range(3))

    def on_error(error: Any) -> None:
        assert error.code == "EADDRINUSE"
        first.close()
        second.close()

    def on_first() -> None:
        assert option(first, socket.SOL_SOCKET, socket.SO_REUSEPORT) == 1
        port = first.address().port  # type: ignore[union-attr]
        third.on("error", must_call(on_error))
        second.listen(
            port=port,
            host="127.0.0.1",
            reuse_port=True,
            callback=must_call(lambda: third.listen(port, "127.0.0.1")),
        )

    first.listen(port=0, host="127.0.0.1", reuse_port=True, callback=must_call(on_first))
    run()


@pytest.mark.row("N05")
@pytest.mark.parametrize(
    ("readable", "writable", "bits"),
    [(False, False, 0o700), (True, False, 0o444), (False, True, 0o222), (True, True, 0o666)],
)
def test_readable_all_and_writable_all(
    run: Run, must_call: MustCall, short_path: Path, readable: bool, writable: bool, bits: int
) -> None:
    path = short_path / "s"
    server = netuv.create_server()
    umask = os.umask(0o077)
    try:
        server.listen(path=path, readable_all=readable, writable_all=writable)
    finally:
        os.umask(umask)
    assert path.stat().st_mode & 0o777 == bits
    server.close(must_call(lambda error: None))
    run()


@pytest.mark.row("N05")
@pytest.mark.parametrize("option_name", [None, "handle"])
def test_listen_on_a_handle(
    run: Run,
    loop: netuv.Loop,
    must_call: MustCall,
    peer: PeerOf,
    transport: Transport,
    option_name: str | None,
) -> None:
    handle: Any
    if transport.name == "unix":
        handle = pyuv.Pipe(loop.uv)
        handle.bind(transport.listen_args[0])
        address: Any = transport.listen_args[0]
    else:
        handle = pyuv.TCP(loop.uv)
        handle.bind((transport.listen_args[1], 0))
        address = handle.getsockname()[:2]
    server = netuv.create_server()
    server.on("connection", must_call(stop_when_done(server)))

    def client() -> None:
        with transport.client(address) as sock:
            assert receive_all(sock) == b""

    on_listening = must_call(lambda: peer(client))
    server.listen({"handle": handle} if option_name else handle, on_listening)
    run()
    assert handle.closed
