"""listen(): its forms, the backlog, when it is heard, and what goes wrong."""

from __future__ import annotations

import errno
import os
import socket
import struct
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, Transport, option, receive_all

import netuv
from tests.net.peers import stop_when_done


def tcp_backlog(server: netuv.Server) -> int:
    """The length of the accept queue; in a listening socket's TCP_INFO it is in tcpi_sacked."""
    with socket.socket(fileno=os.dup(server._handle.fileno())) as sock:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return struct.unpack_from("8B24I", info)[8 + 5]


def unix_backlog(path: str) -> int:
    """How many connections the kernel takes while nobody accepts: one more than the backlog."""
    clients: list[socket.socket] = []
    try:
        while True:
            clients.append(socket.socket(socket.AF_UNIX))
            clients[-1].setblocking(False)
            try:
                clients[-1].connect(path)
            except BlockingIOError:
                return len(clients) - 2
    finally:
        for client in clients:
            client.close()


# -- listen -------------------------------------------------------------------------------------------


@pytest.mark.row("S07", "S10")
@pytest.mark.parametrize("args", [(0,), (), ({"port": 0},), (0, None, 511), ("0",)])
def test_without_host_it_is_inaddr_any(run: Run, must_call: MustCall, args: Any) -> None:
    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        assert address.address == "0.0.0.0"
        assert address.family == "IPv4"
        assert address.port > 0
        with socket.create_connection(("127.0.0.1", address.port), LIMIT) as sock:
            assert sock.getpeername() == ("127.0.0.1", address.port)
        server.close()

    server = netuv.create_server(lambda sock: sock.destroy())
    server.listen(*args, must_call(on_listening))
    run()


@pytest.mark.row("S07")
def test_port_0_is_a_random_free_port(run: Run, must_call: MustCall) -> None:
    servers = [netuv.create_server() for _ in range(5)]
    for server in servers:
        server.listen(0)
    ports = {server.address().port for server in servers}  # type: ignore[union-attr]
    assert len(ports) == 5
    assert 0 not in ports
    for server in servers:
        server.close(must_call())
    run()


def tcp_listen_forms() -> list[Any]:
    """Each calls server.listen() for 127.0.0.1 with a backlog of 7, and a callback."""
    return [
        lambda server, f: server.listen(0, "127.0.0.1", 7, f),
        lambda server, f: server.listen(0, "127.0.0.1", backlog=7, callback=f),
        lambda server, f: server.listen("0", "127.0.0.1", 7, f),
        lambda server, f: server.listen({"port": 0, "host": "127.0.0.1", "backlog": 7}, f),
        lambda server, f: server.listen(port=0, host="127.0.0.1", backlog=7, callback=f),
    ]


@pytest.mark.row("S07", "N05")
@pytest.mark.parametrize("listen", tcp_listen_forms(), ids=range(5))
def test_forms_of_listen_for_tcp(run: Run, must_call: MustCall, listen: Any) -> None:
    server = netuv.create_server()

    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        assert (address.address, address.family) == ("127.0.0.1", "IPv4")
        assert tcp_backlog(server) == 7
        server.close()

    assert listen(server, must_call(on_listening)) is server
    run()


def unix_listen_forms() -> list[Any]:
    """Each calls server.listen() for a path with a backlog of 3, and a callback."""
    return [
        lambda server, path, f: server.listen(path, 3, f),
        lambda server, path, f: server.listen(path.encode(), 3, f),
        lambda server, path, f: server.listen(Path(path), 3, f),
        lambda server, path, f: server.listen({"path": path, "backlog": 3}, f),
        lambda server, path, f: server.listen(path=path, backlog=3, callback=f),
    ]


@pytest.mark.row("S07", "N05")
@pytest.mark.parametrize("listen", unix_listen_forms(), ids=range(5))
def test_forms_of_listen_for_unix(run: Run, must_call: MustCall, short_path: Path, listen: Any) -> None:
    path = str(short_path / "s")
    server = netuv.create_server(lambda sock: sock.destroy())
    assert listen(server, path, must_call(lambda: server.close())) is server
    assert server.address() == path
    assert unix_backlog(path) == 3
    run()


@pytest.mark.row("S07")
@pytest.mark.parametrize("backlog", [None, 0])
def test_backlog_is_511_by_default(run: Run, must_call: MustCall, short_path: Path, backlog: Any) -> None:
    tcp, six, unix = (netuv.create_server(lambda sock: sock.destroy()) for _ in range(3))
    tcp.listen(0, backlog=backlog)
    assert tcp_backlog(tcp) == 511
    unix.listen(str(short_path / "s"), backlog=backlog)
    assert unix_backlog(str(short_path / "s")) == 511
    tcp.close()
    unix.close()

    def on_listening() -> None:
        assert tcp_backlog(six) == 511
        six.close()

    six.listen(0, "::1", backlog, must_call(on_listening))
    run()


