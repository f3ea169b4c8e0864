"""``Connection``: a duplex stream over a wire. It moves bytes, and ends; how it was made is not known here.

The wire is what bytes go through. It has the methods of ``netuv.uv.wire.Wire``; a handle of libuv's is its
own wire. ``_open_wire()`` is the one place where a connection gets it. When what happens is decided by the
stream layer.

Reading. ``_read()`` is uv_read_start, ``_stop_reading()`` is uv_read_stop. While the stream layer names a
consumer, what arrives is handed to it; everything else goes through ``push()``.

Writing. ``send()`` is uv_try_write, and what the kernel did not take goes to uv_write. What is written while
there is no wire waits for 'connect'.

The end. The handle goes with destroy(); 'close' is emitted when libuv has closed it. connect() on a
destroyed socket begins a new life, perhaps before the handle of the former one is closed and while ticks of
it wait. What is still to be told of a life (its 'error', its 'close') is noted by destroy(); a tick of the
stream layer that is about a former life is left out: each has a Life object of its own.

The methods ``_on_<what>`` are called by the wire; the ticks run after each of them (see netuv.loop.ticks).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, errors, misuse
from netuv.context import unwrap
from netuv.emitter import tell_arguments
from netuv.net.methods import Methods
from netuv.net.owner import HandleOwner
from netuv.net.rare import Rare, own, rarely, tell_of_close
from netuv.stream import outgoing, state
from netuv.stream.base import Done
from netuv.stream.state import CLOSED, ENDED, FINAL, FINISHED, OPEN, TOLD
from netuv.timers import IdleTimer, to_number
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Connection")

_UVError = handles.UVError
_END = Methods.end


def _explain(error: TypeError, consumer: Any, data: bytes) -> None:
    """The consumer is the 'data' listener itself, so emit() is not there to say what it was called with."""
    tell_arguments(error, "data", unwrap(consumer), (data,))


class Connection(HandleOwner, Methods):
    """The part of Socket that any connection has, whatever it is a connection to."""

    allow_half_open = False
    _reads_on = True
    _explain = staticmethod(_explain)
    _drain_mark = 0  # write() answers True when all of it reached the kernel

    #: True from connect() to 'connect'. Node's ``connecting``.
    connecting: bool = False
    #: The idle timeout in ms, or None when none was set. Node's ``timeout``.
    timeout: float | None = None
    #: The Server that accepted it, or None. Node's ``server``.
    server: Any = None

    _rare: Rare
    _attempt, _steps, _unsent = rarely("attempt"), rarely("steps"), rarely("unsent")
    _onread, _resetting, _given_fd = rarely("onread"), rarely("resetting"), rarely("given_fd")
    _idle: IdleTimer | None = None
    _started: bool = False  # reading: uv_read_start is in force, or will be after what onread has left
    _closing: tuple[bool, ...] = ()  # had_error of the lives whose handle libuv has still to close

    def _open_wire(self) -> None:
        """There is a connection, on the handle. A subclass may put another wire over it."""
        self._writable_state.wire = self._handle
        self._stream_life.guard = self._loop.check_thread if self._loop.debug else None

    def _close_wire(self) -> None:
        writing = self._writable_state
        writing.wire = None
        if writing.pending.in_flight is not None:
            writing.pending.in_flight = None
        self._readable_state.forget_consumer()
        self._stream_life.guard = self._loop.check_thread

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        loop = self._loop
        if loop.ticks.ready and not loop.debug:
            loop.ticks.queue.append((callback, args))
        elif not loop.closed:  # nothing of a closed loop is heard of any more
            loop.next_tick(callback, *args)

    def _at_connect(self, step: Callable[[], None]) -> None:
        """Do something at 'connect', in the order of registration among its listeners, as Node does."""
        own(self).steps += (step,)
        self.once("connect", step)

    # -- reading -----------------------------------------------------------------------------------

    def _read(self, size: int = 0) -> None:
        if self.connecting or self._handle is None:
            if not self._stream_life.phase:  # else a 'connect' listener has destroyed it
                self._at_connect(self._read)
        elif self._rare.onread is not None and not self._rare.onread.may_start():
            self._readable_state.reading = False
        elif self._readable_state.reading and not self._started:
            self._start_reading()

    def _start_reading(self) -> None:
        self._started = True
        wire = self._writable_state.wire
        try:
            if self._rare.onread is not None:
                self._rare.onread.start(wire)
            else:
                self._readable_state.owner = self
                wire.start_flow(self._readable_state)
        except _UVError as error:
            self._started = False
            self.destroy(errors.from_uv_error(error, "read"))
        if self._loop.host is not None:
            self._loop.touch()

    def _stop_reading(self) -> None:
        self._readable_state.reading = False
        if self._started:
            self._started = False
            self._writable_state.wire.stop_read()

    def _on_read(self, wire: Any, data: bytes | None, status: int | None) -> None:
        if data:
            state = self._readable_state
            state.received += len(data)
            if self._idle is not None:
                self._idle.active()
            if (
                state.consumer is None
                and state.flowing
                and state.rare.decoder is None
                and len(self._events.get("data", ())) == 1
            ):
                self._find_consumer()
            consumer = state.consumer
            if consumer is not None:
                state.did_read = True
                try:
                    consumer(data)
                except TypeError as error:
                    self._explain(error, consumer, data)
                    raise
            elif not self.push(data) and self._started:
                self._stop_reading()
        elif status is not None:
            self._on_read_end(status)

    def _on_read_end(self, status: int) -> None:
        """End of stream, or an error; pyuv has called uv_read_stop already."""
        reading = self._readable_state
        self._started = reading.reading = False
        if status != handles.EOF:
            self.destroy(errors.from_status(status, "read"))
        elif (
            reading.consumer is not None
            and not (self.allow_half_open or self._stream_life.errored or self._loop.ticks.queue)
            and not ("readable" in self._events or "end" in self._events)
        ):
            reading.phase = ENDED  # nobody hears of it, and no tick would come in between
            reading.need_readable = False
            writing = self._writable_state
            if writing.phase == FINISHED:
                self.destroy()
            elif writing.phase == OPEN:
                if writing.queue is None and not writing.writing and type(self).end is _END:
                    outgoing.begin_final(self)
                else:
                    self.end()
        else:
            try:
                self.push(None)
            finally:
                if not reading.end_scheduled:
                    self.read(0)

    # -- writing -----------------------------------------------------------------------------------

    def _on_sent(self, wire: Any, status: int | None) -> None:
        state = self._writable_state
        if wire is not state.pending.in_flight:
            return  # of a former life, whose callbacks connecting.begin_anew() has seen to
        state.pending.in_flight = None
        if self._idle is not None:
            self._idle.active()
        outgoing.done(self, None if status is None else errors.from_status(status, "write"))

    def _final(self, done: Done) -> None:
        """Send the FIN, once there is a connection; when none is to come there is nothing to do."""
        wire = self._writable_state.wire
        if wire is None:
            if self.connecting:
                self._at_connect(lambda: self._final(done))
            else:
                done(None)
            return
        try:
            wire.shutdown(self._on_shutdown)
            if self._loop.host is not None:
                self._loop.touch()
        except _UVError as error:
            done(None if error.args[0] == handles.ENOTCONN else errors.from_uv_error(error, "shutdown"))

    def _on_shutdown(self, wire: Any, status: int | None) -> None:
        state, reading = self._writable_state, self._readable_state
        if wire is not state.wire:
            return  # of a former life
        if (
            reading.consumer is not None
            and state.phase == FINAL
            and not (state.pending.end_callbacks or self._stream_life.errored or self._loop.ticks.queue)
            and not ("prefinish" in self._events or "finish" in self._events)
        ):
            state.phase = FINISHED  # as above
            if reading.phase == ENDED or state.pending.soon:
                self.destroy()
        else:
            self._after_final()

    # -- silence -----------------------------------------------------------------------------------

    def set_timeout(self: Self, timeout: float, callback: Callable[[], object] | None = None) -> Self:
        """Emit 'timeout' after so many idle ms; the socket stays open. Node's ``setTimeout()``.

        :param timeout: in ms; 0 ends it; over 2**31 - 1 counts as that, with a TimeoutOverflowWarning.
            Reads, writes and the progress of a queued write count as activity.
        :param callback: a one-time listener of 'timeout'; with 0 it is taken away instead.
        """
        if isinstance(timeout, bool):
            raise misuse.invalid_arg_type("timeout", "a number of milliseconds", timeout)
        timeout = to_number("timeout", timeout)
        if not 0 <= timeout < float("inf"):
            raise misuse.out_of_range("timeout", "a non-negative finite number", timeout)
        if callback is not None:
            checks.check_callback("callback", callback)
        self._loop.check_thread()
        if self._stream_life.phase:
            return self
        self.timeout = timeout
        if self._idle is not None:
            self._idle.close()
            self._idle = self._readable_state.idle = None
        if timeout:
            self._idle = self._readable_state.idle = IdleTimer(self._loop, timeout, self)
            if callback is not None:
                self.once("timeout", callback)
        elif callback is not None:
            self.remove_listener("timeout", callback)
        return self

    def _on_timeout(self) -> None:
        pending, idle = self._writable_state.pending, self._idle
        length = pending.in_flight.write_queue_size if pending.in_flight is not None else pending.seen_length
        if length != pending.seen_length and idle is not None:
            pending.seen_length = length
            idle.active()
        else:
            self.emit("timeout")

    # -- the end -----------------------------------------------------------------------------------

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
            self._writable_state.own_pending().soon = True

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        self.connecting = False
        reading, writing = self._readable_state, self._writable_state
        wire = writing.wire or self._handle
        writing.wire = reading.consumer = reading.owner = None
        if reading.reader is not None:
            reading.reader.wake_soon()
        if self._idle is not None:
            self._idle.close()
            self._idle = reading.idle = None
        rare = self._rare
        if rare.attempt is not None:
            rare.attempt.cancel()
            rare.attempt = None
        if rare.onread is not None:
            rare.onread.forget()
        handle, self._handle = self._handle, None
        if handle is not None:
            if self._started:
                self._started = False
                wire.stop_read()
            if rare.resetting:
                rare.resetting = False
                status = handles.linger_zero(wire)
                if status is not None and error is None:
                    error = errors.from_status(status, "reset")
            self._closing += (error is not None,)
            wire.close(self._on_closed)
            if rare.given_fd is not None:
                self._close_given_fd()
        life = self._stream_life
        if life.errored is None:
            life.errored = error
        both_ended = reading.phase == ENDED and writing.phase == FINISHED
        if both_ended and error is None and handle is not None:
            life.phase = TOLD  # no event is left but 'close'
        else:
            life.phase = CLOSED
            self._next_tick(self._tell_end, error, life, handle is None)
        if self.server is not None:
            self.server._on_socket_destroyed()
        if rare.steps:
            steps, rare.steps = rare.steps, ()
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
        except BaseException:
            if without_handle:  # who hears of the exception hears of it first
                self._next_tick(self._tell_close, True)
            raise
        if without_handle:
            self._tell_close(error is not None)

    def _on_closed(self, wire: Any) -> None:
        loop = self._loop
        if loop.forked or loop.closed:
            return
        # libuv tells of handles that were closed in one turn in the opposite order
        had_error, self._closing = self._closing[0], self._closing[1:]
        if loop.ticks.queue:  # the tick that emits 'error' may still be among them, after an exception
            self._next_tick(self._tell_close, had_error)
        else:
            self._tell_close(had_error)

    def _tell_close(self, had_error: bool) -> None:
        if self._handle is None:  # else a new life has begun, which is in the census
            self._loop.census.by_id.pop(id(self), None)
            if self._rare.given_fd is not None:  # Ctrl-C has interrupted destroy()
                self._close_given_fd()
        try:
            self.emit("close", had_error)
        finally:
            if self._rare.unsent is not None or self._rare.waiters:
                tell_of_close(self)

    def _tell_unsent(self, had_error: bool = False) -> None:
        """At 'close', for a write that waited for 'connect'; not at the 'close' of a former life."""
        if self._stream_life.phase and self._unsent is not None:
            done, self._unsent = self._unsent, None
            self.remove_listener("close", self._tell_unsent)
            done(misuse.closed_before_connection())

    def _close_with_loop(self) -> None:
        self.destroy()

    # -- the end, after a fork -----------------------------------------------------------------------

    def _may_destroy(self) -> bool:
        """In a forked child only the child's descriptor is closed, without an event."""
        if self._loop.forked:
            self._give_up()
            return False
        self._loop.check_thread()
        return True

    def _leave_to_parent(self) -> None:
        """Right after a fork, in the child: what is under way is the parent's."""
        if self._started and self._handle is not None:  # libuv may be about to read once more
            self._started = False
            self._writable_state.wire.stop_read()
        self._close_wire()
        if self._attempt is not None:
            self._attempt.cancelled = True

    def _give_up(self) -> None:
        self._stream_life.phase = max(self._stream_life.phase, CLOSED)
        self.connecting = False
        self._close_wire()
        if self._attempt is not None:
            self._attempt.cancelled = True
            self._attempt = None
        self._close_quietly()
