"""Every exception that netuv makes, and every message: nothing else formats one.

Two families, told apart by who caused the error. What the network does arrives as a NetError
with libuv's name for it ('ECONNREFUSED'); what the caller did wrong is raised as ArgTypeError,
ArgValueError or StateError with a name that begins with ERR_. All carry ``code``.

A NetError is also the builtin exception of its errno, because ``OSError`` already knows which
one that is: ``type(OSError(ECONNREFUSED, ""))`` is ConnectionRefusedError. For each of those
builtins there is one class made at import that derives from both, and ``NetError.__new__``
picks it, as ``OSError.__new__`` picks the builtin.

Statuses are libuv's: negative, and for name lookups in a range of their own (UV_EAI_NONAME is
-3008). ``errno`` is always the status negated.
"""

from __future__ import annotations

import difflib
import errno as _errno
import inspect
import os
import re
import socket as stdlib_socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any

import pyuv

# --- what the network does -----------------------------------------------------------------

_NAMES: dict[int, str] = {number: name.removeprefix("UV_") for number, name in pyuv.errno.errorcode.items()}

_TEXT_IN_MESSAGE = frozenset({"listen"})  # Node spells the error out there, and nowhere else
_NO_PEER_IN_MESSAGE = frozenset({"read", "write", "shutdown", "accept"})
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
    """A name could not be resolved; ``hostname`` is the name."""


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


# (family, builtin) -> the class that is both. They are also names of this module, so that
# their instances can be pickled: NetConnectionRefusedError, AggregateTimeoutError, ...
_BOTH: dict[tuple[type[NetError], type[OSError]], type[NetError]] = {}


def _also_builtin(kind: type[NetError], number: int) -> type[NetError]:
    return _BOTH.get((kind, type(OSError(number, ""))), kind)


def _make_classes() -> None:
    for builtin in {type(OSError(number, "")) for number in _errno.errorcode} - {OSError}:
        for family, prefix in (NetError, "Net"), (AggregateNetError, "Aggregate"):
            name = prefix + builtin.__name__
            doc = f"{family.__name__} that is also the builtin {builtin.__name__}."
            namespace = {"__doc__": doc, "__module__": __name__}
            _BOTH[family, builtin] = globals()[name] = type(name, (family, builtin), namespace)


_make_classes()


