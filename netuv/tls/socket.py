"""TLSSocket: a Socket whose wire is TLS. Node's ``tls.TLSSocket`` and ``tls.connect()``.

All that a Socket is, it is: the stream, connecting, addresses, timeouts, half-open, destroy. What differs is
the wire that it gets when there is a connection (``_open_wire``, and ``_accepted`` of a server's), and what
that says of the handshake. Before it is done an error of a server's socket is the server's to hear, as
'tlsClientError'.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, errors, misuse
from netuv.loop import Loop
from netuv.net import options as opts
from netuv.net.lent import host_of, lend
from netuv.net.socket import Socket
from netuv.stream import Duplex
from netuv.stream.base import Done
from netuv.timers import Timeout, set_timeout
from netuv.tls import faults, handshake, settings
from netuv.tls.settings import Session, Settings
from netuv.tls.wire import TLSWire
from netuv.uv import handles
from netuv.uv.wire import Wire

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="TLSSocket")

_OF_SOCKET = tuple(name for name in opts.SOCKET_OPTIONS if name not in ("fd", "handle"))
_OF_TLS = tuple(
    dict.fromkeys((*settings.CLIENT_OPTIONS, *settings.SERVER_OPTIONS, *settings.CONTEXT_OPTIONS))
)
SOCKET_OPTIONS = (*_OF_SOCKET, *_OF_TLS, "host", "is_server")
CONNECT_OPTIONS = (
    *(name for name in opts.NEW_CONNECTION_OPTIONS if name not in ("fd", "handle")),
    *settings.CLIENT_OPTIONS,
    *settings.CONTEXT_OPTIONS,
    "socket",
)


class TLSSocket(Socket):
    """A connection over TLS. Node's ``tls.TLSSocket``.

    :param socket: a Socket, connected or to be connected, or any other Duplex, to work on. It is taken over:
        nothing is to be read from it or written to it any more.
    :param options: those of Socket without ``fd`` and ``handle``, those of create_secure_context(), and:
    :param is_server: True for the side that answers.
    :param host: of a client, where ``socket`` is connected to: what is looked for in the certificate.
    :param secure_context: a SecureContext, in the place of its options.
    :param reject_unauthorized: False to go on when a certificate is not to be trusted; see ``authorized``.
    :param servername: of a client, the name to ask for (SNI) and to look for in the certificate.
    :param check_server_identity: of a client, a function like tls.check_server_identity().
    :param alpn_protocols: names of protocols, the best first.
    :param session: of a client, a Session to take up anew.
    :param request_cert: of a server, whether to ask the client for a certificate.
    :param alpn_callback, sni_callback, handshake_timeout: of a server, as of tls.Server.

    Emits what a Socket does, and when the handshake is done 'secureConnect' on a client, and 'secure';
    further 'session' (Session) for each ticket that a client gets, and 'keylog' (bytes), both only for
    listeners that are there before.
    """

    #: Always True, to tell it from other sockets. Node's name is the same.
    encrypted = True
    #: True when the connection has ended without the peer's goodbye (close_notify). netuv's own.
    truncated: bool = False

    _tls_settings: Settings = None  # type: ignore[assignment]  # of a server's: when it gets its wire
    _tls: handshake.Handshake | None = None
    _identity: str | None = None  # of the peer: what to look for in its certificate, when it was given
    _place: tuple[str | None, int | None, str | None] = (None, None, None)  # as of disconnected_early()
    _timer: Timeout | None = None  # of a server's handshake
    _tls_server: Any = None
    _secure: bool = False
    _session_id: bytes = b""  # of the last session that was looked at
    _lower: Duplex | None = None  # the stream that it works on, when that is not its own handle
    _lent: Wire | None = None  # the wire of that

    def __init__(
        self, socket: Duplex | None = None, options: Mapping[str, Any] | None = None, **keywords: Any
    ) -> None:
        if options is not None and not isinstance(options, Mapping):
            raise misuse.invalid_arg_type("options", "a dict", options)
        if socket is not None and not isinstance(socket, Duplex):
            raise misuse.invalid_arg_type("socket", "a Duplex stream", socket)
        given = {**(options or {}), **keywords}
        checks.check_options("TLSSocket", given, SOCKET_OPTIONS)
        self._tls_settings = Settings(given, is_server=bool(given.get("is_server")))
        self._identity = given.get("host") or (socket._identity if isinstance(socket, TLSSocket) else None)
        of_socket = {name: given[name] for name in _OF_SOCKET if name in given}
        if socket is not None:
            of_socket["allow_half_open"] = socket.allow_half_open
        super().__init__(of_socket)
        if socket is not None:
            self._wrap(socket)

    def _wrap(self, stream: Duplex) -> None:
        """Work on a stream that there is already, when it is connected."""
        self._lower = stream
        stream.on("close", self._on_lower_close)
        stream.on("error", self._on_lower_error)
        if isinstance(stream, Socket) and stream.pending and not stream.destroyed:
            self.connecting = True
            stream.once("connect", self._on_lower_connected)
        elif self._tls_settings.is_server:  # whose program gives it its listeners first
            self._next_tick(self._take_lower)
        else:
            self._take_lower()

    def _take_lower(self) -> None:
        assert self._lower is not None
        if not self._stream_life.phase:
            handle, self._lent = lend(self._lower, self, self._later)
            self._adopt(handle)

    def _on_lower_connected(self) -> None:
        if not self._stream_life.phase:
            self.connecting = False
            self._take_lower()
            self.emit("connect")

    def _on_lower_error(self, error: BaseException) -> None:
        self.destroy(error)

    def _on_lower_close(self, *had_error: object) -> None:
        self.destroy()

    @classmethod
    def over(cls: type[Self], stream: Duplex, server: Any, loop: Loop) -> Self:
        """The socket of a server's connection that there is already as a stream."""
        self = cls.__new__(cls)
        self._tls_settings = server._tls_settings
        super().__init__(self, loop=loop, allow_half_open=stream.allow_half_open)
        self._serve(server)
        self._wrap(stream)
        return self

    # -- the wire ----------------------------------------------------------------------------------

    def _open_wire(self) -> None:
        """There is a connection: from here on it speaks TLS and nothing else."""
        if self._tls_settings is None:
            self._tls_settings = self.server._tls_settings
            self._serve(self.server)
        wire = TLSWire(self._lent or self._handle)
        super()._open_wire()
        self._writable_state.wire = wire
        self._secure = self.truncated = False
        server = self._tls_server
        keylog = (self if server is None else server).listener_count("keylog") > 0
        if self._tls_settings.is_server:
            self._tls = handshake.ServerHandshake(self._tls_settings, wire.resume_handshake, keylog)
        else:
            host = self._identity or host_of(self._lower or self) or "localhost"
            self._tls = handshake.ClientHandshake(self._tls_settings, host, keylog)
        wire.begin(self._tls, self)

    def _serve(self, server: Any) -> None:
        """The server hears what goes wrong until the handshake is done."""
        self._tls_server = server
        self.on("error", self._tell_server)
        self.on("close", self._tell_server_of_close)
        timeout = self._tls_settings.handshake_timeout
        if timeout:
            self._timer = set_timeout(self._on_handshake_timeout, timeout, loop=self._loop)

    def _tell_server(self, error: BaseException) -> None:
        server = self._leave_server()
        if server is not None:
            server.emit("tlsClientError", error, self)

    def _tell_server_of_close(self, had_error: bool) -> None:
        self._tell_server(faults.hang_up())

    def _leave_server(self) -> Any:
        """From here on errors are the program's. The server, the first time."""
        server, self._tls_server = self._tls_server, None
        if server is not None:
            self.remove_listener("error", self._tell_server)
            self.remove_listener("close", self._tell_server_of_close)
        return server

    def _on_handshake_timeout(self) -> None:
        self._timer = None
        self.destroy(faults.handshake_timeout())

    async def _connected(self: Self) -> Self:
        """As of Socket; what is awaited is the handshake."""
        if not self._adopted:
            self._adopt_for_tasks()
        try:
            while not self._secure and not self.destroyed:
                await self._event("secure")
        except BaseException:
            self.destroy()
            raise
        self._raise_if_ended()
        return self

    # -- what the wire says ------------------------------------------------------------------------

    def _later(self, callback: Callable[[], None]) -> None:
        self._next_tick(callback)

    def _on_secure(self) -> bool:
        """Tell of it; whether somebody listens to 'session' then."""
        self._secure = True
        self._stop_timer()
        server = self._leave_server()
        life = self._stream_life
        if server is not None:
            if server._tell_secure(self):
                self._adopt_for_tasks()
        elif not self._tls_settings.is_server:
            self.emit("secureConnect")
        self.emit("secure")
        if life.phase or life is not self._stream_life:
            return False
        return "session" in self._events and self._look_for_session(in_handshake=True)

    def _on_record(self) -> None:
        self._look_for_session()

    def _look_for_session(self, in_handshake: bool = False) -> bool:
        """Emit 'session' for a ticket that has come. False when there will be no more of them."""
        if self._tls is None or self._tls.engine is None:
            return False
        engine, session = self._tls.engine, handshake.session_of(self._tls)
        if engine.ssl.version() != "TLSv1.3":
            if in_handshake and session is not None and not engine.ssl.session_reused:
                self.emit("session", session)
            return False
        known, self._session_id = self._session_id, session.value.id if session is not None else b""
        if not in_handshake and session is not None and session.value.id != known:
            self.emit("session", session)
        return True

    def _on_keylog(self, lines: list[bytes]) -> None:
        for line in lines:
            if self._tls_settings.is_server and self._tls_server is not None:
                self._tls_server.emit("keylog", line, self)
            else:
                self.emit("keylog", line)

    def _on_broken(self, error: BaseException) -> None:
        self.destroy(error)

    def _on_hang_up(self, status: int) -> None:
        if status != handles.EOF:
            self.destroy(errors.from_status(status, "read"))
        elif self._tls_settings.is_server:
            self.destroy(faults.hang_up())
        else:
            self.destroy(faults.disconnected_early(*self._place))

    def _error_of_send(self, cause: Exception) -> BaseException:
        if isinstance(cause, ssl.SSLError):
            return faults.from_ssl_error(cause)
        return super()._error_of_send(cause)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        self._stop_timer()
        if self._tls is not None:
            self._tls.forget()
        if self._lower is not None and self._handle is None:  # which would close it
            self._lower.destroy()
        super()._destroy(error, done)

    def _close_quietly(self) -> None:
        self._stop_timer()
        if self._lower is not None:
            self._handle = None  # which is that stream's to close
        super()._close_quietly()

    # -- facts -------------------------------------------------------------------------------------

    @property
    def secure_connecting(self) -> bool:
        """True until the handshake is done. Node's ``secureConnecting``."""
        return not self._secure

    @property
    def authorized(self) -> bool:
        """Whether the peer's certificate was found good. Node's name is the same."""
        return self._tls is not None and self._tls.authorized

    @property
    def authorization_error(self) -> str | None:
        """The code of what is wrong with the peer's certificate, or None. Node's ``authorizationError``."""
        return self._tls.authorization_error if self._tls is not None else None

    @property
    def alpn_protocol(self) -> str | bool | None:
        """The protocol that was chosen, False for none; None before. Node's ``alpnProtocol``."""
        return self._tls.alpn_protocol if self._tls is not None else None

    @property
    def servername(self) -> str | bool | None:
        """The name that the client has asked for (SNI), False for none; None before."""
        return self._tls.servername if self._tls is not None else None

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        """The stdlib's object of this connection, for what is not here; None without one. netuv's own."""
        return self._tls.engine.ssl if self._tls is not None and self._tls.engine is not None else None

    def get_protocol(self) -> str | None:
        """'TLSv1.3', 'TLSv1.2' and so on; None without a connection. Node's ``getProtocol()``."""
        found = self.ssl_object
        return found.version() if found is not None else None

    def get_cipher(self) -> dict[str, str] | None:
        """``name``, ``standardName`` and ``version``; None without a connection. Node's ``getCipher()``."""
        engine = self._tls.engine if self._tls is not None else None
        return handshake.cipher(engine) if engine is not None else None

    def get_peer_certificate(self, detailed: bool = False) -> dict[str, Any] | None:
        """The peer's certificate in Node's keys, {} when it has shown none, None without a connection.

        Node's ``getPeerCertificate()``.

        :param detailed: with ``issuerCertificate``, as far as the chain goes that the peer has sent.
        """
        engine = self._tls.engine if self._tls is not None else None
        return handshake.peer_certificate(engine, detailed) if engine is not None else None

    def get_peer_certificate_chain(self) -> list[bytes]:
        """What the peer has sent, in DER, its own first; it may not be verified. netuv's own."""
        engine = self._tls.engine if self._tls is not None else None
        return engine.chain() if engine is not None else []

    def get_certificate(self) -> dict[str, Any] | None:
        """The own certificate, {} without one; None without a connection. Node's ``getCertificate()``."""
        if self._tls is None or self._tls.engine is None:
            return None
        return handshake.own_certificate(self._tls)

    def get_session(self) -> Session | None:
        """What a client keeps to take the connection up anew. Node's ``getSession()``."""
        return handshake.session_of(self._tls) if self._tls is not None else None

    def set_servername(self, name: str) -> None:
        """Ask for this name; before the handshake. Node's ``setServername()``.

        Raises ERR_TLS_SNI_FROM_SERVER on a server's side, and ERR_INVALID_STATE afterwards.
        """
        name = settings.check_servername(name)
        if self._tls_settings.is_server:
            raise faults.servers_have_no_name()
        if self._tls is not None:
            raise faults.too_late("set_servername()")
        self._tls_settings.servername = name

    def set_session(self, session: Session | None) -> None:
        """Take this session up anew; before the handshake. Node's ``setSession()``.

        Raises ERR_INVALID_STATE afterwards.
        """
        session = settings.check_session(session)
        if self._tls is not None:
            raise faults.too_late("set_session()")
        self._tls_settings.session = session

    def is_session_reused(self) -> bool:
        """Whether a session was taken up anew. Node's ``isSessionReused()``."""
        found = self.ssl_object
        return bool(found.session_reused) if found is not None else False

    def renegotiate(
        self, options: Mapping[str, Any], callback: Callable[[BaseException], object] | None = None
    ) -> bool:
        """Always refused: False, and the callback hears ERR_TLS_RENEGOTIATION_DISABLED.

        Node's ``renegotiate()``.
        """
        if not isinstance(options, Mapping):
            raise misuse.invalid_arg_type("options", "a dict", options)
        if callback is not None:
            checks.check_callback("callback", callback)
            self._next_tick(callback, faults.renegotiation_disabled())
        return False

    def disable_renegotiation(self) -> None:
        """It always is. Node's ``disableRenegotiation()``."""


