"""The contract of streams, over four transports: memory, TCP on IPv4 and IPv6, and Unix sockets.

``wire.run(main)`` connects two streams, calls ``main(a, b)``, and goes on until nothing is left to do. Over
memory a wire is two ``MemoryStream`` on a scheduler of a few lines, which shows that the stream layer needs
no I/O; over the others it is a client and the socket that a server accepted.
"""

from __future__ import annotations

import hashlib
import os
import socket
from array import array
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from conftest import LARGEST_READ, LIMIT, Transport
from hypothesis import given, settings
from hypothesis import strategies as st

import netuv
from netuv import misuse
from netuv.stream import Duplex, Readable, Writable

Run = Callable[[], None]
MustCall = Callable[..., Callable[..., Any]]
Main = Callable[[Any, Any], object]

MANY = 8 << 20  # bytes; more than any kernel takes at once


# -- the transport without I/O -------------------------------------------------------------------------


class Scheduler:
    """Ticks, and tasks that stand for what a kernel would report; ticks run after each task."""

    def __init__(self) -> None:
        self.ticks: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self.tasks: deque[Callable[[], object]] = deque()

    def tick(self, callback: Callable[..., object], *args: Any) -> None:
        self.ticks.append((callback, args))

    def run(self) -> None:
        while self.ticks or self.tasks:
            while self.ticks:
                callback, args = self.ticks.popleft()
                callback(*args)
            if self.tasks:
                self.tasks.popleft()()


class MemoryStream(Duplex):
    """One end of a wire. What it has written waits in the other end's ``inbox``, a small kernel."""

    CAPACITY = 256 * 1024
    READ_SIZE = 64 * 1024

    def __init__(self, scheduler: Scheduler, allow_half_open: bool = False) -> None:
        super().__init__()
        self.allow_half_open = allow_half_open
        self.scheduler = scheduler
        self.other: MemoryStream = self
        self.inbox = bytearray()
        self.ended = False  # no more will come into the inbox
        self.wants = False
        self.rest: Any = None  # (data, done) of a write that did not fit

    def _tick(self, callback: Callable[..., object], *args: Any) -> None:
        self.scheduler.tick(callback, *args)

    def _read(self, size: int) -> None:
        self.wants = True
        self.scheduler.tasks.append(self.deliver)

    def _stop_reading(self) -> None:
        self.wants = False
        super()._stop_reading()

    def deliver(self) -> None:
        if not self.wants or self.destroyed:
            return
        if self.inbox:
            data = bytes(self.inbox[: self.READ_SIZE])
            del self.inbox[: self.READ_SIZE]
            self.other.send_rest()
            if self.push(data):
                self.scheduler.tasks.append(self.deliver)
            else:
                self._stop_reading()
        elif self.ended:
            self.wants = False
            self.push(None)
            self.read(0)

    def _write(self, chunk: Any, done: Any) -> None:
        data = bytes(chunk)
        sent = self.send(data)
        if sent == len(data):
            done(None)
        else:
            self._part_written(sent)
            self.rest = (data[sent:], done)

    def send(self, data: bytes) -> int:
        room = max(0, self.CAPACITY - len(self.other.inbox))
        if self.other.destroyed:
            room = len(data)  # it vanishes
        self.other.inbox += data[:room]
        self.scheduler.tasks.append(self.other.deliver)
        return min(room, len(data))

    def send_rest(self) -> None:
        if self.rest is not None:
            data, done = self.rest
            sent = self.send(data)
            self.rest = (data[sent:], done)
            if sent == len(data):
                self.rest = None
                self.scheduler.tasks.append(lambda: done(None))
            else:
                self._part_written(sent)

    def _final(self, done: Any) -> None:
        self.end_other()
        self.scheduler.tasks.append(lambda: done(None))

    def end_other(self) -> None:
        self.other.ended = True
        self.scheduler.tasks.append(self.other.deliver)

    def _destroy(self, error: BaseException | None, done: Any) -> None:
        if self.rest is not None:
            write_done, self.rest = self.rest[1], None
            self.scheduler.tasks.append(lambda: write_done(misuse.stream_destroyed("write")))
        self.end_other()
        self.other.send_rest()
        done(error)


class MemoryWire:
    name = "memory"

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.tick = self.scheduler.tick
        self.turns = 0

    def later(self, callback: Callable[[], object]) -> None:
        """Call back when what is under way by now has been dealt with."""
        self.turns += 1
        assert self.turns < 100_000, "it does not come to an end"
        self.scheduler.tasks.append(lambda: self.scheduler.tasks.append(callback))

    def run(self, main: Main, **options: Any) -> None:
        a, b = (MemoryStream(self.scheduler, **options) for _ in range(2))
        a.other, b.other = b, a
        for stream in (a, b):
            stream.read(0)  # to read ahead, as a socket does
        self.scheduler.tasks.append(lambda: main(a, b))
        self.scheduler.run()


