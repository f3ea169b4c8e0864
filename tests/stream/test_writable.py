"""end(), cork() and the state of the writing half."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from helpers import MustCall

from netuv.stream import Writable
from tests.stream.wires import MANY, Wire, code, gather

# -- end ----------------------------------------------------------------------------------------------


@pytest.mark.row("S17")
def test_the_end_comes_after_the_queue(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        a.write(block)
        a.write(b"tail")
        assert a.end() is a
        assert (a.writable, a.writable_ended, a.writable_finished) == (False, True, False)
        b.on("data", received.update)
        b.on("end", must_call(lambda: digests.append(received.digest())))
        a.on("finish", must_call(lambda: states.append(a.writable_finished)))

    digests: list[bytes] = []
    states: list[bool] = []
    wire.run(main)
    assert digests == [hashlib.sha256(block + b"tail").digest()]
    assert states == [True]


@pytest.mark.row("S17", "N12")
@pytest.mark.parametrize("form", ["data", "encoding", "callback", "all", "nothing"])
def test_forms_of_end(wire: Wire, must_call: MustCall, form: str) -> None:
    received: list[bytearray] = []
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.on("finish", must_call(lambda: seen.append("finish")))
        callback = must_call(lambda error: seen.append(error), times=form in ("callback", "all"))
        if form == "data":
            a.end(b"x")
        elif form == "encoding":
            a.end("78", "hex")
        elif form == "callback":
            a.end(callback)
        elif form == "all":
            a.end("eA==", "base64", callback)
        else:
            a.end()

    wire.run(main)
    assert received == [b"" if form in ("callback", "nothing") else b"x"]
    assert seen == ([None, "finish"] if form in ("callback", "all") else ["finish"])


@pytest.mark.row("S17", "N12")
def test_end_twice(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        b.resume()
        a.end(must_call(lambda error: seen.append(("first", error))))
        a.end(must_call(lambda error: seen.append(("second", error))))
        a.on("finish", must_call(lambda: seen.append("finish")))
        a.on("error", must_call(times=0))

        def finished() -> None:
            a.end(must_call(lambda error: seen.append(("third", code(error)))))

        a.on("finish", finished)

    seen: list[Any] = []
    wire.run(main)
    assert seen[:3] == [("first", None), ("second", None), "finish"]
    assert seen[3] == ("third", "ERR_STREAM_ALREADY_FINISHED")


@pytest.mark.row("S17", "S29")
def test_end_closes_one_direction_only(wire: Wire, must_call: MustCall) -> None:
    """What the peer answers after it has seen the end still arrives."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.on("end", must_call(lambda: b.write(b"the answer")))
        b.resume()
        a.end(b"the question")
        a.on("finish", must_call(lambda: states.append((a.writable, a.readable, a.destroyed))))
        for stream in (a, b):
            stream.on("close", must_call(lambda *had_error: None))

    received: list[bytearray] = []
    states: list[Any] = []
    wire.run(main)
    assert received == [b"the answer"]
    assert states == [(False, True, False)]


