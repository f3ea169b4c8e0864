"""AbortController and AbortSignal: one switch that ends what was given its signal.

The small part of the web's interface that Node's net takes as the option ``signal``: connect() and
Socket() destroy the socket with an AbortError, listen() closes the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netuv import errors
from netuv.emitter import EventEmitter

if TYPE_CHECKING:
    from netuv.server import Server
    from netuv.stream import Stream


class AbortSignal(EventEmitter):
    """Tells whether an AbortController was used; emits 'abort' once when it is."""

    #: True after abort().
    aborted: bool = False
    #: What abort() was given; an AbortError by default.
    reason: Any = None

    @classmethod
    def abort(cls, reason: Any = None) -> AbortSignal:
        """A signal that is aborted already. ``AbortSignal.abort()``."""
        controller = AbortController()
        controller.abort(reason)
        return controller.signal

    def throw_if_aborted(self) -> None:
        """Raise the reason once aborted. ``signal.throwIfAborted()``."""
        if self.aborted:
            if isinstance(self.reason, BaseException):
                raise self.reason
            raise errors.abort_error(self.reason)


class AbortController:
    """``signal`` is to be given away, ``abort()`` to be called."""

    def __init__(self) -> None:
        self.signal = AbortSignal()

    def abort(self, reason: Any = None) -> None:
        """Abort all that listens to the signal; once, further calls do nothing."""
        signal = self.signal
        if not signal.aborted:
            signal.aborted = True
            signal.reason = errors.abort_error() if reason is None else reason
            try:
                signal.emit("abort")
            finally:  # those that a listener in front of them has left out by an exception
                for listener in signal._events.get("abort", ()):
                    if type(listener) is _Reactions:
                        signal.remove_listener("abort", listener)
                        listener()


def _check(signal: Any) -> AbortSignal:
    if not isinstance(signal, AbortSignal):
        raise errors.invalid_arg_type("signal", "an AbortSignal", signal)
    return signal


class _Reactions:
    """What is to happen at 'abort' for many sockets: one listener, however many there are.

    It has the place of the first of them among the listeners of the user; what is added after another
    listener goes to a new one, so that all run in the order in which they were added, as in Node.
    """

    def __init__(self) -> None:
        self.waiting: dict[object, Callable[[], object]] = {}

    def __call__(self) -> None:
        waiting, self.waiting = self.waiting, {}
        failure = None
        for react in waiting.values():
            try:
                react()
            except BaseException as error:
                failure = failure or error
        if failure is not None:
            raise failure


def _react(signal: AbortSignal, react: Callable[[], object], owner: EventEmitter) -> None:
    """Call ``react()`` at 'abort', unless ``owner`` has emitted 'close' by then."""
    listeners = signal._events.get("abort", ())
    reactions = listeners[-1] if listeners and type(listeners[-1]) is _Reactions else None
    if reactions is None:
        reactions = _Reactions()
        signal._add_listener("abort", reactions)
    key = object()
    reactions.waiting[key] = react

    def forget(*args: object) -> None:
        if reactions.waiting.pop(key, None) and not reactions.waiting:
            signal.remove_listener("abort", reactions)

    owner.prepend_once_listener("close", forget)


def destroy_on_abort(signal: Any, stream: Stream) -> None:
    """Destroy the stream with an AbortError when the signal is aborted, in a tick if it is already."""
    signal = _check(signal)

    def on_abort() -> None:
        stream.destroy(errors.abort_error(signal.reason))

    if signal.aborted:
        stream._tick(on_abort)
    else:
        _react(signal, on_abort, stream)


def close_on_abort(signal: Any, server: Server) -> None:
    """Close the server when the signal is aborted, in a tick if it is already."""
    signal = _check(signal)
    if signal.aborted:
        server._loop.next_tick(server.close)
    else:
        _react(signal, server.close, server)
