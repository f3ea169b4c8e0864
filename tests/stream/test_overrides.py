"""emit(), push(), write() and end() of a subclass, or set on an instance, see all that passes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import Run

import netuv


class Emits(netuv.Socket):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seen = bytearray()

    def emit(self, event: str, *args: Any, **more: Any) -> bool:
        if event == "data":
            self.seen += args[0]
        return super().emit(event, *args, **more)


class Pushes(netuv.Socket):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seen = bytearray()

    def push(self, chunk: Any, encoding: str | None = None) -> bool:
        self.seen += chunk or b""
        return super().push(chunk, encoding)


def patched(name: str) -> Callable[..., Any]:
    def make(**options: Any) -> Any:
        sock: Any = netuv.Socket(**options)
        sock.seen = bytearray()
        former = getattr(sock, name)

        def see(*args: Any) -> Any:
            data = args[0] if name == "push" else args[1] if args[0] == "data" else None
            sock.seen += data or b""
            return former(*args)

        setattr(sock, name, see)
        return sock

    return make


@pytest.mark.row("S19", "N13")
@pytest.mark.parametrize("idle", [False, True])
@pytest.mark.parametrize(
    "make", [Emits, Pushes, patched("emit"), patched("push")], ids=["emit", "push", "own emit", "own push"]
)
def test_each_chunk_is_seen(run: Run, peer: Any, make: Callable[..., Any], idle: bool) -> None:
    ours, theirs = socket.socketpair()
    sock = make(fd=ours.detach())
    got: list[bytes] = []
    if idle:
        sock.set_timeout(10_000)

    def on_data(data: bytes) -> None:
        got.append(data)
        theirs.send(b"%d" % len(got)) if len(got) < 4 else theirs.close()

    sock.on("data", on_data)
    theirs.send(b"0")
    run()
    assert got == [b"0", b"1", b"2", b"3"]
    assert sock.seen == b"0123"


@pytest.mark.row("S19")
def test_without_them_a_socket_keeps_its_short_way(run: Run) -> None:
    class Other(netuv.Socket):
        """Replaces neither."""

    for kind in (netuv.Socket, Other):
        ours, theirs = socket.socketpair()
        sock = kind(fd=ours.detach())
        sinks: list[Any] = []

        def on_data(data: bytes, sock: Any = sock, sinks: Any = sinks, theirs: Any = theirs) -> None:
            sinks.append(sock._readable_state.consumer)
            theirs.close()

        sock.on("data", on_data)
        theirs.send(b"x")
        run()
        assert sinks == [on_data]


@pytest.mark.row("S19")
@pytest.mark.parametrize("how", ["subclass", "instance"])
def test_a_pipe_calls_write_and_end_of_its_destination(run: Run, how: str) -> None:
    (ours, theirs), (to, target) = socket.socketpair(), socket.socketpair()
    source = netuv.Socket(fd=ours.detach())
    calls: list[Any] = []

    class Writes(netuv.Socket):
        def write(self, *args: Any) -> bool:
            calls.append(args[0])
            return super().write(*args)

        def end(self, *args: Any) -> Any:
            calls.append("end")
            return super().end(*args)

    if how == "subclass":
        destination: Any = Writes(fd=to.detach())
    else:
        destination = netuv.Socket(fd=to.detach())
        write, end = destination.write, destination.end
        destination.write = lambda *args: (calls.append(args[0]), write(*args))[1]
        destination.end = lambda *args: (calls.append("end"), end(*args))[1]
    source.pipe(destination)
    destination.on("finish", destination.destroy)
    with theirs, target:
        theirs.send(b"hello")
        theirs.shutdown(socket.SHUT_WR)
        run()
    assert calls[:2] == [b"hello", "end"]
