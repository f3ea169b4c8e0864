"""A turn at a time, for a loop of another kind: run_once(), run_nowait(), fileno(), timeout()."""

from __future__ import annotations

import select
import signal
import socket
from typing import Any

import pytest
from helpers import LIMIT

import netuv
from tests.loop.programs import Boom, boom, process

pytestmark = [pytest.mark.row("O01"), pytest.mark.by_itself("it is about run_once() and run_nowait()")]


def turns(loop: netuv.Loop) -> None:
    """What a foreign loop does: it waits by itself, and then gives a turn that waits for nothing."""
    while True:
        ready = loop.run_nowait()
        if not ready:
            return
        wait = loop.timeout()
        select.select([loop.fileno()], [], [], LIMIT if wait is None else wait / 1000)


def test_nothing_to_do(loop: netuv.Loop) -> None:
    assert loop.run_nowait() is False
    assert loop.run_once() is False
    assert loop.timeout() is None


def test_run_nowait_does_not_wait(loop: netuv.Loop) -> None:
    timer = netuv.set_timeout(boom, 60_000)
    assert loop.run_nowait() is True
    timer.close()
    assert loop.run_nowait() is False


def test_run_once_waits(loop: netuv.Loop) -> None:
    calls: list[str] = []
    netuv.set_timeout(calls.append, 20, "timer")
    turns = 0
    while loop.run_once():
        turns += 1
    assert calls == ["timer"]
    assert turns < 50  # a loop that does not wait takes thousands


def test_run_once_does_not_wait_behind_a_tick(loop: netuv.Loop) -> None:
    calls: list[str] = []
    timer = netuv.set_timeout(boom, 60_000)
    loop.next_tick(calls.append, "tick")
    assert loop.run_once() is True
    loop.call_soon_threadsafe(calls.append, "call")
    assert loop.run_once() is True
    assert calls == ["tick", "call"]
    timer.close()


def test_another_thread_wakes_run_once(loop: netuv.Loop, peer: Any) -> None:
    calls: list[str] = []
    timer = netuv.set_timeout(boom, 60_000)
    thread = peer(loop.call_soon_threadsafe, calls.append, "call")
    while not calls:
        loop.run_once()
    thread.result()
    timer.close()


@pytest.mark.parametrize("method", ["run_once", "run_nowait"])
def test_exceptions_are_raised(loop: netuv.Loop, method: str) -> None:
    calls: list[str] = []

    def fails() -> None:
        loop.next_tick(calls.append, "tick")
        raise Boom("in a timer")

    netuv.set_timeout(fails, 1)
    netuv.set_timeout(calls.append, 2, "next")
    turn = getattr(loop, method)
    with pytest.raises(Boom, match="in a timer") as caught:  # noqa: PT012
        while turn():
            pass
    assert caught.traceback[-1].name == "fails"
    while turn():
        pass
    assert calls == ["tick", "next"]


def test_a_listener_of_uncaught_exceptions_takes_them(loop: netuv.Loop) -> None:
    errors: list[BaseException] = []
    loop.on("uncaughtException", errors.append)
    netuv.set_immediate(boom)
    while loop.run_nowait():
        pass
    assert [type(error) for error in errors] == [Boom]


def test_ticks_run_behind_each_callback(loop: netuv.Loop) -> None:
    calls: list[str] = []

    def first() -> None:
        calls.append("first")
        loop.next_tick(calls.append, "tick")

    netuv.set_immediate(first)
    netuv.set_immediate(calls.append, "second")
    loop.run_nowait()
    assert calls == ["first", "tick", "second"]


@pytest.mark.parametrize("method", ["run", "run_once", "run_nowait"])
def test_not_within_a_callback(loop: netuv.Loop, method: str) -> None:
    loop.next_tick(getattr(loop, method))
    with pytest.raises(RuntimeError, match="already running"):
        loop.run_once()


def test_not_after_close() -> None:
    loop = netuv.Loop()
    loop.close()
    for method in (loop.run_once, loop.run_nowait, loop.fileno, loop.timeout):
        with pytest.raises(netuv.NetError) as caught:
            method()
        assert caught.value.code == "ERR_LOOP_CLOSED"


def test_stop_ends_the_turn(loop: netuv.Loop) -> None:
    calls: list[str] = []
    loop.next_tick(loop.stop)
    netuv.set_immediate(calls.append, "immediate")
    assert loop.run_nowait() is True
    assert calls == []
    assert loop.run_nowait() is False
    assert calls == ["immediate"]


def test_timeout(loop: netuv.Loop) -> None:
    loop.run_nowait()
    loop.next_tick(lambda: None)
    assert loop.timeout() == 0
    loop.run_nowait()
    assert loop.timeout() is None
    timer = netuv.set_timeout(boom, 60_000)
    loop.run_nowait()
    wait = loop.timeout()
    assert wait is not None
    assert 50_000 < wait <= 60_002
    timer.close()
    immediate = netuv.set_immediate(boom)
    assert loop.timeout() == 0
    netuv.clear_immediate(immediate)


def test_timeout_of_what_is_only_heard(loop: netuv.Loop) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    while loop.timeout() == 0:  # the kernel hears of the server in a turn
        loop.run_nowait()
    assert server.listening
    assert loop.timeout() is None
    server.close()
    assert loop.timeout() == 0
    assert loop.run_nowait() is False


def test_fileno_tells_of_a_connection(loop: netuv.Loop) -> None:
    connections: list[netuv.Socket] = []
    server = netuv.create_server(connections.append).listen(0, "127.0.0.1")
    while loop.timeout() == 0:
        loop.run_nowait()
    assert select.select([loop.fileno()], [], [], 0)[0] == []
    address = server.address()
    assert isinstance(address, netuv.AddressInfo)
    with socket.create_connection((address.address, address.port), LIMIT):
        assert select.select([loop.fileno()], [], [], LIMIT)[0] == [loop.fileno()]
        loop.run_nowait()
        assert len(connections) == 1
    server.close()
    turns(loop)


def test_a_server_and_its_client_within_another_loop(loop: netuv.Loop) -> None:
    events: list[Any] = []
    server = netuv.create_server(lambda client: client.pipe(client))

    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        client = netuv.connect(address.port, "localhost")
        client.end(b"x" * 1_000_000)
        size = [0]
        client.on("data", lambda data: size.__setitem__(0, size[0] + len(data)))
        client.on("close", lambda had_error: (events.append((size[0], had_error)), server.close()))

    server.listen(0, "localhost", on_listening)
    turns(loop)
    assert events == [(1_000_000, False)]


def test_ctrl_c_while_run_once_waits() -> None:
    program = """
        import netuv
        netuv.set_timeout(print, 60_000)
        netuv.default_loop().run_nowait()
        try:
            print("waits", flush=True)
            while netuv.default_loop().run_once():
                pass
        except KeyboardInterrupt:
            print("interrupted")
    """
    with process(program) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waits\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted\n"
        child.send_signal(signal.SIGKILL)