def _describe(status: int) -> tuple[str, str]:
    """Name and text of a status; libuv's, or the system's for what libuv has no name for."""
    name = _NAMES.get(status)
    if name is not None:
        return name, str(pyuv.errno.strerror(status))
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
    :param address: the address or path; for 'getaddrinfo' the name that was looked up.
    :param port: the port, if any.
    :param local: (address, port) that a connect was bound to, if the user asked for a port.
    """
    code, text = _describe(status)
    if syscall == "getaddrinfo":
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


def path_too_long(path: object, limit: int) -> NetError:
    """A Unix path that sun_path does not hold (``limit`` bytes); libuv would cut it."""
    text = f"a Unix socket path has at most {limit} bytes, got {_shortened(path)}"
    return NetError(text, code="ENAMETOOLONG", errno=_errno.ENAMETOOLONG, address=_as_str(path))


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


# --- what the caller did wrong: the wrong moment ---------------------------------------------


class StateError(NetError):
    """The call does not fit the state that the socket, server or loop is in."""


class HandleTypeError(StateError, TypeError):
    """The operation is not for this kind of handle or descriptor."""


def already_listen() -> StateError:
    """listen() was called again without close()."""
    return StateError(
        "Listen method has been called more than once without closing.",
        code="ERR_SERVER_ALREADY_LISTEN",
    )


def not_running() -> StateError:
    """The server is not listening."""
    return StateError("Server is not running.", code="ERR_SERVER_NOT_RUNNING")


def write_after_end() -> StateError:
    """write() after end()."""
    return StateError("write after end", code="ERR_STREAM_WRITE_AFTER_END")


def stream_destroyed(method: str) -> StateError:
    """``method`` was called, or was still waiting, when the stream was destroyed."""
    text = f"Cannot call {method} after a stream was destroyed"
    return StateError(text, code="ERR_STREAM_DESTROYED")


def already_finished(method: str) -> StateError:
    """``method`` was called after 'finish'."""
    text = f"Cannot call {method} after a stream was finished"
    return StateError(text, code="ERR_STREAM_ALREADY_FINISHED")


def socket_closed() -> StateError:
    """The socket has no connection (any more)."""
    return StateError("Socket is closed", code="ERR_SOCKET_CLOSED")


def closed_before_connection() -> StateError:
    """The socket was destroyed while it was connecting."""
    return StateError(
        "Socket closed before the connection was established",
        code="ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
    )


def push_after_eof() -> StateError:
    """push() after push(None)."""
    return StateError("stream.push() after EOF", code="ERR_STREAM_PUSH_AFTER_EOF")


def unshift_after_end() -> StateError:
    """unshift() after 'end'."""
    return StateError("stream.unshift() after end event", code="ERR_STREAM_UNSHIFT_AFTER_END_EVENT")


def multiple_callback() -> StateError:
    """A hook called its callback a second time."""
    return StateError("Callback called multiple times", code="ERR_MULTIPLE_CALLBACK")


def cannot_pipe() -> StateError:
    """pipe() of a stream that is only writable."""
    return StateError("Cannot pipe, not readable", code="ERR_STREAM_CANNOT_PIPE")


def invalid_handle_type() -> HandleTypeError:
    """The handle is of a kind that this operation is not for."""
    return HandleTypeError("This handle type cannot be sent", code="ERR_INVALID_HANDLE_TYPE")


def invalid_fd_type(kind: str) -> HandleTypeError:
    """The descriptor is neither a socket nor a pipe; ``kind`` says what it is."""
    return HandleTypeError(f"Unsupported fd type: {kind}", code="ERR_INVALID_FD_TYPE")


def loop_closed() -> StateError:
    """The loop was closed."""
    return StateError("the loop is closed", code="ERR_LOOP_CLOSED")


def wrong_thread() -> StateError:
    """A call from another thread than the loop's."""
    return StateError(
        "a loop and what belongs to it are used in one thread only; from another thread"
        " use loop.call_soon_threadsafe()",
        code="ERR_WRONG_THREAD",
    )


def forked_loop() -> StateError:
    """A loop of the parent process used after fork."""
    return StateError(
        "this was made before fork() and is the parent's; in the child process only close() and destroy() it,"
        " and make what is to run there (listen, connect, timers) after the fork",
        code="ERR_LOOP_FORKED",
    )


def unhandled_error(value: object, emitter: object = None) -> BaseException:
    """What to raise for an 'error' that nobody listens to.

    An exception is returned as it is, with a note (Python 3.11 on) that says what to do; anything
    else is wrapped in a StateError whose ``context`` is the value.
    """
    if isinstance(value, BaseException):
        note = f"Nobody listens to 'error' of this {type(emitter).__name__}: x.on('error', f)"
        if hasattr(value, "add_note") and note not in getattr(value, "__notes__", ()):
            value.add_note(note)
        return value
    error = StateError(f"Unhandled error. ({_shortened(value)})", code="ERR_UNHANDLED_ERROR")
    error.context = value  # type: ignore[attr-defined]
    return error


# --- what the caller did wrong: the wrong argument -------------------------------------------


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


def invalid_arg_type(name: str, expected: str, value: object) -> ArgTypeError:
    """``expected`` completes "must be": 'a function', 'a str or bytes'."""
    return ArgTypeError(f"{name!r} must be {expected}, got {_received(value)}")


def invalid_arg_value(name: str, value: object, reason: str = "is not valid") -> ArgValueError:
    """``reason`` completes the sentence that begins with the name: 'must be 4 or 6'."""
    return ArgValueError(f"{name!r} {reason}, got {_shortened(value)}")


def out_of_range(name: str, range_text: str, value: object) -> ArgValueError:
    """``range_text`` completes "must be": '>= 0 and <= 255', 'an integer'."""
    text = f"{name!r} is out of range: it must be {range_text}, got {_shortened(value)}"
    return ArgValueError(text, "ERR_OUT_OF_RANGE")


