"""The writing half of a stream: one write at a time goes to the transport, the others wait their turn.

``write()`` hands its chunk on when nothing is in the way, and otherwise queues it. A Socket that is connected
has a wire, which takes all that it is given: ``send(data, on_sent)`` returns how many bytes are left in user
memory, and calls ``on_sent`` when these are gone too. Other streams have hooks: ``_write(chunk, done)``, and
for what was queued ``_writev(chunks, done)``, where there is one. Everything that is written, by ``write``,
``end(data)``, ``cork`` or a pipe, passes ``write()``, so that ``length`` counts every byte that is in user
memory, and write() answers True only when that is 0: all of it reached the kernel.

What comes after, up to the callbacks, 'drain' and 'finish', is in netuv.stream.outgoing, and what waits
is a netuv.stream.writequeue. The end comes in this order: ``end()`` lets the queue run empty, then the
transport's ``_final(done)`` (a socket sends its FIN), then a tick calls the callbacks of end() and emits
'finish'; when the other direction has ended as well, the stream destroys itself.

Every callback is called exactly once: after its data was written, or with the error that prevented it.
It is never called before write() has returned.

Hooks of a transport: ``_write(chunk, done)``, ``_writev(chunks, done)``, ``_final(done)``; each calls
``done(None)`` or ``done(error)`` once, at once or later; again is an 'error' with code ERR_MULTIPLE_CALLBACK.
What a hook raises is its error, too. A transport that has passed on a part of a chunk says so with
``_part_written(size)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import misuse
from netuv.stream import outgoing
from netuv.stream.base import Done, Stream
from netuv.stream.encoding import canonical, encode
from netuv.stream.readable import DEFAULT_HIGH_WATER_MARK
from netuv.stream.state import ALIVE, ENDING, FINISHED, OPEN, Writing
from netuv.stream.writequeue import Callback, WriteQueue

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Writable")

Chunk = Any  # bytes, or a memoryview of bytes while nothing is queued


class Writable(Stream):
    """The writing half of Node's stream contract; see Node's ``stream.Writable``."""

    #: In bytes; informative, as write() answers by S16. Node's ``writableHighWaterMark``.
    writable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK

    _can_write: bool = True
    _default_encoding: str = "utf8"
    _idle: Any = None  # is told of each write: active()

    def _make_state(self) -> None:
        super()._make_state()
        self._writable_state = Writing()

    @property
    def writable_corked(self) -> int:
        """How often cork() was called without uncork(). Node's ``writableCorked``."""
        queue = self._writable_state.queue
        return queue.corked if queue is not None else 0

    @property
    def writable_ended(self) -> bool:
        """True once end() was called. Node's ``writableEnded``."""
        return self._writable_state.phase >= ENDING

    @property
    def writable_finished(self) -> bool:
        """True once all is written and 'finish' was (or is being) emitted. Node's ``writableFinished``."""
        return self._writable_state.phase == FINISHED

    @property
    def writable(self) -> bool:
        """True while write() is allowed. Node's ``writable``."""
        return (
            self._can_write
            and self._writable_state.phase == OPEN
            and self._stream_life.phase == ALIVE
            and self._stream_life.errored is None
        )

    @property
    def writable_length(self) -> int:
        """Bytes in user memory: not yet taken by the kernel. Node's ``writableLength``."""
        return self._writable_state.length

    @property
    def writable_need_drain(self) -> bool:
        """True between a write() that answered False and 'drain'. Node's ``writableNeedDrain``."""
        return (
            self._writable_state.need_drain and not self._stream_life.phase and not self._writable_state.phase
        )

    @property
    def writable_aborted(self) -> bool:
        """True when the stream ended before 'finish'. Node's ``writableAborted``."""
        return (
            self._can_write
            and (self._stream_life.phase != ALIVE or self._stream_life.errored is not None)
            and self._writable_state.phase != FINISHED
        )

    # -- writing -----------------------------------------------------------------------------------

    def write(
        self, data: Any, encoding: str | Callback | None = None, callback: Callback | None = None
    ) -> bool:
        """Send data. Node's ``write()``.

        :param data: bytes-like (what can change, a bytearray say, is copied when it has to wait), or str.
        :param encoding: of a str, utf8 by default. The callback may stand here instead.
        :param callback: called with None once the data is written, or with the error that prevented it;
            always after write() has returned.
        :returns: True when all of it reached the kernel; False when any of it is queued in user memory,
            and then 'drain' comes once the queue is empty.

        After end() or destroy() it raises nothing: the callback hears ERR_STREAM_WRITE_AFTER_END or
        ERR_STREAM_DESTROYED, and the former is an 'error' event too. Raises ERR_INVALID_ARG_TYPE for data
        of another type.
        """
        state, life = self._writable_state, self._stream_life
        if life.guard is not None:
            life.guard()
        if encoding is not None and callback is None and callable(encoding):
            encoding, callback = None, encoding
        if callback is not None:
            callback = self._check_callback("callback", callback)
        if type(data) is str:
            data = encode(data, encoding or self._default_encoding)  # type: ignore[arg-type]
        elif type(data) is not bytes:
            data = self._chunk(data, encoding)
        if state.phase or life.phase:
            self._refuse(callback)
            return False
        size = len(data)
        if state.writing or state.queue is not None or life.errored is not None:
            if state.queue is None:
                state.queue = WriteQueue()
            state.queue.add(data if type(data) is bytes else frozen(data), size, callback)
            if size:
                state.need_drain = True
                return False
            return life.errored is None and not self.writable_length
        wire = state.wire
        if wire is None:
            outgoing.hand_over(self, self._write, data, size, (callback,) if callback is not None else ())
            if self.writable_length:
                state.need_drain = True
                return False
            return life.errored is None
        try:
            left: int = wire.send(data, self._on_sent)
        except Exception as cause:
            error = self._error_of_send(cause)
            self._note_error(error)
            callbacks = (callback,) if callback is not None else ()
            self._next_tick(outgoing.fail_write, self, error, callbacks, life)
            return False
        state.sent += size
        if self._idle is not None:
            self._idle.active()
        if not left:
            if callback is not None:
                self._next_tick(callback, None)
            return True
        state.writing = state.need_drain = True
        state.in_flight = wire
        state.current_length = state.seen_length = left
        if callback is not None:
            state.current_callbacks = (callback,)
        return False

    def _chunk(self, data: Any, encoding: Any) -> Chunk:
        if isinstance(data, str):
            return encode(data, encoding or self._default_encoding)
        if isinstance(data, bytes):
            return data
        if isinstance(data, (bytearray, memoryview)) or _is_buffer(data):
            return _bytes_of(memoryview(data))
        if data is None:
            raise misuse.null_values()
        raise misuse.invalid_arg_type("data", "bytes-like or str", data)

    def _refuse(self, callback: Callback | None) -> BaseException:
        """A write() or end(data) after the end: say so to the callback, and by 'error'."""
        error = self._ended_error() if self._writable_state.phase else misuse.stream_destroyed("write")
        if callback is not None:
            self._next_tick(callback, error)
        self._error_or_destroy(error)
        return error

    # -- cork --------------------------------------------------------------------------------------

    def cork(self) -> None:
        """Queue what is written, until uncork() or end(), to send it as one. Node's ``cork()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        state = self._writable_state
        if state.queue is None:
            state.queue = WriteQueue()
        state.queue.corked += 1

    def uncork(self) -> None:
        """Take back one cork(); after the last one the queue is sent. Node's ``uncork()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        state = self._writable_state
        if state.queue is not None and state.queue.corked:
            state.queue.corked -= 1
            if not state.writing:
                outgoing.clear_queue(self)

    def set_default_encoding(self: Self, encoding: str) -> Self:
        """The encoding of a str that is written without one. Node's ``setDefaultEncoding()``."""
        self._default_encoding = canonical(encoding)
        return self

    # -- the end -----------------------------------------------------------------------------------

    def end(
        self: Self,
        data: Any = None,
        encoding: str | Callback | None = None,
        callback: Callback | None = None,
    ) -> Self:
        """Write nothing more: after the queue the peer sees the end. Node's ``end()``.

        :param data: when given, written first, as by ``write(data, encoding)``.
        :param callback: called with None just before 'finish', or with the error that prevented it. It may
            stand in the place of data or encoding.
        """
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        if callable(data):
            data, encoding, callback = None, None, data
        elif callable(encoding):
            encoding, callback = None, encoding
        if callback is not None:
            callback = self._check_callback("callback", callback)
        state, life = self._writable_state, self._stream_life
        error: BaseException | None = None
        if data is not None:
            data = self._chunk(data, encoding)
            if state.phase or life.phase:
                error = self._refuse(None)
            else:
                Writable.write(self, data)  # and none that overrides it, as in Node
        if state.queue is not None and state.queue.corked:
            state.queue.corked = 1
            self.uncork()

        if error is None:
            if state.phase == FINISHED:
                error = misuse.already_finished("end")
            elif life.phase:
                state.phase = state.phase or ENDING
                error = life.errored or misuse.stream_destroyed("end")
            elif not state.phase and life.errored is None:
                state.phase = ENDING
                outgoing.finish_when_written(self)
                if life.phase:  # by a 'prefinish' listener
                    error = life.errored or misuse.stream_destroyed("end")

        if callback is not None:
            if error is not None or life.errored is not None:
                self._next_tick(callback, error or life.errored)
            else:
                if state.end_callbacks is None:
                    state.end_callbacks = []
                state.end_callbacks.append(callback)
        return self

    def _after_finish(self) -> None:
        self.destroy()

    def destroy(self: Self, error: BaseException | None = None) -> Self:
        """As of Stream; what is queued hears of it."""
        state, life = self._writable_state, self._stream_life
        if (state.queue or state.end_callbacks) and not life.phase:
            self._next_tick(outgoing.fail_queue, self, life)
        return super().destroy(error)

    # -- hooks -------------------------------------------------------------------------------------

    def _ended_error(self) -> BaseException:
        return misuse.write_after_end()

    def _error_of_send(self, cause: Exception) -> BaseException:
        """What to emit for what the wire's send() has raised."""
        return cause

    def _on_sent(self, wire: Any, status: int | None) -> None:
        raise NotImplementedError

    def _part_written(self, size: int) -> None:
        """What a transport calls that has passed on a part of the current chunk."""
        self._writable_state.current_length -= size

    def _write(self, chunk: Chunk, done: Done) -> None:
        raise NotImplementedError

    #: Not there: what is queued is written chunk by chunk.
    _writev: Callable[[list[Chunk], Done], None] | None = None

    #: Not there: nothing is to be done at the end.
    _final: Callable[[Done], None] | None = None


def frozen(chunk: Chunk) -> Chunk:
    """The chunk, or a copy of it when its owner could change it while it waits."""
    if isinstance(chunk, memoryview) and not isinstance(chunk.obj, bytes):
        return bytes(chunk)
    return chunk


def _bytes_of(view: memoryview) -> Chunk:
    """The same as bytes; a copy only where a view of them cannot be made."""
    if view.c_contiguous and view.nbytes:
        try:
            return view.cast("B")
        except (TypeError, ValueError):
            pass  # items of a format that cast() does not know: those of ctypes, a structure of numpy
    return view.tobytes()


def _is_buffer(data: object) -> bool:
    try:
        memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True
