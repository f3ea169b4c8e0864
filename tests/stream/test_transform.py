"""Transform and PassThrough."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import Run

import netuv
from netuv.stream import PassThrough, Readable, Transform, Writable


class Upper(Transform):
    def _transform(self, chunk: Any, encoding: Any, callback: Any) -> None:
        callback(None, chunk.upper())


def watch(stream: Any) -> list[Any]:
    seen: list[Any] = []
    for event in ("prefinish", "finish", "end", "close", "drain"):
        stream.on(event, lambda event=event: seen.append(event))
    stream.on("error", lambda error: seen.append(getattr(error, "code", None) or str(error)))
    stream.on("data", seen.append)
    return seen


@pytest.mark.row("N18")
def test_what_is_written_is_read(run: Run) -> None:
    stream = Upper()
    seen = watch(stream)
    stream.write("a")
    stream.write(b"b")
    stream.end("c")
    run()
    assert seen == [b"A", b"B", b"C", "prefinish", "end", "finish", "close"]


@pytest.mark.row("N18")
@pytest.mark.parametrize("later", [False, True])
def test_pass_through_keeps_the_order(run: Run, later: bool) -> None:
    stream = PassThrough()
    chunks = [b"%d" % n for n in range(100)]
    for chunk in chunks:
        stream.write(chunk)
    stream.end()
    seen: list[Any] = []
    if later:
        netuv.set_immediate(stream.on, "data", seen.append)
    else:
        stream.on("data", seen.append)
    run()
    assert b"".join(seen) == b"".join(chunks)


@pytest.mark.row("N18")
def test_the_writing_side_waits_for_the_reading_one(run: Run) -> None:
    stream = Upper(high_water_mark=3)
    stream.readable_high_water_mark = 3
    answers = [stream.write("ab"), stream.write("cd"), stream.write("ef"), stream.write("gh")]
    assert answers == [True, True, False, False]
    assert stream.readable_length == 4
    assert stream.writable_length == 6
    run()
    got = b""
    while (data := stream.read()) is not None:
        got += data
    assert got == b"ABCDEFGH"
    stream.end()
    stream.resume()
    run()
    assert stream.closed


@pytest.mark.row("N18")
@pytest.mark.parametrize("how", ["data", "push", "nothing", "error"])
def test_flush(run: Run, how: str) -> None:
    def flush(callback: Any) -> None:
        if how == "error":
            callback(ValueError("no rest"))
        elif how == "push":
            stream.push(b"rest")
            callback()
        else:
            callback(None, b"rest" if how == "data" else None)

    stream = Transform(transform=lambda chunk, encoding, callback: callback(None, chunk), flush=flush)
    seen = watch(stream)
    stream.end(b"x")
    run()
    if how == "error":
        assert seen == [b"x", "no rest", "close"]
    else:
        rest = [] if how == "nothing" else [b"rest"]
        assert seen == [b"x", *rest, "prefinish", "end", "finish", "close"]


@pytest.mark.row("N18")
def test_a_final_of_ones_own_comes_before_flush(run: Run) -> None:
    class Both(Upper):
        def _final(self, callback: Any) -> None:
            seen.append("final")
            callback()

        def _flush(self, callback: Any) -> None:
            seen.append("flush")
            callback(None, b"rest")

    stream = Both()
    seen = watch(stream)
    stream.end(b"x")
    run()
    assert seen == [b"X", "final", "flush", b"rest", "prefinish", "end", "finish", "close"]


@pytest.mark.row("N18")
@pytest.mark.parametrize("how", ["callback", "raise", "destroy"])
def test_an_error_of_transform(run: Run, how: str) -> None:
    def transform(chunk: Any, encoding: Any, callback: Any) -> None:
        error = ValueError("bad chunk")
        if how == "raise":
            raise error
        if how == "destroy":
            stream.destroy(error)
        callback(error if how == "callback" else None)

    stream = Transform(transform=transform)
    seen = watch(stream)
    answers: list[Any] = []
    stream.write(b"x", answers.append)
    run()
    assert seen == ["bad chunk", "close"]
    assert len(answers) == 1


@pytest.mark.row("N18")
def test_a_forgotten_hook_is_named(run: Run) -> None:
    seen = []
    for stream, what in ((Transform(), "_transform()"), (Writable(), "_write()")):
        stream.on("error", seen.append)
        stream.write(b"x")
        run()
        assert seen[-1].code == "ERR_METHOD_NOT_IMPLEMENTED"
        assert what in str(seen[-1])


@pytest.mark.row("N18")
def test_the_end_within_transform(run: Run) -> None:
    def transform(chunk: Any, encoding: Any, callback: Any) -> None:
        stream.push(None)
        callback()

    stream = Transform(transform=transform)
    seen = watch(stream)
    stream.end(b"x")
    run()
    assert seen == ["end", "prefinish", "finish", "close"]


@pytest.mark.row("N18")
def test_transforms_in_a_pipe(run: Run) -> None:
    class Source(Readable):
        def _read(self, size: int) -> None:
            self.push(chunks.pop(0) if chunks else None)

    chunks = [b"a" * 40_000, b"b" * 70_000, b"c"]
    got: list[bytes] = []

    def write(chunk: Any, encoding: Any, callback: Any) -> None:
        got.append(chunk)
        netuv.set_immediate(callback)

    Source().pipe(Upper()).pipe(PassThrough(high_water_mark=10)).pipe(Writable(write=write))
    run()
    assert b"".join(got) == b"A" * 40_000 + b"B" * 70_000 + b"C"
