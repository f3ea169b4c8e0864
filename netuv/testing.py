"""For tests: connected sockets without a network, and Node's stream contract as a check.

``memory_pair()`` gives two Sockets whose bytes go through memory. They are netuv's own Sockets on the loop,
and only what a kernel would do is played: a ``MemoryWire`` takes a handle's place. ``check_stream()`` holds
any kind of stream against what Node promises of streams.

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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from netuv import checks, misuse
from netuv.loop import Loop, check_loop
from netuv.net import options as opts
from netuv.net.socket import Socket
from netuv.timers import set_timeout
from netuv.uv import handles, turn, wire
from netuv.uv.status import strerror

__all__ = ["STREAM_CHECKS", "MemoryWire", "check_stream", "memory_pair"]

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
        """Send what has waited, then the end. The first is told at once, each other one in the next turn."""
        line = self._out
        told: list[Callable[[], object]] = []
        while self._writes:
            rest, on_sent = self._writes.popleft()
            status = handles.EPIPE if line.reader is None else None
            if status is None:
                rest = rest[line.put(rest) :]
                if rest:
                    self._writes.appendleft((rest, on_sent))
                    break
            told.append(partial(on_sent, self, status))
        if not self._writes and self._on_shutdown is not None:
            line.ended = True
            on_done, self._on_shutdown = self._on_shutdown, None
            told.append(partial(on_done, self, None))
        if line.reader is not None:
            line.reader._look()
        if told[1:]:
            self._due.extendleft(reversed(told[1:]))
            turn.Async.send(self)
        if told:
            told[0]()

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


# -- the contract of streams ---------------------------------------------------------------------------

_DATA = b",".join(b"%d" % n for n in range(200_000))  # no two places alike
_MUCH = 1 << 20  # bytes of one write
_MOST = 64  # of these are written, while nobody reads, to a stream that should say stop


class _End:
    """One stream of a pair, and what happened to it."""

    def __init__(self, case: _Case, name: str, stream: Any) -> None:
        self.case = case
        self.name = name
        self.stream = stream
        self.sent = bytearray()
        self.received = bytearray()
        self.events: list[str] = []
        self.error: Any = None
        self.may_fail = False  # an 'error' is no fault
        #: For each callback of write() and end(): what it was called with.
        self.answers: list[list[Any]] = []
        self.answered: list[int] = []
        self.calling = ""  # the method that is being called
        stream.allow_half_open = False
        for event in ("end", "finish", "drain", "error", "close"):
            stream.on(event, partial(self._note, event))

    def hold(self, truth: bool, text: str) -> None:
        self.case.hold(truth, f"{self.name}: {text}")

    def _note(self, event: str, *args: Any) -> None:
        self.hold(not self.calling, f"'{event}' within a call of {self.calling}()")
        self.events.append(event)
        if event == "error":
            self.error = args[0]
        elif event == "drain":
            self.hold(self.stream.writable_length == 0, "'drain' while bytes are queued")

    def gather(self) -> None:
        """Read all that comes, unless it is paused."""
        self.stream.on("data", self._on_data)

    def _on_data(self, chunk: bytes) -> None:
        self.received += chunk
        if self.events[-1:] != ["data"]:
            self.events.append("data")

    def callback(self) -> Callable[[Any], None]:
        answer: list[Any] = []
        index = len(self.answers)
        self.answers.append(answer)

        def on_done(error: Any) -> None:
            early = self.calling in ("write", "end")
            self.hold(not early, f"a callback is called before {self.calling}() has returned")
            answer.append(error)
            self.answered.append(index)
            self.events.append("callback")

        return on_done

    def next_bytes(self, size: int) -> bytes:
        start = len(self.sent) % len(_DATA)
        return (_DATA[start:] + _DATA * (size // len(_DATA) + 1))[:size]

    def write(self, data: Any, *callback: Any) -> bool:
        """Write, and see that True means less than the mark waits, and False that something does."""
        self.sent += data
        self.calling = "write"
        answer: bool = self.stream.write(data, *callback)
        self.calling = ""
        length = self.stream.writable_length
        right = length < max(1, self.stream.writable_high_water_mark) if answer else length > 0
        self.hold(right, f"write() answers {answer} with {length} bytes queued")
        return answer

    def write_until_false(self) -> None:
        for _ in range(_MOST):
            if not self.write(self.next_bytes(_MUCH), self.callback()):
                return
        self.hold(False, f"write() still answers True after {_MOST} MiB that nobody has read")

    def end(self, data: bytes = b"", *callback: Any) -> None:
        self.sent += data
        self.calling = "end"
        self.stream.end(data, *callback)
        self.calling = ""

    def destroy(self, *error: BaseException) -> None:
        self.calling = "destroy"
        self.stream.destroy(*error)
        self.calling = ""

    def main_events(self) -> list[str]:
        return [event for event in self.events if event not in ("data", "callback", "drain")]

    def check_received(self, whole: bool = True) -> None:
        sent, received = self.case.other(self).sent, self.received
        if received != sent and (whole or not sent.startswith(received)):
            pairs = zip(sent, received, strict=False)
            size = min(len(sent), len(received))
            at = next((i for i, (one, two) in enumerate(pairs) if one != two), size)
            self.hold(False, f"receives {len(received)} of {len(sent)} bytes, and other ones from {at} on")

    def check_answers(self) -> None:
        for index, answer in enumerate(self.answers):
            self.hold(len(answer) == 1, f"callback {index} is called {len(answer)} times")

    def check_end(self) -> None:
        """What always holds."""
        events = self.events
        for event in ("end", "finish", "error", "close"):
            self.hold(events.count(event) <= 1, f"'{event}' comes {events.count(event)} times: {events}")
        self.hold("close" in events, f"no 'close': {events}")
        at = events.index("close") if "close" in events else len(events)
        late = [event for event in events[at + 1 :] if event != "callback"]
        self.hold(not late, f"{late} after 'close'")
        if "error" in events:
            self.hold(self.may_fail, f"fails with {self.error!r}")
            last = self.main_events()[-2:]
            self.hold(last == ["error", "close"], f"more than 'close' after 'error': {events}")
        if "end" in events:
            self.hold("data" not in events[events.index("end") :], f"'data' after 'end': {events}")
        self.hold(self.stream.destroyed and self.stream.closed, "not destroyed and closed at the end")


class _Case:
    """A pair that is put to one check, and what was found wrong."""

    def __init__(self, a: Any, b: Any) -> None:
        self.faults: list[str] = []
        self.a = _End(self, "a", a)
        self.b = _End(self, "b", b)

    def other(self, end: _End) -> _End:
        return self.b if end is self.a else self.a

    def hold(self, truth: bool, text: str) -> None:
        if not truth:
            self.faults.append(text)

    def gather(self) -> None:
        self.a.gather()
        self.b.gather()


# A check sets a pair to work, yields to let it run until nothing is left to do, and looks at what happened.
# Its docstring is what it promises.


def _data_arrives_whole_and_in_order(case: _Case) -> Iterator[None]:
    """Writes of all sizes, both ways at once; what the caller changes after write() is not sent."""
    case.gather()
    for size in (1, 0, 1000, 65536, 3, 300_000, 7):
        for end in (case.a, case.b):
            block = bytearray(end.next_bytes(size))
            end.write(block)
            block[:] = bytes(size)
    case.a.end(b"the end")
    case.b.end()
    yield
    case.a.check_received()
    case.b.check_received()


def _write_answers_false_then_drain_comes(case: _Case) -> Iterator[None]:
    """While nobody reads, write() answers False at last; 'drain' comes once, when all is sent."""
    a, b = case.a, case.b
    a.gather()
    b.stream.pause()
    b.gather()
    a.write_until_false()
    if a.stream.writable_need_drain:
        a.stream.once("drain", a.end)
    else:
        a.hold(False, "writable_need_drain is False before 'drain'")
        a.end()
    b.stream.resume()
    yield
    drains = a.events.count("drain")
    a.hold(drains == 1, f"'drain' comes {drains} times after a write() that answered False")
    b.check_received()


def _callbacks_come_exactly_once(case: _Case) -> Iterator[None]:
    """Those of write() in its order, then that of end(), then 'finish'; each hears None."""
    a = case.a
    case.gather()
    for size in (5, 0, 500_000, 5):
        a.write(a.next_bytes(size), a.callback())
    a.stream.cork()
    for size in (5, 70_000):
        a.write(a.next_bytes(size), a.callback())
    a.stream.uncork()
    a.end(b"the end", a.callback())
    yield
    a.check_answers()
    for index, answer in enumerate(a.answers):
        a.hold(answer == [None], f"callback {index} hears {answer} of a write that arrived")
    a.hold(a.answered == sorted(a.answered), f"callbacks come in the order {a.answered}")
    case.b.check_received()
    rest = a.events[a.events.index("finish") :] if "finish" in a.events else []
    a.hold("callback" not in rest, "a callback of write() or end() after 'finish'")


def _finish_and_end_come_before_close(case: _Case) -> Iterator[None]:
    """end() gives 'finish' here and 'end' there, which ends the other side; then both close."""
    a, b = case.a, case.b
    case.gather()
    a.end(b"goodbye")
    a.hold(a.stream.writable_ended and not a.stream.writable, "writable after end()")
    yield
    a.hold(sorted(a.main_events()) == ["close", "end", "finish"], f"emits {a.main_events()}")
    b.hold(b.main_events() == ["end", "finish", "close"], f"emits {b.main_events()}")
    b.check_received()
    for end in (a, b):
        end.hold(end.stream.writable_finished and end.stream.readable_ended, "not finished and ended")


def _half_open_goes_on(case: _Case) -> Iterator[None]:
    """With allow_half_open, who has heard of the end may still write, and who has ended still reads."""
    a, b = case.a, case.b
    a.stream.allow_half_open = b.stream.allow_half_open = True
    case.gather()

    def answer() -> None:
        b.hold(b.stream.writable, "not writable any more at 'end', with allow_half_open")
        b.write(b.next_bytes(200_000))
        b.end(b"the answer")

    b.stream.on("end", answer)
    a.end(b"the question")
    yield
    b.check_received()
    a.check_received()
    a.hold(a.main_events() == ["finish", "end", "close"], f"emits {a.main_events()}")


def _destroy_ends_writes_with_an_error(case: _Case) -> Iterator[None]:
    """destroy() while bytes are queued: each callback is called, no 'finish' and no 'error', one 'close'."""
    a, b = case.a, case.b
    b.may_fail = True
    b.stream.pause()
    b.gather()
    a.write_until_false()
    a.write(b"never sent", a.callback())
    a.destroy()
    b.stream.resume()
    yield
    a.check_answers()
    a.hold(a.answers[-1] != [None], "a write that was queued at destroy() calls back without an error")
    a.hold(a.main_events() == ["close"], f"emits {a.main_events()} after destroy()")
    b.check_received(whole=False)


def _pause_holds_back(case: _Case) -> Iterator[None]:
    """After pause() neither 'data' nor 'end' comes, whatever else goes on; resume() brings all of it."""
    a, b = case.a, case.b
    pings = 0

    def on_first_data(chunk: bytes) -> None:
        b.stream.pause()
        b.hold(b.stream.is_paused(), "is_paused() is False after pause()")
        a.end(a.next_bytes(1000))
        b.write(b"!")  # and back and forth, so that there is time for what must not come

    def on_ping(chunk: bytes) -> None:
        nonlocal pings
        pings += len(chunk)
        if pings < 10:
            b.write(b"!")
        else:
            b.hold(len(b.received) <= 100 and b.events == ["data"], "reads on after pause()")
            b.stream.resume()

    case.gather()
    b.stream.once("data", on_first_data)
    a.stream.on("data", on_ping)
    a.write(a.next_bytes(100))
    yield
    b.check_received()


def _an_error_comes_before_close(case: _Case) -> Iterator[None]:
    """destroy(error) gives 'error' with that very object, then 'close', and nothing else."""
    a, b = case.a, case.b
    a.may_fail = b.may_fail = True
    error = ConnectionError("for the sake of the check")
    case.gather()
    a.write(b"some data")
    a.destroy(error)
    yield
    a.hold(a.main_events() == ["error", "close"], f"emits {a.main_events()} after destroy(error)")
    a.hold(a.error is error, f"'error' has {a.error!r} and not what destroy() was given")
    a.hold(a.stream.errored is error, f"errored is {a.stream.errored!r} and not what destroy() was given")


def _nothing_comes_after_close(case: _Case) -> Iterator[None]:
    """What is done to a closed stream is answered by callbacks alone."""
    a = case.a
    case.gather()
    a.end(b"goodbye")
    yield
    before = list(a.events)
    a.hold(a.stream.write(b"more", a.callback()) is False, "write() does not answer False after 'close'")
    a.stream.end(a.callback())
    a.stream.destroy(ConnectionError("for the sake of the check"))
    a.hold(a.stream.read() is None, "read() gives something after 'close'")
    a.stream.resume()
    yield
    a.check_answers()
    a.hold([None] not in a.answers, "a write() or end() after 'close' calls back without an error")
    events = [event for event in a.events[len(before) :] if event != "callback"]
    a.hold(not events, f"{events} after 'close'")


_CHECKS = {
    check.__name__.strip("_").replace("_", " "): check
    for check in (
        _data_arrives_whole_and_in_order,
        _write_answers_false_then_drain_comes,
        _callbacks_come_exactly_once,
        _finish_and_end_come_before_close,
        _half_open_goes_on,
        _destroy_ends_writes_with_an_error,
        _pause_holds_back,
        _an_error_comes_before_close,
        _nothing_comes_after_close,
    )
}

#: The names of what check_stream() looks at.
STREAM_CHECKS: tuple[str, ...] = tuple(_CHECKS)


def check_stream(
    make_pair: Callable[[], tuple[Any, Any]],
    name: str | None = None,
    *,
    loop: Loop | None = None,
    run: Callable[[], object] | None = None,
    seconds: float = 5,
) -> None:
    """Hold a kind of stream against Node's stream contract. Node has no such call.

    :param make_pair: called without arguments, for each check; returns two streams, Duplex or Socket, each
        of which reads what the other writes. It may run the loop to connect them.
    :param name: of STREAM_CHECKS: what to check; all of it by default.
    :param loop: the loop of the streams; this thread's by default.
    :param run: for streams on no loop of netuv's: runs until nothing is left to do.
    :param seconds: that a check may take; ignored with ``run``.
    :raises AssertionError: what was promised and does not hold.

    A check destroys its streams at the end, also when it fails.
    """
    if name is not None and name not in _CHECKS:
        raise misuse.invalid_arg_value("name", name, f"must be one of {', '.join(STREAM_CHECKS)}")
    if run is None:
        run = partial(_run_bounded, check_loop(loop), seconds)
    for each in STREAM_CHECKS if name is None else (name,):
        a, b = make_pair()
        case = _Case(a, b)
        late: list[str] = []
        try:
            for _ in _CHECKS[each](case):
                try:
                    run()
                except TimeoutError as error:
                    late.append(f"{error}; a: {case.a.events}, b: {case.b.events}")
            case.faults += late
            case.a.check_end()
            case.b.check_end()
        except Exception as error:
            case.hold(False, f"raises {error!r}")
            raise AssertionError(f"{each}: {case.faults[0]}") from error
        finally:
            if not (a.closed and b.closed):
                a.destroy()
                b.destroy()
                with suppress(Exception):
                    run()
        if case.faults:
            raise AssertionError(f"{each}: {case.faults[0]}")


def _run_bounded(loop: Loop, seconds: float) -> None:
    def on_timeout() -> None:
        raise TimeoutError(f"it has not come to its end after {seconds} s")

    guard = set_timeout(on_timeout, seconds * 1000, loop=loop).unref()
    try:
        loop.run()
    finally:
        guard.close()
