"""How a stream of one's own is made: its options, construct(), and the loop it needs not be told."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall, Run

import netuv
from netuv.errors import AbortError
from netuv.stream import Stream


def watch(stream: Any, seen: list[Any]) -> None:
    stream.on("error", lambda error: seen.append(getattr(error, "code", None) or str(error)))
    stream.on("close", lambda: seen.append("close"))


@pytest.mark.row("N18")
def test_no_loop_is_asked_for(run: Run, must_call: MustCall) -> None:
    stream = Stream()
    stream.on("close", must_call())
    assert stream.destroy() is stream
    assert stream.destroyed
    assert stream.closed
    run()


@pytest.mark.row("N18")
def test_a_loop_may_be_given(must_call: MustCall) -> None:
    loop = netuv.Loop()
    stream = Stream(loop=loop)
    stream.on("close", must_call())
    stream.destroy()
    loop.run()
    loop.close()


@pytest.mark.row("N18")
def test_options_are_a_dict_or_keywords(run: Run) -> None:
    seen: list[Any] = []

    def destroy(error: Any, callback: Any) -> None:
        seen.append(error)
        callback(error)

    for stream in (
        Stream({"destroy": destroy, "emit_close": False}),
        Stream(destroy=destroy, emit_close=False, signal=None),
    ):
        watch(stream, seen)
        stream.destroy()
        run()
    assert seen == [None, None]


@pytest.mark.row("N18")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"emit_clos": False}, "ERR_UNKNOWN_OPTION"),
        ({"destroy": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"construct": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"signal": "x"}, "ERR_INVALID_ARG_TYPE"),
        ("x", "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_wrong_options_raise(options: Any, code: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        Stream(options)
    assert caught.value.code == code  # type: ignore[attr-defined]


@pytest.mark.row("N18")
def test_a_destroy_waits_for_construct(run: Run) -> None:
    seen: list[Any] = []

    def construct(callback: Any) -> None:
        seen.append("construct")
        netuv.set_immediate(callback)

    def destroy(error: Any, callback: Any) -> None:
        seen.append(f"destroy {error}")
        callback(error)

    stream = Stream(construct=construct, destroy=destroy)
    watch(stream, seen)
    stream.destroy(ValueError("given up"))
    assert stream.destroyed
    assert not stream.closed
    run()
    assert seen == ["construct", "destroy given up", "given up", "close"]


@pytest.mark.row("N18")
@pytest.mark.parametrize("how", ["at once", "later", "raised"])
def test_an_error_of_construct(run: Run, how: str) -> None:
    seen: list[Any] = []

    def construct(callback: Any) -> None:
        error = ValueError("no file")
        if how == "raised":
            raise error
        netuv.set_immediate(callback, error) if how == "later" else callback(error)

    stream = Stream(construct=construct)
    watch(stream, seen)
    run()
    assert seen == ["no file", "close"]
    assert isinstance(stream.errored, ValueError)


@pytest.mark.row("N18")
def test_a_construct_that_is_done_twice(run: Run) -> None:
    seen: list[Any] = []

    def construct(callback: Any) -> None:
        callback()
        callback()

    watch(Stream(construct=construct), seen)
    run()
    assert seen == ["ERR_MULTIPLE_CALLBACK", "close"]


@pytest.mark.row("N18")
def test_without_auto_destroy_an_error_is_an_event(run: Run) -> None:
    seen: list[Any] = []
    stream = Stream(construct=lambda callback: callback(ValueError("no file")), auto_destroy=False)
    watch(stream, seen)
    run()
    assert seen == ["no file"]
    assert not stream.destroyed
    assert isinstance(stream.errored, ValueError)
    stream.destroy()
    run()
    assert seen == ["no file", "close"]


@pytest.mark.row("N18")
@pytest.mark.parametrize("before", [True, False])
def test_a_signal_destroys(run: Run, before: bool) -> None:
    seen: list[Any] = []
    controller = netuv.AbortController()
    if before:
        controller.abort()
    stream = Stream(signal=controller.signal)
    assert stream.destroyed is before
    watch(stream, seen)
    controller.abort()
    assert stream.destroyed
    run()
    assert seen == ["ABORT_ERR", "close"]
    assert isinstance(stream.errored, AbortError)


@pytest.mark.row("N18")
def test_a_signal_is_let_go_at_close(run: Run) -> None:
    controller = netuv.AbortController()
    Stream(signal=controller.signal).destroy()
    run()
    assert controller.signal.listener_count("abort") == 0
