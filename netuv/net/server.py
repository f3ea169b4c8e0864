"""``net.Server``: accept, count, close; listen() is in listening.py.

A server listens when ``_handle`` is there. Connections are counted: up when accepted, down within a socket's
destroy(). One place, ``_maybe_emit_close()``, decides: no handle, no connections, and 'close' still owed, so
'close' comes once, in a tick, and before that of the last socket.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, errors, misuse
from netuv.address import AddressInfo
from netuv.diagnostics_channel import channel
from netuv.loop import check_loop
from netuv.net import accepting, admission
from netuv.net import options as opts
from netuv.net.serving import Serving
from netuv.net.settings import Settings
from netuv.net.socket import Socket
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Server")


_SOCKET = channel("net.server.socket")


class Server(Serving):
    """A TCP or Unix server. Node's ``net.Server``.

    :param listener: a listener of 'connection'; may also be the first argument. An ``async def`` is run as a
        task for each connection: see netuv.net.serving.
    :param allow_half_open: of the accepted sockets, False by default.
    :param pause_on_connect: accepted sockets read nothing until resume(), False by default.
    :param capture_rejections: async listeners are taken, as by EventEmitter; what one of 'connection' raises
        destroys the socket that it was given.
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
    _max_connections: float | None = None

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__()
        given, listener = opts.server_arguments(options, listener, keywords)
        opts.check_options("Server", given, opts.SERVER_OPTIONS)
        if given.get("capture_rejections") is not None:
            self.capture_rejections = checks.check_bool("capture_rejections", given["capture_rejections"])
        self._loop = check_loop(given.get("loop"))
        self._settings = Settings(given)
        kind = given.get("socket_class")
        kind = self._socket_class if kind is None else _check_socket_class(kind)
        self._make_socket = accepting.maker(kind)
        self._connections = 0
        # Defaults of the class, which would be found more slowly there by each connection.
        self._on_demand, self._max_connections, self._within, self._changed = False, None, None, ()
        if listener is not None:
            if checks.is_coroutine_function(listener):
                self._set_handler(listener)  # type: ignore[arg-type]
            else:
                self.on("connection", checks.check_callback("listener", listener))

    def __repr__(self) -> str:
        state = f"listening on {self.address()}" if self.listening else "not listening"
        return f"<netuv.{type(self).__name__} {state}, {self._connections} connections>"

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        if not self._loop.closed:
            self._loop.next_tick(callback, *args)

    # -- connections -------------------------------------------------------------------------------

    def _on_connection(self, handle: Any, status: int | None) -> None:
        if status is not None:
            self.emit("error", errors.from_status(status, "accept"))
        elif self._on_demand and "connection" not in self._events:
            self._hold()
        elif self._handle is not None:
            try:
                client = handle.accept_new(self._settings.no_delay)
            except handles.UVError as error:
                if error.args[0] != handles.EAGAIN:
                    self.emit("error", errors.from_uv_error(error, "accept"))
            else:
                limit = self._max_connections
                blocked = self._settings.block_list
                if (limit is not None and self._connections >= limit) or (
                    blocked is not None and admission.is_blocked(client, blocked)
                ):
                    info = admission.drop_info(client)
                    client.close()
                    self.emit("drop", info)
                    return
                self._connections += 1
                try:
                    socket = self._make_socket(client, self)
                except BaseException:
                    if not client.closed:
                        client.close()
                    self._on_socket_destroyed()
                    raise
                if self._within is None:
                    self.emit("connection", socket)
                else:
                    socket._run_in(self._within.context.copy())
                    self._emit_within("connection", socket)
                if _SOCKET.subscribers:
                    _SOCKET.publish({"socket": socket}, loop=self._loop)

    def _on_socket_destroyed(self) -> None:
        self._connections -= 1
        if self._changed:
            self._tell_change()
        if self._handle is None and self._connections == 0:
            self._maybe_emit_close()

    def get_connections(self: Self, callback: Callable[[Any, int], object]) -> Self:
        """Tell ``callback(None, count)`` the number of connections. Node's ``getConnections()``."""
        checks.check_callback("callback", callback)
        self._next_tick(callback, None, self._connections)
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
                self._next_tick(callback, answer)
        handle, self._handle = self._handle, None
        self._loop.census.discard(self)
        if handle is not None:
            handle.close()
            self._close_given_fd()
        if running or self._close_owed:
            self._maybe_emit_close()
        return self

    def _leave_to_parent(self) -> None:
        pass

    def _give_up(self) -> None:
        self._lookup_pending = False
        self._close_quietly()

    def _maybe_emit_close(self) -> None:
        if self._handle is None and not self._connections and self._close_owed:
            self._close_owed = False
            self._next_tick(self.emit, "close")

    def _close_with_loop(self) -> None:
        self.close()

    # -- facts and settings ------------------------------------------------------------------------
    # What is set bears on connections to come.

    @property
    def allow_half_open(self) -> bool:
        """The option; may be set. Node's ``allowHalfOpen``."""
        return self._settings.allow_half_open

    @allow_half_open.setter
    def allow_half_open(self, value: bool) -> None:
        self._settings = self._settings.but(allow_half_open=value)

    @property
    def pause_on_connect(self) -> bool:
        """The option; may be set. Node's ``pauseOnConnect``."""
        return self._settings.pause_on_connect

    @pause_on_connect.setter
    def pause_on_connect(self, value: bool) -> None:
        self._settings = self._settings.but(pause_on_connect=value)

    @property
    def high_water_mark(self) -> int | None:
        """The option; may be set. Node's ``highWaterMark``."""
        return self._settings.high_water_mark

    @high_water_mark.setter
    def high_water_mark(self, value: int | None) -> None:
        self._settings = self._settings.but(high_water_mark=value)

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
        return self._listening_path if self._handle is not None else None


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