class SocketWire:
    def __init__(self, run: Run, transport: Transport) -> None:
        self.name = transport.name
        self._run = run
        self._transport = transport
        self.tick = netuv.next_tick

    def later(self, callback: Callable[[], object]) -> None:
        netuv.set_immediate(netuv.set_immediate, callback)

    def run(self, main: Main, **options: Any) -> None:
        ends: dict[str, netuv.Socket] = {}

        def ready(name: str, sock: netuv.Socket) -> None:
            ends[name] = sock
            if len(ends) == 2:
                server.close()
                netuv.set_immediate(main, ends["a"], ends["b"])  # in a turn of its own, as above

        def connect() -> None:
            sock = netuv.connect(*self._transport.connect_args(server))
            sock.allow_half_open = options.get("allow_half_open", False)
            sock.on("connect", lambda: ready("a", sock))

        server = netuv.create_server(lambda sock: ready("b", sock), **options)
        server.listen(*self._transport.listen_args, connect)
        self._run()


Wire = MemoryWire | SocketWire


def make_wire(request: pytest.FixtureRequest) -> Wire:
    if request.param == "memory":
        return MemoryWire()
    run = request.getfixturevalue("run")
    listen: dict[str, tuple[Any, int]] = {
        "tcp4": ((0, "127.0.0.1"), socket.AF_INET),
        "tcp6": ((0, "::1"), socket.AF_INET6),
        "unix": ((str(request.getfixturevalue("short_path") / "s"),), socket.AF_UNIX),
    }
    return SocketWire(run, Transport(request.param, *listen[request.param], ""))


@pytest.fixture(params=["memory", "tcp4", "tcp6", "unix"])
def wire(request: pytest.FixtureRequest) -> Wire:
    return make_wire(request)


@pytest.fixture(params=["tcp4", "tcp6", "unix"])
def socket_wire(request: pytest.FixtureRequest) -> Wire:
    """For what only a Socket has."""
    return make_wire(request)


class Sink(Writable):
    """A destination that takes the next chunk only when it is told to."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.chunks: list[bytes] = []
        self.done: Any = None

    def _tick(self, callback: Callable[..., object], *args: Any) -> None:
        self.wire.tick(callback, *args)

    def _write(self, chunk: Any, done: Any) -> None:
        self.chunks.append(bytes(chunk))
        self.done = done

    def take(self) -> bool:
        """Whether there was something to take."""
        done, self.done = self.done, None
        if done is not None:
            done(None)
        return done is not None


def watch(emitter: Any, *events: str) -> list[Any]:
    """Note these events in a list: the name, or the name with the arguments."""
    seen: list[Any] = []
    for event in events:
        emitter.on(event, lambda *args, event=event: seen.append((event, *args) if args else event))
    return seen


def gather(stream: Any) -> bytearray:
    """All that the stream delivers from now on."""
    received = bytearray()
    stream.on("data", received.extend)
    return received


def code(error: Any) -> Any:
    return None if error is None else error.code


# -- write ---------------------------------------------------------------------------------------------


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
    assert all(error is failure or code(error) == "ERR_STREAM_DESTROYED" for error in heard)
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


# -- end -----------------------------------------------------------------------------------------------


@pytest.mark.row("S17")
def test_the_end_comes_after_the_queue(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        a.write(block)
        a.write(b"tail")
        assert a.end() is a
        assert (a.writable, a.writable_ended, a.writable_finished) == (False, True, False)
        b.on("data", received.update)
        b.on("end", must_call(lambda: digests.append(received.digest())))
        a.on("finish", must_call(lambda: states.append(a.writable_finished)))

    digests: list[bytes] = []
    states: list[bool] = []
    wire.run(main)
    assert digests == [hashlib.sha256(block + b"tail").digest()]
    assert states == [True]


@pytest.mark.row("S17", "N12")
@pytest.mark.parametrize("form", ["data", "encoding", "callback", "all", "nothing"])
def test_forms_of_end(wire: Wire, must_call: MustCall, form: str) -> None:
    received: list[bytearray] = []
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.on("finish", must_call(lambda: seen.append("finish")))
        callback = must_call(lambda error: seen.append(error), times=form in ("callback", "all"))
        if form == "data":
            a.end(b"x")
        elif form == "encoding":
            a.end("78", "hex")
        elif form == "callback":
            a.end(callback)
        elif form == "all":
            a.end("eA==", "base64", callback)
        else:
            a.end()

    wire.run(main)
    assert received == [b"" if form in ("callback", "nothing") else b"x"]
    assert seen == ([None, "finish"] if form in ("callback", "all") else ["finish"])


@pytest.mark.row("S17", "N12")
def test_end_twice(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        b.resume()
        a.end(must_call(lambda error: seen.append(("first", error))))
        a.end(must_call(lambda error: seen.append(("second", error))))
        a.on("finish", must_call(lambda: seen.append("finish")))
        a.on("error", must_call(times=0))

        def finished() -> None:
            a.end(must_call(lambda error: seen.append(("third", code(error)))))

        a.on("finish", finished)

    seen: list[Any] = []
    wire.run(main)
    assert seen[:3] == [("first", None), ("second", None), "finish"]
    assert seen[3] == ("third", "ERR_STREAM_ALREADY_FINISHED")


@pytest.mark.row("S17", "S29")
def test_end_closes_one_direction_only(wire: Wire, must_call: MustCall) -> None:
    """What the peer answers after it has seen the end still arrives."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.on("end", must_call(lambda: b.write(b"the answer")))
        b.resume()
        a.end(b"the question")
        a.on("finish", must_call(lambda: states.append((a.writable, a.readable, a.destroyed))))
        for stream in (a, b):
            stream.on("close", must_call(lambda *had_error: None))

    received: list[bytearray] = []
    states: list[Any] = []
    wire.run(main)
    assert received == [b"the answer"]
    assert states == [(False, True, False)]


