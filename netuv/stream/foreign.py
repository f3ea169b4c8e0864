"""What is done to a stream in ways that also suit one which is not netuv's.

pipe(), finished() and pipeline() take whatever has ``on`` with ``write`` or ``pipe``: streams of another
library, made on pyee's own emitter, say. Only these few things are not done to both alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from netuv import errors
from netuv.emitter import EventEmitter
from netuv.stream import status
from netuv.stream.base import Stream


def next_tick(stream: Any, callback: Callable[..., object], *args: Any) -> None:
    """Call back after the current callback: on the stream's loop, or on this thread's."""
    tick: Any = stream._next_tick if isinstance(stream, Stream) else Stream._next_tick
    tick(callback, *args)


def remove(emitter: Any, event: str, listener: Callable[..., object]) -> None:
    """Take one listener away, if it is there."""
    if isinstance(emitter, EventEmitter):
        emitter.remove_listener(event, listener)
        return
    for name in ("remove_listener", "removeListener"):
        if hasattr(emitter, name):
            try:
                getattr(emitter, name)(event, listener)
            except LookupError:
                pass  # pyee's own emitter, when it is not there any more
            return


def remove_each(listeners: Iterator[tuple[Any, str, Callable[..., object]]]) -> None:
    """Take away each ``(emitter, event, listener)``, whatever those who hear of one raise."""
    for emitter, event, listener in listeners:
        try:
            if isinstance(emitter, EventEmitter):
                emitter.remove_listener(event, listener)  # remove() without a call
            else:
                remove(emitter, event, listener)
        except BaseException:
            remove_each(listeners)
            raise


def destroy(stream: Any, error: BaseException | None = None) -> None:
    """End a stream now, unless that was done before. Node's ``stream.destroy()``.

    :param stream: anything; what is no stream is left alone. One that cannot be destroyed is closed and, if
        that cannot be done either, emits 'close', after the error.
    :param error: by default an AbortError, code ABORT_ERR, if anything was still to be read or written.
    """
    if not status.is_stream(stream) or status.is_destroyed(stream):
        return
    if error is None and not status.is_done(stream):
        error = errors.abort_error()
    if callable(getattr(stream, "destroy", None)):
        stream.destroy(error)
    elif callable(getattr(stream, "close", None)):
        stream.close()
    else:
        next_tick(stream, _emit_close, stream, error)


def _emit_close(stream: Any, error: BaseException | None) -> None:
    if error is not None:
        stream.emit("error", error)
    stream.emit("close")
