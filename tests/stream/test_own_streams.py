"""Streams of one's own: what the hooks may do, in Node's order."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall, Run

import netuv
from netuv.stream import Readable, Writable
from tests.stream.wires import Own


class Source(Own, Readable):
    def _read(self, size: int) -> None:
        pass


class Plain(Own, Writable):
    """Neither _writev() nor _final()."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks: list[bytes] = []

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.chunks.append(bytes(chunk))
        done(None)


def watch(stream: Any) -> list[Any]:
    seen: list[Any] = []
    for event in ("prefinish", "finish", "end", "close", "drain", "readable"):
        if event != "readable":
            stream.on(event, lambda *args, event=event: seen.append(event))
    stream.on("error", lambda error: seen.append(error.code))
    return seen


@pytest.mark.row("N12")
@pytest.mark.parametrize("later", [False, True])
def test_a_write_that_is_done_twice(run: Run, later: bool) -> None:
    class Twice(Plain):
        def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
            done(None)
            if later:
                netuv.set_immediate(done, None)
            else:
                done(None)

    stream = Twice()
    seen = watch(stream)
    stream.write(b"x", lambda error: seen.append(("callback", error)))
    run()
    assert seen == [("callback", None), "ERR_MULTIPLE_CALLBACK", "close"]


@pytest.mark.row("N12")
@pytest.mark.parametrize("later", [False, True])
def test_a_final_that_is_done_twice(run: Run, later: bool) -> None:
    class Twice(Plain):
        def _final(self, done: Any) -> None:
            def both() -> None:
                done(None)
                done(None)

            if later:
                netuv.set_immediate(both)
            else:
                both()

    stream = Twice()
    seen = watch(stream)
    stream.end()
    run()
    assert seen == ["prefinish", "finish", "ERR_MULTIPLE_CALLBACK", "close"]


@pytest.mark.row("N12")
def test_a_destroy_that_is_done_twice(run: Run) -> None:
    class Twice(Plain):
        def _destroy(self, error: Any, done: Any) -> None:
            done(error)
            done(ValueError("too late"))

    stream = Twice()
    seen = watch(stream)
    stream.destroy()
    run()
    assert seen == ["close"]
    assert stream.errored is None


@pytest.mark.row("N12")
@pytest.mark.parametrize("final", [False, True])
def test_destroy_right_after_end(run: Run, final: bool) -> None:
    """Without a _final() nothing has finished; with one that is done, it has."""

    class Final(Plain):
        def _final(self, done: Any) -> None:
            done(None)

    stream = (Final if final else Plain)()
    seen = watch(stream)
    stream.end(lambda error: seen.append(error and error.code))
    stream.destroy()
    run()
    if final:
        assert seen == ["prefinish", None, "finish", "close"]
    else:
        assert sorted(map(str, seen)) == sorted(["prefinish", "ERR_STREAM_DESTROYED", "close"])


@pytest.mark.row("N12")
def test_queued_chunks_are_written_one_by_one(run: Run) -> None:
    class Slow(Plain):
        def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
            seen.append(bytes(chunk))
            netuv.set_immediate(done, None)

    stream = Slow()
    seen: list[Any] = []
    for letter in "abc":
        stream.write(letter, lambda error, letter=letter: seen.append(letter))
    stream.end()
    run()
    assert seen == [b"a", b"b", "a", b"c", "b", "c"]


@pytest.mark.row("N12")
def test_corked_chunks_are_written_one_by_one(run: Run) -> None:
    stream = Plain()
    stream.cork()
    for letter in "abc":
        stream.write(letter)
    stream.uncork()
    assert stream.chunks == [b"a", b"b", b"c"]
    assert stream.writable_length == 0
    stream.end()
    run()
    assert stream.closed


@pytest.mark.row("N12")
def test_a_long_queue_takes_no_stack(run: Run, must_call: MustCall) -> None:
    stream = Plain()
    stream.cork()
    for _ in range(100_000):
        stream.write(b"x")
    stream.end(must_call())
    run()
    assert len(stream.chunks) == 100_000


@pytest.mark.row("N11")
def test_what_is_pushed_before_the_first_read_comes_in_a_tick(run: Run) -> None:
    source = Source()
    got: list[bytes] = []
    source.on("data", got.append)
    source.push(b"back")
    source.unshift(b"front")
    assert got == []
    source.push(None)
    run()
    assert got == [b"front", b"back"]
    assert source.closed


@pytest.mark.row("N11", "N14")
@pytest.mark.parametrize("method", ["push", "unshift"])
@pytest.mark.parametrize("value", [[], [1], 5, 1.5, True, object()])
def test_what_cannot_be_pushed(run: Run, method: str, value: Any) -> None:
    source = Source()
    seen = watch(source)
    assert getattr(source, method)(value) is False
    assert seen == []
    run()
    assert seen == ["ERR_INVALID_ARG_TYPE", "close"]


@pytest.mark.row("N11")
def test_push_of_str(run: Run) -> None:
    source = Source()
    got: list[Any] = []
    source.push("68656c", "hex")
    source.push("ab")
    source.push(bytearray(b"!"))
    source.push(memoryview(b"?"))
    assert source.read(7) == b"helab!?"
    source.set_encoding("utf8")
    source.on("data", got.append)
    source.push("cd")
    source.push("6566", "hex")
    source.push("")
    with pytest.raises(ValueError, match="nonsense"):
        source.push("x", "nonsense")
    source.push(None)
    run()
    assert "".join(got) == "cdef"


@pytest.mark.row("N11")
def test_unshift_of_none_is_the_end(run: Run) -> None:
    source = Source()
    seen = watch(source)
    assert source.unshift(None) is False
    source.resume()
    run()
    assert seen == ["end", "close"]
