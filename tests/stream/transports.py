"""Connected pairs of streams, each in a world that runs them: memory, Sockets over memory, TCP, Unix sockets.

A world has two ends, ``a`` and ``b``; ``start(on_end, on_ready)`` makes them and tells of each, and when both
are there. It says when things run: ``tick`` after the current callback, ``later`` in the next turn, ``run``
until nothing is left to do. ``left()`` is what is open then.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyuv

import netuv
from netuv import errors, misuse
from netuv import loop as loop_module
from netuv.stream import Duplex
from netuv.testing import MemoryWire

LIMIT = 60.0  # seconds that one run may take, on a machine that is busy with others
TURNS = 50_000  # what the same means in memory


@dataclass(frozen=True)
class Options:
    """How the two ends are made."""

    half_open: tuple[bool, bool] = (False, False)
    #: Bytes that an end reads ahead at most.
    high_water_mark: tuple[int, int] = (65536, 65536)
    #: How much the kernel takes on its way; 0 leaves the system's default.
    kernel: int = 0
    #: b reads nothing until resume().
    pause_on_connect: bool = False
    #: a is used before it is connected.
    early: bool = False
    #: Both ends are made of descriptors that are connected already.
    from_fd: bool = False
    #: What the kernel in memory does where it has a choice, in a circle.
    choices: tuple[int, ...] = (0,)


# -- memory --------------------------------------------------------------------------------------------


class MemoryWorld:
    """Two streams, and a kernel of its own: it takes any part of a write, at once or some turns later."""

    def __init__(self, options: Options) -> None:
        self._ticks: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._turns: list[list[Callable[[], object]]] = [[] for _ in range(4)]
        self._choices = itertools.cycle(options.choices)
        capacity = options.kernel or 65536
        there, back = Line(capacity), Line(capacity)
        self.a: Any = MemoryStream(self, there, back, options, 0)
        self.b: Any = MemoryStream(self, back, there, options, 1)
        self.a.peer, self.b.peer = self.b, self.a

    def start(self, on_end: Callable[[Any], object], on_ready: Callable[[], object]) -> None:
        on_end(self.a)
        on_end(self.b)
        on_ready()

    def choose(self, *possible: Any) -> Any:
        return possible[next(self._choices) % len(possible)]

    def tick(self, callback: Callable[..., object], *args: Any) -> None:
        self._ticks.append((callback, args))

    def later(self, callback: Callable[[], object]) -> None:
        self._turns[0].append(callback)

    def io(self, callback: Callable[[], object]) -> None:
        """What the kernel reports, in one of the next turns."""
        self._turns[self.choose(0, 1, 2)].append(callback)

    def run(self) -> None:
        for _ in range(TURNS):
            if not (self._ticks or any(self._turns)):
                return
            turn = self._turns.pop(0)
            self._turns.append([])
            self._run_ticks()
            for callback in turn:
                callback()
                self._run_ticks()
        raise TimeoutError("the streams are still busy")

    def _run_ticks(self) -> None:
        while self._ticks:
            callback, args = self._ticks.popleft()
            callback(*args)

    def left(self) -> list[Any]:
        return [end for end in (self.a, self.b) if not end.closed]


class Line:
    """One direction of a wire."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.buffer = bytearray()
        self.ended = False  # no more will come
        self.reset = False  # what comes next is ECONNRESET
        self.broken = False  # the reader is gone


