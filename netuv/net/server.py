"""``net.Server``: listen, accept, count, close.

A server listens when ``_handle`` is there. ``listen(port)`` and ``listen(path)`` make it within the call,
``listen(port, host)`` after a lookup, even for an IP literal; ``_listen_id`` is one number a call, so that a
lookup whose listen() was overtaken by close() is dropped.

Connections are counted: up when accepted, down within a socket's destroy(). One place,
``_maybe_emit_close()``, decides: no handle, no connections, and 'close' still owed (``_close_owed``: from
listen() or the first close() to the 'close'), so 'close' comes once, in a tick, and before that of the last
socket.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import abort, checks, errors, misuse
from netuv.address import AddressInfo, DropInfo
from netuv.blocklist import check_block_list
from netuv.dns import lookup
from netuv.emitter import EventEmitter
from netuv.loop import check_loop
from netuv.net import options as opts
from netuv.net.socket import Socket
from netuv.uv import handles, turn

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Server")


DEFAULT_BACKLOG = 511
_ANY = "0.0.0.0"


class Server(EventEmitter):
    """A TCP or Unix server. Node's ``net.Server``.

    :param listener: a listener of 'connection'; may also be the first argument.
    :param allow_half_open: of the accepted sockets, False by default.
    :param pause_on_connect: accepted sockets read nothing until resume(), False by default.
    :param no_delay, keep_alive, keep_alive_initial_delay (ms): set on each accepted socket.
    :param high_water_mark: bytes that an accepted socket reads ahead at most.
    :param block_list: a BlockList; connections from its addresses are closed at once ('drop').
    :param socket_class: a subclass of Socket, of which the accepted sockets are to be. When it has an
        ``__init__`` of its own, that is called with one dict of options, which it hands on to Socket's.
    :param loop: the loop to work on; this thread's by default.

    The options may come as one dict in front. Emits 'listening', 'connection' (Socket), 'close', 'error'
    (when listen() failed 'close' follows) and 'drop' (DropInfo).
    """

    #: Node has it for its clusters; connections over the limit are always dropped here.
    drop_max_connection: bool = False

    __reduce_ex__ = misuse.refuse_copy

    _socket_class: type[Socket] = Socket
    _given_fd: handles.GivenFd | None = None
    _max_connections: float | None = None

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__()
        if callable(options):
            if listener is not None:
                raise misuse.invalid_arg_type("options", "a dict", options)
            options, listener = None, options
        if options is not None and not isinstance(options, Mapping):
            raise misuse.invalid_arg_type("options", "a dict", options)
        given = {**(options or {}), **keywords}
        opts.check_options("Server", given, opts.SERVER_OPTIONS)
        self._loop = check_loop(given.get("loop"))
        #: The options of the same names; they bear on connections to come.
        self.allow_half_open = bool(given.get("allow_half_open", False))
        self.pause_on_connect = bool(given.get("pause_on_connect", False))
        mark = given.get("high_water_mark")
        if mark is not None:
            mark = checks.check_int("high_water_mark", mark, 0, 1 << 30)
        self.high_water_mark: int | None = mark
        self._no_delay = bool(given.get("no_delay", False))
        self._keep_alive = bool(given.get("keep_alive", False))
        delay = given.get("keep_alive_initial_delay", 0)
        self._keep_alive_delay = opts.check_delay("keep_alive_initial_delay", delay) // 1000
        self._block_list = check_block_list("block_list", given.get("block_list"))
        if given.get("socket_class") is not None:
            self._socket_class = _check_socket_class(given["socket_class"])
        self._handle: Any = None
        self._path: str | None = None
        self._listen_id = 0
        self._lookup_pending = False
        self._close_owed = True
        self._connections = 0
        self._ref = True
        if listener is not None:
            checks.check_callback("listener", listener)
            self.on("connection", listener)

    def __repr__(self) -> str:
        state = f"listening on {self.address()}" if self.listening else "not listening"
        return f"<netuv.{type(self).__name__} {state}, {self._connections} connections>"

    def _tick(self, callback: Callable[..., object], *args: Any) -> None:
        if not self._loop.closed:
            self._loop.next_tick(callback, *args)

    # -- listen ------------------------------------------------------------------------------------

    def listen(self: Self, *args: Any, **keywords: Any) -> Self:
        """Start to accept connections; 'listening' comes when it does. Node's ``server.listen()``.

        Forms: ``(port, host, backlog, callback)``, ``(path, backlog, callback)``, ``(options, callback)``;
        options may be keywords too, the callback among them as ``callback``:

        :param port: 0 or None for a free one, which address() then tells; it counts more than a path.
        :param host: an address or a name; 0.0.0.0 when left out.
        :param backlog: connections that wait for accept at most, 511 by default.
        :param path: of a Unix socket; one that starts with a NUL is an abstract name.
        :param fd: a descriptor that is bound already; handle: a pyuv.TCP or pyuv.Pipe.
        :param ipv6_only: do not accept IPv4 on an IPv6 address; reuse_port: let others listen here too.
        :param readable_all, writable_all: let every user read from or write to the Unix path.
        :param signal: an AbortSignal that closes the server.
        :param callback: a one-time listener of 'listening'.

        An address that is in use, or not ours, is an 'error' event. Raises at once what is wrong with the
        arguments, and ERR_SERVER_ALREADY_LISTEN.
        """
        given, callback = opts.normalize("listen", args, keywords, opts.LISTEN_OPTIONS, "callback")
        self._loop.check()
        self._loop.check_thread()
        if self._handle is not None or self._lookup_pending:
            raise misuse.already_listen()
        anywhere = not args or args[0] is None or callable(args[0])
        if anywhere and given.get("port") is None and not set(given) - {"backlog", "port"}:
            given["port"] = 0  # listen(), listen(callback) and listen(None)
        start = self._plan(given)
        if given.get("signal") is not None:
            abort.on_abort(given["signal"], self.close, owner=self, tick=self._loop.next_tick)
        if callback is not None:
            self.once("listening", callback)
        self._listen_id += 1
        self._close_owed = True
        self._path = None
        start()
        return self

    def _plan(self, given: Mapping[str, Any]) -> Callable[[], None]:
        """What listen() has to do, once all of its arguments are seen to be right."""
        backlog = given.get("backlog")
        if backlog is None or backlog == 0:
            backlog = DEFAULT_BACKLOG
        backlog = checks.check_int("backlog", backlog, 1, 2**31 - 1)
        if given.get("handle") is not None:
            handle = getattr(given["handle"], "_handle", given["handle"])
            handles.check_handle("handle", handle, self._loop)
            return lambda: self._listen(handle, backlog, None, None)
        if given.get("fd") is not None:
            fd = checks.check_int("fd", given["fd"], 0, 2**31 - 1)
            return lambda: self._listen_fd(fd, backlog)
        if given.get("path") is not None and given.get("port") is None:
            path = opts.check_path("path", given["path"])
            mode = 0o444 * bool(given.get("readable_all")) | 0o222 * bool(given.get("writable_all"))
            if mode and path.startswith(b"\0"):
                raise misuse.invalid_arg_value(
                    "path",
                    given["path"],
                    "is abstract, so readable_all and writable_all have no file",
                )
            return lambda: self._listen_path(path, backlog, mode)
        if "port" not in given:
            raise misuse.invalid_arg_value("options", dict(given), "must have 'port' or 'path'")
        port = 0 if given["port"] is None else checks.check_port("port", given["port"])
        flags = handles.IPV6_ONLY * bool(given.get("ipv6_only"))
        flags |= handles.REUSE_PORT * bool(given.get("reuse_port"))
        host = given.get("host")
        if host is None or host == "":
            return lambda: self._listen_tcp(_ANY, port, backlog, flags & ~handles.IPV6_ONLY)
        if not isinstance(host, str):
            raise misuse.invalid_arg_type("host", "a str", host)
        return lambda: self._look_up(host, port, backlog, flags)

    def _look_up(self, host: str, port: int, backlog: int, flags: int) -> None:
        listen_id = self._listen_id
        self._lookup_pending = True
        self._loop.census.add(self)

        def on_lookup(error: Any, address: str = "", family: int = 0) -> None:
            if listen_id != self._listen_id:
                return
            self._lookup_pending = False
            self._loop.census.discard(self)
            if error is not None:
                self._emit_listen_error(error)
            else:
                six = handles.IPV6_ONLY if family == 4 else 0
                self._listen_tcp(address, port, backlog, flags & ~six)

        lookup(host, on_lookup, loop=self._loop)

    def _listen_tcp(self, address: str, port: int, backlog: int, flags: int) -> None:
        handle = handles.TCP(self._loop.uv)
        try:
            handle.bind(handles.sockaddr(address, port), flags)
        except handles.UVError as error:
            self._fail_listen(handle, error, address, port)
        else:
            self._listen(handle, backlog, address, port)

    def _listen_path(self, path: bytes, backlog: int, mode: int) -> None:
        handle = handles.Pipe(self._loop.uv)
        name = os.fsdecode(path)
        try:
            handle.bind(path)
            if mode:
                os.chmod(path, os.stat(path).st_mode | mode)
        except handles.UVError as error:
            self._fail_listen(handle, error, name, None)
        except OSError as error:
            handle.close()
            status = -(error.errno or 0)
            self._tick(self._emit_listen_error, errors.from_status(status, "listen", name))
        else:
            self._path = name
            self._listen(handle, backlog, name, None)

    def _listen_fd(self, fd: int, backlog: int) -> None:
        try:
            handle, self._given_fd = handles.open_fd(self._loop, fd)
        except errors.NetError as cause:
            failure = errors.from_status(handles.EINVAL, "listen")
            failure.__cause__ = cause
            self._tick(self._emit_listen_error, failure)
        else:
            self._listen(handle, backlog, None, None)

    def _listen(self, handle: Any, backlog: int, address: str | None, port: int | None) -> None:
        try:
            handle.listen(self._on_connection, backlog)
        except handles.UVError as error:
            self._fail_listen(handle, error, address, port)
            return
        self._handle = handle
        handle.ref = self._ref
        self._loop.census.add(self)
        self._tick(self._emit_listening)

    def _fail_listen(self, handle: Any, error: Any, address: str | None, port: int | None) -> None:
        handle.close()
        self._path = None
        failure = errors.from_uv_error(error, "listen", address, port)
        self._tick(self._emit_listen_error, failure)

    def _emit_listen_error(self, error: BaseException) -> None:
        self._maybe_emit_close()
        self.emit("error", error)

    def _emit_listening(self) -> None:
        if self._handle is not None:
            self.emit("listening")

    # -- connections -------------------------------------------------------------------------------

    def _on_connection(self, handle: Any, status: int | None) -> None:
        if status is not None:
            self.emit("error", errors.from_status(status, "accept"))
        elif self._handle is not None:
            loop = self._loop
            client = handles.TCP(loop.uv) if isinstance(handle, handles.ANY_TCP) else handles.Pipe(loop.uv)
            try:
                handle.accept(client)
            except handles.UVError as error:
                client.close()
                if error.args[0] != handles.EAGAIN:
                    self.emit("error", errors.from_uv_error(error, "accept"))
            else:
                limit = self._max_connections
                if (limit is not None and self._connections >= limit) or (
                    self._block_list is not None and self._is_blocked(client)
                ):
                    self._drop(client)
                    return
                self._connections += 1
                try:
                    socket = self._socket_class._accepted(client, self)
                except BaseException:
                    if not client.closed:
                        client.close()
                    self._on_socket_destroyed()
                    raise
                self.emit("connection", socket)

    def _is_blocked(self, client: Any) -> bool:
        if not handles.is_tcp(client):
            return False
        assert self._block_list is not None
        peer = handles.name_of(client.getpeername)
        return peer is not None and bool(self._block_list.check(peer.address, peer.family.lower()))

    def _drop(self, client: Any) -> None:
        info = None
        if handles.is_tcp(client):
            local = handles.name_of(client.getsockname)
            remote = handles.name_of(client.getpeername)
            info = DropInfo(
                local_address=local and local.address,
                local_port=local and local.port,
                local_family=local and local.family,
                remote_address=remote and remote.address,
                remote_port=remote and remote.port,
                remote_family=remote and remote.family,
            )
        client.close()
        self.emit("drop", info)

    def _on_socket_destroyed(self) -> None:
        self._connections -= 1
        if self._connections == 0:
            self._maybe_emit_close()

    def get_connections(self: Self, callback: Callable[[Any, int], object]) -> Self:
        """Tell ``callback(None, count)`` the number of connections. Node's ``getConnections()``."""
        checks.check_callback("callback", callback)
        self._tick(callback, None, self._connections)
        return self

    # -- close -------------------------------------------------------------------------------------

    def close(self: Self, callback: Callable[..., object] | None = None) -> Self:
        """Accept no more; 'close' comes when the last connection has ended. Node's ``server.close()``.

        :param callback: hears 'close' once, with None; when the server was not running it is called with
            ERR_SERVER_NOT_RUNNING.

        In a forked child it closes the child's descriptor; the parent's server listens on.
        """
        if callback is not None:
            checks.check_callback("callback", callback)
        if self._loop.forked:
            self._give_up()
            return self
        self._loop.check_thread()
        self._listen_id += 1
        running = self._handle is not None or self._lookup_pending
        self._lookup_pending = False
        if callback is not None:
            answer = None if self._handle is not None else misuse.not_running()
            if self._close_owed:
                self.once("close", lambda: callback(answer))
            else:
                self._tick(callback, answer)
        handle, self._handle = self._handle, None
        self._loop.census.discard(self)
        if handle is not None:
            handle.close()
            if self._given_fd is not None:
                self._given_fd.close()
                self._given_fd = None
        if running or self._close_owed:
            self._maybe_emit_close()
        return self

    def _leave_to_parent(self) -> None:
        pass

    def _give_up(self) -> None:
        handle, self._handle = self._handle, None
        self._lookup_pending = False
        self._loop.census.discard(self)
        if handle is not None:
            turn.close_quietly(handle, self._loop.forked)
        if self._given_fd is not None:
            self._given_fd.close()
            self._given_fd = None

    def _maybe_emit_close(self) -> None:
        if self._handle is None and not self._connections and self._close_owed:
            self._close_owed = False
            self._tick(self.emit, "close")

    def _close_with_loop(self) -> None:
        self.close()

    # -- facts and settings ------------------------------------------------------------------------

    @property
    def max_connections(self) -> float | None:
        """Connections beyond it are closed at once ('drop'); None for no limit. Node's ``maxConnections``.

        To set it raises ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE for what is no number from 0 on.
        """
        return self._max_connections

    @max_connections.setter
    def max_connections(self, value: float | None) -> None:
        if value is not None and value != math.inf:
            value = checks.check_int("max_connections", value, 0, 2**31 - 1)
        self._max_connections = value

    @property
    def listening(self) -> bool:
        """True from a successful listen() to close(). Node's ``listening``."""
        return self._handle is not None

    def address(self) -> AddressInfo | str | None:
        """Address, family and port; the path of a Unix server; None when not listening.

        Node's ``server.address()``.
        """
        if handles.is_tcp(self._handle):
            return handles.name_of(self._handle.getsockname)
        return self._path if self._handle is not None else None

    def ref(self: Self) -> Self:
        """Keep the loop running while it listens (the default). Node's ``ref()``."""
        return self._set_ref(True)

    def unref(self: Self) -> Self:
        """Do not keep the loop running for this server. Node's ``unref()``."""
        return self._set_ref(False)

    def _set_ref(self: Self, ref: bool) -> Self:
        self._loop.check_thread()
        self._ref = ref
        if self._handle is not None:
            self._handle.ref = ref
        return self


def _check_socket_class(value: Any) -> type[Socket]:
    if not (isinstance(value, type) and issubclass(value, Socket)):
        raise misuse.invalid_arg_type("socket_class", "a subclass of netuv.Socket", value)
    return value


def create_server(
    options: Mapping[str, Any] | Callable[..., object] | None = None,
    listener: Callable[..., object] | None = None,
    **keywords: Any,
) -> Server:
    """Make a Server. Node's ``net.createServer()``; the arguments are those of Server."""
    return Server(options, listener, **keywords)
