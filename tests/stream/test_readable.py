"""Reading by hand: 'readable', read(), unshift(), what flows and what waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from helpers import MustCall, watch

from netuv.stream import Readable
from tests.stream.wires import MANY, Sink, Wire, code


@pytest.mark.row("N11")
def test_readable_and_read(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(300_000)
    received = bytearray()
    emitted = bytearray()

    def main(a: Any, b: Any) -> None:
        def on_readable() -> None:
            while (chunk := b.read()) is not None:
                received.extend(chunk)

        b.on("readable", on_readable)
        assert (b.readable_flowing, b.is_paused()) == (False, True)
        b.on("data", emitted.extend)  # what read() returns is emitted as well
        assert b.readable_flowing is False
        b.on("end", must_call(lambda: states.append((b.readable_ended, b.readable))))
        assert (b.readable_ended, b.readable) == (False, True)
        a.end(block)

    states: list[Any] = []
    wire.run(main)
    assert received == emitted == block
    assert states == [(True, False)]


@pytest.mark.row("N11")
def test_read_of_n_bytes(wire: Wire, must_call: MustCall) -> None:
    """None when there is less; all that is left when the stream has ended."""
    pieces: list[Any] = []

    def main(a: Any, b: Any) -> None:
        def first() -> None:
            assert b.readable_length == 10
            assert b.read(0) is None
            pieces.append(b.read(4))
            assert b.readable_length == 6
            assert b.read(7) is None
            pieces.append(b.read(1))
            assert b.readable_length == 5
            b.on("readable", rest)
            a.end(b"kl")

        def rest() -> None:
            while (chunk := b.read(5)) is not None:
                pieces.append(chunk)

        b.once("readable", first)
        b.on("end", must_call())
        a.write(b"abcdefghij")

    wire.run(main)
    assert pieces == [b"abcd", b"e", b"fghij", b"kl"]


@pytest.mark.row("N11", "S19")
def test_read_ahead_is_bounded(wire: Wire, must_call: MustCall) -> None:
    """Without a reader at most a high-water mark is taken, and the read that passed it."""

    def main(a: Any, b: Any) -> None:
        assert b.readable_high_water_mark == 65536
        assert (b.readable_flowing, b.readable_length) == (None, 0)
        a.end(bytes(MANY))
        wire.later(lambda: wire.later(lambda: wire.later(look)))

        def look() -> None:
            lengths.append(b.readable_length)
            if len(lengths) < 5:
                wire.later(look)
            else:
                b.on("data", lambda data: total.append(len(data)))

    lengths: list[int] = []
    total: list[int] = []
    wire.run(main)
    assert 0 < max(lengths) <= 2 * 65536
    assert sum(total) == MANY


@pytest.mark.row("N11")
def test_unshift(wire: Wire, must_call: MustCall) -> None:
    received: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def header(data: bytes) -> None:
            line, _, rest = data.partition(b"\n")
            received.append(line)
            b.remove_listener("data", header)
            b.pause()
            assert b.unshift(rest) is True
            assert b.readable_length == len(rest)
            b.unshift("front ")
            b.on("data", received.append)
            wire.later(lambda: b.resume())

        b.on("data", header)
        b.on("end", must_call(lambda: after(b)))
        a.end(b"head\nbody")

    def after(b: Any) -> None:
        b.on("error", must_call(lambda error: codes.append(code(error))))
        b.unshift(b"too late")

    codes: list[Any] = []
    wire.run(main)
    assert received[0] == b"head"
    assert b"".join(received[1:]) == b"front body"
    assert codes == ["ERR_STREAM_UNSHIFT_AFTER_END_EVENT"]


@pytest.mark.row("N11")
def test_unshift_and_encodings(wire: Wire) -> None:
    received: list[Any] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding("utf8")
        b.pause()
        b.unshift("ä".encode())
        b.unshift("c3b6", "hex")
        b.unshift(bytearray(b"x"))
        b.on("data", received.append)
        b.resume()
        a.end(b"end")

    wire.run(main)
    assert "".join(received) == "xöäend"


@pytest.mark.row("N11", "S19")
def test_flowing_states(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        states = [(b.readable_flowing, b.is_paused())]
        listener = must_call(times=0)
        b.on("data", listener)
        states.append((b.readable_flowing, b.is_paused()))
        assert b.pause() is b
        states.append((b.readable_flowing, b.is_paused()))
        b.remove_listener("data", listener)
        b.on("data", lambda data: None)
        states.append((b.readable_flowing, b.is_paused()))
        assert b.resume() is b
        states.append((b.readable_flowing, b.is_paused()))
        found.extend(states)
        a.end(b"x")

    found: list[Any] = []
    wire.run(main)
    assert found == [(None, False), (True, False), (False, True), (False, True), (True, False)]


def swap_listeners(b: Any, first: Any, second: Any) -> None:
    b.remove_listener("data", first)
    b.on("data", second)


# What a listener of 'data' does during the first chunk, and who gets the second one then.
CHANGES: dict[str, tuple[Callable[[Any, Any, Any], object], list[Any]]] = {
    "nothing": (lambda b, first, second: None, ["first"]),
    "add": (lambda b, first, second: b.on("data", second), ["first", "second"]),
    "prepend": (lambda b, first, second: b.prepend_listener("data", second), ["second", "first"]),
    "add once": (lambda b, first, second: b.once("data", second), ["first", "second"]),
    "remove": (lambda b, first, second: b.remove_listener("data", first), []),
    "remove all": (lambda b, first, second: b.remove_all_listeners("data"), []),
    "remove all there are": (lambda b, first, second: b.remove_all_listeners(), []),
    "swap": (swap_listeners, ["second"]),
    "pause": (lambda b, first, second: b.pause(), []),
    "pause and resume": (lambda b, first, second: b.pause().resume(), ["first"]),
    "destroy": (lambda b, first, second: b.destroy(), []),
    "encoding": (lambda b, first, second: b.set_encoding("latin1"), ["first"]),
}


@pytest.mark.row("S26", "N11", "N13", "S27")
@pytest.mark.parametrize("change", CHANGES)
def test_changes_while_data_flows(wire: Wire, must_call: MustCall, change: str) -> None:
    """The next chunk goes to those who listen then, in the way that was set by then."""
    do, expected = CHANGES[change]
    seen: list[tuple[str, Any]] = []

    def main(a: Any, b: Any) -> None:
        def first(data: Any) -> None:
            seen.append(("first", data))
            if len(seen) == 2:
                do(b, first, second)
                wire.later(must_call(lambda: a.write(b"3")))
                wire.later(look)

        def second(data: Any) -> None:
            seen.append(("second", data))

        def look() -> None:
            there = len(seen) >= 2 + len(expected)
            wire.later((lambda: wire.later(finish)) if there else look)

        def finish() -> None:
            found.extend(seen)
            a.destroy()
            b.destroy()

        for stream in (a, b):
            stream.on("error", lambda error: None)
        b.on("data", first)
        b.once("data", lambda data: a.write(b"2"))  # when the flow has begun
        a.write(b"1")

    found: list[Any] = []
    wire.run(main)
    assert found[:2] == [("first", b"1"), ("first", b"2")]
    assert found[2:] == [(who, "3" if change == "encoding" else b"3") for who in expected]


@pytest.mark.row("S28", "N11")
def test_pipe_and_unpipe_while_data_flows(wire: Wire, must_call: MustCall) -> None:
    sink = Sink(wire)
    seen: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def on_data(data: bytes) -> None:
            seen.append(data)
            if data == b"1":
                b.pipe(sink)
                a.write(b"2")
            elif data == b"2":
                wire.later(must_call(unpipe))

        def unpipe() -> None:
            assert b.is_paused() is True
            assert sink.take()
            wire.later(must_call(flowing))

        def flowing() -> None:
            assert b.is_paused() is False
            b.unpipe(sink)
            assert b.is_paused() is True
            b.resume()
            a.end(b"3")

        b.on("data", on_data)
        a.write(b"1")

    wire.run(main)
    assert seen == [b"1", b"2", b"3"]
    assert sink.chunks == [b"2"]


@pytest.mark.row("N11")
def test_a_readable_listener_while_data_flows(wire: Wire, must_call: MustCall) -> None:
    """'readable' wins: nothing flows any more, but what read() returns is emitted as 'data'."""
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        def on_data(data: bytes) -> None:
            seen.append(data)
            if data == b"1":
                b.on("readable", on_readable)
                assert b.readable_flowing is False
                a.end(b"2")

        def on_readable() -> None:
            while (chunk := b.read()) is not None:
                seen.append(("read", chunk))

        b.on("data", on_data)
        b.on("end", must_call())
        a.write(b"1")

    wire.run(main)
    assert seen == [b"1", b"2", ("read", b"2")]


@pytest.mark.row("N11")
def test_without_a_listener_nothing_ends(wire: Wire, must_call: MustCall) -> None:
    """'end' and 'close' come only when what has arrived was read."""

    def main(a: Any, b: Any) -> None:
        seen = watch(b, "end", "close")
        a.end(b"unread")
        found.append(seen)

        def look() -> None:
            looks.append(list(seen))
            if len(looks) < 5:
                wire.later(look)
            else:
                assert b.readable_length == 6
                b.resume()

        look()

    looks: list[Any] = []
    found: list[Any] = []
    wire.run(main)
    assert looks == [[]] * 5
    assert [event if isinstance(event, str) else event[0] for event in found[0]] == ["end", "close"]


@pytest.mark.row("N11", "S18")
def test_destroy_is_no_end(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        a.on("error", lambda error: None)
        a.resume()
        b.on("end", must_call(times=0))
        b.on("close", must_call(lambda *had_error: None))
        b.on("data", must_call(lambda data: b.destroy()))
        a.write(b"x")
        ends.append(b)

    ends: list[Any] = []
    wire.run(main)
    assert ends[0].readable_ended is False
    assert ends[0].readable_aborted is True
    assert ends[0].readable is False


@pytest.mark.row("N11")
def test_a_read_before_the_readable_tick_does_not_stop_the_flow() -> None:
    """What a push has announced may be read before the tick comes; later data must flow all the same."""
    ticks: list[Any] = []

    class Source(Readable):
        def _next_tick(self, callback: Any, *args: Any) -> None:
            ticks.append((callback, args))

        def _read(self, size: int) -> None:
            if not self.readable_did_read:
                self.push(b"first")

    def turn() -> None:
        while ticks:
            callback, args = ticks.pop(0)
            callback(*args)

    source = Source()
    assert source.read() == b"first"
    turn()
    source.resume()  # nobody listens to 'data', so it is thrown away
    turn()
    source.push(b"second")
    turn()
    assert source.readable_length == 0
