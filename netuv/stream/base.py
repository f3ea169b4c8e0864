"""What both directions of a stream share: being destroyed, and the order 'error' then 'close'.

A stream ends its life once, through ``destroy()``:

1. ``destroyed`` becomes True, and the transport's ``_destroy(error, done)`` gives up its resource;
2. ``done(error)`` makes ``closed`` True and leaves the rest to a tick, so that no event comes before the
   caller of ``destroy()`` has returned;
3. the tick emits 'error', at most once in a stream's life, and then 'close'.

``destroy()`` again is a no-op, so everything that goes wrong may simply call it: the first to do so
decides which error is heard.

Hooks of a transport: ``_next_tick(callback, *args)`` runs something after the current callback (it must be
there), ``_destroy(error, done)`` gives up the resource, and ``_emit_close()`` may be replaced when
'close' has to wait for the resource itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import misuse
from netuv.emitter import EventEmitter
from netuv.stream.state import CLOSED, DESTROYED, TOLD, Life

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Stream")


# What the hooks call when they are done: with the error, or with None.
Done = Callable[["BaseException | None"], None]


class Stream(EventEmitter):
    """Base of Readable, Writable and Duplex."""

    _each_hears = ("data", "close")  # what one listener raises costs the others no chunk

    def __init__(self) -> None:
        super().__init__()
        self._stream_life = Life()

    @property
    def destroyed(self) -> bool:
        """True from the moment of destroy()."""
        return self._stream_life.phase >= DESTROYED

    @property
    def closed(self) -> bool:
        """True once the resource is given up; 'close' comes with it or right after."""
        return self._stream_life.phase >= CLOSED

    @property
    def errored(self) -> BaseException | None:
        """The error that ended the stream, or None."""
        return self._stream_life.errored

    def destroy(self: Self, error: BaseException | None = None) -> Self:
        """End the stream now: no more I/O, what is still queued is dropped. Node's ``destroy()``.

        :param error: when given, it is emitted as 'error' before 'close'.
        """
        if error is not None and not isinstance(error, BaseException):
            raise misuse.invalid_arg_type("error", "an exception or None", error)
        life = self._stream_life
        if life.guard is not None and not self._may_destroy():
            return self
        if life.phase:
            return self
        if life.errored is None:
            life.errored = error
        life.phase = DESTROYED
        try:
            self._destroy(error, self._after_destroy)
        except Exception as failure:
            if life.phase >= CLOSED:
                raise
            self._after_destroy(failure)
        return self

    def _error_or_destroy(self, error: BaseException) -> None:
        """What goes wrong on a stream that is already destroyed is nobody's concern any more."""
        if not self._stream_life.phase:
            self.destroy(error)

    def _note_error(self, error: BaseException | None) -> None:
        if error is not None and self._stream_life.errored is None:
            self._stream_life.errored = error

    def _after_destroy(self, error: BaseException | None) -> None:
        if self._stream_life.phase >= CLOSED:
            return  # the hook was done already
        self._note_error(error)
        self._stream_life.phase = CLOSED
        self._next_tick(self._emit_end_of_life, error)

    def _emit_end_of_life(self, error: BaseException | None) -> None:
        if error is not None and not self._stream_life.error_told:
            self._stream_life.error_told = True
            try:
                self.emit("error", error)
            finally:  # an 'error' nobody listens to is raised, and 'close' still comes
                self._stream_life.phase = TOLD
                self._emit_close()
        else:
            self._stream_life.phase = TOLD
            self._emit_close()

    # -- hooks -------------------------------------------------------------------------------------

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        raise NotImplementedError

    def _may_destroy(self) -> bool:
        """Whether destroy() is to go on, where the guard has something to look for."""
        return True

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        done(error)

    def _emit_close(self) -> None:
        self.emit("close")
