"""Socket: connecting, closing, settings and state; against stdlib peers in threads."""

from __future__ import annotations

import errno
import hashlib
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LIMIT, Transport, receive_all

import netuv

Run = Callable[[], None]
MustCall = Callable[..., Callable[..., Any]]
PeerOf = Callable[..., Any]


@pytest.fixture
def listener(loop: netuv.Loop, transport: Transport) -> Iterator[socket.socket]:
    """A listening stdlib socket, one for each transport."""
    with transport.listener() as sock:
        yield sock


@pytest.fixture
def tcp(loop: netuv.Loop) -> Iterator[socket.socket]:
    """A listening stdlib socket on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(LIMIT)
        yield sock


def accept(listener: socket.socket, f: Callable[[socket.socket], Any]) -> Any:
    """Serve one connection: what a peer does."""
    sock, _ = listener.accept()
    with sock:
        sock.settimeout(LIMIT)
        return f(sock)


def until_end(sock: socket.socket) -> bytes:
    return receive_all(sock)


def echo(sock: socket.socket) -> None:
    while data := sock.recv(65536):
        sock.sendall(data)


def place(listener: socket.socket) -> dict[str, Any]:
    """The options of connect() for a listening socket."""
    name = listener.getsockname()
    return {"path": name} if isinstance(name, str) else {"port": name[1], "host": name[0]}


def option(sock: netuv.Socket, level: int, name: int) -> int:
    """What the kernel says of the socket's descriptor."""
    with socket.socket(fileno=os.dup(sock._handle.fileno())) as kernel:
        return kernel.getsockopt(level, name)


def kernel_names(sock: netuv.Socket) -> tuple[Any, Any]:
    with socket.socket(fileno=os.dup(sock._handle.fileno())) as kernel:
        return kernel.getsockname()[:2], kernel.getpeername()[:2]


def watch(emitter: Any, *events: str) -> list[Any]:
    """Note these events in a list: the name, or the name with the arguments."""
    seen: list[Any] = []
    for event in events:
        emitter.on(event, lambda *args, event=event: seen.append((event, *args) if args else event))
    return seen


