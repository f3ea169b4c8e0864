"""allow_half_open: what the peer's end does."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from helpers import MustCall

from tests.stream.wires import MANY, Wire, code, gather


@pytest.mark.row("S29")
def test_not_half_open_flushes_the_queue_then_closes(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        b.write(block)
        b.on("end", must_call(lambda: seen.append(("end", b.writable_length > 0))))
        b.on("finish", must_call(lambda: seen.append("finish")))
        b.on("close", must_call(lambda *had_error: seen.append("close")))
        b.resume()
        a.end()
        a.on("end", must_call())
        reading = must_call(lambda: a.on("data", received.update))
        b.on("end", lambda: wire.later(reading))

    seen: list[Any] = []
    wire.run(main)
    assert seen == [("end", True), "finish", "close"]
    assert received.digest() == hashlib.sha256(block).digest()


@pytest.mark.row("S29")
def test_half_open_waits_for_ones_own_end(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.resume()
        a.end()

        def after_the_end() -> None:
            assert (b.writable, b.readable, b.destroyed) == (True, False, False)
            assert b.write(b"one ") is True
            wire.later(must_call(later_still))

        def later_still() -> None:
            assert (b.writable, b.destroyed) == (True, False)
            b.end(b"two")

        b.on("end", must_call(lambda: wire.later(must_call(after_the_end))))
        for stream in (a, b):
            stream.on("close", must_call(lambda *had_error: None))

    received: list[bytearray] = []
    wire.run(main, allow_half_open=True)
    assert received == [b"one two"]


@pytest.mark.row("S29")
def test_write_after_the_peer_has_ended(wire: Wire, must_call: MustCall) -> None:
    """In the listener of 'end' it is still sent; once this side has ended itself it is an error."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.resume()
        b.on("error", must_call(lambda error: codes.append(code(error))))

        def on_end() -> None:
            b.write(b"in ")
            wire.tick(b.write, b"time")  # this side is ended a tick later
            wire.tick(wire.tick, late)

        b.on("end", must_call(on_end))
        a.end()

        def late() -> None:
            assert b.writable_ended is True
            b.write(b"late", must_call(lambda error: codes.append(code(error))))

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    name = "ERR_STREAM_WRITE_AFTER_END" if wire.name == "memory" else "EPIPE"
    assert codes == [name, name]
    assert received == [b"in time"]


@pytest.mark.row("S29")
def test_end_with_data_after_the_peer_has_ended(wire: Wire, must_call: MustCall) -> None:
    """It is a write after the end, on a socket too: only write() blames the other side, as in Node."""

    def main(a: Any, b: Any) -> None:
        a.resume()
        b.resume()
        b.on("error", must_call(lambda error: codes.append(code(error))))
        b.on("end", must_call(lambda: wire.tick(wire.tick, late)))
        a.end()

        def late() -> None:
            assert b.writable_ended is True
            b.end(b"late", must_call(lambda error: codes.append(code(error))))

    codes: list[Any] = []
    wire.run(main)
    assert codes == ["ERR_STREAM_WRITE_AFTER_END"] * 2
