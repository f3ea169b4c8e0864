"""Options of a connection: checked where they are given; what the kernel refuses harms nobody, as in Node."""

from __future__ import annotations

import copy
import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, LINGER_0, MustCall, PeerOf, Run, option, plain, receive_all, tcp_pair

import netuv
from tests.net.peers import accept, place

LONG = 32_767_000 + 1000  # ms; Linux takes 32767 s


def code_of(function: Callable[[], Any]) -> tuple[str, str]:
    """The code of the exception that a call raises, and what it says."""
    with pytest.raises((TypeError, ValueError, netuv.NetError)) as caught:
        function()
    return caught.value.code, str(caught.value)


def give_keep_alive(where: str, sock: netuv.Socket) -> None:
    if where == "later":
        sock.set_keep_alive(True, LONG)


@pytest.mark.parametrize("where", ["server", "client", "later"])
def test_a_keep_alive_delay_beyond_the_kernels(run: Any, must_call: Any, where: str) -> None:
    """The connection works without, or the number is refused where it is given."""
    options = {"keep_alive": True, "keep_alive_initial_delay": LONG}

    def on_connection(accepted: netuv.Socket) -> None:
        accepted.pipe(accepted)
        server.close()

    server = netuv.Server(on_connection)
    try:
        if where == "server":
            server = netuv.create_server(options, on_connection)
        client = netuv.Socket(options if where == "client" else None)
        if where == "later":
            client.set_keep_alive(True, LONG)
    except ValueError as error:
        if getattr(error, "code", None) != "ERR_OUT_OF_RANGE":
            raise
        return
    server.on("close", must_call(lambda: None))
    server.listen(0, "127.0.0.1", lambda: client.connect(server.address().port, "127.0.0.1"))
    client.on("connect", must_call(lambda: give_keep_alive(where, client)))
    client.on("connect", lambda: client.end("hello"))
    client.on("data", must_call(lambda data: None))
    client.on("close", must_call(lambda had_error: None))
    run()


@pytest.mark.parametrize("value", [5, "10.0.0.0/8", object(), {}], ids=plain)
def test_block_list_is_checked(loop: netuv.Loop, value: Any) -> None:
    for call in (
        lambda: netuv.Socket(block_list=value),
        lambda: netuv.create_server(block_list=value),
        lambda: netuv.connect(port=1, host="127.0.0.1", block_list=value),
        lambda: netuv.Socket().connect(port=1, host="127.0.0.1", block_list=value),
    ):
        code, text = code_of(call)
        assert code == "ERR_INVALID_ARG_TYPE"
        assert "'block_list'" in text


@pytest.mark.parametrize("value", ["5", [], True])
def test_max_connections_is_checked(loop: netuv.Loop, value: Any) -> None:
    server = netuv.create_server()
    code, text = code_of(lambda: setattr(server, "max_connections", value))
    assert code == "ERR_INVALID_ARG_TYPE"
    assert "'max_connections'" in text
    assert server.max_connections is None
    server.max_connections = 5
    assert server.max_connections == 5
    assert code_of(lambda: setattr(server, "max_connections", -1))[0] == "ERR_OUT_OF_RANGE"


def test_handle_is_checked(loop: netuv.Loop) -> None:
    with socket.socket() as stdlib:
        for call in (
            lambda: netuv.Socket(handle=5),
            lambda: netuv.Socket(handle=stdlib),
            lambda: netuv.connect(stdlib),
        ):
            code, text = code_of(call)
            assert code == "ERR_INVALID_ARG_TYPE"
            assert "'handle'" in text


def test_options_of_a_descriptor_that_is_gone(run: Any, must_call: Any) -> None:
    """Another kind of file is in the place of the socket's descriptor. A reset is an 'error' then."""

    near, far = tcp_pair()
    sock = netuv.Socket(fd=near.detach())
    with open("/dev/null") as other:
        kept = os.dup(sock._handle.fileno())
        sock.pause()
        os.dup2(other.fileno(), sock._handle.fileno())
    sock.set_no_delay(True)
    sock.set_keep_alive(True, 1000)
    assert code_of(lambda: sock.set_type_of_service(16))[0] == "ENOTSOCK"
    assert code_of(sock.get_type_of_service)[0] == "ENOTSOCK"
    heard: list[Any] = []
    sock.on("error", heard.append)
    sock.on("close", must_call(heard.append))
    sock.reset_and_destroy()
    run()
    os.close(kept)
    far.close()
    assert [getattr(each, "code", each) for each in heard] == ["ENOTSOCK", True]
    assert heard[0].syscall == "reset"


