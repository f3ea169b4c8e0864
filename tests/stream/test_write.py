"""write(): what it takes and answers, its callbacks; before 'connect', after end() and destroy()."""

from __future__ import annotations

import hashlib
import os
import socket
from array import array
from itertools import pairwise
from typing import Any

import pytest
from helpers import MustCall, Run, Transport

import netuv
from tests.stream.wires import MANY, Wire, code, gather


@pytest.mark.row("S16")
def test_a_write_that_fits(wire: Wire, must_call: MustCall) -> None:
    received: list[bytearray] = []
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.on("drain", must_call(times=0))
        assert a.write(b"hello", must_call(lambda error: seen.append(error))) is True
        assert seen == []
        assert (a.writable_length, a.writable_need_drain) == (0, False)
        assert a.write(b" world") is True
        a.end()

    wire.run(main)
    assert seen == [None]
    assert received == [b"hello world"]


@pytest.mark.row("S16", "S15", "N12")
def test_a_write_that_does_not_fit(wire: Wire, must_call: MustCall) -> None:
    seen: list[Any] = []
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        assert a.write(bytes(MANY), lambda error: seen.append(("first", error))) is False
        assert 0 < a.writable_length < MANY
        assert a.writable_need_drain is True
        before = a.writable_length
        assert a.write(b"12345", lambda error: seen.append(("second", error))) is False
        assert a.writable_length == before + 5
        assert seen == []
        a.on("drain", must_call(drained))
        wire.later(must_call(still_waiting))

        def end(error: Any) -> None:
            a.end()

        a.write(b"", end)
        streams.extend((a, b))

    def still_waiting() -> None:
        a, b = streams
        assert a.writable_length > 5
        assert seen == []
        received.append(gather(b))

    def drained() -> None:
        seen.append("drain")
        assert streams[0].writable_length == 0
        assert streams[0].writable_need_drain is False

    streams: list[Any] = []
    wire.run(main)
    assert [event for event in seen if event != "drain"] == [("first", None), ("second", None)]
    assert seen.index("drain") < seen.index(("second", None))
    assert len(received[0]) == MANY + 5


@pytest.mark.row("S15")
def test_buffer_size(socket_wire: Wire, must_call: MustCall) -> None:
    """Bytes in user memory: they grow while the peer does not read, and are 0 when drained."""
    sizes: list[int] = []

    def main(a: Any, b: Any) -> None:
        assert a.buffer_size == 0
        a.write(b"taken by the kernel at once")
        assert a.buffer_size == 0
        for _ in range(4):
            a.write(bytes(MANY))
            sizes.append(a.buffer_size)
        assert a.buffer_size == a.writable_length

        def drained() -> None:
            sizes.append(a.buffer_size)
            a.end()

        a.on("drain", must_call(drained))
        b.resume()

    socket_wire.run(main)
    assert sizes[0] > 0
    assert [after - before for before, after in pairwise(sizes[:4])] == [MANY] * 3
    assert sizes[4] == 0


