"""The writing half of a stream: one write at a time goes to the transport, the others wait their turn.

``write()`` hands its chunk on when nothing is in the way, and otherwise queues it. A Socket that is connected
has a wire, which takes all that it is given: ``send(data, on_sent)`` returns how many bytes are left in user
memory, and calls ``on_sent`` when these are gone too. Other streams have hooks: ``_write(chunk, done)``, and
for what was queued ``_writev(chunks, done)``, where there is one. Everything that is written, by ``write``,
``end(data)``, ``cork`` or a pipe, passes ``write()``, so that ``length`` counts every byte that is in user
memory, and write() answers True only when that is 0: all of it reached the kernel.

The end comes in this order: ``end()`` lets the queue run empty, then the transport's ``_final(done)`` (a
socket sends its FIN), then a tick calls the callbacks of end() and emits 'finish'; when the other direction
has ended as well, the stream destroys itself.

Every callback is called exactly once: after its data was written, or with the error that prevented it.
It is never called before write() has returned.

Hooks of a transport: ``_write(chunk, done)``, ``_writev(chunks, done)``, ``_final(done)``; each calls
``done(None)`` or ``done(error)`` once, at once or later; again is an 'error' with code ERR_MULTIPLE_CALLBACK.
What a hook raises is its error, too. A transport that has passed on a part of a chunk says so with
``_part_written(size)``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, misuse
from netuv.stream.base import Done, Stream
from netuv.stream.encoding import canonical, encode
from netuv.stream.readable import DEFAULT_HIGH_WATER_MARK
from netuv.stream.state import ALIVE, ENDING, FINAL, FINISHED, OPEN, SHUT, TOLD, Callback, Life, Writing

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

    def __init__(self) -> None:
        super().__init__()
        self._writable_state = Writing()

    @property
    def writable_corked(self) -> int:
        """How often cork() was called without uncork(). Node's ``writableCorked``."""
        return self._writable_state.corked

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
            checks.check_callback("callback", callback)
        if type(data) is str:
            data = encode(data, encoding or self._default_encoding)  # type: ignore[arg-type]
        elif type(data) is not bytes:
            data = self._chunk(data, encoding)
        if state.phase or life.phase:
            self._refuse(callback)
            return False
        size = len(data)
        if state.writing or state.corked or life.errored is not None:
            if state.queue is None:
                state.queue = deque()
            state.queue.append((data if type(data) is bytes else frozen(data), callback))
            if size:
                state.length += size
                state.need_drain = True
                return False
            return life.errored is None and not self.writable_length
        wire = state.wire
        if wire is None:
            state.length += size
            self._hand_over(self._write, data, size, (callback,) if callback is not None else ())
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
            self._next_tick(self._fail_write, error, callbacks, life)
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
        state.length = state.current_length = state.seen_length = left
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

    def _hand_over(
        self, hook: Callable[[Any, Done], object], what: Any, length: int, callbacks: tuple[Callback, ...]
    ) -> None:
        """Call _write() or _writev()."""
        self._writable_state.current_length = length
        self._writable_state.current_callbacks = callbacks
        self._writable_state.writing = self._writable_state.in_write = True
        try:
            hook(what, self._on_write)
        except Exception as error:
            self._on_write(error)
        except BaseException:  # an interrupt: nobody knows how much was written
            self.destroy()
            if self._writable_state.writing:
                self._on_write(misuse.stream_destroyed("write"))
            raise
        finally:
            self._writable_state.in_write = False

    def _send(self, what: Chunk | list[Chunk], done: Done | None = None) -> None:
        """The same as a hook, for a stream that has a wire: the current write goes there."""
        state = self._writable_state
        try:
            left = state.wire.send(what, self._on_sent)
        except Exception as error:
            self._on_write(self._error_of_send(error))
            return
        state.sent += state.current_length
        if self._idle is not None:
            self._idle.active()
        if left:
            self._part_written(state.current_length - left)
            state.seen_length = left
            state.in_flight = state.wire
        else:
            self._on_write(None)

    def _part_written(self, size: int) -> None:
        self._writable_state.length -= size
        self._writable_state.current_length -= size

    def _on_write(self, error: BaseException | None) -> None:
        """The transport is done with the current write."""
        if not self._writable_state.writing:
            self._error_or_destroy(error or misuse.multiple_callback())
            return
        synchronous = self._writable_state.in_write
        callbacks = self._writable_state.current_callbacks
        self._writable_state.writing = False
        self._writable_state.current_callbacks = ()
        self._writable_state.length -= self._writable_state.current_length
        self._writable_state.current_length = 0

        if error is not None:
            if getattr(error, "code", None) != "ERR_STREAM_DESTROYED":
                self._note_error(error)
            if synchronous:
                self._next_tick(self._fail_write, error, callbacks, self._stream_life)
            else:
                self._fail_write(error, callbacks, self._stream_life)
            return

        try:
            self._clear_queue()
        finally:
            if not synchronous:
                self._after_write(callbacks)
            elif callbacks:
                self._next_tick(self._after_write, callbacks)
            elif (
                self._writable_state.need_drain
                and self._writable_state.length == 0
                and not self._writable_state.after_write_scheduled
            ):
                self._writable_state.after_write_scheduled = True
                self._next_tick(self._after_write, callbacks)
            else:
                self._maybe_finish()

    def _after_write(self, callbacks: tuple[Callback, ...]) -> None:
        self._writable_state.after_write_scheduled = False
        try:
            if (
                self._writable_state.need_drain
                and self._writable_state.length == 0
                and not self._writable_state.phase
                and not self._stream_life.phase
            ):
                self._writable_state.need_drain = False
                self.emit("drain")
        finally:
            try:
                self._call_all(callbacks, None)
            finally:
                try:
                    if self._stream_life.phase:
                        self._fail_queue(self._stream_life)
                finally:
                    self._maybe_finish()

    def _fail_write(self, error: BaseException, callbacks: tuple[Callback, ...], life: Life) -> None:
        """``life`` is the one that the write was of; a Socket may have connected anew since."""
        try:
            self._call_all(callbacks, error)
        finally:
            if life is self._stream_life:
                try:
                    self._fail_queue(life)
                finally:
                    self._error_or_destroy(error)

    def _call_all(self, callbacks: tuple[Callback, ...], error: BaseException | None) -> None:
        """Call each; when one raises, the rest is called in a tick of its own."""
        for index, callback in enumerate(callbacks):
            try:
                callback(error)
            except BaseException:
                if callbacks[index + 1 :]:
                    self._next_tick(self._call_all, callbacks[index + 1 :], error)
                raise

    def _fail_queue(self, life: Life) -> None:
        """What is still queued will never be written: say so to its callbacks, and to those of end()."""
        if life is not self._stream_life or self._writable_state.writing:
            return  # of a former life; or it comes here again when that write has failed
        queue, self._writable_state.queue = self._writable_state.queue or (), None
        self._writable_state.length -= sum(len(chunk) for chunk, _ in queue)
        waiting = tuple(callback for _, callback in queue if callback is not None)
        ending, self._writable_state.end_callbacks = self._writable_state.end_callbacks or [], None
        try:
            self._call_all(waiting, self._stream_life.errored or misuse.stream_destroyed("write"))
        finally:
            self._call_all(tuple(ending), self._stream_life.errored or misuse.stream_destroyed("end"))

    def _clear_queue(self) -> None:
        """Hand the queue to the transport: one chunk as it is; several as one _writev, or one by one."""
        queue = self._writable_state.queue
        if (
            not queue
            or self._writable_state.clearing
            or self._writable_state.corked
            or self._stream_life.phase
        ):
            return
        self._writable_state.clearing = True
        try:
            state = self._writable_state
            several = self._send if state.wire is not None else self._writev
            if several is not None and len(queue) > 1:
                state.queue = None
                callbacks = tuple(callback for _, callback in queue if callback is not None)
                self._hand_over(several, [chunk for chunk, _ in queue], state.length, callbacks)
            else:
                single = self._send if state.wire is not None else self._write
                while queue and not (state.writing or self._stream_life.errored or self._stream_life.phase):
                    chunk, callback = queue.popleft()
                    callbacks = (callback,) if callback is not None else ()
                    self._hand_over(single, chunk, len(chunk), callbacks)
                if not queue:
                    state.queue = None  # an empty deque is larger than all else of an idle stream
        finally:
            self._writable_state.clearing = False

    # -- cork --------------------------------------------------------------------------------------

    def cork(self) -> None:
        """Queue what is written, until uncork() or end(), to send it as one. Node's ``cork()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        self._writable_state.corked += 1

    def uncork(self) -> None:
        """Take back one cork(); after the last one the queue is sent. Node's ``uncork()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        if self._writable_state.corked:
            self._writable_state.corked -= 1
            if not self._writable_state.writing:
                self._clear_queue()

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
            checks.check_callback("callback", callback)
        error: BaseException | None = None
        if data is not None:
            data = self._chunk(data, encoding)
            if self._writable_state.phase or self._stream_life.phase:
                error = self._refuse(None)
            else:
                Writable.write(self, data)  # and none that overrides it, as in Node
        if self._writable_state.corked:
            self._writable_state.corked = 1
            self.uncork()

        if error is None:
            if self._writable_state.phase == FINISHED:
                error = misuse.already_finished("end")
            elif self._stream_life.phase:
                self._writable_state.phase = self._writable_state.phase or ENDING
                error = self._stream_life.errored or misuse.stream_destroyed("end")
            elif not self._writable_state.phase and self._stream_life.errored is None:
                self._writable_state.phase = ENDING
                self._maybe_finish()
                if self._stream_life.phase:  # by a 'prefinish' listener
                    error = self._stream_life.errored or misuse.stream_destroyed("end")

        if callback is not None:
            if error is not None or self._stream_life.errored is not None:
                self._next_tick(callback, error or self._stream_life.errored)
            else:
                if self._writable_state.end_callbacks is None:
                    self._writable_state.end_callbacks = []
                self._writable_state.end_callbacks.append(callback)
        return self

    def _maybe_finish(self) -> None:
        state = self._writable_state
        if (
            state.phase != ENDING
            or state.writing
            or state.queue
            or state.length
            or self._stream_life.phase
            or self._stream_life.errored is not None
        ):
            return
        state.phase = FINAL
        if self._final is None:
            state.phase = SHUT
            try:
                self.emit("prefinish")
            finally:
                self._next_tick(self._finish_unless_destroyed)
            return
        try:
            self._final(self._on_final)
        except Exception as error:
            self._on_final(error)

    def _on_final(self, error: BaseException | None) -> None:
        """The transport is done with the end."""
        state, life = self._writable_state, self._stream_life
        if state.phase != FINAL:
            if state.phase > FINAL:
                self._error_or_destroy(error or misuse.multiple_callback())
            return  # else of a former life
        state.phase = SHUT
        if error is not None:
            callbacks, self._writable_state.end_callbacks = self._writable_state.end_callbacks or [], None
            try:
                self._call_all(tuple(callbacks), error)
            finally:
                self._error_or_destroy(error)
        elif not life.phase and life.errored is None:
            try:
                self.emit("prefinish")
            finally:
                self._next_tick(self._finish)

    def _finish_unless_destroyed(self) -> None:
        if not self._stream_life.phase:
            self._finish()

    def _finish(self) -> None:
        if (
            self._writable_state.phase != SHUT  # a Socket has connected anew
            or self._stream_life.error_told
            or self._stream_life.phase == TOLD
        ):
            return
        self._writable_state.phase = FINISHED
        try:
            if self._writable_state.end_callbacks:
                callbacks, self._writable_state.end_callbacks = self._writable_state.end_callbacks, None
                self._call_all(tuple(callbacks), None)
        finally:
            try:
                self.emit("finish")
            finally:
                self._after_finish()

    def _after_finish(self) -> None:
        self.destroy()

    def destroy(self: Self, error: BaseException | None = None) -> Self:
        """As of Stream; what is queued hears of it."""
        if (self._writable_state.queue or self._writable_state.end_callbacks) and not self._stream_life.phase:
            self._next_tick(self._fail_queue, self._stream_life)
        return super().destroy(error)

    # -- hooks -------------------------------------------------------------------------------------

    def _ended_error(self) -> BaseException:
        return misuse.write_after_end()

    def _error_of_send(self, cause: Exception) -> BaseException:
        """What to emit for what the wire's send() has raised."""
        return cause

    def _on_sent(self, wire: Any, status: int | None) -> None:
        raise NotImplementedError

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
