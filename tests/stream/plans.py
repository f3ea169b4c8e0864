"""What can be done to a connected pair of streams, and what must be true whatever is done.

A ``Plan`` is how the two ends are made, a list of steps, and how each end is let go. A step says when it runs
(right after the one before, in a tick, in the next turn of the loop, or within the next event or callback of
its end), on which end, and what it does. Reactions are steps that run at the first event of their name, also
while the streams are let go. An ``End`` notes all that happens to a stream and holds what must be true then;
``End.check()`` and ``Run.go()`` hold what must be true of the whole.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers import LARGEST_READ

from tests.stream.transports import Options

PATIENCE = 5  # turns that a step waits for its event

# What is sent: no two places alike, with characters of every length in UTF-8.
TEXT = "".join(chr(n + base) for n in range(300) for base in (33, 160, 0x4E00, 48, 0x1F000))
DATA = TEXT.encode()

DECODE: dict[str, Callable[[bytes], str]] = {
    "utf8": lambda data: data.decode("utf-8", "replace"),
    "latin1": lambda data: data.decode("latin-1"),
    "ascii": lambda data: bytes(byte & 127 for byte in data).decode("ascii"),
    "utf16le": lambda data: data[: len(data) // 2 * 2].decode("utf-16-le", "replace"),
    "hex": lambda data: data.hex(),
    "base64": lambda data: base64.b64encode(data).decode("ascii"),
}

Step = tuple[Any, ...]  # when, which end, what, its arguments


@dataclass(frozen=True)
class Plan:
    options: Options
    steps: list[Step]
    reactions: list[Step]
    finale: tuple[str, str]


class WantonError(Exception):
    """What the test destroys a stream with."""


class Answer:
    """A callback of write() or end()."""

    def __init__(self, end: End, accepted: bool, kind: str) -> None:
        self.end = end
        self.accepted = accepted
        self.kind = kind
        self.offset = len(end.sent)  # with what is written
        self.calls = 0
        self.late = False  # what it answers has destroyed the stream
        self.error: Any = None
        end.answers.append(self)

    def __call__(self, *args: Any) -> None:
        end = self.end
        end.log(f"callback of {self.kind} {args}")
        self.calls += 1
        self.error = args[0]
        hold = end.hold
        hold(len(args) == 1, "a callback hears one argument")
        hold(self.calls == 1, "a callback is called once")
        hold(not end.calling, "it is called after write() has returned")
        if self.accepted:
            earlier = end.answers[: end.answers.index(self)]
            if self.kind == "write":
                for other in earlier:
                    if other.accepted and other.kind == "write":
                        hold(other.calls == 1, "callbacks come in the order of the writes")
                        hold(other.error is None or self.error is not None, "a success after a failure")
        else:
            hold(self.error is not None, "what was not accepted is no success")
        end.run.happened(end, "callback")


class End:
    """One stream, all that it did, and what must be true of it at any time."""

    def __init__(self, run: Run, name: str, stream: Any) -> None:
        self.run = run
        self.name = name
        self.stream = stream
        self.is_socket = hasattr(stream, "bytes_read")
        self.sent = bytearray()  # what write() and end() accepted
        self.raw = bytearray()  # what arrived as bytes,
        self.text = ""  # and, after set_encoding(), as str
        self.encoding: str | None = None
        self.events: list[str] = []
        self.error: Any = None
        self.answers: list[Answer] = []
        self.owes_drain = False
        self.undrained_turns = 0
        self.torn = False  # the test broke it off, or misused it
        self.calling = False  # inside write() or end()
        self.reading = False  # inside a read() of the test
        self.left_alone = False  # to end with its pipe
        self.paused_at: int | None = None  # bytes_read at pause(), while nothing asks for more
        self.unshifted = 0
        self.on_readable: Callable[[], None] | None = None
        self.reads = False  # on_readable does
        self.pipe_ends: bool | None = None  # None without a pipe
        stream.set_max_listeners(0)
        self._emit, self._write, self._end = stream.emit, stream.write, stream.end
        stream.emit, stream.write, stream.end = self.emit, self.write, self.end
        stream.on("error", self.on_error)

    @property
    def other(self) -> End:
        other = self.run.ends["b" if self.name == "a" else "a"]
        assert other is not None
        return other

    def log(self, what: str) -> None:
        self.run.log.append(f"{self.name}: {what}")

    def hold(self, truth: bool, what: str) -> None:
        self.run.hold(truth, f"{self.name}: {what}")

    # what it emits

    def emit(self, event: str, *args: Any) -> Any:
        if event == "data":
            if self.on_data not in self.stream.listeners("data"):
                self.take(args[0])  # it is lost, but in its place
            return self._emit(event, *args)
        self.log(f"'{event}' {args if event in ('error', 'close') else ''}")
        self.before(event, args)
        self.events.append(event)
        if event == "unpipe":
            self.pipe_ends = None
            if self.left_alone:  # the pipe's destination has ended by itself, and the source is paused
                self.run.world.later(self.stream.resume)
        result = self._emit(event, *args)
        if event == "close":
            for answer in self.answers:
                late = answer.late or not answer.accepted
                self.hold(answer.calls == 1 or late, "callbacks come before 'close'")
        self.run.happened(self, event)
        return result

    def before(self, event: str, args: tuple[Any, ...]) -> None:
        stream, hold = self.stream, self.hold
        if event not in ("pause", "resume", "pipe", "unpipe"):  # those are the caller's doing
            hold("close" not in self.events, f"'{event}' after 'close'")
            hold("error" not in self.events or event == "close", f"'{event}' after 'error'")
        if event in ("end", "finish", "close", "error"):
            hold(event not in self.events, f"a second '{event}'")
        if event == "drain":
            hold(self.owes_drain, "a 'drain' too many")
            hold(stream.writable_length == 0, "'drain' while something is queued")
            hold(not stream.writable_ended and not stream.destroyed, "'drain' after the end")
            self.owes_drain = False
        elif event == "end":
            hold(stream.readable_length == 0, "'end' in front of data")
            hold("close" not in self.events, "'end' after 'close'")
        elif event == "finish":
            hold(stream.writable_length == 0, "'finish' while something is queued")
            hold(stream.writable_ended and stream.writable_finished, "the state in 'finish'")
            for answer in self.answers:
                done = answer.calls == 1 and answer.error is None
                # Destroyed between the last write and 'finish': end() has failed, the writes have not.
                failed = answer.kind == "end" and stream.destroyed
                hold(done or failed or not answer.accepted, "callbacks come before 'finish'")
        elif event == "close":
            hold(stream.destroyed and stream.closed, "the state in 'close'")
            # A write that has failed is in errored at once, before its 'error'; destroy() or a write after
            # the end in between decides what is emitted.
            hold(stream.errored is self.error or self.torn, "what was emitted is not what is in errored")
            hold(not self.is_socket or args == (self.error is not None,), "had_error")

    def on_error(self, error: Any) -> None:
        self.error = error

    def on_data(self, chunk: Any) -> None:
        self.take(chunk)
        self.run.happened(self, "data")

    def take(self, chunk: Any) -> None:
        stream, hold = self.stream, self.hold
        self.log(f"data {len(chunk)}")
        hold(len(chunk) > 0, "no data at all")
        hold("end" not in self.events, "data after 'end'")
        hold("close" not in self.events and "error" not in self.events, "data after 'close' or 'error'")
        listeners = stream.listeners("data")
        if not self.reading and (not listeners or listeners[0] == self.on_data):
            hold(bool(stream.readable_flowing), "data while it does not flow")
        if self.encoding is None:
            hold(type(chunk) is bytes, "bytes without set_encoding()")
            sent = self.other.sent[len(self.raw) : len(self.raw) + len(chunk)]
            hold(sent == chunk, "other bytes than were sent")
            self.raw += chunk
        else:
            hold(type(chunk) is str, "str after set_encoding()")
            self.text += chunk

    # what goes in, by the test or by a pipe

    def write(self, data: Any, *args: Any) -> Any:
        stream = self.stream
        accepted = self.accept(data)
        self.calling = True
        answer = self._write(data, *args)
        self.calling = False
        length = stream.writable_length
        self.log(f"write {len(data)} -> {answer}, {length} queued")
        whole = accepted and stream.errored is None and length == 0
        self.hold(answer is whole, f"write() answers {answer} with {length} queued")
        if accepted and not answer and stream.errored is None:
            self.owes_drain = True
        return answer

    def end(self, *args: Any) -> Any:
        self.log(f"end {len(args[0]) if args and hasattr(args[0], '__len__') else ''}")
        if args and not callable(args[0]):
            self.accept(args[0])
        self.calling = True
        result = self._end(*args)
        self.calling = False
        self.owes_drain = False
        return result

    def accept(self, data: Any) -> bool:
        accepted = not self.stream.writable_ended and not self.stream.destroyed
        if accepted:
            self.sent += data.encode() if isinstance(data, str) else bytes(data)
        else:
            self.torn = True
        return accepted

    def read(self, size: int | None = None) -> Any:
        stream = self.stream
        self.paused_at = None  # it may ask for more
        before = self.reading
        self.reading = True
        length = stream.readable_length
        chunk = stream.read(size)
        self.reading = before
        self.log(f"read {size} -> {None if chunk is None else len(chunk)}")
        if chunk is not None and size is not None:
            # Less only at the end of the stream, where it is the rest.
            self.hold(len(chunk) == size or len(chunk) == length < size, "read(n) gives n")
        return chunk

    # the steps

    def do_write(self, size: int, form: str, with_callback: bool) -> None:
        data = self.data(size, form)
        accepted = not self.stream.writable_ended and not self.stream.destroyed
        if with_callback:
            answer = Answer(self, accepted, "write")
            answer.offset += len(data.encode() if form == "str" else data)
            self.stream.write(data, answer)
        else:
            self.stream.write(data)
        if form in ("bytearray", "memoryview"):  # what is queued must not see this
            data[:] = bytes(len(data))

    def data(self, size: int, form: str) -> Any:
        start = len(self.sent) % len(DATA)
        if form == "str":
            start %= len(TEXT)
            return (TEXT[start:] + TEXT * (size // 2 // len(TEXT) + 1))[: size // 2]
        data = (DATA[start:] + DATA * (size // len(DATA) + 1))[:size]
        if form == "bytes":
            return data
        return bytearray(data) if form == "bytearray" else memoryview(bytearray(data))

    def do_end(self, size: int | None, with_callback: bool) -> None:
        args: list[Any] = [] if size is None else [self.data(size, "bytes")]
        if with_callback:
            stream = self.stream
            accepted = not (stream.destroyed or stream.errored or (args and stream.writable_ended))
            answer = Answer(self, accepted and not stream.writable_finished, "end")
            args.append(answer)
        self.stream.end(*args)
        if with_callback:
            answer.late = stream.destroyed

    def do_pause(self) -> None:
        self.stream.pause()
        if self.is_socket and self.pipe_ends is None and not self.on_readable:
            self.paused_at = self.stream.bytes_read

    def do_resume(self) -> None:
        self.stream.resume()

    def do_read(self, size: int | None) -> None:
        self.read(size)

    def do_unshift(self, size: int | None) -> None:
        """Read, and put it back."""
        stream, before = self.stream, (len(self.raw), len(self.text))
        chunk = self.read(size)
        if not chunk:
            return
        if stream.destroyed or stream.errored is not None:
            self.hold(not stream.unshift(chunk, self.encoding), "unshift() into a stream that is gone")
            return
        if self.encoding is None and len(self.raw) == before[0] + len(chunk):
            del self.raw[before[0] :]
            self.unshifted += len(chunk)
            stream.unshift(chunk)
        elif type(chunk) is str and len(self.text) == before[1] + len(chunk):
            self.text = self.text[: before[1]]
            stream.unshift(chunk, self.encoding)
        # Else a reaction to the 'data' of read() has read on, or set the encoding.

    def do_cork(self) -> None:
        self.stream.cork()

    def do_uncork(self) -> None:
        self.stream.uncork()

    def do_data(self, listen: bool) -> None:
        if not listen:
            if self.pipe_ends is None:
                self.stream.off("data", self.on_data)
        elif self.on_data not in self.stream.listeners("data"):
            self.stream.on("data", self.on_data)

    def do_readable(self, size: int | None) -> None:
        """Listen to 'readable', and read in pieces of ``size``; 0 only listens."""
        if self.on_readable is not None:
            self.stream.off("readable", self.on_readable)

        def on_readable() -> None:
            while size != 0 and self.read(size) is not None:
                pass

        self.on_readable = on_readable
        self.reads = size != 0
        self.stream.on("readable", on_readable)
        # What another listener was told of is read without another 'readable'.
        self.run.world.later(on_readable)

    def do_no_readable(self) -> None:
        if self.on_readable is not None:
            self.stream.off("readable", self.on_readable)
            self.on_readable = None

    def do_pipe(self, end: bool) -> None:
        """Echo."""
        if self.pipe_ends is None:
            self.do_data(True)  # a pipe's listener is not seen from here
            self.pipe_ends = end
            self.stream.pipe(self.stream, end=end)

    def do_unpipe(self) -> None:
        self.stream.unpipe()

    def do_encoding(self, encoding: str) -> None:
        if self.encoding is None:
            self.encoding = encoding
            self.stream.set_encoding(encoding)

    def do_nothing(self) -> None:
        pass

    def do_destroy(self, with_error: bool) -> None:
        self.torn = True
        self.stream.destroy(WantonError() if with_error else None)

    def do_destroy_soon(self) -> None:
        self.torn = True
        if self.is_socket:
            self.stream.destroy_soon()

    def do_reset(self) -> None:
        if self.run.kind != "unix":
            self.torn = True
            self.stream.reset_and_destroy()

    def do(self, what: str, args: tuple[Any, ...]) -> None:
        self.log(f"- {what} {args}")
        if what not in ("write", "end", "cork", "uncork", "nothing"):
            self.paused_at = None
        getattr(self, f"do_{what}")(*args)
        self.look()

    # at any time

    def look(self) -> None:
        stream, hold = self.stream, self.hold
        hold(stream.writable_length >= 0, "writable_length below 0")
        hold(stream.readable_length >= 0, "readable_length below 0")
        if self.encoding is None:
            limit = stream.readable_high_water_mark + LARGEST_READ + self.unshifted
            hold(stream.readable_length <= limit, "more read ahead than is allowed")
        if self.is_socket:
            hold(stream.buffer_size == stream.writable_length, "buffer_size is writable_length")
            if not stream.destroyed and stream.errored is None:
                hold(stream.bytes_written == len(self.sent), "bytes_written counts what is queued")
        if self.paused_at is not None:
            hold(stream.bytes_read == self.paused_at, "read from the kernel while paused")

    def turn(self) -> None:
        self.look()
        stream = self.stream
        overdue = self.owes_drain and stream.writable_length == 0 and not stream.destroyed
        self.undrained_turns = self.undrained_turns + 1 if overdue else 0
        self.hold(self.undrained_turns < 5, "no 'drain'")

    # letting go

    def finale(self, how: str) -> None:
        stream = self.stream
        self.log(f"- finale {how}")
        self.paused_at = None
        if how == "destroy":
            self.torn = True
            stream.destroy()
            return
        stays = how == "leave" and self.pipe_ends and not stream.writable_ended
        if not stays:
            stream.unpipe()
        if how != "read":
            self.do_no_readable()
        if how == "read":
            if self.on_readable is None or not self.reads:
                self.do_readable(None)
        else:
            if stream.readable_flowing:
                # As in Node: what flows beside listeners of 'readable' stops in the tick after the last one
                # is removed, and resume() before that tick does nothing.
                self.run.world.later(stream.resume)
            stream.resume()
        if how != "end":
            while stream.writable_corked:
                stream.uncork()
        if stays:
            self.left_alone = True
            return
        if how == "drain" and self.owes_drain and not stream.destroyed:
            stream.once("drain", stream.end)
        elif not stream.destroyed:
            stream.end()

    def check(self) -> None:
        stream, hold, other = self.stream, self.hold, self.run.ends["b" if self.name == "a" else "a"]
        hold(self.events.count("close") == 1, "no 'close'")
        for answer in self.answers:
            hold(answer.calls == 1, f"the callback of a {answer.kind} was called {answer.calls} times")
        hold(stream.writable_length == 0, f"{stream.writable_length} left to write")
        hold(not stream.writable_need_drain, "still needs drain")
        if self.is_socket:
            hold(stream.buffer_size == 0, "buffer_size is left over")
            if self.encoding is None:
                hold(stream.bytes_read >= len(self.raw), "more delivered than read")
            if "finish" in self.events:
                hold(stream.bytes_written == len(self.sent), "bytes_written at the end")
        if self.error is not None:
            code = getattr(self.error, "code", type(self.error).__name__)
            broken = other is None or other.torn or other.error is not None
            if code in ("ECONNRESET", "EPIPE", "ENOTCONN"):
                hold(self.torn or broken, f"{code} without a reason")
            else:
                known = ("WantonError", "ERR_STREAM_WRITE_AFTER_END")
                hold(self.torn and code in known, f"{code} without a reason")
        if other is None:
            hold(self.torn, "never connected")
            return
        ended = "end" in self.events
        whole = ended and "finish" in other.events
        if self.encoding is None:
            hold(len(self.raw) <= len(other.sent), "more than was sent")
            hold(not whole or len(self.raw) == len(other.sent), "not all of it arrived")
            if ended:
                for answer in other.answers:
                    if answer.kind == "write" and answer.accepted and answer.error is None:
                        hold(answer.offset <= len(self.raw), "less than was reported as written")
        else:
            text = DECODE[self.encoding](bytes(other.sent[len(self.raw) :]))
            # What breaks off in the middle of a character, or of four of base64, ends in other ones.
            hold(text.startswith((self.text, self.text[:-4])), "other text than was sent")
            hold(not whole or text == self.text, "not all of the text arrived")
        if not (self.torn or other.torn):
            hold(self.error is None, "an error without a reason")
            hold("end" in self.events and "finish" in self.events, "no 'end' or no 'finish'")
            hold(not self.is_socket or stream.bytes_read == len(other.sent), "bytes_read at the end")


class Run:
    """A plan, carried out."""

    def __init__(self, kind: str, plan: Plan, world: Any) -> None:
        self.kind = kind
        self.plan = plan
        self.world = world
        self.log: list[str] = []
        self.failure: str | None = None
        self.ends: dict[str, End | None] = {"a": None, "b": None}
        self.steps: Iterator[Step] = iter(plan.steps)
        self.reactions = list(plan.reactions)
        self.step: Step | None = None  # the one that waits
        self.done = 0
        self.over = False
        self.let_go: set[str] = set()

    def hold(self, truth: bool, what: str) -> None:
        if not truth and self.failure is None:
            self.failure = what  # kept, as the stream layer may make an event of what is raised
            raise AssertionError(what)

    def go(self) -> None:
        self.world.start(self.on_end, self.advance)
        self.world.run()
        assert self.failure is None, self.failure
        self.hold(self.over, "the steps were not carried out")
        for end in self.ends.values():
            if end is not None:
                end.check()
        left = self.world.left()
        self.hold(not left, f"left open: {left}")

    def on_end(self, stream: Any) -> None:
        name = "b" if self.ends["a"] is not None else "a"
        self.ends[name] = End(self, name, stream)
        if self.over:
            self.world.later(self.finale)

    def advance(self) -> None:
        """Wait for the moment of the next step."""
        step = self.step = next(self.steps, None)
        if step is None:
            self.turn(self.done, PATIENCE)
        elif step[0] == "now":
            self.take_step()
        elif step[0] == "tick":
            self.world.tick(self.take_step)
        elif step[0] == "turn":
            self.turn(self.done, 1)
        else:
            self.turn(self.done, PATIENCE)

    def turn(self, done: int, rest: int) -> None:
        """Let the loop turn so often, unless the step comes to pass meanwhile."""
        if done != self.done:
            return
        if rest > 0:
            self.world.later(lambda: self.turn(done, rest - 1))
        for end in self.ends.values():
            if end is not None:
                end.turn()
        if rest == 0:
            if self.step is None:
                self.finale()
            else:
                self.take_step()

    def happened(self, end: End, what: str) -> None:
        for reaction in self.reactions:
            if reaction[:2] == (what, end.name):
                self.reactions.remove(reaction)
                end.do(reaction[2], reaction[3:])
                break
        step = self.step
        if step is not None and step[1] == end.name and step[0] in (what, "event"):
            self.take_step()

    def take_step(self) -> None:
        assert self.step is not None
        _, name, what, *args = self.step
        self.step = None
        self.done += 1
        end = self.ends[name]
        if end is not None:
            end.do(what, tuple(args))
        self.advance()

    def finale(self) -> None:
        self.over = True
        for name, how in zip("ab", self.plan.finale, strict=True):
            end = self.ends[name]
            if end is not None and name not in self.let_go:
                self.let_go.add(name)
                end.finale("end" if how == "leave" and "leave" in self.plan.finale[: name == "b"] else how)
