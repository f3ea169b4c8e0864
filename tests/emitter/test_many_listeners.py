"""Thousands of listeners of one event; events and limits that are none; functions that would never run."""

from __future__ import annotations

import functools
import math
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from netuv import AbortController, EventEmitter, errors
from netuv.emitter import MaxListenersExceededWarning
from netuv.node import events

MANY = 10_000


class Named:
    """A callable that counts how often it is compared."""

    compared = 0

    def __init__(self, name: int) -> None:
        self.name = name

    def __call__(self, *args: Any) -> None:
        args[0].append(self.name)

    def __eq__(self, other: object) -> bool:
        Named.compared += 1
        return self is other

    def __hash__(self) -> int:
        return self.name


class Unhashable:
    def __init__(self, name: int) -> None:
        self.name = name

    def __call__(self, *args: Any) -> None:
        args[0].append(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable) and other.name == self.name


def emitter() -> EventEmitter:
    return EventEmitter().set_max_listeners(0)


def called(each: EventEmitter) -> list[int]:
    names: list[int] = []
    each.emit("x", names)
    return names


@pytest.mark.row("N13")
@pytest.mark.parametrize("order", ["first in, first out", "last in, first out", "shuffled"])
@pytest.mark.parametrize("add", ["on", "once", "prepend_listener"])
def test_adding_and_removing_compares_few(add: str, order: str) -> None:
    each = emitter()
    listeners = [Named(i) for i in range(MANY)]
    Named.compared = 0
    for listener in listeners:
        getattr(each, add)("x", listener)
    assert each.listener_count("x") == MANY
    if order == "last in, first out":
        listeners.reverse()
    elif order == "shuffled":
        random.Random(1).shuffle(listeners)
    for listener in listeners:
        each.remove_listener("x", listener)
    assert each.event_names() == []
    assert Named.compared < 10 * MANY


@pytest.mark.row("N13")
def test_one_function_many_times() -> None:
    each = emitter()
    names: list[int] = []
    for _ in range(MANY):
        each.once("x", names.append)
        each.on("x", names.append)
    each.emit("x", 1)
    assert len(names) == 2 * MANY
    assert each.listener_count("x") == MANY
    for left in reversed(range(MANY)):
        each.off("x", names.append)
        assert each.listener_count("x") == left


@pytest.mark.row("N13")
@pytest.mark.parametrize("kind", [Named, Unhashable])
def test_any_number_behaves_like_few(kind: Any) -> None:
    """Against a list, with all kinds of changes, over the sizes where the storage changes."""
    dice = random.Random(7)
    each, model = emitter(), []
    for step in range(3000):
        name = dice.randrange(100)
        growing = step % 1000 < 600
        choice = dice.random()
        if choice < (0.6 if growing else 0.2):
            each.on("x", kind(name)) if kind is Unhashable else each.on("x", NAMED[name])
            model.append(name)
        elif choice < (0.7 if growing else 0.3):
            each.prepend_listener("x", kind(name) if kind is Unhashable else NAMED[name])
            model.insert(0, name)
        elif name in model:
            each.remove_listener("x", kind(name) if kind is Unhashable else NAMED[name])
            del model[len(model) - 1 - model[::-1].index(name)]
        if step % 20 == 0:
            assert called(each) == model
            assert [f.name for f in each.listeners("x")] == model  # type: ignore[attr-defined]
            assert each.listener_count("x") == len(model)


NAMED = [Named(i) for i in range(100)]


@pytest.mark.row("N13")
def test_emit_calls_those_that_were_there() -> None:
    each = emitter()
    names: list[int] = []

    def adds(*args: Any) -> None:
        each.on("x", late)
        each.remove_listener("x", named[50])

    def late(*args: Any) -> None:
        names.append(-1)

    named = [Named(i) for i in range(200)]
    each.on("x", adds)
    for listener in named:
        each.on("x", listener)
    each.emit("x", names)
    assert names == list(range(200))
    each.remove_listener("x", adds)
    names.clear()
    each.emit("x", names)
    assert names == [*range(50), *range(51, 200), -1]


@pytest.mark.row("N13")
def test_raw_listeners_and_remove_all_of_many() -> None:
    each = emitter()
    removed: list[Any] = []
    named = [Named(i) for i in range(200)]
    for listener in named:
        each.once("x", listener)
    assert [wrapper.listener for wrapper in each.raw_listeners("x")] == named  # type: ignore[attr-defined]
    each.on("removeListener", lambda event, listener: removed.append(listener))
    each.remove_all_listeners("x")
    assert removed == named[::-1]
    assert each.listener_count("x") == 0


