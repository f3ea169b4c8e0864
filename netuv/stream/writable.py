"""The writing half of a stream: one write at a time goes to the transport, the others wait their turn.

``write()`` hands its chunk to the transport's ``_write(chunk, done)`` when nothing is in the way, and
otherwise queues it; what is queued goes down in one ``_writev(chunks, done)`` when the write in front of it
is done, or one by one where the transport has no ``_writev``. Everything that is written, by ``write``,
``end(data)``, ``cork`` or a pipe, passes ``_accept()``, so that ``_write_length`` counts every byte that is
in user memory, and write() answers True only when that is 0: all of it reached the kernel.

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
from typing import Any, TypeVar

from netuv import checks, misuse
from netuv.stream.base import Done, Stream
from netuv.stream.encoding import canonical, encode
from netuv.stream.readable import DEFAULT_HIGH_WATER_MARK

Self = TypeVar("Self", bound="Writable")
Chunk = Any  # bytes, or a memoryview of bytes while nothing is queued
Callback = Callable[["BaseException | None"], object]


class Writable(Stream):
    """The writing half of Node's stream contract; see Node's ``stream.Writable``."""

    #: In bytes; informative, as write() answers by S16. Node's ``writableHighWaterMark``.
    writable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: How often cork() was called without uncork(). Node's ``writableCorked``.
    writable_corked: int = 0
    #: True once end() was called. Node's ``writableEnded``.
    writable_ended: bool = False
    #: True once all is written and 'finish' was (or is being) emitted. Node's ``writableFinished``.
    writable_finished: bool = False

    _can_write: bool = True
    _write_length: int = 0  # bytes not yet written, those of the current write included
    _default_encoding: str = "utf8"
    _queue: deque[tuple[Chunk, Callback | None]] | None = None
    _writing: bool = False  # the transport has a write that is not done
    _in_write: bool = False  # inside _write() or _writev()
    _writing_length: int = 0  # its bytes that are still counted in _write_length
    _writing_callbacks: tuple[Callback, ...] = ()
    _clearing: bool = False
    _need_drain: bool = False
    _after_write_scheduled: bool = False
    _final_called: bool = False
    _end_callbacks: list[Callback] | None = None

    @property
    def writable(self) -> bool:
        """True while write() is allowed. Node's ``writable``."""
        return self._can_write and not self.writable_ended and not self.destroyed and self.errored is None

    @property
    def writable_length(self) -> int:
        """Bytes in user memory: not yet taken by the kernel. Node's ``writableLength``."""
        return self._write_length

    @property
    def writable_need_drain(self) -> bool:
        """True between a write() that answered False and 'drain'. Node's ``writableNeedDrain``."""
        return self._need_drain and not self.destroyed and not self.writable_ended

    @property
    def writable_aborted(self) -> bool:
        """True when the stream ended before 'finish'. Node's ``writableAborted``."""
        return self._can_write and (self.destroyed or self.errored is not None) and not self.writable_finished

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
        if callback is None and callable(encoding):
            encoding, callback = None, encoding
        if callback is not None:
            checks.check_callback("callback", callback)
        return (
            self._accept(data, encoding, callback) is None
            and self.writable_length == 0
            and self.errored is None
        )

    def _accept(
        self, data: Any, encoding: Any = None, callback: Callback | None = None
    ) -> BaseException | None:
        """The one way in. Returns what was wrong with the stream's state, if anything."""
        if isinstance(data, str):
            chunk: Chunk = encode(data, encoding or self._default_encoding)
        elif isinstance(data, bytes):
            chunk = data
        elif isinstance(data, (bytearray, memoryview)) or _is_buffer(data):
            chunk = _bytes_of(memoryview(data))
        elif data is None:
            raise misuse.null_values()
        else:
            raise misuse.invalid_arg_type("data", "bytes-like or str", data)

        error: BaseException | None = None
        if self.writable_ended:
            error = self._ended_error()
        elif self.destroyed:
            error = misuse.stream_destroyed("write")
        if error is not None:
            if callback is not None:
                self._tick(callback, error)
            self._error_or_destroy(error)
            return error

        size = len(chunk)
        self._write_length += size
        if self._writing or self.writable_corked or self.errored is not None:
            if self._queue is None:
                self._queue = deque()
            self._queue.append((chunk if type(chunk) is bytes else frozen(chunk), callback))
            if size:
                self._need_drain = True
            return None
        self._hand_over(self._write, chunk, size, (callback,) if callback is not None else ())
        if self.writable_length:
            self._need_drain = True
        return None

    def _hand_over(
        self, hook: Callable[[Any, Done], object], what: Any, length: int, callbacks: tuple[Callback, ...]
    ) -> None:
        """Call _write() or _writev()."""
        self._writing_length = length
        self._writing_callbacks = callbacks
        self._writing = self._in_write = True
        try:
            hook(what, self._on_write)
        except Exception as error:
            self._on_write(error)
        except BaseException:  # an interrupt: nobody knows how much was written
            self.destroy()
            if self._writing:
                self._on_write(misuse.stream_destroyed("write"))
            raise
        finally:
            self._in_write = False

    def _part_written(self, size: int) -> None:
        self._write_length -= size
        self._writing_length -= size

    def _on_write(self, error: BaseException | None) -> None:
        """The transport is done with the current write."""
        if not self._writing:
            self._error_or_destroy(error or misuse.multiple_callback())
            return
        synchronous = self._in_write
        callbacks = self._writing_callbacks
        self._writing = False
        self._writing_callbacks = ()
        self._write_length -= self._writing_length
        self._writing_length = 0

        if error is not None:
            if getattr(error, "code", None) != "ERR_STREAM_DESTROYED":
                self._note_error(error)
            if synchronous:
                self._tick(self._fail_write, error, callbacks)
            else:
                self._fail_write(error, callbacks)
            return

        try:
            self._clear_queue()
        finally:
            if not synchronous:
                self._after_write(callbacks)
            elif callbacks:
                self._tick(self._after_write, callbacks)
            elif self._need_drain and self._write_length == 0 and not self._after_write_scheduled:
                self._after_write_scheduled = True
                self._tick(self._after_write, callbacks)
            else:
                self._maybe_finish()

    def _after_write(self, callbacks: tuple[Callback, ...]) -> None:
        self._after_write_scheduled = False
        try:
            if (
                self._need_drain
                and self._write_length == 0
                and not self.writable_ended
                and not self.destroyed
            ):
                self._need_drain = False
                self.emit("drain")
        finally:
            try:
                self._call_all(callbacks, None)
            finally:
                try:
                    if self.destroyed:
                        self._fail_queue()
                finally:
                    self._maybe_finish()

    def _fail_write(self, error: BaseException, callbacks: tuple[Callback, ...]) -> None:
        try:
            self._call_all(callbacks, error)
        finally:
            try:
                self._fail_queue()
            finally:
                self._error_or_destroy(error)

    def _call_all(self, callbacks: tuple[Callback, ...], error: BaseException | None) -> None:
        """Call each; when one raises, the rest is called in a tick of its own."""
        for index, callback in enumerate(callbacks):
            try:
                callback(error)
            except BaseException:
                if callbacks[index + 1 :]:
                    self._tick(self._call_all, callbacks[index + 1 :], error)
                raise

    def _fail_queue(self) -> None:
        """What is still queued will never be written: say so to its callbacks, and to those of end()."""
        if self._writing:
            return  # it comes here again when that write has failed
        queue, self._queue = self._queue or (), None
        self._write_length -= sum(len(chunk) for chunk, _ in queue)
        waiting = tuple(callback for _, callback in queue if callback is not None)
        ending, self._end_callbacks = self._end_callbacks or [], None
        try:
            self._call_all(waiting, self.errored or misuse.stream_destroyed("write"))
        finally:
            self._call_all(tuple(ending), self.errored or misuse.stream_destroyed("end"))

    def _clear_queue(self) -> None:
        """Hand the queue to the transport: one chunk as it is; several as one _writev, or one by one."""
        if self._clearing or not self._queue or self.writable_corked or self.destroyed:
            return
        self._clearing = True
        try:
            if self._writev is not None and len(self._queue) > 1:
                queue, self._queue = self._queue, None
                callbacks = tuple(callback for _, callback in queue if callback is not None)
                chunks = [chunk for chunk, _ in queue]
                del queue
                self._hand_over(self._writev, chunks, self._write_length, callbacks)
            else:
                while self._queue and not (self._writing or self.errored or self.destroyed):
                    chunk, callback = self._queue.popleft()
                    callbacks = (callback,) if callback is not None else ()
                    self._hand_over(self._write, chunk, len(chunk), callbacks)
                if not self._queue:
                    self._queue = None  # an empty deque is larger than all else of an idle stream
        finally:
            self._clearing = False

    # -- cork --------------------------------------------------------------------------------------

    def cork(self) -> None:
        """Queue what is written, until uncork() or end(), to send it as one. Node's ``cork()``."""
        self.writable_corked += 1

    def uncork(self) -> None:
        """Take back one cork(); after the last one the queue is sent. Node's ``uncork()``."""
        if self.writable_corked:
            self.writable_corked -= 1
            if not self._writing:
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
        if callable(data):
            data, encoding, callback = None, None, data
        elif callable(encoding):
            encoding, callback = None, encoding
        if callback is not None:
            checks.check_callback("callback", callback)
        error = self._accept(data, encoding) if data is not None else None
        if self.writable_corked:
            self.writable_corked = 1
            self.uncork()

        if error is None:
            if self.writable_finished:
                error = misuse.already_finished("end")
            elif self.destroyed:
                self.writable_ended = True
                error = self.errored or misuse.stream_destroyed("end")
            elif not self.writable_ended and self.errored is None:
                self.writable_ended = True
                self._maybe_finish()
                if self.destroyed:  # by a 'prefinish' listener
                    error = self.errored or misuse.stream_destroyed("end")

        if callback is not None:
            if error is not None or self.errored is not None:
                self._tick(callback, error or self.errored)
            else:
                if self._end_callbacks is None:
                    self._end_callbacks = []
                self._end_callbacks.append(callback)
        return self

    def _can_finish(self) -> bool:
        return (
            self.writable_ended
            and not self.destroyed
            and not self.writable_finished
            and not self._writing
            and not self._queue
            and self._write_length == 0
            and self.errored is None
        )

    def _maybe_finish(self) -> None:
        if not self._can_finish() or self._final_called:
            return
        self._final_called = True
        if self._final is None:
            try:
                self.emit("prefinish")
            finally:
                self._tick(self._finish_unless_destroyed)
            return
        called = False

        def done(error: BaseException | None) -> None:
            nonlocal called
            if called:
                self._error_or_destroy(error or misuse.multiple_callback())
            else:
                called = True
                self._on_final(error)

        try:
            self._final(done)
        except Exception as error:
            done(error)

    def _on_final(self, error: BaseException | None) -> None:
        if error is not None:
            callbacks, self._end_callbacks = self._end_callbacks or [], None
            try:
                self._call_all(tuple(callbacks), error)
            finally:
                self._error_or_destroy(error)
        elif self._can_finish():
            try:
                self.emit("prefinish")
            finally:
                self._tick(self._finish)

    def _finish_unless_destroyed(self) -> None:
        if not self.destroyed:
            self._finish()

    def _finish(self) -> None:
        if self._error_emitted or self._close_emitted:
            return
        self.writable_finished = True
        try:
            if self._end_callbacks:
                callbacks, self._end_callbacks = self._end_callbacks, None
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
        if not self.destroyed and (self._queue or self._end_callbacks):
            self._tick(self._fail_queue)
        return super().destroy(error)

    # -- hooks -------------------------------------------------------------------------------------

    def _ended_error(self) -> BaseException:
        return misuse.write_after_end()

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
