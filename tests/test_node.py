"""netuv.node: every public name of Node's is there, works, and is the core's own member.

``python -m tests.test_node`` asks the Node on PATH for the names and writes them to node_names.json.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv import node as facade
from netuv.node import (
    AbortController,
    EventEmitter,
    clearImmediate,
    clearInterval,
    clearTimeout,
    net,
    process,
    run,
    setImmediate,
    setInterval,
    setTimeout,
    stream,
)
from netuv.node.names import camel_case
from tests.conftest import LIMIT, Transport, receive_all

FILE = Path(__file__).with_name("node_names.json")

# What Node is asked. Public is what does not begin with an underscore.
ASK = r"""
const net = require('net'), stream = require('stream'), events = require('events');
const own = (object, ...without) => Object.getOwnPropertyNames(object)
  .filter((name) => !name.startsWith('_') && !without.includes(name)).sort();
const members = (object) => own(object, 'constructor');
const statics = (object) => own(object, 'length', 'name', 'prototype');
const timeout = setTimeout(() => {}, 0), immediate = setImmediate(() => {});
const names = {
  'net': own(net),
  'net.Socket': [...members(net.Socket.prototype), ...own(new net.Socket())],
  'net.Server': [...members(net.Server.prototype), ...own(net.createServer())],
  'net.BlockList': [...members(net.BlockList.prototype), ...statics(net.BlockList)],
  'net.SocketAddress': [...members(net.SocketAddress.prototype), ...statics(net.SocketAddress)],
  'stream.Readable': members(stream.Readable.prototype),
  'stream.Writable': members(stream.Writable.prototype),
  'stream.Duplex': members(stream.Duplex.prototype),
  'EventEmitter': members(events.prototype),
  'Timeout': members(Object.getPrototypeOf(timeout)),
  'Immediate': members(Object.getPrototypeOf(immediate)),
};
console.log(JSON.stringify({node: process.version, names}));
"""


def ask(node: str) -> Any:
    done = subprocess.run([node, "-e", ASK], stdout=subprocess.PIPE, check=True, timeout=LIMIT)
    return json.loads(done.stdout)


RECORDED = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"node": "", "names": {}}
NAMES: dict[str, list[str]] = RECORDED["names"]

# What is left out, and why.
ITERATION = "promises and async iteration; netuv is built on callbacks"
INTERNAL = "a view of the inside that Node does not document"
OUT = {
    "stream.Readable": {
        **dict.fromkeys("asIndexedPairs compose drop every filter find flatMap".split(), ITERATION),
        **dict.fromkeys("forEach iterator map reduce some take toArray".split(), ITERATION),
        "readableBuffer": INTERNAL,
        "wrap": "adapts the streams of Node 0.8",
    },
    "stream.Writable": {"writableBuffer": INTERNAL},
    "stream.Duplex": {"writableBuffer": INTERNAL},
    "net.Server": dict.fromkeys(
        ("noDelay", "keepAlive", "keepAliveInitialDelay"),
        "undocumented as properties; they are options of createServer()",
    ),
}

# What the Node that was asked does not show, and its document (or that of a later Node) has.
DOCUMENTED = {
    "net.Socket": "autoSelectFamilyAttemptedAddresses getTypeOfService setTypeOfService timeout".split(),
    "net.Server": "maxConnections dropMaxConnection".split(),
    "net.BlockList": "fromJSON isBlockList toJSON".split(),
    "net.SocketAddress": ["parse"],
    "stream.Duplex": ["allowHalfOpen"],
    "EventEmitter": ["defaultMaxListeners", "errorMonitor"],
}

MAKE: dict[str, Callable[[], Any]] = {
    "net": lambda: net,
    "net.Socket": net.Socket,
    "net.Server": net.Server,
    "net.BlockList": net.BlockList,
    "net.SocketAddress": net.SocketAddress,
    "stream.Readable": stream.Readable,
    "stream.Writable": stream.Writable,
    "stream.Duplex": stream.Duplex,
    "EventEmitter": EventEmitter,
    "Timeout": lambda: setTimeout(print, 1),
    "Immediate": lambda: setImmediate(print),
}


@contextmanager
def made(owner: str) -> Iterator[Any]:
    it = MAKE[owner]()
    yield it
    if owner in ("Timeout", "Immediate"):
        it.close()


def has(it: Any, name: str) -> bool:
    try:
        getattr(it, name)
    except AttributeError:
        return False
    return True


# -- the names -------------------------------------------------------------------------------------


def test_node_was_asked() -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", RECORDED["node"])
    assert set(NAMES) == set(MAKE)
    assert sum(map(len, NAMES.values())) > 150


@pytest.mark.parametrize("owner", MAKE)
def test_every_public_name_is_there(owner: str, loop: netuv.Loop) -> None:
    names = [*NAMES[owner], *DOCUMENTED.get(owner, ())]
    with made(owner) as it:
        missing = [name for name in names if name not in OUT.get(owner, ()) and not has(it, name)]
        assert missing == []
        assert [name for name in names if name not in OUT.get(owner, ()) and name not in dir(it)] == []


@pytest.mark.parametrize("owner", ["stream.Readable", "stream.Writable", "stream.Duplex", "EventEmitter"])
def test_a_socket_has_the_names_of_its_streams(owner: str, loop: netuv.Loop) -> None:
    sock = net.Socket()
    missing = [name for name in NAMES[owner] if name not in OUT.get(owner, ()) and not has(sock, name)]
    assert missing == []
    assert isinstance(sock, MAKE[owner])  # type: ignore[arg-type]


@pytest.mark.parametrize("owner", OUT)
def test_what_is_left_out_exists_in_node_and_is_not_there(owner: str, loop: netuv.Loop) -> None:
    with made(owner) as it:
        for name, reason in OUT[owner].items():
            assert reason
            assert name in NAMES[owner]
            assert not has(it, name)


@pytest.mark.parametrize("owner", MAKE)
def test_no_name_is_invented(owner: str, loop: netuv.Loop) -> None:
    known = {name for names in (*NAMES.values(), *DOCUMENTED.values()) for name in names}
    with made(owner) as it:
        camel = {name for name in dir(it) if re.fullmatch(r"[a-z]+([A-Z]\w*)+", name)}
    assert sorted(camel - known) == []


def test_the_list_is_what_this_node_says(node: str) -> None:
    answer = ask(node)
    if answer["node"] != RECORDED["node"]:
        pytest.skip(f"Node is {answer['node']}, the list is of {RECORDED['node']}")
    assert answer == RECORDED


def test_camel_case() -> None:
    assert [camel_case(name) for name in ("on", "set_no_delay", "ipv6_only", "to_json")] == [
        "on",
        "setNoDelay",
        "ipv6Only",
        "toJSON",
    ]


# -- names are aliases, not copies -------------------------------------------------------------------


def test_a_name_is_the_member_itself(loop: netuv.Loop) -> None:
    sock = net.Socket()
    assert net.Socket.setTimeout is netuv.Socket.set_timeout
    assert sock.setNoDelay == sock.set_no_delay
    assert net.Socket.remoteAddress is netuv.Socket.remote_address
    sock.readableHighWaterMark = 5
    assert sock.readable_high_water_mark == 5
    del sock.readableHighWaterMark
    assert sock.readable_high_water_mark == netuv.Socket.readable_high_water_mark
    with pytest.raises(AttributeError):
        sock.remoteAddress = "1.2.3.4"


def test_a_name_follows_what_a_subclass_redefines(loop: netuv.Loop) -> None:
    class Loud(net.Socket):
        def set_encoding(self, encoding: str | None = "utf8") -> Any:
            return "redefined"

    assert Loud().setEncoding() == "redefined"


@pytest.mark.parametrize("name", ["setTimeOut", "remoteAdress", "listensTo", "bytes_Read"])
def test_a_mistyped_name_is_an_attribute_error(name: str, loop: netuv.Loop) -> None:
    with pytest.raises(AttributeError):
        getattr(net.Socket(), name)


def test_the_core_has_one_spelling(loop: netuv.Loop) -> None:
    for cls in (netuv.Socket, netuv.Server, netuv.EventEmitter, netuv.BlockList, netuv.SocketAddress):
        assert [name for name in dir(cls) if re.fullmatch(r"[a-z]+[A-Z]\w*", name)] == []
    assert not issubclass(netuv.Server._socket_class, net.Socket)


# -- net -----------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: net.createServer({"allowHalfopen": True}), "of Server; did you mean 'allowHalfOpen'"),
        (lambda: net.createServer(noDelai=True), "of Server; did you mean 'noDelay'"),
        (lambda: net.Socket({"nodelay": True}), "of Socket; did you mean 'noDelay'"),
        (lambda: net.connect({"port": 1, "keepAliveDelay": 1}), "of connect; did you mean 'keepAlive"),
        (lambda: net.Socket().connect(port=1, localaddress="::1"), "of connect; did you mean 'localAddress'"),
        (lambda: net.Server().listen({"port": 0, "ipv6only": True}), "of listen; did you mean 'ipv6Only'"),
        (lambda: net.Socket().pipe(net.Socket(), {"ende": False}), "of pipe; did you mean 'end'"),
    ],
)
def test_unknown_options_are_refused_in_nodes_spelling(
    call: Callable[[], object], message: str, loop: netuv.Loop
) -> None:
    with pytest.raises(TypeError, match=re.escape(message)) as caught:
        call()
    assert caught.value.code == "ERR_UNKNOWN_OPTION"  # type: ignore[attr-defined]


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


# -- timers and events ---------------------------------------------------------------------------------


@pytest.mark.row("N15")
def test_timers(run: Any, must_call: Any) -> None:
    order: list[object] = []
    timer: Any = setTimeout(must_call(lambda *args: order.append(args)), 1, "a", 2)
    assert isinstance(timer, netuv.timers.Timeout)
    assert timer.hasRef()
    assert timer.unref() is timer
    assert not timer.hasRef()
    assert timer.ref().refresh() is timer

    def tick() -> None:
        order.append("interval")
        if order.count("interval") == 2:
            clearInterval(interval)

    interval = setInterval(must_call(tick, 2), 20)
    clearTimeout(setTimeout(lambda: order.append("never"), 1))
    clearTimeout(None)
    immediate: Any = setImmediate(must_call(lambda text: order.append(text)), "immediate")
    assert immediate.hasRef()
    assert isinstance(immediate, netuv.timers.Immediate)
    clearImmediate(setImmediate(lambda: order.append("never")))
    process.nextTick(must_call(lambda text: order.append(text)), "tick")
    run()
    assert order[0] == "tick"
    assert sorted(map(str, order[1:3])) == ["('a', 2)", "immediate"]
    assert order[3:] == ["interval", "interval"]


@pytest.mark.row("N13")
def test_event_emitter() -> None:
    emitter: Any = EventEmitter()
    heard: list[object] = []
    emitter.addListener("x", heard.append)
    emitter.prependListener("x", lambda value: heard.append(-value))
    emitter.prependOnceListener("x", lambda value: heard.append("once"))
    assert emitter.listenerCount("x") == 3
    assert emitter.eventNames() == ["x"]
    assert emitter.rawListeners("x")[0].listener is emitter.listeners("x")[0]
    emitter.emit("x", 1)
    assert heard == ["once", -1, 1]
    emitter.removeListener("x", heard.append).removeAllListeners("x")
    assert emitter.listenerCount("x") == 0
    assert emitter.setMaxListeners(3).getMaxListeners() == 3


@pytest.mark.row("N13")
def test_default_max_listeners_is_set_on_the_class(monkeypatch: pytest.MonkeyPatch, loop: netuv.Loop) -> None:
    monkeypatch.setattr(EventEmitter, "defaultMaxListeners", 1)
    emitter: Any = EventEmitter().on("x", print)
    assert net.Socket().getMaxListeners() == emitter.default_max_listeners == 1
    assert netuv.EventEmitter().get_max_listeners() == 10
    with pytest.warns(RuntimeWarning, match="more than 1"):
        emitter.on("x", print)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        netuv.EventEmitter().on("x", print).on("x", print)


def test_a_writable_cannot_be_piped(run: Any, must_call: Any, tmp_path: Path) -> None:
    with open(tmp_path / "file", "wb") as file:
        sink = facade.stdio.FileOutput(file.fileno(), netuv.default_loop())
        sink.on("error", must_call(lambda error: codes.append(error.code)))
        codes: list[str] = []
        sink.pipe(sink)
        run()
    assert codes == ["ERR_STREAM_CANNOT_PIPE"]


# -- process, in this process ----------------------------------------------------------------------------


def test_facts_of_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program.py", "8124"])
    assert process.argv == [sys.executable, os.path.abspath("program.py"), "8124"]
    assert process.env is os.environ
    assert process.pid == os.getpid()
    assert 0 < process.uptime() < 1e6
    start = process.hrtime()
    seconds, nanoseconds = process.hrtime(start)
    assert (seconds, 0 < nanoseconds < 10**9) == (0, True)
    assert process.hrtime.bigint() >= start[0] * 10**9 + start[1]


def test_a_signal_is_an_event(run: Any, must_call: Any) -> None:
    former = signal.getsignal(signal.SIGUSR2)
    order: list[object] = []

    def on_signal(name: str, number: int) -> None:
        order.append((name, number))
        clearInterval(alive)

    process.once("SIGUSR2", must_call(on_signal))
    alive = setInterval(lambda: None, 60_000)

    def send() -> None:
        os.kill(os.getpid(), signal.SIGUSR2)
        order.append("after kill")  # a callback is not interrupted

    setImmediate(send)
    run()
    assert order == ["after kill", ("SIGUSR2", signal.SIGUSR2)]
    assert signal.getsignal(signal.SIGUSR2) == former


def test_the_former_handler_comes_back_with_the_last_listener() -> None:
    former = signal.getsignal(signal.SIGINT)
    process.on("SIGINT", print)
    process.on("SIGINT", repr)
    process.off("SIGINT", print)
    assert signal.getsignal(signal.SIGINT) != former
    process.removeAllListeners("SIGINT")
    assert signal.getsignal(signal.SIGINT) == former
    process.prependListener("SIGINT", print)
    assert signal.getsignal(signal.SIGINT) != former
    process.removeAllListeners()
    assert signal.getsignal(signal.SIGINT) == former
    with pytest.raises(TypeError):
        process.addListener("SIGINT", 5)
    assert signal.getsignal(signal.SIGINT) == former


def test_a_signal_that_cannot_be_caught() -> None:
    with pytest.raises(netuv.NetError, match="uv_signal_start EINVAL") as caught:
        process.on("SIGKILL", print)
    assert caught.value.code == "EINVAL"
    assert process.eventNames() == []
    process.on("SIGNIFICANT", print).removeAllListeners()  # any other event


def test_uncaught_exceptions(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    def fail() -> None:
        raise ValueError("from a callback")

    def on_exception(error: BaseException, origin: str) -> None:
        assert str(error) == "from a callback"
        assert origin == "uncaughtException"

    process.on("uncaughtException", must_call(on_exception))
    setTimeout(fail, 1)
    setTimeout(must_call(), 5)
    run()
    process.removeAllListeners("uncaughtException")
    assert loop.listener_count("uncaughtException") == 0
    setTimeout(fail, 1)
    with pytest.raises(ValueError, match="from a callback"):
        run()


# -- process, as a program -------------------------------------------------------------------------------


class Program:
    """``netuv.node`` in a process of its own; its three streams are what the test gives it."""

    def __init__(self, code: str, *args: object, **streams: Any) -> None:
        header = "import sys\nfrom netuv.node import *\n"
        self.process = subprocess.Popen(
            [sys.executable, "-Werror", "-c", header + textwrap.dedent(code), *map(str, args)],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        self.guard = threading.Timer(LIMIT, self.process.kill)
        self.guard.start()

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.guard.cancel()
        self.process.kill()
        for each in (self.process.stdin, self.process.stdout, self.process.stderr):
            if each is not None:
                each.close()
        self.process.wait()


def outcome(code: str, **streams: Any) -> tuple[int, str, str]:
    """Status, stdout and stderr of a program that ends by itself."""
    data = streams.pop("input", None)
    if data is not None:
        streams["stdin"] = subprocess.PIPE
    with Program(code, **streams) as program:
        out, err = program.communicate(data)
        return program.returncode, (out or b"").decode(), (err or b"").decode()


@pytest.mark.parametrize(
    ("code", "status", "printed"),
    [
        ("process.exitCode = 3; run()", 3, "exit 3"),
        ("run()", 0, "exit 0"),
        ("process.exit(4)", 4, "exit 4"),
        ("process.exit('5')", 5, "exit 5"),
        ("process.exitCode = 6; process.exit()", 6, "exit 6"),
        ("setTimeout(process.exit, 1, 7); setInterval(print, 60_000); run()", 7, "exit 7"),
        (
            "process.on('uncaughtException', lambda error, origin: process.exit(8))\n"
            "setTimeout(lambda: 1 / 0, 1); setInterval(print, 60_000); run()",
            8,
            "exit 8",
        ),
        ("process.on('exit', lambda code: setattr(process, 'exitCode', 8)); run()", 8, "exit 0"),
        ("process.on('exit', lambda code: process.exit(9)); process.exit(1)", 9, "exit 1"),
    ],
)
def test_the_end_of_a_program(code: str, status: int, printed: str) -> None:
    code = "process.on('exit', lambda code: print('exit', code))\n" + code
    assert outcome(code) == (status, printed + "\n", "")


def test_before_exit_may_give_the_loop_more_to_do() -> None:
    code = """
    def once_more(code):
        print("beforeExit", code)
        if process.listenerCount("exit") == 0:
            setTimeout(print, 1, "timer")
            process.on("exit", lambda code: print("exit", code))
    process.on("beforeExit", once_more)
    run()
    """
    assert outcome(code) == (0, "beforeExit 0\ntimer\nbeforeExit 0\nexit 0\n", "")


def test_exit_after_an_exception() -> None:
    status, out, err = outcome("process.on('exit', print)\nsetTimeout(lambda: 1 / 0, 1)\nrun()")
    assert (status, out) == (1, "1\n")
    assert err.rstrip().endswith("ZeroDivisionError: division by zero")


def test_finally_blocks_are_run_at_exit() -> None:
    assert outcome("try:\n setTimeout(process.exit, 1, 2)\n run()\nfinally: print('finally')") == (
        2,
        "finally\n",
        "",
    )


def test_stop_is_not_the_end() -> None:
    code = """
    import netuv
    process.on("exit", lambda code: print("exit"))
    setTimeout(lambda: netuv.default_loop().stop(), 1)
    timer = setTimeout(print, 60_000)
    run()
    print("stopped")
    clearTimeout(timer)
    run()
    """
    assert outcome(code) == (0, "stopped\nexit\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_from_outside(name: str) -> None:
    code = f"""
    def on_signal(name, number):
        print(name, number)
        process.exit(128 + number)
    process.on("{name}", on_signal)
    server = net.createServer().listen(0, lambda: print("ready", flush=True))
    run()
    """
    number = signal.Signals[name]
    with Program(code) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.send_signal(number)
        assert program.communicate() == (f"{name} {number:d}\n".encode(), b"")
        assert program.returncode == 128 + number


# -- process.stdin, stdout, stderr -------------------------------------------------------------------------

COPY = """
process.stdin.on("end", lambda: print("end", file=sys.stderr))
process.stdin.on("close", lambda *args: print("close", file=sys.stderr))
process.stdout.on("finish", lambda: print("finish", file=sys.stderr))
process.stdin.pipe(process.stdout)
run()
print("still there")
"""


@pytest.mark.row("S28")
def test_copy_from_pipe_to_pipe() -> None:
    data = os.urandom(1 << 20).hex()
    assert outcome(COPY, input=data.encode()) == (0, data + "still there\n", "end\nclose\n")


@pytest.mark.row("S28")
def test_copy_from_file_to_file(tmp_path: Path) -> None:
    data = os.urandom(1 << 20)
    (tmp_path / "in").write_bytes(data)
    with open(tmp_path / "in", "rb") as stdin, open(tmp_path / "out", "wb") as stdout:
        status, _, err = outcome(COPY, stdin=stdin, stdout=stdout)
    assert (status, err) == (0, "end\nclose\n")
    assert (tmp_path / "out").read_bytes() == data + b"still there\n"


def test_copy_from_socket_to_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Program(COPY, stdin=theirs, stdout=theirs) as program:
        theirs.close()
        ours.settimeout(LIMIT)
        ours.sendall(b"over a socket\n")
        ours.shutdown(socket.SHUT_WR)
        assert receive_all(ours) == b"over a socket\nstill there\n"
        assert program.wait() == 0


def test_copy_in_a_terminal() -> None:
    code = """
    assert process.stdin.isTTY and process.stdout.isTTY and not process.stderr.isTTY
    assert (process.stdout.columns, process.stdout.rows) == (66, 33)
    assert (process.stdin.fd, process.stdout.fd, process.stderr.fd) == (0, 1, 2)
    process.stdin.setRawMode(True)
    assert process.stdin.isRaw
    def on_data(data):
        process.stdout.write(data.upper())
        if data == b"q":
            process.stdin.setRawMode(False)
            process.stdin.pause()
    process.stdin.on("data", on_data)
    print("ready")
    run()
    print("still there")
    """
    master, slave = pty.openpty()
    pty_size(slave, 33, 66)
    try:
        with Program(code, stdin=slave, stdout=slave) as program:
            os.close(slave)
            seen = read_until(master, b"ready\r\n")
            os.write(master, b"a")  # raw: no line is waited for, and nothing echoed
            seen += read_until(master, b"A")
            os.write(master, b"q")
            seen += read_until(master, b"still there\r\n")
            assert seen == b"ready\r\nAQstill there\r\n"
            assert program.wait() == 0
            assert program.stderr is not None
            assert program.stderr.read() == b""
    finally:
        os.close(master)


def pty_size(fd: int, rows: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_until(fd: int, end: bytes) -> bytes:
    data = b""
    deadline = time.monotonic() + LIMIT
    while not data.endswith(end):
        ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
        assert ready, data
        data += os.read(fd, 65536)
    return data


def test_stdin_of_a_device() -> None:
    assert outcome(COPY, stdin=subprocess.DEVNULL) == (0, "still there\n", "end\nclose\n")


def test_stdin_that_is_not_read_does_not_keep_the_program() -> None:
    code = """
    assert not process.stdin.isTTY and process.stdin.readableFlowing is None
    process.stdin.setEncoding("utf8")
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.wait() == 0


