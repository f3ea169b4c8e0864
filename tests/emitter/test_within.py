"""Listeners in a context of their own: that of the emitter, which emit() enters and leaves."""

from __future__ import annotations

import contextvars
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from netuv import EventEmitter
from netuv.context import Within

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="outside")


def make(value: str = "within") -> EventEmitter:
    emitter = EventEmitter()
    emitter._within = Within(contextvars.copy_context())
    emitter._within.context.run(variable.set, value)
    return emitter


def is_entered(within: Within) -> bool:
    """Whether it says so; the context itself can be entered when it is not."""
    if not within.entered:
        within.context.run(lambda: None)
    return within.entered


def note(seen: list[Any]) -> Callable[..., None]:
    return lambda *args: seen.append((variable.get(), *args))


def test_listeners_run_in_it() -> None:
    emitter, seen = make(), []
    assert emitter.on("x", note(seen)).on("x", note(seen)).emit("x", 1, 2) is True
    assert seen == [("within", 1, 2)] * 2
    assert variable.get() == "outside"
    assert not is_entered(emitter._within)
    assert emitter.emit("y") is False


def test_what_a_listener_emits_is_in_it_already() -> None:
    emitter, seen = make(), []
    emitter.on("x", lambda: (emitter.emit("y", 1), variable.set("set by x"), emitter.emit("y", 2)))
    emitter.on("y", note(seen))
    emitter.emit("x")
    emitter.emit("y", 3)
    assert seen == [("within", 1), ("set by x", 2), ("set by x", 3)]
    assert variable.get() == "outside"


def test_two_emitters_with_contexts_of_their_own() -> None:
    outer, inner, seen = make("outer"), make("inner"), []
    outer.on("x", lambda: (inner.emit("x"), note(seen)()))
    inner.on("x", note(seen))
    outer.emit("x")
    assert seen == [("inner",), ("outer",)]
    assert variable.get() == "outside"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_it_is_left_after_an_exception(error: type[BaseException]) -> None:
    emitter, seen = make(), []

    def fail() -> None:
        raise error("of the listener")

    emitter.on("x", fail).on("y", note(seen))
    for _ in range(2):
        with pytest.raises(error, match="of the listener"):
            emitter.emit("x")
        assert not is_entered(emitter._within)
        assert variable.get() == "outside"
    emitter.emit("y")
    assert seen == [("within",)]


def test_a_listener_that_is_due_after_one_that_raises_runs_in_it() -> None:
    class Each(EventEmitter):
        _each_hears = ("x",)

    emitter, seen = Each(), []
    emitter._within = make()._within
    emitter.on("x", lambda: 1 / 0).on("x", note(seen))
    with pytest.raises(ZeroDivisionError):
        emitter.emit("x")
    assert seen == [("within",)]


def test_a_context_that_somebody_else_has_entered() -> None:
    emitter, seen = make(), []
    emitter.on("x", note(seen))
    with pytest.raises(RuntimeError, match="is already entered"):
        emitter._within.context.run(emitter.emit, "x")
    assert not is_entered(emitter._within)
    assert seen == []
    emitter.emit("x")
    assert seen == [("within",)]


def test_a_listener_that_deletes_what_it_runs_in() -> None:
    emitter, seen = make(), []

    def delete() -> None:
        del emitter._within.context
        del emitter._within.entered
        gc.collect()

    emitter.on("x", delete).on("x", note(seen))
    emitter.emit("x")
    assert seen == [("within",)]
    assert variable.get() == "outside"


def test_another_class_that_looks_like_it() -> None:
    class Other:
        __slots__ = ("context", "entered", "more")

        def run(self, callback: Callable[..., Any], *args: Any) -> Any:
            self.entered = True
            try:
                return self.context.run(callback, *args)
            finally:
                self.entered = False

    outer, inner, seen = make("outer"), make("inner"), []
    other = Other()
    other.context, other.entered, other.more = inner._within.context, False, "more"
    inner._within = other
    inner.on("x", note(seen))
    outer.on("x", lambda: inner.emit("x")).on("x", note(seen))
    outer.emit("x")
    assert seen == [("inner",), ("outer",)]
    assert variable.get() == "outside"
    assert (outer._within.entered, other.entered, other.more) == (False, False, "more")


def test_a_listener_that_takes_the_context_away() -> None:
    emitter, seen = make(), []
    within = weakref.ref(emitter._within.context)

    def take_away() -> None:
        emitter._within = None
        gc.collect()

    emitter.on("x", take_away).on("x", note(seen))
    emitter.emit("x")
    assert seen == [("within",)]
    gc.collect()
    assert within() is None
    emitter.emit("x")
    assert seen[1:] == [("outside",)]


@pytest.mark.parametrize("within", ["nothing like it", 5, object()])
def test_what_is_no_context(within: Any) -> None:
    emitter = EventEmitter()
    emitter._within = within
    emitter.on("x", lambda: None)
    with pytest.raises(AttributeError, match="entered"):
        emitter.emit("x")
