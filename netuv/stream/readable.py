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
is open ``reading`` is True, so that it is asked only once. A chunk answers the request; but a transport
that goes on by itself until ``_stop_reading()``, as a socket does, says so with ``_reads_on``, and the
request stays open for as long. ``pause()`` tells such a transport at once through ``_stop_reading()``, so the
peer is held back by the kernel's window. Other streams read ahead while they are paused, as Node's do.

What becomes of a chunk, and when 'readable' and 'end' come, is told in netuv.stream.incoming. In here is what
a program asks for.

Hooks of a stream: ``_read(size)`` (deliver something; size is the high-water mark), which is an option too,
and those of netuv.stream.base. Of a transport, besides: ``_stop_reading()``, ``_reads_on``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from netuv import misuse
from netuv.stream import high_water_mark, incoming, sources
from netuv.stream.encoding import Decoder, canonical
from netuv.stream.iteration import Iterated
from netuv.stream.readbuffer import ObjectBuffer
from netuv.stream.state import ALIVE, ENDED, OPEN, TOLD, Reading

if TYPE_CHECKING:
    from netuv.stream.writable import Writable

    F = TypeVar("F", bound=Callable[..., Any])
    Self = TypeVar("Self", bound="Readable")
    W = TypeVar("W", bound="Writable")

DEFAULT_HIGH_WATER_MARK = high_water_mark.DEFAULT
MAX_HIGH_WATER_MARK = 1 << 30

_Pipe: Any = None  # when the first pipe() has imported it


