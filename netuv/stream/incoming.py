"""What a transport has delivered becomes 'data', 'readable' and 'end'.

The way in is ``push()``: a chunk with nothing in front of it is emitted as 'data' at once while the stream
flows. Everything else waits in the buffer, and goes on in ticks, in Node's order:

==================  =========================================  =========================================
tick                comes after                                does
==================  =========================================  =========================================
emit_readable       the buffer was filled and somebody waits   'readable'; lets the buffer flow
read_more           a chunk, when the transport has stopped    asks it, up to the high-water mark
begin_flow          resume()                                   'resume'; lets the buffer flow
emit_end            the last of the buffer was read            'end'
==================  =========================================  =========================================

Each is on its way once at most: ``emitted_readable``, ``reading_more``, ``resume_scheduled`` and
``end_scheduled`` say so.

The ``consumer`` is the only 'data' listener, noted so that a transport can pass a chunk to it without push().
It is there while the stream flows, nothing is buffered and nothing is to be decoded: ``find_consumer()``
finds it, and whatever changes one of these forgets it.

``push``, ``unshift`` and ``find_consumer`` are methods of Readable; they stand in here because a method that
calls them would cost every chunk a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netuv import misuse
from netuv.emitter import EventEmitter
from netuv.stream.encoding import Decoder, canonical, encode
from netuv.stream.readbuffer import EMPTY, ReadBuffer
from netuv.stream.state import ENDED, EOF, TOLD

if TYPE_CHECKING:
    from netuv.stream.readable import Readable


# -- the way in ----------------------------------------------------------------------------------------


def push(self: Readable, chunk: Any, encoding: str | None = None) -> bool:
    """Deliver what has arrived, None at the end. True while more is wanted. Node's ``push()``.

    :param chunk: bytes-like or str; anything else is an 'error' with code ERR_INVALID_ARG_TYPE, except in
        object mode.
    :param encoding: of a str, utf8 by default.
    """
    state = self._readable_state
    if type(chunk) is not bytes or not chunk:
        if chunk is None:
            state.reading = False
            end_of_stream(self)
            return False
        if not state.buffer.objects:
            chunk = as_chunk(self, chunk, encoding)
            if chunk is None:
                return False
            if not chunk:
                state.reading = False
                maybe_read_more(self)
                return wants_more(self)
    if not self._reads_on:
        state.reading = False
    if state.phase:
        self._error_or_destroy(misuse.push_after_eof())
        return False
    if self._stream_life.phase or self._stream_life.errored is not None:
        return False
    decoder = state.rare.decoder
    if decoder is not None and isinstance(chunk, bytes):
        chunk = decoder.write(chunk)
        if not chunk and not state.buffer.objects:
            if not state.reading:
                maybe_read_more(self)
            return wants_more(self)
    if state.flowing and not state.buffer.length and not state.in_read and "data" in self._events:
        state.did_read = True
        try:
            self.emit("data", chunk)
        finally:
            if not state.reading:
                maybe_read_more(self)
    else:
        if state.consumer is not None:
            state.forget_consumer()
        buffer = state.buffer
        if buffer is EMPTY:
            buffer = state.buffer = ReadBuffer()
        buffer.chunks.append(chunk)  # append() without a call
        buffer.length += 1 if buffer.objects else len(chunk)
        if state.need_readable:  # schedule_readable() without a call
            state.need_readable = False
            if not state.emitted_readable:
                state.emitted_readable = True
                self._next_tick(emit_readable, self)
        if not state.reading:
            maybe_read_more(self)
    length = state.buffer.length
    return not state.phase and (not length or length < self.readable_high_water_mark)


def unshift(self: Readable, chunk: Any, encoding: str | None = None) -> bool:
    """Put data back, to be read first. Node's ``unshift()``; None is the end, as of push().

    :param chunk: bytes-like or str; anything else is an 'error' with code ERR_INVALID_ARG_TYPE, except in
        object mode.
    :param encoding: of a str chunk, utf8 by default.

    After 'end' it is an 'error' event with code ERR_STREAM_UNSHIFT_AFTER_END_EVENT.
    """
    state = self._readable_state
    if chunk is None:
        return bool(self.push(None))
    if not state.buffer.objects:
        chunk = as_chunk(self, chunk, encoding)
        if chunk is None:
            return False
        if not chunk:
            return wants_more(self)
    if state.phase == ENDED:
        self._error_or_destroy(misuse.unshift_after_end())
    elif self._stream_life.phase or self._stream_life.errored is not None:
        return False
    else:
        decoder = state.rare.decoder
        if decoder is not None and isinstance(chunk, bytes) and not state.buffer.objects:
            decoder = Decoder(decoder.encoding)
            chunk = decoder.write(chunk) + decoder.end()
        if state.flowing and not state.buffer.length and not state.in_read and "data" in self._events:
            state.did_read = True
            try:
                self.emit("data", chunk)
            finally:
                maybe_read_more(self)
        else:
            state.forget_consumer()
            if state.buffer is EMPTY:
                state.buffer = ReadBuffer()
            state.buffer.prepend(chunk)
            if state.need_readable:
                schedule_readable(self)
            if not state.reading:
                maybe_read_more(self)
    return wants_more(self)


def as_chunk(stream: Readable, chunk: Any, encoding: str | None) -> Any:
    """Bytes, or a str that is in the encoding of set_encoding() already; None after a wrong type."""
    if isinstance(chunk, str):
        name = canonical(encoding or "utf8")
        return chunk if name == stream.readable_encoding else encode(chunk, name)
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    stream._error_or_destroy(misuse.invalid_arg_type("chunk", "bytes-like or str", chunk))
    return None


def wants_more(stream: Readable) -> bool:
    """What push() and unshift() answer."""
    state = stream._readable_state
    length = state.buffer.length
    return not state.phase and (not length or length < stream.readable_high_water_mark)


def find_consumer(self: Readable) -> None:
    """Note the one 'data' listener, when a chunk needs no more than to be handed to it.

    Whoever has replaced emit() or push(), in a subclass or on the instance, is to see each chunk.
    """
    state, kind = self._readable_state, type(self)
    if state.flowing and state.buffer.length == 0 and state.rare.decoder is None:
        listeners = self._events.get("data", ())
        if (
            type(listeners) is tuple  # of which one that has many is none
            and len(listeners) == 1
            and state.rare.own is None
            and kind.emit is EventEmitter.emit
            and kind.push is push
        ):
            within = self._within
            state.consumer = listeners[0] if within is None else within.wrap(listeners[0])


# -- asking for more -----------------------------------------------------------------------------------


def ask_for_more(stream: Readable) -> None:
    """Let the transport deliver. It may push within this call, or later."""
    state = stream._readable_state
    state.reading = state.in_read = True
    if state.buffer.length == 0:
        state.need_readable = True
    try:
        stream._read(stream.readable_high_water_mark)
    except Exception as error:
        stream._error_or_destroy(error)
    except BaseException:
        state.reading = False  # so that it is asked again
        raise
    finally:
        state.in_read = False


def maybe_read_more(stream: Readable) -> None:
    """Fill the buffer up to the high-water mark, in a tick."""
    state = stream._readable_state
    if not state.reading_more and not stream._stream_life.constructing:
        state.reading_more = True
        stream._next_tick(read_more, stream)


def read_more(stream: Readable) -> None:
    """The tick of maybe_read_more()."""
    state = stream._readable_state
    try:
        while (
            not state.reading
            and not state.phase
            and not (state.paused and stream._reads_on and not stream.listener_count("readable"))
            and (
                state.buffer.length < stream.readable_high_water_mark
                or (state.flowing and state.buffer.length == 0)
            )
        ):
            before = state.buffer.length
            stream.read(0)
            if state.buffer.length == before:
                break
    finally:
        state.reading_more = False


# -- the way out ---------------------------------------------------------------------------------------


def schedule_readable(stream: Readable) -> None:
    """Emit 'readable' in a tick."""
    state = stream._readable_state
    state.need_readable = False
    if not state.emitted_readable:
        state.emitted_readable = True
        stream._next_tick(emit_readable, stream)


def emit_readable(stream: Readable) -> None:
    """The tick of schedule_readable()."""
    state = stream._readable_state
    try:
        if (
            not stream._stream_life.phase
            and stream._stream_life.errored is None
            and (state.buffer.length or state.phase)
        ):
            try:
                stream.emit("readable")
            finally:
                state.emitted_readable = False
    finally:
        if state.reader is not None:
            state.reader.wake()
        if state.phase and not state.buffer.length:
            if state.flowing:
                schedule_end(stream)
        elif state.flowing:
            flow(stream)
        elif not state.phase and state.buffer.length <= stream.readable_high_water_mark:
            state.need_readable = True


def flow(stream: Readable) -> None:
    """Emit the buffer as 'data', chunk by chunk, and go on with what the transport delivers meanwhile."""
    state = stream._readable_state
    if not state.flowing:
        return
    if not state.buffer.length and (state.reading or state.phase):  # all that read() would do
        state.emitted_readable = False
        if state.phase:
            schedule_end(stream)
        else:
            state.need_readable = True
        return
    try:
        while state.flowing and stream.read() is not None:
            pass
    except BaseException:
        stream._next_tick(flow, stream)  # the listener that raised has had its chunk; the others follow
        raise


def begin_flow(stream: Readable) -> None:
    """The tick of resume()."""
    state = stream._readable_state
    if state.reader is not None and not stream.listener_count("data"):
        state.set_flowing(None)  # tasks take what comes
    try:
        if not state.reading and not (state.paused and stream._reads_on):
            stream.read(0)
        if state.reader is not None:
            state.reader.wake()
    finally:
        state.resume_scheduled = False
        try:
            stream.emit("resume")
        finally:
            if state.flowing and state.reading and not (state.buffer.length or state.phase):
                state.emitted_readable = False  # flow() without a call
                state.need_readable = True
            else:
                flow(stream)
                if state.flowing and not state.reading:
                    stream.read(0)
            stream._find_consumer()


def before_readable_listener(stream: Readable) -> None:
    """There is a first 'readable' listener: nothing flows, and it hears of what is there already."""
    state = stream._readable_state
    state.own_rare().readable_listening = state.need_readable = True
    state.set_flowing(False)
    state.emitted_readable = False
    if state.buffer.length:
        schedule_readable(stream)
    else:
        if state.rare.end_unheard:
            state.rare.end_unheard = False
            schedule_readable(stream)
        if not state.reading:
            stream._next_tick(stream.read, 0)


def after_readable_listener(stream: Readable) -> None:
    """A tick after a 'readable' listener was removed: with none left, 'data' may flow again."""
    state = stream._readable_state
    listening = stream.listener_count("readable") > 0
    if listening != state.rare.readable_listening:
        state.own_rare().readable_listening = listening
    if state.resume_scheduled and not state.paused:
        state.set_flowing(True)
    elif stream.listener_count("data"):
        stream.resume()
    elif not listening:
        state.set_flowing(None)


# -- the end -------------------------------------------------------------------------------------------


def end_of_stream(stream: Readable) -> None:
    """Nothing more will come; what waits is still to be read."""
    state = stream._readable_state
    if state.phase:
        return
    if state.rare.decoder is not None:
        rest = state.rare.decoder.end()
        if rest:
            if state.buffer is EMPTY:
                state.buffer = ReadBuffer()
            state.buffer.append(rest)
    state.phase = EOF
    if state.in_read:
        if state.flowing or state.need_readable or stream.listener_count("readable"):
            schedule_readable(stream)
        else:
            state.own_rare().end_unheard = True
    else:
        state.need_readable = False
        state.emitted_readable = True
        try:
            emit_readable(stream)
        except BaseException:
            stream._next_tick(stream.read, 0)  # the transport's, which it does not come to now
            raise


def schedule_end(stream: Readable) -> None:
    """Emit 'end' in a tick: all was read."""
    state = stream._readable_state
    if state.phase != ENDED and not state.end_scheduled:
        state.end_scheduled = True
        stream._next_tick(emit_end, stream)


def emit_end(stream: Readable) -> None:
    """The tick of schedule_end()."""
    state = stream._readable_state
    state.end_scheduled = False
    if (
        state.phase == EOF  # else a Socket has connected anew
        and stream._stream_life.errored is None
        and stream._stream_life.phase != TOLD
        and state.buffer.length == 0
    ):
        state.phase = ENDED
        try:
            stream.emit("end")
        finally:
            stream._after_end()
