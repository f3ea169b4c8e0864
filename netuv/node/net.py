"""Node's module ``net``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import address as _address
from netuv import blocklist as _blocklist
from netuv import checks
from netuv.net import connecting as _connecting
from netuv.net import options as _options
from netuv.net import server as _server
from netuv.net import socket as _socket
from netuv.node.arity import fitted
from netuv.node.events import EventEmitter
from netuv.node.names import camel_case, core_options, node_names
from netuv.node.stream import Duplex

isIP = _address.is_ip
isIPv4 = _address.is_ipv4
isIPv6 = _address.is_ipv6
getDefaultAutoSelectFamily = _connecting.get_default_auto_select_family
setDefaultAutoSelectFamily = _connecting.set_default_auto_select_family
getDefaultAutoSelectFamilyAttemptTimeout = _connecting.get_default_auto_select_family_attempt_timeout
setDefaultAutoSelectFamilyAttemptTimeout = _connecting.set_default_auto_select_family_attempt_timeout

SocketSelf = TypeVar("SocketSelf", bound="Socket")
ServerSelf = TypeVar("ServerSelf", bound="Server")

_CONNECT = (*_options.NEW_CONNECTION_OPTIONS, "listener")
_LISTEN = (*_options.LISTEN_OPTIONS, "callback")


def _arguments(
    kind: str, args: tuple[Any, ...], keywords: Mapping[str, Any], known: tuple[str, ...]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Those of connect() or listen() as netuv takes them."""
    if args and isinstance(args[0], Mapping):
        args = (core_options(kind, _to_host(args[0]), known), *args[1:])
    return args, core_options(kind, keywords, known)


def _to_host(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{'address': …, 'family': …, 'port': …}``, which is what address() returns, means that place."""
    if "address" not in options:
        return options
    place = {"host": options["address"], **options}
    del place["address"]
    place.pop("family", None)  # the address says it
    return place


def _only(names: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Without the options that Node ignores here, because they belong to another call."""
    return {name: value for name, value in options.items() if name in names}


@node_names("bytes_read")
class Socket(_socket.Socket, Duplex):
    """``netuv.Socket`` with Node's names, in options too: ``net.Socket({'allowHalfOpen': True})``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        given = core_options("Socket", {} if options is None else options, _options.NEW_CONNECTION_OPTIONS)
        given |= core_options("Socket", keywords, _options.NEW_CONNECTION_OPTIONS)
        super().__init__(_only(_options.SOCKET_OPTIONS, given))

    def connect(self: SocketSelf, *args: Any, **keywords: Any) -> SocketSelf:
        """``(port, host, listener)``, ``(path, listener)`` or ``(options, listener)``; see netuv's."""
        args, keywords = _arguments("connect", args, keywords, _CONNECT)
        known = (*_options.CONNECT_OPTIONS, "listener")
        if args and isinstance(args[0], dict):
            args = (_only(known, args[0]), *args[1:])
        return super().connect(*args, **_only(known, keywords))


class DropInfo(Mapping[str, Any]):
    """What 'drop' tells: ``localAddress``, ``remotePort``, … as attributes and as keys."""

    localAddress: str | None
    localPort: int | None
    localFamily: str | None
    remoteAddress: str | None
    remotePort: int | None
    remoteFamily: str | None

    def __init__(self, info: _address.DropInfo) -> None:
        self.__dict__.update((camel_case(name), value) for name, value in info.items())

    def __getitem__(self, key: str) -> Any:
        return self.__dict__[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __repr__(self) -> str:
        return f"DropInfo({self.__dict__})"


@node_names("allow_half_open", "high_water_mark", "pause_on_connect")
class Server(_server.Server, EventEmitter):
    """``netuv.Server`` with Node's names; the sockets it accepts have them, too."""

    _socket_class = Socket

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        if isinstance(options, Mapping):
            options = core_options("Server", options, _options.SERVER_OPTIONS)
        super().__init__(options, listener, **core_options("Server", keywords, _options.SERVER_OPTIONS))

    def listen(self: ServerSelf, *args: Any, **keywords: Any) -> ServerSelf:
        """``(port, host, backlog, callback)``, ``(path, …)`` or ``(options, callback)``; see netuv's."""
        args, keywords = _arguments("listen", args, keywords, _LISTEN)
        return super().listen(*args, **keywords)

    def close(self: ServerSelf, callback: Any = None) -> ServerSelf:
        """As of netuv's; what is no function is ignored."""
        return super().close(fitted(callback, 1) if callable(callback) else None)

    def get_connections(self: ServerSelf, callback: Callable[..., object]) -> ServerSelf:
        """As of netuv's."""
        checks.check_callback("callback", callback)
        return super().get_connections(fitted(callback, 2))

    def emit(self, event: str, *args: Any, **keywords: Any) -> bool:
        """As of EventEmitter; 'drop' carries Node's names."""
        if event == "drop" and args and isinstance(args[0], _address.DropInfo):
            args = (DropInfo(args[0]), *args[1:])
        return super().emit(event, *args, **keywords)


@node_names()
class BlockList(_blocklist.BlockList):
    """``netuv.BlockList`` with Node's names."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


_ADDRESS = ("address", "family", "port", "flowlabel")


@node_names()
class SocketAddress(_address.SocketAddress):
    """``netuv.SocketAddress`` with Node's names: ``SocketAddress({'address': '::1', 'family': 'ipv6'})``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        given = core_options("SocketAddress", {} if options is None else options, _ADDRESS)
        super().__init__(given | core_options("SocketAddress", keywords, _ADDRESS))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


#: An old name that Node still has.
Stream = Socket


def createServer(
    options: Mapping[str, Any] | Callable[..., object] | None = None,
    listener: Callable[..., object] | None = None,
    **keywords: Any,
) -> Server:
    """Make a Server: ``createServer(listener)``, ``createServer(options, listener)``."""
    return Server(options, listener, **keywords)


def connect(*args: Any, **keywords: Any) -> Socket:
    """Make a Socket and connect it; the forms are those of ``Socket.connect()``."""
    made = _socket.connect_as(Socket, *_arguments("connect", args, keywords, _CONNECT))
    assert isinstance(made, Socket)
    return made


createConnection = connect
