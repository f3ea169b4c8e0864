"""AbortController and AbortSignal: one switch that ends what was given its signal.

The small part of the web's interface that Node's net takes as the option ``signal``: connect() and
Socket() destroy the socket with an AbortError, listen() closes the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from netuv import errors, misuse
from netuv.emitter import EventEmitter

if TYPE_CHECKING:
    from netuv.net.server import Server
    from netuv.stream import Stream


class AbortSignal(EventEmitter):
    """Tells whether an AbortController was used; emits 'abort' once when it is."""

    #: True after abort().
    aborted: bool = False
    #: What abort() was given; an AbortError by default.
    reason: Any = None

    _max_listeners = 0  # one for very many sockets is no mistake

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
            finally:  # what a listener in front of it has left out by an exception
                for listener in signal.raw_listeners("abort"):
                    if type(listener) is _Reaction:
                        signal.remove_listener("abort", listener)
                        listener()


def _check(signal: Any) -> AbortSignal:
    if not isinstance(signal, AbortSignal):
        raise misuse.invalid_arg_type("signal", "an AbortSignal", signal)
    return signal


class _Reaction:
    """What is to happen at 'abort', once: a listener in its place among those of the user, as in Node."""

    __slots__ = ("_react",)

    def __init__(self, react: Callable[[], object]) -> None:
        self._react: Callable[[], object] | None = react

    def __call__(self) -> None:
        react, self._react = self._react, None
        if react is not None:
            react()


def _react(signal: AbortSignal, react: Callable[[], object], owner: EventEmitter) -> None:
    """Call ``react()`` at 'abort', unless ``owner`` has emitted 'close' by then."""
    reaction = _Reaction(react)
    signal.on("abort", reaction)
    owner.prepend_once_listener("close", lambda *args: signal.remove_listener("abort", reaction))


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
