"""loop.handles says what is open, repr() in which state."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import pyuv

import netuv
from tests.loop.programs import boom, pair


def test_handles_says_what_is_open(loop: netuv.Loop, run: Any) -> None:
    assert loop.handles == []
    server = netuv.create_server().listen(0)
    client, theirs = pair(loop)
    timer = netuv.set_timeout(boom, 60_000).unref()
    foreign = pyuv.Timer(loop.uv)
    assert set(loop.handles) == {server, client, timer, foreign}
    client.set_timeout(1000)  # what serves a socket is not counted on its own
    netuv.set_immediate(lambda: None)
    netuv.next_tick(lambda: None)
    assert set(loop.handles) == {server, client, timer, foreign}
    server.close()
    client.destroy()
    timer.close()
    foreign.close()
    run()
    theirs.close()
    assert loop.handles == []


def test_handles_with_kinds_that_netuv_has_no_idea_of(loop: netuv.Loop, run: Any) -> None:
    foreign = [
        pyuv.Idle(loop.uv),
        pyuv.UDP(loop.uv),
        pyuv.Async(loop.uv, boom),
        pyuv.Signal(loop.uv),
        pyuv.fs.FSPoll(loop.uv),
    ]
    assert set(loop.handles) == set(foreign)
    for handle in foreign:
        handle.close()
    loop.touch()
    run()


def test_a_socket_without_a_connection_is_not_open(loop: netuv.Loop) -> None:
    netuv.Socket()
    netuv.Server()
    assert loop.handles == []


def test_what_is_open_is_kept_alive(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    """Nothing but the loop holds these."""
    mine, theirs = pair(loop)
    mine.on("data", must_call())
    netuv.set_timeout(must_call(theirs.close), 20)
    del mine
    gc.collect()
    theirs.sendall(b"x")
    run()


@pytest.mark.by_itself("it is about close() of the loop")
def test_repr_tells_the_state(loop: netuv.Loop, run: Any) -> None:
    texts: list[str] = []
    netuv.set_timeout(lambda: texts.append(repr(loop)), 1)
    assert repr(loop) == "<netuv.Loop idle, 1 open>"
    run()
    assert "running" in texts[0]
    loop.close()
    assert "closed" in repr(loop)