class MemoryStream(Duplex):
    """One end of a wire."""

    _drain_mark = 0

    def __init__(self, world: MemoryWorld, out: Line, into: Line, options: Options, index: int) -> None:
        super().__init__()
        self.allow_half_open = options.half_open[index]
        self.readable_high_water_mark = options.high_water_mark[index]
        self.world = world
        self.peer: MemoryStream
        self._out = out
        self._into = into
        self._wants = False
        self._delivering = False
        self._rest: Any = None  # (data, done) of a write that did not fit
        self._resets = False

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        self.world.tick(callback, *args)

    # reading

    def _read(self, size: int) -> None:
        self._wants = True
        # Within _read() only with a high-water mark: without one Node's streams, too, wait for ever when a
        # decoder keeps all that was pushed.
        at_once = self.readable_high_water_mark > 0 and self.world.choose(False, False, True)
        if at_once and not self._delivering:
            self._deliver(at_once=True)
        else:
            self._wake()

    def _stop_reading(self) -> None:
        self._wants = False
        super()._stop_reading()

    def _wake(self) -> None:
        if self._wants and not self._delivering:
            self._delivering = True
            self.world.io(self._deliver)

    def _deliver(self, at_once: bool = False) -> None:
        self._delivering = False
        line = self._into
        if self.destroyed or not self._wants:
            return
        if line.buffer:
            size = self.world.choose(65536, 1 + len(line.buffer) // 2, 1 + line.capacity // 10)
            data = bytes(line.buffer[:size])
            del line.buffer[:size]
            self.world.io(self.peer._send_rest)
            if not self.push(data):
                self._stop_reading()
            elif not at_once:
                self._wake()
        elif line.reset:
            self.destroy(errors.from_status(pyuv.errno.UV_ECONNRESET, "read"))
        elif line.ended:
            self._stop_reading()
            self.push(None)
            if not at_once:
                self.read(0)
        else:
            return  # _wake() comes with what the peer sends

    # writing

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        if self._out.broken:
            self._done(done, errors.from_status(pyuv.errno.UV_EPIPE, "write"))
            return
        sent = self._send(chunk, least=0)
        if sent == len(chunk):
            self._done(done)
        else:
            self._part_written(sent)
            self._rest = (bytes(chunk[sent:]), done)
            self.world.io(self._send_rest)

    def _done(self, done: Any, error: BaseException | None = None) -> None:
        """At once, or later; nothing of this write is left to send."""
        if self.world.choose(True, False):
            done(error)
        else:
            self._rest = (b"", done)
            self.world.io(lambda: self._end_write(error))

    def _end_write(self, error: BaseException | None) -> None:
        if self._rest is not None:
            done, self._rest = self._rest[1], None
            done(error)

    def _send(self, data: Any, least: int = 1000) -> int:
        room = self._out.capacity - len(self._out.buffer)
        most = self.world.choose(room, 1 + len(data) // 2, 1 + self._out.capacity // 10, least)
        size = min(len(data), room, most)
        self._out.buffer += data[:size]
        self.peer._wake()
        return size

    def _send_rest(self) -> None:
        if self.destroyed or self._rest is None or not self._rest[0]:
            return
        data, done = self._rest
        if self._out.broken:
            self._end_write(errors.from_status(pyuv.errno.UV_EPIPE, "write"))
            return
        sent = self._send(data)
        if sent == len(data):
            self._end_write(None)
        else:
            self._part_written(sent)
            self._rest = (data[sent:], done)
            if len(self._out.buffer) < self._out.capacity:
                self.world.io(self._send_rest)

    # the end

    def _final(self, done: Any) -> None:
        self._out.ended = True
        self.peer._wake()
        if self.world.choose(True, False):
            done(None)
        else:
            self.world.io(lambda: done(None))

    def reset_and_destroy(self) -> None:
        self._resets = True
        self.destroy()

    def _destroy(self, error: BaseException | None, done: Any) -> None:
        out, into = self._out, self._into
        into.broken = True
        if into.buffer or self._resets:
            out.reset = True
        out.ended = True
        self.peer._wake()
        self.world.io(self.peer._send_rest)

        def finish() -> None:
            self._end_write(misuse.stream_destroyed("write"))
            done(error)

        if self._rest is None and self.world.choose(True, False):
            finish()
        else:
            self.world.io(finish)


# -- sockets -------------------------------------------------------------------------------------------


class SocketWorld:
    """A client, and the socket that a server accepted for it; or two descriptors that were connected."""

    def __init__(self, loop: netuv.Loop, where: tuple[Any, ...], options: Options) -> None:
        self.loop = loop
        self.a: Any = None
        self.b: Any = None
        self._where = where
        self._options = options

    def start(self, on_end: Callable[[Any], object], on_ready: Callable[[], object]) -> None:
        options = self._options
        self._on_end = on_end
        self._on_ready = on_ready
        if options.from_fd:
            for name, sock in zip("ab", self._pair(), strict=True):
                setattr(self, name, self._adopt(sock, "ab".index(name)))
            on_ready()
            return
        self._server = netuv.create_server(
            self._accepted,
            allow_half_open=options.half_open[1],
            high_water_mark=options.high_water_mark[1],
            pause_on_connect=options.pause_on_connect,
        )
        self._server.on("listening", self._connect)
        self._server.listen(*self._where)

    def _pair(self) -> tuple[socket.socket, socket.socket]:
        if len(self._where) == 1:
            return socket.socketpair()
        with socket.create_server((self._where[1], 0)) as server:
            client = socket.create_connection(server.getsockname())
            return client, server.accept()[0]

    def _adopt(self, sock: socket.socket, index: int) -> netuv.Socket:
        self._limit(sock.fileno())
        adopted = netuv.Socket(
            fd=sock.detach(),
            allow_half_open=self._options.half_open[index],
            high_water_mark=self._options.high_water_mark[index],
        )
        self._on_end(adopted)
        return adopted

    def _connect(self) -> None:
        address = self._server.address()
        where = (address,) if isinstance(address, str) else (address.port, address.address)
        half_open, mark = self._options.half_open[0], self._options.high_water_mark[0]
        self.a = netuv.connect(*where, allow_half_open=half_open, high_water_mark=mark)
        self._on_end(self.a)
        self.a.on("connect", self._connected)
        self.a.on("close", lambda had_error: self._server.close())
        if self._options.early:
            self._on_ready()

    def _connected(self) -> None:
        self._limit(self.a._handle.fileno())
        if self.b is not None and not self._options.early:
            self._on_ready()

    def _accepted(self, sock: netuv.Socket) -> None:
        self.b = sock
        self._limit(sock._handle.fileno())
        self._server.close()
        self._on_end(sock)
        if not (self.a.connecting or self._options.early):
            self._on_ready()

    def _limit(self, fd: int) -> None:
        if self._options.kernel:
            with socket.socket(fileno=os.dup(fd)) as borrowed:
                borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._options.kernel)
                # With a window that is much smaller than a segment TCP waits for its timers.
                borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, max(self._options.kernel, 40000))

    def tick(self, callback: Callable[..., object], *args: Any) -> None:
        netuv.next_tick(callback, *args)

    def later(self, callback: Callable[[], object]) -> None:
        netuv.set_immediate(callback)

    def run(self) -> None:
        def expired() -> None:
            raise TimeoutError(f"the loop still runs after {LIMIT} s; open: {self.loop.handles}")

        guard = netuv.set_timeout(expired, LIMIT * 1000).unref()
        try:
            self.loop.run()
        finally:
            guard.close()

    def left(self) -> list[Any]:
        return self.loop.handles