def test_pause_lets_the_program_end_and_leaves_the_rest() -> None:
    code = """
    def on_data(text):
        print(text, flush=True)
        process.stdin.pause()
    process.stdin.setEncoding("utf8").on("data", on_data)
    run()
    print("paused", flush=True)
    process.stdin.resume()
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"one")
        program.stdin.flush()
        assert [program.stdout.readline() for _ in range(2)] == [b"one\n", b"paused\n"]
        assert program.communicate(b"two") == (b"two\n", b"")
        assert program.returncode == 0


def test_reading_stdin_in_paused_mode(tmp_path: Path) -> None:
    code = """
    def on_readable():
        while (chunk := process.stdin.read(4)) is not None:
            print(chunk.decode())
    process.stdin.on("readable", on_readable)
    run()
    """
    assert outcome(code, input=b"0123456789") == (0, "0123\n4567\n89\n", "")
    (tmp_path / "in").write_bytes(b"0123456789")
    with open(tmp_path / "in", "rb") as stdin:
        assert outcome(code, stdin=stdin) == (0, "0123\n4567\n89\n", "")


def test_pausing_a_file(tmp_path: Path) -> None:
    code = """
    parts = []
    def on_data(data):
        parts.append(data)
        process.stdin.pause()
        setImmediate(process.stdin.resume)
    process.stdin.on("data", on_data)
    process.stdin.on("end", lambda: process.stdout.write(b"".join(parts)))
    run()
    """
    data = "".join(f"{number}\n" for number in range(60_000))
    (tmp_path / "in").write_text(data)
    with open(tmp_path / "in", "rb") as stdin:
        assert outcome(code, stdin=stdin) == (0, data, "")


def test_stdin_that_cannot_be_read(tmp_path: Path) -> None:
    code = """
    process.stdin.on("error", lambda error: print(error.code, error.syscall)).resume()
    process.stdin.on("close", lambda *args: print("close"))
    run()
    """
    with open(tmp_path / "file", "wb") as only_for_writing:
        assert outcome(code, stdin=only_for_writing) == (0, "EBADF read\nclose\n", "")


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_print_and_write_keep_their_order(kind: str, tmp_path: Path) -> None:
    code = """
    print("one")
    process.stdout.write("two\\n")
    print("three")
    process.stdout.write("four\\n", lambda error: print("five"))
    run()
    print("six", process.stdout.isTTY)
    """
    expected = "one\ntwo\nthree\nfour\nfive\nsix False\n"
    if kind == "pipe":
        assert outcome(code) == (0, expected, "")
    else:
        with open(tmp_path / "out", "wb") as stdout:
            assert outcome(code, stdout=stdout)[0] == 0
        assert (tmp_path / "out").read_text() == expected


@pytest.mark.row("S28")
def test_a_reader_that_is_slow_holds_the_writer_back() -> None:
    code = """
    ok = process.stdout.write(b"x" * 1_000_000)
    print(ok, process.stdout.writableNeedDrain, file=sys.stderr)
    setImmediate(lambda: print("the loop goes on", file=sys.stderr, flush=True))
    process.stdout.on("drain", lambda: print("drain", file=sys.stderr))
    run()
    """
    with Program(code) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stderr.readline() == b"False True\n"
        assert program.stderr.readline() == b"the loop goes on\n"
        assert program.stdout.read() == b"x" * 1_000_000
        assert program.communicate() == (b"", b"drain\n")
        assert program.returncode == 0


def test_a_reader_that_has_gone() -> None:
    code = """
    process.stdin.once("data", lambda data: process.stdout.write("x"))
    process.stdin.once("end", lambda: None)
    process.stdout.on("error", lambda error: print(error.code, file=sys.stderr))
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdout.close()
        program.stdin.write(b"go")
        program.stdin.close()
        assert program.stderr is not None
        assert program.stderr.read() == b"EPIPE\n"
        assert program.wait() == 0