def bad_port(name: str, value: object, allow_zero: bool = True) -> ArgValueError:
    """A port that is not a whole number from 0 (or 1) to 65535."""
    low = ">= 0" if allow_zero else "> 0"
    text = f"{name!r} must be {low} and < 65536, got {_received(value)}"
    return ArgValueError(text, "ERR_SOCKET_BAD_PORT")


def missing_args(*names: str) -> ArgTypeError:
    """One of these arguments has to be given."""
    return ArgTypeError(f"{' or '.join(map(repr, names))} must be given", "ERR_MISSING_ARGS")


def unknown_encoding(encoding: object) -> ArgValueError:
    """An encoding that streams do not know."""
    return ArgValueError(f"Unknown encoding: {_plain(encoding)}", "ERR_UNKNOWN_ENCODING")


# What is called otherwise elsewhere, and that no likeness of the letters leads to.
_SYNONYMS = {"address": "host", "callback": "listener", "hostname": "host", "listener": "callback"}


def unknown_option(
    name: object, known: Iterable[str], kind: str = "", others: Mapping[str, Iterable[str]] | None = None
) -> ArgTypeError:
    """An option that does not exist; the message names the nearest one that does.

    :param kind: whose option it is: 'Socket', 'listen', …
    :param others: the options of other kinds; a name that one of them has is said to be there.
    """
    text = f"unknown option {_shortened(name)}{f' of {kind}' if kind else ''}"
    known = list(known)
    if isinstance(name, str):
        short = _snake_case(name[:100])
        synonym = _SYNONYMS.get(short)
        elsewhere = [other for other, names in (others or {}).items() if name in names]
        near = [synonym] if synonym in known else difflib.get_close_matches(short, known, n=1)
        if elsewhere and synonym not in known:
            text += f"; it belongs to {' and '.join(elsewhere)}"
        elif near:
            text += f"; did you mean {near[0]!r}?"
    return ArgTypeError(text, "ERR_UNKNOWN_OPTION")


def invalid_ip(value: object) -> ArgValueError:
    """Not an IP address where only one can be."""
    return ArgValueError(f"Invalid IP address: {_plain(value)}", "ERR_INVALID_IP_ADDRESS")


def invalid_address(value: object) -> ArgValueError:
    """Not an IP address of the family asked for."""
    return ArgValueError(f"Invalid address: {_shortened(value)}", "ERR_INVALID_ADDRESS")


def invalid_address_family(family: object, host: object, port: object) -> ArgValueError:
    """A lookup function gave an address whose family is neither 4 nor 6."""
    text = f"Invalid address family: {_plain(family)} {_plain(host)}:{_plain(port)}"
    error = ArgValueError(text, "ERR_INVALID_ADDRESS_FAMILY")
    error.host, error.port = host, port  # type: ignore[attr-defined]
    return error


def null_values() -> ArgTypeError:
    """None was written."""
    return ArgTypeError("May not write null values to stream", "ERR_STREAM_NULL_VALUES")


def async_listener(name: str, value: object) -> ArgTypeError:
    """An ``async def`` as a callback: nobody would await what it returns."""
    return ArgTypeError(
        f"{name!r} is an async function; async listeners are not supported: nothing would await"
        f" {_received(value)}. Give a plain function",
    )


def generator_listener(name: str, value: object) -> ArgTypeError:
    """A function with ``yield`` as a callback: nobody would go through what it returns."""
    return ArgTypeError(
        f"{name!r} is a generator function, which only makes a generator when it is called: nothing would"
        f" run {_received(value)}. Give a plain function",
    )


def _received(value: object) -> str:
    """A value as messages name it: its type, and the value where that is short and telling."""
    if value is None:
        return "None"
    if isinstance(value, (bool, int, float, str, bytes, bytearray)):
        return f"{type(value).__name__} ({_shortened(value)})"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}"
    return f"an instance of {type(value).__name__}"


def _shortened(value: object) -> str:
    try:
        # Python prints no int of more than some thousand digits, except as hexadecimal ones.
        long = isinstance(value, int) and value.bit_length() > 512
        text = f"{value:#x}" if long else repr(value)
    except Exception:  # the repr of a user's class
        return f"an instance of {type(value).__name__}"
    return text if len(text) <= 128 else f"{text[:125]}..."


