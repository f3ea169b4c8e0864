"""set_timeout(), set_interval(), and their clear, ref, unref and refresh (row N15)."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from helpers import plain, script

import netuv

pytestmark = pytest.mark.row("N15")


# -- set_timeout --------------------------------------------------------------------------------------


def test_a_timeout_fires_once_with_its_arguments(run: Any) -> None:
    calls: list[Any] = []
    timer = netuv.set_timeout(lambda *args: calls.append(args), 1, "a", None, 3)
    assert calls == []
    assert "waiting" in repr(timer)
    run()
    assert calls == [("a", None, 3)]
    assert "done" in repr(timer)


def test_the_delay_may_be_left_out(run: Any, must_call: Any) -> None:
    netuv.set_timeout(must_call())
    netuv.set_timeout(must_call(), None)
    run()


def test_timeouts_of_one_delay_fire_in_the_order_they_were_set(run: Any) -> None:
    calls: list[int] = []
    for number in range(50):
        netuv.set_timeout(calls.append, 5, number)
    run()
    assert calls == list(range(50))


def test_timeouts_fire_in_the_order_of_their_delays(run: Any) -> None:
    calls: list[int] = []
    for delay in (80, 1, 40, 120):
        netuv.set_timeout(calls.append, delay, delay)
    run()
    assert calls == [1, 40, 80, 120]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "delay", [0, -1, 0.5, math.nan, math.inf, -math.inf, 2**31, 10**20, None, True], ids=str
)
def test_odd_delays_count_as_one_millisecond(run: Any, delay: Any) -> None:
    """As in Node. The order shows it: set before one of 1 ms, it fires before it."""
    calls: list[str] = []
    netuv.set_timeout(calls.append, delay, "odd")
    netuv.set_timeout(calls.append, 1, "one")
    netuv.set_timeout(calls.append, 30, "thirty")
    run()
    assert calls == ["odd", "one", "thirty"]


def test_the_longest_delay_is_kept(run: Any) -> None:
    timer = netuv.set_timeout(print, 2**31 - 1)
    netuv.set_timeout(timer.close, 20)  # it has not fired by then
    run()


def test_a_fraction_of_a_millisecond_is_cut_off(run: Any) -> None:
    calls: list[str] = []
    netuv.set_timeout(calls.append, 40.9, "first")
    netuv.set_timeout(calls.append, 40, "second")
    run()
    assert calls == ["first", "second"]


@pytest.mark.parametrize("delay", ["10", b"1", [], {}, 1j], ids=plain)
@pytest.mark.parametrize("function", [netuv.set_timeout, netuv.set_interval])
def test_a_delay_is_a_number(loop: netuv.Loop, function: Callable[..., Any], delay: Any) -> None:
    """Node would make something of a str; in Python it is a mistake."""
    with pytest.raises(TypeError) as caught:
        function(print, delay)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert loop.handles == []


async def coroutine() -> None: ...


@pytest.mark.parametrize("callback", [None, "print", 1, coroutine], ids=plain)
@pytest.mark.parametrize(
    "function",
    [
        lambda callback: netuv.set_timeout(callback, 1),
        lambda callback: netuv.set_interval(callback, 1),
        netuv.set_immediate,
        netuv.next_tick,
    ],
    ids=["set_timeout", "set_interval", "set_immediate", "next_tick"],
)
def test_a_callback_is_a_plain_function(
    loop: netuv.Loop, run: Any, function: Callable[..., Any], callback: Any
) -> None:
    with pytest.raises(TypeError) as caught:
        function(callback)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert loop.handles == []
    run()


def test_a_timer_never_fires_early(run: Any) -> None:
    """Not by the fraction of a millisecond that libuv's clock cuts off either."""
    early: list[tuple[int, float]] = []

    def on_timer(delay: int, start: float) -> None:
        elapsed = (time.perf_counter() - start) * 1000
        if elapsed < delay:
            early.append((delay, elapsed))

    def more(count: int) -> None:
        # Set at many different fractions of a millisecond.
        for delay in range(1, 21):
            netuv.set_timeout(on_timer, delay, delay, time.perf_counter())
        if count:
            netuv.set_timeout(more, 3, count - 1)

    more(50)
    run()
    assert early == []


