"""Timers on one libuv timer: their order, drift, failures, memory (row N15)."""

from __future__ import annotations

import contextlib
import copy
import gc
import math
import sys
import time
import tracemalloc
import weakref
from typing import Any

import pytest
from helpers import busy, nothing

import netuv
from netuv import node

pytestmark = pytest.mark.row("N15")


# -- order --------------------------------------------------------------------------------------------


def test_all_timers_share_one_handle(loop: netuv.Loop) -> None:
    before = len(loop.uv.handles)
    timers = [netuv.set_timeout(nothing, delay) for delay in (1, 1, 5, 1000)]
    assert len(loop.uv.handles) <= before + 1
    assert set(loop.handles) == set(timers)
    for timer in timers:
        timer.close()
    assert loop.handles == []


def test_a_late_loop_runs_one_list_after_the_other(run: Any) -> None:
    calls: list[str] = []
    netuv.set_timeout(calls.append, 200, "200 a")
    netuv.set_timeout(calls.append, 100, "100 a")
    busy(3)
    netuv.set_timeout(calls.append, 100, "100 b")
    netuv.set_timeout(calls.append, 1, "1")
    netuv.set_timeout(calls.append, 200, "200 b")
    busy(230)
    run()
    assert calls == ["1", "100 a", "100 b", "200 a", "200 b"]


def test_a_list_keeps_its_place_when_its_first_timer_is_cleared(run: Any) -> None:
    """Unless it was empty in between. Both as in Node."""
    calls: list[str] = []
    first = netuv.set_timeout(nothing, 20)
    busy(3)
    netuv.set_timeout(calls.append, 18, "18")
    busy(3)
    netuv.set_timeout(calls.append, 20, "20")
    first.close()
    busy(60)
    run()
    assert calls == ["20", "18"]
    calls.clear()
    first = netuv.set_timeout(nothing, 20)
    busy(3)
    netuv.set_timeout(calls.append, 18, "18")
    busy(3)
    first.close()
    netuv.set_timeout(calls.append, 20, "20")
    busy(60)
    run()
    assert calls == ["18", "20"]


def test_what_is_due_only_after_a_slow_callback_waits_for_the_next_turn(run: Any) -> None:
    calls: list[str] = []

    def slow() -> None:
        calls.append("slow")
        netuv.set_immediate(calls.append, "immediate")
        busy(220)

    netuv.set_timeout(slow, 5)
    netuv.set_timeout(calls.append, 200, "200")
    netuv.set_timeout(calls.append, 5, "5")
    busy(10)  # both are due
    run()
    assert calls == ["slow", "5", "immediate", "200"]


def test_intervals_that_are_always_late_do_not_starve_the_loop(run: Any) -> None:
    calls: list[str] = []

    def on_interval() -> None:
        calls.append("interval")
        busy(4)
        netuv.set_immediate(calls.append, "immediate")
        if len(calls) > 6:
            timer.close()

    timer = netuv.set_interval(on_interval, 2)
    run()
    assert calls == ["interval", "immediate"] * 4


def test_a_timer_may_clear_others_of_its_turn(run: Any) -> None:
    calls: list[int] = []

    def first() -> None:
        for timer in timers:
            timer.close()

    netuv.set_timeout(first, 3)
    timers = [netuv.set_timeout(calls.append, delay, delay) for delay in (3, 3, 4, 5)]
    busy(20)
    run()
    assert calls == []


# -- intervals ----------------------------------------------------------------------------------------


def ticks(run: Any, delay: int, count: int, work: float = 0) -> list[float]:
    """When an interval was called, in ms after it was set."""
    times: list[float] = []

    def on_interval() -> None:
        times.append((time.monotonic() - start) * 1000)
        if len(times) == count:
            timer.close()
        busy(work)

    start = time.monotonic()
    timer = netuv.set_interval(on_interval, delay)
    run()
    return times


@pytest.mark.parametrize(("delay", "count", "work"), [(1, 100, 0), (10, 30, 0), (20, 10, 10)])
def test_no_tick_is_early(run: Any, delay: int, count: int, work: float) -> None:
    for number, at in enumerate(ticks(run, delay, count, work), 1):
        assert at >= number * delay


def due(timer: Any) -> int:
    """When a timer that waits is due, on the clock of the timers."""
    at: int = timer._list.timers[timer]
    return at


