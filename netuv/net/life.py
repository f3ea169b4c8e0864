"""How a Socket ends, and begins anew by another connect().

connect() on a destroyed socket begins a new life, perhaps before the handle of the former one is closed and
while ticks of it wait. What is still to be told of a life (its 'error', its 'close') is noted by destroy(); a
tick of the stream layer that is about a former life is left out: each has a Life object of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import errors, misuse
from netuv.net.onread import OnRead
from netuv.stream import outgoing, state
from netuv.stream.base import Done
from netuv.stream.state import CLOSED, FINISHED, TOLD
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="SocketLife")


class SocketLife(OnRead):
    """The part of Socket that is about its end."""

    #: The Server that accepted it, or None. Node's ``server``.
    server: Any = None

    _attempt: Any = None  # the connecting.Attempt of the current connect()
    _resetting: bool = False
    _closing: tuple[bool, ...] = ()  # had_error of the lives whose handle libuv has still to close
    _steps: tuple[Callable[[], None], ...] = ()  # the 'connect' listeners that are netuv's own
    _unsent: Done | None = None  # of the write that waits for 'connect'

    def _at_connect(self, step: Callable[[], None]) -> None:
        raise NotImplementedError

    def _may_destroy(self) -> bool:
        """In a forked child only the child's descriptor is closed, without an event."""
        if self._loop.forked:
            self._give_up()
            return False
        self._loop.check_thread()
        return True

    def _leave_to_parent(self) -> None:
        """Right after a fork, in the child: what is under way is the parent's."""
        self._close_wire()
        if self._attempt is not None:
            self._attempt.cancelled = True
        if self._started and self._handle is not None:  # libuv may be about to read once more
            self._handle.stop_read()

    def _close_wire(self) -> None:
        self._writable_state.wire = self._writable_state.in_flight = None
        self._readable_state.forget_consumer()
        self._stream_life.guard = self._loop.check_thread

    def _give_up(self) -> None:
        self._stream_life.phase = max(self._stream_life.phase, CLOSED)
        self.connecting = False
        self._close_wire()
        if self._attempt is not None:
            self._attempt.cancelled = True
            self._attempt = None
        self._close_quietly()

    def destroy_soon(self) -> None:
        """Destroy the socket once all is written. Node's ``destroySoon()``."""
        if self._loop.forked:
            self._give_up()
            return
        if self.writable:
            self.end()
        if self._writable_state.phase == FINISHED:
            self.destroy()
        else:
            self._writable_state.soon = True

    def reset_and_destroy(self: Self) -> Self:
        """Close by a TCP reset: the peer sees ECONNRESET. Node's ``resetAndDestroy()``.

        While connecting it waits for 'connect'. Without a connection 'error' has code ERR_SOCKET_CLOSED.
        Raises ERR_INVALID_HANDLE_TYPE on a Unix socket.
        """
        if self._handle is None or self._loop.forked:
            return self.destroy(misuse.socket_closed())
        if not handles.can_reset(self._handle):
            raise misuse.invalid_handle_type()
        if self.connecting:
            self._at_connect(self._reset)
        else:
            self._reset()
        return self

    def _reset(self) -> None:
        if self._handle is not None:
            self._resetting = True
            self.destroy()

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        self.connecting = False
        self._writable_state.wire = None
        self._readable_state.forget_consumer()
        if self._idle is not None:
            self._idle.close()
            self._idle = None
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = None
        self._sockname = None
        if self._onread_rest:
            self._onread_rest = b""
        handle, self._handle = self._handle, None
        if handle is not None:
            if self._started:
                self._started = False
                handle.stop_read()
            if self._resetting:
                self._resetting = False
                status = handles.linger_zero(handle)
                if status is not None and error is None:
                    error = errors.from_status(status, "reset")
            self._closing += (error is not None,)
            handle.close(self._on_closed)
            if self._given_fd is not None:
                self._close_given_fd()
        if self._stream_life.errored is None:
            self._stream_life.errored = error
        self._stream_life.phase = CLOSED
        self._next_tick(self._tell_end, error, self._stream_life, handle is None)
        if self.server is not None:
            self.server._on_socket_destroyed()
        if self._steps:
            steps, self._steps = self._steps, ()
            for step in steps:
                self.remove_listener("connect", step)

    def _tell_end(self, error: BaseException | None, life: state.Life, without_handle: bool) -> None:
        """Emit 'error' a tick after destroy(), and 'close' when that has not to wait for a handle."""
        life.phase = TOLD
        if error is not None:
            life.error_told = True
        try:
            if error is not None:
                self.emit("error", error)
        finally:
            if without_handle:
                self._tell_close(error is not None)

    def _on_closed(self, handle: Any) -> None:
        if self._loop.forked or self._loop.closed:
            return
        # libuv tells of handles that were closed in one turn in the opposite order
        had_error, *others = self._closing
        self._closing = tuple(others)
        if self._loop.ticks.queue:  # the tick that emits 'error' may still be among them, after an exception
            self._next_tick(self._tell_close, had_error)
        else:
            self._tell_close(had_error)

    def _tell_close(self, had_error: bool) -> None:
        if self._handle is None:  # else a new life has begun, which is in the census
            self._loop.census.discard(self)
            if self._given_fd is not None:  # Ctrl-C has interrupted destroy()
                self._close_given_fd()
        try:
            self.emit("close", had_error)
        finally:
            if self._unsent is not None:
                self._tell_unsent()

    def _tell_unsent(self, had_error: bool = False) -> None:
        """At 'close', for a write that waited for 'connect'; not at the 'close' of a former life."""
        if self._stream_life.phase and self._unsent is not None:
            done, self._unsent = self._unsent, None
            self.remove_listener("close", self._tell_unsent)
            done(misuse.closed_before_connection())

    def _close_with_loop(self) -> None:
        self.destroy()

    # -- lives -------------------------------------------------------------------------------------

    def _begin_life(self) -> None:
        """connect() after destroy(): start over. The callbacks of the former life hear in a tick."""
        writing, errored = self._writable_state, self.errored
        if writing.writing or writing.queue or writing.end_callbacks:
            never = None
            if self._unsent is not None:
                never = misuse.closed_before_connection()
                self.remove_listener("close", self._tell_unsent)
            waiting = writing.current_callbacks
            if writing.queue is not None:
                waiting += writing.queue.callbacks()
            error = never or errored or misuse.stream_destroyed("write")
            self._next_tick(outgoing.call_all, self, waiting, error)
            ending = tuple(writing.end_callbacks or ())
            error = errored or misuse.stream_destroyed("end")
            self._next_tick(outgoing.call_all, self, ending, error)
        self._stream_life = state.Life()
        self._readable_state.begin_anew()
        writing.begin_anew()
        self._stream_life.guard = self._loop.check_thread
        self._unsent = self._peername = None
        self._onread_stopped = False
