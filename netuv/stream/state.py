"""The state of a stream: its life, its reading half and its writing half, each an object of its own.

What a stream is, is told by phases, which only move on. A Socket that connects anew begins again.

===========  ==================================================  =========================================
object       phases                                              who moves it on
===========  ==================================================  =========================================
Life         ALIVE, DESTROYED, CLOSED, TOLD                      destroy(), the transport's done, a tick
Reading      OPEN, EOF, ENDED                                    push(None), a tick that emits 'end'
Writing      OPEN, ENDING, FINAL, SHUT, FINISHED                 end(), the empty queue, the transport's
                                                                 done, a tick that emits 'finish'
===========  ==================================================  =========================================

The first phase of each is 0, so ``if not life.phase`` asks whether a stream is alive. Life is written by
``base``, Reading by ``readable`` and ``incoming``; Writing by ``writable``, which begins a write and the end,
and by ``outgoing``, which goes on from there. A Socket writes besides what is about its handle: ``wire``,
``in_flight``, ``received``, ``guard``, and the last phases of its Life, since 'close' waits for libuv. No
subclass has to avoid the names in here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netuv.stream.readbuffer import EMPTY
from netuv.stream.writequeue import Callback, WriteQueue

if TYPE_CHECKING:
    from netuv.stream.encoding import Decoder
    from netuv.stream.pipe import Pipe
    from netuv.stream.reader import Reader

ALIVE, DESTROYED, CLOSED, TOLD = range(4)  # TOLD: 'close' was emitted, or is being emitted
OPEN, EOF, ENDED = range(3)
# After OPEN. FINAL: the transport is told of the end; SHUT: it has done what it had to; FINISHED: 'finish'.
ENDING, FINAL, SHUT, FINISHED = range(1, 5)


class Life:
    """Of the stream as a whole."""

    __slots__ = ("constructing", "error_told", "errored", "guard", "phase")

    def __init__(self) -> None:
        self.phase = ALIVE
        self.constructing = False  # its _construct() is not done: nothing is read or written yet
        self.errored: BaseException | None = None  # the error that ended it
        self.error_told = False  # 'error' was emitted
        #: Called before what a program asks for: it raises in the wrong thread, and after a fork.
        self.guard: Callable[[], None] | None = None


class RareReading:
    """What most reading halves never have: pipes, an encoding, 'readable' listeners, methods of their own."""

    __slots__ = ("decoder", "end_unheard", "own", "pipes", "readable_listening")

    def __init__(self) -> None:
        self.decoder: Decoder | None = None
        self.end_unheard = False  # it came while nobody listened, and is told to a 'readable' listener
        #: Methods that a program has set on the stream itself, by name, where they are looked for here.
        self.own: dict[str, Any] | None = None
        self.pipes: tuple[Pipe, ...] = ()
        self.readable_listening = False


NOTHING_RARE = RareReading()  # of all those; nothing is set on it


class Reading:
    """Of the reading half; the head of netuv.stream.readable tells how it works."""

    __slots__ = (
        "buffer",
        "consumer",
        "did_read",
        "emitted_readable",
        "end_scheduled",
        "flowing",
        "idle",
        "in_read",
        "need_readable",
        "owner",
        "paused",
        "phase",
        "rare",
        "reader",
        "reading",
        "reading_more",
        "received",
        "resume_scheduled",
    )

    def __init__(self, in_read: bool = True) -> None:
        self.phase = OPEN
        self.flowing: bool | None = None
        self.paused = False
        self.reader: Reader | None = None  # of tasks, see netuv.stream.reader
        #: The one 'data' listener, when a chunk needs no more than to be handed to it; or reader.feed.
        self.consumer: Callable[[Any], object] | None = None
        self.owner: Any = None  # the Socket, while the wire reads for it: see netuv.uv.wire
        self.idle: Any = None  # its idle timer, which the wire tells of each chunk
        self.buffer = EMPTY  # what arrived and was not read yet
        self.rare = NOTHING_RARE  # to be set on it takes own_rare()
        self.did_read = False  # anything was delivered
        self.received = 0  # bytes that the transport has delivered
        self.reading = False  # the transport was asked for more
        # Inside _read(), and before the first: what is pushed is not emitted directly. What a handle delivers
        # never comes within the call that asked for it.
        self.in_read = in_read
        self.need_readable = False
        self.emitted_readable = False
        # A tick of this kind is on its way:
        self.resume_scheduled = False
        self.reading_more = False
        self.end_scheduled = False

    def own_rare(self) -> RareReading:
        """That of this stream alone."""
        if self.rare is NOTHING_RARE:
            self.rare = RareReading()
        return self.rare

    def set_flowing(self, flowing: bool | None) -> None:
        """How ``flowing`` is set once anything has happened, but for resume(), which sets it to True."""
        self.flowing = flowing
        if not flowing:
            self.consumer = None

    def begin_paused(self) -> None:
        """As after pause(), before anything has happened."""
        self.flowing = False
        self.paused = True

    def set_reader_as_consumer(self) -> None:
        """A task waits, and what comes needs no decoding."""
        assert self.reader is not None
        self.consumer = self.reader.feed

    def forget_consumer(self) -> None:
        """The next chunk may not be for it alone; netuv.stream.incoming finds it again when it is."""
        self.consumer = None

    def set_own(self, name: str, method: Any) -> None:
        """A program sets a method on the stream, or deletes it again (None); it is to see each chunk."""
        own = dict(self.rare.own or ())
        if method is not None:
            own[name] = method
        elif own.pop(name, None) is None:
            raise AttributeError(name)
        self.own_rare().own = own or None
        self.consumer = None

    def begin_anew(self) -> None:
        """For another connection; what the user has set, and has not read yet, stays."""
        self.phase = OPEN
        self.reading = self.emitted_readable = False
        if self.rare.end_unheard:
            self.rare.end_unheard = False
        self.received = 0


class Pending:
    """What a writing half has that did not come to its end at once: most of those of a server always do."""

    __slots__ = (
        "after_write_scheduled",
        "callbacks",
        "end_callbacks",
        "in_flight",
        "length",
        "need_drain",
        "seen_length",
        "soon",
        "unanswered",
    )

    def __init__(self) -> None:
        # Of the current write:
        self.length = 0  # what is not yet written
        self.callbacks: tuple[Callback, ...] = ()
        self.in_flight: Any = None  # the wire, while a part of it waits in the wire's queue
        self.seen_length = 0  # of that queue, when the idle timer looked at it
        # Of all that was written:
        self.need_drain = False  # write() has answered False, and 'drain' was not emitted since
        self.after_write_scheduled = False
        self.unanswered = 0  # writes that are done and not told; 'finish' waits for them
        self.end_callbacks: list[Callback] | None = None
        self.soon = False  # destroy() follows 'finish', whatever the other half does


NOTHING = Pending()  # of all that never had to wait; nothing is set on it


class Writing:
    """Of the writing half; the heads of netuv.stream.writable and .outgoing tell how it works."""

    __slots__ = ("in_hook", "pending", "phase", "queue", "sent", "wire", "writing")

    def __init__(self) -> None:
        self.phase = OPEN
        self.queue: WriteQueue | None = None  # while something waits, or the stream is corked
        # The current write, from the transport's being given it to its being done:
        self.writing = False
        self.in_hook = False  # inside _write(), _writev() or _final()
        self.pending = NOTHING  # to be set on it takes own_pending()
        self.wire: Any = None  # a connected Socket's, see netuv.uv.wire
        self.sent = 0  # bytes handed to the transport

    def own_pending(self) -> Pending:
        """That of this stream alone."""
        if self.pending is NOTHING:
            self.pending = Pending()
        return self.pending

    def take_end_callbacks(self) -> tuple[Callback, ...]:
        """Those of end(), to be called once."""
        callbacks = self.pending.end_callbacks
        if callbacks is None:
            return ()
        self.pending.end_callbacks = None
        return tuple(callbacks)

    @property
    def length(self) -> int:
        """Bytes, or objects, not yet written: of the current write, and of what waits."""
        return self.pending.length + (self.queue.length if self.queue is not None else 0)

    def drop_idle_queue(self) -> None:
        """A queue takes more memory than all else of an idle stream."""
        if self.queue is not None and not self.queue and not self.queue.corked:
            self.queue = None

    def begin_anew(self) -> None:
        """For another connection; cork() stays, and what was queued is lost."""
        queue, former = self.queue, self.pending
        Writing.__init__(self)
        if former.unanswered:
            self.pending = Pending()
            self.pending.after_write_scheduled = former.after_write_scheduled
            self.pending.unanswered = former.unanswered
        if queue is not None and queue.corked:
            self.queue = WriteQueue()
            self.queue.corked = queue.corked