@pytest.mark.row("S07", "N03")
def test_listening_comes_later(run: Run, transport: Transport) -> None:
    seen: list[str] = []
    server = netuv.create_server()
    server.on("listening", lambda: seen.append("listening"))
    server.on("listening", lambda: server.close())
    assert server.listening is False
    server.listen(*transport.listen_args, lambda: seen.append("callback"))
    # A host is looked up first, even if it is an address; a path is bound within the call.
    assert server.listening is (transport.name == "unix")
    assert seen == []
    run()
    assert seen == ["listening", "callback"]
    assert server.listening is False


@pytest.mark.row("S07")
def test_the_callback_is_a_listener_for_once(run: Run, must_call: MustCall, transport: Transport) -> None:
    server = netuv.create_server()
    first, second = must_call(lambda: server.close()), must_call(lambda: server.close())
    server.listen(*transport.listen_args, first)
    assert server.listeners("listening") == [first]
    server.once("close", must_call(lambda: server.listen(*transport.listen_args, second)))
    run()
    assert server.listeners("listening") == []


@pytest.mark.row("S07")
def test_a_host_name_is_looked_up(run: Run, must_call: MustCall) -> None:
    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        assert address.address in ("127.0.0.1", "::1")
        server.close()

    server = netuv.create_server()
    server.listen(0, "localhost", must_call(on_listening))
    run()


@pytest.mark.row("S07", "S12")
def test_a_host_that_does_not_exist(run: Run, must_call: MustCall) -> None:
    def on_error(error: Any) -> None:
        assert (error.code, error.syscall) == ("ENOTFOUND", "getaddrinfo")
        assert error.hostname == "name.invalid\0"

    server = netuv.create_server()
    server.on("error", must_call(on_error)).on("close", must_call())
    server.listen(0, "name.invalid\0", must_call(times=0))
    run()


@pytest.mark.row("S07", "S09")
def test_a_lookup_that_close_overtook_is_dropped(run: Run, must_call: MustCall) -> None:
    """Its answer comes while the server listens for the second time, elsewhere."""
    server = netuv.create_server()
    server.listen(0, "::1")
    server.close(must_call(lambda error: None))
    server.listen(0, "127.0.0.1")

    def on_listening() -> None:
        assert server.address().address == "127.0.0.1"  # type: ignore[union-attr]
        netuv.set_immediate(lambda: server.close())

    server.on("listening", must_call(on_listening))
    run()


@pytest.mark.row("S07")
def test_listen_on_a_descriptor(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    listener = transport.listener()
    address = listener.getsockname()
    server = netuv.create_server()
    server.on("connection", must_call(stop_when_done(server)))

    def client() -> None:
        with transport.client(address) as sock:
            assert receive_all(sock) == b""

    def on_listening() -> None:
        found = server.address()
        if isinstance(found, netuv.AddressInfo):
            assert (found.address, found.port) == address[:2]
        peer(client)

    server.listen({"fd": listener.detach()}, must_call(on_listening))
    run()


@pytest.mark.row("S07")
@pytest.mark.parametrize("kind", ["closed", "file"])
def test_listen_on_a_descriptor_that_is_no_socket(
    run: Run, must_call: MustCall, tmp_path: Path, kind: str
) -> None:
    fd = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
    if kind == "closed":
        os.close(fd)

    def on_error(error: Any) -> None:
        assert (error.code, error.syscall) == ("EINVAL", "listen")

    server = netuv.create_server()
    server.on("error", must_call(on_error)).on("close", must_call())
    server.listen(fd=fd)
    assert server.listening is False
    run()
    if kind == "file":
        os.close(fd)


@pytest.mark.row("S07", "N14")
def test_arguments_of_listen(run: Run) -> None:
    server = netuv.create_server()
    for port in (-1, 65536, 1.5, float("nan"), "65536"):
        with pytest.raises(ValueError, match="port") as caught:
            server.listen(port, "127.0.0.1")
        assert caught.value.code == "ERR_SOCKET_BAD_PORT"  # type: ignore[attr-defined]
    for port in (True, [80]):
        with pytest.raises(TypeError):
            server.listen({"port": port})
    with pytest.raises(ValueError, match="port") as caught:
        server.listen({"exclusive": True})
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="callback"):
        server.listen(0, "127.0.0.1", 511, "no function")
    with pytest.raises(TypeError, match="reuse_port"):
        server.listen(port=0, reusePort=True)
    assert server.listening is False
    run()


@pytest.mark.row("S07", "N14")
def test_listen_twice(run: Run, must_call: MustCall, transport: Transport) -> None:
    def again() -> None:
        with pytest.raises(netuv.NetError) as caught:
            server.listen(*transport.listen_args)
        assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"

    server = netuv.create_server()
    server.listen(*transport.listen_args, must_call(lambda: (again(), server.close())))
    again()
    run()


# -- errors -------------------------------------------------------------------------------------------