def test_the_delay_counts_from_the_call_even_when_the_loop_was_kept_busy(run: Any) -> None:
    """The loop's own idea of the time is stale by then."""
    elapsed: list[float] = []

    def on_timer() -> None:
        until = time.perf_counter() + 0.05
        while time.perf_counter() < until:
            pass
        start = time.perf_counter()
        netuv.set_timeout(lambda: elapsed.append((time.perf_counter() - start) * 1000), 30)

    netuv.set_timeout(on_timer, 1)
    run()
    assert elapsed[0] >= 29


def test_timeouts_that_set_timeouts_do_not_starve_io(run: Any, peer: Any) -> None:
    """Nor do those of 0 ms that are always due."""
    mine, theirs = socket.socketpair()
    client = netuv.Socket(fd=mine.detach())
    data: list[bytes] = []

    def again() -> None:
        if not data:
            until = time.perf_counter() + 0.002  # the next one is due at once
            while time.perf_counter() < until:
                pass
            netuv.set_timeout(again, 0)

    def on_data(chunk: bytes) -> None:
        data.append(chunk)
        client.destroy()

    netuv.set_timeout(again, 0)
    client.on("data", on_data)
    peer(theirs.sendall, b"x")
    run()
    theirs.close()
    assert data == [b"x"]


def test_ten_thousand_timers(loop: netuv.Loop, run: Any) -> None:
    fired = [0]

    def on_timer() -> None:
        fired[0] += 1

    timers = [netuv.set_timeout(on_timer, 1 + number % 50) for number in range(10_000)]
    assert len(loop.handles) == 10_000
    for timer in timers[::2]:
        netuv.clear_timeout(timer)
    assert len(loop.handles) == 5_000
    run()
    assert fired == [5_000]
    assert loop.handles == []


# -- clear --------------------------------------------------------------------------------------------


def test_a_cleared_timeout_does_not_fire(loop: netuv.Loop, run: Any) -> None:
    for clear in (netuv.clear_timeout, netuv.clear_interval, lambda timer: timer.close()):
        timer = netuv.set_timeout(print, 1)
        clear(timer)
        clear(timer)
        assert loop.handles == []
    run()


def test_clearing_none_or_what_is_done_is_nothing(run: Any) -> None:
    netuv.clear_timeout(None)
    netuv.clear_interval(None)
    netuv.clear_immediate(None)
    timer = netuv.set_timeout(lambda: None, 1)
    immediate = netuv.set_immediate(lambda: None)
    run()
    netuv.clear_timeout(timer)
    netuv.clear_immediate(immediate)


@pytest.mark.parametrize("clear", [netuv.clear_timeout, netuv.clear_interval, netuv.clear_immediate])
def test_clearing_what_is_no_timer_is_refused(loop: netuv.Loop, clear: Callable[..., Any]) -> None:
    with pytest.raises(TypeError) as caught:
        clear("abc")
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_a_timeout_that_clears_another_one_that_is_due_too(run: Any) -> None:
    netuv.set_timeout(lambda: netuv.clear_timeout(second), 4)
    second = netuv.set_timeout(lambda: pytest.fail("it was cleared"), 4)
    run()


def test_a_timeout_that_clears_itself(run: Any, must_call: Any) -> None:
    timer = netuv.set_timeout(must_call(lambda: netuv.clear_timeout(timer)), 1)
    run()


# -- set_interval -------------------------------------------------------------------------------------


def test_an_interval_repeats_until_it_is_cleared(loop: netuv.Loop, run: Any) -> None:
    calls: list[tuple[Any, ...]] = []

    def on_interval(*args: Any) -> None:
        calls.append(args)
        if len(calls) == 4:
            netuv.clear_interval(timer)

    timer = netuv.set_interval(on_interval, 2, "a", 1)
    run()
    assert calls == [("a", 1)] * 4
    assert loop.handles == []


