"""What callbacks let out: run() raises the first, the others hang on its ``__context__``, each once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import netuv


def chain(error: BaseException) -> list[BaseException]:
    """The exception and its contexts; a cycle fails."""
    found: list[BaseException] = []
    each: BaseException | None = error
    while each is not None:
        assert all(each is not other for other in found), "a cycle"
        found.append(each)
        each = each.__context__
    return found


class Raising:
    """A pyuv.Loop whose run() raises."""

    def __init__(self, uv: Any) -> None:
        self.uv = uv

    def __getattr__(self, name: str) -> Any:
        return getattr(self.uv, name)

    def run(self, mode: int) -> bool:
        raise RecursionError("kept in C")


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def raising_while_handling(error: BaseException, handled: BaseException) -> Callable[[], None]:
    def fail() -> None:
        try:
            raise handled
        except BaseException:
            raise error  # noqa: B904

    return fail


def failures(kind: str) -> tuple[list[Callable[[], None]], list[BaseException]]:
    a, b, c = LookupError("a"), ValueError("b"), KeyError("c")
    if kind == "plain":
        return [raising(a), raising(b), raising(c)], [a, b, c]
    if kind == "the first is the context of the second":
        return [raising(a), raising_while_handling(b, a), raising(c)], [a, b, c]
    if kind == "the second is the context of the first":
        return [raising_while_handling(a, b), raising(b), raising(c)], [a, b, c]
    if kind == "a shared context":
        return [raising_while_handling(a, c), raising_while_handling(b, c)], [a, b, c]
    if kind == "one exception twice":
        return [raising(a), raising(b), raising(a), raising(b)], [a, b]
    assert kind == "contexts that are a cycle already"
    return [raising(a), raising(b), raising(c)], [a, b, c]


KINDS = (
    "plain",
    "the first is the context of the second",
    "the second is the context of the first",
    "a shared context",
    "one exception twice",
    "contexts that are a cycle already",
)


@pytest.mark.parametrize(
    ("kind", "order"), [(kind, order) for kind in KINDS for order in range(len(failures(kind)[0]))]
)
def test_each_failure_is_told_once_in_any_order(loop: netuv.Loop, run: Any, kind: str, order: int) -> None:
    functions, expected = failures(kind)
    if "cycle" in kind:
        a, b, c = expected
        a.__context__, b.__context__, c.__context__ = b, c, a
    for function in functions[order:] + functions[:order]:
        loop.call_soon_threadsafe(function)
    with pytest.raises((LookupError, ValueError)) as caught:
        run()
    told = chain(caught.value)
    assert {id(error) for error in told} == {id(error) for error in expected}


def test_a_failing_uncaught_exception_listener_makes_no_cycle(loop: netuv.Loop, run: Any) -> None:
    first, second = LookupError("first"), ValueError("second")
    first.__context__ = second
    loop.on("uncaughtException", lambda error: raising(second)())
    loop.call_soon_threadsafe(raising(first))
    with pytest.raises(ValueError, match="second") as caught:
        run()
    assert chain(caught.value) == [second, first]


def test_immediates_wait_for_the_next_run_after_a_failure(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    """The failure is of an earlier phase of the same turn."""
    called: list[str] = []

    def fail() -> None:
        netuv.set_immediate(called.append, "immediate")
        raise ValueError("from a timer")

    netuv.set_timeout(fail, 1)
    with pytest.raises(ValueError, match="from a timer"):
        run()
    assert called == []
    run()
    assert called == ["immediate"]


def test_many_failures_of_one_turn(loop: netuv.Loop, run: Any) -> None:
    count = 20_000
    for number in range(count):
        loop.call_soon_threadsafe(raising(ValueError(number)))
    with pytest.raises(ValueError, match="0") as caught:
        run()
    each: BaseException | None = caught.value
    found = 0
    while each is not None:
        assert each.args == (found,)
        found += 1
        following, each.__context__ = each.__context__, None  # or its deallocation recurses
        each = following
    assert found == count


@pytest.mark.by_itself("it is about run() of the loop")
def test_what_run_of_libuv_itself_raises_is_a_failure_too(loop: netuv.Loop, run: Any) -> None:
    """Near the recursion limit the excepthook cannot be called; a pyuv that can raises it there."""

    run()
    loop.uv = Raising(loop.uv)
    try:
        with pytest.raises(RecursionError, match="kept in C"):
            loop.run()
    finally:
        loop.uv = loop.uv.uv
    netuv.set_timeout(lambda: None, 1)
    run()


@pytest.mark.parametrize("name", ["next_tick", "call_soon_threadsafe"])
@pytest.mark.parametrize("wrong", [5, None, "f"])
def test_what_is_no_function_is_refused_at_the_call(
    loop: netuv.Loop, run: Any, name: str, wrong: Any
) -> None:
    with pytest.raises(TypeError, match="callback") as caught:
        getattr(loop, name)(wrong)
    assert getattr(caught.value, "code", None) == "ERR_INVALID_ARG_TYPE"
    run()


@pytest.mark.parametrize("how", ["tick", "call_soon_threadsafe"])
def test_ticks_behind_an_exception_that_is_taken(
    loop: netuv.Loop, run: Any, must_call: Any, how: str
) -> None:
    """They run before the loop waits for what may never come."""

    def boom() -> None:
        loop.next_tick(lambda: (must_call_done(), server.close()))
        raise LookupError

    must_call_done = must_call()
    server = netuv.create_server().listen(0)
    loop.on("uncaughtException", must_call(lambda error: None))
    if how == "tick":
        loop.next_tick(boom)
    else:
        loop.call_soon_threadsafe(boom)
    run()
