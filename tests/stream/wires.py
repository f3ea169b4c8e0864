"""Pairs of streams over five transports: memory, Sockets over memory, TCP on IPv4 and IPv6, Unix sockets.

``wire.run(main)`` connects two streams, calls ``main(a, b)``, and goes on until nothing is left to do. Over
memory a wire is two ``MemoryStream`` on a scheduler of a few lines, which shows that the stream layer needs
no I/O; "memory sockets" are the Sockets of netuv.testing; over the others it is a client and the socket that
a server accepted.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from helpers import Run, Transport

import netuv
from netuv import misuse
from netuv.stream import Duplex, Writable
from netuv.testing import memory_pair

Main = Callable[[Any, Any], object]
MANY = 8 << 20  # bytes; more than any kernel takes at once


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
    _drain_mark = 0

    def __init__(self, scheduler: Scheduler, allow_half_open: bool = False) -> None:
        super().__init__()
        self.allow_half_open = allow_half_open
        self.scheduler = scheduler
        self.other: MemoryStream = self
        self.inbox = bytearray()
        self.ended = False  # no more will come into the inbox
        self.wants = False
        self.rest: Any = None  # (data, done) of a write that did not fit

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
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

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
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


class Own:
    """A transport of nothing: the loop's ticks are all there is."""

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        netuv.next_tick(callback, *args)


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


class MemorySocketWire:
    name = "memory sockets"

    def __init__(self, run: Run) -> None:
        self._run = run
        self.tick = netuv.next_tick

    def later(self, callback: Callable[[], object]) -> None:
        netuv.set_immediate(netuv.set_immediate, callback)

    def run(self, main: Main, **options: Any) -> None:
        netuv.set_immediate(main, *memory_pair(**options))
        self._run()


Wire = MemoryWire | MemorySocketWire | SocketWire


def make_wire(request: pytest.FixtureRequest) -> Wire:
    if request.param == "memory":
        return MemoryWire()
    run = request.getfixturevalue("run")
    if request.param == "memory sockets":
        return MemorySocketWire(run)
    listen: dict[str, tuple[Any, int]] = {
        "tcp4": ((0, "127.0.0.1"), socket.AF_INET),
        "tcp6": ((0, "::1"), socket.AF_INET6),
        "unix": ((str(request.getfixturevalue("short_path") / "s"),), socket.AF_UNIX),
    }
    return SocketWire(run, Transport(request.param, *listen[request.param], ""))


class Sink(Writable):
    """A destination that takes the next chunk only when it is told to."""

    _drain_mark = 0

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.chunks: list[bytes] = []
        self.done: Any = None

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        self.wire.tick(callback, *args)

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.chunks.append(bytes(chunk))
        self.done = done

    def take(self) -> bool:
        """Whether there was something to take."""
        done, self.done = self.done, None
        if done is not None:
            done(None)
        return done is not None


def gather(stream: Any) -> bytearray:
    """All that the stream delivers from now on."""
    received = bytearray()
    stream.on("data", received.extend)
    return received


def code(error: Any) -> Any:
    return None if error is None else error.code
