"""Bad input and faults: what is wrong is named at once or comes as one event, and nothing is lost.

N1, L4, U2 and the like in the docstrings number the troubles that users of the peers have reported: N of
Node's net, L of libuv, P of pyuv, U of uvloop and asyncio, A and T of other stacks, E of pyee.
"""

from __future__ import annotations

import array
import functools
import gc
import hashlib
import os
import random
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LARGEST_READ, LIMIT, receive_all

import netuv

MiB = 1 << 20
LINGER_0 = struct.pack("ii", 1, 0)


def script(code: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    command = [sys.executable, "-X", "dev", "-c", textwrap.dedent(code)]
    kinds: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(command, timeout=LIMIT, check=check, **kinds)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname()[:2], LIMIT)
        far, _ = listener.accept()
    return near, far


class Connection:
    """A netuv Socket (``mine``), the stdlib socket at its other end, and the events in their order."""

    def __init__(self, kind: str, **options: Any) -> None:
        near, self.theirs = tcp_pair() if kind == "tcp" else socket.socketpair()
        self.theirs.settimeout(LIMIT)
        self.mine = netuv.Socket(fd=near.detach(), **options)
        self.events: list[Any] = []
        for event in ("connect", "ready", "end", "finish", "drain", "timeout"):
            self.mine.on(event, functools.partial(self.events.append, event))
        self.mine.on("error", lambda error: self.events.append(("error", error)))
        self.mine.on("close", lambda had_error: self.events.append(("close", had_error)))

    def reset(self) -> None:
        """End it as a peer does that crashes. On a Unix socket unread data has that effect."""
        if self.theirs.family != socket.AF_UNIX:
            self.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        self.theirs.close()

    def count(self, event: str) -> int:
        return sum(each == event or each[0] == event for each in self.events)

    def check_end(self, *codes: str) -> None:
        """One 'error' at most, then one 'close', and that says whether there was an error."""
        assert self.count("close") == 1
        assert self.events[-1] == ("close", bool(codes))
        if codes:
            assert self.count("error") == 1
            assert self.events[-2][0] == "error"
            assert self.events[-2][1].code in codes
        else:
            assert self.count("error") == 0


@pytest.fixture(params=["tcp", "unix"])
def connect(request: pytest.FixtureRequest, loop: netuv.Loop) -> Iterator[Callable[..., Connection]]:
    """``connect(**options of Socket)``; the test runs once on TCP and once on a Unix socket."""
    made: list[Connection] = []

    def make(**options: Any) -> Connection:
        made.append(Connection(request.param, **options))
        return made[-1]

    yield make
    for each in made:
        each.theirs.close()


def read_and_close(sock: socket.socket) -> bytes:
    """What a peer does that reads to the end and then goes."""
    with sock:
        return receive_all(sock)


def accept_and_read(listener: socket.socket) -> bytes:
    sock, _ = listener.accept()
    return read_and_close(sock)


def code_of(function: Callable[[], Any]) -> str:
    """The code of the exception that a call raises."""
    with pytest.raises((TypeError, ValueError, netuv.NetError)) as caught:
        function()
    return caught.value.code


# -- arguments that are none -----------------------------------------------------------------------

BAD_PORTS = [-1, 65536, 1.5, float("nan"), float("inf"), 2**70]
NO_NUMBERS = [True, False, [], (80,), {80}, 80j, object()]


@pytest.mark.parametrize("port", BAD_PORTS, ids=str)
@pytest.mark.row("N14")
def test_numbers_that_are_no_port(loop: netuv.Loop, port: Any) -> None:
    for call in (
        lambda: netuv.connect(port),
        lambda: netuv.connect(port, "127.0.0.1"),
        lambda: netuv.connect({"port": port}),
        lambda: netuv.create_server().listen(port),
        lambda: netuv.create_server().listen(port=port, host="127.0.0.1"),
    ):
        assert code_of(call) == "ERR_SOCKET_BAD_PORT"
    assert loop.handles == []


@pytest.mark.parametrize("port", [*BAD_PORTS, "x", True, []], ids=str)
def test_local_ports_that_are_none(loop: netuv.Loop, port: Any) -> None:
    code = code_of(lambda: netuv.connect(1, "127.0.0.1", local_port=port))
    assert code in ("ERR_SOCKET_BAD_PORT", "ERR_INVALID_ARG_TYPE")
    assert loop.handles == []


@pytest.mark.parametrize("port", ["80x", "-1", "65536", "", "0x", "1_000", "８０", "inf"])
def test_strings_that_are_no_port(loop: netuv.Loop, port: str) -> None:
    for call in (
        lambda: netuv.connect(port=port),
        lambda: netuv.connect({"port": port, "host": "127.0.0.1"}),
        lambda: netuv.create_server().listen(port=port),
        lambda: netuv.create_server().listen({"port": port, "host": "127.0.0.1"}),
    ):
        assert code_of(call) == "ERR_SOCKET_BAD_PORT"
    assert loop.handles == []


@pytest.mark.parametrize("port", NO_NUMBERS, ids=repr)
@pytest.mark.row("N14")
def test_what_is_no_port_at_all(loop: netuv.Loop, port: Any) -> None:
    for call in (
        lambda: netuv.connect(port),
        lambda: netuv.connect(port, "127.0.0.1"),
        lambda: netuv.connect(port=port),
        lambda: netuv.create_server().listen(port),
        lambda: netuv.create_server().listen(port=port),
    ):
        assert code_of(call) in ("ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE")
    assert loop.handles == []


@pytest.mark.row("N14")
def test_no_port(loop: netuv.Loop) -> None:
    for call in (lambda: netuv.connect(None), lambda: netuv.connect(port=None)):
        assert code_of(call) == "ERR_INVALID_ARG_TYPE"
    for call in (netuv.connect, lambda: netuv.connect({}), lambda: netuv.connect(host="127.0.0.1")):
        assert code_of(call) == "ERR_MISSING_ARGS"


@pytest.mark.parametrize("port", ["0x50", " 80 ", "1e3", "+7", ".5e1", "080"])
def test_strings_that_javascript_reads_as_a_number_are_ports(loop: netuv.Loop, port: str) -> None:
    """Positional: a port or a path? The rule is Node's, and the same one with and without a host."""
    for arguments in ((port,), (port, "127.0.0.1")):
        client = netuv.connect(*arguments)
        assert client.connecting
        assert type(client._handle).__name__ == "TCP"
        client.destroy()
    loop.run()


@pytest.mark.parametrize("path", ["80x", "-1", "1_0", "inf", "nan", "x"])
def test_other_strings_are_paths(loop: netuv.Loop, short_path: Path, run: Any, path: str) -> None:
    former = os.getcwd()
    os.chdir(short_path)
    try:
        server = netuv.create_server().listen(path)
        assert server.address() == path
        server.close()
        run()
    finally:
        os.chdir(former)


