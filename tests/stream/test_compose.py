"""compose(), duplex_from() and duplex_pair(), beyond the conformance pairs."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from helpers import MustCall, Run, code_of, tcp_pair, watch

import netuv
from netuv import stream
from netuv.stream import Duplex, PassThrough, Readable, Transform, Writable


def upper() -> Transform:
    return Transform(transform=lambda chunk, encoding, callback: callback(None, chunk.upper()))


def gather(readable: Any) -> list[Any]:
    chunks: list[Any] = []
    readable.on("data", chunks.append)
    return chunks


@pytest.mark.row("N19")
def test_much_goes_through_slowly(run: Run, must_call: MustCall) -> None:
    """Back-pressure in both directions."""
    composed = stream.compose(upper(), PassThrough(high_water_mark=100), upper())
    chunks: list[bytes] = []

    def write(chunk: Any, encoding: Any, callback: Any) -> None:
        chunks.append(chunk)
        netuv.set_immediate(callback)

    pieces = [b"x" * 10_000 for _ in range(50)]
    stream.pipeline(pieces, composed, Writable(write=write, high_water_mark=1), must_call(None))
    run()
    assert b"".join(chunks) == b"X" * 500_000


@pytest.mark.row("N19")
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_protocol_in_front_of_a_socket(run: Run, kind: str) -> None:
    """What is written is made upper case and goes to the peer; what the peer says comes out."""
    near, far = tcp_pair() if kind == "tcp" else socket.socketpair()
    sock = netuv.Socket(fd=near.detach(), allow_half_open=True)
    composed = stream.compose(upper(), sock)
    chunks = gather(composed)
    composed.end("hello")
    with far:
        far.sendall(b"answer")
        far.shutdown(socket.SHUT_WR)
        run()
        assert far.recv(100) == b"HELLO"
    assert b"".join(chunks) == b"answer"
    assert sock.closed
    assert composed.closed


@pytest.mark.row("N19")
def test_a_socket_that_is_reset_inside(run: Run) -> None:
    near, far = socket.socketpair()
    sock = netuv.Socket(fd=near.detach())
    composed = stream.compose(upper(), sock)
    seen = watch(composed, "end", "error", "close")
    composed.write("x")
    netuv.set_immediate(far.close)  # with data unread
    run()
    assert seen[1:] == ["close"]
    assert seen[0][1].code in ("ECONNRESET", "EPIPE")
    assert sock.destroyed


@pytest.mark.row("N19")
def test_iterables_and_objects(run: Run) -> None:
    composed = stream.compose([1, 2], PassThrough(object_mode=True))
    assert composed.readable_object_mode
    assert not composed.writable
    chunks = gather(composed)
    run()
    assert chunks == [1, 2]


@pytest.mark.row("N19")
def test_what_compose_refuses() -> None:
    for wrong, code in (
        ((PassThrough(), 5), "ERR_INVALID_ARG_TYPE"),
        ((PassThrough(), lambda chunks: chunks, PassThrough()), "ERR_INVALID_ARG_TYPE"),
        ((PassThrough(), PassThrough().destroy()), "ERR_INVALID_ARG_VALUE"),
        ((5, PassThrough()), "ERR_INVALID_ARG_TYPE"),
    ):
        assert code_of(lambda wrong=wrong: stream.compose(*wrong)) == code  # type: ignore[misc]


# -- duplex_from -------------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_a_duplex_of_two(run: Run, must_call: MustCall) -> None:
    written: list[Any] = []
    joined = stream.duplex_from({"readable": ["a", "b"], "writable": Writable(write=done(written))})
    assert (joined.readable, joined.writable) == (True, True)
    chunks = gather(joined)
    joined.on("finish", must_call())
    joined.on("close", must_call())
    joined.end("x")
    run()
    assert (chunks, written) == (["a", "b"], [b"x"])


def done(written: list[Any]) -> Any:
    def write(chunk: Any, encoding: Any, callback: Any) -> None:
        written.append(chunk)
        callback()

    return write


@pytest.mark.row("N19")
@pytest.mark.parametrize("half", ["readable", "writable"])
def test_a_half_that_fails_ends_the_other(run: Run, half: str) -> None:
    halves: dict[str, Any] = {
        "readable": Readable(read=lambda size: None),
        "writable": Writable(write=done([])),
    }
    joined = stream.duplex_from(halves)
    seen = watch(joined, "error", "close")
    netuv.set_immediate(halves[half].destroy, ValueError("boom"))
    run()
    assert seen[1:] == ["close"]
    assert str(seen[0][1]) == "boom"
    assert all(each.destroyed for each in halves.values())


@pytest.mark.row("N19")
def test_destroy_of_a_duplex_of_two(run: Run) -> None:
    """Also when one of them is done already."""
    for early in (False, True):
        readable, writable = Readable(read=lambda size: None), Writable(write=done([]))
        joined = stream.duplex_from({"readable": readable, "writable": writable})
        joined.on("error", lambda error: None)
        if early:
            readable.push(None)
            joined.resume()
            run()
        joined.destroy()
        run()
        assert readable.destroyed
        assert writable.destroyed
        assert joined.closed


@pytest.mark.row("N19")
@pytest.mark.by_itself("an async generator is refused where no asyncio runs")
def test_what_duplex_from_takes(run: Run) -> None:
    through = PassThrough()
    assert stream.duplex_from(through) is through
    assert isinstance(stream.duplex_from(Writable(write=done([]))), Duplex)
    whole = stream.duplex_from("abc")
    chunks = gather(whole)
    run()
    assert chunks == ["abc"]

    async def generator() -> Any:
        yield

    for wrong in (5, None, {}, generator(), {"readable": 5}, {"source": []}):
        with pytest.raises(TypeError):
            stream.duplex_from(wrong)


# -- duplex_pair -------------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_much_between_two_ends(run: Run, must_call: MustCall) -> None:
    a, b = stream.duplex_pair(high_water_mark=1000)
    stream.pipeline(b, upper(), b, must_call(None))
    chunks = gather(a)
    stream.pipeline([b"x" * 999 for _ in range(200)], a, must_call(None))
    run()
    assert b"".join(chunks) == b"X" * 199_800
    assert a.closed
    assert b.closed


@pytest.mark.row("N19")
def test_both_ends_take_the_options() -> None:
    for end in stream.duplex_pair({"object_mode": True}, allow_half_open=False):
        assert end.readable_object_mode
        assert not end.allow_half_open
    assert code_of(lambda: stream.duplex_pair(objectmode=True)) == "ERR_UNKNOWN_OPTION"
