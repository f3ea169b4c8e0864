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


@pytest.mark.row("S19", "N13")
@pytest.mark.parametrize("idle", [False, True])
@pytest.mark.parametrize("name", ["emit", "push"])
def test_one_that_is_set_later_sees_what_follows(run: Run, name: str, idle: bool) -> None:
    ours, theirs = socket.socketpair()
    sock: Any = netuv.Socket(fd=ours.detach())
    former = getattr(sock, name)
    got: list[bytes] = []
    seen: list[Any] = []
    if idle:
        sock.set_timeout(10_000)

    def see(*args: Any) -> Any:
        seen.append(args)
        return former(*args)

    def on_data(data: bytes) -> None:
        got.append(data)
        if len(got) == 2:
            setattr(sock, name, see)
            assert getattr(sock, name) is see
        elif len(got) == 4:
            delattr(sock, name)
            assert getattr(sock, name) == former
            with pytest.raises(AttributeError):
                delattr(sock, name)
        elif len(got) == 6:
            setattr(sock, name, see)
        theirs.send(b"%d" % len(got)) if len(got) < 7 else theirs.close()

    sock.on("data", on_data)
    theirs.send(b"0")
    run()
    assert got == [b"0", b"1", b"2", b"3", b"4", b"5", b"6"]
    if name == "push":
        assert seen == [(b"2",), (b"3",), (b"6",), (None,)]
    else:
        events = [("data", b"2"), ("data", b"3"), ("data", b"6"), ("end",), ("finish",), ("close", False)]
        assert [args for args in seen if args[0] in ("data", "end", "finish", "close")] == events


@pytest.mark.row("S19", "N13")
@pytest.mark.parametrize("how", ["subclass", "instance", "instance, later"])
def test_the_end_of_the_peer_calls_end(run: Run, how: str) -> None:
    calls: list[tuple[Any, ...]] = []

    class Ends(netuv.Socket):
        def end(self, *args: Any) -> Any:
            calls.append(args)
            return super().end(*args)

    ours, theirs = socket.socketpair()
    sock: Any = (Ends if how == "subclass" else netuv.Socket)(fd=ours.detach())
    former = sock.end

    def replace() -> None:
        sock.end = lambda *args: (calls.append(args), former(*args))[1]

    if how == "instance":
        replace()

    def on_data(data: bytes) -> None:
        if how == "instance, later":
            replace()
        theirs.close()

    sock.on("data", on_data)
    theirs.send(b"x")
    run()
    assert calls == [()]


@pytest.mark.row("S19")
def test_of_one_that_is_set_others_know_nothing(run: Run) -> None:
    class Emits(netuv.Socket):
        def emit(self, event: str, *args: Any, **more: Any) -> bool:
            return super().emit(event, *args, **more)

    one, subclassed, other = netuv.Socket(), Emits(), netuv.Socket()
    heard: list[str] = []
    for sock in (one, subclassed):
        former = sock.emit
        sock.emit = lambda event, *args, former=former: (heard.append(event), former(event, *args))[1]  # type: ignore[assignment]
    for sock in (one, subclassed, other):
        assert sock.emit("hello") is False
    assert heard == ["hello", "hello"]
    assert netuv.Socket.emit(one, "hello") is False
    assert heard == ["hello", "hello"]


@pytest.mark.row("S19")
@pytest.mark.by_itself("where asyncio runs, the context of the listener is in front of it")
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