def test_a_descriptor_that_is_not_connected(run: Any, must_call: Any, transport: Any) -> None:
    """connect() connects it: that is how one sets options of one's own before."""
    sock = socket.socket(transport.family)
    if transport.family == socket.AF_UNIX:
        sock.bind(transport.listen_args[0] + ".own")
        name: Any = sock.getsockname()
    else:
        sock.bind((transport.listen_args[1], 0))
        name = sock.getsockname()[1]

    def on_connection(accepted: netuv.Socket) -> None:
        assert name == (accepted.remote_port or name)
        accepted.pipe(accepted)
        server.close()

    server = netuv.create_server(on_connection).listen(*transport.listen_args)

    @server.on("listening")
    def go() -> None:
        client = netuv.Socket(fd=sock.detach())
        client.connect(*transport.connect_args(server), must_call(lambda: client.end("hi")))
        client.on("data", must_call(lambda data: data == b"hi" or pytest.fail(repr(data))))
        client.on("close", must_call(lambda had_error: None))

    run()


def test_a_descriptor_of_the_other_kind(loop: netuv.Loop, run: Any) -> None:
    client = netuv.Socket(fd=socket.socket().detach())
    assert code_of(lambda: client.connect("/some/path"))[0] == "ERR_INVALID_HANDLE_TYPE"
    client.destroy()
    run()


def test_a_connected_descriptor_is_refused_as_before(run: Any, must_call: Any) -> None:
    near, far = tcp_pair()
    client = netuv.Socket(fd=near.detach())
    client.on("error", must_call(lambda error: error.code == "EISCONN" or pytest.fail(error)))
    client.connect(far.getsockname()[1], "127.0.0.1")
    run()
    far.close()


def test_the_error_of_a_connect_names_the_local_end(run: Any, must_call: Any) -> None:
    import netuv.node

    with socket.socket() as dead, socket.socket() as free:
        dead.bind(("127.0.0.1", 0))
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        client = netuv.connect(
            port=dead.getsockname()[1], host="127.0.0.1", local_address="127.0.0.1", local_port=port
        )

        @client.on("error")
        def on_error(error: Any) -> None:
            assert error.code == "ECONNREFUSED"
            assert (error.local_address, error.local_port) == ("127.0.0.1", port)
            assert (error.localAddress, error.localPort) == ("127.0.0.1", port)

        client.on("close", must_call(lambda had_error: None))
        run()


def test_nothing_open_can_be_copied(loop: netuv.Loop) -> None:
    sock, server, timer = netuv.Socket(), netuv.create_server(), netuv.set_timeout(print, 1)
    for each in (sock, server, timer, loop):
        for function in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match=type(each).__name__):
                function(each)
    timer.close()


@pytest.mark.parametrize("how", ["plain", "callback", "str"])
def test_the_kernels_error_is_passed_on(run: Any, must_call: Any, how: str) -> None:
    """It tells a reset once; asked again it says EPIPE."""

    near, far = tcp_pair()
    sock = netuv.Socket(fd=near.detach())
    sock.pause()
    sock.on(
        "error",
        must_call(
            lambda error: (error.syscall, error.code) == ("write", "ECONNRESET") or pytest.fail(repr(error))
        ),
    )
    sock.on("close", must_call(lambda had_error: had_error or pytest.fail("no error")))

    @sock.on("resume")
    def nothing() -> None:
        pass

    def write() -> None:
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        far.close()
        if how == "plain":
            assert sock.write(b"data") is False
            assert sock.write(b"more") is False
        elif how == "str":
            assert sock.write("data") is False
        else:
            assert (
                sock.write(b"data", must_call(lambda error: error.code == "ECONNRESET" or pytest.fail(error)))
                is False
            )
        assert sock.writable_length == (4 if how == "plain" else 0)  # "more" waits for its refusal

    netuv.next_tick(write)
    run()


