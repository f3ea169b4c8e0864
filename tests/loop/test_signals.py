"""Signals while a loop runs: a handler that raises costs no event, and all that wait for signals get them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

import netuv
from netuv.loop import signals
from netuv.net.connecting import Attempt

LIMIT = 20.0


class Interrupt(BaseException):
    pass


@pytest.fixture
def handler() -> Iterator[list[str]]:
    """SIGUSR1 raises Interrupt; the files of the frames that it hit."""
    hit: list[str] = []

    def on_signal(number: int, frame: Any) -> None:
        hit.append(frame.f_code.co_filename)
        raise Interrupt

    former = signal.signal(signal.SIGUSR1, on_signal)
    try:
        yield hit
    finally:
        signal.signal(signal.SIGUSR1, former)


def run_through(loop: netuv.Loop) -> int:
    """Run the loop to its end, however often it is interrupted; how often that was."""
    count = 0
    while True:
        try:
            loop.run()
        except Interrupt:
            count += 1
        else:
            return count


def ask() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def at_entry(monkeypatch: Any, owner: Any, name: str) -> list[int]:
    """Let the signal arrive as this function of netuv's is called, for the first time."""
    original = getattr(owner, name)
    asked: list[int] = []
    code = compile(
        "def entered(*args, **keywords):\n"
        "    if not asked:\n"
        "        asked.append(1)\n"
        "        ask()\n"
        "    return original(*args, **keywords)\n",
        signals.__file__,  # as if it were netuv's own
        "exec",
    )
    # Not a function of the test's own, which would be the user's code that is under way.
    names: dict[str, Any] = {
        "asked": asked,
        "ask": partial(os.kill, os.getpid(), signal.SIGUSR1),
        "original": original,
    }
    exec(code, names)
    monkeypatch.setattr(owner, name, names["entered"])
    return asked


CALLBACKS: dict[str, tuple[Any, str]] = {
    "accept": (netuv.Server, "_on_connection"),
    "read": (netuv.Socket, "_on_read"),
    "end of stream": (netuv.Socket, "_on_read_end"),
    "write done": (netuv.Socket, "_on_sent"),
    "shutdown": (netuv.Socket, "_final"),
    "connected": (Attempt, "_succeed"),
    "close": (netuv.Socket, "_on_closed"),
    "call_soon_threadsafe": (netuv.Loop, "_run_calls"),
    "timer": (netuv.timers._Timers, "_on_timer"),
    "immediate": (netuv.timers._Immediates, "_on_check"),
}


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_handler_that_raises_costs_no_event(
    loop: netuv.Loop, handler: list[str], monkeypatch: Any, must_call: Any, callback: str
) -> None:
    asked = at_entry(monkeypatch, *CALLBACKS[callback])
    size = 30_000_000  # more than the kernel takes at once
    sent: list[Any] = []

    def on_connection(client: netuv.Socket) -> None:
        received = bytearray()
        client.on("data", received.extend)
        client.on("data", len)  # with one listener _on_read() is not called
        client.on("end", must_call(lambda: (got.append(bytes(received)), client.end())))
        client.on("close", must_call())

    got: list[bytes] = []
    server = netuv.create_server(on_connection, allow_half_open=True)
    server.on("close", must_call())

    def on_listening() -> None:
        client = netuv.connect(server.address().port, "localhost", must_call())
        client.write(bytes(size), must_call(sent.append))
        client.end(must_call())
        client.resume()
        client.on("close", must_call(lambda had_error: server.close()))
        loop.call_soon_threadsafe(must_call())
        netuv.set_immediate(must_call())

    netuv.set_timeout(must_call(), 1)
    server.listen(0, "127.0.0.1", must_call(on_listening))
    count = run_through(loop)
    assert (asked, count) == ([1], 1)
    assert [len(data) for data in got] == [size]


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_a_handler_that_raises_does_not_skip_the_listener(
    loop: netuv.Loop, handler: list[str], monkeypatch: Any
) -> None:
    """It waits until the user's function has begun."""
    at_entry(monkeypatch, netuv.Socket, "_on_read")
    left, right = socket.socketpair()
    heard: list[bytes] = []
    client = netuv.Socket(fd=left.detach())
    client.on("data", lambda data: heard.append(data))
    client.on("data", len)  # with one listener _on_read() is not called
    with right:
        right.sendall(b"first")
        netuv.set_timeout(lambda: (right.sendall(b"second"), right.shutdown(socket.SHUT_WR)), 20)
        assert run_through(loop) == 1
        assert b"".join(heard) == b"firstsecond"


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_a_storm_of_handlers_that_raise(loop: netuv.Loop, handler: list[str], peer: Any) -> None:
    """NETUV_STORM is how many seconds it takes; 1 by default."""
    end = time.monotonic() + float(os.environ.get("NETUV_STORM", "1"))
    server = netuv.create_server(lambda c: c.pipe(c)).listen(0, "127.0.0.1")
    server.on("listening", lambda: peers.append(peer(clients)))
    peers: list[Any] = []
    done = threading.Event()

    def clients() -> int:
        count = 0
        while time.monotonic() < end:
            with socket.create_connection(("127.0.0.1", server.address().port), LIMIT) as client:
                client.settimeout(LIMIT)
                data = os.urandom(100_000)
                for _ in range(3):
                    client.sendall(data)
                    received = b""
                    while len(received) < len(data):
                        part = client.recv(65536)
                        assert part
                        received += part
                    assert received == data
                    ask()
            count += 1
        done.set()
        loop.call_soon_threadsafe(server.close)
        return count

    ticks: list[int] = []
    timer = netuv.set_interval(lambda: ticks.append(1), 2).unref()
    interrupts = run_through(loop)
    timer.close()
    assert done.is_set()
    assert peers[0].result() > 0
    assert interrupts > 0
    assert ticks


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_a_loop_that_only_calls_netuv_can_be_interrupted(
    loop: netuv.Loop, handler: list[str], peer: Any
) -> None:
    left, right = socket.socketpair()
    client = netuv.Socket(fd=left.detach())

    def busy() -> None:
        peer(ask)
        while True:
            client.write(b"")

    netuv.set_timeout(busy, 1)
    with right, pytest.raises(Interrupt):
        loop.run()
    client.destroy()
    loop.run()