class refusing:
    """A port that is taken, so nobody else gets it, but on which nobody listens."""

    def __enter__(self) -> int:
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        return int(self.sock.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.sock.close()


class silent:
    """A port that does not answer: its accept queue is full."""

    def __enter__(self) -> int:
        self.sockets = [socket.socket()]
        self.sockets[0].bind(("127.0.0.1", 0))
        self.sockets[0].listen(0)
        name = self.sockets[0].getsockname()
        connected = True
        while connected:
            client = socket.socket()
            self.sockets.append(client)
            client.setblocking(False)
            client.connect_ex(name)
            connected = bool(select.select([], [client], [], 0.1)[1])
        return int(name[1])

    def __exit__(self, *_: object) -> None:
        for sock in self.sockets:
            sock.close()


# -- connect: options and forms ----------------------------------------------------------------------


@pytest.mark.row("S03")
@pytest.mark.parametrize("connect", [netuv.connect, netuv.create_connection])
@pytest.mark.parametrize("form", ["dict", "keywords", "listener keyword"])
def test_connect_with_options(
    run: Run,
    must_call: MustCall,
    listener: socket.socket,
    peer: PeerOf,
    connect: Any,
    form: str,
) -> None:
    served = peer(accept, listener, until_end)

    def on_connect() -> None:
        assert sock.connecting is False
        sock.end(b"hello")

    on_connect = must_call(on_connect)
    if form == "dict":
        sock = connect(place(listener), on_connect)
    elif form == "keywords":
        sock = connect(**place(listener)).on("connect", on_connect)
    else:
        sock = connect(**place(listener), listener=on_connect)
    assert isinstance(sock, netuv.Socket)
    assert sock.connecting is True
    run()
    assert served.result() == b"hello"


@pytest.mark.row("S03", "N08")
def test_the_host_is_localhost_by_default(run: Run, must_call: MustCall) -> None:
    def lookup(hostname: str, options: Any, callback: Any) -> None:
        assert hostname == "localhost"
        callback(None, "127.0.0.1", 4)

    lookup = must_call(lookup, times=3)
    with refusing() as port:
        for options in ({}, {"host": None}, {"host": ""}):
            sock = netuv.connect(port=port, lookup=lookup, auto_select_family=False, **options)
            sock.on("error", must_call(lambda error: None))
        run()


@pytest.mark.row("S03")
def test_localhost_is_this_host(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, until_end)

    def on_connect() -> None:
        assert sock.remote_address == "127.0.0.1"
        sock.end()

    sock = netuv.connect({"port": tcp.getsockname()[1]}, must_call(on_connect))
    run()


@pytest.mark.row("S03", "N08", "S24")
def test_local_address_and_local_port(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    def serve(listener: socket.socket) -> Any:
        sock, address = listener.accept()
        with sock:
            return address, receive_all(sock)

    served = peer(serve, tcp)
    with socket.socket() as holder:  # keeps the port ours; with SO_REUSEADDR both can bind
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.2", 0))
        port = holder.getsockname()[1]

        def on_connect() -> None:
            assert (sock.local_address, sock.local_port) == ("127.0.0.2", port)
            sock.end()

        sock = netuv.connect(**place(tcp), local_address="127.0.0.2", local_port=port)
        sock.on("connect", must_call(on_connect))
        run()
    assert served.result() == (("127.0.0.2", port), b"")


@pytest.mark.row("S03", "N08")
def test_local_address_alone(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, until_end)

    def on_connect() -> None:
        assert sock.local_address == "127.0.0.3"
        assert sock.local_port
        sock.end()

    sock = netuv.connect({**place(tcp), "local_address": "127.0.0.3"}, must_call(on_connect))
    run()


@pytest.mark.row("N08")
@pytest.mark.parametrize("local_address", ["127.0.0.1", None])
def test_a_local_port_that_is_taken(
    run: Run, must_call: MustCall, tcp: socket.socket, local_address: str | None
) -> None:
    def on_error(error: Any) -> None:
        assert error.code == "EADDRINUSE"
        assert error.port == tcp.getsockname()[1]

    options = {**place(tcp), "local_port": tcp.getsockname()[1]}
    if local_address is not None:
        options["local_address"] = local_address
    sock = netuv.connect(options, must_call(times=0))
    sock.on("error", must_call(on_error)).on("close", must_call(lambda had_error: None))
    run()


@pytest.mark.row("S03", "N14")
def test_arguments_of_connect() -> None:
    cases: list[tuple[type[Exception], str, Any]] = [
        (TypeError, "ERR_MISSING_ARGS", {}),
        (TypeError, "ERR_MISSING_ARGS", {"host": "127.0.0.1"}),
        (ValueError, "ERR_SOCKET_BAD_PORT", {"port": 65536}),
        (ValueError, "ERR_SOCKET_BAD_PORT", {"port": -1}),
        (ValueError, "ERR_SOCKET_BAD_PORT", {"port": "no port"}),
        (TypeError, "ERR_INVALID_ARG_TYPE", {"port": None}),
        (TypeError, "ERR_INVALID_ARG_TYPE", {"port": 80, "host": 80}),
        (TypeError, "ERR_INVALID_ARG_TYPE", {"path": 80}),
        (TypeError, "ERR_INVALID_ARG_TYPE", {"port": 80, "lookup": "no function"}),
        (ValueError, "ERR_INVALID_IP_ADDRESS", {"port": 80, "local_address": "localhost"}),
        (ValueError, "ERR_SOCKET_BAD_PORT", {"port": 80, "local_port": 65536}),
        (TypeError, "ERR_UNKNOWN_OPTION", {"port": 80, "localAddress": "127.0.0.1"}),
        (TypeError, "ERR_INVALID_ARG_TYPE", {"port": 80, "signal": "no signal"}),
    ]
    for kind, code, options in cases:
        with pytest.raises(kind) as caught:
            netuv.connect(options)
        assert caught.value.code == code, options  # type: ignore[attr-defined]
    for args in [(), (None,), ([],)]:
        with pytest.raises(TypeError):
            netuv.connect(*args)
    with pytest.raises(TypeError, match="listener"):
        netuv.connect(80, "127.0.0.1", "no function")
    with pytest.raises(TypeError, match="local_address"):
        netuv.connect({"port": 80, "localAddress": "127.0.0.1"})


def forms_of_connect() -> list[Any]:
    """Each makes the arguments that lead to a listening socket, without the callback."""
    return [
        lambda name: (name,) if isinstance(name, str) else (name[1], name[0]),
        lambda name: (name.encode(),) if isinstance(name, str) else (str(name[1]), name[0]),
        lambda name: (Path(name),) if isinstance(name, str) else (float(name[1]), name[0]),
    ]


@pytest.mark.row("S04")
@pytest.mark.parametrize("connect", [netuv.connect, netuv.create_connection])
@pytest.mark.parametrize("form", forms_of_connect(), ids=range(3))
def test_positional_forms_of_connect(
    run: Run,
    must_call: MustCall,
    listener: socket.socket,
    peer: PeerOf,
    connect: Any,
    form: Any,
) -> None:
    served = peer(accept, listener, until_end)
    on_connect = must_call(lambda: sock.end(b"hello"))
    sock = connect(*form(listener.getsockname()), on_connect)
    assert sock.listeners("connect")[0] is on_connect
    run()
    assert sock.listener_count("connect", on_connect) == 0
    assert served.result() == b"hello"


@pytest.mark.row("S04")
def test_a_port_alone(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    def serve() -> None:
        for _ in range(2):
            accept(tcp, until_end)

    peer(serve)
    port = tcp.getsockname()[1]
    netuv.connect(port, must_call(lambda: None)).end()
    netuv.connect(port, None, must_call(lambda: None)).end()
    run()


# -- Socket(...) -------------------------------------------------------------------------------------


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


# -- socket.connect ------------------------------------------------------------------------------------


@pytest.mark.row("S14")
@pytest.mark.parametrize("form", ["positional", "dict", "keywords"])
def test_connect_of_a_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, form: str
) -> None:
    """Asynchronous: 'connect' comes after connect() has returned the socket."""
    served = peer(accept, listener, until_end)
    seen: list[str] = []

    def on_connect() -> None:
        seen.append("connect")
        sock.end(b"hello")

    sock = netuv.Socket()
    name = listener.getsockname()
    if form == "positional":
        args = (name,) if isinstance(name, str) else (name[1], name[0])
        answer = sock.connect(*args, must_call(on_connect))
    elif form == "dict":
        answer = sock.connect(place(listener), must_call(on_connect))
    else:
        answer = sock.connect(**place(listener), listener=must_call(on_connect))
    seen.append("returned")
    assert answer is sock
    assert (sock.connecting, sock.pending) == (True, True)
    run()
    assert seen == ["returned", "connect"]
    assert served.result() == b"hello"


@pytest.mark.row("S14", "S26")
def test_a_refused_tcp_connection(run: Run, must_call: MustCall) -> None:
    with refusing() as port:

        def on_error(error: Any) -> None:
            assert isinstance(error, netuv.NetError)
            assert isinstance(error, ConnectionRefusedError)
            assert error.code == "ECONNREFUSED"
            assert error.errno == errno.ECONNREFUSED
            assert (error.syscall, error.address, error.port) == ("connect", "127.0.0.1", port)
            assert str(error) == f"connect ECONNREFUSED 127.0.0.1:{port}"
            assert sock.destroyed
            assert sock.errored is error

        sock = netuv.connect(port, "127.0.0.1", must_call(times=0))
        sock.on("error", must_call(on_error))
        seen = watch(sock, "connect", "ready", "end", "finish", "close")
        run()
        assert seen == [("close", True)]


@pytest.mark.row("S14", "S26")
@pytest.mark.parametrize("kind", ["missing", "not listening", "no socket"])
def test_a_refused_unix_connection(run: Run, must_call: MustCall, short_path: Path, kind: str) -> None:
    path = str(short_path / "s")
    if kind == "no socket":
        Path(path).write_bytes(b"")
    elif kind == "not listening":
        with socket.socket(socket.AF_UNIX) as holder:
            holder.bind(path)
    code = "ENOENT" if kind == "missing" else "ECONNREFUSED"

    def on_error(error: Any) -> None:
        assert (error.code, error.syscall, error.address) == (code, "connect", path)
        assert str(error) == f"connect {code} {path}"

    seen: list[Any] = []
    sock = netuv.connect(path, must_call(times=0))
    sock.on("error", must_call(on_error)).on("close", seen.append)
    run()
    assert seen == [True]


@pytest.mark.row("S14")
def test_an_error_without_a_listener_comes_out_of_run(run: Run, must_call: MustCall) -> None:
    with refusing() as port:
        sock = netuv.connect(port, "127.0.0.1")
        sock.on("close", must_call(lambda had_error: None))
        with pytest.raises(ConnectionRefusedError, match=f"127.0.0.1:{port}"):
            run()
        run()


@pytest.mark.row("S14")
def test_a_closed_socket_connects_again(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    def serve() -> list[bytes]:
        return [accept(listener, until_end) for _ in range(2)]

    served = peer(serve)
    sock = netuv.connect(place(listener), lambda: sock.end(b"first"))

    def again(had_error: bool) -> None:
        assert sock.destroyed is True
        sock.connect(place(listener), must_call(lambda: sock.end(b"second")))
        assert (sock.destroyed, sock.connecting) == (False, True)

    sock.once("close", must_call(again)).resume()
    run()
    assert served.result() == [b"first", b"second"]
    assert sock.closed is True


# -- destroy -------------------------------------------------------------------------------------------


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
    assert codes == ["ERR_STREAM_DESTROYED"] * 2
    assert served.result() < size


# -- pause, resume -------------------------------------------------------------------------------------


@pytest.mark.row("S19")
def test_pause_holds_the_peer_back(
    run: Run, loop: netuv.Loop, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """The peer sends until the kernels take no more; none of it is read meanwhile."""
    block = os.urandom(1 << 16)
    total = 512 * len(block)
    digest = hashlib.sha256(block * 512).hexdigest()

    def serve(sock: socket.socket) -> None:
        sent = 0
        while sent < total and select.select([], [sock], [], 0.2)[1]:
            sock.setblocking(False)
            sent += sock.send(block[sent % len(block) :])
        sock.settimeout(LIMIT)
        loop.call_soon_threadsafe(held_back, sent)
        while sent < total:
            sent += sock.send(block[sent % len(block) :])

    peer(accept, listener, serve)
    received = hashlib.sha256()
    sock = netuv.connect(place(listener))
    # A paused socket alone would not keep the loop running, as in Node.
    busy = netuv.set_interval(lambda: None, 1000)

    def on_first(data: bytes) -> None:
        assert sock.pause() is sock
        assert sock.is_paused() is True
        counts.append(sock.bytes_read)

    def held_back(sent: int) -> None:
        assert sent < total
        assert sock.bytes_read == counts[0]
        assert sock.readable_length == 0
        assert sock.resume() is sock
        assert sock.is_paused() is False
        netuv.clear_interval(busy)

    counts: list[int] = []
    held_back = must_call(held_back)
    sock.on("data", received.update)
    sock.once("data", must_call(on_first))
    run()
    assert sock.bytes_read == total
    assert received.hexdigest() == digest


@pytest.mark.row("S19")
def test_no_data_between_pause_and_resume(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    peer(accept, listener, lambda sock: [sock.sendall(b"%d" % n) for n in range(9)])
    sock = netuv.connect(place(listener))
    paused = False
    received: list[bytes] = []

    def on_data(data: bytes) -> None:
        nonlocal paused
        assert not paused
        received.append(data)
        sock.pause()
        paused = True
        netuv.set_timeout(go_on, 1)

    def go_on() -> None:
        nonlocal paused
        paused = False
        sock.resume()

    sock.on("data", on_data).on("end", must_call())
    run()
    assert b"".join(received) == b"012345678"


@pytest.mark.row("S19")
def test_pause_before_connect(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    sent = peer(accept, listener, lambda sock: sock.sendall(b"early"))
    sock = netuv.connect(place(listener)).pause()
    received: list[bytes] = []
    sock.on("data", received.append)

    def on_connect() -> None:
        sent.result()
        netuv.set_immediate(lambda: netuv.set_immediate(much_later))

    def much_later() -> None:
        assert (sock.bytes_read, received) == (0, [])
        sock.resume()

    much_later = must_call(much_later)
    sock.on("connect", on_connect)
    run()
    assert received == [b"early"]


# -- set_timeout ---------------------------------------------------------------------------------------


@pytest.mark.row("S20")
def test_timeout_does_not_close(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    served = peer(accept, listener, until_end)

    def on_timeout() -> None:
        assert (sock.destroyed, sock.ready_state) == (False, "open")
        sock.end(b"still open")

    def on_connect() -> None:
        callback = must_call(on_timeout)
        assert sock.set_timeout(10, callback) is sock
        assert sock.timeout == 10
        assert sock.listeners("timeout") == [callback]

    sock = netuv.connect(place(listener), on_connect)
    assert sock.timeout is None
    run()
    assert served.result() == b"still open"


@pytest.mark.row("S20")
def test_the_callback_of_set_timeout_is_for_once(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """'timeout' comes again after more activity; the callback does not."""
    peer(accept, listener, echo)
    sock = netuv.connect(place(listener))
    seen: list[str] = []

    def on_timeout() -> None:
        seen.append("timeout")
        if seen.count("timeout") == 1:
            sock.write(b"x")
        else:
            sock.end()

    sock.on("timeout", on_timeout).resume()
    sock.set_timeout(10, lambda: seen.append("callback"))
    run()
    assert seen[:3] == ["timeout", "callback", "timeout"]
    assert seen.count("callback") == 1


@pytest.mark.row("S20")
@pytest.mark.parametrize("when", ["before", "after"])
def test_timeout_0_disables(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str
) -> None:
    peer(accept, listener, until_end)
    callback = must_call(times=0)

    def on_connect() -> None:
        if when == "after":
            sock.set_timeout(0, callback)
        netuv.set_timeout(lambda: sock.end(), 60)

    sock = netuv.connect(place(listener), on_connect)
    sock.set_timeout(20, callback)
    if when == "before":
        sock.set_timeout(0, callback)
    assert sock.listener_count("timeout") == (0 if when == "before" else 1)
    run()
    assert sock.listener_count("timeout") == 0
    assert sock.timeout == 0


@pytest.mark.row("S20")
@pytest.mark.parametrize("activity", ["write", "read"])
def test_activity_puts_the_timeout_off(
    run: Run,
    loop: netuv.Loop,
    must_call: MustCall,
    listener: socket.socket,
    peer: PeerOf,
    activity: str,
) -> None:
    """It fires only when the last read or write is so many ms ago, however slow the machine is."""
    go = threading.Semaphore(0)
    stop = threading.Event()

    def serve(sock: socket.socket) -> None:
        for _ in range(9):
            assert go.acquire(timeout=LIMIT)
            sock.sendall(b"x")
            if stop.is_set():
                break
        receive_all(sock)

    peer(accept, listener, serve)
    last = received = rounds = 0

    def act() -> None:
        nonlocal rounds, last
        rounds += 1
        if rounds == 6:
            netuv.clear_interval(timer)
        if activity == "write":
            last = loop.now()
            sock.write(b"x")
        else:
            go.release()

    def on_data(data: bytes) -> None:
        nonlocal last, received, timer
        last = loop.now()
        received += 1
        if received < 3:
            go.release()
        elif received == 3:  # data flows by now
            sock.set_timeout(60, must_call(on_timeout))
            timer = netuv.set_interval(act, 20)

    def on_timeout() -> None:
        assert loop.now() - last >= 60
        netuv.clear_interval(timer)
        stop.set()
        go.release()
        sock.end()

    timer: Any = None
    sock = netuv.connect(place(listener), go.release).on("data", on_data)
    run()
    assert rounds > 1


@pytest.mark.row("S20")
def test_a_queue_that_does_not_move_is_idle(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    size = 16 << 20
    go = threading.Event()

    def serve(sock: socket.socket) -> int:
        assert go.wait(LIMIT)
        return len(receive_all(sock))

    served = peer(accept, listener, serve)

    def on_timeout() -> None:
        assert sock.buffer_size > 0
        sock.set_timeout(0)
        go.set()

    def on_connect() -> None:
        sock.end(bytes(size))
        sock.set_timeout(20, must_call(on_timeout))

    sock = netuv.connect(place(listener), on_connect)
    run()
    assert served.result() == size


@pytest.mark.row("S20")
def test_the_progress_of_a_queue_is_activity(
    run: Run, loop: netuv.Loop, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """The peer takes 1 MiB now and then, for a while, and then nothing more."""
    size = 32 << 20
    go = threading.Semaphore(0)

    def serve(sock: socket.socket) -> int:
        taken = 0
        for _ in range(16):
            assert go.acquire(timeout=LIMIT)
            taken += len(sock.recv(1 << 20, socket.MSG_WAITALL))
        assert go.acquire(timeout=LIMIT)
        return taken + len(receive_all(sock))

    served = peer(accept, listener, serve)
    rounds = queued = looked_at = moved_after = 0

    def look() -> None:
        """Note when the queue had not yet moved for the last time."""
        nonlocal queued, looked_at, moved_after
        if sock.buffer_size != queued:
            queued, moved_after = sock.buffer_size, looked_at
        looked_at = loop.now()

    def act() -> None:
        nonlocal rounds
        look()
        if rounds < 16:
            rounds += 1
            go.release()

    def on_timeout() -> None:
        look()
        assert looked_at - moved_after >= 100
        netuv.clear_interval(timer)
        sock.set_timeout(0)
        go.release(17)

    def on_connect() -> None:
        nonlocal timer
        sock.end(bytes(size))
        look()
        look()
        sock.set_timeout(100, must_call(on_timeout))
        timer = netuv.set_interval(act, 15)

    timer: Any = None
    sock = netuv.connect(place(listener), on_connect)
    run()
    assert rounds > 1
    assert served.result() == size


@pytest.mark.row("S20")
def test_timeout_while_connecting(run: Run, must_call: MustCall) -> None:
    with silent() as port:
        sock = netuv.connect({"port": port, "host": "127.0.0.1", "timeout": 10})
        assert sock.timeout == 10

        def on_timeout() -> None:
            assert sock.connecting is True
            sock.destroy()

        sock.on("connect", must_call(times=0)).on("timeout", must_call(on_timeout))
        run()


@pytest.mark.row("S20", "N14")
def test_arguments_of_set_timeout(run: Run) -> None:
    sock = netuv.Socket()
    for value in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="timeout"):
            sock.set_timeout(value)
    for value in ("10", None, True):
        with pytest.raises(TypeError, match="timeout"):
            sock.set_timeout(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="callback"):
        sock.set_timeout(10, "no function")  # type: ignore[arg-type]
    sock.set_timeout(10, lambda: None)
    run()  # a timer alone does not keep the loop running
    sock.destroy()
    sock.set_timeout(10)
    run()


# -- no_delay, keep_alive ------------------------------------------------------------------------------


def tcp_state(sock: netuv.Socket) -> tuple[int, int, int]:
    return (
        option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY),
        option(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE),
        option(sock, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    )


@pytest.mark.row("S21")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_set_no_delay(run: Run, must_call: MustCall, peer: PeerOf, host: str) -> None:
    family = socket.AF_INET if host == "127.0.0.1" else socket.AF_INET6
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(LIMIT)
        peer(accept, listener, until_end)
        states: list[int] = []

        def on_connect() -> None:
            for args in ((), (True,), (False,), (False,), (True,)):
                before = tcp_state(sock)[0]
                assert sock.set_no_delay(*args) is sock
                states.extend((before, tcp_state(sock)[0]))
            sock.end()

        sock = netuv.connect(listener.getsockname()[1], host, must_call(on_connect))
        run()
        assert states == [0, 1, 1, 1, 1, 0, 0, 0, 0, 1]


@pytest.mark.row("S22")
def test_set_keep_alive(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, until_end)

    def on_connect() -> None:
        off, delay = tcp_state(sock)[1:]
        assert off == 0
        assert sock.set_keep_alive(True) is sock
        assert tcp_state(sock)[1:] == (1, delay)  # no delay: the kernel's stays
        sock.set_keep_alive(True, 5000)
        assert tcp_state(sock)[1:] == (1, 5)
        sock.set_keep_alive(True, 0)
        assert tcp_state(sock)[1:] == (1, 5)
        sock.set_keep_alive(True, 7999)
        assert tcp_state(sock)[1:] == (1, 7)
        sock.set_keep_alive()
        assert tcp_state(sock)[1] == 0
        sock.set_keep_alive(True)
        assert tcp_state(sock)[1:] == (1, 7)
        sock.set_keep_alive(False, 9000)
        assert tcp_state(sock)[1] == 0
        sock.end()

    sock = netuv.connect(place(tcp), must_call(on_connect))
    run()


@pytest.mark.row("S21", "S22", "N08")
@pytest.mark.parametrize("how", ["methods", "options", "before connect"])
def test_kernel_settings_before_the_connection(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf, how: str
) -> None:
    peer(accept, tcp, until_end)
    options = {"no_delay": True, "keep_alive": True, "keep_alive_initial_delay": 11_500}
    if how == "options":
        sock = netuv.connect({**place(tcp), **options})
    elif how == "methods":
        sock = netuv.connect(place(tcp)).set_no_delay().set_keep_alive(True, 11_500)
    else:
        sock = netuv.Socket().set_no_delay().set_keep_alive(True, 11_500).connect(place(tcp))

    def on_connect() -> None:
        assert tcp_state(sock) == (1, 1, 11)
        sock.end()

    sock.on("connect", must_call(on_connect))
    run()


@pytest.mark.row("S21", "S22")
def test_kernel_settings_do_no_harm_on_unix(
    run: Run, must_call: MustCall, peer: PeerOf, short_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_path / "s"))
        listener.listen()
        listener.settimeout(LIMIT)
        peer(accept, listener, until_end)

        def on_connect() -> None:
            assert sock.set_no_delay(False).set_no_delay() is sock
            assert sock.set_keep_alive(False).set_keep_alive(True, 2000) is sock
            sock.end()

        sock = netuv.Socket(no_delay=True, keep_alive=True).connect(place(listener))
        sock.on("connect", must_call(on_connect))
        run()


@pytest.mark.row("S22", "N14")
def test_arguments_of_set_keep_alive() -> None:
    sock = netuv.Socket()
    with pytest.raises(TypeError, match="initial_delay"):
        sock.set_keep_alive(True, "soon")  # type: ignore[arg-type]


# -- addresses and counts ------------------------------------------------------------------------------


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
    peer(accept, tcp, until_end)
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


# -- events --------------------------------------------------------------------------------------------

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
def test_lookup_event(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, until_end)
    sock = netuv.connect(tcp.getsockname()[1], "localhost")
    seen = watch(sock, "lookup", "connect")
    sock.on("connect", lambda: sock.end())
    run()
    assert seen.index("connect") == len(seen) - 1
    assert len(seen) > 1
    for event, error, address, family, host in seen[:-1]:
        assert (event, error, host) == ("lookup", None, "localhost")
        assert netuv.is_ip(address) == family


@pytest.mark.row("S26")
@pytest.mark.parametrize("auto_select", [True, False])
def test_lookup_event_of_a_name_that_does_not_exist(run: Run, must_call: MustCall, auto_select: bool) -> None:
    host = "x" * 300
    sock = netuv.connect(port=80, host=host, auto_select_family=auto_select)

    def on_lookup(error: Any, address: Any, family: Any, hostname: Any) -> None:
        assert (error.code, error.syscall) == ("ENOTFOUND", "getaddrinfo")
        assert (address, family, hostname) == (None, None, host)
        assert not sock.destroyed

    sock.on("lookup", must_call(on_lookup))
    seen = watch(sock, "error", "close")
    run()
    assert [event[0] for event in seen] == ["error", "close"]
    assert (seen[0][1].code, seen[0][1].hostname, seen[1][1]) == ("ENOTFOUND", host, True)


@pytest.mark.row("S26")
def test_error_then_close(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    """The peer resets the connection: by SO_LINGER, or on Unix by closing with data unread."""
    closed = threading.Event()

    def serve(sock: socket.socket) -> None:
        sock.sendall(b"x")
        assert sock.recv(1, socket.MSG_PEEK) == b"y"
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

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


# -- more options of connect ---------------------------------------------------------------------------


@pytest.mark.row("N08")
def test_lookup_family_and_hints(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, until_end)

    def lookup(hostname: str, options: Any, callback: Any) -> None:
        assert hostname == "some.host"
        assert (options["family"], options["hints"]) == (4, socket.AI_V4MAPPED)
        assert not options.get("all")
        netuv.next_tick(callback, None, "127.0.0.1", 4)

    port = tcp.getsockname()[1]
    sock = netuv.connect(
        port=port,
        host="some.host",
        family=4,
        hints=socket.AI_V4MAPPED,
        lookup=must_call(lookup),
    )
    sock.on("connect", must_call(lambda: sock.end()))
    seen = watch(sock, "lookup")
    run()
    assert seen == [("lookup", None, "127.0.0.1", 4, "some.host")]


@pytest.mark.row("N08")
@pytest.mark.parametrize(
    ("address", "family", "code"),
    [
        ("no address", 4, "ERR_INVALID_IP_ADDRESS"),
        ("127.0.0.1", 5, "ERR_INVALID_ADDRESS_FAMILY"),
    ],
)
@pytest.mark.parametrize("auto_select", [True, False])
def test_a_lookup_that_answers_nonsense(
    run: Run, address: str, family: int, code: str, auto_select: bool
) -> None:
    def lookup(hostname: str, options: Any, callback: Any) -> None:
        if options.get("all"):
            callback(None, [{"address": address, "family": family}])
        else:
            callback(None, address, family)

    sock = netuv.connect(port=80, host="some.host", lookup=lookup, auto_select_family=auto_select)
    seen: list[Any] = []
    sock.on("error", lambda error: seen.append(error.code)).on("close", seen.append)
    run()
    assert seen == [code, True]


@pytest.mark.row("N08", "N02")
def test_block_list_of_connect(run: Run, must_call: MustCall, tcp: socket.socket) -> None:
    blocked = netuv.BlockList()
    blocked.add_subnet("127.0.0.0", 8)
    codes: list[str] = []
    sock = netuv.connect({**place(tcp), "block_list": blocked}, must_call(times=0))
    sock.on("error", must_call(lambda error: codes.append(error.code)))
    run()
    assert codes == ["ERR_IP_BLOCKED"]


@pytest.mark.row("N08")
@pytest.mark.parametrize("source", ["buffer", "function"])
def test_onread(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, source: str) -> None:
    """Each piece is in the buffer while the callback runs; 'data' is not emitted."""
    content = os.urandom(100_000)
    peer(accept, listener, lambda sock: sock.sendall(content))
    buffer = bytearray(1000)
    received = bytearray()
    made: list[bytearray] = []

    def make() -> bytearray:
        made.append(bytearray(1000))
        return made[-1]

    def on_read(size: int, given: bytearray) -> None:
        assert 0 < size <= 1000
        assert given is (buffer if source == "buffer" else made[-1])
        received.extend(given[:size])

    onread = {"buffer": buffer if source == "buffer" else make, "callback": on_read}
    sock = netuv.connect({**place(listener), "onread": onread})
    sock.on("data", must_call(times=0)).on("end", must_call())
    sock.on("close", must_call(lambda had_error: None))
    run()
    assert bytes(received) == content
    assert sock.bytes_read == len(content)


@pytest.mark.row("N08")
def test_onread_that_answers_false_pauses(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    content = os.urandom(5000)
    peer(accept, listener, lambda sock: sock.sendall(content))
    received = bytearray()
    paused = False

    def on_read(size: int, buffer: bytearray) -> bool:
        nonlocal paused
        assert not paused
        received.extend(buffer[:size])
        paused = True
        netuv.set_timeout(go_on, 1)
        return False

    def go_on() -> None:
        nonlocal paused
        paused = False
        sock.resume()

    onread = {"buffer": bytearray(1000), "callback": on_read}
    sock = netuv.connect({**place(listener), "onread": onread}).on("end", must_call())
    run()
    assert bytes(received) == content


@pytest.mark.row("N08")
@pytest.mark.parametrize("when", ["before", "connecting", "connected"])
def test_signal(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str) -> None:
    controller = netuv.AbortController()
    if when == "before":
        controller.abort()
    elif when == "connected":
        peer(accept, listener, until_end)
    sock = netuv.connect({**place(listener), "signal": controller.signal})
    seen = watch(sock, "error", "close", "end")
    if when == "connecting":
        sock.on("connect", must_call(times=0))
        controller.abort()
    elif when == "connected":
        sock.on("connect", must_call(controller.abort))
    run()
    assert [event[0] for event in seen] == ["error", "close"]
    assert (seen[0][1].code, seen[1][1]) == ("ABORT_ERR", True)
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N08")
def test_a_signal_lets_go_of_a_closed_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    peer(accept, listener, until_end)
    controller = netuv.AbortController()
    sock = netuv.connect({**place(listener), "signal": controller.signal})

    def on_connect() -> None:
        assert controller.signal.listener_count("abort") == 1
        sock.end()

    sock.on("connect", must_call(on_connect)).resume()
    run()
    assert controller.signal.listener_count("abort") == 0
    controller.abort()
    assert sock.errored is None


# -- state ---------------------------------------------------------------------------------------------


@pytest.mark.row("N09")
def test_states(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
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
def test_errored(run: Run, must_call: MustCall) -> None:
    sock = netuv.Socket()
    failure = ValueError("mine")
    sock.on("error", must_call(lambda error: None))
    sock.destroy(failure)
    assert (sock.errored, sock.destroyed) == (failure, True)
    run()
    assert sock.closed is True


@pytest.mark.row("N04")
@pytest.mark.parametrize("when", ["before", "connecting", "connected"])
def test_an_unreferenced_socket_does_not_keep_the_loop(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str
) -> None:
    peer(accept, listener, until_end)
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
    peer(accept, listener, until_end)
    sock = netuv.connect(place(listener)).unref()
    assert sock.ref() is sock
    sock.on("connect", lambda: netuv.set_timeout(must_call(lambda: sock.end()), 1).unref())
    sock.resume()
    run()
    assert sock.closed is True


# -- other ends ----------------------------------------------------------------------------------------


@pytest.mark.row("N10")
def test_destroy_with_an_error(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    peer(accept, listener, until_end)
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
    served = peer(accept, listener, until_end)
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
        served = peer(accept, listener, until_end)

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


# -- Unix paths ----------------------------------------------------------------------------------------


@pytest.fixture
def abstract(short_path: Path) -> str:
    """An abstract name that nobody else has."""
    return f"\0{short_path}/name"


@pytest.mark.row("N16")
def test_abstract_names(run: Run, must_call: MustCall, peer: PeerOf, abstract: str) -> None:
    """netuv with netuv, and a stdlib socket with netuv; no file is made."""
    received: list[bytes] = []
    server = netuv.create_server(lambda sock: sock.pipe(sock))

    def client() -> bytes:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(LIMIT)
            sock.connect(abstract)
            sock.sendall(b"stdlib")
            sock.shutdown(socket.SHUT_WR)
            return receive_all(sock)

    def on_listening() -> None:
        assert server.address() == abstract
        assert not os.path.exists(abstract[1:])
        sock = netuv.connect(abstract)
        sock.on("data", received.append).on("close", must_call(lambda had_error: then()))
        sock.end(b"netuv")

    def then() -> None:
        connection = must_call(lambda sock: server.close())
        server.once("connection", connection)
        talks.append(peer(client))

    talks: list[Any] = []
    server.listen(abstract, must_call(on_listening))
    run()
    assert received == [b"netuv"]
    assert talks[0].result() == b"stdlib"


@pytest.mark.row("N16")
def test_an_abstract_name_that_is_taken(run: Run, must_call: MustCall, abstract: str) -> None:
    codes: list[str] = []
    with socket.socket(socket.AF_UNIX) as holder:
        holder.bind(abstract)
        server = netuv.create_server()
        server.on("error", must_call(lambda error: codes.append(error.code)))
        server.listen(abstract)
        run()
    assert codes == ["EADDRINUSE"]


@pytest.mark.row("N16")
def test_a_path_of_107_bytes_is_the_longest(run: Run, must_call: MustCall, short_path: Path) -> None:
    path = str(short_path) + "/"
    path += "x" * (107 - len(path))
    server = netuv.create_server(must_call(lambda sock: (sock.end(), server.close())))
    server.listen(path)
    assert os.path.exists(path)
    assert server.address() == path
    netuv.connect(path, must_call(lambda: None)).resume()
    run()


@pytest.mark.row("N16")
@pytest.mark.parametrize("call", ["listen", "connect"])
def test_a_path_that_is_too_long_is_refused_whole(run: Run, short_path: Path, call: str) -> None:
    path = str(short_path) + "/"
    path += "é" * ((110 - len(path)) // 2)  # the bytes count, not the characters
    assert len(path) < 108 <= len(os.fsencode(path))
    refuse = netuv.create_server().listen if call == "listen" else netuv.connect
    with pytest.raises(OSError, match="107") as caught:
        refuse(path)
    assert isinstance(caught.value, netuv.NetError)
    assert (caught.value.code, caught.value.errno) == ("ENAMETOOLONG", errno.ENAMETOOLONG)
    run()
    assert list(short_path.iterdir()) == []


@pytest.mark.row("N16")
@pytest.mark.parametrize("call", ["listen", "connect"])
def test_a_nul_within_a_path_is_refused(run: Run, short_path: Path, call: str) -> None:
    path = f"{short_path}/a\0b"
    refuse = netuv.create_server().listen if call == "listen" else netuv.connect
    with pytest.raises(ValueError, match="NUL"):
        refuse(path)
    run()
    assert list(short_path.iterdir()) == []


# -- type of service -----------------------------------------------------------------------------------


@pytest.mark.row("N17")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_type_of_service(run: Run, must_call: MustCall, peer: PeerOf, host: str) -> None:
    six = host == "::1"
    where = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if six else (socket.IPPROTO_IP, socket.IP_TOS)
    family = socket.AF_INET6 if six else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(LIMIT)
        peer(accept, listener, until_end)

        def on_connect() -> None:
            assert sock.get_type_of_service() == option(sock, *where) == 0
            for value in (0x10, 0xB8, 0):
                assert sock.set_type_of_service(value) is sock
                assert option(sock, *where) == value
                assert sock.get_type_of_service() == value
            sock.end()

        sock = netuv.connect(listener.getsockname()[1], host, must_call(on_connect))
        run()


@pytest.mark.row("N17")
def test_type_of_service_before_connect(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    peer(accept, tcp, until_end)
    sock = netuv.Socket()
    assert sock.get_type_of_service() == 0
    assert sock.set_type_of_service(0x10) is sock
    assert sock.get_type_of_service() == 0x10

    def on_connect() -> None:
        assert option(sock, socket.IPPROTO_IP, socket.IP_TOS) == 0x10
        sock.end()

    sock.connect(place(tcp), must_call(on_connect))
    run()


@pytest.mark.row("N17")
def test_type_of_service_on_unix(run: Run, must_call: MustCall, peer: PeerOf, short_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_path / "s"))
        listener.listen()
        listener.settimeout(LIMIT)
        peer(accept, listener, until_end)

        def on_connect() -> None:
            assert sock.get_type_of_service() == 0
            assert sock.set_type_of_service(0x10) is sock
            sock.end()

        sock = netuv.connect(place(listener), must_call(on_connect))
        run()


@pytest.mark.row("N17", "N14")
def test_arguments_of_set_type_of_service() -> None:
    sock = netuv.Socket()
    for value in (-1, 256, 1.5):
        with pytest.raises(ValueError, match="tos") as caught:
            sock.set_type_of_service(value)  # type: ignore[arg-type]
        assert caught.value.code == "ERR_OUT_OF_RANGE"  # type: ignore[attr-defined]
    for value in ("16", None, True):
        with pytest.raises(TypeError, match="tos") as caught:
            sock.set_type_of_service(value)  # type: ignore[arg-type]
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
