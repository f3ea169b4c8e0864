"""What a listener or a callback raises comes out of run(), and the stream goes on or closes all the same."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import MustCall, Run, tcp_pair

import netuv
from netuv.stream import Duplex, Readable, Writable
from tests.stream.wires import Own

MANY = 4 << 20  # bytes; more than any kernel takes at once


class Fault(Exception):
    """What the listeners in here raise."""


class Once:
    """Raises at its first call."""

    calls = 0

    def __call__(self, *args: Any) -> None:
        self.calls += 1
        if self.calls == 1:
            raise Fault


def run_again(run: Run) -> int:
    """Run until nothing is left to do; how often a Fault came out of it."""
    count = 0
    while True:
        try:
            run()
        except Fault:
            count += 1
        else:
            return count


class Source(Own, Readable):
    def __init__(self, chunks: int, at_once: bool) -> None:
        super().__init__()
        self.left = chunks
        self.at_once = at_once

    def _read(self, size: int) -> None:
        if self.at_once:
            self.deliver()
        else:
            netuv.set_immediate(self.deliver)

    def deliver(self) -> None:
        self.left -= 1
        if self.left >= 0:
            self.push(b"%d" % self.left)
        else:
            self.push(None)
            if not self.at_once:
                self.read(0)


class Sink(Own, Writable):
    def __init__(self, at_once: bool) -> None:
        super().__init__()
        self.at_once = at_once
        self.chunks: list[bytes] = []

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.chunks.append(bytes(chunk))
        self._when(done)

    def _final(self, done: Any) -> None:
        self._when(done)

    def _when(self, done: Any) -> None:
        if self.at_once:
            done(None)
        else:
            netuv.set_immediate(done, None)


@pytest.mark.row("S18", "S19")
@pytest.mark.parametrize("how", ["again", "uncaughtException"])
@pytest.mark.parametrize(
    "place",
    [
        *("a drain", "a finish", "a prefinish", "a end", "a close", "a resume", "a data"),
        *("b data", "b end", "b finish", "b close", "b pause", "b resume", "b readable"),
        *("write callback", "end callback"),
    ],
)
@pytest.mark.parametrize("family", ["tcp", "unix"])
def test_a_listener_of_a_socket_raises(
    loop: netuv.Loop, run: Run, must_call: MustCall, family: str, place: str, how: str
) -> None:
    pair = socket.socketpair() if family == "unix" else tcp_pair()
    a, b = (netuv.Socket(fd=sock.detach()) for sock in pair)
    got = {a: bytearray(), b: bytearray()}
    raises = Once()
    caught: list[BaseException] = []
    if how == "uncaughtException":
        loop.on("uncaughtException", caught.append)
    for end in (a, b):
        end.on("close", must_call())
    if place == "b readable":

        def readable() -> None:
            raises()
            got[b].extend(b.read() or b"")

        b.on("readable", readable)
    else:
        b.on("data", got[b].extend)
    if place == "b pause":
        b.once("data", lambda data: (netuv.set_immediate(b.resume), b.pause()))
    a.on("data", got[a].extend)
    who, _, event = place.partition(" ")
    if event not in ("callback", "readable"):
        {"a": a, "b": b}[who].on(event, raises)
    a.write(bytes(MANY), must_call(raises if place == "write callback" else None))
    a.write(b"more", must_call())
    a.end(b"last", must_call(raises if place == "end callback" else None))
    b.write(b"answer")
    if place == "b readable":
        # A stream whose 'readable' listener does not read waits for the next one.
        netuv.set_immediate(netuv.set_immediate, b.read, 0)
    if place == "a drain":
        a.end = lambda *args: a  # type: ignore[method-assign]
    came_out = run_again(run)
    assert (came_out, len(caught)) in [(1, 0), (0, 1)] or raises.calls == 0
    assert got == {a: b"answer", b: bytes(MANY) + b"more" + b"last"}


@pytest.mark.row("N11")
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("event", ["data", "end", "close", "resume", "pause", "readable"])
def test_a_listener_of_a_readable_raises(run: Run, must_call: MustCall, event: str, at_once: bool) -> None:
    """Nothing that is buffered is lost, and the end comes."""
    source = Source(30, at_once)
    got: list[bytes] = []
    raises = Once()
    source.on("close", must_call())
    source.on("end", must_call())
    if event == "readable":

        def readable() -> None:
            while (chunk := source.read()) is not None:
                got.append(chunk)
            raises()

        source.on("readable", readable)
    else:
        source.on("data", got.append)
        source.once("data", lambda data: (netuv.set_immediate(source.resume), source.pause()))
        source.on(event, raises)
    assert run_again(run) == 1
    assert b"".join(got) == b"".join(b"%d" % i for i in range(29, -1, -1))


@pytest.mark.row("N11")
def test_each_chunk_of_the_buffer_has_its_turn(run: Run, must_call: MustCall) -> None:
    """Every call of the listener raises, and each gets the next chunk."""
    source = Source(5, at_once=True)
    got: list[bytes] = []

    def on_data(data: bytes) -> None:
        got.append(data)
        raise Fault

    source.on("data", on_data)
    source.on("end", must_call())
    source.on("close", must_call())
    run_again(run)
    assert b"".join(got) == b"43210"


@pytest.mark.row("N12")
@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    "place", ["drain", "finish", "prefinish", "close", "callback 0", "callback 1", "callback 2", "end"]
)
def test_a_callback_of_a_writable_raises(run: Run, must_call: MustCall, place: str, at_once: bool) -> None:
    sink = Sink(at_once)
    raises = Once()
    heard: list[Any] = []
    sink.on("close", must_call())
    sink.on("error", heard.append)

    def call(name: str) -> Any:
        return must_call(lambda error: (heard.append(name), raises() if name == place else None))

    if place in ("drain", "finish", "prefinish", "close"):
        sink.on(place, raises)
    for number in range(3):
        sink.write(b"%d" % number, call(f"callback {number}"))
    if place == "drain":
        sink.on("drain", lambda: None)
        netuv.set_immediate(netuv.set_immediate, netuv.set_immediate, netuv.set_immediate, lambda: sink.end())
    else:
        sink.end(call("end"))
    count = run_again(run)
    assert sink.chunks == [b"0", b"1", b"2"]
    assert heard[:3] == ["callback 0", "callback 1", "callback 2"]
    if place == "prefinish" and at_once:  # within _final(), so it is the stream's error, as in Node
        assert (count, type(heard[3])) == (0, Fault)
    else:
        assert count == raises.calls <= 1
        assert sink.writable_finished


@pytest.mark.row("N12")
@pytest.mark.parametrize("where", ["write", "writev", "final", "read", "destroy"])
@pytest.mark.parametrize("interrupt", [False, True])
def test_a_hook_that_raises(run: Run, must_call: MustCall, where: str, interrupt: bool) -> None:
    """It is the stream's 'error'; an interrupt comes out, and the stream is not stuck afterwards."""
    failure: BaseException = KeyboardInterrupt() if interrupt else Fault()

    def hook(*args: Any) -> None:
        nonlocal failure
        if failure:
            raising, failure = failure, None  # type: ignore[assignment]
            raise raising

    class Fails(Own, Duplex):
        def _read(self, size: int) -> None:
            if where == "read":
                hook()
            self.push(None)

        def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
            if where == "write":
                hook()
            netuv.set_immediate(done, None)

        def _writev(self, chunks: Any, done: Any) -> None:
            if where == "writev":
                hook()
            done(None)

        def _final(self, done: Any) -> None:
            if where == "final":
                hook()
            done(None)

        def _destroy(self, error: Any, done: Any) -> None:
            if where == "destroy":
                hook()
            done(error)

    stream = Fails()
    seen: list[Any] = []
    stream.on("error", seen.append)
    stream.on("close", must_call(times=int(not (interrupt and where in ("final", "destroy")))))
    raised = 0

    def step(function: Callable[..., object], *args: Any) -> None:
        nonlocal raised
        try:
            function(*args)
        except KeyboardInterrupt:
            raised += 1

    heard = [must_call() for _ in range(3)]
    stream.resume()
    for callback in heard:
        step(stream.write, b"x", callback)
    step(stream.end)
    step(run)
    step(run)
    if interrupt:
        assert (raised, seen) == (1, [])
    else:
        assert [type(error) for error in seen] == [Fault]
        assert raised == 0


@pytest.mark.row("N11")
def test_listeners_of_removeListener_and_newListener(run: Run) -> None:
    """A 'readable' listener that could be removed only with an exception no longer holds up the flow."""
    source = Source(3, at_once=False)
    got: list[bytes] = []
    raises = Once()

    def readable() -> None:
        pass

    source.on("readable", readable)
    source.on("removeListener", raises)
    source.on("data", got.append)
    with pytest.raises(Fault):
        source.remove_listener("readable", readable)
    run()
    assert got == [b"2", b"1", b"0"]
    assert source.closed


@pytest.mark.row("S16")
def test_a_write_of_a_failed_connect_is_not_sent_by_the_next(
    run: Run, must_call: MustCall, short_path: Any
) -> None:
    got = bytearray()
    server = netuv.create_server(lambda peer: (peer.on("data", got.extend), server.close()))
    sock = netuv.Socket()
    sock.on("error", must_call())

    def again() -> None:
        sock.connect(str(short_path / "s"))
        sock.end(b"new", must_call())

    def listening() -> None:
        sock.connect(str(short_path / "nobody"))
        sock.write(b"old", must_call(lambda error: netuv.set_immediate(again)))

    server.listen(str(short_path / "s"), listening)
    run()
    assert got == b"new"
