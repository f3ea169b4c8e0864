"""Reading a stream by tasks: a Reader stands where the only 'data' listener would.

While a task reads, the Reader is the stream's ``consumer``. What comes goes to the stream's buffer, and the
task takes it out when it runs, so nothing is lost by cancelling it. What comes another way, decoded say,
wakes the task by way of the tick that emits 'readable'; the end and destroy() do so too. Whatever has woken
it, the task looks for itself.

``next_chunk`` and ``more`` are methods of what is read; they stand in here because a method that calls them
would cost every chunk a call.
"""

from __future__ import annotations

from collections.abc import Generator
from types import coroutine
from typing import TYPE_CHECKING, Any

from netuv import misuse
from netuv.stream import incoming
from netuv.stream.readbuffer import EMPTY, ReadBuffer
from netuv.stream.state import EOF

if TYPE_CHECKING:
    from netuv.aio.waiter import Waiter
    from netuv.stream.readable import Readable


@coroutine
def next_chunk(self: Any) -> Generator[Any, None, Any]:
    """Wait for what comes, and take it: all that is there then. ``__anext__()``."""
    state = self._readable_state
    reader = state.reader or self._reader()
    waiter = reader.waiter
    while not state.buffer.length:
        if (
            state.consumer is not reader.feed  # else a task has waited here before, and nothing has changed
            or not state.reading
            or state.phase
            or self._stream_life.errored is not None
            or waiter.wakeup is not None
        ) and not reader.begin():
            raise StopAsyncIteration
        yield waiter
    buffer = state.buffer
    chunks = buffer.chunks
    if len(chunks) == 1 and not buffer.offset:  # take() without a call
        buffer.length = 0
        return chunks.popleft()
    return buffer.take(buffer.length)


@coroutine
def more(self: Any) -> Generator[Any, None, bool]:
    """Wait for more than there is; False at the end of the stream."""
    state = self._readable_state
    reader = state.reader or self._reader()
    had = state.buffer.length
    while state.buffer.length == had:
        if not reader.begin():
            return False
        yield reader.waiter
    return True


class Reader:
    """Reads a stream for tasks, for one at a time.

    :param stream: a Readable; waiter: what the task waits on.
    """

    __slots__ = ("_state", "_stream", "feed", "waiter")

    def __init__(self, stream: Readable, waiter: Waiter) -> None:
        self._stream = stream
        self._state = stream._readable_state
        self.waiter = waiter
        self.feed = self._feed  # one object, which can be found again

    def take(self, count: int) -> Any:
        """Take so much out of the buffer: all of it, or less."""
        buffer = self._state.buffer
        chunks = buffer.chunks
        if len(chunks) == 1 and not buffer.offset and count == buffer.length:  # the usual case
            buffer.length = 0
            return chunks.popleft()
        return buffer.take(count)

    def wake(self) -> None:
        """Something has come by another way than feed(), or the end has: the task looks for itself."""
        self.waiter.wake()

    def wake_soon(self) -> None:
        """The same, where the stream is about to do more."""
        self.waiter.wake_soon()

    def refuse_others(self) -> None:
        """Somebody else wants to read: not while a task waits for it."""
        if self.waiter.wakeup is not None:
            raise misuse.stream_busy("a task waits for its data")

    def begin(self) -> bool:
        """See to it that data comes; False at the end. Raises what has gone wrong."""
        stream, state, life = self._stream, self._state, self._stream._stream_life
        if self.waiter.wakeup is not None:
            raise misuse.stream_busy("another task waits for its data")
        if life.errored is not None:
            stream._tell_task(life.errored)
        if state.phase:
            if state.phase == EOF and not state.buffer.length:
                incoming.schedule_end(stream)
            return False
        if life.phase:
            raise misuse.premature_close()
        if stream.listener_count("data") or stream.listener_count("readable"):
            raise misuse.stream_busy("a listener or a pipe reads it")
        if state.flowing:
            state.set_flowing(None)  # nobody takes what would flow
        if state.rare.decoder is None:
            state.set_reader_as_consumer()
        state.need_readable = True
        if not state.reading:
            incoming.ask_for_more(stream)
        return True

    def _feed(self, data: bytes) -> None:
        """As a 'data' listener, for the transport."""
        state = self._state
        buffer = state.buffer
        if buffer is EMPTY:
            buffer = state.buffer = ReadBuffer()
        buffer.chunks.append(data)
        buffer.length += len(data)
        state.did_read = True
        self.waiter.wake()
        if state.buffer.length >= self._stream.readable_high_water_mark and state.consumer is self.feed:
            state.forget_consumer()
            self._stream._stop_reading()
