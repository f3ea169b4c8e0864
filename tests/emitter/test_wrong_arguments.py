"""A listener that cannot be called with what the event carries: the TypeError says which one it is."""

from __future__ import annotations

import functools
import socket
import sys
from typing import Any

import pytest

import netuv


def told(error: BaseException) -> str:
    """What is added to it: a note, or on Python 3.10 the end of its message."""
    if sys.version_info >= (3, 11):
        return "\n".join(getattr(error, "__notes__", ()))
    return str(error).partition("; ")[2]


def line_of(function: Any) -> str:
    code = function.__code__
    return f"({code.co_filename}:{code.co_firstlineno})"


def too_few() -> None: ...


def test_which_listener_of_which_event_and_what_it_got() -> None:
    x = netuv.EventEmitter().on("x", too_few)
    with pytest.raises(TypeError, match="0 positional arguments") as caught:
        x.emit("x", 1, "two")
    assert told(caught.value) == f"listener of 'x': too_few {line_of(too_few)} was called with (1, 'two')"


def test_one_that_takes_more() -> None:
    listener = lambda a, b: None  # noqa: E731
    x = netuv.EventEmitter().once("x", listener)
    with pytest.raises(TypeError, match="'b'") as caught:
        x.emit("x", b"1")
    assert told(caught.value) == f"listener of 'x': <lambda> {line_of(listener)} was called with (b'1')"


def test_keywords() -> None:
    x = netuv.EventEmitter().on("x", too_few)
    with pytest.raises(TypeError) as caught:
        x.emit("x", 1, name=2)
    assert told(caught.value).endswith("was called with (1, name=2)")


class Names:
    def method(self) -> None: ...


@pytest.mark.parametrize(
    ("listener", "name"),
    [
        (Names().method, f"Names.method {line_of(Names.method)}"),
        (functools.partial(too_few), f"too_few {line_of(too_few)}"),
        (int, None),  # it takes them, and does not like them
        ([].clear, "list.clear"),
    ],
)
def test_names(listener: Any, name: str | None) -> None:
    x = netuv.EventEmitter().on("x", listener)
    with pytest.raises(TypeError) as caught:
        x.emit("x", [], [])
    expected = "" if name is None else f"listener of 'x': {name} was called with ([], [])"
    assert told(caught.value) == expected


def test_a_type_error_from_within_is_not_commented() -> None:
    def listener(value: object) -> None:
        too_few(value)  # type: ignore[call-arg]

    with pytest.raises(TypeError) as caught:
        netuv.EventEmitter().on("x", listener).emit("x", 1)
    assert told(caught.value) == ""


def test_it_is_told_once() -> None:
    x = netuv.EventEmitter().on("x", too_few)
    y = netuv.EventEmitter().on("y", lambda: x.emit("x", 1))
    with pytest.raises(TypeError) as caught:
        y.emit("y")
    assert told(caught.value).count("listener of") == 1


def test_data_and_close_of_a_socket(run: Any) -> None:
    """The one 'data' listener is called without emit()."""
    ours, theirs = socket.socketpair()
    client = netuv.Socket(fd=ours.detach()).on("data", too_few)
    client.on("close", too_few)
    with theirs:
        theirs.sendall(b"x")
        with pytest.raises(TypeError) as caught:
            run()
        assert "listener of 'data': too_few" in told(caught.value)
        assert told(caught.value).endswith("was called with (b'x')")
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(TypeError) as caught:
            run()
        assert "listener of 'close': too_few" in told(caught.value)
        assert told(caught.value).endswith("was called with (False)")


def test_each_of_several(run: Any) -> None:
    stream = netuv.Socket().on("close", too_few).on("close", too_few)
    with pytest.raises(TypeError) as caught:
        stream.emit("close", False)
    assert "(False)" in told(caught.value)
    assert caught.value.__context__ is not None
    assert "(False)" in told(caught.value.__context__)
