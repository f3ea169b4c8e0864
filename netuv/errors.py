"""The exceptions that netuv raises and emits, and the messages of what the network does.

Two families, told apart by who caused the error. What the network does arrives as a NetError
with libuv's name for it ('ECONNREFUSED'). What the caller did wrong is raised as ArgTypeError,
ArgValueError or StateError with a name that begins with ERR_; netuv.misuse has their messages.
All carry ``code``.

A NetError is also the builtin exception of its errno, because ``OSError`` already knows which
one that is: ``type(OSError(ECONNREFUSED, ""))`` is ConnectionRefusedError. For each of those
builtins there is one class that derives from both, made when it is first needed, and
``NetError.__new__`` picks it, as ``OSError.__new__`` picks the builtin.

Statuses are libuv's: negative, and for name lookups in a range of their own (UV_EAI_NONAME is
-3008). ``errno`` is always the status negated.
"""

from __future__ import annotations

import errno as _errno
import os
import socket as stdlib_socket
from collections.abc import Sequence
from typing import Any

from netuv.uv.status import NAMES, strerror

_TEXT_IN_MESSAGE = frozenset({"listen"})  # Node spells the error out there, and nowhere else
_NO_PEER_IN_MESSAGE = frozenset({"read", "write", "shutdown", "accept"})
_OF_NAMES = frozenset({"getaddrinfo", "getnameinfo"})
_NOT_FOUND = ("EAI_NONAME", "EAI_NODATA")


class NetError(OSError):
    """What the network or the system did to a socket, a server or a lookup.

    :param message: what ``str()`` gives.
    :param code: the name of the error, such as 'ECONNRESET'; a program compares this.
    :param errno: the system's positive number; for name lookups libuv's (3008 for ENOTFOUND);
        None when the system was not asked. It also selects the builtin exception that the
        instance is: ``NetError("…", code="EPIPE", errno=errno.EPIPE)`` is a BrokenPipeError.
    :param syscall: what failed: 'connect', 'listen', 'read', 'write', 'getaddrinfo', …
    :param address: the IP address or the path that it is about.
    :param port: the port that it is about.
    """

    code: str
    syscall: str | None
    address: str | None
    port: int | None
    #: The name that was looked up, in an error of a lookup.
    hostname: str | None = None
    #: The end that a connect was bound to, when the user asked for a port. Node's ``localAddress``.
    local_address: str | None = None
    #: Its port. Node's ``localPort``.
    local_port: int | None = None

    def __new__(
        cls, message: str = "", *_: Any, code: str = "", errno: int | None = None, **__: Any
    ) -> NetError:
        """Pick the class that is also the builtin of ``errno``."""
        kind = cls if errno is None else _also_builtin(cls, errno)
        return OSError.__new__(kind, *((message,) if errno is None else (errno, message)))

    def __init__(
        self,
        message: str,
        *,
        code: str,
        errno: int | None = None,
        syscall: str | None = None,
        address: str | None = None,
        port: int | None = None,
    ) -> None:
        # OSError's fields and args were set by __new__.
        self.code = code
        self.syscall = syscall
        self.address = address
        self.port = port

    def __str__(self) -> str:
        return str(self.args[-1])

    @property
    def message(self) -> str:
        """The same as ``str(error)``. Node's ``message``."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (type(self), self.args), self.__dict__


def _unpickle(kind: type[NetError], args: tuple[Any, ...]) -> NetError:
    return OSError.__new__(kind, *args)


class NetLookupError(NetError, stdlib_socket.gaierror):
    """A name could not be resolved, or an address has none; ``hostname`` is what was looked up."""


class AggregateNetError(NetError):
    """Every address of a host was tried and failed.

    ``code``, ``errno``, ``address`` and ``port`` are the first error's, ``errors`` lists all.

    :param errors: the errors of the attempts, in their order; at least one.
    """

    errors: list[NetError]

    def __new__(cls, errors: Sequence[NetError], *_: Any, **__: Any) -> AggregateNetError:
        """Pick the class that is also the builtin of the first error."""
        reasons = "; ".join(str(error) for error in errors)
        text = f"all {len(errors)} connection attempts failed: {reasons}"
        self = NetError.__new__(cls, text, errno=errors[0].errno)
        assert isinstance(self, AggregateNetError)
        return self

    def __init__(self, errors: Sequence[NetError]) -> None:
        first = errors[0]
        super().__init__("", code=first.code, syscall=first.syscall, address=first.address, port=first.port)
        self.errors = list(errors)


class AbortError(NetError):
    """An AbortSignal said to stop; ``reason`` is what it gave, and the cause if an exception."""

    reason: object = None


# What the names of such classes begin with: NetConnectionRefusedError, AggregateTimeoutError, ...
_PREFIXES: dict[type[NetError], str] = {NetError: "Net", AggregateNetError: "Aggregate"}


def _also_builtin(kind: type[NetError], number: int) -> type[NetError]:
    """The class that is of this kind and also the builtin of an errno."""
    builtin = type(OSError(number, ""))
    if builtin is OSError or kind not in _PREFIXES:
        return kind
    name = _PREFIXES[kind] + builtin.__name__
    made: type[NetError] | None = globals().get(name)
    if made is None:
        doc = f"{kind.__name__} that is also the builtin {builtin.__name__}."
        made = type(name, (kind, builtin), {"__doc__": doc, "__module__": __name__})
        made = globals().setdefault(name, made)  # another thread may have made it meanwhile
    return made


def __getattr__(name: str) -> Any:
    # pickle asks by name for a class that this process has not needed yet.
    for number in _errno.errorcode:
        for kind in _PREFIXES:
            if _also_builtin(kind, number).__name__ == name:
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _describe(status: int) -> tuple[str, str]:
    """Name and text of a status; libuv's, or the system's for what libuv has no name for."""
    name = NAMES.get(status)
    if name is not None:
        return name, strerror(status)
    name = _errno.errorcode.get(-status)
    return (name, os.strerror(-status).lower()) if name else ("UNKNOWN", "unknown error")


def from_status(
    status: int,
    syscall: str,
    address: str | None = None,
    port: int | None = None,
    *,
    local: tuple[Any, ...] | None = None,
) -> NetError:
    """The exception of a libuv status, with the message that Node has for it.

    :param status: libuv's negative number.
    :param syscall: 'connect', 'listen', 'bind', 'read', 'write', 'shutdown', 'getaddrinfo', …
    :param address: the address or path; for 'getaddrinfo' and 'getnameinfo' what was looked up.
    :param port: the port, if any.
    :param local: (address, port) that a connect was bound to, if the user asked for a port.
    """
    code, text = _describe(status)
    if syscall in _OF_NAMES:
        if code in _NOT_FOUND:
            code = "ENOTFOUND"
        message = f"{syscall} {code} {address}" if address else f"{syscall} {code}"
        lookup = NetLookupError(message, code=code, errno=-status, syscall=syscall)
        lookup.hostname = address
        return lookup
    if port is not None and port <= 0:
        port = None
    message = f"{syscall} {code}"
    if syscall in _TEXT_IN_MESSAGE:
        message += f": {text}"
    if address and syscall not in _NO_PEER_IN_MESSAGE:
        message += f" {address}:{port}" if port else f" {address}"
    here = local[:2] if local and local[0] and local[1] else (None, None)
    if here[1]:
        message += f" - Local ({here[0]}:{here[1]})"
    error = NetError(message, code=code, errno=-status, syscall=syscall, address=address, port=port)
    if here[1]:
        error.local_address, error.local_port = here
    return error


def from_uv_error(
    exc: BaseException,
    syscall: str,
    address: str | None = None,
    port: int | None = None,
    *,
    local: tuple[Any, ...] | None = None,
) -> NetError:
    """The exception of an error that pyuv raised; arguments as in :func:`from_status`.

    pyuv raises HandleClosedError without a status: that is EBADF.
    """
    status = exc.args[0] if exc.args else None
    if not isinstance(status, int):
        status = -_errno.EBADF
    return from_status(status, syscall, address, port, local=local)


def aggregate(errors: Sequence[NetError]) -> NetError:
    """The error of a connect whose attempts failed: the only one itself, or one for all."""
    return errors[0] if len(errors) == 1 else AggregateNetError(errors)


def this_socket_ended_by_other_party() -> NetError:
    """EPIPE: a write after the peer's FIN had already closed this side."""
    text = "This socket has been ended by the other party"
    return NetError(text, code="EPIPE", errno=_errno.EPIPE)