def _plain(value: object) -> str:
    """A str as it is where Node's message has it without quotes; anything else as its repr."""
    return value if isinstance(value, str) and 0 < len(value) <= 128 else _shortened(value)


def _as_str(path: object) -> str:
    return os.fsdecode(path) if isinstance(path, (bytes, os.PathLike)) else str(path)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0]}", name).lower()


def refuse_copy(thing: object, protocol: object = None) -> Any:
    """The ``__reduce_ex__`` of what copy and pickle could only make a second owner of."""
    raise TypeError(
        f"a {type(thing).__name__} cannot be copied or pickled: it stands for something open in this process"
    )


# --- checks that many modules share ----------------------------------------------------------

_ASYNC_FLAGS = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_GENERATOR_FLAGS = _ASYNC_FLAGS | inspect.CO_GENERATOR

# How JavaScript reads a number: ASCII digits, white space around them, no '_', no sign before 0x.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PREFIXED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)")


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


def check_callback(name: str, value: object) -> None:
    """Raise unless ``value`` is a function, or anything callable, and not async.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    function: Any = value.__func__ if type(value) is MethodType else value
    if type(function) is FunctionType and not function.__code__.co_flags & _GENERATOR_FLAGS:
        return  # nearly always
    if not callable(value):
        raise invalid_arg_type(name, "a function", value)
    check_async(value, name)


def check_async(listener: Callable[..., Any], name: str = "listener") -> None:
    """Raise if calling ``listener`` would only make a coroutine or a generator, of either kind.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    function: Any = listener.__func__ if type(listener) is MethodType else listener
    if type(function) is FunctionType:  # nearly always; the general test is many times slower
        flags = function.__code__.co_flags
        if flags & _GENERATOR_FLAGS:
            raise (async_listener if flags & _ASYNC_FLAGS else generator_listener)(name, listener)
        return
    for candidate in (function, getattr(type(function), "__call__", None)):  # noqa: B004
        if inspect.iscoroutinefunction(candidate) or inspect.isasyncgenfunction(candidate):
            raise async_listener(name, listener)
        if inspect.isgeneratorfunction(candidate):
            raise generator_listener(name, listener)


def number_in(text: str) -> float | None:
    """The number that JavaScript's ``Number(text)`` makes of a str; None where that is NaN."""
    text = text.strip()
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    return float(text) if _DECIMAL.fullmatch(text) else None


def check_port(name: str, value: object, allow_zero: bool = True) -> int:
    """The port as an int; numbers and what JavaScript reads as one ('80', '0x50') are accepted.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for anything but a number or a str.
    :raises ArgValueError: ERR_SOCKET_BAD_PORT unless it is a whole number from 0 to 65535.
    """
    number: float | None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise invalid_arg_type(name, "an int or a str", value)
    number = number_in(value) if isinstance(value, str) else value
    # In this order: int() of a NaN or an infinity raises.
    if number is None or not 0 <= number <= 65535 or number != int(number):
        raise bad_port(name, value, allow_zero)
    if number == 0 and not allow_zero:
        raise bad_port(name, value, allow_zero)
    return int(number)


def check_int(name: str, value: object, low: int, high: int) -> int:
    """The whole number from ``low`` to ``high``; 5.0 counts as 5, True does not count as 1.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for anything but a number.
    :raises ArgValueError: ERR_OUT_OF_RANGE.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid_arg_type(name, "an int", value)
    if isinstance(value, float) and not value.is_integer():
        raise out_of_range(name, "an integer", value)
    if not low <= value <= high:
        raise out_of_range(name, f">= {low} and <= {high}", value)
    return int(value)


def check_options(
    kind: str, options: object, known: Iterable[str], others: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Raise if ``options`` is not a mapping or has a name that is not among ``known``.

    :param kind: whose options they are, for the message: 'Socket', 'listen', …
    :param others: as of :func:`unknown_option`.
    :raises ArgTypeError: ERR_INVALID_ARG_TYPE or ERR_UNKNOWN_OPTION.
    """
    if not isinstance(options, Mapping):
        raise invalid_arg_type("options", "a dict", options)
    for name in options:
        if name not in known:
            raise unknown_option(name, known, kind, others)
