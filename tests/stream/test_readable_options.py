"""Readables of one's own: their options, and object mode."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall, Run

import netuv
from netuv.stream import Readable


def code(call: Any) -> Any:
    with pytest.raises((TypeError, ValueError)) as info:
        call()
    return info.value.code  # type: ignore[union-attr]


def silent(**options: Any) -> Readable:
    return Readable(read=lambda size: None, **options)


@pytest.mark.row("N18")
def test_options_as_keywords_and_as_one_dict(run: Run) -> None:
    sizes: list[int] = []
    for source in (
        Readable({"read": sizes.append, "high_water_mark": 7}),
        Readable(read=sizes.append, high_water_mark=7),
        Readable({"high_water_mark": 9}, read=sizes.append, high_water_mark=7),
    ):
        source.read(0)
        assert source.readable_high_water_mark == 7
    assert sizes == [7, 7, 7]


@pytest.mark.row("N18", "N14")
@pytest.mark.parametrize("value", [-1, 1.5, True, "many", [], float("inf")])
def test_a_wrong_high_water_mark(value: Any) -> None:
    assert code(lambda: silent(high_water_mark=value)) == "ERR_INVALID_ARG_VALUE"


@pytest.mark.row("N18", "N14")
def test_wrong_options() -> None:
    assert code(lambda: silent(encoding="nonsense")) == "ERR_UNKNOWN_ENCODING"
    assert code(lambda: Readable(read=5)) == "ERR_INVALID_ARG_TYPE"
    assert code(lambda: silent(final=print)) == "ERR_UNKNOWN_OPTION"
    assert code(lambda: silent(readable_object_mode=True)) == "ERR_UNKNOWN_OPTION"


@pytest.mark.row("N18")
def test_a_stream_without_read_names_its_class(run: Run, must_call: MustCall) -> None:
    class Forgetful(Readable):
        pass

    def on_error(error: Any) -> None:
        assert error.code == "ERR_METHOD_NOT_IMPLEMENTED"
        assert "Forgetful._read()" in str(error)

    source = Forgetful()
    source.on("error", must_call(on_error))
    assert source.read() is None
    run()


@pytest.mark.row("N18")
def test_objects_are_what_was_pushed(run: Run) -> None:
    source = silent(object_mode=True)
    values: list[Any] = [{}, "", b"", 0, 0.0, False, bytearray(b"x"), memoryview(b"x"), object(), [None]]
    for value in values:
        assert source.push(value) is True
    assert source.readable_object_mode
    assert source.readable_length == len(values)
    assert all(source.read() is value for value in values)
    assert source.read() is None
    assert not silent().readable_object_mode


@pytest.mark.row("N18")
def test_no_more_than_the_mark_is_read_ahead(run: Run) -> None:
    class Counter(Readable):
        count = 0

        def _read(self, size: int) -> None:
            assert size == 16
            self.count += 1
            self.push(self.count)

    source = Counter(object_mode=True)
    source.read(0)
    run()
    assert source.readable_length == source.count == 16
    assert source.read() == 1
    run()
    assert source.readable_length == 16
    source.destroy()
    run()


@pytest.mark.row("N18")
def test_objects_are_piped_one_by_one(run: Run) -> None:
    source = silent(object_mode=True)
    got: list[Any] = []

    class Target(netuv.EventEmitter):
        def write(self, value: Any) -> bool:
            got.append(value)
            return True

        def end(self) -> None:
            got.append("end")

    source.pipe(Target())  # type: ignore[type-var]
    for value in (1, "two", [3]):
        source.push(value)
    source.push(None)
    run()
    assert got == [1, "two", [3], "end"]


@pytest.mark.row("N18")
def test_bytes_among_objects_are_decoded(run: Run) -> None:
    source = silent(object_mode=True)
    got: list[Any] = []
    source.push(b"before")
    source.push(1)
    source.set_encoding("utf8")
    source.push(b"after")
    source.push(2)
    source.push(None)
    source.on("data", got.append)
    run()
    assert got == ["before", 1, "after", 2]


@pytest.mark.row("N18")
def test_unshift_in_object_mode(run: Run) -> None:
    source = silent(object_mode=True)
    source.push(2)
    assert source.unshift(1) is True
    assert source.unshift("") is True
    assert [source.read() for _ in range(4)] == ["", 1, 2, None]


@pytest.mark.row("N18")
def test_a_paused_stream_reads_ahead(run: Run) -> None:
    """It is asked for more up to the mark, and never a second time while it has not answered."""

    class Slow(Readable):
        asked = 0

        def _read(self, size: int) -> None:
            self.asked += 1
            netuv.set_immediate(self.push, b"12345")

    source = Slow(high_water_mark=10)
    source.read(0)
    source.pause()
    source.resume()
    source.pause()
    run()
    assert source.asked == 2
    assert source.readable_length == 10
    source.destroy()
    run()


@pytest.mark.row("N18")
def test_construct_is_awaited_before_anything_is_read(run: Run) -> None:
    seen: list[Any] = []
    source: Readable

    def construct(callback: Any) -> None:
        seen.append("construct")
        netuv.set_immediate(lambda: (seen.append("constructed"), callback()))

    def read(size: int) -> None:
        seen.append("read")
        source.push(None)

    source = Readable(construct=construct, read=read)
    source.on("data", seen.append)
    source.on("close", lambda: seen.append("close"))
    assert source.read() is None
    run()
    assert seen == ["construct", "constructed", "read", "close"]


@pytest.mark.row("N18")
def test_an_end_that_nobody_heard_of(run: Run, must_call: MustCall) -> None:
    source = silent()
    source.push(None)
    run()
    assert not source.readable_ended
    source.on("readable", must_call(lambda: source.read()))
    source.on("end", must_call())
    run()


@pytest.mark.row("N18")
@pytest.mark.parametrize("method", ["resume", "pause"])
def test_resume_and_pause_after_destroy_change_nothing(run: Run, method: str) -> None:
    source = silent()
    source.on(method, lambda: pytest.fail("emitted"))
    source.push(b"x")
    source.destroy()
    getattr(source, method)()
    assert source.readable_flowing is None
    assert not source.is_paused()
    run()


@pytest.mark.row("N11", "N18")
def test_read_gives_the_first_chunk_and_all_of_what_was_decoded() -> None:
    source = silent()
    source.push(b"one")
    source.push(b"two")
    assert source.read() == b"one"
    source.unshift(b"back")
    assert [source.read(), source.read()] == [b"back", b"two"]
    source.set_encoding("utf8")
    source.push(b"one")
    source.push(b"two")
    assert source.read() == "onetwo"


@pytest.mark.row("N18")
def test_a_readable_listener_that_was_removed_counts_until_a_tick_later(run: Run) -> None:
    source = silent()
    flowing: list[Any] = []

    def listener() -> None:
        pass

    source.on("readable", listener)
    source.off("readable", listener)
    source.on("data", lambda data: flowing.append(source.readable_flowing))
    source.resume()
    flowing.append(source.readable_flowing)
    source.push(b"x")
    run()
    assert flowing == [False, True]
    source.destroy()
    run()