def test_an_interval_counts_from_when_it_was_due(run: Any) -> None:
    """However late its calls are, and however long they take."""
    dues: list[int] = []

    def on_interval() -> None:
        busy(6)
        netuv.next_tick(look)

    def look() -> None:
        dues.append(due(timer) - first)
        if len(dues) == 12:
            timer.close()

    timer = netuv.set_interval(on_interval, 10)
    first = due(timer)
    run()
    assert all(each % 10 == 0 for each in dues), dues
    assert dues == sorted(set(dues))


def test_missed_ticks_are_left_out(run: Any) -> None:
    calls: list[int] = []

    def on_interval() -> None:
        calls.append(1)
        if len(calls) == 1:
            netuv.set_immediate(look)

    timer = netuv.set_interval(on_interval, 10)
    first = due(timer)
    busy(95)
    after: list[int] = []

    def look() -> None:
        after.append(len(calls))
        after.append(due(timer) - first)
        timer.close()

    run()
    assert after[0] == 1
    assert after[1] >= 80
    assert after[1] % 10 == 0


def test_refresh_in_its_own_callback_does_not_move_an_interval(run: Any) -> None:
    dues: list[int] = []

    def on_interval() -> None:
        busy(5)
        timer.refresh()
        netuv.next_tick(lambda: dues.append(due(timer) - first))
        if len(dues) == 3:
            netuv.next_tick(timer.close)

    timer = netuv.set_interval(on_interval, 20)
    first = due(timer)
    run()
    assert all(each % 20 == 0 for each in dues), dues


# -- ref ----------------------------------------------------------------------------------------------