def connect(*args: Any, **keywords: Any) -> TLSSocket:
    """Make a TLSSocket and connect it. Node's ``tls.connect()``.

    The forms are ``(port, host, options, listener)``, ``(path, options, listener)`` and
    ``(options, listener)``, of which all but the first may be left out; options may be keywords too, the
    listener among them as ``listener``. It hears 'secureConnect', once. The options are those of
    ``netuv.connect()``, of create_secure_context(), and those of a client's TLSSocket.

    The certificate has to be for ``servername``, or else for ``host`` ('localhost').
    """
    return connect_as(TLSSocket, args, keywords)


def connect_as(kind: type[Self], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Self:
    """connect(), for a subclass of TLSSocket."""
    args, keywords = _pull_options(args, keywords)
    given, listener = opts.normalize("connect", args, keywords, CONNECT_OPTIONS, "listener")
    lower = given.get("socket")
    if lower is None and not any(given.get(name) is not None for name in ("port", "path")):
        raise misuse.missing_args("options", "port", "path")
    options = {name: given[name] for name in SOCKET_OPTIONS if name in given}
    socket = kind(lower, options)
    address = given.get("path") or given.get("host")
    socket._place = (address and os.fsdecode(address), given.get("port"), given.get("local_address"))
    if listener is not None:
        socket.once("secureConnect", listener)
    if given.get("timeout"):
        socket.set_timeout(given["timeout"])
    if lower is not None:
        return socket
    return socket.connect({name: given[name] for name in opts.CONNECT_OPTIONS if name in given})


def _pull_options(
    args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A dict behind port, host or path is as good as keywords."""
    merged: dict[str, Any] = {}
    rest = []
    for index, each in enumerate(args):
        if index and isinstance(each, Mapping):
            merged.update(each)
        else:
            rest.append(each)
    return tuple(rest), {**merged, **keywords}
