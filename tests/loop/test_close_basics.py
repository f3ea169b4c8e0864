"""Loop.close(): what it ends, what it says, and what may come after it."""

from __future__ import annotations

import gc
import os
from typing import Any

import pytest
import pyuv

import netuv
from tests.loop.programs import Boom, boom, pair, script


@pytest.mark.by_itself("it is about close() of the loop")
def test_close_ends_everything_and_says_so(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    sockets: list[netuv.Socket] = []
    server = netuv.create_server(sockets.append).listen(0, "127.0.0.1")
    server.on("listening", lambda: client.connect(server.address().port, "127.0.0.1"))
    client = netuv.Socket()
    client.on("connect", lambda: netuv.set_immediate(loop.stop))
    netuv.set_timeout(boom, 60_000)
    netuv.set_interval(boom, 60_000)
    foreign = pyuv.Timer(loop.uv)
    foreign.start(boom, 60, 60)
    run()
    assert len(loop.handles) == 2 + len(sockets) + 3
    for each in (server, client, *sockets):
        each.on("close", must_call())
    netuv.set_immediate(boom)
    loop.close()
    assert loop.closed
    assert foreign.closed
    assert client.destroyed
    assert not server.listening


@pytest.mark.by_itself("it is about close() of the loop")
def test_close_twice_and_what_comes_after(loop: netuv.Loop) -> None:
    loop.close()
    loop.close()
    for call in (
        loop.run,
        lambda: netuv.Socket(loop=loop),
        lambda: netuv.Server(loop=loop),
        lambda: netuv.set_timeout(boom, 1, loop=loop),
        lambda: netuv.set_immediate(boom, loop=loop),
        lambda: netuv.next_tick(boom, loop=loop),
        lambda: netuv.lookup("127.0.0.1", boom, loop=loop),
        lambda: loop.call_soon_threadsafe(boom),
    ):
        with pytest.raises(netuv.NetError) as caught:
            call()
        assert caught.value.code == "ERR_LOOP_CLOSED"


def test_what_belonged_to_a_closed_loop_refuses_work_clearly() -> None:
    loop = netuv.Loop()
    server = netuv.Server(loop=loop)
    client = netuv.Socket(loop=loop)
    timer = netuv.set_timeout(boom, 1000, loop=loop)
    loop.close()
    for call in (lambda: server.listen(0), lambda: client.connect(1)):
        with pytest.raises(netuv.NetError) as caught:
            call()
        assert caught.value.code == "ERR_LOOP_CLOSED"
    # What a `finally` does is no error: there is nothing left to do.
    timer.close()
    client.destroy()
    server.close()


def test_close_with_a_listen_that_is_still_pending() -> None:
    """With a host it starts to listen in a tick or after a lookup, so it could do so while closing."""
    done = script("""
        import netuv
        names = ("127.0.0.1", "localhost")
        servers = [netuv.create_server().listen(0, name) for name in names]
        netuv.default_loop().close()
        print([server.listening for server in servers])
    """)
    assert (done.stdout, done.stderr) == ("[False, False]\n", "")


def test_a_running_loop_cannot_be_closed(loop: netuv.Loop, run: Any) -> None:
    netuv.set_timeout(lambda: loop.close(), 1)
    with pytest.raises(RuntimeError, match="running"):
        run()
    assert not loop.closed


@pytest.mark.by_itself("it is about close() of the loop")
def test_a_closed_default_loop_is_replaced(loop: netuv.Loop, must_call: Any) -> None:
    loop.close()
    other = netuv.default_loop()
    assert other is not loop
    netuv.set_timeout(must_call(), 1)
    netuv.run()
    other.close()


@pytest.mark.by_itself("it is about close() of the loop")
def test_close_raises_what_a_listener_lets_out_and_closes_nevertheless(loop: netuv.Loop) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    server.on("close", boom)
    netuv.set_timeout(loop.stop, 1)
    loop.run()
    with pytest.raises(Boom):
        loop.close()
    assert loop.closed


@pytest.mark.by_itself("it is about close() of the loop")
def test_close_is_not_kept_waiting_by_what_its_close_events_start(loop: netuv.Loop) -> None:
    """A client that reconnects in 'close' would otherwise keep close() from returning."""
    fired: list[int] = []

    def again() -> None:
        def on_timer() -> None:
            fired.append(1)
            if len(fired) == 20:
                netuv.clear_interval(timer)

        timer = netuv.set_interval(on_timer, 5)

    client, theirs = pair(loop)
    client.on("close", lambda had_error: again())
    with theirs:
        loop.close()
    assert fired == []


def test_a_loop_that_is_dropped_takes_its_descriptors_along() -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        loop = netuv.Loop()
        netuv.set_timeout(lambda: None, 1, loop=loop)
        loop.run()
        loop.close()
        del loop
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before
