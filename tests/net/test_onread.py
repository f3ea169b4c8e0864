"""``onread``: what arrives is copied to the caller's buffer, piece by piece."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import MustCall, PeerOf, Run, plain

import netuv
from tests.net.peers import accept, place

DATA = bytes(range(100))


class Reader:
    def __init__(self, buffer: Any, callback: Callable[[bytes], Any]) -> None:
        near, self.peer = socket.socketpair()
        self.got: list[bytes] = []

        def on_read(size: int, buffer: Any) -> Any:
            piece = bytes(memoryview(buffer)[:size])
            self.got.append(piece)
            return callback(piece)

        self.peer.sendall(DATA)
        self.peer.shutdown(socket.SHUT_WR)
        self.socket = netuv.Socket(fd=near.detach(), onread={"buffer": buffer, "callback": on_read})
        self.socket.on("close", lambda had_error: self.peer.close())
        self.socket.resume()


@pytest.fixture(params=["buffer", "function"])
def buffer(request: Any) -> Any:
    return bytearray(10) if request.param == "buffer" else lambda: bytearray(10)


def test_pause_is_heeded_at_once(run: Any, must_call: Any, buffer: Any) -> None:
    events: list[str] = []

    def callback(piece: bytes) -> None:
        events.append("piece")
        reader.socket.pause()
        netuv.set_immediate(resume)

    def resume() -> None:
        events.append("resume")
        reader.socket.resume()

    reader = Reader(buffer, callback)
    reader.socket.on("end", must_call(lambda: None))
    run()
    assert events == ["piece", "resume"] * 10
    assert b"".join(reader.got) == DATA


def test_pause_and_resume_within_the_callback(run: Any, must_call: Any, buffer: Any) -> None:
    def callback(piece: bytes) -> None:
        for _ in range(3):
            reader.socket.pause()
            reader.socket.resume()

    reader = Reader(buffer, callback)
    reader.socket.on("end", must_call(lambda: None))
    run()
    assert b"".join(reader.got) == DATA


def test_a_callback_that_answers_false_pauses(run: Any, must_call: Any, buffer: Any) -> None:
    def callback(piece: bytes) -> bool:
        netuv.set_immediate(reader.socket.resume)
        return False

    reader = Reader(buffer, callback)
    reader.socket.on("end", must_call(lambda: None))
    run()
    assert [len(piece) for piece in reader.got] == [10] * 10
    assert b"".join(reader.got) == DATA


@pytest.mark.parametrize("paused", [False, True])
def test_a_callback_that_raises_loses_nothing(
    run: Any, loop: netuv.Loop, must_call: Any, buffer: Any, paused: bool
) -> None:
    def callback(piece: bytes) -> None:
        if len(reader.got) in (3, 10):
            if paused:
                reader.socket.pause()
                netuv.set_immediate(reader.socket.resume)
            raise LookupError

    loop.on("uncaughtException", must_call(lambda error: None, 2))
    reader = Reader(buffer, callback)
    reader.socket.on("end", must_call(lambda: None))
    run()
    assert b"".join(reader.got) == DATA


def test_destroy_within_the_callback(run: Any, must_call: Any, buffer: Any) -> None:
    reader = Reader(buffer, lambda piece: reader.socket.destroy())
    reader.socket.on("close", must_call(lambda had_error: None))
    run()
    assert reader.got == [DATA[:10]]


@pytest.mark.parametrize(
    "value", [bytearray(), memoryview(b"read only"), b"bytes", 5, None, "str"], ids=plain
)
def test_a_buffer_that_is_none(run: Any, must_call: Any, value: Any) -> None:
    code = "ERR_INVALID_ARG_VALUE" if value == bytearray() else "ERR_INVALID_ARG_TYPE"

    def check(error: Any) -> None:
        assert error.code == code
        assert "'onread.buffer'" in str(error)

    with pytest.raises((TypeError, ValueError)) as caught:
        netuv.Socket(onread={"buffer": value, "callback": print})
    check(caught.value)

    buffers = [bytearray(10), value]
    reader = Reader(lambda: buffers.pop(0), lambda piece: None)
    reader.socket.on("close", must_call(lambda had_error: None))
    with pytest.raises((TypeError, ValueError)) as caught:
        run()
    check(caught.value)
    run()
    assert reader.got == [DATA[:10]]

    near, far = socket.socketpair()
    with pytest.raises((TypeError, ValueError)) as caught:
        netuv.Socket(fd=near.detach(), onread={"buffer": lambda: value, "callback": print})
    check(caught.value)
    far.close()
    run()


def test_when_the_next_buffer_is_asked_for(run: Any, must_call: Any) -> None:
    """For the connection, and right after each callback."""
    asked = [0]
    seen: list[int] = []

    def buffer() -> bytearray:
        asked[0] += 1
        return bytearray(2)

    server = netuv.create_server(lambda accepted: (server.close(), accepted.end("hello world")))

    @server.on("listening")
    def go() -> None:
        client = netuv.connect(
            port=server.address().port,
            host="127.0.0.1",
            onread={"buffer": buffer, "callback": lambda size, buffer: seen.append(asked[0])},
        )
        assert asked == [1]
        client.on("end", must_call(lambda: seen.append(asked[0])))

    server.listen(0, "127.0.0.1")
    run()
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_after_a_callback_that_raised_its_buffer_is_filled_again(
    run: Any, loop: netuv.Loop, must_call: Any
) -> None:
    made: list[bytearray] = []
    used: list[int] = []

    def buffer() -> bytearray:
        made.append(bytearray(10))
        return made[-1]

    def callback(size: int, given: bytearray) -> None:
        used.append(next(index for index, each in enumerate(made) if each is given))
        if len(used) == 2:
            raise LookupError

    near, peer = socket.socketpair()
    with peer:
        peer.sendall(DATA[:40])
        peer.shutdown(socket.SHUT_WR)
        loop.on("uncaughtException", must_call())
        client = netuv.Socket(fd=near.detach(), onread={"buffer": buffer, "callback": callback})
        client.on("end", must_call(lambda: None))
        client.resume()
        run()
    assert used == [0, 1, 1, 2]
    assert len(made) == 4


@pytest.mark.row("N08")
@pytest.mark.parametrize("source", ["buffer", "function"])
def test_onread(run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, source: str) -> None:
    """Each piece is in the buffer while the callback runs; 'data' is not emitted."""
    content = os.urandom(100_000)
    peer(accept, listener, lambda sock: sock.sendall(content))
    buffer = bytearray(1000)
    received = bytearray()
    made: list[bytearray] = []

    def make() -> bytearray:
        made.append(bytearray(1000))
        return made[-1]

    def on_read(size: int, given: bytearray) -> None:
        assert 0 < size <= 1000
        assert given is (buffer if source == "buffer" else made[-1])
        received.extend(given[:size])

    onread = {"buffer": buffer if source == "buffer" else make, "callback": on_read}
    sock = netuv.connect({**place(listener), "onread": onread})
    sock.on("data", must_call(times=0)).on("end", must_call())
    sock.on("close", must_call(lambda had_error: None))
    run()
    assert bytes(received) == content
    assert sock.bytes_read == len(content)


@pytest.mark.row("N08")
def test_onread_that_answers_false_pauses(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    content = os.urandom(5000)
    peer(accept, listener, lambda sock: sock.sendall(content))
    received = bytearray()
    paused = False

    def on_read(size: int, buffer: bytearray) -> bool:
        nonlocal paused
        assert not paused
        received.extend(buffer[:size])
        paused = True
        netuv.set_timeout(go_on, 1)
        return False

    def go_on() -> None:
        nonlocal paused
        paused = False
        sock.resume()

    onread = {"buffer": bytearray(1000), "callback": on_read}
    sock = netuv.connect({**place(listener), "onread": onread}).on("end", must_call())
    run()
    assert bytes(received) == content