def connection_timeout(address: str | None = None, port: int | None = None) -> NetError:
    """An attempt of happy eyeballs that took too long; it is also a TimeoutError."""
    return NetError(
        "Socket connection timeout",
        code="ERR_SOCKET_CONNECTION_TIMEOUT",
        errno=_errno.ETIMEDOUT,
        address=address,
        port=port,
    )


def ip_blocked(address: str) -> NetError:
    """The block list of the connect option has this address."""
    return NetError(f"IP({address}) is blocked by net.BlockList", code="ERR_IP_BLOCKED", address=address)


def premature_close() -> NetError:
    """A stream closed before it had ended."""
    return NetError("Premature close", code="ERR_STREAM_PREMATURE_CLOSE")


def abort_error(reason: object = None) -> AbortError:
    """What an aborted operation fails with; an exception given as reason becomes the cause."""
    error = AbortError("The operation was aborted", code="ABORT_ERR")
    error.reason = reason
    if isinstance(reason, BaseException):
        error.__cause__ = reason
    return error


def abort_reason() -> AbortError:
    """The reason of a signal that was aborted without one."""
    return AbortError("This operation was aborted", code="ABORT_ERR")


def abort_timeout() -> NetError:
    """The reason of AbortSignal.timeout(); it is also a TimeoutError."""
    text = "The operation was aborted due to timeout"
    return NetError(text, code="TIMEOUT_ERR", errno=_errno.ETIMEDOUT)


class StateError(NetError):
    """The call does not fit the state that the socket, server or loop is in."""


class HandleTypeError(StateError, TypeError):
    """The operation is not for this kind of handle or descriptor."""


class ArgTypeError(TypeError):
    """An argument of a type that is not accepted, or one too few, or an unknown option."""

    def __init__(self, message: str, code: str = "ERR_INVALID_ARG_TYPE") -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])

    @property
    def message(self) -> str:
        """The same as ``str(error)``. Node's ``message``."""
        return str(self)


class ArgValueError(ValueError):
    """An argument of the right type whose value is not accepted."""

    def __init__(self, message: str, code: str = "ERR_INVALID_ARG_VALUE") -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])

    @property
    def message(self) -> str:
        """The same as ``str(error)``. Node's ``message``."""
        return str(self)


def chain(first: BaseException, later: list[BaseException]) -> None:
    """Hang later exceptions on the end of the first one's ``__context__``.

    Exceptions may share their contexts, or be one another's. Each appears once: a chain is cut where it
    comes to one that is there already, for a cycle would be followed for ever by whoever prints it.
    """
    known: set[int] = set()
    last: BaseException | None = None
    for error in (first, *later):
        each: BaseException | None = error
        while each is not None and id(each) not in known:
            known.add(id(each))
            if last is not None and last.__context__ is not each:
                last.__context__ = each
            last, each = each, each.__context__
    assert last is not None
    if last.__context__ is not None:
        last.__context__ = None