@pytest.mark.row("S17", "N12")
def test_end_then_destroy(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        b.on("error", lambda error: None)
        a.on("finish", must_call(times=0))
        a.on("close", must_call(lambda *had_error: None))
        a.end(b"sent", must_call(lambda error: codes.append(code(error))))
        a.destroy()

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    assert received == [b"sent"]
    assert codes == ["ERR_STREAM_DESTROYED"]


# -- encodings -----------------------------------------------------------------------------------------

ENCODINGS = {
    "utf8": ("aä€😀", "aä€😀".encode()),
    "utf-8": ("aä€😀", "aä€😀".encode()),
    "ascii": ("abc", b"abc"),
    "latin1": ("aäÿ", b"a\xe4\xff"),
    "binary": ("aäÿ", b"a\xe4\xff"),
    "utf16le": ("aä€😀", "aä€😀".encode("utf-16-le")),
    "ucs2": ("aä€😀", "aä€😀".encode("utf-16-le")),
    "hex": ("00ff80", b"\0\xff\x80"),
    "base64": ("AP+AYQ==", b"\0\xff\x80a"),
    "base64url": ("AP-AYQ", b"\0\xff\x80a"),
}


@pytest.mark.row("S27")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_set_encoding(wire: Wire, encoding: str) -> None:
    """Bytes to text by set_encoding(), and the same text to bytes by write()."""
    text, data = ENCODINGS[encoding]
    received: list[Any] = []
    raw: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        assert b.readable_encoding is None
        assert b.set_encoding(encoding) is b
        b.on("data", received.append)
        b.on("end", lambda: b.write(text, encoding))
        raw.append(gather(a))
        a.end(data)

    wire.run(main)
    assert all(type(part) is str for part in received)
    assert "".join(received) == text
    assert raw == [data]


@pytest.mark.row("S27")
def test_data_is_bytes_without_an_encoding(wire: Wire) -> None:
    received: list[Any] = []

    def main(a: Any, b: Any) -> None:
        b.on("data", received.append)
        a.end("ä")

    wire.run(main)
    assert [type(part) for part in received] == [bytes]


SPLIT = [
    ("utf8", "xä", 2),
    ("utf8", "x€", 2),
    ("utf8", "x€", 3),
    ("utf8", "x😀", 2),
    ("utf8", "x😀", 4),
    ("utf16le", "xä", 3),
    ("utf16le", "x😀", 3),
    ("utf16le", "x😀", 4),
    ("utf16le", "x😀", 5),
]


@pytest.mark.row("S27")
@pytest.mark.parametrize(("encoding", "text", "cut"), SPLIT)
def test_a_character_that_two_reads_cut(wire: Wire, encoding: str, text: str, cut: int) -> None:
    data = text.encode("utf-16-le" if encoding == "utf16le" else "utf-8")
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding(encoding)
        b.on("data", received.append)
        b.once("data", lambda first: a.end(data[cut:]))  # once the first part was read
        a.write(data[:cut])

    wire.run(main)
    assert received == list(text)


@pytest.mark.row("S27")
def test_base64_of_reads_that_are_no_multiple_of_3(wire: Wire) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding("base64")
        b.on("data", received.append)
        b.once("data", lambda first: a.end(b"efgh"))
        a.write(b"abcd")

    wire.run(main)
    assert "".join(received) == "YWJjZGVmZ2g="
    assert received[0] == "YWJj"


@pytest.mark.row("S27")
def test_a_character_that_never_ends(wire: Wire) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding().on("data", received.append)
        a.end(b"x\xe2\x82")

    wire.run(main)
    assert "".join(received) == "x\ufffd"


@pytest.mark.row("S27")
def test_set_encoding_of_what_is_buffered(wire: Wire, must_call: MustCall) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        def on_readable() -> None:
            b.remove_listener("readable", on_readable)
            assert b.readable_length == 4
            b.set_encoding("utf8")
            assert b.readable_length == 1  # characters now, and half of one is kept back
            b.on("data", received.append)
            a.end(b"\xac!")

        b.on("readable", on_readable)
        a.write("ä".encode() + b"\xe2\x82")

    wire.run(main)
    assert "".join(received) == "ä€!"


@pytest.mark.row("S27", "N14")
def test_an_unknown_encoding() -> None:
    stream = MemoryStream(Scheduler())
    for call in (stream.set_encoding, stream.set_default_encoding):
        for value in ("utf7", 8):
            with pytest.raises(ValueError, match="ncoding") as caught:
                call(value)  # type: ignore[arg-type]
            assert code(caught.value) == "ERR_UNKNOWN_ENCODING"


# -- pipe ----------------------------------------------------------------------------------------------


@pytest.mark.row("S28", "S16", "S19")
def test_an_echo_with_backpressure_both_ways(wire: Wire, must_call: MustCall) -> None:
    """The client writes all before it reads anything; nobody holds more than a little of it."""
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        assert b.pipe(b) is b
        a.write(block)
        a.end(block)

        stuck = 0  # turns in a row that found the echo paused

        def look() -> None:
            nonlocal stuck
            assert max(b.readable_length, b.writable_length) <= LARGEST_READ
            stuck = stuck + 1 if b.is_paused() else 0
            if stuck < 5:
                wire.later(look)
            else:
                assert a.writable_length > 0
                a.on("data", received.update)

        look()
        a.on("close", must_call(lambda *had_error: None))
        b.on("close", must_call(lambda *had_error: None))

    wire.run(main)
    assert received.digest() == hashlib.sha256(block + block).digest()


@pytest.mark.row("S28")
def test_pipe_waits_for_a_slow_destination(wire: Wire, must_call: MustCall) -> None:
    """The source is read only when the destination has taken what it has."""
    block = os.urandom(1 << 20)
    sink = Sink(wire)

    def main(a: Any, b: Any) -> None:
        assert b.pipe(sink) is sink
        a.end(block)

        def look() -> None:
            if sink.done is not None:
                assert b.is_paused() is True
                assert len(sink.chunks) == turns[0] + 1
                turns[0] += 1
                sink.take()
            if not sink.writable_finished:
                wire.later(look)

        look()

    turns = [0]
    sink.on("finish", must_call())
    wire.run(main)
    assert b"".join(sink.chunks) == block
    assert turns[0] == len(sink.chunks) > 4


@pytest.mark.row("S28")
@pytest.mark.parametrize("options", [{}, {"end": True}, {"end": False}])
def test_pipe_ends_the_destination(wire: Wire, must_call: MustCall, options: dict[str, bool]) -> None:
    sink = Sink(wire)
    seen = watch(sink, "pipe", "unpipe", "finish")
    sources: list[Any] = []

    def main(a: Any, b: Any) -> None:
        sources.append(b)
        b.pipe(sink, **options)
        b.on("end", must_call())
        a.end(b"x")
        wire.later(lambda: wire.later(sink.take))

    wire.run(main)
    while sink.take():
        pass
    if isinstance(wire, MemoryWire):
        wire.scheduler.run()
    assert sink.chunks == [b"x"]
    assert seen[0] == ("pipe", sources[0])
    if options.get("end", True):
        assert sink.writable_ended is True
        assert "finish" in seen
    else:
        assert sink.writable_ended is False
        assert seen[1:] == [("unpipe", sources[0])]
        assert sink.write(b"more") is False


@pytest.mark.row("S28", "N11")
@pytest.mark.parametrize("named", [True, False])
def test_unpipe(wire: Wire, must_call: MustCall, named: bool) -> None:
    sink = Sink(wire)
    seen = watch(sink, "pipe", "unpipe", "finish")
    rest: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def part() -> None:
            if sink.done is None:
                wire.later(part)
                return
            assert b.unpipe(sink if named else None) is b
            assert b.unpipe(sink) is b  # again: nothing
            assert seen == [("pipe", b), ("unpipe", b)]
            assert b.is_paused() is True
            assert b.readable_flowing is False
            sink.take()
            a.end(b"two")
            wire.later(must_call(go_on))

        def go_on() -> None:
            assert rest == []
            b.on("data", rest.append)
            b.resume()

        b.pipe(sink)
        a.write(b"one")
        part()

    wire.run(main)
    assert (sink.chunks, rest) == ([b"one"], [b"two"])
    assert len(seen) == 2


@pytest.mark.row("S28")
def test_the_slower_of_two_destinations_sets_the_pace(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(500_000)
    fast, slow = Sink(wire), Sink(wire)

    def main(a: Any, b: Any) -> None:
        b.pipe(fast)
        b.pipe(slow)
        a.end(block)

        def look() -> None:
            fast.take()
            assert len(fast.chunks) - len(slow.chunks) <= 1
            if slow.done is not None:
                turns[0] += 1
                if turns[0] % 3 == 0:
                    slow.take()
            if not slow.writable_finished:
                wire.later(look)

        look()

    turns = [0]
    fast.on("finish", must_call())
    slow.on("finish", must_call())
    wire.run(main)
    assert b"".join(fast.chunks) == b"".join(slow.chunks) == block


@pytest.mark.row("S28")
@pytest.mark.parametrize("how", ["destroy", "error"])
def test_a_destination_that_dies(wire: Wire, must_call: MustCall, how: str) -> None:
    """The pipe is taken back; the source lives on."""
    sink = Sink(wire)
    failure = ValueError("mine")
    seen = watch(sink, "unpipe", "error")
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        def died(*args: Any) -> None:
            assert not b.destroyed
            received.append(gather(b))
            b.resume()
            a.end(b"lives on")

        b.pipe(sink)
        sink.on("close", must_call(died))
        sink.destroy(failure if how == "error" else None)

    wire.run(main)
    assert received == [b"lives on"]
    assert {event[0] for event in seen} == ({"error", "unpipe"} if how == "error" else {"unpipe"})
    assert len(seen) == (2 if how == "error" else 1)


@pytest.mark.row("S28", "N14")
def test_pipe_to_what_is_no_stream() -> None:
    stream = MemoryStream(Scheduler())
    with pytest.raises(TypeError, match="destination"):
        stream.pipe("no stream")  # type: ignore[type-var]


# -- half-open -----------------------------------------------------------------------------------------


@pytest.mark.row("S29")
def test_not_half_open_flushes_the_queue_then_closes(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(MANY)
    received = hashlib.sha256()

    def main(a: Any, b: Any) -> None:
        b.write(block)
        b.on("end", must_call(lambda: seen.append(("end", b.writable_length > 0))))
        b.on("finish", must_call(lambda: seen.append("finish")))
        b.on("close", must_call(lambda *had_error: seen.append("close")))
        b.resume()
        a.end()
        a.on("end", must_call())
        reading = must_call(lambda: a.on("data", received.update))
        b.on("end", lambda: wire.later(reading))

    seen: list[Any] = []
    wire.run(main)
    assert seen == [("end", True), "finish", "close"]
    assert received.digest() == hashlib.sha256(block).digest()


@pytest.mark.row("S29")
def test_half_open_waits_for_ones_own_end(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.resume()
        a.end()

        def after_the_end() -> None:
            assert (b.writable, b.readable, b.destroyed) == (True, False, False)
            assert b.write(b"one ") is True
            wire.later(must_call(later_still))

        def later_still() -> None:
            assert (b.writable, b.destroyed) == (True, False)
            b.end(b"two")

        b.on("end", must_call(lambda: wire.later(must_call(after_the_end))))
        for stream in (a, b):
            stream.on("close", must_call(lambda *had_error: None))

    received: list[bytearray] = []
    wire.run(main, allow_half_open=True)
    assert received == [b"one two"]


@pytest.mark.row("S29")
def test_write_after_the_peer_has_ended(wire: Wire, must_call: MustCall) -> None:
    """In the listener of 'end' it is still sent; once this side has ended itself it is an error."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(a))
        b.resume()
        b.on("error", must_call(lambda error: codes.append(code(error))))

        def on_end() -> None:
            b.write(b"in ")
            wire.tick(b.write, b"time")  # this side is ended a tick later
            wire.tick(wire.tick, late)

        b.on("end", must_call(on_end))
        a.end()

        def late() -> None:
            assert b.writable_ended is True
            b.write(b"late", must_call(lambda error: codes.append(code(error))))

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    name = "ERR_STREAM_WRITE_AFTER_END" if wire.name == "memory" else "EPIPE"
    assert codes == [name, name]
    assert received == [b"in time"]


# -- reading by hand -----------------------------------------------------------------------------------


@pytest.mark.row("N11")
def test_readable_and_read(wire: Wire, must_call: MustCall) -> None:
    block = os.urandom(300_000)
    received = bytearray()
    emitted = bytearray()

    def main(a: Any, b: Any) -> None:
        def on_readable() -> None:
            while (chunk := b.read()) is not None:
                received.extend(chunk)

        b.on("readable", on_readable)
        assert (b.readable_flowing, b.is_paused()) == (False, True)
        b.on("data", emitted.extend)  # what read() returns is emitted as well
        assert b.readable_flowing is False
        b.on("end", must_call(lambda: states.append((b.readable_ended, b.readable))))
        assert (b.readable_ended, b.readable) == (False, True)
        a.end(block)

    states: list[Any] = []
    wire.run(main)
    assert received == emitted == block
    assert states == [(True, False)]


@pytest.mark.row("N11")
def test_read_n(wire: Wire, must_call: MustCall) -> None:
    """None when there is less; all that is left when the stream has ended."""
    pieces: list[Any] = []

    def main(a: Any, b: Any) -> None:
        def first() -> None:
            assert b.readable_length == 10
            assert b.read(0) is None
            pieces.append(b.read(4))
            assert b.readable_length == 6
            assert b.read(7) is None
            pieces.append(b.read(1))
            assert b.readable_length == 5
            b.on("readable", rest)
            a.end(b"kl")

        def rest() -> None:
            while (chunk := b.read(5)) is not None:
                pieces.append(chunk)

        b.once("readable", first)
        b.on("end", must_call())
        a.write(b"abcdefghij")

    wire.run(main)
    assert pieces == [b"abcd", b"e", b"fghij", b"kl"]


@pytest.mark.row("N11", "S19")
def test_read_ahead_is_bounded(wire: Wire, must_call: MustCall) -> None:
    """Without a reader at most a high-water mark is taken, and the read that passed it."""

    def main(a: Any, b: Any) -> None:
        assert b.readable_high_water_mark == 65536
        assert (b.readable_flowing, b.readable_length) == (None, 0)
        a.end(bytes(MANY))
        wire.later(lambda: wire.later(lambda: wire.later(look)))

        def look() -> None:
            lengths.append(b.readable_length)
            if len(lengths) < 5:
                wire.later(look)
            else:
                b.on("data", lambda data: total.append(len(data)))

    lengths: list[int] = []
    total: list[int] = []
    wire.run(main)
    assert 0 < max(lengths) <= 2 * 65536
    assert sum(total) == MANY


@pytest.mark.row("N11")
def test_unshift(wire: Wire, must_call: MustCall) -> None:
    received: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def header(data: bytes) -> None:
            line, _, rest = data.partition(b"\n")
            received.append(line)
            b.remove_listener("data", header)
            b.pause()
            assert b.unshift(rest) is True
            assert b.readable_length == len(rest)
            b.unshift("front ")
            b.on("data", received.append)
            wire.later(lambda: b.resume())

        b.on("data", header)
        b.on("end", must_call(lambda: after(b)))
        a.end(b"head\nbody")

    def after(b: Any) -> None:
        b.on("error", must_call(lambda error: codes.append(code(error))))
        b.unshift(b"too late")

    codes: list[Any] = []
    wire.run(main)
    assert received[0] == b"head"
    assert b"".join(received[1:]) == b"front body"
    assert codes == ["ERR_STREAM_UNSHIFT_AFTER_END_EVENT"]


@pytest.mark.row("N11")
def test_unshift_and_encodings(wire: Wire) -> None:
    received: list[Any] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding("utf8")
        b.pause()
        b.unshift("ä".encode())
        b.unshift("c3b6", "hex")
        b.unshift(bytearray(b"x"))
        b.on("data", received.append)
        b.resume()
        a.end(b"end")

    wire.run(main)
    assert "".join(received) == "xöäend"


@pytest.mark.row("N11", "S19")
def test_flowing_states(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        states = [(b.readable_flowing, b.is_paused())]
        listener = must_call(times=0)
        b.on("data", listener)
        states.append((b.readable_flowing, b.is_paused()))
        assert b.pause() is b
        states.append((b.readable_flowing, b.is_paused()))
        b.remove_listener("data", listener)
        b.on("data", lambda data: None)
        states.append((b.readable_flowing, b.is_paused()))
        assert b.resume() is b
        states.append((b.readable_flowing, b.is_paused()))
        found.extend(states)
        a.end(b"x")

    found: list[Any] = []
    wire.run(main)
    assert found == [(None, False), (True, False), (False, True), (False, True), (True, False)]


def swap_listeners(b: Any, first: Any, second: Any) -> None:
    b.remove_listener("data", first)
    b.on("data", second)


# What a listener of 'data' does during the first chunk, and who gets the second one then.
CHANGES: dict[str, tuple[Callable[[Any, Any, Any], object], list[Any]]] = {
    "nothing": (lambda b, first, second: None, ["first"]),
    "add": (lambda b, first, second: b.on("data", second), ["first", "second"]),
    "prepend": (lambda b, first, second: b.prepend_listener("data", second), ["second", "first"]),
    "add once": (lambda b, first, second: b.once("data", second), ["first", "second"]),
    "remove": (lambda b, first, second: b.remove_listener("data", first), []),
    "remove all": (lambda b, first, second: b.remove_all_listeners("data"), []),
    "remove all there are": (lambda b, first, second: b.remove_all_listeners(), []),
    "swap": (swap_listeners, ["second"]),
    "pause": (lambda b, first, second: b.pause(), []),
    "pause and resume": (lambda b, first, second: b.pause().resume(), ["first"]),
    "destroy": (lambda b, first, second: b.destroy(), []),
    "encoding": (lambda b, first, second: b.set_encoding("latin1"), ["first"]),
}


@pytest.mark.row("S26", "N11", "N13", "S27")
@pytest.mark.parametrize("change", CHANGES)
def test_changes_while_data_flows(wire: Wire, must_call: MustCall, change: str) -> None:
    """The next chunk goes to those who listen then, in the way that was set by then."""
    do, expected = CHANGES[change]
    seen: list[tuple[str, Any]] = []

    def main(a: Any, b: Any) -> None:
        def first(data: Any) -> None:
            seen.append(("first", data))
            if len(seen) == 2:
                do(b, first, second)
                wire.later(must_call(lambda: a.write(b"3")))
                wire.later(look)

        def second(data: Any) -> None:
            seen.append(("second", data))

        def look() -> None:
            there = len(seen) >= 2 + len(expected)
            wire.later((lambda: wire.later(finish)) if there else look)

        def finish() -> None:
            found.extend(seen)
            a.destroy()
            b.destroy()

        for stream in (a, b):
            stream.on("error", lambda error: None)
        b.on("data", first)
        b.once("data", lambda data: a.write(b"2"))  # when the flow has begun
        a.write(b"1")

    found: list[Any] = []
    wire.run(main)
    assert found[:2] == [("first", b"1"), ("first", b"2")]
    assert found[2:] == [(who, "3" if change == "encoding" else b"3") for who in expected]


@pytest.mark.row("S28", "N11")
def test_pipe_and_unpipe_while_data_flows(wire: Wire, must_call: MustCall) -> None:
    sink = Sink(wire)
    seen: list[bytes] = []

    def main(a: Any, b: Any) -> None:
        def on_data(data: bytes) -> None:
            seen.append(data)
            if data == b"1":
                b.pipe(sink)
                a.write(b"2")
            elif data == b"2":
                wire.later(must_call(unpipe))

        def unpipe() -> None:
            assert b.is_paused() is True
            assert sink.take()
            wire.later(must_call(flowing))

        def flowing() -> None:
            assert b.is_paused() is False
            b.unpipe(sink)
            assert b.is_paused() is True
            b.resume()
            a.end(b"3")

        b.on("data", on_data)
        a.write(b"1")

    wire.run(main)
    assert seen == [b"1", b"2", b"3"]
    assert sink.chunks == [b"2"]


@pytest.mark.row("N11")
def test_a_readable_listener_while_data_flows(wire: Wire, must_call: MustCall) -> None:
    """'readable' wins: nothing flows any more, but what read() returns is emitted as 'data'."""
    seen: list[Any] = []

    def main(a: Any, b: Any) -> None:
        def on_data(data: bytes) -> None:
            seen.append(data)
            if data == b"1":
                b.on("readable", on_readable)
                assert b.readable_flowing is False
                a.end(b"2")

        def on_readable() -> None:
            while (chunk := b.read()) is not None:
                seen.append(("read", chunk))

        b.on("data", on_data)
        b.on("end", must_call())
        a.write(b"1")

    wire.run(main)
    assert seen == [b"1", b"2", ("read", b"2")]


@pytest.mark.row("N11")
def test_without_a_listener_nothing_ends(wire: Wire, must_call: MustCall) -> None:
    """'end' and 'close' come only when what has arrived was read."""

    def main(a: Any, b: Any) -> None:
        seen = watch(b, "end", "close")
        a.end(b"unread")
        found.append(seen)

        def look() -> None:
            looks.append(list(seen))
            if len(looks) < 5:
                wire.later(look)
            else:
                assert b.readable_length == 6
                b.resume()

        look()

    looks: list[Any] = []
    found: list[Any] = []
    wire.run(main)
    assert looks == [[]] * 5
    assert [event if isinstance(event, str) else event[0] for event in found[0]] == ["end", "close"]


@pytest.mark.row("N11", "S18")
def test_destroy_is_no_end(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        a.on("error", lambda error: None)
        a.resume()
        b.on("end", must_call(times=0))
        b.on("close", must_call(lambda *had_error: None))
        b.on("data", must_call(lambda data: b.destroy()))
        a.write(b"x")
        ends.append(b)

    ends: list[Any] = []
    wire.run(main)
    assert ends[0].readable_ended is False
    assert ends[0].readable_aborted is True
    assert ends[0].readable is False


# -- writing by hand -----------------------------------------------------------------------------------


@pytest.mark.row("N12")
def test_cork(wire: Wire, must_call: MustCall) -> None:
    """Nothing is sent before the last uncork(); then all of it, in order."""

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        assert a.writable_corked == 0
        a.cork()
        a.cork()
        assert a.writable_corked == 2
        assert a.write(b"one ", must_call(order.append)) is False
        assert a.write("two ", must_call(order.append)) is False
        assert a.writable_length == 8
        a.uncork()
        assert a.writable_corked == 1

        def later() -> None:
            assert received == [b""]
            assert order == []
            a.write(b"three")
            a.uncork()
            assert (a.writable_corked, a.writable_length) == (0, 0)
            a.cork()
            a.cork()
            a.uncork()
            assert a.write(b"!") is False
            assert a.writable_length == 1
            a.uncork()
            a.uncork()  # once too often: nothing
            assert a.writable_corked == 0
            a.on("drain", must_call(lambda: a.end()))

        wire.later(must_call(later))

    received: list[bytearray] = []
    order: list[Any] = []
    wire.run(main)
    assert received == [b"one two three!"]
    assert order == [None, None]


@pytest.mark.row("N12")
def test_cork_of_more_than_fits(wire: Wire) -> None:
    blocks = [os.urandom(size) for size in (100_000, 3, MANY, 70_000)]
    received = hashlib.sha256()
    order: list[Any] = []

    def main(a: Any, b: Any) -> None:
        a.cork()
        for number, block in enumerate(blocks):
            a.write(block, lambda error, number=number: order.append((number, error)))
        a.uncork()
        a.end(b"tail")
        b.on("data", received.update)

    wire.run(main)
    assert received.digest() == hashlib.sha256(b"".join(blocks) + b"tail").digest()
    assert order == [(number, None) for number in range(4)]


@pytest.mark.row("N12")
@pytest.mark.parametrize("how", ["end", "destroy"])
def test_end_and_destroy_of_a_corked_stream(wire: Wire, must_call: MustCall, how: str) -> None:
    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.cork()
        a.cork()
        a.write(b"one ", must_call(lambda error: codes.append(code(error))))
        a.write(b"two", must_call(lambda error: codes.append(code(error))))
        if how == "end":
            a.end()
        else:
            a.destroy()

    received: list[bytearray] = []
    codes: list[Any] = []
    wire.run(main)
    assert received == [b"one two" if how == "end" else b""]
    assert codes == ([None, None] if how == "end" else ["ERR_STREAM_DESTROYED"] * 2)


@pytest.mark.row("N12")
def test_writable_states(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        def note() -> None:
            states.append((a.writable, a.writable_ended, a.writable_finished, a.destroyed))

        note()
        a.end(b"x", must_call(lambda error: note()))
        note()
        a.on("finish", must_call(note))
        a.on("close", must_call(lambda *had_error: note()))
        b.resume()
        a.resume()
        assert a.writable_high_water_mark == 65536

    states: list[Any] = []
    wire.run(main)
    assert states == [
        (True, False, False, False),
        (False, True, False, False),
        (False, True, True, False),
        (False, True, True, False),
        (False, True, True, True),
    ]


@pytest.mark.row("N12")
def test_end_callback_then_finish_then_close(wire: Wire, must_call: MustCall) -> None:
    def main(a: Any, b: Any) -> None:
        for event in ("finish", "close", "end"):
            a.on(event, must_call(lambda *args, event=event: seen.append(event)))
        a.end(b"x", must_call(lambda error: seen.append("callback")))
        a.resume()
        b.resume()

    seen: list[Any] = []
    wire.run(main)
    assert seen == ["callback", "finish", "end", "close"]


@pytest.mark.row("N12")
def test_set_default_encoding(wire: Wire) -> None:
    received: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        received.append(gather(b))
        a.write("6162")
        assert a.set_default_encoding("hex") is a
        a.write("6162")
        a.write("6162", "latin1")
        a.end("63")

    wire.run(main)
    assert received == [b"6162ab6162c"]


# -- all at once ---------------------------------------------------------------------------------------

OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from([0, 1, 1000, 70_000, 400_000]), st.booleans()),
        st.tuples(st.sampled_from(["cork", "uncork", "pause", "resume", "end", "turn", "destroy"])),
        st.tuples(st.sampled_from(["end other", "destroy other"])),
    ),
    max_size=25,
)


class MemoryPair:
    def __init__(self, half_open: bool) -> None:
        self.scheduler = Scheduler()
        self.a, self.b = (MemoryStream(self.scheduler, half_open) for _ in range(2))
        self.a.other, self.b.other = self.b, self.a
        self.turn = self.finish = self.scheduler.run


class SocketPair:
    def __init__(self, half_open: bool) -> None:
        self.loop = netuv.Loop()
        self.a, self.b = (
            netuv.Socket(fd=end.detach(), allow_half_open=half_open, loop=self.loop)
            for end in socket.socketpair()
        )

    def turn(self) -> None:
        netuv.set_immediate(self.loop.stop, loop=self.loop)
        self.loop.run()

    def finish(self) -> None:
        guard = netuv.set_timeout(self.loop.stop, LIMIT * 1000, loop=self.loop).unref()
        self.loop.run()
        guard.close()
        left = self.loop.handles
        self.loop.close()
        assert left == []


def check(pair: MemoryPair | SocketPair, operations: list[tuple[Any, ...]]) -> None:
    """Do it all, then end what is left; whatever happened, some things must hold."""
    a, b = pair.a, pair.b
    received = gather(b)
    seen: dict[Any, list[str]] = {a: [], b: []}
    for stream in (a, b):
        for event in ("end", "finish", "error", "close"):
            stream.on(event, lambda *args, s=stream, event=event: seen[s].append(event))
    drains: list[int] = []
    a.on("drain", lambda: drains.append(a.writable_length))
    a.resume()
    written = bytearray()
    answers: list[list[Any]] = []
    writes = 0

    for name, *args in operations:
        if name == "write":
            size, with_callback = args
            writes += 1
            block = bytes([writes % 256]) * size
            written += b"" if a.writable_ended or a.destroyed else block
            if with_callback:
                answers.append([])
                took_all = a.write(block, answers[-1].append)
                assert answers[-1] == []
            else:
                took_all = a.write(block)
            assert took_all is (a.writable_length == 0 and a.writable)
        elif name == "turn":
            pair.turn()
        elif name in ("pause", "resume"):
            getattr(b, name)()
        elif name.endswith("other"):
            getattr(b, name.split()[0])()
        else:
            getattr(a, name)()
    b.resume()
    a.end()
    b.end()
    pair.finish()

    assert [len(answer) for answer in answers] == [1] * len(answers)
    assert set(drains) <= {0}
    assert bytes(written).startswith(bytes(received))
    for events in seen.values():
        assert len(events) == len(set(events))
        assert events[-1] == "close"
    if "finish" in seen[a] and "end" in seen[b]:
        assert received == written


@pytest.mark.row("S16", "S17", "S18", "S29")
@settings(max_examples=200, deadline=None)
@given(OPERATIONS, st.booleans())
def test_whatever_is_done_in_memory(operations: list[tuple[Any, ...]], half_open: bool) -> None:
    check(MemoryPair(half_open), operations)


@pytest.mark.row("S16", "S17", "S18", "S29")
@settings(max_examples=100, deadline=None)
@given(OPERATIONS, st.booleans())
def test_whatever_is_done_to_sockets(operations: list[tuple[Any, ...]], half_open: bool) -> None:
    check(SocketPair(half_open), operations)


@pytest.mark.row("N11")
def test_a_read_before_the_readable_tick_does_not_stop_the_flow() -> None:
    """What a push has announced may be read before the tick comes; later data must flow all the same."""
    ticks: list[Any] = []

    class Source(Readable):
        def _tick(self, callback: Any, *args: Any) -> None:
            ticks.append((callback, args))

        def _read(self, size: int) -> None:
            if not self.readable_did_read:
                self.push(b"first")

    def turn() -> None:
        while ticks:
            callback, args = ticks.pop(0)
            callback(*args)

    source = Source()
    assert source.read() == b"first"
    turn()
    source.resume()  # nobody listens to 'data', so it is thrown away
    turn()
    source.push(b"second")
    turn()
    assert source.readable_length == 0


@pytest.mark.row("N12")
def test_an_end_whose_prefinish_listener_destroys_calls_back() -> None:
    ticks: list[Any] = []
    heard: list[Any] = []

    class Target(Writable):
        def _tick(self, callback: Any, *args: Any) -> None:
            ticks.append((callback, args))

    target = Target()
    target.on("prefinish", lambda: target.destroy())
    target.end(heard.append)
    while ticks:
        callback, args = ticks.pop(0)
        callback(*args)
    assert [error.code for error in heard] == ["ERR_STREAM_DESTROYED"]
