"""How a Socket's bytes move, between its handle and the stream layer, which decides what happens when.

libuv calls back into the methods ``_on_<what>``; the ticks run after each of them (see netuv.loop.ticks).

Reading. ``_read()`` is uv_read_start, ``_stop_reading()`` is uv_read_stop. While the stream layer names a
consumer, what arrives is handed to it; everything else goes through ``push()``.

Writing. While there is a connection the handle is the stream layer's wire: ``send()`` is uv_try_write, and
what the kernel did not take goes to uv_write. What is written while connecting waits for 'connect'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from netuv import errors, misuse
from netuv.emitter import tell_arguments
from netuv.net.life import SocketLife
from netuv.stream import outgoing
from netuv.stream.base import Done
from netuv.stream.state import ENDED
from netuv.stream.writable import frozen
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Flow")

_UVError = handles.UVError


class Flow(SocketLife):
    """The part of Socket that reads and writes."""

    _reads_on = True

    @property
    def bytes_read(self) -> int:
        """Bytes received. Node's ``bytesRead``."""
        return self._readable_state.received

    # -- reading -----------------------------------------------------------------------------------

    def _read(self, size: int) -> None:
        if self.connecting or self._handle is None:
            self._at_connect(self._read_when_connected)
        elif not self._started and not self._onread_stopped:
            self._start_reading()

    def _read_when_connected(self) -> None:
        if self._readable_state.reading and not self._started and self._handle is not None:
            self._start_reading()

    def _start_reading(self) -> None:
        self._started = True
        if self._onread_rest or self._onread_scheduled:
            self._schedule_rest()
            return
        try:
            self._handle.start_read(self._on_read if self._onread is None else self._on_read_into_buffer)
        except _UVError as error:
            self._started = False
            self.destroy(errors.from_uv_error(error, "read"))

    def _stop_reading(self) -> None:
        self._readable_state.reading = False
        if self._started:
            self._started = False
            self._handle.stop_read()

    def _on_read(self, handle: Any, data: bytes | None, status: int | None) -> None:
        if data:
            state = self._readable_state
            state.received += len(data)
            if self._idle is not None:
                self._idle.active()
            if (
                state.consumer is None
                and state.flowing
                and state.decoder is None
                and len(self._events.get("data", ())) == 1
            ):
                self._find_consumer()
            consumer = state.consumer
            if consumer is not None:
                try:
                    consumer(data)
                except TypeError as error:  # it is the listener itself, so emit() is not there to say so
                    tell_arguments(error, "data", consumer, (data,))
                    raise
            elif not self.push(data) and self._started:
                self._stop_reading()
        elif status is not None:
            self._on_read_end(status)

    def _on_read_end(self, status: int) -> None:
        """End of stream, or an error; pyuv has called uv_read_stop already."""
        self._started = self._readable_state.reading = False
        if status != handles.EOF:
            self.destroy(errors.from_status(status, "read"))
        else:
            try:
                self.push(None)
            finally:
                if not self._readable_state.end_scheduled:
                    self.read(0)

    def resume(self: Self) -> Self:
        """As of Readable; with ``onread``, start again after its callback answered False."""
        if self._onread is not None and not self.connecting and self._handle is not None:
            self._onread_stopped = False
            if not self._started and not self._readable_state.phase:
                self._readable_state.reading = True
                self._start_reading()
        return super().resume()

    # -- writing -----------------------------------------------------------------------------------

    def _write(self, what: Any, done: Done) -> None:
        """Without a wire: wait for 'connect' or the end; with neither to come, the socket is closed."""
        if not self.connecting:
            done(misuse.socket_closed())
            return
        if not isinstance(what, list):
            what = frozen(what)

        def on_connect() -> None:
            self._unsent = None
            self.remove_listener("close", self._tell_unsent)
            outgoing.send(self, what)

        self._unsent = done
        self._at_connect(on_connect)
        self.on("close", self._tell_unsent)

    _writev = _write

    def _error_of_send(self, cause: Exception) -> BaseException:
        if isinstance(cause, _UVError):
            return errors.from_uv_error(cause, "write")
        return cause

    def _on_sent(self, wire: Any, status: int | None) -> None:
        state = self._writable_state
        if wire is not state.in_flight:
            return  # of a former life, whose callbacks _begin_life() has seen to
        state.in_flight = None
        if self._stream_life.phase:
            outgoing.done(self, self._stream_life.errored or misuse.stream_destroyed("write"))
        elif status is not None:
            outgoing.done(self, errors.from_status(status, "write"))
        else:
            if self._idle is not None:
                self._idle.active()
            outgoing.done(self, None)

    def _ended_error(self) -> BaseException:
        if self._readable_state.phase == ENDED and not self.allow_half_open:
            return errors.this_socket_ended_by_other_party()
        return super()._ended_error()

    def _final(self, done: Done) -> None:
        """Send the FIN, once there is a connection."""
        if self._writable_state.wire is None:
            self._at_connect(lambda: self._final(done))
            return

        def on_shutdown(handle: Any, status: int | None) -> None:
            if handle is self._writable_state.wire:  # else of a former life
                done(None)

        try:
            self._handle.shutdown(on_shutdown)
        except _UVError as error:
            if error.args[0] == handles.ENOTCONN:
                done(None)
            else:
                done(errors.from_uv_error(error, "shutdown"))
