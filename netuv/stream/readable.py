"""The reading half of a stream: what arrives is delivered by 'data', or waits for ``read()``.

The state is ``readable_flowing``:

=====  =============================================  ========================================
value  reached by                                     what arrives
=====  =============================================  ========================================
None   the start                                      waits, one high-water mark at most
True   a 'data' listener, ``pipe()``, ``resume()``    is emitted as 'data' at once
False  ``pause()``, ``unpipe()``, a 'readable' one    waits for ``resume()`` or ``read()``
=====  =============================================  ========================================

The transport hands chunks to ``push()`` and the end to ``push(None)``. ``push`` answers whether more is
wanted; when it is not, the transport stops, and is asked again through ``_read(n)``. While such a request
is open ``_reading`` is True, so that it is asked only once. A chunk answers the request; but a transport
that goes on by itself until ``_stop_reading()``, as a socket does, says so with ``_reads_on``, and the
request stays open for as long. ``pause()`` is stronger than Node's: it tells the transport at once through
``_stop_reading()``, so the peer is held back by the kernel's window.

'readable', 'end' and the flow of buffered chunks all run in ticks, in Node's order: a chunk that is
pushed with nothing in front of it is emitted directly, everything else passes the buffer.

``_sink`` is the only 'data' listener, cached so that a transport can pass a chunk to it without push(). It is
valid while the stream flows, nothing is buffered and nothing is to be decoded: ``_find_sink()`` sets it, and
every method that changes one of these sets it to None.

Hooks of a transport: ``_read(n)`` (start delivering; ``n`` bytes are wanted), ``_stop_reading()``,
``_reads_on``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import misuse
from netuv.emitter import EventEmitter
from netuv.stream.base import Stream
from netuv.stream.encoding import Decoder, canonical, encode

if TYPE_CHECKING:
    from netuv.stream.pipe import Pipe
    from netuv.stream.writable import Writable

Self = TypeVar("Self", bound="Readable")
W = TypeVar("W", bound="Writable")
Chunk = Any  # bytes, or str after set_encoding()

DEFAULT_HIGH_WATER_MARK = 64 * 1024
MAX_HIGH_WATER_MARK = 1 << 30


class Readable(Stream):
    """The reading half of Node's stream contract; see Node's ``stream.Readable``."""

    #: Reading stops while this many bytes or more wait to be taken. Node's ``readableHighWaterMark``.
    readable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: Bytes (characters after set_encoding) waiting for read(). Node's ``readableLength``.
    readable_length: int = 0
    #: True once 'end' was emitted. Node's ``readableEnded``.
    readable_ended: bool = False
    #: True once anything was delivered. Node's ``readableDidRead``.
    readable_did_read: bool = False

    _can_read: bool = True
    _flowing: bool | None = None
    _sink: Callable[[Any], object] | None = None
    _read_buffer: deque[Chunk] | None = None
    _read_offset: int = 0  # what read() has taken of the first chunk already
    _decoder: Decoder | None = None
    _pipes: tuple[Pipe, ...] = ()
    _eof: bool = False  # push(None) came; the buffer may still hold data
    _reading: bool = False
    _reads_on: bool = False
    # Inside _read(), and before the first: what is pushed is not emitted directly.
    _in_read: bool = True
    _paused: bool = False
    _need_readable: bool = False
    _emitted_readable: bool = False
    _readable_listening: bool = False
    _resume_scheduled: bool = False
    _reading_more: bool = False
    _end_scheduled: bool = False

    # -- state that a user may ask for -------------------------------------------------------------

    @property
    def readable(self) -> bool:
        """True while data may still come. Node's ``readable``."""
        return self._can_read and not self.destroyed and not self._error_emitted and not self.readable_ended

    @property
    def readable_flowing(self) -> bool | None:
        """None, True or False, as the head of this module tells. Node's ``readableFlowing``."""
        return self._flowing

    @property
    def readable_aborted(self) -> bool:
        """True when the stream ended before 'end'. Node's ``readableAborted``."""
        return self._can_read and (self.destroyed or self.errored is not None) and not self.readable_ended

    @property
    def readable_encoding(self) -> str | None:
        """The encoding of set_encoding(), or None for bytes. Node's ``readableEncoding``."""
        return self._decoder.encoding if self._decoder is not None else None

    def is_paused(self) -> bool:
        """True after pause(), unpipe() or a 'readable' listener. Node's ``isPaused()``."""
        return self._paused or self._flowing is False

    # -- what the transport delivers ---------------------------------------------------------------

    def push(self, chunk: Any, encoding: str | None = None) -> bool:
        """Deliver what has arrived, None at the end. True while more is wanted. Node's ``push()``.

        :param chunk: bytes-like or str; anything else is an 'error' with code ERR_INVALID_ARG_TYPE.
        :param encoding: of a str, utf8 by default.
        """
        if type(chunk) is not bytes or not chunk:
            if chunk is None:
                self._reading = False
                self._on_eof()
                return False
            chunk = self._as_chunk(chunk, encoding)
            if chunk is None:
                return False
            if not chunk:
                self._reading = False
                self._maybe_read_more()
                return self._wants_more()
        if not self._reads_on:
            self._reading = False
        if self._eof:
            self._error_or_destroy(misuse.push_after_eof())
            return False
        if self.destroyed or self.errored is not None:
            return False
        if self._decoder is not None and isinstance(chunk, bytes):
            chunk = self._decoder.write(chunk)
            if not chunk:
                if not self._reading:
                    self._maybe_read_more()
                return self._wants_more()
        if self._flowing and not self.readable_length and not self._in_read and "data" in self._events:
            self.readable_did_read = True
            try:
                self.emit("data", chunk)
            finally:
                if not self._reading:
                    self._maybe_read_more()
        else:
            self._sink = None
            if self._read_buffer is None:
                self._read_buffer = deque()
            self._read_buffer.append(chunk)
            self.readable_length += len(chunk)
            self._after_buffering()
        length = self.readable_length
        return not self._eof and (not length or length < self.readable_high_water_mark)

    def unshift(self, chunk: Any, encoding: str | None = None) -> bool:
        """Put data back, to be read first. Node's ``unshift()``; None is the end, as of push().

        :param chunk: bytes-like or str; anything else is an 'error' with code ERR_INVALID_ARG_TYPE.
        :param encoding: of a str chunk, utf8 by default.

        After 'end' it is an 'error' event with code ERR_STREAM_UNSHIFT_AFTER_END_EVENT.
        """
        if chunk is None:
            return self.push(None)
        chunk = self._as_chunk(chunk, encoding)
        if chunk is None:
            return False
        if not chunk:
            return self._wants_more()
        if self.readable_ended:
            self._error_or_destroy(misuse.unshift_after_end())
        elif self.destroyed or self.errored is not None:
            return False
        else:
            if self._decoder is not None and isinstance(chunk, bytes):
                decoder = Decoder(self._decoder.encoding)
                chunk = decoder.write(chunk) + decoder.end()
            if self._flowing and not self.readable_length and not self._in_read and "data" in self._events:
                self.readable_did_read = True
                try:
                    self.emit("data", chunk)
                finally:
                    self._maybe_read_more()
            else:
                self._sink = None
                if self._read_buffer is None:
                    self._read_buffer = deque()
                self._drop_taken()
                self._read_buffer.appendleft(chunk)
                self.readable_length += len(chunk)
                self._after_buffering()
        return self._wants_more()

    def _as_chunk(self, chunk: Any, encoding: str | None) -> Chunk:
        """Bytes, or a str that is in the encoding of set_encoding() already; None after a wrong type."""
        if isinstance(chunk, str):
            name = canonical(encoding or "utf8")
            return chunk if name == self.readable_encoding else encode(chunk, name)
        if isinstance(chunk, (bytes, bytearray, memoryview)):
            return bytes(chunk)
        self._error_or_destroy(misuse.invalid_arg_type("chunk", "bytes-like or str", chunk))
        return None

    def _find_sink(self) -> None:
        """Note the one 'data' listener, when a chunk needs no more than to be handed to it.

        Whoever has replaced emit() or push(), in a subclass or on the instance, is to see each chunk.
        """
        if self._flowing and self.readable_length == 0 and self._decoder is None:
            listeners = self._events.get("data", ())
            if (
                type(listeners) is tuple  # of which one that has many is none
                and len(listeners) == 1
                and getattr(self.emit, "__func__", None) is EventEmitter.emit
                and getattr(self.push, "__func__", None) is Readable.push
            ):
                self._sink = listeners[0]
                self.readable_did_read = True

    def _wants_more(self) -> bool:
        return not self._eof and (
            self.readable_length < self.readable_high_water_mark or self.readable_length == 0
        )

    def _after_buffering(self) -> None:
        if self._need_readable:
            self._need_readable = False
            if not self._emitted_readable:
                self._emitted_readable = True
                self._tick(self._emit_readable)
        if not self._reading:
            self._maybe_read_more()

    def _on_eof(self) -> None:
        if self._eof:
            return
        if self._decoder is not None:
            rest = self._decoder.end()
            if rest:
                if self._read_buffer is None:
                    self._read_buffer = deque()
                self._read_buffer.append(rest)
                self.readable_length += len(rest)
        self._eof = True
        if self._in_read:
            self._schedule_readable()
        else:
            self._need_readable = False
            self._emitted_readable = True
            try:
                self._emit_readable()
            except BaseException:
                self._tick(self.read, 0)  # the transport's, which it does not come to now
                raise

    # -- read() ------------------------------------------------------------------------------------

    def read(self, size: int | None = None) -> Any:
        """Take buffered data out, and ask the transport for more. Node's ``read()``.

        :param size: bytes (characters after set_encoding()); None takes all there is (in flowing
            mode one chunk). 0 takes nothing, but starts reading.
        :returns: bytes or str; None when there is not as much as asked for. At the end of the stream
            all that is left is returned, even when it is less.

        What is returned is emitted as 'data' too.
        """
        if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
            raise misuse.invalid_arg_type("size", "an int or None", size)
        if size is not None and size > self.readable_high_water_mark:
            if size > MAX_HIGH_WATER_MARK:
                raise misuse.out_of_range("size", "<= 1GiB", size)
            self.readable_high_water_mark = 1 << (size - 1).bit_length()
        if size != 0:
            self._emitted_readable = False
        elif self._need_readable and (self._eof or 0 < self.readable_high_water_mark <= self.readable_length):
            if self.readable_length == 0:
                self._schedule_end()
            else:
                self._schedule_readable()
            return None

        # In the first case that is what _how_much() would say.
        count = self.readable_length if size is None and not self._flowing else self._how_much(size)
        if count == 0 and self._eof:
            if self.readable_length == 0:
                self._schedule_end()
            return None
        wanted = (
            self._need_readable
            or self.readable_length == 0
            or self.readable_length - count < self.readable_high_water_mark
        )
        if wanted and not (self._reading or self._eof or self.destroyed or self.errored):
            self._ask_for_more()
            if not self._reading:  # it has pushed already
                count = self._how_much(size)

        if count > 0:
            buffer = self._read_buffer
            assert buffer is not None
            if count == len(buffer[0]) and not self._read_offset:
                chunk = buffer.popleft()
                self.readable_length -= count
            else:
                chunk = self._take(count)
        else:
            chunk = None
        if chunk is None:
            count = 0
            if self.readable_length <= self.readable_high_water_mark:
                self._need_readable = True
        elif self._pipes:
            for pipe in self._pipes:
                pipe.waiting = False
        if self.readable_length == 0:
            if not self._eof:
                self._need_readable = True
            elif size is None or size != count:
                self._schedule_end()
        if chunk is not None and not self._error_emitted and not self._close_emitted:
            self.readable_did_read = True
            self.emit("data", chunk)
        return chunk

    def _how_much(self, size: int | None) -> int:
        length = self.readable_length
        if size is None:
            if self._flowing and length and self._read_buffer:
                return len(self._read_buffer[0]) - self._read_offset
            return length
        if size <= 0:
            return 0
        if size <= length:
            return size
        return length if self._eof else 0

    def _ask_for_more(self) -> None:
        self._reading = self._in_read = True
        if self.readable_length == 0:
            self._need_readable = True
        try:
            self._read(self.readable_high_water_mark)
        except Exception as error:
            self._error_or_destroy(error)
        except BaseException:
            self._reading = False  # so that it is asked again
            raise
        finally:
            self._in_read = False

    def _drop_taken(self) -> None:
        """Let the buffer start with what is still to be read."""
        if self._read_offset and self._read_buffer:
            self._read_buffer[0] = self._read_buffer[0][self._read_offset :]
            self._read_offset = 0

    def _take(self, count: int) -> Chunk:
        buffer = self._read_buffer
        assert buffer is not None
        self.readable_length -= count
        parts = []
        while count > 0:
            start, first = self._read_offset, buffer[0]
            end = start + count
            if end < len(first):
                self._read_offset = end
            else:
                self._read_offset = 0
                buffer.popleft()
            part = first[start:end]
            count -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else parts[0][:0].join(parts)

    # -- 'readable', 'end', and the flow, in ticks ---------------------------------------------------

    def _schedule_readable(self) -> None:
        self._need_readable = False
        if not self._emitted_readable:
            self._emitted_readable = True
            self._tick(self._emit_readable)

    def _emit_readable(self) -> None:
        try:
            if not self.destroyed and self.errored is None and (self.readable_length or self._eof):
                try:
                    self.emit("readable")
                finally:
                    self._emitted_readable = False
        finally:
            if self._flowing:
                self._flow()
            elif not self._eof and self.readable_length <= self.readable_high_water_mark:
                self._need_readable = True

    def _flow(self) -> None:
        if self._reading and not self.readable_length and not self._eof:
            self._need_readable = True  # all that read() would do
            self._emitted_readable = False
            return
        try:
            while self._flowing and self.read() is not None:
                pass
        except BaseException:
            self._tick(self._flow)  # the listener that raised has had its chunk; the others follow
            raise

    def _maybe_read_more(self) -> None:
        """Fill the buffer up to the high-water mark, unless pause() said not to."""
        if not self._reading_more:
            self._reading_more = True
            self._tick(self._read_more)

    def _read_more(self) -> None:
        try:
            while (
                not self._reading
                and not self._eof
                and (not self._paused or "readable" in self._events)
                and (
                    self.readable_length < self.readable_high_water_mark
                    or (self._flowing and self.readable_length == 0)
                )
            ):
                before = self.readable_length
                self.read(0)
                if self.readable_length == before:
                    break
        finally:
            self._reading_more = False

    def _schedule_end(self) -> None:
        if not self.readable_ended and not self._end_scheduled:
            self._end_scheduled = True
            self._tick(self._emit_end)

    def _emit_end(self) -> None:
        self._end_scheduled = False
        if (
            self.errored is None
            and not self._close_emitted
            and not self.readable_ended
            and self.readable_length == 0
        ):
            self.readable_ended = True
            try:
                self.emit("end")
            finally:
                self._after_end()

    def _after_end(self) -> None:
        self.destroy()

    # -- flowing or not ----------------------------------------------------------------------------

    def resume(self: Self) -> Self:
        """Let 'data' flow, from the next tick on. Node's ``resume()``."""
        if not self._flowing:
            self._flowing = not self._readable_listening
            if not self._resume_scheduled:
                self._resume_scheduled = True
                self._tick(self._resume)
        if self._paused:
            self._paused = False
        return self

    def _resume(self) -> None:
        try:
            if not self._reading and not self._paused:
                self.read(0)
        finally:
            self._resume_scheduled = False
            try:
                self.emit("resume")
            finally:
                self._flow()
                if self._flowing and not self._reading:
                    self.read(0)

    def pause(self: Self) -> Self:
        """No 'data' from here on; what the peer sends waits in the kernel. Node's ``pause()``."""
        try:
            if self._flowing is not False:
                self._flowing = False
                self._sink = None
                self.emit("pause")
        finally:
            self._paused = True
            if "readable" not in self._events:  # whose listeners are not held up by it, as in Node
                self._stop_reading()
        return self

    def set_encoding(self: Self, encoding: str | None = "utf8") -> Self:
        """Deliver str instead of bytes. Node's ``setEncoding()``.

        :param encoding: utf8, ascii, latin1, utf16le, hex, base64 or base64url. A character that two
            reads have cut in two arrives whole. Raises ERR_UNKNOWN_ENCODING for anything else.
        """
        decoder = Decoder(canonical("utf8" if encoding is None else encoding))
        self._drop_taken()
        waiting = self._read_buffer or ()
        text = "".join(
            decoder.write(encode(chunk, self.readable_encoding or "utf8"))
            if isinstance(chunk, str)
            else decoder.write(chunk)
            for chunk in waiting
        )
        if self._eof:
            text += decoder.end()
        self._decoder = decoder
        self._sink = None
        self._read_buffer = deque([text]) if text else None
        self.readable_length = len(text)
        return self

    # -- listeners decide on the mode ----------------------------------------------------------------

    def on(self, event: str, f: Any = None) -> Any:
        """As of EventEmitter; 'data' starts the flow, 'readable' starts reading."""
        result = super().on(event, f)
        if f is None:  # the decorator form comes back here with the function
            return result
        if event == "data":
            listening = "readable" in self._events
            if listening is not self._readable_listening:
                self._readable_listening = listening
            if self._flowing is not False:
                self.resume()
        elif event == "readable" and not self.readable_ended and not self._readable_listening:
            self._readable_listening = self._need_readable = True
            self._flowing = False
            self._sink = None
            self._emitted_readable = False
            if self.readable_length:
                self._schedule_readable()
            elif not self._reading:
                self._tick(self.read, 0)
        return result

    def _add_listener(self, event: str, listener: Any, prepend: bool = False) -> None:
        if event == "data":
            self._sink = None
        super()._add_listener(event, listener, prepend)

    def remove_listener(self, event: str, f: Callable[..., Any]) -> Any:
        """As of EventEmitter."""
        if event == "data":
            self._sink = None
        try:
            return super().remove_listener(event, f)
        finally:
            if event == "readable":
                self._tick(self._update_readable_listening)

    def remove_all_listeners(self, event: str | None = None) -> Any:
        """As of EventEmitter."""
        self._sink = None
        try:
            return super().remove_all_listeners(event)
        finally:
            if event is None or event == "readable":
                self._tick(self._update_readable_listening)

    def _update_readable_listening(self) -> None:
        self._readable_listening = "readable" in self._events
        if self._resume_scheduled and not self._paused:
            self._flowing = True
        elif "data" in self._events:
            self.resume()
        elif not self._readable_listening:
            self._flowing = self._sink = None

    # -- pipe --------------------------------------------------------------------------------------

    def pipe(self, destination: W, end: bool = True) -> W:
        """Write all that arrives to ``destination``, at the pace it takes it. Node's ``pipe()``.

        :param destination: a Writable (a Socket, say), or whatever else has write(), on() and emit(); it is
            returned. ERR_INVALID_ARG_TYPE is raised for anything else.
        :param end: end the destination when this stream ends.

        The source is paused while the destination's write() answers False, until its 'drain'. An error
        of either side does not end the other one, as in Node. When the destination goes away, the source
        goes on for its other pipes and 'data' listeners; without any it stays paused.
        """
        from netuv.stream.pipe import Pipe

        Pipe(self, destination, end).start()
        return destination

    def unpipe(self: Self, destination: Writable | None = None) -> Self:
        """Take back pipe(), to one destination or to all of them; reading is paused then.

        Node's ``unpipe()``.
        """
        pipes = self._pipes
        if destination is None:
            gone = pipes
        else:
            gone = tuple(pipe for pipe in pipes if pipe.destination is destination)[:1]
        if gone:
            self._drop_pipes(gone)
        return self

    def _drop_pipes(self, gone: tuple[Pipe, ...]) -> None:
        """Each is detached and its destination told, whatever a listener raises."""
        self._pipes = tuple(pipe for pipe in self._pipes if pipe not in gone)
        with ExitStack() as todo:  # done in the opposite order
            for pipe in reversed(gone):
                todo.callback(pipe.destination.emit, "unpipe", self)
                todo.callback(pipe.detach)
            if not self._pipes:
                self.pause()

    # -- hooks -------------------------------------------------------------------------------------

    def _read(self, size: int) -> None:
        raise NotImplementedError

    def _stop_reading(self) -> None:
        self._reading = False
