"""connect(): its forms and options, what is refused, and what a lookup answers."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import Any

import pytest
from helpers import MustCall, PeerOf, Run, receive_all, watch

import netuv
from tests.net.peers import accept, place, refusing

# -- connect: options and forms -----------------------------------------------------------------------


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
    served = peer(accept, listener, receive_all)

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
    peer(accept, tcp, receive_all)

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
    peer(accept, tcp, receive_all)

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
    served = peer(accept, listener, receive_all)
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
            accept(tcp, receive_all)

    peer(serve)
    port = tcp.getsockname()[1]
    netuv.connect(port, must_call(lambda: None)).end()
    netuv.connect(port, None, must_call(lambda: None)).end()
    run()


# -- socket.connect -----------------------------------------------------------------------------------


@pytest.mark.row("S14")
@pytest.mark.parametrize("form", ["positional", "dict", "keywords"])
def test_connect_of_a_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, form: str
) -> None:
    """Asynchronous: 'connect' comes after connect() has returned the socket."""
    served = peer(accept, listener, receive_all)
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
        return [accept(listener, receive_all) for _ in range(2)]

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


# -- 'lookup' -----------------------------------------------------------------------------------------


@pytest.mark.row("S26")
def test_lookup_event(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, receive_all)
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


# -- more options of connect --------------------------------------------------------------------------


@pytest.mark.row("N08")
def test_lookup_family_and_hints(run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf) -> None:
    peer(accept, tcp, receive_all)

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


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("form", ["info", "socket_address", "listener"])
def test_connect_to_what_address_returned(host: str, form: str, run: Any, must_call: Any) -> None:
    server = netuv.create_server(must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        info = server.address()
        if form == "socket_address":
            info = netuv.SocketAddress(info.address, info.family, info.port)
        client = netuv.connect(info, must_call()) if form == "listener" else netuv.connect(info)
        client.on("connect", must_call(lambda: connected(client)))

    def connected(client: netuv.Socket) -> None:
        assert client.remote_address == host
        client.resume()
        server.close()

    server.listen(0, host, listening)
    run()


def test_the_callback_may_be_among_the_options(run: Any, must_call: Any) -> None:
    server = netuv.create_server(lambda accepted: accepted.end())

    def listening() -> None:
        client = netuv.connect({"port": server.address().port, "host": "127.0.0.1", "listener": must_call()})
        client.resume().on("close", lambda error: server.close())

    server.listen({"port": 0, "host": "127.0.0.1", "callback": must_call(listening)})
    run()
