"""What an object is to the functions on streams, and how far each half of it has come.

The functions of Node's module are here in the names that begin with ``is_``; below them is what finished(),
pipeline() and their like ask besides. All of them take any object. What is no stream of netuv's, but has
``on`` with ``write`` or ``pipe``, is a stream too: of its state only what it tells by itself is known, and
None stands for the rest.
"""

from __future__ import annotations

from typing import Any

from netuv.stream.base import Stream
from netuv.stream.readable import Readable
from netuv.stream.state import CLOSED, EOF, FINISHED, OPEN
from netuv.stream.writable import Writable


def is_readable(stream: Any) -> bool | None:
    """Whether data or 'end' may still come of it; None if it is no Readable. Node's ``isReadable()``."""
    readable = getattr(stream, "readable", None)
    if not isinstance(readable, bool):
        return None
    return readable and has_reading_half(stream) and not is_destroyed(stream) and not has_ended(stream)


def is_writable(stream: Any) -> bool | None:
    """Whether it takes what is written; None if it is no Writable. Node's ``stream.isWritable()``."""
    writable = getattr(stream, "writable", None)
    if not isinstance(writable, bool):
        return None
    return (
        writable
        and has_writing_half(stream)
        and not is_destroyed(stream)
        and getattr(stream, "writable_ended", None) is not True
    )


def is_errored(stream: Any) -> bool:
    """Whether 'error' was emitted. Node's ``stream.isErrored()``."""
    if isinstance(stream, Stream):
        return stream._stream_life.error_told
    return is_stream(stream) and error_of(stream) is not None


def is_disturbed(stream: Any) -> bool:
    """Whether it was read from, or was destroyed before 'end'. Node's ``stream.isDisturbed()``."""
    return bool(getattr(stream, "readable_did_read", False) or getattr(stream, "readable_aborted", False))


def is_destroyed(stream: Any) -> bool | None:
    """Whether destroy() was called; None if it is no stream. Node's ``stream.isDestroyed()``."""
    return bool(getattr(stream, "destroyed", False)) if is_stream(stream) else None


# -- what it is ----------------------------------------------------------------------------------------


def is_stream(thing: Any) -> bool:
    """A stream of netuv's, or what looks like one."""
    return isinstance(thing, Stream) or (_has(thing, "on") and (_has(thing, "write") or _has(thing, "pipe")))


def has_reading_half(thing: Any) -> bool:
    """Data can come of it, or could: whether it still does is another question."""
    if isinstance(thing, Stream):
        return isinstance(thing, Readable) and thing._can_read
    return _has(thing, "on") and _has(thing, "pipe")


def has_writing_half(thing: Any) -> bool:
    """It can be written to, or could: whether it still can is another question."""
    if isinstance(thing, Stream):
        return isinstance(thing, Writable) and thing._can_write
    return _has(thing, "on") and _has(thing, "write")


def _has(thing: Any, method: str) -> bool:
    return callable(getattr(thing, method, None))


# -- how far it has come -------------------------------------------------------------------------------


def has_ended(stream: Any) -> bool:
    """'end' was emitted."""
    return has_reading_half(stream) and getattr(stream, "readable_ended", None) is True


def has_read_all(stream: Any) -> bool:
    """'end' was emitted, or is all that is left to come; an error has not been."""
    if not has_reading_half(stream) or error_of(stream) is not None:
        return False
    return has_ended(stream) or (
        isinstance(stream, Readable) and stream._readable_state.phase >= EOF and not stream.readable_length
    )


def has_written_all(stream: Any) -> bool:
    """'finish' was emitted, or end() was called and nothing is left to be written."""
    if not has_writing_half(stream):
        return False
    if getattr(stream, "writable_finished", None) is True:
        return True
    return (
        isinstance(stream, Writable)
        and stream.errored is None
        and stream.writable_ended
        and stream.writable_length == 0
    )


def has_writes_pending(stream: Any) -> bool:
    """A callback of write() or end() is still to be called."""
    if not isinstance(stream, Writable):
        return False
    state = stream._writable_state
    return bool(state.writing or stream.writable_length or state.phase not in (OPEN, FINISHED))


def is_closed(stream: Any) -> bool:
    """It has given up what it stood for; 'close' was emitted, or comes in a tick."""
    return getattr(stream, "closed", None) is True


def will_emit_close(stream: Any) -> bool:
    """'close' comes by itself, and soon, when both halves are done."""
    return (
        isinstance(stream, Stream)
        and stream._stream_life.phase < CLOSED
        and stream._auto_destroy
        and stream._emits_close
    )


def error_of(stream: Any) -> BaseException | None:
    """The error that has ended it."""
    error = getattr(stream, "errored", None)
    return error if isinstance(error, BaseException) else None


def is_done(stream: Any) -> bool:
    """Destroyed, or no half of it goes on."""
    return bool(is_destroyed(stream)) or not (is_readable(stream) or is_writable(stream))
