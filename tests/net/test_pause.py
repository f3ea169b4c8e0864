"""pause() and resume() hold the peer back."""

from __future__ import annotations

import hashlib
import os
import select
import socket

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run

import netuv
from tests.net.peers import accept, place


@pytest.mark.row("S19")
def test_pause_holds_the_peer_back(
    run: Run, loop: netuv.Loop, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    """The peer sends until the kernels take no more; none of it is read meanwhile."""
    block = os.urandom(1 << 16)
    total = 512 * len(block)
    digest = hashlib.sha256(block * 512).hexdigest()

    def serve(sock: socket.socket) -> None:
        sent = 0
        while sent < total and select.select([], [sock], [], 0.2)[1]:
            sock.setblocking(False)
            sent += sock.send(block[sent % len(block) :])
        sock.settimeout(LIMIT)
        loop.call_soon_threadsafe(held_back, sent)
        while sent < total:
            sent += sock.send(block[sent % len(block) :])

    peer(accept, listener, serve)
    received = hashlib.sha256()
    sock = netuv.connect(place(listener))
    # A paused socket alone would not keep the loop running, as in Node.
    busy = netuv.set_interval(lambda: None, 1000)

    def on_first(data: bytes) -> None:
        assert sock.pause() is sock
        assert sock.is_paused() is True
        counts.append(sock.bytes_read)

    def held_back(sent: int) -> None:
        assert sent < total
        assert sock.bytes_read == counts[0]
        assert sock.readable_length == 0
        assert sock.resume() is sock
        assert sock.is_paused() is False
        netuv.clear_interval(busy)

    counts: list[int] = []
    held_back = must_call(held_back)
    sock.on("data", received.update)
    sock.once("data", must_call(on_first))
    run()
    assert sock.bytes_read == total
    assert received.hexdigest() == digest


@pytest.mark.row("S19")
def test_no_data_between_pause_and_resume(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    peer(accept, listener, lambda sock: [sock.sendall(b"%d" % n) for n in range(9)])
    sock = netuv.connect(place(listener))
    paused = False
    received: list[bytes] = []

    def on_data(data: bytes) -> None:
        nonlocal paused
        assert not paused
        received.append(data)
        sock.pause()
        paused = True
        netuv.set_timeout(go_on, 1)

    def go_on() -> None:
        nonlocal paused
        paused = False
        sock.resume()

    sock.on("data", on_data).on("end", must_call())
    run()
    assert b"".join(received) == b"012345678"


@pytest.mark.row("S19")
def test_pause_before_connect(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf) -> None:
    sent = peer(accept, listener, lambda sock: sock.sendall(b"early"))
    sock = netuv.connect(place(listener)).pause()
    received: list[bytes] = []
    sock.on("data", received.append)

    def on_connect() -> None:
        sent.result()
        netuv.set_immediate(lambda: netuv.set_immediate(much_later))

    def much_later() -> None:
        assert (sock.bytes_read, received) == (0, [])
        sock.resume()

    much_later = must_call(much_later)
    sock.on("connect", on_connect)
    run()
    assert received == [b"early"]
