"""tls.Server: a net.Server whose sockets are TLSSockets, told of when their handshake is done."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, misuse
from netuv.net import accepting
from netuv.net import options as opts
from netuv.net.server import Server as NetServer
from netuv.net.socket import Socket
from netuv.stream import Duplex
from netuv.tls import faults, settings
from netuv.tls.context import SecureContext
from netuv.tls.settings import Settings
from netuv.tls.socket import TLSSocket

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Server")

_OF_SERVER = tuple(name for name in opts.SERVER_OPTIONS if name != "socket_class")
SERVER_OPTIONS = (*_OF_SERVER, *settings.SERVER_OPTIONS, *settings.CONTEXT_OPTIONS)

_MOST_SECURED = 16  # sockets that wait for an ``async for``; further connections wait in the kernel


class Server(NetServer):
    """A server over TLS. Node's ``tls.Server``.

    :param listener: a listener of 'secureConnection'; may also be the first argument. An ``async def`` is run
        as a task for each connection, when its handshake is done.
    :param secure_context: a SecureContext, in the place of its options. ``ssl_context`` is among these: an
        ssl.SSLContext of the program's own.
    :param request_cert: whether to ask clients for a certificate; False.
    :param reject_unauthorized: with request_cert, False to go on with a client that shows none. A bad one
        always ends the handshake.
    :param alpn_protocols: names of protocols, the best first; a client that offers others only is refused.
    :param alpn_callback: ``f({'servername': ..., 'protocols': [...]})`` returns one of these, or None.
    :param sni_callback: ``f(servername, answer)`` calls ``answer(error, context)``, at once or later, with a
        SecureContext or None for the server's own. add_context() is the simpler way.
    :param handshake_timeout: ms that a handshake may take, 120,000 by default; 0 for no limit.

    The other options are those of netuv.Server and of create_secure_context(). Emits what netuv.Server does,
    'secureConnection' (TLSSocket), 'tlsClientError' (error, TLSSocket), and 'keylog' (line, TLSSocket).
    """

    _socket_class = TLSSocket
    _raw_class = Socket  # of what 'connection' listeners hear

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        given, listener = opts.server_arguments(options, listener, keywords)
        checks.check_options("Server", given, SERVER_OPTIONS)
        self._tls_settings = Settings(given, is_server=True)
        self._contexts: list[tuple[re.Pattern[str], SecureContext]] = []
        super().__init__({name: given[name] for name in _OF_SERVER if name in given})
        self._make_tls_socket, self._make_socket = self._make_socket, self._make_one
        self._secured: deque[TLSSocket] = deque()  # that an ``async for`` has not asked for yet
        self._fresh: Any = None  # the TLSSocket of the connection that is being told of
        self.on("connection", self._on_raw)
        if listener is not None:
            if checks.is_coroutine_function(listener):
                self._handler = listener  # type: ignore[assignment]
                self.on("secureConnection", self._start_handler)
            else:
                self.on("secureConnection", checks.check_callback("listener", listener))

    def _make_one(self, handle: Any, server: Any) -> Any:
        """A TLSSocket at once; a Socket below it only where somebody listens to 'connection'."""
        if self.listener_count("connection") > 1:
            return accepting.make_socket(self._raw_class, handle, server)
        self._fresh = self._make_tls_socket(handle, server)
        return self._fresh

    def _on_raw(self, stream: Any) -> None:
        """Any Duplex may come this way: ``server.emit('connection', duplex)``."""
        fresh, self._fresh = self._fresh, None
        if stream is not fresh:
            if not isinstance(stream, Duplex):
                raise misuse.invalid_arg_type("socket", "a Duplex stream", stream)
            self._socket_class.over(stream, self, self._loop)

    # -- async for socket in server ----------------------------------------------------------------
    # Handshakes go on side by side, so that a slow one holds up no other.

    def _on_connection(self, handle: Any, status: int | None) -> None:
        if status is None and len(self._secured) >= _MOST_SECURED:
            self._hold()
        else:
            super()._on_connection(handle, status)

    def _tell_secure(self, socket: TLSSocket) -> bool:
        """A handshake is done. True when nobody listens, and the socket waits for a task to ask for it."""
        if self._emit_within("secureConnection", socket) or not self._on_demand:
            return False
        if self._handle is None:  # nobody will ask any more
            socket.destroy()
            return False
        self._secured.append(socket)
        self._tell_change()
        return True

    async def _accept(self) -> Any:
        while self._handle is not None:
            taken = self._secured.popleft() if self._secured else None
            if self._held:
                self._held = False
                self._on_connection(self._handle, None)
                self._loop.touch()
            if taken is not None and not taken.destroyed:
                return taken
            if not self._secured:
                await self._change()
        return None

    def close(self: Self, callback: Callable[..., object] | None = None) -> Self:
        """As of netuv.Server. Those that wait for an ``async for`` are destroyed."""
        super().close(callback)
        while self._secured:
            self._secured.popleft().destroy()
        return self

    # -- keys --------------------------------------------------------------------------------------

    def add_context(self, servername: str, context: SecureContext | Mapping[str, Any]) -> None:
        """Use another context for the clients that ask for this name. Node's ``addContext()``.

        :param servername: in any case; a ``*`` stands for a label, or a part of one. The last one added that
            fits counts.
        :param context: a SecureContext, or its options.

        With an sni_callback it has no effect, as in Node.
        """
        if not servername:
            raise faults.no_server_name()
        if not isinstance(servername, str):
            raise misuse.invalid_arg_type("servername", "a str", servername)
        if not isinstance(context, SecureContext):
            if not isinstance(context, Mapping):
                raise misuse.invalid_arg_type("context", "a SecureContext or a dict", context)
            context = SecureContext(context)
        self._tls_settings.check_context(context)
        pattern = "[^.]*".join(map(re.escape, servername.split("*")))
        self._contexts.append((re.compile(pattern, re.IGNORECASE), context))
        if self._tls_settings.sni_callback is None:
            self._tls_settings.sni_callback = self._select_context

    def _select_context(self, servername: str, answer: Callable[..., None]) -> None:
        for pattern, context in reversed(self._contexts):
            if pattern.fullmatch(servername):
                answer(None, context)
                return
        answer(None, None)

    def set_secure_context(self, options: SecureContext | Mapping[str, Any]) -> None:
        """Use other keys for connections to come. Node's ``setSecureContext()``.

        :param options: of create_secure_context(), or a SecureContext.
        """
        if not isinstance(options, (Mapping, SecureContext)):
            raise misuse.invalid_arg_type("options", "a dict", options)
        context = options if isinstance(options, SecureContext) else SecureContext(options)
        self._tls_settings.context = self._tls_settings.check_context(context)


def create_server(
    options: Mapping[str, Any] | Callable[..., object] | None = None,
    listener: Callable[..., object] | None = None,
    **keywords: Any,
) -> Server:
    """Make a Server. Node's ``tls.createServer()``; the arguments are those of Server."""
    return Server(options, listener, **keywords)