class MemorySocketWorld(SocketWorld):
    """Two Sockets of netuv.testing."""

    def __init__(self, loop: netuv.Loop, options: Options) -> None:
        super().__init__(loop, (), options)

    def start(self, on_end: Callable[[Any], object], on_ready: Callable[[], object]) -> None:
        options = self._options
        wires = MemoryWire.pair(capacity=options.kernel or 65536)
        self.a, self.b = (
            netuv.Socket(handle=wire, allow_half_open=half_open, high_water_mark=mark)
            for wire, half_open, mark in zip(wires, options.half_open, options.high_water_mark, strict=True)
        )
        if options.pause_on_connect:
            self.b.pause()
        on_end(self.a)
        on_end(self.b)
        on_ready()


@contextlib.contextmanager
def world(kind: str, folder: str, options: Options) -> Iterator[Any]:
    """``kind`` is memory, memory sockets, tcp or unix; the folder is for the path of the latter.

    For sockets the world has a loop of its own, the thread's default meanwhile, which may leave no
    descriptor open.
    """
    if kind == "memory":
        yield MemoryWorld(options)
        return
    where = (os.path.join(folder, "s"),) if kind == "unix" else (0, "127.0.0.1")
    before = len(os.listdir("/proc/self/fd"))
    former = getattr(loop_module._local, "loop", None)
    loop = loop_module._local.loop = netuv.Loop()
    try:
        if kind == "memory sockets":
            yield MemorySocketWorld(loop, options)
        else:
            yield SocketWorld(loop, where, options)
    finally:
        loop.close()
        loop_module._local.loop = former
    assert len(os.listdir("/proc/self/fd")) <= before, "descriptors left open"
