"""Node's module ``tls``. It is not imported by ``netuv.node``: ``from netuv.node import tls``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import misuse
from netuv import tls as _tls
from netuv.net import options as _options
from netuv.node import net as _net
from netuv.node.events import EventEmitter
from netuv.node.names import core_options, node_names
from netuv.node.options import listen_arguments, nodes_spelling
from netuv.node.stream import Duplex
from netuv.tls import server as _server
from netuv.tls import settings as _settings
from netuv.tls import socket as _socket

DEFAULT_CIPHERS = _tls.DEFAULT_CIPHERS
DEFAULT_ECDH_CURVE = _tls.DEFAULT_ECDH_CURVE
DEFAULT_MAX_VERSION = _tls.DEFAULT_MAX_VERSION
DEFAULT_MIN_VERSION = _tls.DEFAULT_MIN_VERSION
SecureContext = _tls.SecureContext
checkServerIdentity = _tls.check_server_identity
getCiphers = _tls.get_ciphers


def __getattr__(name: str) -> Any:
    if name == "rootCertificates":
        return list(_tls.root_certificates())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_KNOWN = tuple(
    dict.fromkeys((*_socket.CONNECT_OPTIONS, *_socket.SOCKET_OPTIONS, *_server.SERVER_OPTIONS, "listener"))
)


def _core(options: Any) -> dict[str, Any]:
    """Options as netuv takes them; only ``False`` is no to rejectUnauthorized, as in Node."""
    given = core_options(options, _KNOWN)
    if "reject_unauthorized" in given:
        given["reject_unauthorized"] = given["reject_unauthorized"] is not False
    if "request_cert" in given:
        given["request_cert"] = bool(given["request_cert"])
    return given


def _only(names: tuple[str, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """Without the options that Node ignores here, because they belong to another call."""
    return {name: value for name, value in options.items() if name in names}


@node_names()
class TLSSocket(_socket.TLSSocket, Duplex):
    """``netuv.tls.TLSSocket`` with Node's names, in options too: ``{'isServer': True}``."""

    def __init__(self, socket: Any = None, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        given = _core({**(options or {}), **keywords})
        with nodes_spelling():
            super().__init__(socket, _only(_socket.SOCKET_OPTIONS, given))


@node_names()
class Server(_server.Server, EventEmitter):
    """``netuv.tls.Server`` with Node's names; the sockets it accepts have them, too."""

    _socket_class = TLSSocket
    _raw_class = _net.Socket

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        given, listener = _options.server_arguments(options, listener, keywords, strict=False)
        given = _core(given)
        with nodes_spelling():
            super().__init__(_only(_server.SERVER_OPTIONS, given), listener)

    def listen(self, *args: Any, **keywords: Any) -> Any:
        """``(port, host, backlog, callback)``, ``(path, …)`` or ``(options, callback)``; see netuv's."""
        with nodes_spelling():
            options, callback = listen_arguments(args, keywords)
            return super().listen(_only((*_options.LISTEN_OPTIONS,), options), callback)

    def add_context(self, servername: str, context: Any) -> None:
        """As of netuv's; the options may be spelled as in Node."""
        super().add_context(servername, _context(context))

    def set_secure_context(self, options: Any) -> None:
        """As of netuv's; the options may be spelled as in Node."""
        super().set_secure_context(_context(options))


def _context(options: Any) -> Any:
    return core_options(options, _settings.CONTEXT_OPTIONS) if isinstance(options, Mapping) else options


def connect(*args: Any, **keywords: Any) -> TLSSocket:
    """Make a TLSSocket and connect it; the forms are those of ``netuv.tls.connect()``."""
    known = (*_socket.CONNECT_OPTIONS, "listener")
    given = [_only(known, _core(each)) if isinstance(each, Mapping) else each for each in args]
    with nodes_spelling():
        return _socket.connect_as(TLSSocket, tuple(given), _only(known, _core(keywords)))


def createServer(
    options: Mapping[str, Any] | Callable[..., object] | None = None,
    listener: Callable[..., object] | None = None,
    **keywords: Any,
) -> Server:
    """Make a Server: ``createServer(options, secureConnectionListener)``."""
    return Server(options, listener, **keywords)


def createSecureContext(options: Mapping[str, Any] | None = None, **keywords: Any) -> SecureContext:
    """Make a SecureContext, of options in either spelling."""
    if options is not None and not isinstance(options, Mapping):
        raise misuse.invalid_arg_type("options", "a dict", options)
    return SecureContext(core_options({**(options or {}), **keywords}, _settings.CONTEXT_OPTIONS))
