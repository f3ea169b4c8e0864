"""``finished()``: one answer to the question whether a stream has come to its end.

A Watch has its listeners on the stream until somebody takes them away. What it is asked for are halves: the
reading one is done at 'end', the writing one at 'finish'. Both may be over before 'close', and it answers
then, unless the stream will emit 'close' by itself and is asked for all that it has: then 'close' is waited
for, so that nothing of the stream is left when the callback runs. 'close' with a half that is not done is
ERR_STREAM_PREMATURE_CLOSE.

What can be told at once, of a stream that was closed long ago say, is told in a tick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import checks, errors, misuse
from netuv.abort import AbortSignal, Reaction, check_signal
from netuv.stream import status
from netuv.stream.base import Stream
from netuv.stream.foreign import next_tick, remove

Callback = Callable[["BaseException | None"], object]

OPTIONS = ("cleanup", "error", "readable", "signal", "writable")


def finished(
    stream: Any,
    options: Mapping[str, Any] | Callback | None = None,
    callback: Callback | None = None,
    **keywords: Any,
) -> Callable[[], None]:
    """Call back once the stream has ended, has failed or was closed. Node's ``stream.finished()``.

    :param stream: of netuv, or whatever has on() with write() or pipe().
    :param options: a dict of the following, which may be keywords as well; the callback may stand here.
    :param callback: called with None; with what its 'error' told; with ERR_STREAM_PREMATURE_CLOSE when it was
        closed before its end; or with an AbortError. Always after finished() has returned.
    :param readable: False not to wait for 'end'. By default that is waited for of what can be read.
    :param writable: False not to wait for 'finish'. By default that is waited for of what can be written.
    :param error: False to leave 'error' alone. By default it is listened to, also after the callback, so
        that an error that comes late is no unhandled one.
    :param signal: an AbortSignal that ends the waiting, not the stream.
    :param cleanup: True to take all listeners away before the callback is called.
    :returns: a function that takes all listeners away; the callback is not called any more.

    Raises ERR_INVALID_ARG_TYPE, ERR_UNKNOWN_OPTION.
    """
    if callback is None and callable(options):
        options, callback = None, options
    given: Any = options
    if options is not None:
        checks.check_options("finished", options, OPTIONS)
        keywords = {**given, **keywords}
    checks.check_options("finished", keywords, OPTIONS)
    checks.check_callback("callback", callback)
    assert callback is not None
    if not status.is_stream(stream):
        raise misuse.invalid_arg_type("stream", "a stream", stream)
    watch = Watch(stream, callback, **keywords)
    watch.start()
    return watch.dispose


class Watch:
    """One finished(): what it waits for, and its listeners."""

    __slots__ = (
        "callback",
        "cleanup",
        "error",
        "listeners",
        "reaction",
        "read_all",
        "readable",
        "signal",
        "stream",
        "waits_for_close",
        "writable",
        "written_all",
    )

    def __init__(
        self,
        stream: Any,
        callback: Callback,
        *,
        readable: bool | None = None,
        writable: bool | None = None,
        error: bool = True,
        signal: AbortSignal | None = None,
        cleanup: bool = False,
    ) -> None:
        reads, writes = status.has_reading_half(stream), status.has_writing_half(stream)
        self.stream = stream
        self.callback: Callback | None = callback  # until it was called
        self.readable = reads if readable is None else readable
        self.writable = writes if writable is None else writable
        self.error = error
        self.signal = None if signal is None else check_signal("signal", signal)
        self.cleanup = cleanup
        self.reaction: Reaction | None = None
        self.listeners: list[tuple[str, Callable[..., object]]] = []
        self.read_all = status.has_read_all(stream)
        self.written_all = status.has_written_all(stream)
        self.waits_for_close = (
            status.will_emit_close(stream) and reads == self.readable and writes == self.writable
        )

    def start(self) -> None:
        """Answer in a tick, or listen."""
        stream = self.stream
        if self.is_over():
            if self.error:
                self._listen("error", _ignore)
            error = self.verdict() if status.is_closed(stream) else status.error_of(stream)
            next_tick(stream, self._tell, error)
        elif self.signal is not None and self.signal.aborted:
            next_tick(stream, self._tell, errors.abort_error(self.signal.reason))
        else:
            if self.writable and not isinstance(stream, Stream):
                self._listen("end", self._on_legacy_finish)
                self._listen("close", self._on_legacy_finish)
            self._listen("end", self._on_end)
            self._listen("finish", self._on_finish)
            if self.error:
                self._listen("error", self._tell)
            self._listen("close", self._on_close)
            if self.signal is not None:
                self.reaction = Reaction(self.signal, self._on_abort)
                self.signal.on("abort", self.reaction)

    def is_over(self) -> bool:
        """Nothing that is waited for will come any more."""
        stream, late = self.stream, self.waits_for_close
        if status.is_closed(stream):
            return True
        if status.is_errored(stream):
            return not late
        if not self.readable and (not late or status.is_readable(stream)):
            written = self.written_all or status.is_writable(stream) is False
            if written and not status.has_writes_pending(stream):
                return True
        if not self.writable and (not late or status.is_writable(stream)):
            return self.read_all or status.is_readable(stream) is False
        return False

    def verdict(self) -> BaseException | None:
        """What a stream that is closed has come to."""
        stream = self.stream
        error = status.error_of(stream)
        if error is not None:
            return error
        unread = self.readable and not (self.read_all or status.has_read_all(stream))
        unwritten = self.writable and not (self.written_all or status.has_written_all(stream))
        if (unread and status.has_reading_half(stream)) or unwritten:
            return misuse.premature_close()
        return None

    def dispose(self) -> None:
        """Take all listeners away; nothing is told any more."""
        self.callback = None
        listeners, self.listeners = self.listeners, []
        for event, listener in listeners:
            remove(self.stream, event, listener)
        self._forget_signal()

    def _listen(self, event: str, listener: Callable[..., object]) -> None:
        self.listeners.append((event, listener))
        self.stream.on(event, listener)

    def _forget_signal(self) -> None:
        if self.reaction is not None:
            self.reaction.dispose()
            self.reaction = None

    def _tell(self, error: BaseException | None = None) -> None:
        """The answer; the first one counts."""
        callback, self.callback = self.callback, None
        if callback is not None:
            if self.cleanup:
                self.dispose()
            self._forget_signal()
            callback(error)

    def _on_abort(self) -> None:
        assert self.signal is not None
        callback = self.callback
        self.dispose()
        if callback is not None:
            callback(errors.abort_error(self.signal.reason))

    def _on_end(self) -> None:
        self.read_all = True
        if not self._goes_on("writable", self.writable) and (not self.writable or self.written_all):
            self._tell()

    def _on_finish(self) -> None:
        self.written_all = True
        if not self._goes_on("readable", self.readable) and (not self.readable or self.read_all):
            self._tell()

    def _goes_on(self, other_half: str, asked_for: bool) -> bool:
        """'close' is still to come, and is waited for."""
        if getattr(self.stream, "destroyed", False):  # already: somebody has ended it in another way
            self.waits_for_close = False
        return self.waits_for_close and (asked_for or not getattr(self.stream, other_half, False))

    def _on_legacy_finish(self, *args: object) -> None:
        if not getattr(self.stream, "writable", False):
            self._on_finish()

    def _on_close(self, *had_error: object) -> None:
        self._tell(self.verdict())


def _ignore(error: object) -> None:
    """An error of a stream whose end was told already."""
