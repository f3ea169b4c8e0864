"""Everything that is public is called with every value of a list that is wrong almost everywhere.

What is looked at is only how it is refused: at once, by a TypeError or ValueError whose code begins with
ERR_.
"""

from __future__ import annotations

import array
import gc
import inspect
import math
import socket
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from helpers import HUGE, LIMIT, nothing

import netuv
from netuv import address, errors, misuse, stream
from netuv.net import options
from netuv.node import dns as node_dns
from netuv.node import events as node_events
from netuv.node import net as node_net
from netuv.node import process as node_process
from netuv.node import stream as node_stream
from netuv.node import timers as node_timers
from netuv.stream.iteration import Iterated

# A delay that counts as 1 ms is no mistake that raises.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::netuv.timers.Timeout{kind}Warning")
    for kind in ("Overflow", "Negative", "NaN")
]


class OwnError(Exception):
    """Raised by what the caller passed in; netuv lets it through."""


class Unprintable:
    def __repr__(self) -> str:
        raise OwnError


class Undecided:
    def __bool__(self) -> bool:
        raise OwnError


class Takes:
    """A class as a callback."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        pass


class WrongPath:
    def __fspath__(self) -> Any:
        return 5


class Number:
    def __index__(self) -> int:
        return 1


async def coroutine_function(*args: Any) -> None:
    pass


async def generator_function(*args: Any) -> Any:
    yield


# No small number above 0 is among them (it could be somebody's port or descriptor), and no text that a
# resolver would have to be asked for is used as a host.
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 2**31 - 1, 2**31, 2**32, 2**63, -(2**63), 10**400, -(10**400), HUGE, -HUGE),
    *(0.0, -0.0, 0.5, -1.5, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, 1j),
    *(Decimal(1), Decimal("nan"), Fraction(1, 2), Number()),
    *(
        "",
        "x",
        "\0",
        "\0x",
        "x\0",
        "\ud800",
        "x" * 300,
        "x" * 10**5,
        "-1",
        "65536",
        "1e999",
        "0x" + "f" * 3000,
    ),
    *("utf8", "{}", "%s", "drain", b"", b"x", b"\0", b"\0x", bytes(300), b"\xff", bytearray(b"x")),
    *(memoryview(b"x"), memoryview(array.array("d", [1.0]))),
    *(
        [],
        [1],
        [[]],
        (),
        (1, 2),
        {},
        {"x": 1},
        {1: 2},
        {"port": []},
        {HUGE: 1},
        set(),
        frozenset({1}),
        range(3),
    ),
    *(object(), Takes, Takes(), Unprintable(), Undecided(), nothing, coroutine_function, generator_function),
    *(..., Exception(), ValueError, Path("x"), Path("x" * 300), WrongPath()),
    *(netuv.BlockList(), netuv.SocketAddress("::1", "ipv6"), netuv.AbortSignal(), netuv.EventEmitter()),
]
GOOD: dict[str, Any] = {
    "address": "127.0.0.1",
    "buffer": bytearray(8),
    "callback": nothing,
    "chunk": b"x",
    "data": b"x",
    "encoding": "utf8",
    "end": "127.0.0.9",
    "event": "x",
    "f": nothing,
    "hostname": "127.0.0.1",
    "listener": nothing,
    "n": 10,
    "network": "127.0.0.0",
    "prefix": 8,
    "rules": [],
    "start": "127.0.0.1",
    "text": "127.0.0.1",
    "timeout": 1000,
    "tos": 8,
    "value": 100,
    "delay": 1,
}


# What ends the program, what blocks, and the way in for the authors of streams.
NOT_CALLED = {"run", "exit", "push"}
HOSTS = {"host", "hostname"}
SAFE_HOSTS = ("", "\0", "\0x", "x\0", "x" * 300, "x" * 10**5)


def may_be(name: str, value: Any) -> bool:
    """Whether nothing outside of this test is touched."""
    if name in HOSTS and isinstance(value, str):
        return value in SAFE_HOSTS
    if name == "fd":
        return not (isinstance(value, (int, float)) and 0 <= value < 2**20)
    return True


def forms(
    function: Callable[..., Any], good: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """(name of the argument, a call that takes its value) for each argument of a function."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:  # written in C
        parameters = []
    for wrong in parameters:
        name = wrong.name
        if wrong.kind is wrong.VAR_KEYWORD:
            continue
        before, after = [], {}
        for each in parameters:
            if each is wrong or each.name in before:
                continue
            required = each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
            if required:
                if each.kind is each.KEYWORD_ONLY:
                    after[each.name] = good.get(each.name)
                else:
                    before.append(each.name)
        if wrong.kind in (wrong.POSITIONAL_OR_KEYWORD, wrong.KEYWORD_ONLY):
            named = {each: good.get(each) for each in before}

            def call(value: Any, name: str = name, named: Any = named, after: Any = after) -> Any:
                return function(**named, **after, **{name: value})

        else:
            values = [good.get(each) for each in before]

            def call(value: Any, values: Any = values, after: Any = after) -> Any:
                return function(*values, value, **after)

        yield name, call