def test_end_leaves_the_descriptor_open(tmp_path: Path) -> None:
    code = """
    process.stdout.end("bye\\n", lambda error: print("ended", error))
    process.stdout.on("finish", lambda: print("finish"))
    process.stdout.on("close", lambda *args: print("close"))
    run()
    process.stdout.on("error", print).write("more", lambda error: print(error.code))
    run()
    """
    expected = "bye\nended None\nfinish\nclose\nERR_STREAM_WRITE_AFTER_END\n"
    assert outcome(code) == (0, expected, "")
    with open(tmp_path / "out", "wb") as stdout:
        assert outcome(code, stdout=stdout)[0] == 0
    assert (tmp_path / "out").read_text() == expected


def test_the_open_file_is_not_made_non_blocking() -> None:
    reader, writer = os.pipe()
    try:
        code = "process.stdin.resume(); process.stdout.write('x'); run()"
        assert outcome(code, input=b"", stdout=writer)[0] == 0
        assert os.get_blocking(writer)
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.row("S28")
def test_a_socket_between_stdin_and_stdout() -> None:
    code = """
    def on_connect():
        process.stdin.pipe(client)
        client.pipe(process.stdout)
    client = net.connect(int(process.argv[2]), "127.0.0.1", on_connect)
    client.on("close", lambda had_error: process.stdout.write("closed\\n"))
    run()
    """
    data = os.urandom(1 << 19)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with Program(code, listener.getsockname()[1], stdin=subprocess.PIPE) as program:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(LIMIT)
                assert program.stdin is not None
                feeder = threading.Thread(target=lambda: (program.stdin.write(data), program.stdin.close()))  # type: ignore[union-attr]
                feeder.start()
                assert receive_all(peer) == data
                feeder.join(LIMIT)
                peer.sendall(data)
            assert program.stdout is not None
            assert program.stdout.read() == data + b"closed\n"
            assert program.wait() == 0


