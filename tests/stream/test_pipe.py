"""pipe() when a destination goes away, is no stream, or cannot be attached to."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Callable
from typing import Any

import pyee
import pytest
from helpers import LIMIT, LINGER_0, MustCall, Run, receive_all, tcp_pair

import netuv
from netuv.emitter import MaxListenersExceededWarning
from netuv.node import stream as node_stream
from netuv.stream import Readable, Writable
from tests.stream.wires import MANY, Own


class Source(Own, Readable):
    """Delivers so many chunks of 1000 bytes, each in a turn of its own."""

    def __init__(self, chunks: int = 20) -> None:
        super().__init__()
        self.left = chunks

    def _read(self, size: int) -> None:
        netuv.set_immediate(self.deliver)

    def deliver(self) -> None:
        self.left -= 1
        self.push(bytes(1000) if self.left >= 0 else None)


class Sink(Own, Writable):
    """Takes nothing until ``release()``; from then on all, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.done: Any = None
        self.released = False
        self.taken = 0

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.taken += len(chunk)
        if self.released:
            done(None)
        else:
            self.done = done

    def release(self) -> Sink:
        self.released = True
        if self.done is not None:
            self.done(None)
        return self


class Writer(netuv.EventEmitter):
    """No stream, but enough for pipe()."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def write(self, data: bytes) -> bool:
        self.calls.append(data)
        return True

    def end(self) -> None:
        self.calls.append("end")


def connected(family: int) -> tuple[socket.socket, socket.socket]:
    pair = socket.socketpair() if family == socket.AF_UNIX else tcp_pair()
    for each in pair:
        each.settimeout(LIMIT)
    return pair


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    sock.close()


def attached(*emitters: Any) -> list[dict[str, int]]:
    return [{name: each.listener_count(name) for name in each.event_names()} for each in emitters]


@pytest.mark.row("S19", "N10")
@pytest.mark.parametrize("beside", ["pipe", "listener"])
@pytest.mark.parametrize("how", ["destroy", "destroy with an error", "reset", "peer closes", "end"])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX], ids=["tcp", "unix"])
def test_a_socket_that_goes_away_holds_up_nobody(
    run: Run, peer: Any, must_call: MustCall, family: int, how: str, beside: str
) -> None:
    """It does not read, so the source waits for it; the other consumer gets everything all the same."""
    (feed, fed), (slow_peer, slow_end), (fast_peer, fast_end) = (connected(family) for _ in range(3))
    source = netuv.Socket(fd=fed.detach(), allow_half_open=True)
    slow, fast = netuv.Socket(fd=slow_end.detach()), netuv.Socket(fd=fast_end.detach())
    peer(lambda: (feed.sendall(bytes(MANY)), feed.close()))
    slow.on("error", lambda error: None)
    got = 0

    def count(data: bytes) -> None:
        nonlocal got
        got += len(data)

    def take(sock: socket.socket) -> int:
        with sock:
            return len(receive_all(sock))

    if beside == "pipe":
        fast_all = peer(take, fast_peer)
        source.pipe(fast.resume())
    else:
        fast.destroy()
        source.on("data", count)
    source.pipe(slow)

    def go_away() -> None:
        if how == "end":
            slow.end()
            slow.resume()
            peer(take, slow_peer)
        elif how == "reset":
            reset(slow_peer)
        elif how == "peer closes":
            slow_peer.close()
        else:
            slow.destroy(OSError("mine") if how.endswith("error") else None)

    def look(data: bytes) -> None:
        if slow.writable_need_drain:
            source.remove_listener("data", look)
            netuv.set_immediate(go_away)

    source.on("data", look)
    source.on("end", must_call(source.end))
    source.on("close", must_call())
    run()
    if beside == "pipe":
        got = fast_all.result()
    assert got == MANY
    for sock in (slow_peer, fast_peer):
        sock.close()


@pytest.mark.row("S19")
@pytest.mark.parametrize("beside", ["pipe", "listener"])
@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize("how", ["destroy", "error", "end", "finish emitted", "raises"])
def test_a_destination_in_memory_that_goes_away(
    run: Run, must_call: MustCall, how: str, waiting: bool, beside: str
) -> None:
    source, sink, other = Source(), Sink(), Sink().release()
    sink.on("error", lambda error: None)
    if not waiting:
        sink.release()

    def go_away() -> None:
        if how == "end":
            sink.release().end()
        elif how == "finish emitted":
            sink.emit("finish")
        elif how == "raises":

            def write(*args: Any) -> bool:
                raise ValueError("a bug in write()")

            sink.write = write  # type: ignore[method-assign]
            source.resume()
        else:
            sink.destroy(ValueError("mine") if how == "error" else None)

    source.pipe(sink)
    if beside == "pipe":
        source.pipe(other)
    else:
        source.on("data", other.write)
    source.once("data", lambda data: netuv.set_immediate(go_away))
    source.on("end", must_call())
    source.on("close", must_call())
    run()
    assert other.taken == 20_000


@pytest.mark.row("S19")
def test_pause_by_hand_outlives_a_destination(run: Run, must_call: MustCall) -> None:
    source, sink = Source(), Sink().release()
    source.pipe(sink)
    source.on("data", must_call(lambda data: (source.pause(), sink.destroy())))
    run()
    assert source.is_paused()


@pytest.mark.row("S19")
def test_a_destination_that_has_closed_before(run: Run, must_call: MustCall) -> None:
    source, sink, other = Source(), Sink(), Sink().release()
    sink.destroy()
    run()
    source.pipe(other)
    source.pipe(sink)
    source.on("close", must_call())
    run()
    assert other.taken == 20_000
    assert sink.taken == 0


@pytest.mark.row("S19")
def test_an_emitter_that_writes(run: Run) -> None:
    source, writer = Source(2), Writer()
    assert source.pipe(writer) is writer  # type: ignore[type-var]
    run()
    assert writer.calls == [bytes(1000), bytes(1000), "end"]


@pytest.mark.row("S19")
@pytest.mark.parametrize("end", [True, False])
def test_write_on_and_emit_are_enough(run: Run, must_call: MustCall, end: bool) -> None:
    """And an answer of None does not mean to wait."""

    class Least:
        def __init__(self) -> None:
            self.emitter = pyee.EventEmitter()
            self.on, self.emit = self.emitter.on, self.emitter.emit
            self.written: list[Any] = []
            self.write = self.written.append

    source, least = Source(2), Least()
    source.pipe(least, end=end)  # type: ignore[type-var]
    source.on("close", must_call())
    run()
    assert least.written == [bytes(1000)] * 2


@pytest.mark.row("S19")
def test_an_emitter_of_pyee(run: Run, must_call: MustCall) -> None:
    class Writer(pyee.EventEmitter):
        def write(self, data: bytes) -> bool:
            netuv.set_immediate(self.emit, "drain")
            return False

    source, writer = Source(3), Writer()
    source.pipe(writer, end=False)  # type: ignore[type-var]
    source.on("close", must_call())
    run()
    assert not any(writer.listeners(name) for name in ("drain", "error", "close", "finish", "unpipe"))

    source = Source(3)
    source.pipe(writer)  # type: ignore[type-var]
    with pytest.raises(ValueError, match="mine"):
        writer.emit("error", ValueError("mine"))
    source.destroy()
    run()


@pytest.mark.row("S19")
@pytest.mark.parametrize("lacks", ["write", "on", "emit"])
def test_what_cannot_be_a_destination(run: Run, lacks: str) -> None:
    """It is refused before anything is attached."""
    source, writer = Source(), Writer()
    setattr(writer, lacks, None)
    with pytest.raises(TypeError, match="destination") as caught:
        source.pipe(writer)  # type: ignore[type-var]
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
    assert attached(source, writer) == [{}, {}]
    assert source.readable_flowing is None


def fail(*args: Any) -> None:
    raise ValueError("mine")


def test_a_pipe_that_fails_leaves_nothing(run: Run, must_call: MustCall) -> None:
    for emitter, event in [("sink", "pipe"), ("sink", "newListener"), ("source", "newListener")]:
        source, sink = Source(2), Sink()
        who = {"sink": sink, "source": source}[emitter]
        who.on(event, fail)
        before = attached(source, sink)
        with pytest.raises(ValueError, match="mine"):
            source.pipe(sink)
        assert attached(source, sink) == before
        assert source.readable_flowing is None
        who.remove_all_listeners(event)
        source.pipe(sink.release())  # nothing was lost
        sink.on("finish", must_call())
        run()
        assert sink.taken == 2000


@pytest.mark.parametrize("count", range(1, 5))
def test_a_destination_whose_on_fails(run: Run, count: int) -> None:
    class Refuses(Writer):
        calls_left = count

        def on(self, event: str, f: Any = None) -> Any:
            self.calls_left -= 1
            if not self.calls_left:
                raise ValueError("mine")
            return super().on(event, f)

        def prepend_listener(self, event: str, f: Any) -> Any:
            return self.on(event, f)

    source, writer = Source(), Refuses()
    if count < 4:
        with pytest.raises(ValueError, match="mine"):
            source.pipe(writer)  # type: ignore[type-var]
        assert attached(source, writer) == [{}, {}]
    source.destroy()
    run()


def test_a_leak_warning_that_is_an_exception(run: Run) -> None:
    source = Source()
    for _ in range(10):
        source.on("data", lambda data: None)
    source.pause()
    sink = Sink()
    before = attached(source, sink)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(MaxListenersExceededWarning):
            source.pipe(sink)
    assert attached(source, sink) == before
    source.destroy()
    run()


def test_unpipe_whatever_its_listeners_raise(run: Run) -> None:
    """All destinations are let go of, and told."""
    source, sinks, told = Source(), [Sink() for _ in range(3000)], []
    sinks[0].on("unpipe", fail)
    source.on("pause", fail)
    sinks[1].on("removeListener", fail)
    for sink in sinks:
        source.set_max_listeners(0)
        source.pipe(sink)
        sink.on("unpipe", told.append)
    with pytest.raises(ValueError, match="mine"):
        source.unpipe()
    assert len(told) == len(sinks) - 1
    assert not any(sink.listener_count("close") for sink in sinks)
    assert source.listener_count("data") == 0
    source.destroy()
    run()


def test_unpipe_when_every_listener_raises(run: Run) -> None:
    """However many they are: the first is raised, and the others are behind it."""
    source, sinks = Source(), [Sink() for _ in range(3000)]
    for sink in sinks:
        source.set_max_listeners(0)
        source.pipe(sink)
        sink.on("unpipe", fail)
    with pytest.raises(ValueError, match="mine") as caught:
        source.unpipe()
    raised, error = 0, caught.value
    while error is not None:
        raised, error = raised + 1, error.__context__
    assert raised == len(sinks)
    source.destroy()
    run()


def test_two_pipes_to_one_destination(run: Run, must_call: MustCall) -> None:
    """An 'error' nobody listens to is still raised, once."""
    source, sink = Source(), Sink()
    source.pipe(sink)
    source.pipe(sink)
    sink.on("close", must_call())
    sink.destroy(ValueError("mine"))
    with pytest.raises(ValueError, match="mine"):
        run()
    run()
    assert attached(sink)[0].keys() == {"close"}
    source.destroy()
    run()


def test_unpipe_before_the_tick_of_an_ended_source(run: Run) -> None:
    source, sink = Source(0), Sink()
    source.resume()
    run()
    assert source.readable_ended
    source.pipe(sink)
    source.unpipe(sink)
    run()
    assert not sink.writable_ended


def test_pipe_under_nodes_names(run: Run) -> None:
    class R(node_stream.Readable):
        def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
            netuv.next_tick(callback, *args)

        def _read(self, size: int) -> None:
            pass

    source, writer = R(), Writer()
    source.pipe(writer, {"end": False})  # type: ignore[type-var]
    source.push(b"x")
    source.push(None)
    run()
    assert writer.calls == [b"x"]