@pytest.mark.row("S15")
def test_buffer_size_goes_down_as_the_peer_reads(socket_wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        a.end(bytes(4 * MANY))
        sizes = [a.buffer_size]

        def on_data(data: bytes) -> None:
            if a.buffer_size != sizes[-1]:
                sizes.append(a.buffer_size)

        b.on("data", on_data)
        b.on("end", must_call(lambda: checked.append(sizes)))

    checked: list[list[int]] = []
    socket_wire.run(main)
    assert len(checked[0]) > 2
    assert checked[0] == sorted(checked[0], reverse=True)
    assert checked[0][-1] == 0


@pytest.mark.row("S15", "S16")
def test_writes_before_the_connection(run: Run, must_call: MustCall, transport: Transport) -> None:
    """They wait in user memory, and are sent in their order once it is there."""
    received: list[bytearray] = []
    seen: list[Any] = []
    server = netuv.create_server(lambda sock: (received.append(gather(sock)), server.close()))

    def on_listening() -> None:
        sock = netuv.connect(*transport.connect_args(server)).resume()
        for text in ("one ", "two ", "three"):
            assert sock.write(text, must_call(lambda error: seen.append(error))) is False
        assert sock.buffer_size == sock.writable_length == 13
        sock.on("drain", must_call(lambda: seen.append("drain")))
        sock.on("ready", lambda: sock.write(b"!", lambda error: sock.end()))

    server.listen(*transport.listen_args, on_listening)
    run()
    assert received == [b"one two three!"]
    assert seen.count(None) == 3
    assert seen.count("drain") == 1


@pytest.mark.row("S16")
def test_what_is_written_arrives_byte_by_byte(wire: Wire) -> None:
    """Pieces of all sizes; each callback once, in the order of the writes."""
    sizes = [1, 0, 7, 65536, 3, 300_000, 1, 1, 2_000_000, 65535, 5] * 3
    blocks = [os.urandom(size) for size in sizes]
    order: list[Any] = []
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        for number, block in enumerate(blocks):
            a.write(block, lambda error, number=number: order.append((number, error)))
        a.end()
        b.on("data", received.update)

    wire.run(main)
    assert received.digest() == hashlib.sha256(b"".join(blocks)).digest()
    assert order == [(number, None) for number in range(len(blocks))]


@pytest.mark.row("S16")
@pytest.mark.parametrize("queued", [False, True])
def test_what_can_be_written(wire: Wire, queued: bool) -> None:
    whole = array("I", range(100))
    values = [
        b"bytes",
        bytearray(b"bytearray"),
        memoryview(b"memoryview"),
        memoryview(b"every other byte")[::2],
        whole,
        "text ä€😀",
    ]
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        if queued:
            a.write(bytes(MANY))
        for value in values:
            a.write(value)
        a.write("c3a4", "hex")
        a.end("ä", "latin1")
        received.append(gather(b))

    wire.run(main)
    parts = [v.encode() if isinstance(v, str) else bytes(v) for v in values]
    assert received[0][MANY * queued :] == b"".join(parts) + b"\xc3\xa4" + b"\xe4"


def unix_pair() -> tuple[netuv.Socket, netuv.Socket]:
    a, b = socket.socketpair()
    return netuv.Socket(fd=a.detach()), netuv.Socket(fd=b.detach())


@pytest.mark.row("S16")
def test_a_buffer_whose_items_are_larger_than_bytes(run: Run) -> None:
    """As many items as the kernel takes bytes: its answer must not be mistaken for their number."""
    a, b = unix_pair()
    a.write(bytes(MANY))
    taken = MANY - a.writable_length
    a.destroy()
    b.destroy()

    a, b = unix_pair()
    items = array("I", range(taken))
    received = gather(b)
    assert a.write(items) is False
    assert a.bytes_written == 4 * taken
    a.end()
    run()
    assert received == bytes(items)


@pytest.mark.row("S16")
def test_a_queued_bytearray_may_change(wire: Wire) -> None:
    data = bytearray(b"a" * MANY)
    more = bytearray(b"bbb")
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        a.write(data)
        a.write(memoryview(more))
        a.end()
        data[:] = b"x" * MANY
        data.clear()  # nobody holds on to it
        more[:] = b"xxx"
        received.append(gather(b))

    wire.run(main)
    assert received[0].count(b"a") == MANY
    assert received[0][MANY:] == b"bbb"


@pytest.mark.row("S16", "N14")
def test_what_cannot_be_written(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        a.on("error", must_call(times=0))
        for value in (None, 1, 1.5, object(), ["text"], True):
            with pytest.raises(TypeError):
                a.write(value)
        with pytest.raises(TypeError) as caught:
            a.write(1)
        assert code(caught.value) == "ERR_INVALID_ARG_TYPE"
        with pytest.raises(ValueError, match="nonsense") as unknown:
            a.write("text", "nonsense")
        assert code(unknown.value) == "ERR_UNKNOWN_ENCODING"
        with pytest.raises(TypeError, match="callback"):
            a.write(b"x", "utf8", "no function")
        a.end(b"all the same")
        received.append(gather(b))

    received: list[bytearray] = []
    wire.run(main)
    assert received == [b"all the same"]


@pytest.mark.row("S16")
def test_an_empty_write(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        b.on("data", must_call(times=0))
        assert a.write(b"", must_call(lambda error: a.end())) is True
        assert a.write("") is True

    wire.run(main)


@pytest.mark.row("S16", "S18", "N10")
@pytest.mark.parametrize("with_error", [False, True])
def test_write_callbacks_hear_of_destroy(wire: Wire, must_call: MustCall, with_error: bool) -> None:
    failure = ValueError("mine")
    heard: list[Any] = []
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        for event in ("drain", "finish", "end"):
            a.on(event, must_call(times=0))
        a.on("error", lambda error: seen.append(error))
        a.on("close", must_call(lambda *had_error: None))
        b.on("error", lambda error: None)  # what was unread may make a reset
        a.write(bytes(MANY), must_call(heard.append))
        a.write(b"x", must_call(heard.append))
        a.write(b"y")
        a.write(b"z", must_call(heard.append))
        a.destroy(failure if with_error else None)
        assert heard == []
        b.resume()

    wire.run(main)
    assert len(heard) == 3
    # The transport says what became of the first; it is the reason for the others, unless there is one.
    first = code(heard[0])
    assert heard[0] is failure or first in ("ECANCELED", "ERR_STREAM_DESTROYED")
    assert all(error is failure if with_error else code(error) == first for error in heard[1:])
    assert seen == ([failure] if with_error else [])


@pytest.mark.row("S16", "S18", "N14")
def test_write_after_destroy(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        b.resume()
        a.on("error", must_call(times=0))
        a.destroy()
        assert a.write(b"x", must_call(lambda error: codes.append(code(error)))) is False
        assert codes == []
        assert a.writable is False

    codes: list[Any] = []
    wire.run(main)
    assert codes == ["ERR_STREAM_DESTROYED"]


@pytest.mark.row("S16", "S17", "N14")
@pytest.mark.parametrize("with_callback", [True, False])
def test_write_after_end(wire: Wire, must_call: MustCall, with_callback: bool) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        b.on("error", lambda error: None)
        a.end(b"x")
        a.on("error", must_call(lambda error: seen.append(("error", code(error)))))
        a.on("close", must_call(lambda *had_error: seen.append("close")))
        if with_callback:
            callback = must_call(lambda error: seen.append(("callback", code(error))))
            assert a.write(b"y", callback) is False
        else:
            assert a.write(b"y") is False
        assert seen == []

    received: list[bytearray] = []
    seen: list[Any] = []
    wire.run(main)
    name = "ERR_STREAM_WRITE_AFTER_END"
    assert seen == [("callback", name)] * with_callback + [("error", name), "close"]
    assert b"y" not in received[0]
