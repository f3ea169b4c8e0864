"""run(): when it returns, stop(), loops inside and beside each other, what waiting costs."""

from __future__ import annotations

import time
from typing import Any

import pytest

import netuv
from tests.loop.programs import script


@pytest.mark.by_itself("it is about run() of the loop")
def test_with_nothing_to_do_run_returns(loop: netuv.Loop) -> None:
    loop.run()
    loop.run()
    assert script("import netuv; netuv.run(); print('done')").stdout == "done\n"


def test_run_ends_when_nothing_referenced_is_left_and_can_be_called_again(loop: netuv.Loop, run: Any) -> None:
    calls: list[int] = []
    for number in range(3):
        netuv.set_timeout(calls.append, 1, number)
        run()
    assert calls == [0, 1, 2]


@pytest.mark.by_itself("it is about run() of the loop")
def test_the_module_s_run_is_for_the_threads_own_loop(loop: netuv.Loop) -> None:
    calls: list[str] = []
    assert netuv.default_loop() is loop
    netuv.set_timeout(calls.append, 1, "called")
    netuv.run()
    assert calls == ["called"]


def test_what_was_deferred_before_run_is_done_although_nothing_is_open(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    loop.next_tick(calls.append, "tick")
    loop.call_soon_threadsafe(calls.append, "call")
    run()
    assert calls == ["tick", "call"]


@pytest.mark.by_itself("it is about run() of the loop")
def test_stop_leaves_what_is_open_for_the_next_run(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    netuv.set_timeout(lambda: (calls.append("first"), loop.stop()), 1)
    netuv.set_timeout(calls.append, 40, "second")
    run()
    assert calls == ["first"]
    run()
    assert calls == ["first", "second"]


@pytest.mark.by_itself("it is about run() of the loop")
def test_stop_before_run_does_not_count(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    loop.stop()
    netuv.set_timeout(must_call(), 1)
    run()


@pytest.mark.by_itself("it is about run() of the loop")
def test_stop_in_a_tick_before_the_first_turn(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    timer = netuv.set_timeout(calls.append, 1, "timer")
    loop.next_tick(loop.stop)
    run()
    assert (calls, loop.handles) == ([], [timer])
    run()
    assert calls == ["timer"]


def test_run_inside_run_is_refused(loop: netuv.Loop, run: Any) -> None:
    netuv.set_timeout(lambda: loop.run(), 1)
    with pytest.raises(RuntimeError, match="already running"):
        run()


def test_a_loop_may_run_inside_another_one(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []

    def outer() -> None:
        inner = netuv.Loop()
        netuv.set_timeout(calls.append, 1, "inner", loop=inner)
        inner.run()
        inner.close()
        calls.append("outer")

    netuv.set_timeout(outer, 1)
    run()
    assert calls == ["inner", "outer"]


def test_now_goes_on_with_the_turns(loop: netuv.Loop, run: Any) -> None:
    times = [loop.now()]
    netuv.set_timeout(lambda: times.append(loop.now()), 20)
    run()
    assert times[1] - times[0] >= 19


def test_cpu_time_is_not_spent_on_waiting(loop: netuv.Loop, run: Any) -> None:
    """An idle loop waits in the kernel: a second of it costs next to nothing."""
    server = netuv.create_server().listen(0, "127.0.0.1")
    netuv.next_tick(lambda: None)
    netuv.set_timeout(server.close, 500)
    before = time.process_time()
    run()
    assert time.process_time() - before < 0.25


@pytest.mark.by_itself("it is about run() of the loop")
def test_a_loop_of_the_main_thread_runs_in_another_thread_too(loop: netuv.Loop, run: Any, peer: Any) -> None:
    calls: list[str] = []
    loop.next_tick(calls.append, "main")
    run()
    loop.next_tick(calls.append, "thread")
    peer(loop.run).result()
    assert calls == ["main", "thread"]