def option_forms(
    function: Callable[..., Any], names: tuple[str, ...], needed: Mapping[str, Any], camel: bool
) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    for name in names:
        key = node_net.camel_case(name) if camel else name

        def call(value: Any, key: str = key) -> Any:
            return function({**needed, key: value})

        yield name, call


def positions(function: Callable[..., Any]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "port", lambda value: function(value)
    yield "host", lambda value: function(0, value)
    yield "listener", lambda value: function(0, "127.0.0.1", value)
    yield "listener", lambda value: function({"port": 0, "host": "127.0.0.1"}, value)
    yield "listener", lambda value: function(0, "127.0.0.1", 5, value)
    yield "listener", lambda value: function("x", value)
    yield "listener", lambda value: function(0, None, value)


PORT = {"port": 0, "host": "127.0.0.1"}


def methods(made: Any) -> Iterator[str]:
    for name in dir(made):
        static = inspect.getattr_static(made, name)
        if not name.startswith("_") and not isinstance(static, property) and callable(getattr(made, name)):
            yield name


class Field:
    """Makes calls, keeps what they left, and notes what was not said as it should be."""

    def __init__(self, loop: netuv.Loop, run: Callable[[], None]) -> None:
        self.loop = loop
        self.run = run
        self.calls = 0
        self.faults: list[str] = []

    def judge(self, where: str, error: BaseException) -> None:
        code = getattr(error, "code", None)
        named = isinstance(error, (errors.ArgTypeError, errors.ArgValueError, netuv.NetError))
        if not (named and isinstance(code, str) and code) and not isinstance(error, OwnError):
            self.faults.append(f"{where}: {type(error).__name__}: {str(error)[:80]}")

    def all_values(self, where: str, name: str, call: Callable[[Any], Any]) -> None:
        for value in VALUES:
            if not may_be(name, value):
                continue
            self.calls += 1
            label = f"{where} {name}={misuse._received(value)[:40]}" if name else where
            made = None
            try:
                made = call(value)
            except BaseException as error:
                self.judge(label, error)
            self.put_away(made)
        self.settle(where)

    def put_away(self, made: Any) -> None:
        if isinstance(made, netuv.EventEmitter) and made is not self.loop:
            made.once("error", nothing)
        if isinstance(made, netuv.Server):
            made.close()  # one that still looks its host up is not yet among the handles
        if isinstance(made, netuv.Loop) and made is not self.loop:
            made.close()

    def settle(self, where: str) -> None:
        """Close all there is, and let it run to its end."""
        for _ in range(20):
            for handle in self.loop.handles:
                if isinstance(handle, netuv.EventEmitter):
                    handle.remove_all_listeners("error")
                    handle.on("error", nothing)
                handle.destroy() if hasattr(handle, "destroy") else handle.close()
            try:
                self.run()
            except BaseException as error:
                self.judge(f"{where}, in run()", error)
            else:
                if not self.loop.handles:
                    return
        self.faults.append(f"{where}: it does not come to its end: {self.loop.handles}")


@pytest.fixture
def field(loop: netuv.Loop, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.chdir(tmp_path)  # where a text is taken for a path
    monkeypatch.setattr(netuv.net.connecting._Defaults, "auto_select_family", True)
    monkeypatch.setattr(netuv.net.connecting._Defaults, "attempt_timeout", 250)
    monkeypatch.setattr(node_events.EventEmitter, "defaultMaxListeners", 10)
    field = Field(loop, run)
    yield field
    gc.collect()
    serves(run)
    assert not field.faults, "\n".join(field.faults[:60])
    assert field.calls > 50


def serves(run: Callable[[], None]) -> None:
    """The loop does its work as before."""
    got = []
    server = netuv.create_server(lambda accepted: accepted.pipe(accepted))

    def listening() -> None:
        client = netuv.connect(server.address().port, "127.0.0.1").end(b"still here")
        client.on("data", got.append).on("close", lambda error: server.close())

    server.listen(0, "127.0.0.1", listening)
    run()
    assert b"".join(got) == b"still here"


PEP8 = [
    getattr(netuv, name) for name in netuv.__all__ if callable(getattr(netuv, name)) and name != "NetError"
]
INNER = {"netuv.checks", "netuv.node.arity", "netuv.node.options"}  # what the modules of netuv.node share
NODE = [
    value
    for module in (node_net, node_events, node_timers, node_dns)
    for name, value in vars(module).items()
    if not name.startswith("_") and callable(value) and getattr(value, "__module__", "") != "typing"
    if getattr(value, "__module__", "").startswith("netuv")
    if value.__module__ not in INNER
    if name not in "Immediate Timeout DropInfo camel_case core_options node_names".split()
]


@pytest.mark.parametrize("function", [*PEP8, *NODE], ids=lambda f: f"{f.__module__}.{f.__qualname__}")
def test_wrong_values_for_functions_and_classes(function: Any, field: Field) -> None:
    if function.__name__ in NOT_CALLED or function is node_events.once:  # which makes a coroutine only
        field.calls = 100
        return
    for name, call in forms(function, GOOD):
        field.all_values(function.__name__, name, call)
    field.calls += 100  # some take nothing


@pytest.mark.parametrize(
    ("function", "names", "needed"),
    [
        (netuv.Socket, options.SOCKET_OPTIONS, {}),
        (netuv.connect, options.NEW_CONNECTION_OPTIONS, PORT),
        (lambda given: netuv.Socket().connect(given), options.CONNECT_OPTIONS, PORT),
        (netuv.create_server, options.SERVER_OPTIONS, {}),
        (lambda given: netuv.Server().listen(given), options.LISTEN_OPTIONS, PORT),
        (lambda given: netuv.lookup("127.0.0.1", given, nothing), netuv.dns.OPTIONS, {}),
        (netuv.SocketAddress, address._SOCKET_ADDRESS_OPTIONS, {}),
        (node_net.Socket, options.NEW_CONNECTION_OPTIONS, {}),
        (node_net.connect, options.NEW_CONNECTION_OPTIONS, PORT),
        (node_net.createServer, options.SERVER_OPTIONS, {}),
        (lambda given: node_net.Server().listen(given), options.LISTEN_OPTIONS, PORT),
        (node_net.SocketAddress, address._SOCKET_ADDRESS_OPTIONS, {}),
    ],
    ids="Socket connect Socket.connect create_server listen lookup SocketAddress"
    " node-Socket node-connect node-create_server node-listen node-SocketAddress".split(),
)
def test_wrong_values_for_options(function: Any, names: Any, needed: Any, field: Field, request: Any) -> None:
    camel = "node-" in request.node.name
    for name, call in option_forms(function, names, needed, camel):
        field.all_values(request.node.name, name, call)


@pytest.mark.parametrize(
    "function",
    [
        netuv.connect,
        lambda *args: netuv.Server().listen(*args),
        node_net.connect,
        lambda *args: node_net.Server().listen(*args),
    ],
    ids=["connect", "listen", "node-connect", "node-listen"],
)
def test_wrong_values_for_positional_arguments(function: Any, field: Field) -> None:
    for name, call in positions(function):
        field.all_values("connect or listen", name, call)


class Connected:
    """Sockets over a connection of the kernel's, as many as are asked for."""

    def __init__(self, kind: type[netuv.Socket]) -> None:
        self.kind = kind
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.peers: list[socket.socket] = []

    def __call__(self) -> netuv.Socket:
        mine = socket.create_connection(self.listener.getsockname(), LIMIT)
        self.peers.append(self.listener.accept()[0])
        return self.kind(fd=mine.detach())

    def close(self) -> None:
        for sock in (self.listener, *self.peers):
            sock.close()


SUBJECTS: dict[str, Callable[[], Any]] = {
    "Socket": netuv.Socket,
    "Server": netuv.Server,
    "EventEmitter": netuv.EventEmitter,
    "AbortSignal": netuv.AbortSignal,
    "AbortController": netuv.AbortController,
    "BlockList": netuv.BlockList,
    "SocketAddress": netuv.SocketAddress,
    "Timeout": lambda: netuv.set_timeout(nothing, 1),
    "Immediate": lambda: netuv.set_immediate(nothing),
    "Readable": lambda: stream_of(stream.Readable),
    "Writable": lambda: stream_of(stream.Writable),
    "node-Socket": node_net.Socket,
    "node-Server": node_net.Server,
    "node-EventEmitter": node_events.EventEmitter,
    "node-BlockList": node_net.BlockList,
    "node-SocketAddress": node_net.SocketAddress,
    "node-Readable": lambda: stream_of(node_stream.Readable),
    "node-Writable": lambda: stream_of(node_stream.Writable),
    "node-process": lambda: node_process,
    "Loop": netuv.default_loop,
}


def stream_of(kind: type) -> Any:
    return type(
        kind.__name__,
        (kind,),
        {
            "_next_tick": lambda self, callback, *args: netuv.next_tick(callback, *args),
            "_read": lambda self, size: None,
            "_write": lambda self, chunk, encoding, done: done(None),
        },
    )()


def is_async(owner: object, name: str) -> bool:
    """A method for tasks: to call it makes a coroutine or a stream only. Its arguments are for tests/aio."""
    method = getattr(owner, name)
    if name in vars(Iterated) or name in map(node_net.camel_case, vars(Iterated)):
        return True
    return inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)


@pytest.mark.filterwarnings("ignore::netuv.emitter.MaxListenersExceededWarning")
@pytest.mark.parametrize("subject", [*SUBJECTS, "connected", "node-connected"])
def test_wrong_values_for_methods(subject: str, field: Field) -> None:
    connected = None
    if subject.endswith("connected"):
        connected = Connected(node_net.Socket if "node" in subject else netuv.Socket)
    make = connected or SUBJECTS[subject]
    left_out = NOT_CALLED | ({"close", "stop", "turn", "run_by"} if subject == "Loop" else set())
    first = make()
    names = [name for name in methods(first) if name not in left_out and not is_async(first, name)]
    if isinstance(first, netuv.Socket):
        first.destroy()
    field.settle(subject)
    for name in names:
        alias = subject.startswith("node-") and node_net.camel_case(name) != name
        if alias or name in ("connect", "listen", "listens_to"):
            continue  # the same method as under its other name; tested by their options

        def on_it(*args: Any, name: str = name, **keywords: Any) -> Any:
            it = make()
            if (
                isinstance(it, netuv.EventEmitter)
                and not isinstance(it, netuv.Loop)
                and it is not node_process
            ):
                it.on("error", nothing)
            answer = getattr(it, name)(*args, **keywords)
            return it if isinstance(it, (netuv.Socket, netuv.Server)) else answer

        on_it.__signature__ = inspect.signature(getattr(first, name))  # type: ignore[attr-defined]
        for argument, call in forms(on_it, GOOD):
            field.all_values(f"{subject}.{name}", argument, call)
        if connected is not None:
            for sock in connected.peers:
                sock.close()
            connected.peers.clear()
    if connected is not None:
        connected.close()
    field.calls += 100
