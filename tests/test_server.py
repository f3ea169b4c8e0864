"""Server: listening, accepting, counting, closing; against stdlib peers and netuv's own sockets."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyee
import pytest
import pyuv
from conftest import LIMIT, Transport, receive_all

import netuv
from netuv.address import DropInfo

Run = Callable[[], None]
MustCall = Callable[..., Callable[..., Any]]
PeerOf = Callable[..., Any]


def option(emitter: Any, level: int, name: int) -> int:
    """What the kernel says of a server's or a socket's descriptor."""
    with socket.socket(fileno=os.dup(emitter._handle.fileno())) as sock:
        return sock.getsockopt(level, name)


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


def stop_when_done(server: netuv.Server) -> Callable[..., Any]:
    """A listener of 'connection' that ends the connection, and closes the server."""

    def on_connection(sock: netuv.Socket) -> None:
        sock.end()
        sock.resume()
        server.close()

    return on_connection


def refused(transport: Transport, address: Any) -> bool:
    with socket.socket(transport.family) as sock:
        try:
            sock.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
    return False


# -- create_server -----------------------------------------------------------------------------------


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
def test_defaults(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
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


# -- listen ------------------------------------------------------------------------------------------


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


# -- errors ------------------------------------------------------------------------------------------


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


# -- close -------------------------------------------------------------------------------------------


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


# -- address, get_connections ----------------------------------------------------------------------


@pytest.mark.row("S10")
def test_address(run: Run, must_call: MustCall, transport: Transport) -> None:
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


# -- max_connections -------------------------------------------------------------------------------


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
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
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


# -- ref, unref --------------------------------------------------------------------------------------


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
def test_ref_takes_unref_back(run: Run, must_call: MustCall, transport: Transport) -> None:
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


# -- options of listen -------------------------------------------------------------------------------


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
    [(False, False, 0o000), (True, False, 0o044), (False, True, 0o022), (True, True, 0o066)],
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
    assert path.stat().st_mode & 0o066 == bits
    server.close(must_call(lambda error: None))
    run()


@pytest.mark.row("N05")
def test_signal_closes_the_server(run: Run, must_call: MustCall, transport: Transport) -> None:
    controller = netuv.AbortController()
    server = netuv.create_server()
    server.on("close", must_call())
    where = dict(zip(("port", "host"), transport.listen_args, strict=False))
    if transport.name == "unix":
        where = {"path": transport.listen_args[0]}
    server.listen({**where, "signal": controller.signal}, must_call(controller.abort))
    run()
    assert server.listening is False
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N05")
def test_signal_that_is_aborted_already(run: Run, must_call: MustCall, transport: Transport) -> None:
    server = netuv.create_server()
    server.on("listening", must_call(times=0)).on("close", must_call())
    where = dict(zip(("port", "host"), transport.listen_args, strict=False))
    if transport.name == "unix":
        where = {"path": transport.listen_args[0]}
    server.listen({**where, "signal": netuv.AbortSignal.abort()})
    run()
    with pytest.raises(TypeError, match="signal"):
        server.listen({**where, "signal": "no signal"})


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


# -- options of the server ---------------------------------------------------------------------------


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
