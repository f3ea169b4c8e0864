"""set_immediate() (row N15)."""

from __future__ import annotations

import gc
import socket
from typing import Any

import pytest

import netuv

pytestmark = pytest.mark.row("N15")


def test_immediates_run_in_their_order_with_their_arguments(run: Any) -> None:
    calls: list[Any] = []
    for number in range(20):
        netuv.set_immediate(lambda *args: calls.append(args), number, "x")
    assert calls == []
    run()
    assert calls == [(number, "x") for number in range(20)]


def test_what_an_immediate_adds_waits_for_the_next_turn(run: Any) -> None:
    calls: list[str] = []

    def first() -> None:
        calls.append("first")
        netuv.set_immediate(calls.append, "added")
        netuv.next_tick(calls.append, "tick")

    netuv.set_immediate(first)
    netuv.set_immediate(calls.append, "second")
    run()
    assert calls == ["first", "tick", "second", "added"]


def test_immediates_do_not_starve_io_or_timers(run: Any, peer: Any) -> None:
    mine, theirs = socket.socketpair()
    client = netuv.Socket(fd=mine.detach())
    seen: list[str] = []

    def again() -> None:
        if len(seen) < 2:
            netuv.set_immediate(again)

    def on_data(data: bytes) -> None:
        seen.append("data")
        client.destroy()

    client.on("data", on_data)
    netuv.set_timeout(seen.append, 5, "timer")
    netuv.set_immediate(again)
    peer(theirs.sendall, b"x")
    run()
    theirs.close()
    assert sorted(seen) == ["data", "timer"]


def test_an_immediate_does_not_wait_for_io(run: Any) -> None:
    """There is something open, so the loop would sleep without it."""
    server = netuv.create_server().listen(0, "127.0.0.1")
    server.on("listening", lambda: netuv.set_immediate(netuv.set_immediate, server.close))
    run()


def test_a_cleared_immediate_does_not_run(run: Any) -> None:
    first = netuv.set_immediate(print)
    netuv.clear_immediate(first)
    netuv.clear_immediate(first)
    netuv.set_immediate(lambda: netuv.clear_immediate(third))
    third = netuv.set_immediate(lambda: pytest.fail("it was cleared"))
    run()


def test_unref_d_immediates(run: Any, must_call: Any) -> None:
    immediate = netuv.set_immediate(lambda: pytest.fail("nothing kept the loop running"))
    assert immediate.has_ref() is True
    assert immediate.unref() is immediate
    assert immediate.unref().has_ref() is False
    run()
    netuv.clear_immediate(immediate)
    netuv.set_immediate(must_call()).unref().ref()
    netuv.set_immediate(must_call()).unref()  # runs along with the other one
    run()


def test_after_an_exception_the_other_immediates_run(run: Any, must_call: Any) -> None:
    netuv.set_immediate(lambda: 1 / 0)
    netuv.set_immediate(must_call())
    with pytest.raises(ZeroDivisionError):
        run()
    run()


def test_immediates_that_come_and_go_leave_nothing_behind(loop: netuv.Loop, run: Any) -> None:
    for _ in range(3):
        netuv.set_immediate(lambda: None)
        run()
    assert loop.handles == []
    gc.collect()