@pytest.mark.row("S17", "N12")
def test_end_then_destroy(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        b.on("error", lambda error: None)
        a.on("finish", must_call(times=0))
        a.on("close", must_call(lambda *had_error: None))
        a.end(b"sent", must_call(lambda error: codes.append(code(error))))
        a.destroy()

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    assert received == [b"sent"]
    assert codes == ["ERR_STREAM_DESTROYED"]


# -- writing by hand ----------------------------------------------------------------------------------


@pytest.mark.row("N12")
def test_cork(wire: Wire, must_call: MustCall) -> None:
    """Nothing is sent before the last uncork(); then all of it, in order."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        assert a.writable_corked == 0
        a.cork()
        a.cork()
        assert a.writable_corked == 2
        assert a.write(b"one ", must_call(order.append)) is False
        assert a.write("two ", must_call(order.append)) is False
        assert a.writable_length == 8
        a.uncork()
        assert a.writable_corked == 1

        def later() -> None:
            assert received == [b""]
            assert order == []
            a.write(b"three")
            a.uncork()
            assert (a.writable_corked, a.writable_length) == (0, 0)
            a.cork()
            a.cork()
            a.uncork()
            assert a.write(b"!") is False
            assert a.writable_length == 1
            a.uncork()
            a.uncork()  # once too often: nothing
            assert a.writable_corked == 0
            a.on("drain", must_call(lambda: a.end()))

        wire.later(must_call(later))

    received: list[bytearray] = []
    order: list[Any] = []
    wire.run(main)
    assert received == [b"one two three!"]
    assert order == [None, None]


@pytest.mark.row("N12")
def test_cork_of_more_than_fits(wire: Wire) -> None:
    blocks = [os.urandom(size) for size in (100_000, 3, MANY, 70_000)]
    received = hashlib.sha256()
    order: list[Any] = []

    def main(a: Any, b: Any) -> None:
        a.cork()
        for number, block in enumerate(blocks):
            a.write(block, lambda error, number=number: order.append((number, error)))
        a.uncork()
        a.end(b"tail")
        b.on("data", received.update)

    wire.run(main)
    assert received.digest() == hashlib.sha256(b"".join(blocks) + b"tail").digest()
    assert order == [(number, None) for number in range(4)]


@pytest.mark.row("N12")
@pytest.mark.parametrize("how", ["end", "destroy"])
def test_end_and_destroy_of_a_corked_stream(wire: Wire, must_call: MustCall, how: str) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.cork()
        a.cork()
        a.write(b"one ", must_call(lambda error: codes.append(code(error))))
        a.write(b"two", must_call(lambda error: codes.append(code(error))))
        if how == "end":
            a.end()
        else:
            a.destroy()

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    assert received == [b"one two" if how == "end" else b""]
    assert codes == ([None, None] if how == "end" else ["ERR_STREAM_DESTROYED"] * 2)


@pytest.mark.row("N12")
def test_writable_states(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        def note() -> None:
            states.append((a.writable, a.writable_ended, a.writable_finished, a.destroyed))

        note()
        a.end(b"x", must_call(lambda error: note()))
        note()
        a.on("finish", must_call(note))
        a.on("close", must_call(lambda *had_error: note()))
        b.resume()
        a.resume()
        assert a.writable_high_water_mark == 65536

    states: list[Any] = []
    wire.run(main)
    assert states == [
        (True, False, False, False),
        (False, True, False, False),
        (False, True, True, False),
        (False, True, True, False),
        (False, True, True, True),
    ]


@pytest.mark.row("N12")
def test_end_callback_then_finish_then_close(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        for event in ("finish", "close", "end"):
            a.on(event, must_call(lambda *args, event=event: seen.append(event)))
        a.end(b"x", must_call(lambda error: seen.append("callback")))
        a.resume()
        b.resume()

    seen: list[Any] = []
    wire.run(main)
    assert seen == ["callback", "finish", "end", "close"]


@pytest.mark.row("N12")
def test_set_default_encoding(wire: Wire) -> None:
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.write("6162")
        assert a.set_default_encoding("hex") is a
        a.write("6162")
        a.write("6162", "latin1")
        a.end("63")

    wire.run(main)
    assert received == [b"6162ab6162c"]


@pytest.mark.row("N12")
def test_an_end_whose_prefinish_listener_destroys_calls_back() -> None:
    ticks: list[Any] = []
    heard: list[Any] = []

    class Target(Writable):
        def _next_tick(self, callback: Any, *args: Any) -> None:
            ticks.append((callback, args))

    target = Target()
    target.on("prefinish", lambda: target.destroy())
    target.end(heard.append)
    while ticks:
        callback, args = ticks.pop(0)
        callback(*args)
    assert [error.code for error in heard] == ["ERR_STREAM_DESTROYED"]