def test_an_interval_waits_its_delay_after_each_call(run: Any) -> None:
    """One whose callback takes long does not fire again at once for what it has missed."""
    calls: list[str] = []

    def on_interval() -> None:
        calls.append("interval")
        until = time.perf_counter() + 0.03
        while time.perf_counter() < until:
            pass
        netuv.set_immediate(calls.append, "immediate")
        if calls.count("interval") == 3:
            timer.close()

    timer = netuv.set_interval(on_interval, 10)
    run()
    assert calls == ["interval", "immediate"] * 3


def test_an_interval_goes_on_after_an_exception(run: Any) -> None:
    calls: list[int] = []

    def on_interval() -> None:
        calls.append(1)
        if len(calls) == 3:
            timer.close()
        raise KeyError

    timer = netuv.set_interval(on_interval, 1)
    for _ in range(3):
        with pytest.raises(KeyError):
            run()
    run()
    assert len(calls) == 3


# -- ref, unref, refresh ------------------------------------------------------------------------------


def test_an_unref_d_timer_does_not_keep_the_loop_running(loop: netuv.Loop, run: Any) -> None:
    timers = [netuv.set_timeout(print, 60_000), netuv.set_interval(print, 60_000)]
    for timer in timers:
        assert timer.has_ref() is True
        assert timer.unref() is timer
        assert timer.has_ref() is False
    run()
    for timer in timers:
        timer.close()


def test_an_unref_d_timer_fires_while_something_else_runs(run: Any, must_call: Any) -> None:
    netuv.set_timeout(must_call(), 1).unref()
    netuv.set_timeout(must_call(), 30)
    run()


def test_ref_takes_unref_back(run: Any, must_call: Any) -> None:
    timer = netuv.set_timeout(must_call(), 20).unref()
    assert timer.ref() is timer
    assert timer.has_ref() is True
    run()


def test_programs_with_unref_d_timers_end_by_themselves() -> None:
    assert (
        script("""
            import netuv
            netuv.set_timeout(print, 60_000).unref()
            netuv.set_interval(print, 1).unref().refresh()
            netuv.set_immediate(print, "immediate").unref()
            netuv.run()
            print("end")
        """).stdout
        == "end\n"
    )


def test_unref_in_its_own_callback_ends_an_interval_s_run(loop: netuv.Loop, run: Any) -> None:
    timer = netuv.set_interval(lambda: timer.unref(), 1)
    run()
    timer.close()


def test_refresh_counts_the_delay_anew(run: Any) -> None:
    calls: list[str] = []
    refreshed = netuv.set_timeout(calls.append, 60, "refreshed")
    netuv.set_timeout(calls.append, 80, "other")
    netuv.set_timeout(lambda: refreshed.refresh(), 40)
    run()
    assert calls == ["other", "refreshed"]


def test_refresh_in_its_own_callback_and_after_it_has_fired(loop: netuv.Loop, run: Any) -> None:
    calls: list[int] = []

    def on_timer() -> None:
        calls.append(1)
        if len(calls) < 3:
            assert timer.refresh() is timer

    timer = netuv.set_timeout(on_timer, 1)
    run()
    assert len(calls) == 3
    timer.refresh()
    run()
    assert len(calls) == 4
    assert loop.handles == []


def test_refresh_keeps_unref(run: Any) -> None:
    timer = netuv.set_timeout(print, 60_000).unref().refresh()
    assert timer.has_ref() is False
    run()
    timer.close()


def test_refresh_does_not_bring_a_cleared_timer_back(loop: netuv.Loop, run: Any) -> None:
    timer = netuv.set_timeout(lambda: pytest.fail("it was cleared"), 1)
    timer.close()
    timer.refresh()
    run()
    assert loop.handles == []
