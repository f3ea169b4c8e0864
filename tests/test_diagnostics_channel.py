"""diagnostics_channel: channels, and what netuv publishes on its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers import MustCall, Run

import netuv
from netuv import diagnostics_channel
from netuv.node import diagnostics_channel as node_channels

pytestmark = pytest.mark.row("N23")

NAMES = ("net.client.socket", "net.server.socket", "tracing:net.server.listen:asyncEnd")


@pytest.fixture
def heard() -> Iterator[list[tuple[str, Any]]]:
    """What netuv publishes during a test."""
    messages: list[tuple[str, Any]] = []

    def subscriber(message: Any, name: str) -> None:
        messages.append((name, message))

    for name in NAMES:
        diagnostics_channel.subscribe(name, subscriber)
    yield messages
    for name in NAMES:
        assert diagnostics_channel.unsubscribe(name, subscriber)
        assert not diagnostics_channel.has_subscribers(name)


def fail(message: Any, name: str) -> None:
    raise LookupError(message)


def test_sockets_and_servers_are_told_of(run: Run, must_call: MustCall, heard: list[tuple[str, Any]]) -> None:
    server = netuv.create_server(must_call(lambda peer: (accepted.append(peer), peer.end())))
    accepted: list[netuv.Socket] = []
    server.listen(0, "127.0.0.1", lambda: clients.append(netuv.connect(server.address().port).resume()))
    clients: list[netuv.Socket] = []
    server.on("connection", lambda peer: server.close())
    run()
    told = dict(heard)
    assert len(heard) == 3
    assert told["tracing:net.server.listen:asyncEnd"] == {"server": server}
    assert told["net.client.socket"] == {"socket": clients[0]}
    assert told["net.server.socket"] == {"socket": accepted[0]}


def test_a_connection_that_is_refused_is_not_told_of(run: Run, heard: list[tuple[str, Any]]) -> None:
    server = netuv.create_server()
    server.max_connections = 0
    server.on("drop", lambda info: server.close())
    server.listen(0, "127.0.0.1", lambda: netuv.connect(server.address().port, "127.0.0.1").resume())
    run()
    assert "net.server.socket" not in [name for name, _ in heard]


def test_what_a_subscriber_raises_comes_out_of_the_loop_that_published(must_call: MustCall) -> None:
    loop = netuv.Loop()
    diagnostics_channel.subscribe("net.client.socket", fail)
    try:
        sock = netuv.Socket(loop=loop).connect(1, "127.0.0.1")
    finally:
        diagnostics_channel.unsubscribe("net.client.socket", fail)
    assert sock.connecting
    sock.on("error", must_call(lambda error: None))
    with pytest.raises(LookupError):
        loop.run()
    loop.run()
    loop.close()


def test_what_a_subscriber_raises_of_a_channel_of_ones_own(run: Run) -> None:
    channel = diagnostics_channel.channel("test.own")
    channel.subscribe(fail)
    heard: list[Any] = []
    channel.subscribe(lambda message, name: heard.append(message))
    channel.publish(1)
    assert heard == [1]
    with pytest.raises(LookupError):
        run()


def test_an_async_subscriber_is_refused() -> None:
    async def subscriber(message: Any, name: str) -> None: ...

    with pytest.raises(TypeError, match="subscriber"):
        diagnostics_channel.subscribe("test.async", subscriber)


def test_tracing_channels_of_ones_own_choice() -> None:
    parts = "start", "end", "async_start", "async_end", "error"
    channels = {part: diagnostics_channel.channel(f"test.{part}") for part in parts}
    tracing = diagnostics_channel.tracing_channel(channels)
    assert tracing.async_end is channels["async_end"]
    with pytest.raises(TypeError, match="error"):
        diagnostics_channel.tracing_channel({part: channels[part] for part in parts[:4]})
    with pytest.raises(TypeError, match="did you mean 'async_start'"):
        tracing.subscribe({"asyncStart": print})
    assert not tracing.has_subscribers


def test_with_nodes_names(loop: netuv.Loop) -> None:
    channel = node_channels.channel("test.node")
    assert node_channels.channel("test.node") is channel
    heard: list[Any] = []
    one, two = lambda message: heard.append(message), lambda message, name: heard.append(name)
    channel.subscribe(one)
    node_channels.subscribe("test.node", two)
    assert channel.hasSubscribers
    assert node_channels.hasSubscribers("test.node")
    diagnostics_channel.channel("test.node").publish("hello")
    channel.publish()
    assert heard == ["hello", "test.node", None, "test.node"]
    assert channel.unsubscribe(one)
    assert not channel.unsubscribe(one)
    assert node_channels.unsubscribe("test.node", two)
    assert not diagnostics_channel.has_subscribers("test.node")


def test_tracing_with_nodes_names(loop: netuv.Loop) -> None:
    tracing = node_channels.tracingChannel("test.node.tracing")
    heard: list[str] = []

    def hears(name: str) -> Any:
        return lambda message: heard.append(name)

    handlers = {name: hears(name) for name in ("start", "end", "asyncStart", "asyncEnd", "error")}
    tracing.subscribe(handlers)
    assert tracing.hasSubscribers
    assert tracing.traceSync(lambda x: x + 1, {}, None, 1) == 2
    assert heard == ["start", "end"]
    heard.clear()
    tracing.traceCallback(lambda done: done(None), 0, {}, None, lambda error: heard.append("callback"))
    assert heard == ["start", "asyncStart", "callback", "asyncEnd", "end"]
    assert tracing.unsubscribe(handlers)
    assert not tracing.hasSubscribers
