"""The writing half of a stream: one write at a time goes to the transport, the others wait their turn.

``write()`` hands its chunk on when nothing is in the way, and otherwise queues it. A Socket that is connected
has a wire, which takes all that it is given: ``send(data, on_sent)`` returns how many bytes are left in user
memory, and calls ``on_sent`` when these are gone too. Other streams have hooks. Everything that is written,
by ``write``, ``end(data)``, ``cork`` or a pipe, passes ``write()``, so that ``length`` counts all that is in
user memory.

What comes after, up to the callbacks, 'drain' and 'finish', is in netuv.stream.outgoing, and what waits
is a netuv.stream.writequeue. The end comes in this order: ``end()`` lets the queue run empty, then the
transport's ``_final(callback)`` (a socket sends its FIN), then a tick calls the callbacks of end() and emits
'finish'; when the other direction has ended as well, the stream destroys itself.

Every callback is called exactly once: after its data was written, or with the error that prevented it.
It is never called before write() has returned.

Hooks, which are options too; each calls ``callback()`` or ``callback(error)`` once, at once or later; again
is an 'error' with code ERR_MULTIPLE_CALLBACK. What a hook raises is its error, too.

=====================================  ===================================================================
``_write(chunk, encoding, callback)``  one chunk; encoding is 'buffer' for bytes, and what write() was given
                                       for an object, or for a str with ``decode_strings=False``
``_writev(chunks, callback)``          several that were queued, each with ``chunk`` and ``encoding``;
                                       without it they are written one by one
``_final(callback)``                   there is no more to write
=====================================  ===================================================================

A transport that has passed on a part of a chunk says so with ``_part_written(size)``. write() answers False
once so much is in user memory as ``_drain_mark`` says, where that is not the high-water mark: 0 is for a
transport that answers True only when all has reached the kernel, as a Socket does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import misuse
from netuv.stream import high_water_mark, outgoing
from netuv.stream.base import Done, Stream
from netuv.stream.encoding import canonical, encode
from netuv.stream.state import ALIVE, ENDING, FINISHED, OPEN, Writing
from netuv.stream.writequeue import Callback, QueuedChunk, WriteQueue

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Writable")

Chunk = Any  # bytes, or a memoryview of bytes on its way to a wire; a str or any object where that is wanted


class Writable(Stream):
    """The writing half of Node's stream contract; see Node's ``stream.Writable``.

    Its options, as keywords or as one dict:

    :param write, writev, final, construct, destroy: functions for the hooks of these names.
    :param high_water_mark: write() answers False once so much waits; 64 KiB, or 16 objects, by default.
    :param object_mode: write() takes any object but None, and each counts as 1.
    :param decode_strings: False: a str reaches ``_write`` as it is, with its encoding.
    :param default_encoding: of a str that is written without one; utf8 by default.
    :param emit_close: False: no 'close'.
    :param auto_destroy: False: neither its end nor an error destroys the stream.
    :param signal: an AbortSignal that destroys it.
    :param loop: the loop to work on; this thread's by default.
    """

    #: In bytes, or objects; of a Socket informative only, as its write() answers by S16.
    #: Node's ``writableHighWaterMark``.
    writable_high_water_mark: int = high_water_mark.DEFAULT

    _options = (
        *Stream._options,
        *("decode_strings", "default_encoding", "final", "high_water_mark", "object_mode", "write", "writev"),
    )
    _can_write: bool = True
    _default_encoding: str = "utf8"
    _drain_mark: int | None = None
    _idle: Any = None  # is told of each write: active()
    _keeps_str: bool = False
    _writes_objects: bool = False

    def _make_state(self) -> None:
        super()._make_state()
        self._writable_state = Writing()

    def _take_options(self, given: Mapping[str, Any]) -> None:
        super()._take_options(given)
        if given.get("object_mode") or given.get("writable_object_mode"):
            self._writes_objects = self._keeps_str = True
        elif given.get("decode_strings") is False:
            self._keeps_str = True
        mark = high_water_mark.of_options(given, "writable_high_water_mark", self._writes_objects)
        if mark != self.writable_high_water_mark:
            self.writable_high_water_mark = mark
        if "default_encoding" in given:
            canonical(given["default_encoding"])
            self._default_encoding = given["default_encoding"]
        self._take_hooks(given, "write", "writev", "final")

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
    def writable_object_mode(self) -> bool:
        """Whether any object may be written. Node's ``writableObjectMode``."""
        return self._writes_objects

    @property
    def writable_length(self) -> int:
        """Bytes (objects in object mode) in user memory: not yet written. Node's ``writableLength``."""
        return self._writable_state.length

    @property
    def writable_need_drain(self) -> bool:
        """True between a write() that answered False and 'drain'. Node's ``writableNeedDrain``."""
        return (
            self._writable_state.pending.need_drain
            and not self._stream_life.phase
            and not self._writable_state.phase
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

        :param data: bytes-like (what can change, a bytearray say, is copied when it has to wait), or str; in
            object mode anything but None.
        :param encoding: of a str, utf8 by default. The callback may stand here instead.
        :param callback: called with None once the data is written, or with the error that prevented it;
            always after write() has returned.
        :returns: False when so much waits in user memory that the program should wait for 'drain': the
            high-water mark, or more. A Socket answers True only when all of it reached the kernel.

        After end() or destroy() it raises nothing: the callback hears ERR_STREAM_WRITE_AFTER_END or
        ERR_STREAM_DESTROYED, and the former is an 'error' event too. Raises ERR_INVALID_ARG_TYPE for data
        of another type, ERR_STREAM_NULL_VALUES for None.
        """
        state, life = self._writable_state, self._stream_life
        if life.guard is not None:
            life.guard()
        if encoding is not None and callback is None and callable(encoding):
            encoding, callback = None, encoding
        if callback is not None:
            callback = self._check_callback("callback", callback)
        if type(data) is not bytes:
            if type(data) is str and not self._keeps_str:
                data = encode(data, encoding or self._default_encoding)  # type: ignore[arg-type]
            else:
                data, encoding = self._chunk(data, encoding)
        if state.phase or life.phase:
            self._refuse(callback, self._ended_error())
            return False
        wire = state.wire
        if wire is None or state.writing or state.queue is not None or life.errored is not None:
            return outgoing.write_or_queue(self, data, encoding, callback)  # type: ignore[arg-type]
        try:
            left: int = wire.send(data, self._on_sent)
        except Exception as error:
            return outgoing.not_sent(self, error, callback)
        if left:
            return outgoing.left_over(self, wire, len(data), left, callback)
        state.sent += len(data)
        if self._idle is not None:
            self._idle.active()
        if callback is not None:
            self._next_tick(callback, None)
        return True

    def _chunk(self, data: Any, encoding: Any) -> tuple[Chunk, str | None]:
        """What is written of data that is not just bytes, and the encoding that goes with it."""
        if data is None:
            raise misuse.null_values()
        if self._writes_objects:
            return data, encoding
        if isinstance(data, str):
            encoding = encoding or self._default_encoding
            if not self._keeps_str:
                return encode(data, encoding), None
            canonical(encoding)
            return data, encoding
        if isinstance(data, bytes):
            return data, None
        if isinstance(data, (bytearray, memoryview)) or _is_buffer(data):
            return _bytes_of(memoryview(data)), None
        raise misuse.invalid_arg_type("data", "bytes-like or str", data)

    def _refuse(self, callback: Callback | None, ended: BaseException) -> BaseException:
        """A write() or end(data) after the end: say so to the callback, and by 'error'.

        :param ended: the error, unless the stream was destroyed and never ended.
        """
        error = ended if self._writable_state.phase else misuse.stream_destroyed("write")
        if callback is not None:
            self._next_tick(callback, error)
        self._error_or_destroy(error, later=True)
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
                if not state.pending.unanswered:  # else it is seen to with the last callback
                    outgoing.finish_when_written(self)

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
            if state.phase or life.phase:
                self._chunk(data, encoding)  # raises for what cannot be written
                error = self._refuse(None, misuse.write_after_end())
            else:
                Writable.write(self, data, encoding)  # and none that overrides it, as in Node
        if state.queue is not None and state.queue.corked:
            state.queue.corked = 1
            self.uncork()

        if error is None:
            if state.phase == FINISHED:
                error = misuse.already_finished("end")
            elif life.phase:
                if life.errored is None:
                    state.phase = state.phase or ENDING
                error = misuse.stream_destroyed("end")
            elif not state.phase and life.errored is None:
                state.phase = ENDING
                outgoing.finish_when_written(self)
                if life.phase:  # by a 'prefinish' listener
                    error = life.errored or misuse.stream_destroyed("end")

        if callback is not None:
            if error is not None or life.errored is not None:
                self._next_tick(callback, error or life.errored)
            else:
                pending = state.own_pending()
                if pending.end_callbacks is None:
                    pending.end_callbacks = []
                pending.end_callbacks.append(callback)
        return self

    #: What _final() is given.
    _after_final = outgoing.on_final

    def _after_finish(self) -> None:
        if self._auto_destroy:
            self.destroy()

    def _on_constructed(self) -> None:
        super()._on_constructed()
        if not self._writable_state.writing:
            outgoing.clear_queue(self)
        outgoing.finish_when_written(self)

    def destroy(self: Self, error: BaseException | None = None) -> Self:
        """As of Stream; what is queued hears of it."""
        state, life = self._writable_state, self._stream_life
        if (state.queue or state.pending.end_callbacks) and not life.phase:
            self._next_tick(outgoing.fail_queue, self, life)
        return Stream.destroy(self, error)

    # -- hooks -------------------------------------------------------------------------------------

    def _ended_error(self) -> BaseException:
        """Of a write() after the end."""
        return misuse.write_after_end()

    def _error_of_send(self, cause: Exception) -> BaseException:
        """What to emit for what the wire's send() has raised."""
        return cause

    def _on_queued(self) -> None:
        """A part of the current write waits in the wire's queue."""

    def _on_sent(self, wire: Any, status: int | None) -> None:
        raise NotImplementedError

    def _part_written(self, size: int) -> None:
        """What a transport calls that has passed on a part of the current chunk."""
        self._writable_state.own_pending().length -= size

    def _write(self, chunk: Chunk, encoding: str | None, callback: Done) -> None:
        if self._writev is None:
            raise misuse.method_not_implemented("_write()")
        self._writev([QueuedChunk((chunk, encoding))], callback)

    #: Not there: what is queued is written chunk by chunk.
    _writev: Callable[[list[QueuedChunk], Done], object] | None = None

    #: Not there: nothing is to be done at the end.
    _final: Callable[[Done], object] | None = None


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
