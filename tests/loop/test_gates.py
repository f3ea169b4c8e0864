"""Ticks on a pyuv as it was released, which does not run them: netuv.uv does, behind each of its callbacks.

The pyuv that is built with netuv serves here as such a one: the loop does not tell it of its ticks.
"""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any

import pytest
import pyuv

import netuv
from netuv.uv import handles, turn, wire


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the fixture ``loop`` makes its loop."""
    monkeypatch.setattr(turn, "_RUNS_TICKS", False)
    for kind in (pyuv.TCP, pyuv.Pipe):
        complete = type(kind.__name__, (kind,), wire.methods_in_python(kind))
        monkeypatch.setattr(handles, kind.__name__, complete)


def noting(calls: list[str]) -> Callable[..., None]:
    """A callback that notes its call, and its tick."""

    def callback(*args: Any) -> None:
        calls.append("call")
        netuv.next_tick(calls.append, "tick")

    return callback


def test_connections_that_come_at_once(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    server = netuv.create_server().listen(0)
    port = server.address().port
    peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    note = noting(calls)

    def on_connection(client: netuv.Socket) -> None:
        note()
        client.destroy()
        if len(calls) == 5:
            server.close()

    server.on("connection", on_connection)
    run()
    assert calls == ["call", "tick"] * 3
    for each in peers:
        each.close()


def test_connect(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    calls: list[str] = []
    server = netuv.create_server().listen(0, "127.0.0.1")

    def on_listening() -> None:
        for _ in range(3):
            client = netuv.connect(server.address())
            client.on("connect", noting(calls))
            client.on("connect", client.destroy)
            client.on("close", must_call(on_close))

    def on_close(had_error: bool) -> None:
        if len(calls) == 6:
            server.close()

    server.on("connection", lambda client: client.resume())
    server.on("listening", must_call(on_listening))
    run()
    assert calls == ["call", "tick"] * 3


def test_lookups(run: Any) -> None:
    calls: list[str] = []
    for _ in range(3):
        netuv.lookup("localhost", noting(calls))
    run()
    assert calls == ["call", "tick"] * 3


def test_timers_and_immediates(run: Any) -> None:
    calls: list[str] = []
    for _ in range(3):
        netuv.set_timeout(noting(calls), 1)
        netuv.set_immediate(noting(calls))
    run()
    assert calls == ["call", "tick"] * 6


def test_the_tick_of_an_uncaught_exception_listener(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    loop.on("uncaughtException", noting(calls))
    netuv.set_timeout(lambda: 1 / 0, 1)
    netuv.set_immediate(lambda: 1 / 0)
    run()
    assert calls == ["call", "tick"] * 2


@pytest.mark.parametrize("start", [netuv.set_timeout, netuv.set_immediate])
def test_ticks_behind_an_exception_wait_for_the_next_run(loop: netuv.Loop, run: Any, start: Any) -> None:
    calls: list[str] = []

    def callback() -> None:
        noting(calls)()
        raise KeyError

    start(callback)
    with pytest.raises(KeyError):
        run()
    assert calls == ["call"]
    run()
    assert calls == ["call", "tick"]


def test_the_ticks_of_a_handle_of_the_user_s(loop: netuv.Loop, run: Any) -> None:
    """There is no gate behind its callback, but they run before the loop waits."""
    calls: list[str] = []
    handle = pyuv.Timer(loop.uv)

    def callback(handle: Any) -> None:
        noting(calls)()
        handle.close()

    handle.start(callback, 0.001, 0)
    loop.touch()
    run()
    assert calls == ["call", "tick"]
    netuv.next_tick(calls.append, "once more")
    run()
    assert calls[2:] == ["once more"]


def test_a_loop_with_ticks_that_nobody_will_run_is_let_go(loop: netuv.Loop) -> None:
    other = netuv.Loop()
    netuv.set_timeout(lambda: None, 60_000, loop=other)
    other.next_tick(lambda: None)
    with pytest.warns(ResourceWarning, match="nobody refers to it"):  # noqa: PT031
        del other
        gc.collect()
