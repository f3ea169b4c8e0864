"""A callback that cannot be called with what it gets: the TypeError says which one it is."""

from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

import netuv
from netuv.stream import Writable

SINK = {"write": lambda chunk, encoding, callback: callback()}


def told(error: BaseException) -> str:
    """What is added to it: a note, or on Python 3.10 the end of its message."""
    if sys.version_info >= (3, 11):
        return "\n".join(getattr(error, "__notes__", ()))
    return str(error).partition("; ")[2]


def too_few() -> None: ...


def too_many(a: object, b: object) -> None: ...


class Names:
    def method(self) -> None: ...


def place(function: Any) -> str:
    code = function.__code__
    return f"{function.__qualname__} ({code.co_filename}:{code.co_firstlineno})"


@pytest.mark.parametrize(
    ("of", "call"),
    [
        ("a tick", lambda callback, *args: netuv.next_tick(callback, *args)),
        ("set_immediate()", lambda callback, *args: netuv.set_immediate(callback, *args)),
        ("set_timeout()", lambda callback, *args: netuv.set_timeout(callback, 1, *args)),
        (
            "call_soon_threadsafe()",
            lambda callback, *args: netuv.default_loop().call_soon_threadsafe(callback, *args),
        ),
    ],
)
@pytest.mark.parametrize("method", [False, True])
def test_what_is_called_later(run: Any, of: str, call: Any, method: bool) -> None:
    callback: Any = Names().method if method else too_few
    call(callback, 1, "two")
    netuv.set_timeout(netuv.default_loop, 2)  # call_soon_threadsafe() keeps no loop alive
    with pytest.raises(TypeError, match="positional argument") as caught:
        run()
    run()
    assert told(caught.value) == f"callback of {of}: {place(callback)} was called with (1, 'two')"


def test_an_interval(run: Any) -> None:
    timer = netuv.set_interval(too_few, 1, 5)
    with pytest.raises(TypeError) as caught:
        run()
    timer.close()
    assert told(caught.value) == f"callback of set_interval(): {place(too_few)} was called with (5)"


@pytest.mark.parametrize("of", ["write", "end"])
@pytest.mark.parametrize(("callback", "fails"), [(too_few, False), (too_few, True), (too_many, False)])
def test_what_was_written(run: Any, of: str, callback: Any, fails: bool) -> None:
    sink = Writable(**SINK).on("error", lambda error: None)  # type: ignore[arg-type]
    if fails:
        sink.cork()
        getattr(sink, of)("x", callback)
        sink.destroy(ValueError("no"))
    else:
        getattr(sink, of)("x", callback)
    with pytest.raises(TypeError) as caught:
        run()
    text = told(caught.value)
    assert text.startswith(f"callback of {of}(): {place(callback)} was called with (")
    assert text.endswith("(None)") != fails


def test_of_a_socket(run: Any) -> None:
    ours, theirs = socket.socketpair()
    client = netuv.Socket(fd=ours.detach())
    client.write("x", too_few)
    with theirs:
        with pytest.raises(TypeError) as caught:
            run()
        client.destroy()
        run()
    assert told(caught.value) == f"callback of a tick: {place(too_few)} was called with (None)"
    assert not hasattr(caught.value, "netuv_tick")


def test_a_type_error_from_within_is_not_commented(run: Any) -> None:
    def callback(*args: object) -> None:
        too_few(*args)

    for call in netuv.next_tick, netuv.set_immediate, lambda f, x: netuv.set_timeout(f, 1, x):
        call(callback, 1)
        with pytest.raises(TypeError) as caught:
            run()
        assert told(caught.value) == ""
