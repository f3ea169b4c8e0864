"""The option ``onread`` of a Socket: what arrives is copied to the caller's buffer, in place of 'data'.

A chunk that is larger than the buffer is handed over in pieces. What is left of it when the callback pauses
the socket, or raises, is kept, and nothing further is read before it is delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from netuv import checks, misuse

if TYPE_CHECKING:
    from netuv.net.connection import Connection


class OnRead:
    """Reads for one socket.

    :param option: a dict of 'buffer' and 'callback'; raises ERR_INVALID_ARG_TYPE for anything else.
    """

    __slots__ = ("_buffer", "_callback", "_rest", "_scheduled", "_socket", "_source", "_stopped")

    def __init__(self, socket: Connection, option: Any) -> None:
        if not isinstance(option, Mapping):
            raise misuse.invalid_arg_type("onread", "a dict of 'buffer' and 'callback'", option)
        checks.check_options("onread", option, ("buffer", "callback"))
        checks.check_callback("onread.callback", option.get("callback"))
        buffer = option.get("buffer")
        self._socket = socket
        self._callback: Callable[..., Any] = option["callback"]
        self._source: Callable[[], Any] | None = buffer if callable(buffer) else None
        self._buffer: Any = None if callable(buffer) else _checked_buffer(buffer)  # the one to fill next
        self._rest = b""  # what arrived and was not handed over yet
        self._scheduled = False  # a tick will hand it over
        self._stopped = False  # the callback has answered False

    def next_buffer(self) -> None:
        """Ask for the buffer to fill next; Node does so for a new handle, and after each callback.

        A callback that raised has its buffer filled again.
        """
        if self._source is not None:
            try:
                self._buffer = _checked_buffer(self._source())
            except BaseException:
                self._socket.destroy()
                raise

    def may_start(self) -> bool:
        """Whether the socket may read: not after the callback has answered False, until resume()."""
        if self._stopped and self._socket._readable_state.flowing is None:
            return False
        self._stopped = False
        return True

    def start(self, wire: Any) -> None:
        """Read, after what is left was delivered in a tick."""
        if self._rest or self._scheduled:
            self._schedule()
        else:
            wire.start_read(self._on_read)

    def forget(self) -> None:
        """The socket is destroyed."""
        self._rest = b""

    def _on_read(self, wire: Any, data: bytes | None, status: int | None) -> None:
        socket = self._socket
        if data:
            socket._readable_state.received += len(data)
            if socket._idle is not None:
                socket._idle.active()
            self._rest = data
            self._deliver()
        elif status is not None:
            socket._on_read_end(status)

    def _deliver(self) -> None:
        """Hand what arrived to the callback, in pieces of its buffer's size, while it wants any."""
        socket = self._socket
        try:
            while self._rest and socket._started:
                buffer, data = self._buffer, self._rest
                view = memoryview(buffer).cast("B")
                size = min(len(data), len(view))
                view[:size] = data[:size]
                self._rest = data[size:]
                go_on = self._callback(size, buffer) is not False
                if not socket.destroyed:
                    self.next_buffer()
                if not go_on and socket._started:
                    self._stopped = True
                    socket._readable_state.flowing = None  # so that resume() asks to read
                    socket._stop_reading()
        finally:
            if self._rest and socket._started:  # the callback raised
                socket._writable_state.wire.stop_read()
                self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._socket._next_tick(self._deliver_rest)

    def _deliver_rest(self) -> None:
        """Deliver what is left; the kernel is asked for more after that."""
        self._scheduled = False
        try:
            self._deliver()
        finally:
            if self._socket._started and not self._rest and not self._scheduled:
                self._socket._start_reading()


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
