"""Node's module ``net``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from netuv import address as _address
from netuv import blocklist as _blocklist
from netuv import checks, misuse
from netuv.net import bound as _bound
from netuv.net import connecting as _connecting
from netuv.net import options as _options
from netuv.net import server as _server
from netuv.net import socket as _socket
from netuv.node.arity import fitted
from netuv.node.events import EventEmitter
from netuv.node.names import camel_case, core_options, node_names
from netuv.node.options import (
    MAX_MARK,
    connect_arguments,
    is_falsy,
    keep_alive_delay,
    listen_arguments,
    node_options,
    nodes_spelling,
    socket_options,
)
from netuv.node.stream import Duplex

isIP = _address.is_ip
isIPv4 = _address.is_ipv4
isIPv6 = _address.is_ipv6
getDefaultAutoSelectFamily = _connecting.get_default_auto_select_family
setDefaultAutoSelectFamily = _connecting.set_default_auto_select_family
getDefaultAutoSelectFamilyAttemptTimeout = _connecting.get_default_auto_select_family_attempt_timeout
setDefaultAutoSelectFamilyAttemptTimeout = _connecting.set_default_auto_select_family_attempt_timeout

if TYPE_CHECKING:
    import os

    Callback = Callable[..., object]
    Data = bytes | bytearray | memoryview | str
    # A port, a host or a path, a backlog; or options, or what address() has given; and a callback.
    Place = int | float | str | bytes | os.PathLike[str] | Mapping[str, Any]
    Address = _address.AddressInfo | _address.SocketAddress
    ConnectArgument = Place | Address | Callback | None

    class HasFileno(Protocol):
        """What listen() takes over."""

        def fileno(self) -> int:
            """Its descriptor."""


SocketSelf = TypeVar("SocketSelf", bound="Socket")
ServerSelf = TypeVar("ServerSelf", bound="Server")


@node_names("bytes_read")
class Socket(_socket.Socket, Duplex):
    """``netuv.Socket`` with Node's names, in options too: ``net.Socket({'allowHalfOpen': True})``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        with nodes_spelling():
            if options is not None and not isinstance(options, Mapping):
                raise misuse.invalid_arg_type("options", "a dict", options)
            given, later = socket_options({**(options or {}), **keywords})
            super().__init__(given)
            for name in "readable_high_water_mark", "writable_high_water_mark":
                if name in later and "high_water_mark" not in given:
                    setattr(self, name, checks.check_int(name, later[name], 0, MAX_MARK))
            if not is_falsy(later.get("encoding")):
                self.set_encoding(later["encoding"])
            if not is_falsy(later.get("default_encoding")):
                self.set_default_encoding(later["default_encoding"])

    if TYPE_CHECKING:  # of object streams it is anything

        def write(
            self, data: Data, encoding: str | Callback | None = None, callback: Callback | None = None
        ) -> bool:
            """As of netuv's."""

        def end(
            self: SocketSelf,
            data: Data | Callback | None = None,
            encoding: str | Callback | None = None,
            callback: Callback | None = None,
        ) -> SocketSelf:
            """As of netuv's."""

    def connect(self: SocketSelf, *args: ConnectArgument, **keywords: Any) -> SocketSelf:
        """``(port, host, listener)``, ``(path, listener)`` or ``(options, listener)``; see netuv's."""
        options, listener = connect_arguments(args, keywords)
        with nodes_spelling():
            return super().connect(node_options("connect", options, _options.CONNECT_OPTIONS), listener)

    def set_keep_alive(
        self: SocketSelf, enable: Any = False, initial_delay: Any = 0, interval: Any = None, count: Any = None
    ) -> SocketSelf:
        """As of netuv's; of the delay JavaScript makes a number that the kernel takes."""
        if isinstance(enable, Mapping):
            given = node_options("setKeepAlive", enable, _options.KEEP_ALIVE_OPTIONS)
            enable, initial_delay = given.get("enable"), given.get("initial_delay", 0)
            interval, count = given.get("interval"), given.get("count")
        number = checks.number_in(initial_delay) if isinstance(initial_delay, str) else initial_delay
        number = number if isinstance(number, (int, float)) else 0
        return super().set_keep_alive(enable, keep_alive_delay(number), _positive(interval), _positive(count))


def _positive(value: Any) -> Any:
    """None for what libuv replaces by its default."""
    return value if isinstance(value, (int, float)) and value >= 0 else None


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


@node_names()
class Server(_server.Server, EventEmitter):
    """``netuv.Server`` with Node's names; the sockets it accepts have them, too."""

    _socket_class = Socket

    def __init__(
        self,
        options: Mapping[str, Any] | Callable[..., object] | None = None,
        listener: Callable[..., object] | None = None,
        **keywords: Any,
    ) -> None:
        given, listener = _options.server_arguments(options, listener, keywords, strict=False)
        with nodes_spelling():
            given = node_options("Server", given, _options.SERVER_OPTIONS)
            super().__init__(given, listener if callable(listener) else None)

    def listen(
        self: ServerSelf,
        *args: ConnectArgument | HasFileno | _server.Server | _bound.BoundSocket,
        **keywords: Any,
    ) -> ServerSelf:
        """``(port, host, backlog, callback)``, ``(path, …)`` or ``(options, callback)``; see netuv's."""
        with nodes_spelling():
            options, callback = listen_arguments(args, keywords)
            return super().listen(options, callback)

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


@node_names()
class BoundSocket(_bound.BoundSocket):
    """``netuv.BoundSocket`` with Node's names: ``BoundSocket({'ipv6Only': True})``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        with nodes_spelling():
            if options is not None and not isinstance(options, Mapping):
                raise misuse.invalid_arg_type("options", "a dict", options)
            given = {**(options or {}), **keywords}
            super().__init__(node_options("BoundSocket", given, _options.BOUND_SOCKET_OPTIONS))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


_ADDRESS = ("address", "family", "port", "flowlabel")


@node_names()
class SocketAddress(_address.SocketAddress):
    """``netuv.SocketAddress`` with Node's names: ``SocketAddress({'address': '::1', 'family': 'ipv6'})``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        given = core_options({} if options is None else options, _ADDRESS)
        super().__init__(given | core_options(keywords, _ADDRESS))

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


def connect(*args: ConnectArgument, **keywords: Any) -> Socket:
    """Make a Socket and connect it; the forms are those of ``Socket.connect()``."""
    options, listener = connect_arguments(args, keywords)
    socket = Socket(options)
    if not is_falsy(options.get("timeout")):
        socket.set_timeout(options["timeout"])
    return socket.connect(options, listener)


createConnection = connect