UNKNOWN = {
    "allow_half_opn": (lambda o: netuv.Socket(o), "allow_half_open"),
    "allowHalfOpen": (lambda o: netuv.create_server(o), "allow_half_open"),
    "no_dely": (lambda o: netuv.create_server(**o), "no_delay"),
    "prot": (lambda o: netuv.connect({"port": 1, **o}), "port"),
    "localAddress": (lambda o: netuv.connect(1, "127.0.0.1", **o), "local_address"),
    "timeot": (lambda o: netuv.connect({"port": 1, **o}), "timeout"),
    "hostt": (lambda o: netuv.create_server().listen({"port": 0, **o}), "host"),
    "back_log": (lambda o: netuv.create_server().listen(0, **o), "backlog"),
    "buffr": (lambda o: netuv.Socket(onread={"callback": print, **o}), "buffer"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_option_is_named_with_the_nearest_known_one(loop: netuv.Loop, name: str) -> None:
    call, nearest = UNKNOWN[name]
    with pytest.raises(TypeError) as caught:
        call({name: True})
    assert caught.value.code == "ERR_UNKNOWN_OPTION"
    assert repr(name) in str(caught.value)
    assert f"did you mean {nearest!r}" in str(caught.value)
    assert loop.handles == []


def test_an_option_that_is_like_no_other(loop: netuv.Loop) -> None:
    with pytest.raises(TypeError) as caught:
        netuv.Socket(zzz=1)
    assert "zzz" in str(caught.value)
    assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: netuv.Socket({"fd": 0}, 1), None),
        (lambda: netuv.Socket(5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket("tcp4"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(type="udp4"), "ERR_INVALID_ARG_VALUE"),
        (lambda: netuv.Socket(loop="loop"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(high_water_mark=-1), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.Socket(high_water_mark="big"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(keep_alive_initial_delay="1"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(onread=print), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(onread={"buffer": bytearray(1)}), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(onread={"buffer": b"x", "callback": print}), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket(signal="abort"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server(5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server({}, 5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server(print, print), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server(high_water_mark=1.5), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.create_server().listen(0, "127.0.0.1", -1), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.create_server().listen(0, "127.0.0.1", 2**31), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.create_server().listen(port=0, backlog="x"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server().listen(0, 5.5, 5.5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server().listen(port=0, host=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server().listen(path=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server().listen(handle=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.create_server().listen(0, signal=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.connect(1, host=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.connect(1, "127.0.0.1", local_address="x"), "ERR_INVALID_IP_ADDRESS"),
        (lambda: netuv.connect(1, "127.0.0.1", local_address=5), "ERR_INVALID_IP_ADDRESS"),
        (lambda: netuv.connect(1, "localhost", family=5), "ERR_INVALID_ARG_VALUE"),
        (lambda: netuv.connect(1, "localhost", family=[]), "ERR_INVALID_ARG_VALUE"),
        (lambda: netuv.connect(1, "localhost", hints=1), "ERR_INVALID_ARG_VALUE"),
        (lambda: netuv.connect(1, "localhost", hints="x"), "ERR_INVALID_ARG_VALUE"),
        (lambda: netuv.connect(1, "localhost", auto_select_family=1), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.connect(1, "localhost", timeout="x"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.connect(1, "localhost", timeout=-1), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.connect(path=5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().set_timeout("x"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().set_timeout(None), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().set_timeout(-1), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.Socket().set_timeout(float("nan")), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.Socket().set_timeout(float("inf")), "ERR_OUT_OF_RANGE"),
        (lambda: netuv.Socket().set_keep_alive(True, "x"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().set_encoding("utf9"), "ERR_UNKNOWN_ENCODING"),
        (lambda: netuv.Socket().set_encoding(8), "ERR_UNKNOWN_ENCODING"),
        (lambda: netuv.Socket().set_default_encoding("utf9"), "ERR_UNKNOWN_ENCODING"),
        (lambda: netuv.Socket().destroy("an error"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().pipe("a file"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().pipe(None), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().read("x"), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().unshift(5), "ERR_INVALID_ARG_TYPE"),
        (lambda: netuv.Socket().set_type_of_service(256), "ERR_OUT_OF_RANGE"),
    ],
)
@pytest.mark.row("N14")
def test_other_arguments(loop: netuv.Loop, call: Callable[[], Any], code: str | None) -> None:
    if code is None:
        with pytest.raises(TypeError):
            call()
    else:
        assert code_of(call) == code
    assert loop.handles == []


NOT_CALLABLE = {
    "on": lambda s, f: s.on("data", f),
    "once": lambda s, f: s.once("data", f),
    "add_listener": lambda s, f: s.add_listener("data", f),
    "prepend_listener": lambda s, f: s.prepend_listener("data", f),
    "prepend_once_listener": lambda s, f: s.prepend_once_listener("data", f),
    "write": lambda s, f: s.write(b"x", None, f),
    "write, by name": lambda s, f: s.write(b"x", callback=f),
    "end": lambda s, f: s.end(b"x", None, f),
    "end, by name": lambda s, f: s.end(callback=f),
    "set_timeout": lambda s, f: s.set_timeout(100, f),
    "connect": lambda s, f: netuv.connect(1, "127.0.0.1", f),
    "connect, by name": lambda s, f: netuv.connect(1, listener=f),
    "create_server": lambda s, f: netuv.create_server({}, f),
    "listen": lambda s, f: netuv.create_server().listen(0, "127.0.0.1", 511, f),
    "listen, by name": lambda s, f: netuv.create_server().listen(0, callback=f),
    "close": lambda s, f: netuv.create_server().close(f),
    "get_connections": lambda s, f: netuv.create_server().get_connections(f),
    "lookup": lambda s, f: netuv.lookup("localhost", None, f),
    "loop.on": lambda s, f: s._loop.on("uncaughtException", f),
    "call_soon_threadsafe": lambda s, f: s._loop.call_soon_threadsafe(f),
}


@pytest.mark.parametrize("name", NOT_CALLABLE)
def test_callbacks_that_are_not_callable(connect: Callable[..., Connection], run: Any, name: str) -> None:
    """Refused at the call, where the mistake is, and the call has done nothing."""
    connection = connect()
    for value in (5, "f", b"f", [print]):
        assert code_of(functools.partial(NOT_CALLABLE[name], connection.mine, value)) == (
            "ERR_INVALID_ARG_TYPE"
        )
    assert connection.mine.bytes_written == 0
    assert connection.mine.writable
    connection.mine.destroy()
    run()
    connection.check_end()


async def coroutine_function(*args: Any) -> None: ...


async def async_generator(*args: Any) -> Any:
    yield None


class AsyncCallable:
    async def __call__(self, *args: Any) -> None: ...

    async def method(self, *args: Any) -> None: ...


@pytest.mark.parametrize("name", list(NOT_CALLABLE))
def test_async_listeners_are_refused(connect: Callable[..., Connection], run: Any, name: str) -> None:
    """E4: nothing would await what they return."""
    connection = connect()
    for value in (
        coroutine_function,
        async_generator,
        AsyncCallable(),
        AsyncCallable().method,
        functools.partial(coroutine_function, 1),
    ):
        with pytest.raises(TypeError, match="async"):
            NOT_CALLABLE[name](connection.mine, value)
    connection.mine.destroy()
    run()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (5, "ERR_INVALID_ARG_TYPE"),
        (1.5, "ERR_INVALID_ARG_TYPE"),
        (True, "ERR_INVALID_ARG_TYPE"),
        ([1, 2], "ERR_INVALID_ARG_TYPE"),
        ({}, "ERR_INVALID_ARG_TYPE"),
        (object(), "ERR_INVALID_ARG_TYPE"),
    ],
    ids=str,
)
@pytest.mark.row("S16", "N14")
def test_write_of_the_wrong_type(
    connect: Callable[..., Connection], run: Any, peer: Any, data: Any, code: str
) -> None:
    connection = connect()
    mine = connection.mine
    reader = peer(read_and_close, connection.theirs)
    assert code_of(lambda: mine.write(data)) == code
    assert code_of(lambda: mine.write(data, lambda error: None)) == code
    assert code_of(lambda: mine.end(data)) == code
    mine.resume().end(b"still in order")
    run()
    assert reader.result() == b"still in order"
    connection.check_end()


def test_write_of_none(connect: Callable[..., Connection], run: Any) -> None:
    mine = connect().mine
    assert code_of(lambda: mine.write(None)) == "ERR_STREAM_NULL_VALUES"
    mine.destroy()
    run()


@pytest.mark.parametrize("encoding", ["utf9", "", 5, "UTF 8"])
def test_write_with_an_unknown_encoding(connect: Callable[..., Connection], run: Any, encoding: Any) -> None:
    mine = connect().mine
    if encoding == "":  # false, so the default one, as in Node
        assert mine.write("x", encoding)
    else:
        assert code_of(lambda: mine.write("x", encoding)) == "ERR_UNKNOWN_ENCODING"
    mine.destroy()
    run()


def test_all_that_is_bytes_like_can_be_written(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    connection = connect()
    mine = connection.mine
    reader = peer(read_and_close, connection.theirs)
    every_other = memoryview(b"a.b.c.")[::2]
    for data in (b"1", bytearray(b"2"), memoryview(b"3"), array.array("B", b"4"), every_other, b""):
        assert mine.write(data)
    wide = array.array("H", [1, 2])
    mine.resume().end(wide)
    run()
    assert reader.result() == b"1234abc" + wide.tobytes()
    connection.check_end()


# -- paths and addresses ---------------------------------------------------------------------------


def error_of(run: Any, emitter: Any) -> tuple[netuv.NetError, list[Any]]:
    """The 'error' that an emitter ends with; its 'close' has to follow."""
    events: list[Any] = []
    for event in ("connect", "listening"):
        emitter.on(event, lambda event=event: events.append(event))
    emitter.on("error", events.append)
    emitter.on("close", lambda *args: events.append(("close", *args)))
    run()
    assert isinstance(events[0], netuv.NetError)
    assert events[1:] in ([("close", True)], [("close",)])
    return events[0], events


def both_ways(path: Any) -> list[Callable[[], Any]]:
    return [
        lambda: netuv.connect(path),
        lambda: netuv.connect(path=path),
        lambda: netuv.create_server().listen(path),
        lambda: netuv.create_server().listen(path=path),
    ]


@pytest.mark.parametrize("name", ["x" * 108, "é" * 54, b"x" * 108, Path("x" * 108), "\0" + "x" * 108])
@pytest.mark.row("N16")
def test_a_path_that_is_too_long_is_refused(loop: netuv.Loop, name: Any) -> None:
    """L4: libuv would cut it, and find or make another file."""
    for call in both_ways(name):
        with pytest.raises(OSError, match="107 bytes") as caught:
            call()
        assert caught.value.code == "ENAMETOOLONG"
    assert loop.handles == []


@pytest.mark.row("N16")
def test_the_longest_path_works(run: Any, short_path: Path, must_call: Any) -> None:
    """L4."""
    path = str(short_path / "x")
    path += "x" * (107 - len(path))
    server = netuv.create_server(must_call(lambda client: client.destroy())).listen(path)
    client = netuv.connect(path)
    client.resume().on("close", must_call(lambda had_error: server.close()))
    assert os.listdir(short_path) == [path.rpartition("/")[2]]
    run()


@pytest.mark.parametrize("path", ["a\0b", "\0a\0b", b"a\0", "/tmp/netuv\0.sock", "\0"], ids=ascii)
@pytest.mark.row("N16")
def test_a_path_with_a_nul_is_refused(loop: netuv.Loop, path: Any) -> None:
    """L4: libuv would end it there."""
    for call in both_ways(path):
        assert code_of(call) == "ERR_INVALID_ARG_VALUE"
    assert loop.handles == []


@pytest.mark.parametrize("path", ["", b""])
def test_no_path(loop: netuv.Loop, path: Any) -> None:
    """To listen on it would mean a name that the kernel makes up."""
    for call in both_ways(path):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert caught.value.code.startswith("ERR_")
    assert loop.handles == []


def test_a_path_in_a_missing_directory(run: Any, short_path: Path) -> None:
    path = str(short_path / "missing" / "s")
    error, _ = error_of(run, netuv.create_server().listen(path))
    assert (error.code, error.syscall, error.address) == ("EACCES", "listen", path)
    error, _ = error_of(run, netuv.connect(path))
    assert (error.code, error.syscall, error.address) == ("ENOENT", "connect", path)
    assert isinstance(error, FileNotFoundError)
    assert str(error) == f"connect ENOENT {path}"


def test_a_path_that_is_a_plain_file(run: Any, short_path: Path) -> None:
    path = short_path / "file"
    path.write_text("precious")
    error, _ = error_of(run, netuv.create_server().listen(path))
    assert error.code == "EADDRINUSE"
    error, _ = error_of(run, netuv.connect(path))
    assert error.code == "ECONNREFUSED"
    assert path.read_text() == "precious"


def test_a_path_that_is_a_directory(run: Any, short_path: Path) -> None:
    error, _ = error_of(run, netuv.create_server().listen(short_path))
    assert error.code == "EADDRINUSE"
    error, _ = error_of(run, netuv.connect(short_path))
    assert error.code in ("ECONNREFUSED", "EACCES")
    assert short_path.is_dir()


@pytest.mark.row("S08")
def test_the_file_of_a_server_that_was_killed(run: Any, short_path: Path, must_call: Any) -> None:
    """N24, L3: Node's answer is EADDRINUSE; when the file is gone the same Server can listen."""
    path = str(short_path / "stale")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    server = netuv.create_server()

    def on_error(error: netuv.NetError) -> None:
        assert error.code == "EADDRINUSE"
        os.unlink(path)
        server.listen(path)

    server.on("error", must_call(on_error))
    server.on("listening", must_call(server.close))
    server.listen(path)
    run()
    assert not os.path.exists(path)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_listen_on_an_address_that_is_not_ours(run: Any, host: str) -> None:
    error, _ = error_of(run, netuv.create_server().listen(0, host))
    assert (error.code, error.syscall, error.address) == ("EADDRNOTAVAIL", "listen", host)


def test_connect_from_an_address_that_is_not_ours(run: Any) -> None:
    client = netuv.connect(1, "127.0.0.1", local_address="192.0.2.1")
    error, events = error_of(run, client)
    assert (error.code, error.syscall, error.address) == ("EADDRNOTAVAIL", "bind", "192.0.2.1")
    assert events[-1] == ("close", True)


def test_connect_from_an_address_of_the_other_family(run: Any) -> None:
    error, _ = error_of(run, netuv.connect(1, "127.0.0.1", local_address="::1"))
    assert error.code in ("EINVAL", "EAFNOSUPPORT")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("local_address", ["127.0.0.1", None])
@pytest.mark.row("S08", "N08")
def test_a_busy_local_port(run: Any, host: str, local_address: str | None) -> None:
    """L2: libuv keeps the error of bind to itself until much later; old ones lost it."""
    with socket.create_server(("127.0.0.1", 0)) as target, socket.socket() as holder:
        holder.bind(("127.0.0.1" if local_address else "0.0.0.0", 0))
        holder.listen()
        port = holder.getsockname()[1]
        client = netuv.connect(
            target.getsockname()[1], host, local_address=local_address, local_port=port, family=4
        )
        error, events = error_of(run, client)
        assert (error.code, error.syscall, error.port) == ("EADDRINUSE", "bind", port)
        assert events[-1] == ("close", True)


@pytest.mark.row("S08")
def test_a_busy_address_is_an_event_with_all_there_is_to_say(run: Any) -> None:
    """N23, L3."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        error, _ = error_of(run, netuv.create_server().listen(port, "127.0.0.1"))
    assert isinstance(error, OSError)
    assert (error.code, error.syscall) == ("EADDRINUSE", "listen")
    assert (error.address, error.port) == ("127.0.0.1", port)
    assert str(error) == f"listen EADDRINUSE: address already in use 127.0.0.1:{port}"


# -- the wrong moment ------------------------------------------------------------------------------


@pytest.mark.row("N14")
def test_double_listen(run: Any, transport: Any) -> None:
    server = netuv.create_server().listen(*transport.listen_args)
    again = [code_of(lambda: server.listen(*transport.listen_args))]

    def on_listening() -> None:
        again.append(code_of(lambda: server.listen(*transport.listen_args)))
        server.close()

    server.on("listening", on_listening)
    run()
    assert again == ["ERR_SERVER_ALREADY_LISTEN"] * 2


@pytest.fixture
def echo_server(run: Any, loop: netuv.Loop, transport: Any) -> Any:
    """A listening echo server of netuv's; the test closes it."""
    server = netuv.create_server(lambda client: client.pipe(client).on("error", lambda error: None))
    server.listen(*transport.listen_args)
    return server


def when_listening(server: netuv.Server, function: Callable[[], Any]) -> None:
    server.on("listening", function)


@pytest.mark.parametrize("when", ["connecting", "connected"])
@pytest.mark.row("S14")
def test_double_connect(run: Any, transport: Any, echo_server: Any, must_call: Any, when: str) -> None:
    """As in Node: an 'error', and that is the end of the socket."""
    events: list[Any] = []

    def on_listening() -> None:
        arguments = transport.connect_args(echo_server)
        client = netuv.connect(*arguments)
        client.on("error", lambda error: events.append(error.code))
        client.on("close", lambda had_error: (events.append(had_error), echo_server.close()))
        if when == "connecting":
            client.connect(*arguments)
        else:
            client.once("connect", lambda: client.connect(*arguments))

    when_listening(echo_server, on_listening)
    run()
    assert events == ["EALREADY" if when == "connecting" else "EISCONN", True]


@pytest.mark.row("S14", "S25")
def test_connect_after_destroy(run: Any, transport: Any, echo_server: Any) -> None:
    """As in Node a socket can live several times, each time with all of its events."""
    events: list[Any] = []
    client = netuv.Socket()
    lives = 3

    def live() -> None:
        client.connect(*transport.connect_args(echo_server))
        client.write(b"hello")

    def on_close(had_error: bool) -> None:
        events.append(("close", had_error, client.bytes_read))
        if len(events) < lives * 3:
            live()
        else:
            echo_server.close()

    client.on("connect", lambda: events.append("connect"))
    client.on("data", lambda data: (events.append(data), client.destroy()))
    client.on("close", on_close)
    when_listening(echo_server, live)
    run()
    assert events == ["connect", b"hello", ("close", False, 5)] * lives


def test_connect_right_after_destroy(run: Any, transport: Any, echo_server: Any) -> None:
    events: list[str] = []

    def on_listening() -> None:
        client = netuv.Socket()
        client.on("connect", lambda: (events.append("connect"), client.destroy()))
        client.on("close", lambda had_error: events.append("close"))
        client.destroy()
        client.connect(*transport.connect_args(echo_server))
        client.once("connect", echo_server.close)

    when_listening(echo_server, on_listening)
    run()
    assert events[-2:] == ["connect", "close"]


@pytest.mark.parametrize("half_open", [True, False])
@pytest.mark.row("S17", "N14")
def test_write_after_end(connect: Callable[..., Connection], run: Any, half_open: bool) -> None:
    """N11: the callback hears it, then 'error', then 'close'; nothing is raised."""
    connection = connect(allow_half_open=half_open)
    mine, results = connection.mine, []
    mine.end(b"all")
    assert mine.write(b"more", results.append) is False
    assert results == []
    run()
    connection.check_end("ERR_STREAM_WRITE_AFTER_END")
    assert [error.code for error in results] == ["ERR_STREAM_WRITE_AFTER_END"]


@pytest.mark.row("S18", "N14")
def test_write_after_destroy(connect: Callable[..., Connection], run: Any) -> None:
    """N11."""
    connection = connect()
    mine, results = connection.mine, []
    mine.destroy()
    assert mine.write(b"x", results.append) is False
    mine.end(b"x", None, results.append)
    run()
    connection.check_end()
    assert [error.code for error in results] == ["ERR_STREAM_DESTROYED"] * 2


def test_write_when_the_peer_has_ended(connect: Callable[..., Connection], run: Any) -> None:
    """N11: the socket has closed itself in turn, and the error says why."""
    connection = connect()
    mine, results = connection.mine, []
    connection.theirs.close()

    def late() -> None:
        mine.write(b"x", results.append)

    mine.resume().on("close", lambda had_error: netuv.set_timeout(late, 1))
    run()
    assert len(results) == 1
    assert results[0].code in ("EPIPE", "ERR_STREAM_DESTROYED")


def test_write_and_end_on_a_socket_that_was_never_connected(run: Any) -> None:
    client = netuv.Socket()
    results: list[Any] = []
    client.on("error", lambda error: results.append(error.code))
    client.on("close", lambda had_error: results.append(had_error))
    client.write(b"x", lambda error: results.append(error.code))
    assert results == []
    run()
    assert results == ["ERR_SOCKET_CLOSED", "ERR_SOCKET_CLOSED", True]


def test_methods_of_a_socket_without_a_connection_do_no_harm(run: Any, must_call: Any) -> None:
    client = netuv.Socket()
    client.pause().resume().set_no_delay().set_keep_alive(True).ref().unref().set_timeout(0)
    client.cork()
    client.uncork()
    assert client.read() is None
    assert client.address() is None
    assert client.remote_address is client.remote_port is client.local_address is None
    assert (client.bytes_read, client.bytes_written, client.buffer_size) == (0, 0, 0)
    client.unpipe()
    client.on("close", must_call())
    client.destroy().destroy()
    client.pause().resume().set_no_delay().set_keep_alive(True).ref().unref().set_timeout(100)
    assert client.read() is None
    client.destroy_soon()
    run()


def test_methods_of_a_destroyed_socket_do_no_harm(connect: Callable[..., Connection], run: Any) -> None:
    connection = connect()
    mine = connection.mine

    def use() -> None:
        mine.pause().resume().set_no_delay().set_keep_alive(True, 1000).ref().unref()
        mine.set_timeout(10).set_timeout(0)
        mine.cork()
        mine.uncork()
        assert mine.read() is None
        mine.set_encoding("utf8").unpipe().destroy_soon()
        assert mine.address() is None
        assert mine.get_type_of_service() == 0
        assert mine.ready_state == "closed"
        mine.destroy(ValueError("too late"))

    mine.destroy()
    use()
    mine.on("close", lambda had_error: use())
    run()
    use()
    run()
    connection.check_end()


def test_end_twice(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    connection = connect()
    reader = peer(read_and_close, connection.theirs)
    results: list[Any] = []
    connection.mine.end(b"x", None, lambda error: results.append(error))
    connection.mine.end(lambda error: results.append(error))
    connection.mine.resume()
    run()
    assert reader.result() == b"x"
    connection.check_end()
    assert results == [None, None]


# -- descriptors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fd", [-1, -(2**40), 1.5, 2**31, 2**70], ids=str)
def test_a_descriptor_out_of_range(loop: netuv.Loop, fd: Any) -> None:
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_OUT_OF_RANGE"
    assert code_of(lambda: netuv.create_server().listen(fd=fd)).startswith("ERR_")


@pytest.mark.parametrize("fd", ["0", True, [], b"3"], ids=repr)
def test_a_descriptor_that_is_no_number(loop: netuv.Loop, fd: Any) -> None:
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_INVALID_ARG_TYPE"
    assert code_of(lambda: netuv.create_server().listen(fd=fd)).startswith("ERR_")


def test_a_descriptor_that_is_closed(loop: netuv.Loop, run: Any) -> None:
    """A Socket refuses it at once; of a server it is an 'error' event, as in Node."""
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    with pytest.raises(OSError, match="EBADF"):
        netuv.Socket(fd=fd)
    assert loop.handles == []
    error, _ = error_of(run, netuv.create_server().listen(fd=fd))
    assert error.code in ("EINVAL", "EBADF")


@pytest.mark.parametrize("kind", ["file", "directory", "udp", "unix dgram", "unix seqpacket", "null"])
@pytest.mark.row("S13")
def test_a_descriptor_that_is_no_stream_socket(loop: netuv.Loop, run: Any, tmp_path: Path, kind: str) -> None:
    """It is refused, and stays its owner's."""
    if kind == "file":
        (tmp_path / "f").write_text("x")
    sockets = {
        "udp": (socket.AF_INET, socket.SOCK_DGRAM),
        "unix dgram": (socket.AF_UNIX, socket.SOCK_DGRAM),
        "unix seqpacket": (socket.AF_UNIX, socket.SOCK_SEQPACKET),
    }
    fd = {
        "file": lambda: os.open(tmp_path / "f", os.O_RDWR),
        "directory": lambda: os.open(tmp_path, os.O_RDONLY),
        "null": lambda: os.open(os.devnull, os.O_RDWR),
    }.get(kind, lambda: socket.socket(*sockets[kind]).detach())()
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_INVALID_FD_TYPE"
    error, _ = error_of(run, netuv.create_server().listen(fd=fd))
    assert error.code == "EINVAL"
    os.close(fd)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_the_same_descriptor_twice(run: Any, peer: Any, must_call: Any, kind: str) -> None:
    """U4: a descriptor has one owner; the first one is not harmed, and then it is free again."""
    near, far = tcp_pair() if kind == "tcp" else socket.socketpair()
    far.settimeout(LIMIT)
    reader = peer(read_and_close, far)
    fd = near.detach()
    first = netuv.Socket(fd=fd)
    with pytest.raises(FileExistsError) as caught:
        netuv.Socket(fd=fd)
    assert caught.value.code == "EEXIST"
    first.on("close", must_call())
    first.resume().end(b"fine")
    run()
    assert reader.result() == b"fine"
    again, far = socket.socketpair()
    with far:
        number = again.detach()
        if number != fd:
            os.dup2(number, fd)
            os.close(number)
        netuv.Socket(fd=fd).on("close", must_call()).destroy()
        run()


@pytest.mark.row("S13")
def test_the_descriptor_is_closed_once(connect: Callable[..., Connection], run: Any) -> None:
    """U4, U8: the Socket owns it, so it is gone with the Socket, and a new owner keeps it."""
    run()  # the loop has all of its own descriptors from here on
    connection = connect()
    fd = connection.mine._handle.fileno()
    connection.mine.destroy()
    run()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
    other = os.open(os.devnull, os.O_RDONLY)
    connection.mine.destroy().end()
    run()
    os.fstat(other)
    os.close(other)


TWO_OWNERS = """
    import socket, netuv
    netuv.set_timeout(lambda: None, 1)
    netuv.run()  # the loop has all of its descriptors by now
    near, far = socket.socketpair()
    mine = netuv.Socket(fd=near.fileno())
    mine.on("error", lambda error: print("error", error.code))
    mine.on("close", lambda had_error: print("close"))
    {when}
    netuv.set_timeout(lambda: mine.write(b"x"), 20)
    netuv.set_timeout(mine.destroy, 40)
    try:
        netuv.run()
    except OSError as error:
        print("error", error)
    print("end")
"""


@pytest.mark.parametrize("when", ["near.close()", "netuv.set_timeout(near.close, 10)"])
def test_a_descriptor_that_two_owners_close(when: str) -> None:
    """U4: a stdlib socket that was not detached closes it, perhaps when it is collected.

    That is a mistake, but one that says so: the interpreter does not die of it.
    """
    done = script(TWO_OWNERS.format(when=when), check=False)
    assert done.returncode != -signal.SIGABRT
    assert done.stdout.endswith("end\n")


# -- listeners that raise, or destroy --------------------------------------------------------------


def test_a_listener_that_raises_does_not_harm_others(run: Any, transport: Any, peer: Any) -> None:
    """The connection whose listener raised stays open, the next ones are served."""
    raised: list[BaseException] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("data", lambda data: on_data(client, data))
        client.on("end", lambda: None)

    def on_data(client: netuv.Socket, data: bytes) -> None:
        if data == b"bad":
            raise KeyError("a bug in the program")
        client.write(data)

    def talk() -> list[bytes]:
        first = transport.client(transport.stdlib_address(server))
        with first:
            first.sendall(b"bad")
            with transport.client(transport.stdlib_address(server)) as second:
                second.sendall(b"good")
                answers = [second.recv(100)]
            first.sendall(b"again")
            answers.append(first.recv(100))
        netuv_loop.call_soon_threadsafe(server.close)
        return answers

    server = netuv.create_server(on_connection)
    netuv_loop = server._loop
    netuv_loop.on("uncaughtException", raised.append)
    talker: list[Any] = []
    server.listen(*transport.listen_args, lambda: talker.append(peer(talk)))
    run()
    assert talker[0].result() == [b"good", b"again"]
    assert [type(error) for error in raised] == [KeyError]


def test_an_exception_in_a_data_listener_leaves_the_rest_of_the_data(
    connect: Callable[..., Connection], run: Any
) -> None:
    connection = connect()
    received: list[bytes] = []

    def on_data(data: bytes) -> None:
        received.append(data)
        if len(received) == 1:
            connection.theirs.sendall(b"second")
            connection.theirs.close()
            raise KeyError

    connection.mine.on("data", on_data)
    connection.theirs.sendall(b"first")
    with pytest.raises(KeyError):
        run()
    run()
    assert b"".join(received) == b"firstsecond"
    connection.check_end()
    assert connection.count("end") == 1


def test_a_write_callback_that_raises_does_not_keep_the_others_from_theirs(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    connection = connect()
    reader = peer(read_and_close, connection.theirs)
    mine, called, raised = connection.mine, [], []

    def callback(number: int, error: Any) -> None:
        called.append(number)
        if number % 2:
            raise KeyError(number)

    mine._loop.on("uncaughtException", lambda error: raised.append(type(error)))
    mine.cork()
    for number in range(6):
        mine.write(b"x", functools.partial(callback, number))
    mine.uncork()
    mine.resume().end()
    run()
    assert reader.result() == b"x" * 6
    assert called == list(range(6))
    assert raised == [KeyError] * 3
    connection.check_end()


@pytest.mark.row("S18")
def test_destroy_in_the_middle_of_its_own_data(connect: Callable[..., Connection], run: Any) -> None:
    """N6: no more 'data', no 'end'. All listeners of that 'data' hear it, as in Node."""
    connection = connect()
    mine, calls = connection.mine, []
    mine.on("data", lambda data: (calls.append("first"), mine.destroy()))
    mine.on("data", lambda data: calls.append("second"))
    connection.theirs.sendall(b"x" * 200_000)
    connection.theirs.close()
    run()
    assert calls == ["first", "second"]
    assert mine.readable_ended is False
    assert connection.events == [("close", False)]


@pytest.mark.parametrize("encoding", [None, "utf8", "hex"])
def test_destroy_with_more_data_in_the_buffer(
    connect: Callable[..., Connection], run: Any, encoding: str | None
) -> None:
    """As in Node: what had been read before still comes, but nothing else; no 'end' either."""
    connection = connect()
    mine, sizes = connection.mine, []
    if encoding:
        mine.set_encoding(encoding)

    def on_data(data: Any) -> None:
        sizes.append(len(data))
        mine.destroy()

    def start() -> None:
        assert mine.readable_length > 0
        mine.unshift(b"front")
        mine.on("data", on_data)

    connection.theirs.sendall(b"x" * 10_000)
    netuv.set_timeout(start, 20)
    run()
    assert sizes == [10, 20_000] if encoding == "hex" else [5, 10_000]
    assert connection.events == [("close", False)]


DESTROYERS = {
    "data": lambda c, f: (c.mine.on("data", f), c.theirs.sendall(b"x")),
    "readable": lambda c, f: (c.mine.on("readable", f), c.theirs.sendall(b"x")),
    "end": lambda c, f: (c.mine.resume().on("end", f), c.theirs.close()),
    "finish": lambda c, f: c.mine.on("finish", f).end(),
    "prefinish": lambda c, f: c.mine.on("prefinish", f).end(),
    "timeout": lambda c, f: c.mine.set_timeout(1, f),
    "pause": lambda c, f: (c.mine.on("pause", f), c.mine.resume().pause()),
    "resume": lambda c, f: c.mine.on("resume", f).resume(),
    "write callback": lambda c, f: c.mine.write(b"x", f),
    "end callback": lambda c, f: c.mine.end(b"x", None, f),
    "newListener": lambda c, f: (c.mine.on("newListener", f), c.mine.on("data", f)),
    "error": lambda c, f: (c.mine.on("error", f), c.mine.destroy(ValueError("wrong"))),
    "close": lambda c, f: (c.mine.on("close", f), c.mine.destroy()),
    "unpipe": lambda c, f: (c.mine.on("unpipe", f), c.mine.pipe(c.mine), c.mine.unpipe(c.mine)),
    "pipe": lambda c, f: (c.mine.on("pipe", f), c.mine.pipe(c.mine)),
}


@pytest.mark.parametrize("event", DESTROYERS)
@pytest.mark.row("S18", "S26")
def test_destroy_in_any_of_its_events(connect: Callable[..., Connection], run: Any, event: str) -> None:
    """N10: one 'close', at the end, and no second 'error'."""
    connection = connect()
    called: list[Any] = []

    def destroy(*args: Any) -> None:
        called.append(args)
        connection.mine.destroy()

    DESTROYERS[event](connection, destroy)
    run()
    assert called
    assert connection.count("close") == 1
    assert connection.events[-1] == ("close", event == "error")
    assert connection.count("error") == (event == "error")
    connection.mine.write(b"x")
    run()
    assert connection.count("close") == 1


@pytest.mark.parametrize("event", ["connect", "ready", "connectionAttempt", "lookup"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_destroy_while_connecting(run: Any, event: str, host: str) -> None:
    events: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = netuv.connect(listener.getsockname()[1], host, family=4)
        for name in ("lookup", "connectionAttempt", "connect", "ready", "end", "error", "close"):
            client.on(name, lambda *args, name=name: events.append(name))
        client.on(event, lambda *args: client.destroy())
        client.on("connectionAttempt", lambda *args: None)
        if event == "lookup" and host == "127.0.0.1":
            client.destroy()  # there is none for an address
        run()
    assert events[-1] == "close"
    assert events.count("close") == 1
    assert "error" not in events
    if event != "ready":
        assert "ready" not in events or event == "connect"


def test_destroy_in_connection(run: Any, transport: Any, peer: Any, must_call: Any) -> None:
    server = netuv.create_server(must_call(lambda client: (client.destroy(), server.close())))

    def client() -> bytes:
        with transport.client(transport.stdlib_address(server)) as sock:
            try:
                return sock.recv(1)
            except ConnectionResetError:
                return b""

    server.listen(*transport.listen_args, lambda: peer(client))
    run()


# -- peers that break ------------------------------------------------------------------------------

RESET = ("ECONNRESET", "EPIPE")


@pytest.mark.row("S16", "S26")
def test_a_peer_that_resets_while_data_is_queued(connect: Callable[..., Connection], run: Any) -> None:
    """N10, L1: every callback is called once, with the true error; one 'error', one 'close'."""
    connection = connect()
    mine, results = connection.mine, [[] for _ in range(20)]
    for each in results:
        mine.write(b"x" * MiB, each.append)
    assert mine.writable_length > 0
    ends: list[Any] = []
    mine.end(ends.append)
    connection.theirs.recv(1000)
    connection.reset()
    run()
    connection.check_end(*RESET)
    assert [len(each) for each in results] == [1] * 20
    assert len(ends) == 1
    failed = [error for (error,) in results if error is not None]
    assert failed
    assert isinstance(ends[0], OSError)
    assert all(isinstance(error, netuv.NetError) for error in failed)
    assert failed[0].code in RESET


@pytest.mark.row("S26")
def test_a_peer_that_resets_while_nothing_is_going_on(connect: Callable[..., Connection], run: Any) -> None:
    connection = connect()
    connection.mine.write(b"unread, so that a Unix peer resets too")
    connection.mine.resume()
    connection.reset()
    run()
    connection.check_end("ECONNRESET")
    assert connection.count("end") == 0
    assert connection.mine.readable_ended is False
    assert isinstance(connection.mine.errored, ConnectionResetError)


def test_writes_to_a_peer_that_is_gone_tell_the_true_error(
    connect: Callable[..., Connection], run: Any
) -> None:
    """L1: once it was hidden as EAGAIN, and the queue grew for ever."""
    connection = connect(allow_half_open=True)
    mine, results = connection.mine, []
    mine.pause()
    mine.write(b"x")
    connection.reset()

    def again() -> None:
        if not mine.destroyed:
            mine.write(b"x" * 1000, results.append)
            netuv.set_timeout(again, 1)

    again()
    run()
    connection.check_end(*RESET)
    assert results[-1] is not None
    assert len(results) <= 5


def test_an_error_that_nobody_listens_to_says_what_to_do(run: Any, loop: netuv.Loop) -> None:
    """N1: Node's rule, it is raised; but with the place and the remedy in it."""
    near, far = tcp_pair()
    mine = netuv.Socket(fd=near.detach())
    mine.resume()
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    far.close()
    with pytest.raises(ConnectionResetError) as caught:
        run()
    assert str(caught.value) == "read ECONNRESET"
    if sys.version_info >= (3, 11):
        assert any("on('error'" in note for note in caught.value.__notes__)
    run()
    assert mine.destroyed
    assert loop.handles == []


def test_clients_that_reset_before_they_are_accepted(run: Any, must_call: Any, peer: Any) -> None:
    """N2: the server is there for the next one, whatever of them it gets to see."""
    seen: list[Any] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("error", seen.append)
        assert client.remote_port is None or client.remote_port > 0
        client.pipe(client)

    def clients() -> bytes:
        for _ in range(30):
            with socket.create_connection(server.address()[0:3:2], LIMIT) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        with socket.create_connection(server.address()[0:3:2], LIMIT) as good:
            good.sendall(b"hello")
            answer = good.recv(100)
        server._loop.call_soon_threadsafe(server.close)
        return answer

    server = netuv.create_server(on_connection)
    threads: list[Any] = []
    server.on("error", lambda error: pytest.fail(str(error)))
    server.listen(0, "127.0.0.1", lambda: threads.append(peer(clients)))
    run()
    assert threads[0].result() == b"hello"
    assert all(error.code == "ECONNRESET" for error in seen)


ENDINGS: dict[str, Callable[[Connection], Any]] = {
    "destroy": lambda c: c.mine.destroy(),
    "destroy with an error": lambda c: c.mine.destroy(ConnectionError("mine")),
    "peer closes": lambda c: c.theirs.close(),
    "peer resets": lambda c: c.reset(),
    "peer reads all": lambda c: threading.Thread(target=read_and_close, args=(c.theirs,)).start(),
    "destroy_soon, then destroy": lambda c: (c.mine.destroy_soon(), c.mine.destroy()),
    "loop stops and is closed": lambda c: c.mine._loop.stop(),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("corked", [False, True])
@pytest.mark.row("S16")
def test_every_write_callback_is_called_once(
    connect: Callable[..., Connection], loop: netuv.Loop, run: Any, ending: str, corked: bool
) -> None:
    """N10, L6: in order, and whatever ends the socket."""
    connection = connect()
    mine, results = connection.mine, []
    if corked:
        mine.cork()
    for number in range(30):
        mine.write(b"x" * 300_000, lambda error, number=number: results.append((number, error)))
    mine.end(lambda error: results.append((30, error)))
    netuv.set_timeout(ENDINGS[ending], 5, connection)
    mine.resume()
    run()
    if ending.startswith("loop"):
        loop.close()
    elif ending == "peer reads all":
        assert [error for _, error in results] == [None] * 31
    assert sorted(number for number, _ in results) == list(range(31))
    assert [number for number, _ in results][:30] == list(range(30))
    assert connection.count("close") == 1
    assert connection.count("error") <= 1
    failed = [error is not None for _, error in results]
    assert failed == sorted(failed), "what fails is what was written last"
    if ending != "peer reads all":
        assert failed[-1]


def test_thousands_of_writes_that_will_not_be_done(connect: Callable[..., Connection], run: Any) -> None:
    """L6: no 'error' for them, nor an endless recursion."""
    connection = connect()
    mine, codes = connection.mine, []
    for _ in range(10_000):
        mine.write(b"x" * 1000, lambda error: codes.append(error and error.code))
    mine.destroy()
    run()
    connection.check_end()
    assert len(codes) == 10_000
    assert set(codes) == {None, "ERR_STREAM_DESTROYED"}


def test_thousands_of_writes_before_the_connection(run: Any, transport: Any, peer: Any) -> None:
    """All in order, without a recursion as deep as the queue."""
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        client = netuv.connect(*transport.peer_args(listener))
        called: list[int] = []
        for number in range(20_000):
            client.write(b"%d," % number, lambda error, number=number: called.append(number))
        assert client.buffer_size == client.writable_length > 0
        client.resume().end()
        run()
        assert reader.result() == b"".join(b"%d," % number for number in range(20_000))
        assert called == list(range(20_000))


# -- ends that do not come, or come too early ------------------------------------------------------


@pytest.mark.row("S17")
def test_end_before_connect(run: Any, transport: Any, peer: Any) -> None:
    """N8: what was written goes out, then the end; in Node's order."""
    events: list[Any] = []
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        client = netuv.connect(*transport.peer_args(listener))
        for event in ("connect", "ready", "finish", "end", "error"):
            client.on(event, functools.partial(events.append, event))
        client.on("close", lambda had_error: events.append(("close", had_error)))
        client.resume()
        client.write(b"one,")
        client.end(b"two")
        run()
        assert reader.result() == b"one,two"
    assert events == ["connect", "ready", "finish", "end", ("close", False)]


@pytest.mark.row("S17", "S29")
def test_end_sends_what_is_queued_and_goes_on_reading(run: Any, transport: Any, echo_server: Any) -> None:
    """N7: end() is not close()."""
    received: list[bytes] = []

    def on_listening() -> None:
        client = netuv.connect(*transport.connect_args(echo_server))
        client.on("data", received.append)
        client.on("close", lambda had_error: echo_server.close())
        client.end(b"hello" * 100_000)

    when_listening(echo_server, on_listening)
    run()
    assert b"".join(received) == b"hello" * 100_000


@pytest.mark.row("S19", "S26")
def test_close_comes_after_all_data_and_end_however_slow_the_reader(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """N5: the peer has long closed when the last of it is read."""
    connection = connect()
    mine, received = connection.mine, []

    def send() -> None:
        with connection.theirs:
            connection.theirs.sendall(b"x" * MiB)

    def on_data(data: bytes) -> None:
        received.append(len(data))
        assert "end" not in connection.events
        mine.pause()
        netuv.set_timeout(mine.resume, 1)

    sender = peer(send)
    mine.on("data", on_data)
    run()
    sender.result()
    assert sum(received) == MiB
    assert connection.events == ["end", "finish", ("close", False)]


def test_nobody_reads_so_no_end_comes_until_somebody_does(
    connect: Callable[..., Connection], run: Any
) -> None:
    """N3, N4: Node's rule; a resume() is all it takes."""
    connection = connect()
    connection.theirs.sendall(b"x" * 1000)
    connection.theirs.close()
    seen: list[Any] = []

    def later() -> None:
        seen.extend(connection.events)
        assert connection.mine.readable_length == 1000
        connection.mine.resume()

    netuv.set_timeout(later, 30)
    run()
    assert seen == []
    assert connection.events == ["end", "finish", ("close", False)]


def test_destroy_is_no_end(connect: Callable[..., Connection], run: Any) -> None:
    """N6: a torn stream must not look complete."""
    connection = connect()
    connection.theirs.sendall(b"half of")
    connection.mine.on("data", lambda data: netuv.set_immediate(connection.mine.destroy))
    run()
    assert connection.events == [("close", False)]
    assert connection.mine.readable_ended is False
    assert connection.mine.readable_aborted is True


@pytest.mark.parametrize("state", ["half open", "paused", "unread"])
def test_a_peer_that_is_gone_costs_no_cpu(connect: Callable[..., Connection], run: Any, state: str) -> None:
    """L8, N4, N9: a descriptor that is always readable, or hung up, must not be polled for it."""
    connection = connect(allow_half_open=True)
    if state == "half open":
        connection.mine.resume()
        connection.theirs.shutdown(socket.SHUT_WR)
    else:
        if state == "paused":
            connection.mine.pause()
        connection.theirs.sendall(b"x")
        connection.theirs.close()
    before = time.process_time()
    netuv.set_timeout(connection.mine.destroy, 500)
    run()
    assert time.process_time() - before < 0.25
    assert connection.count("close") == 1


def unanswered() -> tuple[socket.socket, list[socket.socket]]:
    """A listener whose queue is full: connections to it are neither made nor refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    while True:
        sock = socket.socket()
        sock.setblocking(False)
        waiting.append(sock)
        sock.connect_ex(listener.getsockname())
        if not select.select([], [sock], [], 0.1)[1]:
            return listener, waiting


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.row("S20")
def test_a_peer_that_does_not_answer(run: Any, host: str) -> None:
    """N13: the timeout comes while connecting too, and destroy() ends the attempt."""
    listener, waiting = unanswered()
    events: list[Any] = []
    client = netuv.connect(listener.getsockname()[1], host, family=4)
    client.write(b"never sent", lambda error: events.append(error.code))
    client.end(lambda error: events.append(error.code))
    client.set_timeout(40, lambda: (events.append("timeout"), client.destroy()))
    for event in ("connect", "error"):
        client.on(event, lambda *args, event=event: events.append(event))
    client.on("close", lambda had_error: events.append(("close", had_error)))
    run()
    for sock in (listener, *waiting):
        sock.close()
    assert events[0] == "timeout"
    assert events.count(("close", False)) == 1
    assert not {"connect", "error"} & set(map(str, events))
    assert "ERR_SOCKET_CLOSED_BEFORE_CONNECTION" in events
    assert len(events) == 4


@pytest.mark.row("S20")
def test_a_timeout_does_not_come_while_a_big_write_still_drains(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """N12: the reader is slow, but each time the timer looks, it has taken something."""
    connection = connect()
    mine = connection.mine
    step = 256 * 1024

    def read_slowly() -> int:
        total = 0
        pace = threading.Event()
        while data := connection.theirs.recv(step, socket.MSG_WAITALL):
            total += len(data)
            pace.wait(0.02)
        return total

    mine.set_timeout(500)
    mine.resume()
    mine.end(b"x" * (60 * step))
    reader = peer(read_slowly)
    started = time.monotonic()
    mine.on("finish", lambda: connection.events.append(time.monotonic() - started))
    mine.on("finish", mine.destroy)
    run()
    connection.theirs.settimeout(0)
    assert reader.result() == 60 * step
    assert "timeout" not in connection.events
    assert connection.events[1] > 0.5  # it has taken longer than the timeout


@pytest.mark.row("S20")
def test_a_timeout_comes_for_a_queue_that_does_not_move(connect: Callable[..., Connection], run: Any) -> None:
    """N13, N14: and it only tells; the socket stays open."""
    connection = connect()
    mine = connection.mine
    mine.write(b"x" * (16 * MiB))
    assert mine.writable_length > 0
    mine.set_timeout(60)

    def on_timeout() -> None:
        assert not mine.destroyed
        assert mine.writable_length > 0
        if connection.count("timeout") == 2:
            mine.destroy()
        else:
            mine.set_timeout(60)

    mine.on("timeout", on_timeout)
    run()
    connection.check_end()
    assert connection.count("timeout") == 2


@pytest.mark.row("S17", "S20", "N10")
def test_a_peer_that_never_reads_can_be_got_rid_of(connect: Callable[..., Connection], run: Any) -> None:
    """L7, T1: end(), a while later destroy(); the FIN that could not be sent keeps nobody waiting."""
    connection = connect()
    mine, results = connection.mine, []
    mine.write(b"x" * (16 * MiB))
    mine.end(lambda error: results.append(error.code))
    mine.destroy_soon()
    mine.set_timeout(40, mine.destroy)
    run()
    connection.check_end()
    assert connection.count("finish") == 0
    assert results == ["ERR_STREAM_DESTROYED"]


@pytest.mark.row("S29")
@pytest.mark.parametrize("first", ["mine", "theirs"])
def test_half_open_sockets_are_closed_in_the_end(
    connect: Callable[..., Connection], run: Any, peer: Any, first: str
) -> None:
    """N9: whoever ends first, with both ends over the socket closes itself: no CLOSE_WAIT is left."""
    connection = connect(allow_half_open=True)
    mine, received = connection.mine, []

    def talk() -> bytes:
        with connection.theirs as theirs:
            if first == "theirs":
                theirs.shutdown(socket.SHUT_WR)
            data = receive_all(theirs)
            if first == "mine":
                theirs.sendall(b"after the end of the other side")
            return data

    talker = peer(talk)
    mine.on("data", received.append)
    if first == "mine":
        mine.end(b"bye")
    else:
        mine.on("end", lambda: netuv.set_timeout(mine.end, 20, b"y" * MiB))
    run()
    connection.check_end()
    assert connection.count("end") == connection.count("finish") == 1
    if first == "mine":
        assert talker.result() == b"bye"
        assert b"".join(received) == b"after the end of the other side"
    else:
        assert talker.result() == b"y" * MiB


# -- what user memory may hold ---------------------------------------------------------------------

BIG = 24 * MiB


def write_str(mine: netuv.Socket, callback: Any) -> None:
    mine.write("é" * (BIG // 2), "utf8", callback)


def write_corked(mine: netuv.Socket, callback: Any) -> None:
    mine.cork()
    for _ in range(BIG // MiB - 1):
        mine.write(b"x" * MiB)
    mine.write(b"x" * MiB, callback)
    assert mine.writable_length == BIG  # nothing has left by now
    mine.uncork()


def write_many(mine: netuv.Socket, callback: Any) -> None:
    answers = [mine.write(b"x" * MiB) for _ in range(BIG // MiB - 1)]
    answers.append(mine.write(b"x" * MiB, callback))
    first_false = answers.index(False)
    assert not any(answers[first_false:])


WRITE_PATHS: dict[str, Callable[[netuv.Socket, Any], Any]] = {
    "write": lambda mine, callback: mine.write(b"x" * BIG, callback),
    "write without a callback": lambda mine, callback: (mine.write(b"x" * BIG), callback(None)),
    "write str": write_str,
    "write bytearray": lambda mine, callback: mine.write(bytearray(BIG), callback),
    "write memoryview": lambda mine, callback: mine.write(memoryview(bytes(BIG)), callback),
    "many writes": write_many,
    "cork": write_corked,
    "end": lambda mine, callback: mine.end(b"x" * BIG, None, callback),
    "end, corked": lambda mine, callback: (mine.cork(), mine.end(b"x" * BIG, None, callback)),
}


@pytest.mark.parametrize("path", WRITE_PATHS)
@pytest.mark.row("S15", "S16")
def test_every_way_to_write_counts(
    connect: Callable[..., Connection], run: Any, peer: Any, path: str
) -> None:
    """U2, CVE-2024-12254, N27: the peer does not read; what user memory holds is told, then drained."""
    connection = connect()
    mine, results = connection.mine, []
    WRITE_PATHS[path](mine, results.append)
    taken = MiB + sum(  # by the kernel, at either end
        sock.getsockopt(socket.SOL_SOCKET, option)
        for sock in (connection.theirs,)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF)
    )
    taken += 8 * MiB  # TCP lets its buffers grow
    assert BIG - taken <= mine.writable_length <= BIG
    assert mine.buffer_size == mine.writable_length
    assert mine.bytes_written == BIG
    if not path.startswith("end"):
        assert mine.write(b"") is False
        assert mine.writable_need_drain is True
        mine.on("drain", lambda: (connection.events.append(mine.writable_length), mine.end()))
    assert connection.events == []
    reader = peer(receive_all, connection.theirs)
    mine.on("finish", mine.destroy)
    run()
    assert len(reader.result()) == BIG
    assert results == [None]
    assert mine.writable_length == mine.buffer_size == 0
    drained = [] if path.startswith("end") else ["drain", 0]
    assert connection.events == [*drained, "finish", ("close", False)]


@pytest.mark.row("S15", "S28")
def test_a_pipe_counts_too(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    """U2: the source stands still while the destination's queue does, and all of it arrives."""
    source, destination = connect(), connect()
    queued: list[int] = []

    def send() -> None:
        source.theirs.sendall(b"x" * BIG)
        source.theirs.shutdown(socket.SHUT_WR)

    def look() -> None:
        # Twice, as it may have been filling up the first time.
        queued.append(destination.mine.writable_length)
        if len(queued) == 1 or not queued[-1]:
            netuv.set_timeout(look, 50)
            return
        assert destination.mine.buffer_size == destination.mine.writable_length
        assert source.mine.is_paused()
        reader.append(peer(read_and_close, destination.theirs))

    reader: list[Any] = []
    peer(send)
    source.mine.pipe(destination.mine)
    destination.mine.resume()
    source.mine.on("end", source.mine.destroy)
    netuv.set_timeout(look, 50)
    run()
    assert 0 < queued[-1] <= LARGEST_READ
    assert len(reader[0].result()) == BIG
    source.check_end()
    destination.check_end()


@pytest.mark.row("S16")
def test_false_is_followed_by_one_drain(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    """N27: each time, and only when all of it is gone."""
    connection = connect()
    mine, lengths = connection.mine, []

    def fill() -> None:
        while mine.write(b"x" * 50_000):
            pass

    def on_drain() -> None:
        lengths.append(mine.writable_length)
        if len(lengths) < 20:
            fill()
        else:
            mine.end()

    reader = peer(receive_all, connection.theirs)
    mine.on("drain", on_drain)
    mine.on("finish", mine.destroy)
    fill()
    run()
    assert lengths == [0] * 20
    assert len(reader.result()) == mine.bytes_written


@pytest.mark.parametrize("how", ["write", "write with a callback", "cork", "end"])
@pytest.mark.parametrize("kind", [bytearray, lambda data: array.array("B", data)])
@pytest.mark.row("S16")
def test_a_buffer_that_changes_while_it_waits(
    connect: Callable[..., Connection], run: Any, peer: Any, how: str, kind: Any
) -> None:
    """P6: what is sent is what was written, and its owner may resize it at once."""
    connection = connect()
    mine = connection.mine
    buffer = kind(b"a" * (12 * MiB))
    if how == "write":
        assert mine.write(buffer) is False
    elif how == "write with a callback":
        assert mine.write(buffer, lambda error: None) is False
    elif how == "cork":
        mine.cork()
        mine.write(buffer)
    else:
        mine.end(memoryview(buffer))
    for start in range(0, len(buffer), MiB):
        buffer[start : start + 4] = kind(b"bbbb")
    buffer.extend(b"cc")
    del buffer[10:]
    if how == "cork":
        mine.uncork()
    mine.end()
    mine.resume()
    reader = peer(receive_all, connection.theirs)
    mine.on("finish", mine.destroy)
    run()
    received = reader.result()
    assert len(received) == 12 * MiB
    assert received.count(b"a") == 12 * MiB


def test_a_buffer_that_changes_before_the_connection(run: Any, transport: Any, peer: Any) -> None:
    """P6."""
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        buffer = bytearray(b"aaaa")
        client = netuv.connect(*transport.peer_args(listener))
        client.write(buffer)
        buffer[:] = b"bb"
        client.write(memoryview(buffer))
        buffer.clear()
        client.resume().end()
        run()
        assert reader.result() == b"aaaabb"


@pytest.mark.row("S16")
def test_a_write_leaves_at_once(connect: Callable[..., Connection], run: Any) -> None:
    """U5: with a queue that is empty it is in the kernel before write() returns."""
    connection = connect()
    assert connection.mine.write(b"now") is True
    assert connection.theirs.recv(10) == b"now"
    assert connection.mine.write("and ") is True
    assert connection.mine.write(b"now", lambda error: None) is True
    assert connection.theirs.recv(10) == b"and now"
    connection.mine.destroy()
    run()


@pytest.mark.row("S14", "S16")
def test_more_than_four_gibibytes_at_once(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    """Nothing is lost where a size does not fit in 32 bits."""
    connection = connect()
    size = (4 << 30) + (64 << 20)
    try:
        data = bytes(size)  # zeros that are only read take no memory
    except MemoryError:
        pytest.skip("no place for 4 GiB")

    def count() -> int:
        total, buffer = 0, bytearray(1 << 20)
        while received := connection.theirs.recv_into(buffer):
            total += received
        return total

    assert connection.mine.write(data) is False
    assert connection.mine.writable_length == connection.mine._handle.write_queue_size
    connection.mine.end(connection.mine.destroy)
    reader = peer(count)
    run()
    assert reader.result() == connection.mine.bytes_written == size


@pytest.mark.row("S19")
@pytest.mark.parametrize("kept", ["none", "every third", "all"])
def test_a_chunk_is_the_listeners_for_ever(
    connect: Callable[..., Connection], run: Any, peer: Any, kept: str
) -> None:
    """Memory is read into again only when nobody has it any more, and nothing of it is remembered."""
    connection = connect()
    data = random.Random(kept).randbytes(BIG)
    received = hashlib.sha256()
    chunks: list[tuple[int, bytes]] = []
    sizes: list[int] = []

    def on_data(chunk: bytes) -> None:
        assert hash(chunk) == hash(bytes(bytearray(chunk)))
        received.update(chunk)
        sizes.append(len(chunk))
        if kept == "all" or (kept == "every third" and len(sizes) % 3 == 0):
            chunks.append((sum(sizes[:-1]), chunk))

    def send() -> None:
        for start in range(0, BIG, MiB):  # small ones among the large
            connection.theirs.sendall(data[start : start + MiB])
        connection.theirs.close()

    connection.mine.on("data", on_data)
    peer(send)
    run()
    assert received.digest() == hashlib.sha256(data).digest()
    assert max(sizes) <= LARGEST_READ
    for start, chunk in chunks:
        assert chunk == data[start : start + len(chunk)]
    connection.check_end()


@pytest.mark.row("S19")
def test_what_nobody_reads_stays_in_the_kernel(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """A1: one high-water mark is read ahead, at most one read more; the peer is held back."""
    connection = connect()
    mine = connection.mine
    connection.theirs.settimeout(0.2)
    seen: list[int] = []

    def send() -> int:
        total = 0
        try:
            while True:
                total += connection.theirs.send(b"x" * 65536)
        except TimeoutError:
            return total
        finally:
            mine._loop.call_soon_threadsafe(look)

    def look() -> None:
        seen.append(mine.readable_length)
        mine.destroy()
        alive.close()

    alive = netuv.set_interval(lambda: None, 10_000)
    sender = peer(send)
    run()
    assert sender.result() > seen[0]
    assert 0 < seen[0] <= 2 * 65536
    assert mine.bytes_read == seen[0]


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.row("S15", "S28")
def test_a_gibibyte_through_a_proxy_whose_reader_has_stopped(run: Any, transport: Any, peer: Any) -> None:
    """U2, A1: the reader's standstill reaches the sender, and what is in between does not grow."""
    gibibyte = 1 << 30
    chunk = b"x" * MiB
    with transport.listener() as target:

        def on_connection(client: netuv.Socket) -> None:
            behind = netuv.connect(*transport.peer_args(target), allow_half_open=True)
            client.pipe(behind).pipe(client)
            sides.extend((client, behind))
            proxy.close()

        def send() -> int:
            with transport.client(transport.stdlib_address(proxy)) as near:
                far, _ = target.accept()
                near.settimeout(0.4)
                total = 0
                try:
                    while total < gibibyte:
                        total += near.send(chunk)
                except TimeoutError:
                    pass
                near.settimeout(LIMIT)
                growth.append(resident() - before)
                held.extend(side.readable_length + side.writable_length for side in sides)
                near.shutdown(socket.SHUT_WR)
                with far:
                    assert len(receive_all(far)) == total
                    far.shutdown(socket.SHUT_WR)
                    assert near.recv(1) == b""
                return total

        sides: list[netuv.Socket] = []
        growth: list[int] = []
        held: list[int] = []
        sender: list[Any] = []
        proxy = netuv.create_server(on_connection, allow_half_open=True)
        before = resident()
        proxy.listen(*transport.listen_args, lambda: sender.append(peer(send)))
        run()
    assert sender[0].result() < 64 * MiB
    assert growth[0] < 32 * MiB
    assert sum(held) < 1 * MiB


@pytest.mark.row("S28")
def test_pipes_to_destinations_that_die(run: Any, loop: netuv.Loop, peer: Any) -> None:
    """N26: the source is let go, and is its owner's to end; no descriptor is left."""
    ended = [0]

    def one(rest: int) -> None:
        source = Connection("unix")
        destination = Connection("unix")
        source.theirs.sendall(b"x" * 100_000)
        source.mine.pipe(destination.mine)

        def on_close(had_error: bool) -> None:
            ended[0] += 1
            assert source.mine.listener_count("data") == 0
            assert not source.mine.destroyed
            source.mine.destroy()
            source.theirs.close()
            if rest:
                one(rest - 1)

        destination.mine.on("close", on_close)
        source.mine.once("data", lambda data: netuv.set_immediate(destination.reset))

    one(0)
    run()  # the loop has all of its own descriptors from here on
    before = len(os.listdir("/proc/self/fd"))
    one(100)
    run()
    assert ended == [102]
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_pipe_whose_source_breaks_leaves_the_destination(
    connect: Callable[..., Connection], run: Any
) -> None:
    """Node's rule, told in pipe()'s documentation."""
    source, destination = connect(), connect()
    source.mine.pipe(destination.mine)
    source.theirs.sendall(b"half")
    netuv.set_timeout(source.mine.destroy, 20, ConnectionError("broken"))
    source.mine.on("close", lambda had_error: destination.mine.end(b"!"))
    destination.mine.resume().on("finish", destination.mine.destroy)
    run()
    assert receive_all(destination.theirs) == b"half!"


# -- resources -------------------------------------------------------------------------------------

AT_THE_LIMIT = """
    import os, resource, time, netuv
    resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
    spare = []

    def on_connection(client):
        client.on("error", lambda error: None)
        if server.control is None:
            server.control = client
            client.set_encoding().on("data", on_command)
        else:
            client.pipe(client)

    def on_command(command):
        if command == "fill":
            try:
                while True:
                    spare.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
        elif command == "free":
            while spare:
                os.close(spare.pop())
        elif command == "connect":
            try:
                other = netuv.connect(server.address().port, "127.0.0.1")
            except OSError as error:
                server.control.write("raised " + error.code)
            else:
                other.on("error", lambda error: server.control.write("error " + error.code))
            return
        elif command == "listen":
            other = netuv.create_server()
            other.on("error", lambda error: server.control.write("error " + error.code))
            other.listen(0, "127.0.0.1")
            return
        server.control.write(f"{time.process_time()} {len(errors)}")

    errors = []
    server = netuv.create_server(on_connection)
    server.control = None
    server.on("error", errors.append)
    server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
    server.on("close", lambda: None)
    netuv.run()
"""


@pytest.fixture
def at_the_limit(loop: netuv.Loop) -> Iterator[tuple[tuple[str, int], Callable[[str], str]]]:
    """A server in a process of its own that may have few descriptors, and how to command it."""
    command = [sys.executable, "-c", textwrap.dedent(AT_THE_LIMIT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            address = ("127.0.0.1", int(child.stdout.readline()))
            with socket.create_connection(address, LIMIT) as control:

                def order(command: str) -> str:
                    control.sendall(command.encode())
                    return control.recv(100).decode()

                order("hello")
                yield address, order
        finally:
            child.kill()


def test_accepting_at_the_limit_of_descriptors(at_the_limit: Any) -> None:
    """N28, L9: no spinning; existing connections work; once there are descriptors, so do new ones."""
    address, order = at_the_limit
    with socket.create_connection(address, LIMIT) as early:
        early.sendall(b"early")
        assert early.recv(10) == b"early"
        cpu, _ = order("fill").split()
        clients = [socket.create_connection(address, LIMIT) for _ in range(20)]
        early.sendall(b"still there")
        assert early.recv(20) == b"still there"
        select.select([early], [], [], 1.0)  # a second of it
        cpu_after, errors = order("cpu").split()
        assert float(cpu_after) - float(cpu) < 0.5
        assert int(errors) < 100
        order("free")
        with socket.create_connection(address, LIMIT) as late:
            late.sendall(b"late")
            assert late.recv(10) == b"late"
        for client in clients:  # each was let go, or is served now
            with client:
                try:
                    client.sendall(b"?")
                    answer = client.recv(10)
                except (ConnectionResetError, BrokenPipeError):
                    answer = b""
                assert answer in (b"", b"?")


def test_connect_and_listen_at_the_limit_of_descriptors(at_the_limit: Any) -> None:
    _, order = at_the_limit
    order("fill")
    assert order("connect") == "error EMFILE"
    assert order("listen") == "error EMFILE"
    order("free")
    assert order("cpu")


@pytest.mark.parametrize("transport", ["tcp4", "unix"], indirect=True)
def test_two_thousand_connections_leave_nothing_behind(run: Any, loop: netuv.Loop, transport: Any) -> None:
    """U1, P1: descriptors, handles and memory end where they began."""
    total, at_once = 2000, 10
    sizes: dict[int, tuple[int, int]] = {}
    count = 0

    def on_connection(client: netuv.Socket) -> None:
        client.set_timeout(60_000)
        client.pipe(client)

    def one() -> None:
        client = netuv.connect(*arguments)
        client.on("connect", lambda: client.write(b"hello", lambda error: None))
        client.on("data", lambda data: client.end())
        client.on("close", on_close)

    def on_close(had_error: bool) -> None:
        nonlocal count
        assert not had_error
        count += 1
        if count in (200, total - at_once):
            gc.collect()
            sizes[count] = (tracemalloc.get_traced_memory()[0], len(os.listdir("/proc/self/fd")))
        if count <= total - at_once:
            one()
        elif count == total:
            server.close()

    def on_listening() -> None:
        nonlocal arguments
        arguments = transport.connect_args(server)
        for _ in range(at_once):
            one()

    arguments: tuple[Any, ...] = ()
    server = netuv.create_server(on_connection)
    server.listen(*transport.listen_args, on_listening)
    tracemalloc.start()
    try:
        run()
    finally:
        tracemalloc.stop()
    assert count == total
    assert loop.handles == []
    (memory, fds), (memory_after, fds_after) = sizes.values()
    assert memory_after - memory < 100_000
    assert abs(fds_after - fds) <= 2 * at_once


@pytest.mark.parametrize("corked", [False, True])
def test_buffers_and_callbacks_are_dropped_with_the_socket(
    connect: Callable[..., Connection], run: Any, corked: bool
) -> None:
    """U1: a socket that the program still holds does not hold what it could not send."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        connection = connect()
        if corked:
            connection.mine.cork()
        for _ in range(16):
            connection.mine.write(bytes(MiB), lambda error: None)
        connection.mine.uncork()
        connection.mine.destroy()
        run()
        assert tracemalloc.get_traced_memory()[0] - before < MiB
    finally:
        tracemalloc.stop()


# -- programs that have to end by themselves -------------------------------------------------------

UNREFERENCED = {
    "a server, before listen": """
        netuv.create_server().unref().listen(0, "127.0.0.1")
    """,
    "a server, after listen": """
        netuv.create_server().listen(0).unref()
    """,
    "a server that was listening": """
        server = netuv.create_server().listen(0, "127.0.0.1", lambda: server.unref())
    """,
    "a Unix server": """
        import tempfile
        netuv.create_server().unref().listen(tempfile.mkdtemp() + "/s")
    """,
    "a socket, before connect": """
        import socket
        listener = socket.create_server(("127.0.0.1", 0))
        client = netuv.Socket().unref()
        client.connect(listener.getsockname()[1], "127.0.0.1")
        client.on("data", print)
    """,
    "a socket, in connect": """
        import socket
        listener = socket.create_server(("127.0.0.1", 0))
        client = netuv.connect(listener.getsockname()[1], "127.0.0.1", lambda: client.unref())
        client.on("data", print)
    """,
    "a descriptor": """
        import socket
        near, far = socket.socketpair()
        netuv.Socket(fd=near.detach()).unref().on("data", print)
    """,
    "an accepted socket": """
        import socket
        def on_connection(client):
            client.unref().resume()
            server.close()
        server = netuv.create_server(on_connection).listen(0)
        client = socket.create_connection(("127.0.0.1", server.address().port))
    """,
    "a timeout of a socket": """
        import socket
        near, far = socket.socketpair()
        netuv.Socket(fd=near.detach()).unref().set_timeout(60_000)
    """,
    "timers": """
        netuv.set_timeout(print, 60_000).unref()
        netuv.set_interval(print, 60_000).unref()
    """,
}


@pytest.mark.parametrize("what", UNREFERENCED)
@pytest.mark.row("N04")
def test_what_is_unreferenced_lets_the_program_end(what: str) -> None:
    """N16."""
    code = textwrap.dedent(UNREFERENCED[what])
    done = script(f"import netuv\n{code}\nnetuv.run()\nprint('end')\n")
    assert done.stdout == "end\n"


@pytest.mark.row("S09")
def test_close_of_a_server_does_not_wait_for_ever_when_its_connections_are_destroyed(
    run: Any, transport: Any, peer: Any
) -> None:
    """N20, U7: one idle, one busy, one stalled client; close() keeps them, the program ends them."""
    sockets: list[netuv.Socket] = []
    done: list[str] = []

    def on_connection(client: netuv.Socket) -> None:
        sockets.append(client)
        client.on("error", lambda error: None)
        client.write(b"x" * (8 * MiB))
        if len(sockets) == 3:
            server.close(lambda error: done.append("close"))
            netuv.set_timeout(end_all, 30)

    def end_all() -> None:
        assert done == []
        assert server.listening is False
        for client in sockets:
            client.destroy()

    def clients() -> None:
        address = transport.stdlib_address(server)
        idle, busy, stalled = (transport.client(address) for _ in range(3))
        with idle, busy, stalled:
            busy.recv(100_000)
            released.wait(LIMIT)

    released = threading.Event()
    server = netuv.create_server(on_connection)
    server.on("close", released.set)
    server.listen(*transport.listen_args, lambda: peer(clients))
    run()
    assert done == ["close"]
