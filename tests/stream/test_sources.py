"""Streams of iterables, and of emitters that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from helpers import MustCall, Run

import netuv
from netuv.stream import Readable


@pytest.mark.row("N18")
def test_an_iterable_is_asked_when_more_is_wanted(run: Run) -> None:
    given: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            given.append(number)
            yield number

    source = Readable.from_(numbers(), high_water_mark=3)
    run()
    assert given == []
    assert source.read() == 0
    run()
    assert given == [0, 1, 2, 3]
    source.destroy()
    run()


@pytest.mark.row("N18")
@pytest.mark.parametrize("whole", ["text", b"bytes", bytearray(b"x"), memoryview(b"x"), ""])
def test_text_and_bytes_are_one_chunk(run: Run, whole: Any) -> None:
    got: list[Any] = []
    Readable.from_(whole).on("data", got.append)
    run()
    assert got == [whole]


@pytest.mark.row("N18", "N14")
@pytest.mark.parametrize("value", [None, 5, object()])
def test_what_is_no_iterable(value: Any) -> None:
    with pytest.raises(TypeError) as info:
        Readable.from_(value)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]


@pytest.mark.row("N18")
def test_from_makes_a_stream_of_the_class(run: Run) -> None:
    class Mine(Readable):
        pass

    source = Mine.from_([1, 2])
    assert type(source) is Mine
    source.resume()
    run()


@pytest.mark.row("N18")
@pytest.mark.parametrize("error", [None, RuntimeError("given up")])
def test_a_generator_is_closed_at_destroy(run: Run, error: Exception | None) -> None:
    seen: list[Any] = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
            yield 2
        except RuntimeError as caught:
            seen.append(caught)
        finally:
            seen.append("finally")

    source = Readable.from_(numbers(), high_water_mark=1)
    source.on("error", lambda caught: seen.append(("error", caught)))
    source.on("close", lambda: seen.append("close"))
    assert source.read() == 1
    source.destroy(error)
    run()
    if error is None:
        assert seen == ["finally", "close"]
    else:
        assert seen == [error, "finally", ("error", error), "close"]


@pytest.mark.row("N18")
def test_what_a_generator_raises_at_destroy(run: Run) -> None:
    def numbers() -> Iterator[int]:
        try:
            yield 1
        finally:
            raise KeyError("while closing")

    for error in (None, RuntimeError("given up")):
        seen: list[Any] = []
        source = Readable.from_(numbers())
        source.on("error", seen.append)
        source.read()
        source.destroy(error)
        run()
        assert [type(each) for each in seen] == [KeyError if error is None else RuntimeError]
        if error is not None:
            assert isinstance(seen[0].__context__, KeyError)


@pytest.mark.row("N18")
def test_the_option_destroy_comes_before_the_iterator_is_closed(run: Run) -> None:
    seen: list[Any] = []

    def numbers() -> Iterator[int]:
        try:
            yield 1
        finally:
            seen.append("finally")

    def destroy(error: Any, callback: Any) -> None:
        seen.append("destroy")
        callback(error)

    source = Readable.from_(numbers(), destroy=destroy)
    source.read()
    source.destroy()
    run()
    assert seen == ["destroy", "finally"]


@pytest.mark.row("N18")
def test_an_iterator_that_reads_its_own_stream(run: Run) -> None:
    source: Readable
    got: list[Any] = []

    def numbers() -> Iterator[int]:
        for number in range(3):
            source.read(0)
            yield number

    source = Readable.from_(numbers())
    source.on("data", got.append)
    run()
    assert got == [0, 1, 2]


@pytest.mark.row("N18")
def test_a_wrapped_emitter_is_held_back(run: Run) -> None:
    class Old(netuv.EventEmitter):
        def __init__(self) -> None:
            super().__init__()
            self.calls: list[str] = []
            self.special = lambda: "special"

        def pause(self) -> None:
            self.calls.append("pause")

        def resume(self) -> None:
            self.calls.append("resume")

    old = Old()
    source: Any = Readable(high_water_mark=4).wrap(old)
    old.emit("data", b"12345")
    assert old.calls == ["pause"]
    assert source.read() == b"12345"
    assert old.calls == ["pause", "resume"]
    assert source.special() == "special"  # a function of the emitter's own
    old.emit("end")
    source.resume()
    run()
    assert source.closed


@pytest.mark.row("N18", "N14")
def test_what_cannot_be_wrapped() -> None:
    with pytest.raises(TypeError) as info:
        Readable().wrap(object())
    assert info.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]


@pytest.mark.row("N18")
def test_an_error_of_a_wrapped_emitter(run: Run, must_call: MustCall) -> None:
    old = netuv.EventEmitter()
    error = RuntimeError("old one")
    source = Readable().wrap(old)
    source.on("error", must_call(lambda heard: heard is error or pytest.fail("another error")))
    source.on("close", must_call())
    old.emit("error", error)
    run()
