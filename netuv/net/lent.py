"""Streams that another one works on: their bytes are its own from then on. TLS over a Socket is that.

``lend()`` makes a wire of a connected stream. A Socket gives up its own for it: what it has read ahead comes
first, what it has still to write goes out first, and then there is nothing between that wire and the new
owner. The Socket itself has a stand-in for it. It has ended as far as a program can tell, and what is left of
it is that both close together. Any other Duplex is used as it is, by 'data', write(), end() and destroy().
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netuv.net.socket import Socket
from netuv.stream import Duplex
from netuv.stream.encoding import encode
from netuv.uv import handles, wire
from netuv.uv.over import WireOver

OnRead = Callable[[Any, "bytes | None", "int | None"], object]
OnSent = Callable[[Any, "int | None"], object]
Later = Callable[[Callable[[], None]], None]


def lend(stream: Duplex, owner: Any, later: Later) -> tuple[Any, wire.Wire]:
    """The handle of a stream, and the wire to use in its place, which is its no longer.

    :param stream: connected; a Socket, or any other Duplex, of which the wire stands for the handle, too.
    :param owner: the stream that works on it from now on.
    :param later: calls a function after the current callback of the loop.
    """
    if isinstance(stream, Socket):
        stream._hand_over(owner)
    if isinstance(stream, Socket) and stream._handle is not None:
        return stream._handle, _SocketWire(stream, later)
    made = _DuplexWire(stream, later)
    return made, made


def host_of(stream: Duplex) -> str | None:
    """The name that a Socket was connected to, when connect() has looked it up."""
    return stream._host if isinstance(stream, Socket) else None


class _Lent:
    """What both have in common: what was read ahead comes in a tick."""

    def __init__(self, stream: Any, later: Later) -> None:
        self.stream = stream
        self._later = later
        self._on_read: OnRead | None = None
        self._ahead = _read_ahead(stream)

    def _take_ahead(self) -> None:
        if self._on_read is not None and self._ahead:
            data, self._ahead = self._ahead, b""
            self._on_read(self, data, None)


def _read_ahead(stream: Any) -> bytes:
    """What the stream has in its buffer; none of its listeners hears of it."""
    stream.remove_all_listeners("data")
    stream.remove_all_listeners("readable")
    parts = []
    while (chunk := stream.read()) is not None:
        parts.append(encode(chunk, stream.readable_encoding) if isinstance(chunk, str) else bytes(chunk))
    return b"".join(parts)


class _SocketWire(_Lent, WireOver):
    """The handle of a Socket, in other hands."""

    def __init__(self, socket: Socket, later: Later) -> None:
        _Lent.__init__(self, socket, later)
        socket._stop_reading()
        WireOver.__init__(self, socket._writable_state.wire)
        self._flushing = socket.writable
        self._unsent: list[tuple[bytes, OnSent]] = []  # waits for what the Socket has written itself
        self._on_shutdown: OnSent | None = None
        self._on_closed: Callable[[Any], object] | None = None
        socket._writable_state.wire = _StandIn(self)
        socket.end()  # which the stand-in hears of when all that the Socket has to write is written

    @property
    def write_queue_size(self) -> int:
        """As of Wire."""
        return sum(len(data) for data, _ in self._unsent) + super().write_queue_size

    def start_read(self, on_read: OnRead) -> None:
        """As of Wire."""
        self.check_open()
        self._on_read = on_read
        if self._ahead:
            self._later(self._take_ahead)
        self.lower.start_read(self._on_lower_read)

    def stop_read(self) -> None:
        """As of Wire."""
        self._on_read = None
        if not self.closed:
            self.lower.stop_read()

    def _on_lower_read(self, lower: Any, data: bytes | None, status: int | None) -> None:
        self._take_ahead()
        if self._on_read is not None:
            self._on_read(self, data, status)

    def send(self, data: Any, on_sent: OnSent) -> int:
        """As of Wire."""
        self.check_open()
        if self._flushing:
            whole = b"".join(data) if isinstance(data, (list, tuple)) else bytes(data)
            self._unsent.append((whole, on_sent))
            return len(whole)
        return int(self.lower.send(data, on_sent))

    def flushed(self) -> None:
        """The Socket has nothing to write any more."""
        self._flushing = False
        unsent, self._unsent = self._unsent, []
        for data, on_sent in unsent:
            if not self.lower.send(data, on_sent):
                on_sent(self, None)
        if self._on_shutdown is not None:
            on_done, self._on_shutdown = self._on_shutdown, None
            self.lower.shutdown(on_done)

    def shutdown(self, on_done: OnSent) -> None:
        """As of Wire."""
        self.check_open()
        if self._flushing:
            self._on_shutdown = on_done
        else:
            self.lower.shutdown(on_done)

    def close(self, on_closed: Callable[[Any], object] | None = None) -> None:
        """Close the Socket with it; its 'close' comes after."""
        self._on_closed = on_closed
        self._on_read = None
        if self.lower.closed and self.stream.closed:
            self._later(self.tell_closed)
        else:
            self.stream.destroy()

    def tell_closed(self) -> None:
        """The wire below is closed."""
        on_closed, self._on_closed = self._on_closed, None
        if on_closed is not None:
            on_closed(self)


class _StandIn(WireOver):
    """What a Socket has in the place of the handle that it has lent."""

    def __init__(self, lent: _SocketWire) -> None:
        super().__init__(lent.lower)
        self._lent = lent

    def start_read(self, on_read: OnRead) -> None:
        """Nothing comes this way any more."""

    def stop_read(self) -> None:
        """That is the other owner's to do."""

    def send(self, data: Any, on_sent: OnSent) -> int:
        """What the Socket had to write before."""
        return int(self.lower.send(data, lambda lower, status: on_sent(self, status)))

    def shutdown(self, on_done: OnSent) -> None:
        """The end of that. It is no end for the peer, and the Socket does not finish."""
        self._lent.flushed()

    def close(self, on_closed: Callable[[Any], object] | None = None) -> None:
        """Close the handle; the other owner hears of it first."""

        def on_lower_closed(handle: Any) -> None:
            try:
                self._lent.tell_closed()
            finally:
                if on_closed is not None:
                    on_closed(self)

        self.lower.close(on_lower_closed)


