"""What a Socket says about its connection, and what can be set on it.

Nothing in here moves data. Settings are kept, and applied when there is a handle: at once, or by
``_apply_settings()`` when the connection is made. Addresses are asked of the handle once; the peer's is
remembered after close when it was read before, as in Node.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from netuv import checks, errors, misuse
from netuv.address import AddressInfo
from netuv.net import options as opts
from netuv.net.owner import HandleOwner
from netuv.stream import Duplex
from netuv.timers import IdleTimer, to_number
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Endpoint")


class Endpoint(HandleOwner, Duplex):
    """The part of Socket that is about its connection as a whole."""

    #: True from connect() to 'connect'. Node's ``connecting``.
    connecting: bool = False
    #: The idle timeout in ms, or None when none was set. Node's ``timeout``.
    timeout: float | None = None

    _idle: IdleTimer | None = None
    _no_delay: bool = False
    _keep_alive: bool = False
    _keep_alive_delay: int = 0  # s
    _tos: int = 0
    _peername: AddressInfo | None = None
    _sockname: AddressInfo | None = None

    # -- settings ----------------------------------------------------------------------------------

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
            self._idle = None
        if timeout == 0:
            if callback is not None:
                self.remove_listener("timeout", callback)
        else:
            self._idle = IdleTimer(self._loop, timeout, self)
            if callback is not None:
                self.once("timeout", callback)
        return self

    def _on_timeout(self) -> None:
        writing = self._writable_state
        if writing.in_flight is not None:
            length = writing.in_flight.write_queue_size
            if length != writing.seen_length:
                writing.seen_length = length
                assert self._idle is not None
                self._idle.active()
                return
        self.emit("timeout")

    def set_no_delay(self: Self, no_delay: bool = True) -> Self:
        """Switch Nagle's algorithm off (True) or on. Node's ``setNoDelay()``."""
        self._loop.check_thread()
        no_delay = bool(no_delay)
        if self._no_delay != no_delay:
            self._no_delay = no_delay
            if not self.pending:
                self._apply_no_delay()
        return self

    def set_keep_alive(self: Self, enable: bool = False, initial_delay: float = 0) -> Self:
        """Switch TCP keep-alive on or off. Node's ``setKeepAlive()``.

        :param initial_delay: ms from the last data to the first probe (whole seconds are used); 0 leaves
            it as it is. Raises ERR_OUT_OF_RANGE over 32767 s, which the kernel refuses.
        """
        delay = opts.check_delay("initial_delay", initial_delay) // 1000
        self._loop.check_thread()
        enable = bool(enable)
        if enable != self._keep_alive or (enable and delay != self._keep_alive_delay):
            self._keep_alive = enable
            self._keep_alive_delay = delay
            if not self.pending:
                self._apply_keep_alive()
        return self

    def _apply_settings(self) -> None:
        if self._no_delay:
            self._apply_no_delay()
        if self._keep_alive:
            self._apply_keep_alive()
        if self._tos and handles.is_tcp(self._handle):
            with suppress(OSError):
                handles.type_of_service(self._handle, self._tos)
        if not self._ref:
            self._handle.ref = False

    # The kernel's answer to these two is of no interest, as in Node: the connection works all the same.

    def _apply_no_delay(self) -> None:
        if handles.is_tcp(self._handle):
            with suppress(handles.UVError):
                self._handle.nodelay(self._no_delay)

    def _apply_keep_alive(self) -> None:
        if handles.is_tcp(self._handle):
            with suppress(OSError, handles.UVError):
                handles.set_keep_alive(self._handle, self._keep_alive, self._keep_alive_delay)

    def set_type_of_service(self: Self, tos: int) -> Self:
        """Set the IP TOS or IPv6 traffic class, 0 to 255. Node's ``setTypeOfService()``.

        Raises a NetError when there is a connection and the kernel refuses.
        """
        tos = checks.check_int("tos", tos, 0, 255)
        self._loop.check_thread()
        self._tos = tos
        if not self.pending and handles.is_tcp(self._handle):
            self._type_of_service("setTypeOfService", self._tos)
        return self

    def get_type_of_service(self) -> int:
        """The IP TOS or IPv6 traffic class; without a TCP connection what was set, or 0.

        Node's ``getTypeOfService()``.
        """
        if self.pending or not handles.is_tcp(self._handle):
            return self._tos
        return self._type_of_service("getTypeOfService")

    def _type_of_service(self, syscall: str, tos: int | None = None) -> int:
        try:
            return handles.type_of_service(self._handle, tos)
        except OSError as error:
            raise errors.from_status(-(error.errno or 0), syscall) from error

    def ref(self: Self) -> Self:
        """Keep the loop running while this socket is open (the default). Node's ``ref()``."""
        return self._set_ref(True)

    def unref(self: Self) -> Self:
        """Do not keep the loop running for this socket. Node's ``unref()``."""
        return self._set_ref(False)

    # -- facts -------------------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """True while there is no connection: before connect(), while connecting, and in 'close'."""
        return self._handle is None or self.connecting

    @property
    def ready_state(self) -> str:
        """'opening', 'open', 'readOnly', 'writeOnly' or 'closed'. Node's ``readyState``."""
        if self.connecting:
            return "opening"
        if self.readable:
            return "open" if self.writable else "readOnly"
        return "writeOnly" if self.writable else "closed"

    @property
    def writable_length(self) -> int:
        """Bytes in user memory: waiting for 'connect', or in libuv's queue. Node's ``writableLength``."""
        state = self._writable_state
        if state.in_flight is not None and self._handle is not None:
            waiting: int = state.length - state.current_length + state.in_flight.write_queue_size
            return waiting
        return state.length

    @property
    def buffer_size(self) -> int:
        """The same as writable_length. Node's ``bufferSize``."""
        return self.writable_length

    @property
    def bytes_written(self) -> int:
        """Bytes sent, and those that are queued. Node's ``bytesWritten``."""
        state = self._writable_state
        in_libuv = state.current_length if state.in_flight is not None else 0
        return state.sent + state.length - in_libuv

    def address(self) -> AddressInfo | None:
        """The local end (address, family, port); None without one. Node's ``address()``."""
        if self._sockname is None and handles.is_tcp(self._handle):
            self._sockname = handles.name_of(self._handle.getsockname)
        return self._sockname

    def _peer(self) -> AddressInfo | None:
        if self._peername is None and not self.pending and handles.is_tcp(self._handle):
            self._peername = handles.name_of(self._handle.getpeername)
        return self._peername

    @property
    def remote_address(self) -> str | None:
        """The peer's IP address; None on a Unix socket, or without a connection."""
        peer = self._peer()
        return peer.address if peer else None

    @property
    def remote_family(self) -> str | None:
        """'IPv4' or 'IPv6', of the peer. Node's ``remoteFamily``."""
        peer = self._peer()
        return peer.family if peer else None

    @property
    def remote_port(self) -> int | None:
        """The peer's port. Node's ``remotePort``."""
        peer = self._peer()
        return peer.port if peer else None

    @property
    def local_address(self) -> str | None:
        """This end's IP address. Node's ``localAddress``."""
        name = self.address()
        return name.address if name else None

    @property
    def local_family(self) -> str | None:
        """'IPv4' or 'IPv6', of this end. Node's ``localFamily``."""
        name = self.address()
        return name.family if name else None

    @property
    def local_port(self) -> int | None:
        """This end's port. Node's ``localPort``."""
        name = self.address()
        return name.port if name else None
