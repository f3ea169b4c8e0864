"""Arguments of the wrong type or value are refused by the call itself, and nothing is left open."""

from __future__ import annotations

import array
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    Connection,
    code_of,
    read_and_close,
)

import netuv

BAD_PORTS = [-1, 65536, 1.5, float("nan"), float("inf"), 2**70]


NO_NUMBERS = [True, False, [], (80,), {80}, 80j, pytest.param(object(), id="object()")]


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
def test_local_ports_that_are_out_of_range_or_no_number(loop: netuv.Loop, port: Any) -> None:
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
def test_values_that_are_no_number_are_no_port(loop: netuv.Loop, port: Any) -> None:
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
def test_a_missing_port_is_refused(loop: netuv.Loop) -> None:
    for call in (lambda: netuv.connect(None), lambda: netuv.connect(port=None)):
        assert code_of(call) == "ERR_INVALID_ARG_TYPE"
    for call in (netuv.connect, lambda: netuv.connect({}), lambda: netuv.connect(host="127.0.0.1")):
        assert code_of(call) == "ERR_MISSING_ARGS"


@pytest.mark.parametrize("port", ["0x50", " 80 ", "1e3", "+7", ".5e1", "080"])
def test_strings_that_javascript_reads_as_a_number_are_ports(run: Any, port: str) -> None:
    """Positional: a port or a path? The rule is Node's, and the same one with and without a host."""
    for arguments in ((port,), (port, "127.0.0.1")):
        client = netuv.connect(*arguments)
        assert client.connecting
        assert type(client._handle).__name__ == "TCP"
        client.destroy()
    run()


@pytest.mark.parametrize("path", ["80x", "-1", "1_0", "inf", "nan", "x"])
def test_strings_that_javascript_does_not_read_as_a_number_are_paths(
    loop: netuv.Loop, short_path: Path, run: Any, path: str
) -> None:
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


def test_an_unknown_option_without_a_near_one_gets_no_suggestion(loop: netuv.Loop) -> None:
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
        (lambda: netuv.Socket().set_type_of_service(256), "ERR_OUT_OF_RANGE"),
    ],
)
@pytest.mark.row("N14")
def test_options_and_arguments_of_the_wrong_type_or_value(
    loop: netuv.Loop, call: Callable[[], Any], code: str | None
) -> None:
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
    """Nothing would await what they return. Those of create_server() are run as tasks: see tests/aio."""
    if name == "create_server":
        with pytest.raises(TypeError, match="async"):
            netuv.create_server(async_generator)
        return
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
        pytest.param(object(), "ERR_INVALID_ARG_TYPE", id="object()"),
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


def test_write_of_none_is_refused(connect: Callable[..., Connection], run: Any) -> None:
    mine = connect().mine
    assert code_of(lambda: mine.write(None)) == "ERR_STREAM_NULL_VALUES"
    mine.destroy()
    run()


@pytest.mark.parametrize("encoding", ["utf9", "", 5, "UTF 8", "buffer"])
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
