"""checks.py: ports, integers, options, callbacks."""

from __future__ import annotations

import functools

import pytest

from netuv import checks


@pytest.mark.row("N14")
@pytest.mark.parametrize(
    ("value", "port"),
    [
        *((0, 0), (80, 80), (65535, 65535), (80.0, 80), ("80", 80), ("0", 0), ("0x50", 80)),
        *(("0X50", 80), ("0b1", 1), ("0o17", 15), (" 80 ", 80), ("\t8\n", 8), ("1e3", 1000)),
        *(("1.0", 1), ("1.", 1), ("+5", 5), ("-0", 0), ("00080", 80)),
    ],
)
def test_ports_that_node_takes(value, port):
    checked = checks.check_port("port", value)
    assert checked == port
    assert type(checked) is int


@pytest.mark.row("N14")
@pytest.mark.parametrize(
    "value",
    [
        *(-1, 65536, 10**9, 10**400, 1.5, float("nan"), float("inf"), -0.5),
        *("80x", "", " ", "_1", "1_0", "x", "Infinity", "nan", ".5", ".", "0x", "-0x5", "0x1p3"),
        *("-1", "65536", "1e-1", "1e5", "1e400", "１", "१"),
    ],
)
def test_ports_that_node_refuses(value):
    with pytest.raises(ValueError, match="'port' must be >= 0 and < 65536, got ") as caught:
        checks.check_port("port", value)
    assert caught.value.code == "ERR_SOCKET_BAD_PORT"


@pytest.mark.row("N14")
@pytest.mark.parametrize("value", [None, True, False, [], {}, b"80", 80 + 0j, object()])
def test_what_cannot_be_a_port(value):
    with pytest.raises(TypeError, match="'port' must be an int or a str, got ") as caught:
        checks.check_port("port", value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_a_port_that_may_not_be_zero():
    for zero in 0, "0", 0.0:
        with pytest.raises(ValueError, match="> 0 and < 65536") as caught:
            checks.check_port("port", zero, allow_zero=False)
        assert caught.value.code == "ERR_SOCKET_BAD_PORT"
    assert checks.check_port("port", 1, allow_zero=False) == 1


def test_check_int():
    assert [checks.check_int("n", value, 0, 5) for value in (0, 5, 3.0)] == [0, 5, 3]
    for value in -1, 6, 10**400, 1.5, float("nan"), float("-inf"):
        with pytest.raises(ValueError, match="'n' is out of range") as caught:
            checks.check_int("n", value, 0, 5)
        assert caught.value.code == "ERR_OUT_OF_RANGE"
    for value in None, True, "1", []:
        with pytest.raises(TypeError) as caught:
            checks.check_int("n", value, 0, 5)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("allowHalfOpen", "allow_half_open"),
        ("keepAliveInitialDelay", "keep_alive_initial_delay"),
        ("prot", "port"),
        ("zzz", None),
        (5, None),
    ],
)
def test_unknown_options_are_refused_and_the_nearest_is_named(name, nearest):
    known = ("allow_half_open", "keep_alive", "keep_alive_initial_delay", "port")
    with pytest.raises(TypeError, match=f"unknown option {name!r} of Socket") as caught:
        checks.check_options("Socket", {"port": 1, name: 2}, known)
    assert caught.value.code == "ERR_UNKNOWN_OPTION"
    hint = str(caught.value).partition("; ")[2]
    assert hint == (f"did you mean {nearest!r}?" if nearest else "")
    checks.check_options("Socket", {"port": 1}, known)
    with pytest.raises(TypeError, match="'options' must be a dict, got int"):
        checks.check_options("Socket", 5, known)


class Callable_:
    def __call__(self) -> None:
        pass

    def method(self) -> None:
        pass

    async def async_method(self) -> None:
        pass


async def a_coroutine() -> None:
    pass


def test_check_callback():
    for f in print, len, Callable_, Callable_(), Callable_().method, [].append, lambda: None:
        checks.check_callback("callback", f)
    checks.check_callback("callback", functools.partial(print))
    for value in None, 5, "f":
        with pytest.raises(TypeError, match="'callback' must be a function, got "):
            checks.check_callback("callback", value)
    for f in a_coroutine, Callable_().async_method, functools.partial(a_coroutine):
        with pytest.raises(TypeError, match="'callback' is an async function"):
            checks.check_callback("callback", f)