class _DuplexWire(_Lent, wire.Wire):
    """A Duplex that is no Socket, or has no handle."""

    def __init__(self, stream: Duplex, later: Later) -> None:
        super().__init__(stream, later)
        self.closed = False
        self.ref = True
        stream.on("data", self._on_data)
        stream.on("end", self._on_end)
        stream.pause()

    @property
    def write_queue_size(self) -> int:
        """As of Wire."""
        return int(self.stream.writable_length)

    def start_read(self, on_read: OnRead) -> None:
        """As of Wire."""
        self._on_read = on_read
        if self._ahead:
            self._later(self._take_ahead)
        if self.stream.readable_ended:
            self._later(self._on_end)
        self.stream.resume()

    def stop_read(self) -> None:
        """As of Wire."""
        self._on_read = None
        if not self.stream.destroyed:
            self.stream.pause()

    def _on_data(self, data: Any) -> None:
        if isinstance(data, str):
            data = encode(data, self.stream.readable_encoding)
        if self._on_read is not None:
            self._take_ahead()
        if self._on_read is not None:
            self._on_read(self, data, None)
        else:  # what a stream delivers that is slow to stop
            self._ahead += data

    def _on_end(self) -> None:
        on_read, self._on_read = self._on_read, None
        if on_read is not None:
            on_read(self, None, handles.EOF)

    def send(self, data: Any, on_sent: OnSent) -> int:
        """As of Wire."""
        stream = self.stream
        if not stream.writable:
            raise handles.UVError(handles.EPIPE, "broken pipe")
        if stream.write(b"".join(data) if isinstance(data, (list, tuple)) else bytes(data)):
            return 0
        stream.write(b"", lambda error: on_sent(self, _status(error)))  # after what is queued
        return int(stream.writable_length) or 1

    def shutdown(self, on_done: OnSent) -> None:
        """As of Wire."""
        self.stream.end(lambda error: on_done(self, _status(error)))

    def reset(self) -> None:
        """There is no such thing here; close() will be all that the peer sees."""

    def close(self, on_closed: Callable[[Any], object] | None = None) -> None:
        """Destroy the stream with it; its 'close' comes after."""
        self.closed = True
        self._on_read = None
        stream = self.stream
        stream.remove_listener("data", self._on_data)
        stream.remove_listener("end", self._on_end)

        def on_tick() -> None:
            try:
                if on_closed is not None:
                    on_closed(self)
            finally:
                stream.destroy()

        self._later(on_tick)


def _status(error: BaseException | None) -> int | None:
    if error is None:
        return None
    number = getattr(error, "errno", None)
    return -number if isinstance(number, int) and number > 0 else handles.EPIPE