def test_the_sockets_of_one_signal() -> None:
    signal = AbortController().signal.set_max_listeners(0)
    listeners = [functools.partial(print, i) for i in range(MANY)]
    for listener in listeners:
        signal.once("abort", listener)
    for listener in listeners:
        signal.remove_listener("abort", listener)
    assert signal.listener_count("abort") == 0


@pytest.mark.row("N13", "N14")
@pytest.mark.parametrize(
    "use",
    [
        lambda each, event: each.on(event, print),
        lambda each, event: each.on(event)(print),
        lambda each, event: each.once(event, print),
        lambda each, event: each.prepend_listener(event, print),
        lambda each, event: each.off(event, print),
        lambda each, event: each.emit(event),
        lambda each, event: each.listeners(event),
        lambda each, event: each.raw_listeners(event),
        lambda each, event: each.listener_count(event),
        lambda each, event: each.remove_all_listeners(event),
    ],
)
def test_an_event_that_cannot_be_hashed(use: Any) -> None:
    with pytest.raises(errors.ArgTypeError, match="'event'") as caught:
        use(EventEmitter(), [])
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.fixture(
    params=[(EventEmitter, "default_max_listeners"), (events.EventEmitter, "defaultMaxListeners")]
)
def default(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    kind, name = request.param
    former = getattr(kind, name)
    try:
        yield kind, lambda value: setattr(kind, name, value)
    finally:
        setattr(kind, name, former)


WRONG = [
    (-1, "ERR_OUT_OF_RANGE"),
    (math.nan, "ERR_OUT_OF_RANGE"),
    (10**400, "ERR_OUT_OF_RANGE"),
    (-(10**5000), "ERR_OUT_OF_RANGE"),
    ("x", "ERR_INVALID_ARG_TYPE"),
    (None, "ERR_INVALID_ARG_TYPE"),
    (True, "ERR_INVALID_ARG_TYPE"),
]
WRONG_IDS = ["negative", "nan", "huge", "huge and negative", "str", "None", "bool"]


@pytest.mark.row("N13", "N14")
@pytest.mark.parametrize(("value", "code"), WRONG, ids=WRONG_IDS)
def test_a_wrong_default_limit(default: Any, value: Any, code: str) -> None:
    """It is a plain attribute, so it is checked when it is used."""
    kind, set_default = default
    set_default(value)
    each = kind()
    each.on("x", print)
    for use in (each.get_max_listeners, lambda: each.on("x", print)):
        with pytest.raises((TypeError, ValueError), match="default_max_listeners") as caught:
            use()
        assert caught.value.code == code  # type: ignore[attr-defined]
    assert each.listener_count("x") == 1
    set_default(math.inf)
    assert each.get_max_listeners() == math.inf


@pytest.mark.row("N13", "N14")
@pytest.mark.parametrize(("value", "code"), WRONG, ids=WRONG_IDS)
def test_a_wrong_limit(value: Any, code: str) -> None:
    with pytest.raises((TypeError, ValueError), match="'n'") as caught:
        EventEmitter().set_max_listeners(value)
    assert caught.value.code == code  # type: ignore[attr-defined]


@pytest.mark.row("N13")
def test_a_leak_warning_that_is_an_exception_adds_nothing() -> None:
    each = EventEmitter().set_max_listeners(1)
    each.on("x", print)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(MaxListenersExceededWarning, match="2 'x' listeners"):
            each.on("x", print)
        assert each.listener_count("x") == 1
        each.on("x", print)  # it warns once
    assert each.listener_count("x") == 2


def generator() -> Any:
    yield


class Generates:
    def __call__(self) -> Any:
        yield

    def method(self) -> Any:
        yield


@pytest.mark.row("N13", "N14")
@pytest.mark.parametrize(
    "function", [generator, Generates(), Generates().method, functools.partial(generator), lambda: (yield)]
)
@pytest.mark.parametrize("method", ["on", "once", "prepend_listener", "prepend_once_listener"])
def test_a_generator_function_is_no_listener(method: str, function: Any) -> None:
    with pytest.raises(errors.ArgTypeError, match="generator") as caught:
        getattr(EventEmitter(), method)("x", function)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