@pytest.mark.row("S08", "S12")
def test_an_address_in_use_is_an_error_event(run: Run, must_call: MustCall, transport: Transport) -> None:
    seen: list[str] = []
    first, second = netuv.create_server(), netuv.create_server()

    def on_error(error: Any) -> None:
        seen.append("error")
        host = transport.connect_args(first)[-1]
        port = transport.connect_args(first)[0] if transport.name != "unix" else None
        assert error.code == "EADDRINUSE"
        assert error.errno == errno.EADDRINUSE
        assert error.syscall == "listen"
        assert (error.address, error.port) == (host, port)
        where = host if port is None else f"{host}:{port}"
        assert str(error) == f"listen EADDRINUSE: address already in use {where}"
        assert isinstance(error, (netuv.NetError, OSError))
        assert second.listening is False
        assert second.address() is None

    def on_close() -> None:
        seen.append("close")
        first.close()

    def on_listening() -> None:
        second.listen(*transport.connect_args(first), must_call(times=0))
        seen.append("listen returned")

    second.on("error", must_call(on_error)).on("close", must_call(on_close))
    first.listen(*transport.listen_args, on_listening)
    run()
    assert seen == ["listen returned", "error", "close"]


@pytest.mark.row("S08")
def test_an_address_in_use_without_a_listener(run: Run, transport: Transport) -> None:
    first, second = netuv.create_server(), netuv.create_server()
    first.listen(*transport.listen_args, lambda: second.listen(*transport.connect_args(first)))
    with pytest.raises(OSError, match="EADDRINUSE") as caught:
        run()
    assert isinstance(caught.value, netuv.NetError)
    first.close()
    run()


@pytest.mark.row("S08")
def test_the_retry_program(run: Run, must_call: MustCall, transport: Transport) -> None:
    """In the listener of 'error': a timer, close, listen again; as the manual has it."""
    first, server = netuv.create_server(), netuv.create_server()
    codes: list[str] = []

    def on_error(error: Any) -> None:
        codes.append(error.code)
        if error.code == "EADDRINUSE":
            netuv.set_timeout(retry, 5)

    def retry() -> None:
        server.close()
        server.listen(*place)
        if len(codes) == 2:
            first.close()

    server.on("error", on_error)
    server.on("listening", must_call(lambda: server.close()))
    place: tuple[Any, ...] = ()

    def on_listening() -> None:
        nonlocal place
        place = transport.connect_args(first)
        server.listen(*place)

    first.listen(*transport.listen_args, on_listening)
    run()
    assert codes[:2] == ["EADDRINUSE", "EADDRINUSE"]
    assert set(codes) == {"EADDRINUSE"}


@pytest.mark.row("S08")
def test_so_reuseaddr(run: Run, must_call: MustCall, peer: PeerOf) -> None:
    """The kernel says it is set, and a port in TIME_WAIT can be listened on again."""
    server = netuv.create_server()
    again = netuv.create_server()

    def client(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), LIMIT) as sock:
            assert receive_all(sock) == b""  # the server ends first, so TIME_WAIT is on its side

    def on_listening() -> None:
        assert option(server, socket.SOL_SOCKET, socket.SO_REUSEADDR) == 1
        port = server.address().port  # type: ignore[union-attr]
        listen_again = must_call(lambda: again.close())
        server.on("close", lambda: again.listen(port, "127.0.0.1", listen_again))
        server.on("connection", must_call(stop_when_done(server)))
        peer(client, port)

    server.listen(0, "127.0.0.1", on_listening)
    run()


@pytest.mark.row("S12")
def test_an_address_that_is_not_ours(run: Run, must_call: MustCall) -> None:
    def on_error(error: Any) -> None:
        assert (error.code, error.syscall) == ("EADDRNOTAVAIL", "listen")
        assert error.address == "192.0.2.1"

    server = netuv.create_server()
    server.on("error", must_call(on_error)).on("close", must_call())
    server.listen(0, "192.0.2.1")
    run()


@pytest.mark.row("S12")
def test_a_path_in_a_missing_folder(run: Run, must_call: MustCall, short_path: Path) -> None:
    path = str(short_path / "missing" / "s")

    def on_error(error: Any) -> None:
        assert (error.code, error.syscall, error.address) == ("EACCES", "listen", path)
        assert isinstance(error, PermissionError)

    server = netuv.create_server()
    server.on("error", must_call(on_error)).on("close", must_call())
    server.listen(path)
    assert server.listening is False
    run()


def test_listen_where_another_one_listened(run: Any, must_call: Any) -> None:
    first, second = netuv.create_server(), netuv.create_server()

    def listening() -> None:
        info = first.address()
        first.close()
        second.listen(info, must_call(lambda: again(info)))

    def again(info: netuv.AddressInfo) -> None:
        assert second.address() == info
        second.close()

    first.listen(0, "127.0.0.1", listening)
    run()


def test_a_port_counts_more_than_a_path_for_listen(run: Any, must_call: Any, short_path: Path) -> None:
    server = netuv.create_server()

    def listening() -> None:
        assert isinstance(server.address(), netuv.AddressInfo)
        server.close()

    server.listen(port=0, host="127.0.0.1", path=short_path / "s", callback=must_call(listening))
    run()
    other = netuv.create_server()
    other.listen(port=None, path=short_path / "s", callback=must_call(lambda: other.close()))
    assert isinstance(other.address(), str)
    run()
