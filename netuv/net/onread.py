"""The option ``onread`` of a Socket: what arrives is copied to the caller's buffer, in place of 'data'.

A chunk that is larger than the buffer is handed over in pieces. What is left of it when the callback pauses
the socket, or raises, is kept, and nothing further is read before it is delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import checks, misuse
from netuv.net.endpoint import Endpoint


class OnRead(Endpoint):
    """The part of Socket that serves ``onread``."""

    _started: bool = False  # reading: uv_read_start is in force, or will be after what is left
    _onread: tuple[Any, Callable[..., Any]] | None = None
    _onread_buffer: Any = None  # the one to fill next
    _onread_rest: bytes = b""  # what arrived and was not handed to it yet
    _onread_scheduled: bool = False  # a tick will hand it the rest
    _onread_stopped: bool = False  # its callback answered False

    def _start_reading(self) -> None:
        raise NotImplementedError

    def _on_read_end(self, status: int) -> None:
        raise NotImplementedError

    def _set_onread(self, onread: Any) -> None:
        if not isinstance(onread, Mapping):
            raise misuse.invalid_arg_type("onread", "a dict of 'buffer' and 'callback'", onread)
        checks.check_options("onread", onread, ("buffer", "callback"))
        checks.check_callback("onread.callback", onread.get("callback"))
        buffer = onread.get("buffer")
        if not callable(buffer):
            self._onread_buffer = _checked_buffer(buffer)
        self._onread = (buffer, onread["callback"])

    def _on_read_into_buffer(self, handle: Any, data: bytes | None, status: int | None) -> None:
        if data:
            self._readable_state.received += len(data)
            if self._idle is not None:
                self._idle.active()
            self._onread_rest = data
            self._deliver()
        elif status is not None:
            self._on_read_end(status)

    def _deliver(self) -> None:
        """Hand what arrived to the onread callback, in pieces of its buffer's size, while it wants any."""
        assert self._onread is not None
        source, callback = self._onread
        try:
            while self._onread_rest and self._started:
                buffer, data = self._onread_buffer, self._onread_rest
                view = memoryview(buffer).cast("B")
                size = min(len(data), len(view))
                view[:size] = data[:size]
                self._onread_rest = data[size:]
                try:
                    go_on = callback(size, buffer) is not False
                finally:
                    if callable(source) and not self._stream_life.phase:
                        self._next_buffer()
                if not go_on and self._started:
                    self._onread_stopped = True
                    self._stop_reading()
        finally:
            if self._onread_rest and self._started:  # the callback raised
                self._handle.stop_read()
                self._schedule_rest()

    def _next_buffer(self) -> None:
        """Ask for the buffer to fill next; Node does so for a new handle, and after each callback."""
        assert self._onread is not None
        try:
            self._onread_buffer = _checked_buffer(self._onread[0]())
        except BaseException:
            self.destroy()
            raise

    def _schedule_rest(self) -> None:
        if not self._onread_scheduled:
            self._onread_scheduled = True
            self._next_tick(self._deliver_rest)

    def _deliver_rest(self) -> None:
        """Deliver what is left; the kernel is asked for more after that."""
        self._onread_scheduled = False
        try:
            self._deliver()
        finally:
            if self._started and not self._onread_rest and not self._onread_scheduled:
                self._start_reading()


def _checked_buffer(buffer: Any) -> Any:
    """A buffer for ``onread``; raises unless something can be written to it."""
    try:
        with memoryview(buffer) as view:
            size, writable = view.nbytes, not view.readonly and view.c_contiguous
    except TypeError:
        size, writable = 1, False
    if not writable:
        raise misuse.invalid_arg_type(
            "onread.buffer", "a writable buffer, or a function that returns one", buffer
        )
    if not size:
        raise misuse.invalid_arg_value("onread.buffer", buffer, "must not be empty")
    return buffer
