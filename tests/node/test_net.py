"""net: servers, sockets and their options under Node's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers import LIMIT, Transport

import netuv
from netuv.node import (
    AbortController,
    net,
)


@pytest.mark.row("S01", "S24", "S25")
def test_a_server_and_its_client(transport: Transport, run: Any, must_call: Any) -> None:
    def on_connection(c: Any) -> None:
        assert type(c) is net.Socket
        assert c.server is server
        c.setEncoding("utf8")
        c.once("data", must_call(lambda text: c.end(text.upper())))
        c.on("close", lambda had_error: server.close())

    def on_listening() -> None:
        c = net.createConnection(*transport.connect_args(server), must_call(lambda: c.write("hello")))
        assert type(c) is net.Socket
        c.setTimeout(LIMIT * 1000)
        assert c.timeout == LIMIT * 1000

        def on_data(data: bytes) -> None:
            assert data == b"HELLO"
            assert c.bytesRead == c.bytes_read == 5
            assert c.bytesWritten == 5
            assert (c.remotePort is None) == (transport.name == "unix")
            assert c.remoteFamily == {"tcp4": "IPv4", "tcp6": "IPv6"}.get(transport.name)
            assert c.readyState == "open"

        c.on("data", must_call(on_data))

    server = net.createServer(must_call(on_connection))
    assert server.listen(*transport.listen_args, must_call(on_listening)) is server
    run()


def test_options_in_either_spelling_and_form(loop: netuv.Loop) -> None:
    for server in (
        net.createServer({"allowHalfOpen": True, "pauseOnConnect": True, "highWaterMark": 9}),
        net.createServer(allowHalfOpen=True, pauseOnConnect=True, highWaterMark=9),
        net.Server({"allow_half_open": True}, pauseOnConnect=True, high_water_mark=9),
    ):
        assert (server.allowHalfOpen, server.pauseOnConnect, server.highWaterMark) == (True, True, 9)
        assert (server.allow_half_open, server.pause_on_connect, server.high_water_mark) == (True, True, 9)
    assert net.Socket({"allowHalfOpen": True}).allowHalfOpen
    assert net.Socket(allowHalfOpen=True, highWaterMark=9).readableHighWaterMark == 9


def test_options_that_are_no_dict(loop: netuv.Loop) -> None:
    for call in (lambda: net.Socket(5), lambda: net.Server(5)):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="'options' must be a dict") as caught:
            call()
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]


@pytest.mark.row("S07", "N05")
@pytest.mark.parametrize(
    "listen",
    [
        lambda server, cb: server.listen(0, "127.0.0.1", 5, cb),
        lambda server, cb: server.listen(0, "127.0.0.1", cb),
        lambda server, cb: server.listen(0, cb),
        lambda server, cb: server.listen(cb),
        lambda server, cb: server.listen({"port": 0, "host": "::1", "ipv6Only": True, "backlog": 5}, cb),
        lambda server, cb: server.listen(port=0, host="::1", ipv6Only=True, callback=cb),
        lambda server, cb: server.listen({"port": 0, "exclusive": True}).once("listening", cb),
    ],
)
def test_the_forms_of_listen(listen: Any, run: Any, must_call: Any) -> None:
    server = net.createServer()
    listen(server, must_call(server.close))
    run()


@pytest.mark.row("S04", "S14")
@pytest.mark.parametrize(
    "connect",
    [
        lambda port, cb: net.connect(port, "127.0.0.1", cb),
        lambda port, cb: net.connect(port, cb),
        lambda port, cb: net.connect({"port": port, "localAddress": "127.0.0.1", "family": 4}, cb),
        lambda port, cb: net.connect(port=port, localAddress="127.0.0.1", listener=cb),
        lambda port, cb: net.createConnection({"port": port, "autoSelectFamily": False, "family": 4}, cb),
        lambda port, cb: net.Socket().connect({"port": port, "autoSelectFamilyAttemptTimeout": 99}, cb),
        lambda port, cb: net.Socket({"noDelay": True}).connect(port, "127.0.0.1", cb),
    ],
)
def test_the_forms_of_connect(connect: Any, run: Any, must_call: Any) -> None:
    def on_connect() -> None:
        made[0].destroy()
        server.close()

    server = net.createServer(lambda c: c.resume())
    made: list[Any] = []
    server.listen(0, lambda: made.append(connect(server.address().port, must_call(on_connect))))  # type: ignore[union-attr]
    run()


@pytest.mark.row("N03")
def test_max_connections_and_drop(run: Any, must_call: Any) -> None:
    def on_drop(info: Any) -> None:
        assert info.localPort == info["localPort"] == server.address().port
        assert info.remoteAddress == "127.0.0.1"
        assert info.remotePort == clients[1].localPort
        assert sorted(info) == [
            "localAddress",
            "localFamily",
            "localPort",
            "remoteAddress",
            "remoteFamily",
            "remotePort",
        ]
        assert len(info) == 6
        assert "localPort" in repr(info)
        server.getConnections(must_call(lambda error, count: counted.append(count)))
        clients[0].destroy()
        server.close()

    clients: list[Any] = []
    counted: list[int] = []
    server: Any = net.createServer(must_call(lambda c: c.resume()))
    server.maxConnections = 1
    assert server.max_connections == 1
    server.on("drop", must_call(on_drop))

    def on_listening() -> None:
        port = server.address().port
        clients.append(net.connect(port, "127.0.0.1", lambda: clients.append(net.connect(port, "127.0.0.1"))))

    server.listen(0, "127.0.0.1", on_listening)
    run()
    assert counted == [1]


@pytest.mark.row("N08")
def test_a_lookup_function_hears_nodes_options(run: Any, must_call: Any) -> None:
    def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
        assert hostname == "an.example"
        assert sorted(options) == ["all", "family", "hints"]
        callback(None, [{"address": "127.0.0.1", "family": 4}])

    def on_listening() -> None:
        where = {"port": server.address().port, "host": "an.example", "lookup": must_call(lookup)}
        net.connect(where, must_call(lambda: server.close())).resume()

    server: Any = net.createServer(lambda c: c.end())
    server.listen(0, "127.0.0.1", on_listening)
    run()


@pytest.mark.row("N08")
def test_an_abort_signal(run: Any, must_call: Any) -> None:
    controller = AbortController()
    server = net.createServer().listen({"port": 0, "signal": controller.signal})
    server.on("close", must_call())
    controller.signal.throwIfAborted()
    server.on("listening", controller.abort)
    run()
    with pytest.raises(netuv.NetError, match="aborted"):
        controller.signal.throwIfAborted()


@pytest.mark.row("N02")
def test_block_list_and_socket_address(loop: netuv.Loop) -> None:
    blocked = net.BlockList()
    blocked.addAddress("10.0.0.1")
    blocked.addRange("10.0.1.1", "10.0.1.9")
    blocked.addSubnet("fc00::", 7, "ipv6")
    assert len(blocked.rules) == 3
    assert blocked.check(net.SocketAddress({"address": "fd00::1", "family": "ipv6"}))
    copy = net.BlockList()
    copy.fromJSON(blocked.toJSON())
    assert copy.rules == blocked.rules
    address = net.SocketAddress({"address": "127.0.0.1", "port": 80})
    assert net.SocketAddress.isSocketAddress(address)
    assert address.toJSON() == {"address": "127.0.0.1", "port": 80, "family": "ipv4", "flowlabel": 0}
    assert type(net.SocketAddress.parse("[::1]:80")) is net.SocketAddress


@pytest.mark.row("N01", "N07")
def test_functions_of_net() -> None:
    assert (net.isIP("::1"), net.isIPv4("1.2.3.4"), net.isIPv6("1.2.3.4")) == (6, True, False)
    former = net.getDefaultAutoSelectFamilyAttemptTimeout()
    net.setDefaultAutoSelectFamilyAttemptTimeout(former + 1)
    assert netuv.get_default_auto_select_family_attempt_timeout() == former + 1
    net.setDefaultAutoSelectFamilyAttemptTimeout(former)
    assert net.getDefaultAutoSelectFamily() is True
    assert net.Stream is net.Socket


@pytest.mark.row("S28")
@pytest.mark.parametrize("end", [{"end": False}, False, {"end": True}, {}])
def test_pipe_takes_nodes_options(end: Any, run: Any, must_call: Any) -> None:
    ends = end is not False and end.get("end", True)

    def on_connection(c: Any) -> None:
        assert c.pipe(c, end) is c
        if not ends:
            c.on("end", lambda: c.end(" kept open"))

    def on_listening() -> None:
        parts: list[str] = []
        c = net.connect({"port": server.address().port, "host": "127.0.0.1", "allowHalfOpen": True})
        c.setEncoding("utf8").on("data", parts.append)
        c.end("echo")
        c.on("end", must_call(lambda: heard.append("".join(parts))))
        c.on("close", lambda had_error: server.close())

    heard: list[str] = []
    server: Any = net.createServer({"allowHalfOpen": True}, on_connection)
    server.listen(0, "127.0.0.1", on_listening)
    run()
    assert heard == ["echo" if ends else "echo kept open"]