def test_the_former_owner_of_the_wakeup_fd_gets_its_bytes() -> None:
    async def main() -> list[str]:
        got: list[str] = []
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, got.append, "SIGUSR2")
        inner = netuv.Loop()
        netuv.set_timeout(os.kill, 1, os.getpid(), signal.SIGUSR2, loop=inner)
        inner.run()
        inner.close()
        await asyncio.sleep(0.01)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR2)
        return got

    assert asyncio.run(main()) == ["SIGUSR2"]


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_handlers_are_as_before_after_run(loop: netuv.Loop) -> None:
    before = [signal.getsignal(number) for number in range(1, signal.NSIG)]
    netuv.set_timeout(lambda: None, 1)
    loop.run()
    assert [signal.getsignal(number) for number in range(1, signal.NSIG)] == before


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
@pytest.mark.parametrize("other", [signal.SIG_IGN, signal.SIG_DFL, lambda number, frame: None])
def test_a_handler_that_is_set_while_the_loop_runs_stays(loop: netuv.Loop, other: Any) -> None:
    former = signal.getsignal(signal.SIGUSR1)
    netuv.set_timeout(signal.signal, 1, signal.SIGUSR1, other)
    try:
        loop.run()
        assert signal.getsignal(signal.SIGUSR1) == other
    finally:
        signal.signal(signal.SIGUSR1, former)


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_a_handler_saved_while_the_loop_runs_works_afterwards(loop: netuv.Loop, handler: list[str]) -> None:
    saved: list[Any] = []
    netuv.set_timeout(lambda: saved.append(signal.signal(signal.SIGUSR1, signal.SIG_IGN)), 1)
    loop.run()
    signal.signal(signal.SIGUSR1, saved[0])
    with pytest.raises(Interrupt):
        ask()
    netuv.set_timeout(ask, 1)
    with pytest.raises(Interrupt):
        loop.run()


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_a_handler_that_hands_on_to_the_former_one(loop: netuv.Loop, handler: list[str]) -> None:
    calls: list[int] = []

    def mine(number: int, frame: Any) -> None:
        calls.append(number)
        former[0](number, frame)

    former: list[Any] = []
    netuv.set_timeout(lambda: (former.append(signal.signal(signal.SIGUSR1, mine)), ask()), 1)
    with pytest.raises(Interrupt):
        loop.run()
    assert calls == [signal.SIGUSR1]


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
def test_run_where_the_wakeup_fd_cannot_be_set(loop: netuv.Loop, monkeypatch: Any, must_call: Any) -> None:
    """So it is in subinterpreters, and in the threads of a program that embeds Python."""

    def refused(*args: Any, **keywords: Any) -> Callable[..., Any]:
        raise ValueError("set_wakeup_fd only works in main thread of the main interpreter")

    monkeypatch.setattr(signal, "set_wakeup_fd", refused)
    netuv.set_timeout(must_call(), 1)
    loop.run()
