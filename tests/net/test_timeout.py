"""set_timeout(): when a socket is idle."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, receive_all

import netuv
from tests.net.peers import accept, echo, place, silent


@pytest.mark.row("S20")
def test_timeout_does_not_close(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    served = peer(accept, listener, receive_all)

    def on_timeout() -> None:
        assert (sock.destroyed, sock.ready_state) == (False, "open")
        sock.end(b"still open")

    def on_connect() -> None:
        callback = must_call(on_timeout)
        assert sock.set_timeout(10, callback) is sock
        assert sock.timeout == 10
        assert sock.listeners("timeout") == [callback]

    sock = netuv.connect(place(listener), on_connect)
    assert sock.timeout is None
    run()
    assert served.result() == b"still open"


@pytest.mark.row("S20")
def test_the_callback_of_set_timeout_is_for_once(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """'timeout' comes again after more activity; the callback does not."""
    peer(accept, listener, echo)
    sock = netuv.connect(place(listener))
    seen: list[str] = []

    def on_timeout() -> None:
        seen.append("timeout")
        if seen.count("timeout") == 1:
            sock.write(b"x")
        else:
            sock.end()

    sock.on("timeout", on_timeout).resume()
    sock.set_timeout(10, lambda: seen.append("callback"))
    run()
    assert seen[:3] == ["timeout", "callback", "timeout"]
    assert seen.count("callback") == 1


@pytest.mark.row("S20")
@pytest.mark.parametrize("when", ["before", "after"])
def test_timeout_0_disables(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str
) -> None:
    peer(accept, listener, receive_all)
    callback = must_call(times=0)

    def on_connect() -> None:
        if when == "after":
            sock.set_timeout(0, callback)
        netuv.set_timeout(lambda: sock.end(), 60)

    sock = netuv.connect(place(listener), on_connect)
    sock.set_timeout(20, callback)
    if when == "before":
        sock.set_timeout(0, callback)
    assert sock.listener_count("timeout") == (0 if when == "before" else 1)
    run()
    assert sock.listener_count("timeout") == 0
    assert sock.timeout == 0


@pytest.mark.row("S20")
@pytest.mark.parametrize("activity", ["write", "read"])
def test_activity_puts_the_timeout_off(
    run: Run,
    loop: netuv.Loop,
    must_call: MustCall,
    listener: socket.socket,
    peer: PeerOf,
    activity: str,
) -> None:
    """It fires only when the last read or write is so many ms ago, however slow the machine is."""
    go = threading.Semaphore(0)
    stop = threading.Event()

    def serve(sock: socket.socket) -> None:
        for _ in range(9):
            assert go.acquire(timeout=LIMIT)
            sock.sendall(b"x")
            if stop.is_set():
                break
        receive_all(sock)

    peer(accept, listener, serve)
    last = received = rounds = 0

    def act() -> None:
        nonlocal rounds, last
        rounds += 1
        if rounds == 6:
            netuv.clear_interval(timer)
        if activity == "write":
            last = loop.now()
            sock.write(b"x")
        else:
            go.release()

    def on_data(data: bytes) -> None:
        nonlocal last, received, timer
        last = loop.now()
        received += 1
        if received < 3:
            go.release()
        elif received == 3:  # data flows by now
            sock.set_timeout(60, must_call(on_timeout))
            timer = netuv.set_interval(act, 20)

    def on_timeout() -> None:
        assert loop.now() - last >= 60
        netuv.clear_interval(timer)
        stop.set()
        go.release()
        sock.end()

    timer: Any = None
    sock = netuv.connect(place(listener), go.release).on("data", on_data)
    run()
    assert rounds > 1


@pytest.mark.row("S20")
def test_a_queue_that_does_not_move_is_idle(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    size = 16 << 20
    go = threading.Event()

    def serve(sock: socket.socket) -> int:
        assert go.wait(LIMIT)
        return len(receive_all(sock))

    served = peer(accept, listener, serve)

    def on_timeout() -> None:
        assert sock.buffer_size > 0
        sock.set_timeout(0)
        go.set()

    def on_connect() -> None:
        sock.end(bytes(size))
        sock.set_timeout(20, must_call(on_timeout))

    sock = netuv.connect(place(listener), on_connect)
    run()
    assert served.result() == size


@pytest.mark.row("S20")
def test_the_progress_of_a_queue_is_activity(
    run: Run, loop: netuv.Loop, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """The peer takes 1 MiB now and then, for a while, and then nothing more."""
    size = 32 << 20
    go = threading.Semaphore(0)

    def serve(sock: socket.socket) -> int:
        taken = 0
        for _ in range(16):
            assert go.acquire(timeout=LIMIT)
            taken += len(sock.recv(1 << 20, socket.MSG_WAITALL))
        assert go.acquire(timeout=LIMIT)
        return taken + len(receive_all(sock))

    served = peer(accept, listener, serve)
    rounds = queued = looked_at = moved_after = 0

    def look() -> None:
        """Note when the queue had not yet moved for the last time."""
        nonlocal queued, looked_at, moved_after
        if sock.buffer_size != queued:
            queued, moved_after = sock.buffer_size, looked_at
        looked_at = loop.now()

    def act() -> None:
        nonlocal rounds
        look()
        if rounds < 16:
            rounds += 1
            go.release()

    def on_timeout() -> None:
        look()
        assert looked_at - moved_after >= 100
        netuv.clear_interval(timer)
        sock.set_timeout(0)
        go.release(17)

    def on_connect() -> None:
        nonlocal timer
        sock.end(bytes(size))
        look()
        look()
        sock.set_timeout(100, must_call(on_timeout))
        timer = netuv.set_interval(act, 15)

    timer: Any = None
    sock = netuv.connect(place(listener), on_connect)
    run()
    assert rounds > 1
    assert served.result() == size


@pytest.mark.row("S20")
def test_timeout_while_connecting(run: Run, must_call: MustCall) -> None:
    with silent() as port:
        sock = netuv.connect({"port": port, "host": "127.0.0.1", "timeout": 10})
        assert sock.timeout == 10

        def on_timeout() -> None:
            assert sock.connecting is True
            sock.destroy()

        sock.on("connect", must_call(times=0)).on("timeout", must_call(on_timeout))
        run()


@pytest.mark.row("S20", "N14")
def test_arguments_of_set_timeout(run: Run) -> None:
    sock = netuv.Socket()
    for value in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="timeout"):
            sock.set_timeout(value)
    for value in ("10", None, True):
        with pytest.raises(TypeError, match="timeout"):
            sock.set_timeout(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="callback"):
        sock.set_timeout(10, "no function")  # type: ignore[arg-type]
    sock.set_timeout(10, lambda: None)
    run()  # a timer alone does not keep the loop running
    sock.destroy()
    sock.set_timeout(10)
    run()