def test_ref_and_unref_at_any_time(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    timer = netuv.set_timeout(must_call(), 5)
    timer.unref().unref().ref().ref()
    other = netuv.set_timeout(nothing, 60_000).unref()
    run()
    assert timer.unref().has_ref() is False  # it has fired
    timer.ref().unref()
    assert timer.refresh().has_ref() is False
    run()  # ends at once
    timer.close()
    timer.ref()
    assert timer.has_ref() is True
    other.ref()
    netuv.set_timeout(other.unref, 3)
    run()
    other.close()
    assert loop.handles == []


# -- exceptions ---------------------------------------------------------------------------------------


def test_no_timer_is_lost_by_an_exception(loop: netuv.Loop, run: Any) -> None:
    calls: list[Any] = []

    def fail(name: str) -> None:
        calls.append(name)
        netuv.next_tick(calls.append, f"tick of {name}")
        raise LookupError(name)

    netuv.set_timeout(fail, 2, "a")
    netuv.set_timeout(calls.append, 2, "b")
    interval = netuv.set_interval(fail, 3, "c")
    netuv.set_timeout(calls.append, 3, "d")
    busy(20)
    with pytest.raises(LookupError, match="a"):
        run()
    assert calls == ["a"]
    with pytest.raises(LookupError, match="c"):
        run()
    assert calls == ["a", "tick of a", "b", "c"]
    with pytest.raises(LookupError, match="c"):
        run()
    assert calls == ["a", "tick of a", "b", "c", "tick of c", "d", "c"]
    interval.close()
    run()


def test_with_a_taker_the_rest_runs_on(loop: netuv.Loop, run: Any) -> None:
    calls: list[Any] = []
    loop.on("uncaughtException", lambda error: calls.append(str(error)))

    def fail(name: str) -> None:
        calls.append(name)
        netuv.next_tick(calls.append, "tick")
        raise ValueError(f"error of {name}")

    def fail_in_tick() -> None:
        netuv.next_tick(fail, "tick of c")
        netuv.next_tick(calls.append, "later")

    netuv.set_timeout(fail, 2, "a")
    netuv.set_timeout(calls.append, 2, "b")
    netuv.set_timeout(fail_in_tick, 2)
    netuv.set_timeout(calls.append, 2, "d")
    busy(20)
    run()
    assert calls == ["a", "error of a", "b", "tick", "tick of c", "error of tick of c", "d", "later", "tick"]


def test_an_exception_in_an_interval_keeps_its_due_times(loop: netuv.Loop, run: Any) -> None:
    dues: list[int] = []

    def on_interval() -> None:
        raise KeyError

    timer = netuv.set_interval(on_interval, 5)
    first = due(timer)
    for _ in range(4):
        with pytest.raises(KeyError):
            run()
        dues.append(due(timer) - first)
    timer.close()
    assert all(each % 5 == 0 for each in dues), dues
    assert dues == sorted(set(dues))


# -- clear --------------------------------------------------------------------------------------------


def test_node_s_clear_functions_ignore_what_they_do_not_know(run: Any, must_call: Any) -> None:
    for clear in (node.clearTimeout, node.clearInterval, node.clearImmediate):
        clear()
        for what in (None, {}, "foo", 5, math.nan, nothing):
            clear(what)
    node.clearTimeout(node.setImmediate(must_call()))
    node.clearInterval(node.setImmediate(must_call()))
    node.clearImmediate(node.setTimeout(must_call(), 1))
    node.clearTimeout(node.setInterval(nothing, 1))
    node.clearInterval(node.setTimeout(nothing, 1))
    node.clearTimeout(netuv.set_timeout(nothing, 1))
    run()


def test_a_timer_cannot_be_copied(loop: netuv.Loop) -> None:
    for timer in (netuv.set_timeout(nothing, 60_000), netuv.set_immediate(nothing)):
        with pytest.raises(TypeError, match="copied"):
            copy.copy(timer)
        timer.close()
        timer.close()


# -- memory -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [lambda number: 60_000, lambda number: 1000 + number], ids=["one", "many"])
@pytest.mark.parametrize("where", ["outside", "in a timer"])
def test_cleared_timers_do_not_pile_up(loop: netuv.Loop, run: Any, delay: Any, where: str) -> None:
    kept = netuv.set_timeout(nothing, 500_000)

    def many() -> None:
        for number in range(20_000):
            netuv.clear_timeout(netuv.set_timeout(nothing, delay(number)))

    def measured() -> None:
        many()
        tracemalloc.start()
        many()
        used.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        kept.close()

    used: list[int] = []
    if where == "outside":
        measured()
    else:
        netuv.set_timeout(measured, 1)
    run()
    assert used[0] < 100_000


def test_a_loop_that_closes_clears_its_timers() -> None:
    loop = netuv.Loop()
    done = netuv.set_timeout(nothing, 1, loop=loop)
    loop.run()

    class Thing: ...

    thing = Thing()
    alive = [weakref.ref(thing)]
    timer = netuv.set_timeout(nothing, 60_000, thing, loop=loop)
    interval = netuv.set_interval(nothing, 60_000, thing, loop=loop).unref()
    del thing
    uv = weakref.ref(loop.uv) if hasattr(type(loop.uv), "__weakref__") else None
    loop.close()
    gc.collect()
    assert alive[0]() is None
    assert uv is None or uv() is None
    for each in (timer, interval, done):
        assert "done" in repr(each)
        each.close()
        with pytest.raises(netuv.errors.StateError) as caught:
            each.refresh()
        assert caught.value.code == "ERR_LOOP_CLOSED"


def test_a_timer_that_a_close_listener_sets_is_done_with_the_loop() -> None:
    loop = netuv.Loop()
    timers: list[Any] = []
    client = netuv.Socket(loop=loop)
    client.on("close", lambda had_error: timers.append(netuv.set_timeout(nothing, 60_000, loop=loop).unref()))
    client.destroy()
    loop.close()
    assert "done" in repr(timers[0])


# -- where the stack ends -----------------------------------------------------------------------------


@pytest.mark.by_itself("it is about run() of the loop")
def test_a_call_that_finds_no_stack_is_made_again(loop: netuv.Loop) -> None:
    """Wherever in netuv the stack ends, a timer that was set later fires."""
    calls: list[int] = []

    def deep(depth: int) -> None:
        if depth:
            deep(depth - 1)
        else:
            loop.run()

    limit = sys.getrecursionlimit()
    for depth in range(limit - 150, limit):
        netuv.set_timeout(nothing, 1)
        with contextlib.suppress(RecursionError):
            deep(depth)
        netuv.set_timeout(calls.append, 1, depth)
        with contextlib.suppress(RecursionError):  # what the loop had noted, and could not tell before
            loop.run()
        loop.run()
        assert calls[-1:] == [depth]