if __name__ == "__main__":
    import shutil

    found = shutil.which("node")
    if found is None:
        sys.exit("Node is not on PATH")
    FILE.write_text(json.dumps(ask(found), indent=1) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("code", "kept"),
    [(None, None), (3, 3), (-1, -1), ("2", 2), (" 3", 3), ("0x10", 16), ("1e2", 100), ("1.0", 1), (2.0, 2)],
)
def test_exit_codes_that_are_taken(code: Any, kept: int | None) -> None:
    try:
        process.exitCode = code
        assert process.exitCode == kept
    finally:
        process.exitCode = None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("two", "ERR_INVALID_ARG_TYPE"),
        ("", "ERR_INVALID_ARG_TYPE"),
        (True, "ERR_INVALID_ARG_TYPE"),
        ({}, "ERR_INVALID_ARG_TYPE"),
        (2.5, "ERR_OUT_OF_RANGE"),
        ("2.5", "ERR_OUT_OF_RANGE"),
        (float("nan"), "ERR_OUT_OF_RANGE"),
        (float("inf"), "ERR_OUT_OF_RANGE"),
        (2**53, "ERR_OUT_OF_RANGE"),
    ],
)
def test_exit_codes_that_are_refused(code: Any, expected: str) -> None:
    for give in (lambda: setattr(process, "exitCode", code), lambda: process.exit(code)):
        with pytest.raises((TypeError, ValueError)) as caught:
            give()
        assert (caught.value.code, process.exitCode) == (expected, None)  # type: ignore[attr-defined]


def test_a_tick_is_no_reason_to_emit_before_exit_again(loop: netuv.Loop) -> None:
    told: list[str] = []

    def on_before_exit(code: int) -> None:
        told.append("beforeExit")
        process.nextTick(told.append, "tick")

    process.on("beforeExit", on_before_exit)
    try:
        run()
    finally:
        process.removeListener("beforeExit", on_before_exit)
    assert told == ["beforeExit", "tick"]
