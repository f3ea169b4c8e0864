"""write() of a connected socket, which C does in the usual cases: the same as the method in Python does."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import Run, read_and_close

import netuv
from netuv.stream import Writable

Write = Callable[..., Any]


def by_c(sock: netuv.Socket, *args: Any) -> bool:
    return sock.write(*args)


def by_python(sock: netuv.Socket, *args: Any) -> bool:
    return Writable.write(sock, *args)


class Function:
    """Callable, and no function."""

    def __init__(self, called: list[Any]) -> None:
        self.called = called

    def __call__(self, error: Any) -> None:
        self.called.append(("object", error))

    def method(self, error: Any) -> None:
        self.called.append(("method", error))


class Text(str):
    """No plain str."""


@pytest.mark.row("S15", "S16", "S19")
@pytest.mark.parametrize("write", [by_c, by_python])
@pytest.mark.parametrize("running", [False, True])
def test_all_that_can_be_given(run: Run, peer: Any, write: Write, running: bool) -> None:
    ours, theirs = socket.socketpair()
    reader = peer(read_and_close, theirs)
    sock = netuv.Socket(fd=ours.detach())
    called: list[Any] = []
    function = Function(called)
    answers: list[bool] = []

    def write_all() -> None:
        for args in (
            (b"bytes ",),
            (b"",),
            ("text é ",),
            ("\ud800 ",),  # a lone surrogate
            ("é", "latin1"),
            (" 2020", "hex"),
            (Text("text "), None),
            (bytearray(b"array "), None, None),
            (memoryview(b"view "),),
            (b"a ", lambda error: called.append(("first", error))),
            ("b ", None, lambda error: called.append(("second", error))),
            (b"c ", "utf8", lambda error: called.append(("third", error))),
            (b"d ", function),
            (b"e ", function.method),
            (b"f ", called.append),
        ):
            answers.append(write(sock, *args))
            assert called == []
        sock.set_default_encoding("latin1")
        answers.append(write(sock, "é\xff"))
        for wrong in ((None,), (5,), ("x", "nonsense"), (b"x", None, 5), ()):
            with pytest.raises((TypeError, ValueError)):
                write(sock, *wrong)
        for wrong_callback in (generator, coroutine):
            with pytest.raises(TypeError, match="function"):
                write(sock, b"x", wrong_callback)
        sock.end()

    if running:
        netuv.set_immediate(write_all)
    else:
        write_all()
    sock.resume()
    sent = sock.bytes_written
    run()
    arrived = reader.result()
    assert answers == [True] * 16
    assert arrived == (
        b"bytes " + "text é ".encode() + b"\xef\xbf\xbd " + b"\xe9" + b"text array view a b c d e f \xe9\xff"
    )
    assert sent == (0 if running else len(arrived))
    assert sock.bytes_written == len(arrived)
    names = ["first", "second", "third", "object", "method"]
    assert called == [*((name, None) for name in names), None]


def generator(error: Any) -> Any:
    yield error


async def coroutine(error: Any) -> None:
    pass


@pytest.mark.row("S19", "N13")
@pytest.mark.parametrize("write", [by_c, by_python])
@pytest.mark.parametrize("with_callback", [False, True])
def test_a_peer_that_has_gone(run: Run, write: Write, with_callback: bool) -> None:
    ours, theirs = socket.socketpair()
    sock = netuv.Socket(fd=ours.detach())
    sock.pause()
    heard: list[Any] = []
    theirs.close()

    def begin() -> None:
        args = (lambda error: heard.append(error.code),) if with_callback else ()
        assert write(sock, b"x", *args) is False
        assert write(sock, b"y", *args) is False
        assert heard == []

    netuv.set_immediate(begin)
    sock.on("error", lambda error: heard.append((error.code, error.syscall)))
    sock.on("close", heard.append)
    run()
    assert heard == [*["EPIPE"] * 2 * with_callback, ("EPIPE", "write"), True]


@pytest.mark.row("S19")
def test_in_the_way_of_one(run: Run, peer: Any) -> None:
    ours, theirs = socket.socketpair()
    reader = peer(read_and_close, theirs)
    sock = netuv.Socket(fd=ours.detach())

    def begin() -> None:
        sock.cork()
        assert sock.write(b"corked ") is False
        sock.uncork()
        sock.write(b"sent ")
        sock.end()
        assert sock.write(b"after the end") is False

    netuv.set_immediate(begin)
    errors: list[str] = []
    sock.on("error", lambda error: errors.append(error.code))
    run()
    assert errors == ["ERR_STREAM_WRITE_AFTER_END"]
    assert reader.result() == b"corked sent "
    assert sock.write(b"destroyed") is False
    run()


@pytest.mark.row("S19")
def test_it_looks_like_the_method() -> None:
    assert inspect.signature(netuv.Socket.write) == inspect.signature(Writable.write)
    assert inspect.getdoc(netuv.Socket.write) == inspect.getdoc(Writable.write)
    assert netuv.Socket.write.__name__ == "write"
    assert inspect.isroutine(netuv.Socket.write)
    assert "write" in repr(netuv.Socket.write)
    with pytest.raises(TypeError):
        netuv.Socket.write()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        netuv.Socket.write(5, b"x")  # type: ignore[arg-type]
