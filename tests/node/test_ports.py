"""What programs that were written for Node lean on, and no document of Node's calls a feature."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv import NetError
from netuv.node import dns, events, net


def code_of(call: Any) -> str | None:
    try:
        call()
    except (TypeError, ValueError) as error:
        return error.code  # type: ignore[union-attr]
    return None


# --- connect and listen -------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("form", ["info", "dict", "method", "keywords"])
def test_connect_to_what_address_returned(host: str, form: str, run: Any, must_call: Any) -> None:
    server = net.createServer(must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        info = server.address()
        place = info._asdict()
        if form == "info":
            client = net.connect(info, must_call())
        elif form == "dict":
            client = net.connect(place, must_call())
        elif form == "method":
            client = net.Socket().connect(place, must_call())
        else:
            client = net.connect({**place, "host": host, "address": "192.0.2.1"}, must_call())
        client.resume().on("close", must_call(lambda hadError: server.close()))

    server.listen(0, host, listening)
    run()


def test_listen_where_another_one_listened(run: Any, must_call: Any) -> None:
    first, second = net.createServer(), net.createServer()

    def listening() -> None:
        info = first.address()
        first.close()
        second.listen(info._asdict(), must_call(lambda: again(info)))

    def again(info: Any) -> None:
        assert second.address() == info
        second.close()

    first.listen(0, "127.0.0.1", listening)
    run()


def test_listen_takes_the_port_before_the_path(run: Any, must_call: Any, short_path: Path) -> None:
    server = net.createServer()

    def listening() -> None:
        assert not isinstance(server.address(), str)
        server.close()

    server.listen({"port": 0, "host": "127.0.0.1", "path": str(short_path / "s")}, must_call(listening))
    run()


@pytest.mark.parametrize("options", [{"port": None}, {"port": None, "host": "127.0.0.1"}])
def test_listen_with_a_port_that_is_not_set(options: dict[str, Any], run: Any, must_call: Any) -> None:
    server = net.createServer()

    def listening() -> None:
        assert server.address().port > 0
        server.close()

    server.listen(options, must_call(listening))
    run()


def test_a_keep_alive_delay_that_is_not_set(run: Any, must_call: Any) -> None:
    options = {"keepAlive": True, "keepAliveInitialDelay": None}
    server = net.createServer(options, must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        client = net.connect({"port": server.address().port, "host": "127.0.0.1", **options}, must_call())
        client.setKeepAlive(True, None)
        client.resume().on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", listening)
    net.Socket(options).destroy()
    run()


def test_options_of_another_call_are_ignored(run: Any, must_call: Any) -> None:
    """Node's Socket() and connect() read what is theirs."""
    server = net.createServer(must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        place = {"port": server.address().port, "host": "127.0.0.1"}
        client = net.Socket({**place, "timeout": 5})
        assert client.timeout is None
        client.connect({**place, "noDelay": True, "timeout": 5}, must_call(lambda: connected(client)))

    def connected(client: Any) -> None:
        assert client.timeout is None
        client.resume().on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", listening)
    run()


STRANGE = {
    "rejectUnauthorized": False,
    "autoDestroy": False,
    "allowHalfopen": True,
    "loop2": 5,
    "objectMode": 0,
}


def test_options_that_nobody_has_are_ignored(run: Any, must_call: Any) -> None:
    """TLS's, those of streams, those of the program itself; netuv with its own names refuses them."""

    def on_connection(accepted: Any) -> None:
        assert not accepted.allowHalfOpen
        accepted.pipe(accepted, {"end": True, **STRANGE})

    server = net.createServer(STRANGE, must_call(on_connection, 2))

    def listening() -> None:
        place = {"port": server.address().port, "host": "127.0.0.1", **STRANGE}
        client = net.connect(place, must_call())
        net.Socket(STRANGE).connect(place, must_call(lambda: client.end())).resume().end()
        client.end()
        client.resume().on("close", lambda: server.close())
        dns.lookup("localhost", {"family": 4, **STRANGE}, must_call())

    server.listen({"port": 0, "host": "127.0.0.1", **STRANGE}, must_call(listening))
    net.SocketAddress({"port": 5, **STRANGE})
    for call in (
        lambda: netuv.Socket({"allow_half_opn": True}),
        lambda: netuv.create_server(STRANGE),
        lambda: netuv.connect({"port": 1, **STRANGE}),
        lambda: netuv.Server().listen({"port": 0, **STRANGE}),
    ):
        assert code_of(call) == "ERR_UNKNOWN_OPTION"
    run()


def test_falsy_options_of_connect_are_not_given(run: Any, must_call: Any) -> None:
    falsy: list[Any] = ["", 0, False, None, float("nan")]
    names = "blockList family handle hints localAddress localPort lookup path signal timeout".split()
    server = net.createServer(must_call(lambda accepted: accepted.end(), len(falsy) + 1))
    left = [len(falsy) + 1]

    def listening() -> None:
        port = server.address().port
        options = {"port": port, "host": "127.0.0.1"}
        clients = [net.connect({**options, **dict.fromkeys(names, value)}) for value in falsy]
        clients.append(net.connect({"port": port, "host": ""}))
        for client in clients:
            client.on("close", closed).resume()

    def closed() -> None:
        left[0] -= 1
        if not left[0]:
            server.close()

    server.listen(0, "127.0.0.1", listening)
    run()


NUMBERS = {"keepAliveInitialDelay": [-1, float("nan"), float("inf"), 10**9], "highWaterMark": [2**40, 0, 5]}


def test_values_that_node_takes(loop: Any) -> None:
    for name, values in NUMBERS.items():
        for value in values:
            net.Socket({name: value}).destroy()
            net.createServer({name: value})
    for value in (-1, float("nan")):
        assert net.createServer({"highWaterMark": value}).highWaterMark is None
    for value in ("5", {}, None, -1, 10**9, float("nan")):
        net.Socket().setKeepAlive(True, value).setKeepAlive(1, value)
    for value in ("tcp", 5, {}):
        net.Socket({"type": value})
    for value in (5, {}, {"buffer": 5, "callback": print}, {"buffer": bytearray(5)}, [], "x"):
        net.Socket({"onread": value})
    for listener in ("x", None, 5):
        net.createServer({}, listener)  # type: ignore[arg-type]
    net.createServer(None)


def test_options_of_the_streams_below(run: Any, must_call: Any) -> None:
    marks: Any = net.Socket({"readableHighWaterMark": 5, "writableHighWaterMark": 6})
    assert (marks.readableHighWaterMark, marks.writableHighWaterMark) == (5, 6)
    both: Any = net.Socket({"readableHighWaterMark": 5, "highWaterMark": 7})
    assert (both.readableHighWaterMark, both.writableHighWaterMark) == (7, 7)
    for name in "objectMode", "readableObjectMode", "writableObjectMode":
        assert code_of(lambda name=name: net.Socket({name: True})) == "ERR_INVALID_ARG_VALUE"
    assert code_of(lambda: net.Socket({"encoding": "nonsense"})) == "ERR_UNKNOWN_ENCODING"
    assert code_of(lambda: net.Socket({"readableHighWaterMark": -1})) == "ERR_OUT_OF_RANGE"
    server = net.createServer(must_call(lambda accepted: accepted.end("grüß")))
    heard: list[Any] = []

    def listening() -> None:
        options = {"port": server.address().port, "encoding": "utf8", "defaultEncoding": "latin1"}
        net.connect(options).on("data", heard.append).on("close", lambda: server.close()).end()

    server.listen(0, "127.0.0.1", listening)
    run()
    assert heard == ["grüß"]


@pytest.mark.parametrize(
    "arguments",
    [
        (0, "127.0.0.1", "5"),
        (0, "127.0.0.1", "x"),
        (0, None, None),
        (0, 5),
        (0, "127.0.0.1", 5, "x"),
        (None,),
        ({"port": 0, "backlog": "5"},),
        ({"port": 0, "backlog": -1},),
        ({"port": 0, "host": ""}, 5),
        ({"port": 0, "path": ""},),
        ({"port": None, "path": "/nowhere/s"},),
        ({"port": 0, "fd": "x"},),
        ({"port": 0, "fd": -1},),
    ],
)
def test_arguments_of_listen(arguments: Any, run: Any, must_call: Any) -> None:
    server = net.createServer()
    server.listen(*arguments, must_call(lambda: server.close()))
    run()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (({},), "ERR_INVALID_ARG_VALUE"),
        (({"path": ""},), "ERR_INVALID_ARG_VALUE"),
        (("",), "ERR_SOCKET_BAD_PORT"),
        (({"port": 0, "host": {}},), "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_what_listen_refuses(arguments: Any, code: str, loop: Any) -> None:
    assert code_of(lambda: net.createServer().listen(*arguments)) == code


@pytest.mark.parametrize(
    "rest", [(None, None), (5,), ("127.0.0.1", "x"), ("127.0.0.1", None), (None, lambda: None)]
)
def test_arguments_of_connect(rest: Any, run: Any, must_call: Any) -> None:
    server = net.createServer(must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        client = net.connect(server.address().port, *rest)
        client.on("connect", must_call()).resume().on("close", lambda: server.close())

    server.listen(0, "127.0.0.1", listening)
    run()


def test_an_ip_address_needs_no_lookup(run: Any, must_call: Any) -> None:
    """So what a lookup would be told is not looked at."""
    server = net.createServer(must_call(lambda accepted: accepted.end()))

    def listening() -> None:
        options = {"port": server.address().port, "host": "127.0.0.1"}
        client = net.connect({**options, "family": "x", "hints": "y", "lookup": 5}, must_call())
        client.resume().on("close", lambda: server.close())

    server.listen(0, "127.0.0.1", listening)
    run()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: net.Socket({"keepAliveInitialDelay": "5"}), "keepAliveInitialDelay"),
        (lambda: net.createServer({"highWaterMark": "5"}), "highWaterMark"),
        (lambda: net.connect({"port": 1, "localAddress": "::1", "localPort": "5"}), "localPort"),
        (lambda: net.Socket().connect({"port": 1, "autoSelectFamily": 1}), "autoSelectFamily"),
        (lambda: net.Socket().connect(port=1, autoSelectFamilyAttemptTimeout=0), "autoSelectFamilyAttemptT"),
        (lambda: net.Socket({"blockList": 5}), "blockList"),
    ],
)
def test_a_message_names_the_option_as_node_does(call: Any, name: str, loop: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^'{name}") as caught:
        call()
    assert caught.value.code.startswith("ERR_")
    caught.value.__traceback__ = None  # it holds a socket


@pytest.mark.parametrize("argument", ["bad argument", 5, {}, None])
def test_close_ignores_what_is_no_function(argument: Any, run: Any, must_call: Any) -> None:
    server = net.createServer().on("close", must_call())
    server.listen(0, "127.0.0.1", must_call(lambda: server.close(argument)))
    run()


# --- errors -------------------------------------------------------------------------------------


def test_an_error_has_nodes_attributes(run: Any, must_call: Any) -> None:
    with socket.socket() as probe, socket.socket() as mine:
        probe.bind(("127.0.0.1", 0))
        mine.bind(("127.0.0.1", 0))
        port, local_port = probe.getsockname()[1], mine.getsockname()[1]
    client = net.connect(
        {"port": port, "host": "127.0.0.1", "localAddress": "127.0.0.1", "localPort": local_port}
    )

    def on_error(error: NetError) -> None:
        assert error.message == str(error)
        assert error.message == (f"connect ECONNREFUSED 127.0.0.1:{port} - Local (127.0.0.1:{local_port})")
        assert (error.localAddress, error.localPort) == ("127.0.0.1", local_port)  # type: ignore[attr-defined]

    client.on("error", must_call(on_error))
    run()


def test_what_is_raised_has_a_message(loop: Any) -> None:
    with pytest.raises(ValueError, match="port") as caught:
        net.connect(-1)
    assert caught.value.message == str(caught.value)  # type: ignore[attr-defined]


# --- dns ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostname", ["", None])
def test_lookup_of_nothing(hostname: Any, loop: Any) -> None:
    """As of Node 26; older ones answered null."""
    assert code_of(lambda: dns.lookup(hostname, print)) == "ERR_INVALID_ARG_VALUE"
    assert code_of(lambda: dns.lookup(5, print)) == "ERR_INVALID_ARG_TYPE"  # type: ignore[arg-type]


def test_lookup(run: Any, must_call: Any) -> None:
    answers: list[Any] = []
    dns.lookup("127.0.0.1", {"all": True}, must_call(lambda error, found: answers.append(found)))
    dns.lookup("::1", 6, must_call(lambda error, address, family: answers.append((address, family))))
    run()
    assert answers == [[{"address": "127.0.0.1", "family": 4}], ("::1", 6)]
    assert dns.ADDRCONFIG | dns.V4MAPPED | dns.ALL == dns.ADDRCONFIG + dns.V4MAPPED + dns.ALL


# --- events ---------------------------------------------------------------------------------------


def test_error_monitor_hears_first_and_handles_nothing() -> None:
    heard: list[Any] = []
    emitter: Any = events.EventEmitter()
    emitter.on(events.errorMonitor, lambda error: heard.append(("monitor", error)))
    problem = ValueError("x")
    with pytest.raises(ValueError, match="x"):
        emitter.emit("error", problem)
    emitter.on("error", lambda error: heard.append(("error", error)))
    assert emitter.emit("error", problem) is True
    assert heard == [("monitor", problem), ("monitor", problem), ("error", problem)]
    assert emitter.listenerCount("error") == 1
    assert events.EventEmitter.errorMonitor is events.errorMonitor


def test_error_monitor_of_a_socket(run: Any, must_call: Any, short_path: Path) -> None:
    client = net.connect(str(short_path / "nothing"))
    order: list[str] = []
    client.on("error", must_call(lambda error: order.append("error")))
    client.once(events.errorMonitor, must_call(lambda error: order.append("monitor")))
    run()
    assert order == ["monitor", "error"]


def test_the_functions_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.EventEmitter, "defaultMaxListeners", 10)
    emitter: Any = events.EventEmitter()
    other: Any = events.EventEmitter()
    emitter.on("x", print).once("x", repr)
    assert events.getEventListeners(emitter, "x") == [print, repr]
    assert events.listenerCount(emitter, "x") == 2
    assert events.getMaxListeners(emitter) == 10
    events.setMaxListeners(3, emitter, other)
    assert (events.getMaxListeners(emitter), other.getMaxListeners()) == (3, 3)
    events.setMaxListeners(7)
    assert events.getMaxListeners(events.EventEmitter()) == events.EventEmitter.defaultMaxListeners == 7
    assert events.getMaxListeners(emitter) == 3
    assert code_of(lambda: events.setMaxListeners(-1)) == "ERR_OUT_OF_RANGE"
    assert code_of(lambda: events.setMaxListeners("3", emitter)) == "ERR_INVALID_ARG_TYPE"  # type: ignore[arg-type]
    assert code_of(lambda: events.setMaxListeners(5, emitter, 5)) == "ERR_INVALID_ARG_TYPE"  # type: ignore[arg-type]
    assert events.getMaxListeners(emitter) == 3
    for function in events.getEventListeners, events.listenerCount:
        assert code_of(lambda function=function: function({}, "x")) == "ERR_INVALID_ARG_TYPE"
    assert code_of(lambda: events.getMaxListeners(None)) == "ERR_INVALID_ARG_TYPE"  # type: ignore[arg-type]


