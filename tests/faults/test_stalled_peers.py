"""Peers that do not answer or do not read: timeouts come, and destroy() gets rid of them."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    Connection,
    MiB,
)

import netuv


def unanswered() -> tuple[socket.socket, list[socket.socket]]:
    """A listener whose queue is full: connections to it are neither made nor refused."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = []
    while True:
        sock = socket.socket()
        sock.setblocking(False)
        waiting.append(sock)
        sock.connect_ex(listener.getsockname())
        if not select.select([], [sock], [], 0.1)[1]:
            return listener, waiting


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.row("S20")
def test_a_peer_that_does_not_answer(run: Any, host: str) -> None:
    """The timeout comes while connecting too, and destroy() ends the attempt."""
    listener, waiting = unanswered()
    events: list[Any] = []
    client = netuv.connect(listener.getsockname()[1], host, family=4)
    client.write(b"never sent", lambda error: events.append(error.code))
    client.end(lambda error: events.append(error.code))
    client.set_timeout(40, lambda: (events.append("timeout"), client.destroy()))
    for event in ("connect", "error"):
        client.on(event, lambda *args, event=event: events.append(event))
    client.on("close", lambda had_error: events.append(("close", had_error)))
    run()
    for sock in (listener, *waiting):
        sock.close()
    assert events[0] == "timeout"
    assert events.count(("close", False)) == 1
    assert not {"connect", "error"} & set(map(str, events))
    assert "ERR_SOCKET_CLOSED_BEFORE_CONNECTION" in events
    assert len(events) == 4


@pytest.mark.row("S20")
def test_a_timeout_does_not_come_while_a_big_write_still_drains(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """The reader is slow, but each time the timer looks, it has taken something."""
    connection = connect()
    mine = connection.mine
    step = 256 * 1024

    def read_slowly() -> int:
        total = 0
        pace = threading.Event()
        while data := connection.theirs.recv(step, socket.MSG_WAITALL):
            total += len(data)
            pace.wait(0.02)
        return total

    mine.set_timeout(500)
    mine.resume()
    mine.end(b"x" * (60 * step))
    reader = peer(read_slowly)
    started = time.monotonic()
    mine.on("finish", lambda: connection.events.append(time.monotonic() - started))
    mine.on("finish", mine.destroy)
    run()
    connection.theirs.settimeout(0)
    assert reader.result() == 60 * step
    assert "timeout" not in connection.events
    assert connection.events[1] > 0.5  # it has taken longer than the timeout


@pytest.mark.row("S20")
def test_a_timeout_comes_for_a_queue_that_does_not_move(connect: Callable[..., Connection], run: Any) -> None:
    """And it only tells; the socket stays open."""
    connection = connect()
    mine = connection.mine
    mine.write(b"x" * (16 * MiB))
    assert mine.writable_length > 0
    mine.set_timeout(60)

    def on_timeout() -> None:
        assert not mine.destroyed
        assert mine.writable_length > 0
        if connection.count("timeout") == 2:
            mine.destroy()
        else:
            mine.set_timeout(60)

    mine.on("timeout", on_timeout)
    run()
    connection.check_end()
    assert connection.count("timeout") == 2


@pytest.mark.row("S17", "S20", "N10")
def test_a_peer_that_never_reads_can_be_got_rid_of(connect: Callable[..., Connection], run: Any) -> None:
    """End(), a while later destroy(); the FIN that could not be sent keeps nobody waiting."""
    connection = connect()
    mine, results = connection.mine, []
    mine.write(b"x" * (16 * MiB))
    mine.end(lambda error: results.append(error.code))
    mine.destroy_soon()
    mine.set_timeout(40, mine.destroy)
    run()
    connection.check_end()
    assert connection.count("finish") == 0
    assert results == ["ECANCELED"]