# -- no_delay, keep_alive -----------------------------------------------------------------------------


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
        peer(accept, listener, receive_all)
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
    peer(accept, tcp, receive_all)

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


def probes(sock: netuv.Socket) -> list[int]:
    names = socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT
    return [option(sock, socket.IPPROTO_TCP, name) for name in names]


@pytest.mark.row("N25")
def test_keep_alive_probes(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, receive_all)

    def on_connect() -> None:
        assert probes(sock) == [60, 5, 3]  # set before the connection
        sock.set_keep_alive(True, 60_000, 6999, 4)
        assert probes(sock) == [60, 6, 4]
        sock.set_keep_alive({"enable": True, "initial_delay": 7000, "interval": 2000, "count": 127})
        assert probes(sock) == [7, 2, 127]
        sock.set_keep_alive({"enable": False})
        assert tcp_state(sock)[1] == 0
        sock.set_keep_alive(True, 0, 9000, 9)
        assert tcp_state(sock)[1] == 1
        assert probes(sock) == [7, 2, 127]  # without a delay all stays the kernel's
        sock.end()

    sock = netuv.Socket().set_keep_alive(True, 60_000, interval=5000, count=3)
    sock.connect(place(tcp), must_call(on_connect))
    run()


@pytest.mark.row("N25")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"interval": 999}, "ERR_OUT_OF_RANGE"),
        ({"interval": 0}, "ERR_OUT_OF_RANGE"),
        ({"interval": 32_768_000}, "ERR_OUT_OF_RANGE"),
        ({"interval": "1000"}, "ERR_INVALID_ARG_TYPE"),
        ({"count": 0}, "ERR_OUT_OF_RANGE"),
        ({"count": 128}, "ERR_OUT_OF_RANGE"),
        ({"count": 1.5}, "ERR_OUT_OF_RANGE"),
        ({"count": True}, "ERR_INVALID_ARG_TYPE"),
        ({"initialDelay": 1}, "ERR_UNKNOWN_OPTION"),
    ],
)
def test_keep_alive_probes_that_are_wrong(loop: netuv.Loop, options: dict[str, Any], code: str) -> None:
    sock = netuv.Socket()
    with pytest.raises((TypeError, ValueError)) as caught:
        sock.set_keep_alive({"enable": True, **options})
    assert caught.value.code == code  # type: ignore[attr-defined]


@pytest.mark.row("N25", "N17")
@pytest.mark.parametrize("place_of", ["Socket", "connect"])
def test_type_of_service_as_an_option(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf, place_of: str
) -> None:
    peer(accept, tcp, receive_all)

    def on_connect() -> None:
        assert option(sock, socket.IPPROTO_IP, socket.IP_TOS) == 16
        assert sock.get_type_of_service() == 16
        sock.end()

    if place_of == "Socket":
        sock = netuv.Socket(type_of_service=16)
        assert sock.get_type_of_service() == 16
        sock.connect(place(tcp))
    else:
        sock = netuv.connect({**place(tcp), "type_of_service": 16})
    sock.on("connect", must_call(on_connect))
    run()


@pytest.mark.row("S21", "S22", "N08")
@pytest.mark.parametrize("how", ["methods", "options", "before connect"])
def test_kernel_settings_before_the_connection(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf, how: str
) -> None:
    peer(accept, tcp, receive_all)
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
        peer(accept, listener, receive_all)

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


# -- type of service ----------------------------------------------------------------------------------


@pytest.mark.row("N17")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_type_of_service(run: Run, must_call: MustCall, peer: PeerOf, host: str) -> None:
    six = host == "::1"
    where = (socket.IPPROTO_IPV6, socket.IPV6_TCLASS) if six else (socket.IPPROTO_IP, socket.IP_TOS)
    family = socket.AF_INET6 if six else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(LIMIT)
        peer(accept, listener, receive_all)

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
    peer(accept, tcp, receive_all)
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
        peer(accept, listener, receive_all)

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