class Readable(Iterated):
    """The reading half of Node's stream contract; see Node's ``stream.Readable``.

    Its options, as keywords or as one dict:

    :param read, construct, destroy: functions for the hooks of these names.
    :param high_water_mark: ``_read()`` is called while less waits; 64 KiB, or 16 objects, by default.
    :param object_mode: push() takes any object but None, read() gives one, and each counts as 1.
    :param encoding: as set_encoding().
    :param emit_close: False: no 'close'.
    :param auto_destroy: False: neither its end nor an error destroys the stream.
    :param signal: an AbortSignal that destroys it.
    :param loop: the loop to work on; this thread's by default.
    """

    #: Reading stops while this many bytes (or objects) or more wait to be taken.
    #: Node's ``readableHighWaterMark``.
    readable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK

    _options = (*Iterated._options, *("encoding", "high_water_mark", "object_mode", "read"))
    _can_read: bool = True
    _reads_on: bool = False
    _notes_removals = ("data", "readable")

    def _make_state(self) -> None:
        super()._make_state()
        self._readable_state = Reading()

    def _take_options(self, given: Mapping[str, Any]) -> None:
        super()._take_options(given)
        state = self._readable_state
        if given.get("object_mode") or given.get("readable_object_mode"):
            state.buffer = ObjectBuffer()
        mark = high_water_mark.of_options(given, "readable_high_water_mark", state.buffer.objects)
        if mark != self.readable_high_water_mark:
            self.readable_high_water_mark = mark
        if given.get("encoding"):
            state.own_rare().decoder = Decoder(canonical(given["encoding"]))
        self._take_hooks(given, "read")

    # -- state that a user may ask for -------------------------------------------------------------

    @property
    def readable_length(self) -> int:
        """Bytes (characters after set_encoding, or objects) waiting for read(). Node's ``readableLength``."""
        return self._readable_state.buffer.length

    @property
    def readable_object_mode(self) -> bool:
        """Whether any object may be pushed. Node's ``readableObjectMode``."""
        return self._readable_state.buffer.objects

    @property
    def readable_ended(self) -> bool:
        """True once 'end' was emitted. Node's ``readableEnded``."""
        return self._readable_state.phase == ENDED

    @property
    def readable_did_read(self) -> bool:
        """True once anything was delivered. Node's ``readableDidRead``."""
        return self._readable_state.did_read

    @property
    def readable(self) -> bool:
        """True while data may still come. Node's ``readable``."""
        return (
            self._can_read
            and self._stream_life.phase == ALIVE
            and not self._stream_life.error_told
            and self._readable_state.phase != ENDED
        )

    @property
    def readable_flowing(self) -> bool | None:
        """None, True or False, as the head of this module tells. Node's ``readableFlowing``."""
        return self._readable_state.flowing

    @property
    def readable_aborted(self) -> bool:
        """True when the stream ended before 'end'. Node's ``readableAborted``."""
        return (
            self._can_read
            and (self._stream_life.phase != ALIVE or self._stream_life.errored is not None)
            and self._readable_state.phase != ENDED
        )

    @property
    def readable_encoding(self) -> str | None:
        """The encoding of set_encoding(), or None for bytes. Node's ``readableEncoding``."""
        return getattr(self._readable_state.rare.decoder, "encoding", None)

    def is_paused(self) -> bool:
        """True after pause(), unpipe() or a 'readable' listener. Node's ``isPaused()``."""
        return self._readable_state.paused or self._readable_state.flowing is False

    # -- what the transport delivers, see netuv.stream.incoming ------------------------------------

    push = incoming.push
    unshift = incoming.unshift
    _find_consumer = incoming.find_consumer

    # -- read() ------------------------------------------------------------------------------------

    def read(self, size: int | None = None) -> Any:
        """Take buffered data out, and ask the transport for more. Node's ``read()``.

        :param size: bytes (characters after set_encoding()); in object mode it does not matter. None takes
            the first chunk that waits; of str, unless it flows, all of them. 0 takes nothing, but starts
            reading. A size over the high-water mark raises that.
        :returns: bytes, str or an object; None when there is not as much as asked for. At the end of the
            stream all that is left is returned, even when it is less.

        What is returned is emitted as 'data' too.
        """
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
            raise misuse.invalid_arg_type("size", "an int or None", size)
        if size is not None and size > self.readable_high_water_mark:
            if size > MAX_HIGH_WATER_MARK:
                raise misuse.out_of_range("size", "<= 1GiB", size)
            self.readable_high_water_mark = 1 << (size - 1).bit_length()
        state = self._readable_state
        if size != 0:
            state.emitted_readable = False
            if state.rare.end_unheard:
                state.rare.end_unheard = False
        elif state.need_readable and (
            state.phase or state.buffer.length >= (self.readable_high_water_mark or 1)
        ):
            if state.buffer.length == 0:
                incoming.schedule_end(self)
            else:
                incoming.schedule_readable(self)
            return None

        if size is None and len(state.buffer.chunks) < 2 and not state.buffer.objects:
            # That is what _amount() would say, in the usual case without a call.
            count = state.buffer.length
        else:
            count = self._amount(size) if size != 0 else 0
        if count == 0 and state.phase:
            if state.buffer.length == 0:
                incoming.schedule_end(self)
            return None
        wanted = (
            state.need_readable
            or state.buffer.length == 0
            or state.buffer.length - count < self.readable_high_water_mark
        )
        life = self._stream_life
        if wanted and not (state.reading or state.phase or life.phase or life.errored or life.constructing):
            incoming.ask_for_more(self)
            if not state.reading:  # it has pushed already
                count = self._amount(size)

        chunk = state.buffer.take(count) if count > 0 else None
        if chunk is None:
            count = 0
            if state.buffer.length <= self.readable_high_water_mark:
                state.need_readable = True
        elif state.rare.pipes:
            for pipe in state.rare.pipes:
                pipe.waiting = False
        if state.buffer.length == 0:
            if not state.phase:
                state.need_readable = True
            elif size is None or size != count:
                incoming.schedule_end(self)
        if chunk is not None and not self._stream_life.error_told and self._stream_life.phase != TOLD:
            state.did_read = True
            self.emit("data", chunk)
        return chunk

    def _amount(self, size: int | None) -> int:
        """How much a read() of that size gets."""
        state = self._readable_state
        whole = state.rare.decoder is None or bool(state.flowing)
        return state.buffer.amount(size, whole, state.phase != OPEN)

    # -- flowing or not ----------------------------------------------------------------------------

    def resume(self: Self) -> Self:
        """Let 'data' flow, from the next tick on. Node's ``resume()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        if self._stream_life.phase:
            return self
        state = self._readable_state
        if not state.flowing:
            if state.rare.readable_listening:
                state.set_flowing(False)
            else:
                state.flowing = True
            if not state.resume_scheduled:
                state.resume_scheduled = True
                self._next_tick(incoming.begin_flow, self)
        state.paused = False
        return self

    def pause(self: Self) -> Self:
        """No 'data' from here on; what the peer sends waits in the kernel. Node's ``pause()``."""
        if self._stream_life.guard is not None:
            self._stream_life.guard()
        if self._stream_life.phase:
            return self
        state = self._readable_state
        try:
            if state.flowing is not False:
                state.set_flowing(False)
                self.emit("pause")
        finally:
            state.paused = True
            if self._reads_on and "readable" not in self._events:  # whose listeners go on, as in Node
                self._stop_reading()
        return self

    def set_encoding(self: Self, encoding: str | None = "utf8") -> Self:
        """Deliver str instead of bytes. Node's ``setEncoding()``.

        :param encoding: utf8, ascii, latin1, utf16le, hex, base64 or base64url. A character that two
            reads have cut in two arrives whole. Raises ERR_UNKNOWN_ENCODING for anything else.
        """
        decoder = Decoder(canonical("utf8" if encoding is None else encoding))
        state = self._readable_state
        state.buffer = state.buffer.decode(decoder, self.readable_encoding, state.phase != OPEN)
        state.own_rare().decoder = decoder
        state.forget_consumer()
        return self

    # -- listeners decide on the mode ----------------------------------------------------------------

    @overload  # type: ignore[override]
    def on(self, event: str) -> Callable[[F], F]: ...
    @overload
    def on(self: Self, event: str, f: Callable[..., Any]) -> Self: ...

    def on(self, event: str, f: Callable[..., Any] | None = None) -> Any:
        """As of EventEmitter; 'data' starts the flow, 'readable' starts reading."""
        if f is None:
            return super().on(event)  # a decorator, which comes back here with the function
        state = self._readable_state
        if state.reader is not None and event in ("data", "readable"):
            state.reader.refuse_others()
        if event == "data" and state.consumer is not None:
            state.forget_consumer()
        self._add_listener(event, f)
        if event == "data":
            if "readable" in self._events:  # one that was removed counts until a tick has looked
                state.own_rare().readable_listening = True
            if state.flowing is not False:
                self.resume()
        elif event == "readable" and state.phase != ENDED and not state.rare.readable_listening:
            incoming.before_readable_listener(self)
        return self

    def prepend_listener(self: Self, event: str, f: Callable[..., Any]) -> Self:
        """As of EventEmitter; it does not start anything, as in Node."""
        if event in ("data", "readable"):
            self._readable_state.forget_consumer()
        self._add_listener(event, f, True)
        return self

    def _on_removed(self, event: str) -> None:
        """Without a 'readable' listener 'data' may flow again."""
        if event == "data":
            self._readable_state.forget_consumer()
        else:
            self._next_tick(incoming.after_readable_listener, self)

    def remove_all_listeners(self: Self, event: str | None = None) -> Self:  # type: ignore[override]
        """As of EventEmitter; without a 'readable' listener 'data' may flow again."""
        self._readable_state.forget_consumer()
        try:
            return super().remove_all_listeners(event)
        finally:
            if event is None or event == "readable":
                self._next_tick(incoming.after_readable_listener, self)

    # -- of what is no stream, see netuv.stream.sources --------------------------------------------

    @classmethod
    def from_(cls: type[Self], iterable: Any, **options: Any) -> Self:
        """A stream of what an iterable gives. Node's ``Readable.from()``.

        :param iterable: asked for its next value only when that is wanted; str and bytes are one chunk. It
            may be an asynchronous one, where asyncio runs. Raises ERR_INVALID_ARG_TYPE for what is none.
        :param options: as of the class; ``object_mode`` is True and ``high_water_mark`` 1 by default.

        What the iterable raises destroys the stream; None among its values is an error with code
        ERR_STREAM_NULL_VALUES. A generator is closed when the stream is destroyed before its end, and hears
        of the error by ``throw()``.
        """
        return sources.from_iterable(cls, iterable, options)

    def wrap(self: Self, old: Any) -> Self:
        """Read an emitter that has 'data' and 'end', and maybe pause() and resume(). Node's ``wrap()``.

        Its 'error' is this stream's, its 'close' and 'destroy' destroy this stream.
        """
        sources.wrap(self, old)
        return self

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
        global _Pipe
        if _Pipe is None:  # to import what is imported already takes 9,000 instructions
            from netuv.stream.pipe import Pipe as _Pipe
        _Pipe(self, destination, end).start()
        return destination

    def unpipe(self: Self, destination: Writable | None = None) -> Self:
        """Take back pipe(), to one destination or to all of them; reading is paused then.

        Node's ``unpipe()``.
        """
        gone = self._readable_state.rare.pipes
        if destination is not None:
            gone = tuple(pipe for pipe in gone if pipe.destination is destination)[:1]
        if gone:
            gone[0].drop(gone)
        return self

    # -- hooks -------------------------------------------------------------------------------------

    def _after_end(self) -> None:
        if self._auto_destroy:
            self.destroy()

    def _on_constructed(self) -> None:
        super()._on_constructed()
        if self._readable_state.need_readable:
            incoming.maybe_read_more(self)

    def _read(self, size: int) -> None:
        raise misuse.method_not_implemented(f"{type(self).__name__}._read()")

    def _stop_reading(self) -> None:
        self._readable_state.reading = False


Iterated._of_helpers = Readable
