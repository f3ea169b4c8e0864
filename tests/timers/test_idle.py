"""Idle timers of sockets: no handle, never early, in the order of their last activity (row N15)."""

from __future__ import annotations

import gc
import socket
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import busy, nothing

import netuv
from netuv.timers import (
    IdleTimer,
)

pytestmark = pytest.mark.row("N15")


@pytest.fixture
def no_gc() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_socket_with_a_timeout_is_freed_without_the_collector(
    loop: netuv.Loop, run: Any, no_gc: None
) -> None:
    mine, theirs = socket.socketpair()
    client = netuv.Socket(fd=mine.detach())
    client.set_timeout(60_000)
    client.resume()
    theirs.sendall(b"x")
    theirs.close()
    gone = weakref.ref(client)
    run()
    del client
    assert gone() is None


def test_idle_timeouts_have_no_handle_and_are_no_timers_of_the_program(loop: netuv.Loop, run: Any) -> None:
    netuv.set_timeout(nothing, 1)
    run()
    before = len(loop.uv.handles)
    sockets = [netuv.Socket().set_timeout(1000 + number) for number in range(10)]
    assert len(loop.uv.handles) == before
    assert loop.handles == []
    for client in sockets:
        client.destroy()
    run()


def test_an_idle_timeout_is_never_early_and_comes_once(run: Any, peer: Any) -> None:
    mine, theirs = socket.socketpair()
    client = netuv.Socket(fd=mine.detach())
    last = [time.monotonic()]
    idle: list[float] = []
    timeouts = [0]

    def on_data(data: bytes) -> None:
        last[0] = time.monotonic()

    def on_timeout() -> None:
        timeouts[0] += 1
        idle.append((time.monotonic() - last[0]) * 1000)
        if timeouts[0] == 2:
            client.destroy()
        else:  # a write starts it anew
            netuv.set_timeout(write, 20)

    def write() -> None:
        busy(10)  # the loop's own time is stale by then
        last[0] = time.monotonic()
        client.write(b"y")

    def send(left: int) -> None:
        theirs.sendall(b"x")
        if left:
            netuv.set_timeout(send, 20, left - 1)

    client.on("data", on_data).on("timeout", on_timeout)
    client.set_timeout(150)
    send(10)
    run()
    theirs.close()
    assert timeouts == [2]
    # The read is stamped just before 'data'.
    assert idle[0] >= 149
    assert idle[1] >= 150


def test_many_idle_timers_of_one_delay_fire_in_the_order_of_their_last_activity(
    loop: netuv.Loop, run: Any
) -> None:
    class Owner:
        def __init__(self, name: int) -> None:
            self.name = name

        def _on_timeout(self) -> None:
            calls.append(self.name)

    calls: list[int] = []
    timers = [IdleTimer(loop, 200, Owner(number)) for number in range(5)]

    def touch(order: list[int]) -> None:
        if order:
            timers[order[0]].active()
            netuv.set_timeout(touch, 3, order[1:])

    netuv.set_timeout(touch, 5, [3, 1, 4, 0, 2])
    netuv.set_timeout(nothing, 600)
    run()
    assert calls == [3, 1, 4, 0, 2]
    for timer in timers:
        timer.close()
