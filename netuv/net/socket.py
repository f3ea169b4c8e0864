"""``net.Socket``: a TCP or Unix-socket connection, or one over a wire that it is given.

connection.py moves its bytes and ends it. Here is what a program gives it and asks it: options, connect(),
what the kernel can be told of a connection, and its facts. How connect() does it is in connecting.py, and how
a server makes sockets of the connections that it accepts in accepting.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import abort, checks, errors, misuse
from netuv.address import AddressInfo
from netuv.loop import check_loop
from netuv.net import connecting
from netuv.net import options as opts
from netuv.net.awaiting import Awaitable
from netuv.net.bound import BoundSocket
from netuv.net.onread import OnRead
from netuv.net.rare import NOTHING
from netuv.net.settings import DEFAULTS, Settings
from netuv.stream.base import Done
from netuv.stream.state import FINISHED
from netuv.stream.writequeue import QueuedChunk
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Socket")


class Socket(Awaitable):
    """A TCP or Unix-socket connection. Node's ``net.Socket``.

    :param fd: an open descriptor of a stream socket or pipe; the Socket owns it from then on.
    :param handle: a BoundSocket, which is where connect() connects from.
    :param capture_rejections: async listeners are taken, as by EventEmitter; what they raise destroys it.
    :param type: 'tcp4', 'tcp6' or 'unix': what ``fd`` is, or the family that connect() prefers.
    :param allow_half_open: False (the default): when the peer ends, this side is ended too.
    :param readable, writable: with ``fd``, which directions are used; both by default.
    :param no_delay, keep_alive, keep_alive_initial_delay, type_of_service: as the setters of these names.
    :param high_water_mark: reading stops while this many bytes or more wait to be taken; 64 KiB by default.
    :param onread: ``{'buffer': bytearray, 'callback': f}``: instead of 'data', what arrives is copied to
        the buffer and ``f(size, buffer)`` called; when it answers False, reading is paused.
    :param signal: an AbortSignal that destroys the socket.
    :param loop: the loop to work on; this thread's by default.

    The same options may come as one dict. Emits 'lookup', 'connect', 'ready', 'data', 'readable', 'end',
    'timeout', 'drain', 'finish', 'error', 'close' (had_error), 'connectionAttempt',
    'connectionAttemptFailed' and 'connectionAttemptTimeout'.
    """

    __reduce_ex__ = misuse.refuse_copy

    #: 'address:port' of each attempt of an address-family race, in order. Node's name is the same.
    auto_select_family_attempted_addresses: list[str] | None = None

    _settings: Settings
    _socket_type: str | None = None
    _host: str | None = None  # the name that connect() has looked up
    _peername: AddressInfo | None = None
    _bound: BoundSocket | None = None  # whose handle this is, or was
    _sockname: AddressInfo | None = None

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        self._rare = NOTHING
        super().__init__()
        if options is not None and not isinstance(options, (dict, Mapping)):
            raise misuse.invalid_arg_type("options", "a dict", options)
        given = {**(options or {}), **keywords}
        for name in given:
            if name not in opts.SOCKET_OPTIONS:
                opts.check_options("Socket", given, opts.SOCKET_OPTIONS)  # which says so
        self._loop = check_loop(given.get("loop"))
        if self._loop.host is not None:
            self._run_in(copy_context())
        self._stream_life.guard = self._loop.check_thread
        if given:
            self._configure(given)
        else:
            self._settings = DEFAULTS
        handle = given.get("handle")
        if isinstance(handle, BoundSocket):
            self._adopt_bound(handle)
        elif handle is not None:
            self._adopt(handles.check_handle("handle", handle, self._loop, handles.TTY, handles.Wire))
        elif given.get("fd") is not None:
            handle, self._given_fd = handles.open_fd(self._loop, given["fd"], self._socket_type)
            self._adopt(handle)
        if given.get("signal") is not None:
            signal = given["signal"]
            abort.on_abort(
                signal,
                lambda: self.destroy(errors.abort_error(signal.reason)),
                owner=self,
                tick=self._next_tick,
            )

    def _configure(self, given: Mapping[str, Any]) -> None:
        if given.get("capture_rejections") is not None:
            self.capture_rejections = checks.check_bool("capture_rejections", given["capture_rejections"])
        kind = given.get("type")
        if kind not in (None, "tcp4", "tcp6", "unix"):
            raise misuse.invalid_arg_value("type", kind, "must be 'tcp4', 'tcp6' or 'unix'")
        self._socket_type = kind
        self._settings = settings = Settings(given)
        if settings.allow_half_open:
            self.allow_half_open = True
        if settings.high_water_mark is not None:
            self.readable_high_water_mark = self.writable_high_water_mark = settings.high_water_mark
        if given.get("readable", True) is False:
            self._can_read = False
        if given.get("writable", True) is False:
            self._can_write = False
            self._writable_state.phase = FINISHED
        if given.get("onread") is not None:
            self._onread = OnRead(self, given["onread"])

    def _adopt(self, handle: Any) -> None:
        """Take over a handle that is connected already."""
        self._attach(handle)
        self._apply_settings()
        self._open_wire()
        if self._can_read:
            self.read(0)

    def _adopt_bound(self, bound: BoundSocket) -> None:
        """Take over a handle that connect() will connect."""
        bound._check(self._loop)
        self._attach(handles.connectable(bound._take()))
        self._bound = bound
        self._open_wire()

    def _attach(self, handle: Any) -> None:
        self._handle = handle
        self._sockname = None
        self._loop.census.add(self)
        if self._rare.onread is not None:
            self._rare.onread.next_buffer()

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._stream_life.phase:
            return f"<netuv.{name} destroyed>"
        peer = self.remote_address
        return f"<netuv.{name} {self.ready_state}{f' {peer}' if peer else ''}>"

    # -- connecting --------------------------------------------------------------------------------

    def connect(self: Self, *args: Any, **keywords: Any) -> Self:
        """Connect; 'connect' comes when it is established, else 'error' and 'close'.

        Node's ``socket.connect()``, in its forms ``(port, host, listener)``, ``(path, listener)`` and
        ``(options, listener)``; options may be keywords too, the listener among them as ``listener``:

        :param port: of the peer; with host ('localhost' by default) a TCP connection. In the place of both
            an AddressInfo or a SocketAddress may stand: ``connect(server.address())``.
        :param path: of a Unix socket; one that starts with a NUL is an abstract name.
        :param local_address, local_port: the end to connect from.
        :param family: 4, 6, or 0 for both; hints: of netuv.dns; lookup: a function like netuv.lookup.
        :param auto_select_family: try the addresses of a host in turn, each for
            auto_select_family_attempt_timeout ms; on by default.
        :param block_list: a BlockList of addresses not to connect to.

        Raises at once what is wrong with the arguments. A socket that has closed may connect anew.
        """
        given, listener = opts.normalize("connect", args, keywords, opts.CONNECT_OPTIONS, "listener")
        connecting.begin(self, given, listener)
        return self

    def _write(self, chunk: Any, encoding: str | None, callback: Done) -> None:
        connecting.write(self, chunk, callback)

    def _writev(self, chunks: list[QueuedChunk], callback: Done) -> None:
        connecting.write(self, [each.chunk for each in chunks], callback)

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

    # -- what the kernel is told of it -------------------------------------------------------------
    # It is kept while there is no connection.

    def set_no_delay(self: Self, no_delay: bool = True) -> Self:
        """Switch Nagle's algorithm off (True) or on. Node's ``setNoDelay()``."""
        self._loop.check_thread()
        no_delay = bool(no_delay)
        if no_delay != self._settings.no_delay:
            self._settings = self._settings.but(no_delay=no_delay)
            if not self.pending:
                self._settings.apply_no_delay(self._handle)
        return self

    def set_keep_alive(
        self: Self,
        enable: bool | Mapping[str, Any] = False,
        initial_delay: float = 0,
        interval: float | None = None,
        count: int | None = None,
    ) -> Self:
        """Switch TCP keep-alive on or off. Node's ``setKeepAlive()``.

        :param enable: whether it is on; or a dict of all four, by these names.
        :param initial_delay: ms from the last data to the first probe (whole seconds are used); 0 leaves
            it, and what follows, as it is. Raises ERR_OUT_OF_RANGE over 32767 s, which the kernel refuses.
        :param interval: ms from one probe to the next, 1 s by default. Raises ERR_OUT_OF_RANGE under 1 s and
            over 32767 s.
        :param count: probes without an answer after which the connection is given up, 10 by default. Raises
            ERR_OUT_OF_RANGE unless it is 1 to 127.
        """
        settings = self._settings.with_keep_alive(enable, initial_delay, interval, count)
        self._loop.check_thread()
        if settings is not self._settings:
            self._settings = settings
            if not self.pending:
                self._settings.apply_keep_alive(self._handle)
        return self

    def set_type_of_service(self: Self, tos: int) -> Self:
        """Set the IP TOS or IPv6 traffic class, 0 to 255. Node's ``setTypeOfService()``.

        Raises a NetError when there is a connection and the kernel refuses.
        """
        tos = checks.check_int("tos", tos, 0, 255)
        self._loop.check_thread()
        self._settings = self._settings.but(tos=tos)
        if not self.pending and handles.is_tcp(self._handle):
            handles.type_of_service(self._handle, tos)
        return self

    def get_type_of_service(self) -> int:
        """The IP TOS or IPv6 traffic class; without a TCP connection what was set, or 0.

        Node's ``getTypeOfService()``.
        """
        if self.pending or not handles.is_tcp(self._handle):
            return self._settings.tos
        return handles.type_of_service(self._handle)

    def _apply_settings(self) -> None:
        self._settings.apply(self._handle)
        if not self._ref:
            self._handle.ref = False

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
        state, pending = self._writable_state, self._writable_state.pending
        if pending.in_flight is not None and self._handle is not None:
            waiting: int = state.length - pending.length + pending.in_flight.write_queue_size
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
        in_libuv = state.pending.length if state.pending.in_flight is not None else 0
        return state.sent + state.length - in_libuv

    @property
    def bytes_read(self) -> int:
        """Bytes received. Node's ``bytesRead``."""
        return self._readable_state.received

    def address(self) -> AddressInfo | None:
        """The local end (address, family, port); None without one. Node's ``address()``."""
        if not handles.is_tcp(self._handle):
            return None
        if self._sockname is None:
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
        """This end's IP address; the path of a BoundSocket. Node's ``localAddress``."""
        if self._bound is not None and self._bound.is_pipe:
            return str(self._bound._place)
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


def connect(*args: Any, **keywords: Any) -> Socket:
    """Make a Socket and connect it. Node's ``net.connect()``; all forms of ``Socket.connect()``.

    The options of Socket may be among those of connect(), and ``timeout`` as by set_timeout(). Raises
    ERR_UNKNOWN_OPTION for any other.
    """
    given, listener = opts.normalize("connect", args, keywords, opts.NEW_CONNECTION_OPTIONS, "listener")
    socket = Socket({name: given[name] for name in given if name in opts.SOCKET_OPTIONS})
    if given.get("timeout"):
        socket.set_timeout(given["timeout"])
    connecting.begin(socket, given, listener)
    return socket