# --- SocketAddress --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"address": {}}, "ERR_INVALID_ARG_TYPE"),
        ({"address": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"address": ""}, "ERR_INVALID_ADDRESS"),
        ({"family": 1}, "ERR_INVALID_ARG_VALUE"),
        ({"family": {}}, "ERR_INVALID_ARG_VALUE"),
        ({"family": "x"}, "ERR_INVALID_ARG_VALUE"),
        ({"port": False}, "ERR_SOCKET_BAD_PORT"),
        ({"port": {}}, "ERR_SOCKET_BAD_PORT"),
        ({"port": ""}, "ERR_SOCKET_BAD_PORT"),
        ({"port": 1.5}, "ERR_SOCKET_BAD_PORT"),
        ({"flowlabel": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"flowlabel": True}, "ERR_INVALID_ARG_TYPE"),
        ({"flowlabel": -1}, "ERR_OUT_OF_RANGE"),
        ("hello", "ERR_INVALID_ARG_TYPE"),
        (5, "ERR_INVALID_ARG_TYPE"),
        ({"port": "5"}, None),
        ({"family": "IPV6"}, None),
        ({"address": None, "family": None, "port": None, "flowlabel": None}, None),
    ],
)
def test_codes_of_socket_address(options: Any, code: str | None) -> None:
    assert code_of(lambda: net.SocketAddress(options)) == code


def test_socket_address_parse_makes_one_with_nodes_names() -> None:
    parsed: Any = net.SocketAddress.parse("[::1]:80")
    assert isinstance(parsed, net.SocketAddress)
    assert parsed.toJSON() == {"address": "::1", "port": 80, "family": "ipv6", "flowlabel": 0}
