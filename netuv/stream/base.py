"""What both directions of a stream share: how it begins, being destroyed, and the order 'error' then 'close'.

A stream with ``_construct(callback)`` is being constructed from a tick after it was made until a tick after
the callback was called: what is written waits so long, and nothing is read.

A stream ends its life once, through ``destroy()``:

1. ``destroyed`` becomes True, and the hook ``_destroy(error, callback)`` gives up its resource, once it is
   constructed;
2. ``callback(error)`` makes ``closed`` True and leaves the rest to a tick, so that no event comes before the
   caller of ``destroy()`` has returned;
3. the tick emits 'error', at most once in a stream's life, and then 'close'.

``destroy()`` again is a no-op, so everything that goes wrong may simply call it: the first to do so
decides which error is heard. With ``auto_destroy=False`` what goes wrong is an 'error' and nothing else.

Hooks of a stream: ``_construct(callback)``, ``_destroy(error, callback)``; both are options too. Of a
transport, besides: ``_next_tick(callback, *args)`` runs something after the current callback, on the thread's
own loop where nothing else is said, and ``_emit_close()`` may be replaced when 'close' has to wait for the
resource itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from netuv import abort, checks, errors, misuse
from netuv.emitter import EventEmitter
from netuv.stream import high_water_mark
from netuv.stream.state import CLOSED, DESTROYED, TOLD, Life

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Stream")


# What the hooks call when they are done: with the error, or with None, or without anything.
Done = Callable[..., None]


class Stream(EventEmitter):
    """Base of Readable, Writable and Duplex."""

    _each_hears = ("data", "close")  # what one listener raises costs the others no chunk

    #: The names of the options; a subclass has more.
    _options: ClassVar[tuple[str, ...]] = (
        *("auto_destroy", "capture_rejections", "construct", "destroy", "emit_close", "loop", "signal"),
    )
    _auto_destroy: bool = True
    _emits_close: bool = True
    _destroyed_with: BaseException | None = None  # what destroy() was given that waits for _construct()

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        EventEmitter.__init__(self)
        self._make_state()
        if options is not None or keywords or high_water_mark.changed:
            if options is not None:
                checks.check_options(type(self).__name__, options, self._options)
                keywords = {**options, **keywords}
            checks.check_options(type(self).__name__, keywords, self._options)
            self._take_options({name: value for name, value in keywords.items() if value is not None})
        if self._construct is not None:
            self._stream_life.constructing = True
            self._next_tick(self._begin_construct)
        signal = keywords.get("signal")
        if signal is not None:
            abort.on_abort(
                signal,
                lambda: self.destroy(errors.abort_error(signal.reason)),
                owner=self,
                tick=lambda react: react(),
            )

    def _make_state(self) -> None:
        """Make its life, and the state of each half."""
        self._stream_life = Life()

    def _take_options(self, given: Mapping[str, Any]) -> None:
        """Those of each half; None was none."""
        if not given.get("auto_destroy", True):
            self._auto_destroy = False
        if "capture_rejections" in given:
            self.capture_rejections = checks.check_bool("capture_rejections", given["capture_rejections"])
        if not given.get("emit_close", True):
            self._emits_close = False
        if "loop" in given:
            self._next_tick = given["loop"].next_tick  # type: ignore[method-assign]
        self._take_hooks(given, "construct", "destroy")

    def _take_hooks(self, given: Mapping[str, Any], *names: str) -> None:
        for name in names:
            if name in given:
                checks.check_callback(name, given[name])
                setattr(self, f"_{name}", given[name])

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
        if life.constructing:
            self._destroyed_with = error
            return self
        try:  # _give_up_resource() without a call
            self._destroy(error, self._after_destroy)
        except Exception as failure:
            self._after_failure(failure)
        return self

    def _give_up_resource(self, error: BaseException | None) -> None:
        try:
            self._destroy(error, self._after_destroy)
        except Exception as failure:
            self._after_failure(failure)

    def _after_failure(self, failure: Exception) -> None:
        """_destroy() has raised."""
        if self._stream_life.phase >= CLOSED:
            raise failure
        self._after_destroy(failure)

    def _error_or_destroy(self, error: BaseException, later: bool = False) -> None:
        """What goes wrong on a stream that is already destroyed is nobody's concern any more.

        :param later: without auto_destroy, emit 'error' in a tick: the caller has to return first.
        """
        if self._stream_life.phase:
            return
        if self._auto_destroy:
            self.destroy(error)
            return
        self._note_error(error)
        if later:
            self._next_tick(self._emit_error, error)
        else:
            self._emit_error(error)

    def _note_error(self, error: BaseException | None) -> None:
        if error is not None and self._stream_life.errored is None:
            self._stream_life.errored = error

    def _after_destroy(self, error: BaseException | None = None) -> None:
        if self._stream_life.phase >= CLOSED:
            return  # the hook was done already
        self._note_error(error)
        self._stream_life.phase = CLOSED
        self._next_tick(self._emit_end_of_life, error)

    def _emit_end_of_life(self, error: BaseException | None) -> None:
        try:
            if error is not None:
                self._emit_error(error)
        finally:  # an 'error' nobody listens to is raised, and 'close' still comes
            self._stream_life.phase = TOLD
            self._emit_close()

    def _emit_error(self, error: BaseException) -> None:
        if not self._stream_life.error_told:
            self._stream_life.error_told = True
            self.emit("error", error)

    # -- being constructed -------------------------------------------------------------------------

    def _begin_construct(self) -> None:
        assert self._construct is not None
        try:
            self._construct(self._construct_done)
        except Exception as error:
            self._construct_done(error)

    def _construct_done(self, error: BaseException | None = None) -> None:
        self._next_tick(self._after_construct, error)

    def _after_construct(self, error: BaseException | None) -> None:
        life = self._stream_life
        if not life.constructing:
            self._error_or_destroy(error or misuse.multiple_callback())
            return
        life.constructing = False
        if life.phase:  # by a destroy() that had to wait
            self._give_up_resource(self._destroyed_with or error)
        elif error is not None:
            self._error_or_destroy(error, later=True)
        else:
            self._on_constructed()

    def _on_constructed(self) -> None:
        """Each half goes on with what had to wait."""

    # -- hooks -------------------------------------------------------------------------------------

    #: Not there: nothing is to be prepared.
    _construct: Callable[[Done], object] | None = None

    def _on_rejection(self, error: Exception, event: str, *args: Any) -> None:
        """An async listener has raised ``error``."""
        self.destroy(error)

    def _tell_task(self, error: BaseException) -> NoReturn:
        """A task that waits is to hear what has ended the stream."""
        raise error.with_traceback(None)

    def _may_destroy(self) -> bool:
        """Whether destroy() is to go on, where the guard has something to look for."""
        return True

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        done(error)

    def _emit_close(self) -> None:
        if self._emits_close:
            self.emit("close")


def set_default_tick(next_tick: Callable[..., None]) -> None:
    """What runs a tick for what has no way of its own: this package, and the emitter, know no loop."""
    EventEmitter._next_tick = staticmethod(next_tick)  # type: ignore[method-assign]
