"""For tests: connected sockets without a network.

``memory_pair()`` gives two Sockets whose bytes go through memory. They are netuv's own Sockets on the loop,
and only what a kernel would do is played: a ``MemoryWire`` takes a handle's place.

How a wire works. There are two lines, one for each direction: what one end has sent and the other has not
read yet, up to the line's capacity. What does not fit waits in the wire that sends it. Each wire is an Async
handle of libuv's, so the loop counts and closes it as any other, and it needs no descriptor of its own. What
is to be called stands in a queue; the loop's next turn calls the first, so that ticks run in between.

As on a Unix socket: to write to an end that is closed is EPIPE; who closes without having read all that came
makes the other end read ECONNRESET. The loop goes on while a wire reads, or has anything to send or to tell,
and is referenced: a pair that waits for data which nobody sends keeps it running, as real sockets do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from netuv import checks
from netuv.loop import Loop, check_loop
from netuv.net import options as opts
from netuv.net.socket import Socket
from netuv.uv import handles, turn, wire
from netuv.uv.status import strerror

__all__ = ["MemoryWire", "memory_pair"]

DEFAULT_CAPACITY = 64 * 1024
_LARGEST_READ = 64 * 1024  # as libuv's


class _Line:
    """One direction of a pair."""

    __slots__ = ("buffer", "capacity", "ended", "reader", "reset", "writer")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.buffer = bytearray()
        self.reader: MemoryWire | None = None  # None: closed
        self.writer: MemoryWire | None = None
        self.ended = False  # nothing more will come
        self.reset = False  # after what is in the buffer: ECONNRESET

    def put(self, data: Any) -> int:
        """Take what there is room for: how much that is."""
        size = min(len(data), self.capacity - len(self.buffer))
        self.buffer += data[:size]
        return size


class MemoryWire(turn.Async, wire.Wire):  # type: ignore[misc]
    """One end of a connection in memory, for ``Socket(handle=...)``: made in pairs by ``pair()``.

    It has the methods that a Socket uses of its handle: see ``netuv.uv.wire.Wire``.
    """

    def __init__(self, loop: Loop, into: _Line, out: _Line) -> None:
        super().__init__(loop.uv, turn.gated(loop.uv, _on_wake))
        self._into = into
        self._out = out
        into.reader = out.writer = self
        self._on_read: Any = None
        self._read_is_due = False
        self._writes: deque[tuple[memoryview, Any]] = deque()  # (what did not fit, on_sent)
        self._on_shutdown: Any = None  # until the end is told
        self._on_closed: Any = None
        self._ending = False  # shutdown() was called
        self._resets = False
        self._due: deque[Callable[[], object]] = deque()
        self._ref = True
        self._update_ref()

    @classmethod
    def pair(
        cls, loop: Loop | None = None, capacity: int = DEFAULT_CAPACITY
    ) -> tuple[MemoryWire, MemoryWire]:
        """Two wires that are connected.

        :param loop: the loop that calls back; this thread's by default.
        :param capacity: how many bytes each direction holds that were sent and not read.
        """
        loop = check_loop(loop)
        capacity = checks.check_int("capacity", capacity, 1, 1 << 30)
        there, back = _Line(capacity), _Line(capacity)
        return cls(loop, back, there), cls(loop, there, back)

    @property
    def ref(self) -> bool:
        """Whether it keeps the loop running while it reads, or has anything to send or to tell."""
        return self._ref

    @ref.setter
    def ref(self, ref: bool) -> None:
        self._ref = ref
        self._update_ref()

    @property
    def write_queue_size(self) -> int:
        """How many bytes wait in user memory: the line had no room for them."""
        return sum(len(rest) for rest, _ in self._writes)

    def start_read(self, on_read: Callable[[Any, bytes | None, int | None], object]) -> None:
        """Call ``on_read(wire, data, None)`` with what comes; at the end ``(wire, None, status)``."""
        self._check_open()
        self._on_read = on_read
        self._look()
        self._update_ref()

    def stop_read(self) -> None:
        """Leave in the line what comes."""
        self._check_open()
        self._on_read = None
        self._update_ref()

    def send(self, data: Any, on_sent: Callable[[Any, int | None], object]) -> int:
        """Put data into the line, and keep what does not fit: how many bytes these are.

        :param data: bytes, bytes-like, or a list of these.
        :param on_sent: ``on_sent(wire, status)``, called once when these are in the line too, or never will
            be; not called when 0 is returned.

        Raises UVError with EPIPE after shutdown(), and when the other end is closed.
        """
        self._check_open()
        if self._ending or self._out.reader is None:
            raise _error(handles.EPIPE)
        whole = memoryview(b"".join(data) if isinstance(data, (list, tuple)) else bytes(data))
        rest = whole if self._writes else whole[self._out.put(whole) :]
        if rest:
            self._writes.append((rest, on_sent))
            self._update_ref()
        self._out.reader._look()
        return len(rest)

    def shutdown(self, on_done: Callable[[Any, int | None], object]) -> None:
        """After all that was sent, tell the other end that no more will come; then ``on_done(wire, None)``.

        Raises UVError with ENOTCONN the second time.
        """
        self._check_open()
        if self._ending:
            raise _error(handles.ENOTCONN)
        self._ending = True
        self._on_shutdown = on_done
        self._later(self._flush)

    def reset(self) -> None:
        """Let close() make the other end read ECONNRESET."""
        self._check_open()
        self._resets = True

    def close(self, on_closed: Callable[[Any], object] | None = None) -> None:
        """Close it; then ``on_closed(wire)``. What was not sent hears ECANCELED first."""
        super().close(turn.gated(self.loop, _tell_rest))
        into, out = self._into, self._out
        into.reader = out.writer = self._on_read = None
        self._on_closed = on_closed
        self._due.extend(partial(on_sent, self, handles.ECANCELED) for _, on_sent in self._writes)
        if self._on_shutdown is not None:
            self._due.append(partial(self._on_shutdown, self, handles.ECANCELED))
            self._on_shutdown = None
        self._writes.clear()
        out.ended = True
        out.reset = bool(into.buffer) or self._resets
        if out.reader is not None:
            out.reader._look()
        if into.writer is not None:
            into.writer._later(into.writer._flush)

    # -- what the loop calls -----------------------------------------------------------------------

    def _later(self, call: Callable[[], object]) -> None:
        self._due.append(call)
        turn.Async.send(self)
        self._update_ref()

    def _look(self) -> None:
        """When there is something to read, and somebody to read it, let the loop call."""
        line = self._into
        if self._on_read is not None and not self._read_is_due and (line.buffer or line.ended):
            self._read_is_due = True
            self._later(self._read)

    def _read(self) -> None:
        self._read_is_due = False
        line, on_read = self._into, self._on_read
        if on_read is None:
            return
        if line.buffer:
            data = bytes(line.buffer[:_LARGEST_READ])
            del line.buffer[:_LARGEST_READ]
            if line.writer is not None and line.writer._writes:
                line.writer._later(line.writer._flush)
            self._look()
            on_read(self, data, None)
        else:
            self._on_read = None
            status = handles.ECONNRESET if line.reset else handles.EOF
            line.reset = False  # a kernel tells it once
            on_read(self, None, status)

    def _flush(self) -> None:
        """Send what has waited, then the end; each is told in a turn of its own."""
        line = self._out
        while self._writes:
            rest, on_sent = self._writes.popleft()
            status = handles.EPIPE if line.reader is None else None
            if status is None:
                rest = rest[line.put(rest) :]
                if rest:
                    self._writes.appendleft((rest, on_sent))
                    break
            self._later(partial(on_sent, self, status))
        if not self._writes and self._on_shutdown is not None:
            line.ended = True
            on_done, self._on_shutdown = self._on_shutdown, None
            self._later(partial(on_done, self, None))
        if line.reader is not None:
            line.reader._look()

    def _update_ref(self) -> None:
        """What libuv calls active: a stream that neither reads nor has requests does not hold the loop."""
        busy = self._on_read or self._due or self._writes
        _BASE_REF.__set__(self, self._ref and bool(busy))

    def _check_open(self) -> None:
        if self.closed:
            raise wire.HandleClosedError("Handle is closing/closed")


_BASE_REF = turn.Async.ref


def _on_wake(this: MemoryWire) -> None:
    """One call a turn."""
    if this.closed or not this._due:
        return
    call = this._due.popleft()
    if this._due:
        turn.Async.send(this)
    try:
        call()
    finally:
        if not this.closed:
            this._update_ref()


def _tell_rest(this: MemoryWire) -> None:
    """The wire is closed."""
    on_closed, this._on_closed = this._on_closed, None
    with ExitStack() as calls:  # all of them, also when one raises
        if on_closed is not None:
            calls.callback(on_closed, this)
        while this._due:
            calls.callback(this._due.pop())


def _error(status: int) -> Exception:
    error: Exception = handles.UVError(status, strerror(status))
    return error


def memory_pair(
    loop: Loop | None = None, capacity: int = DEFAULT_CAPACITY, **options: Any
) -> tuple[Socket, Socket]:
    """Two Sockets that are connected with each other through memory. Node has no such call.

    :param loop: the loop to work on; this thread's by default.
    :param capacity: how many bytes each direction holds that were sent and not read, as a kernel would; what
        does not fit is queued, and write() answers False.
    :param options: of both Sockets, without ``fd`` and ``handle``; raises ERR_UNKNOWN_OPTION for others.

    They have no addresses and no descriptor. Who is done with them ends or destroys them, as any sockets.
    """
    known = [name for name in opts.SOCKET_OPTIONS if name not in ("fd", "handle", "loop")]
    checks.check_options("memory_pair", options, ["loop", "capacity", *known])
    loop = check_loop(loop)
    wires = MemoryWire.pair(loop, capacity)
    made: list[Socket] = []
    try:
        for each in wires:
            made.append(Socket(handle=each, loop=loop, **options))
    except BaseException:
        for socket in made:
            socket.destroy()
        for each in wires:
            if not each.closed:
                each.close()
        raise
    return made[0], made[1]
