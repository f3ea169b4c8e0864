"""pipe(): backpressure, the end, unpipe(), several destinations; over every transport."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from helpers import LARGEST_READ, MustCall, watch

from tests.stream.wires import MANY, MemoryStream, MemoryWire, Scheduler, Sink, Wire, gather


@pytest.mark.row("S28", "S16", "S19")
def test_an_echo_with_backpressure_both_ways(wire: Wire, must_call: MustCall) -> None:
    """The client writes all before it reads anything; nobody holds more than a little of it."""
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        assert b.pipe(b) is b
        a.write(block)
        a.end(block)

        stuck = 0  # turns in a row that found the echo paused

        def look() -> None:
            nonlocal stuck
            assert max(b.readable_length, b.writable_length) <= LARGEST_READ
            stuck = stuck + 1 if b.is_paused() else 0
            if stuck < 5:
                wire.later(look)
            else:
                assert a.writable_length > 0
                a.on("data", received.update)

        look()
        a.on("close", must_call(lambda *had_error: None))
        b.on("close", must_call(lambda *had_error: None))

    wire.run(main)
    assert received.digest() == hashlib.sha256(block + block).digest()


@pytest.mark.row("S28")
def test_pipe_waits_for_a_slow_destination(wire: Wire, must_call: MustCall) -> None:
    """The source is read only when the destination has taken what it has."""
    block = os.urandom(1 << 20)
    sink = Sink(wire)

    def main(a: Any, b: Any) -> None:
        assert b.pipe(sink) is sink
        a.end(block)

        def look() -> None:
            if sink.done is not None:
                assert b.is_paused() is True
                assert len(sink.chunks) == turns[0] + 1
                turns[0] += 1
                sink.take()
            if not sink.writable_finished:
                wire.later(look)

        look()

    turns = [0]
    sink.on("finish", must_call())
    wire.run(main)
    assert b"".join(sink.chunks) == block
    assert turns[0] == len(sink.chunks) > 4


@pytest.mark.row("S28")
@pytest.mark.parametrize("options", [{}, {"end": True}, {"end": False}])
def test_pipe_ends_the_destination(wire: Wire, must_call: MustCall, options: dict[str, bool]) -> None:
    sink = Sink(wire)
    seen = watch(sink, "pipe", "unpipe", "finish")
    sources: list[Any] = []

    def main(a: Any, b: Any) -> None:
        sources.append(b)
        b.pipe(sink, **options)
        b.on("end", must_call())
        a.end(b"x")
        wire.later(lambda: wire.later(sink.take))

    wire.run(main)
    while sink.take():
        pass
    if isinstance(wire, MemoryWire):
        wire.scheduler.run()
    assert sink.chunks == [b"x"]
    assert seen[0] == ("pipe", sources[0])
    if options.get("end", True):
        assert sink.writable_ended is True
        assert "finish" in seen
    else:
        assert sink.writable_ended is False
        assert seen[1:] == [("unpipe", sources[0])]
        assert sink.write(b"more") is False


@pytest.mark.row("S28", "N11")
@pytest.mark.parametrize("named", [True, False])
def test_unpipe(wire: Wire, must_call: MustCall, named: bool) -> None:
    sink = Sink(wire)
    seen = watch(sink, "pipe", "unpipe", "finish")
    rest: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def part() -> None:
            if sink.done is None:
                wire.later(part)
                return
            assert b.unpipe(sink if named else None) is b
            assert b.unpipe(sink) is b  # again: nothing
            assert seen == [("pipe", b), ("unpipe", b)]
            assert b.is_paused() is True
            assert b.readable_flowing is False
            sink.take()
            a.end(b"two")
            wire.later(must_call(go_on))

        def go_on() -> None:
            assert rest == []
            b.on("data", rest.append)
            b.resume()

        b.pipe(sink)
        a.write(b"one")
        part()

    wire.run(main)
    assert (sink.chunks, rest) == ([b"one"], [b"two"])
    assert len(seen) == 2


@pytest.mark.row("S28")
def test_the_slower_of_two_destinations_sets_the_pace(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(500_000)
    fast, slow = Sink(wire), Sink(wire)

    def main(a: Any, b: Any) -> None:
        b.pipe(fast)
        b.pipe(slow)
        a.end(block)

        def look() -> None:
            fast.take()
            assert len(fast.chunks) - len(slow.chunks) <= 1
            if slow.done is not None:
                turns[0] += 1
                if turns[0] % 3 == 0:
                    slow.take()
            if not slow.writable_finished:
                wire.later(look)

        look()

    turns = [0]
    fast.on("finish", must_call())
    slow.on("finish", must_call())
    wire.run(main)
    assert b"".join(fast.chunks) == b"".join(slow.chunks) == block


@pytest.mark.row("S28")
@pytest.mark.parametrize("how", ["destroy", "error"])
def test_a_destination_that_dies(wire: Wire, must_call: MustCall, how: str) -> None:
    """The pipe is taken back; the source lives on."""
    sink = Sink(wire)
    failure = ValueError("mine")
    seen = watch(sink, "unpipe", "error")
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        def died(*args: Any) -> None:
            assert not b.destroyed
            received.append(gather(b))
            b.resume()
            a.end(b"lives on")

        b.pipe(sink)
        sink.on("close", must_call(died))
        sink.destroy(failure if how == "error" else None)

    wire.run(main)
    assert received == [b"lives on"]
    assert {event[0] for event in seen} == ({"error", "unpipe"} if how == "error" else {"unpipe"})
    assert len(seen) == (2 if how == "error" else 1)


@pytest.mark.row("S28", "N14")
def test_pipe_to_what_is_no_stream() -> None:
    stream = MemoryStream(Scheduler())
    with pytest.raises(TypeError, match="destination"):
        stream.pipe("no stream")  # type: ignore[type-var]
