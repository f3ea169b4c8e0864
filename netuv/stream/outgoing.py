"""What happens to what was written: the way from write() and end() to their callbacks and events.

These are functions over a Writable, whose methods call them:

======================  =====================================================================================
write_or_queue          what write() does when there is no wire, or something is in the way
left_over, not_sent     what write() does when its wire has not taken all
hand_over, send         a chunk, or several, go to the hooks of the transport, or to its wire
done                    the transport says that it is done with them, or the error that it met
after_write, fail_write 'drain' and the callbacks; or the callbacks with the error, which then ends the stream
clear_queue             what waits goes the same way
fail_queue              what waits will not be written any more
finish_when_written     the last chunk is gone and end() was called: ``_final()``, 'prefinish', 'finish'
======================  =====================================================================================

What a hook does at once, before it returns, is told to the program a tick later; what it does later, at
once: a callback is never called before write() has returned.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from netuv import misuse
from netuv.stream.state import ENDING, FINAL, FINISHED, NOTHING, OPEN, SHUT, TOLD, Life
from netuv.stream.writequeue import WriteQueue

if TYPE_CHECKING:
    from netuv.stream.base import Done
    from netuv.stream.writable import Writable
    from netuv.stream.writequeue import Callback


def write_or_queue(stream: Writable, chunk: Any, encoding: str | None, callback: Callback | None) -> bool:
    """What write() does when there is no wire, or something is in the way; its answer."""
    state, life = stream._writable_state, stream._stream_life
    if stream._writes_objects:
        size = 1
    else:
        size = len(chunk)
        if type(chunk) is not str:
            encoding = "buffer"
            if isinstance(chunk, memoryview) and (state.wire is None or not isinstance(chunk.obj, bytes)):
                chunk = bytes(chunk)  # its owner could change it; and a hook is given bytes
    queue = state.queue
    if state.writing or queue is not None or life.errored is not None or life.constructing:
        if queue is None:
            queue = state.queue = WriteQueue()
        queue.add(chunk, encoding, size, callback)
    else:
        callbacks = (callback,) if callback is not None else ()
        hand_over(stream, stream._write, (chunk, encoding), size, callbacks)
    length = stream.writable_length
    if length:
        mark = stream._drain_mark
        if length >= (stream.writable_high_water_mark if mark is None else mark):
            state.own_pending().need_drain = True
            return False
    return life.errored is None and not life.phase


def left_over(stream: Writable, wire: Any, size: int, left: int, callback: Callback | None) -> bool:
    """What write() does when so much of its data waits in the queue of the wire; its answer."""
    state = stream._writable_state
    state.sent += size
    if stream._idle is not None:
        stream._idle.active()
    state.writing = True
    pending = state.own_pending()
    pending.need_drain = True
    pending.in_flight = wire
    pending.length = pending.seen_length = left
    stream._on_queued()
    if callback is not None:
        pending.callbacks = (callback,)
    return False


def not_sent(stream: Writable, cause: Exception, callback: Callback | None) -> bool:
    """What write() does when its wire raises; its answer."""
    error = stream._error_of_send(cause)
    stream._note_error(error)
    callbacks = (callback,) if callback is not None else ()
    stream._next_tick(fail_write, stream, error, callbacks, stream._stream_life)
    return False


def hand_over(
    stream: Writable,
    hook: Callable[..., object],
    args: tuple[Any, ...],
    length: int,
    callbacks: tuple[Callback, ...],
) -> None:
    """Call _write() or _writev()."""
    state = stream._writable_state
    pending = state.pending if state.pending is not NOTHING else state.own_pending()
    pending.length = length
    pending.callbacks = callbacks
    state.writing = state.in_hook = True
    try:
        hook(*args, partial(done, stream))
    except Exception as error:
        if state.writing:
            done(stream, error)
        else:  # it was done, and went on
            stream._error_or_destroy(error)
    except BaseException:  # an interrupt: nobody knows how much was written
        stream.destroy()
        if state.writing:
            done(stream, misuse.stream_destroyed("write"))
        raise
    finally:
        state.in_hook = False


def send(stream: Writable, what: Any, _done: Done | None = None) -> None:
    """The same as a hook, for a stream that has a wire: the current write goes there."""
    state = stream._writable_state
    try:
        left = state.wire.send(what, stream._on_sent)
    except Exception as error:
        done(stream, stream._error_of_send(error))
        return
    pending = state.pending
    state.sent += pending.length
    if stream._idle is not None:
        stream._idle.active()
    if left:
        pending.length = pending.seen_length = left
        pending.in_flight = state.wire
        stream._on_queued()
    else:
        done(stream, None)


def done(stream: Writable, error: BaseException | None = None) -> None:
    """The transport is done with the current write."""
    state = stream._writable_state
    if not state.writing:
        stream._error_or_destroy(misuse.multiple_callback())
        return
    synchronous, pending = state.in_hook, state.pending
    callbacks = pending.callbacks
    state.writing = False
    pending.callbacks = ()
    pending.length = 0

    if error is not None:
        if getattr(error, "code", None) != "ERR_STREAM_DESTROYED":
            stream._note_error(error)
        if synchronous:
            stream._next_tick(fail_write, stream, error, callbacks, stream._stream_life)
        else:
            fail_write(stream, error, callbacks, stream._stream_life)
        return

    try:
        if state.queue is not None:
            clear_queue(stream)
    finally:
        if pending is not state.pending:  # another life has begun
            pending = state.own_pending()
        if not synchronous:
            pending.unanswered += 1
            after_write(stream, callbacks)
        elif callbacks:
            pending.unanswered += 1
            stream._next_tick(after_write, stream, callbacks)
        elif pending.need_drain and not state.length and not pending.after_write_scheduled:
            pending.unanswered += 1
            pending.after_write_scheduled = True
            stream._next_tick(after_write, stream, callbacks)
        else:
            finish_when_written(stream)


def after_write(stream: Writable, callbacks: tuple[Callback, ...]) -> None:
    """Tell that it is written."""
    state, life = stream._writable_state, stream._stream_life
    pending = state.pending
    pending.after_write_scheduled = False
    try:
        if pending.need_drain and not state.length and not state.phase and not life.phase:
            pending.need_drain = False
            stream.emit("drain")
    finally:
        state.pending.unanswered -= 1  # a listener may have begun another life
        try:
            call_all(stream, callbacks, None)
        finally:
            try:
                if stream._stream_life.phase:
                    fail_queue(stream, stream._stream_life)
            finally:
                finish_when_written(stream)


def fail_write(stream: Writable, error: BaseException, callbacks: tuple[Callback, ...], life: Life) -> None:
    """Tell that it is not. ``life`` is that of the write; a Socket may have connected anew since."""
    try:
        call_all(stream, callbacks, error)
    finally:
        if life is stream._stream_life:
            try:
                fail_queue(stream, life)
            finally:
                stream._error_or_destroy(error)


def abandon(stream: Writable, error: BaseException | None, end_error: BaseException | None) -> None:
    """In a tick the callbacks of what was not written, and then those of end(), hear that it will not be."""
    state = stream._writable_state
    waiting = state.pending.callbacks
    if state.queue is not None:
        waiting += state.queue.callbacks()
    stream._next_tick(call_all, stream, waiting, error or misuse.stream_destroyed("write"))
    ending = tuple(state.pending.end_callbacks or ())
    stream._next_tick(call_all, stream, ending, end_error or misuse.stream_destroyed("end"), "end()")


def call_all(
    stream: Writable, callbacks: tuple[Callback, ...], error: BaseException | None, of: str = "write()"
) -> None:
    """Call each; when one raises, the rest is called in a tick of its own.

    :param of: the method that they were given to.
    """
    for index, callback in enumerate(callbacks):
        try:
            callback(error)
        except BaseException as failure:
            misuse.tell_callback(failure, of, callback, (error,))
            if callbacks[index + 1 :]:
                stream._next_tick(call_all, stream, callbacks[index + 1 :], error, of)
            raise


def fail_queue(stream: Writable, life: Life) -> None:
    """What is still queued will never be written: say so to its callbacks, and to those of end()."""
    state = stream._writable_state
    if life is not stream._stream_life or state.writing:
        return  # of a former life; or it comes here again when that write has failed
    waiting: tuple[Callback, ...] = ()
    if state.queue is not None:
        waiting = state.queue.take_all()[2]
        state.drop_idle_queue()
    ending = state.take_end_callbacks()
    try:
        call_all(stream, waiting, stream._stream_life.errored or misuse.stream_destroyed("write"))
    finally:
        error = stream._stream_life.errored or misuse.stream_destroyed("end")
        call_all(stream, ending, error, "end()")


def clear_queue(stream: Writable) -> None:
    """Hand the queue to the transport: one chunk as it is; several as one _writev, or one by one."""
    state, life = stream._writable_state, stream._stream_life
    queue = state.queue
    if queue is None or queue.clearing or queue.corked or life.phase or life.constructing:
        return
    queue.clearing = True
    try:
        while queue and not (state.writing or life.phase):
            if queue.several() and (state.wire is not None or stream._writev is not None):
                chunks, size, callbacks = queue.take_all()
                if state.wire is not None:
                    hand_over(stream, send, (stream, [each.chunk for each in chunks]), size, callbacks)
                else:
                    assert stream._writev is not None
                    hand_over(stream, stream._writev, (chunks,), size, callbacks)
            else:
                chunk, size, callbacks = queue.take()
                if state.wire is not None:
                    hand_over(stream, send, (stream, chunk.chunk), size, callbacks)
                else:
                    hand_over(stream, stream._write, chunk, size, callbacks)
    finally:
        queue.clearing = False
        state.drop_idle_queue()


def finish_when_written(stream: Writable, in_tick: bool = False) -> None:
    """Once end() was called, and all is written: tell the transport of the end, and then the program.

    :param in_tick: this is the tick for 'finish', of a stream without a _final().
    """
    state, life = stream._writable_state, stream._stream_life
    if (
        state.phase == OPEN
        or state.writing
        or (state.queue is not None and (state.queue or state.queue.clearing))
        or state.pending.length
        or life.phase
        or life.errored is not None
        or life.constructing
    ):
        return
    if state.phase == ENDING:
        if stream._final is not None:
            begin_final(stream)
            return
        state.phase = SHUT
        try:
            stream.emit("prefinish")
        finally:
            finish_soon(stream)
    elif in_tick:
        finish(stream)
    elif state.phase == SHUT and stream._final is None:
        finish_soon(stream)


def begin_final(stream: Writable) -> None:
    """Tell the transport of the end, which has a _final(): all is written."""
    state = stream._writable_state
    state.phase = FINAL
    state.in_hook = True
    try:
        stream._final(stream._after_final)  # type: ignore[misc]
    except Exception as error:
        on_final(stream, error)
    finally:
        state.in_hook = False


def finish_soon(stream: Writable) -> None:
    """Without a _final(): in a tick, when the callbacks of all writes have been called."""
    pending = stream._writable_state.own_pending()
    if not pending.unanswered:
        pending.unanswered += 1
        stream._next_tick(finish_in_tick, stream)


def finish_in_tick(stream: Writable) -> None:
    """Unless it was destroyed meanwhile: nothing of a transport has happened yet."""
    stream._writable_state.pending.unanswered -= 1
    finish_when_written(stream, in_tick=True)


def on_final(stream: Writable, error: BaseException | None = None) -> None:
    """The transport is done with the end."""
    state, life = stream._writable_state, stream._stream_life
    if state.phase != FINAL:
        if state.phase > FINAL:
            stream._error_or_destroy(error or misuse.multiple_callback())
        return  # else of a former life
    state.phase = SHUT
    if error is not None:
        try:
            call_all(stream, state.take_end_callbacks(), error, "end()")
        finally:
            stream._error_or_destroy(error, later=state.in_hook)
    elif not life.phase and life.errored is None:
        try:
            stream.emit("prefinish")
        finally:
            stream._next_tick(finish, stream)


def finish(stream: Writable) -> None:
    """The callbacks of end(), then 'finish'."""
    state, life = stream._writable_state, stream._stream_life
    if state.phase != SHUT or life.phase == TOLD:  # the first: a Socket has connected anew
        return
    state.phase = FINISHED
    try:
        if state.pending.end_callbacks:
            call_all(stream, state.take_end_callbacks(), None, "end()")
    finally:
        try:
            stream.emit("finish")
        finally:
            stream._after_finish()
