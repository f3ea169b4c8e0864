"""What a connection is asked to do: the options of connect(), TLSSocket and Server that are TLS's own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any

from netuv import address, checks, misuse
from netuv.tls import context as contexts
from netuv.tls import faults
from netuv.tls.context import SecureContext
from netuv.tls.identity import check_server_identity

CLIENT_OPTIONS = (
    "alpn_protocols",
    "check_server_identity",
    "reject_unauthorized",
    "secure_context",
    "servername",
    "session",
)
SERVER_OPTIONS = (
    "alpn_callback",
    "alpn_protocols",
    "handshake_timeout",
    "reject_unauthorized",
    "request_cert",
    "secure_context",
    "sni_callback",
)
CONTEXT_OPTIONS = (*contexts.OPTIONS, *contexts.UNAVAILABLE)

DEFAULT_HANDSHAKE_TIMEOUT = 120_000  # ms

SNICallback = Callable[[str, Callable[..., None]], object]


class Session:
    """What a client keeps to take up a connection anew. It lives in this process, and is no bytes.

    Node's is a Buffer; the stdlib's cannot be written down. It goes with the SSLContext that made it.
    """

    __slots__ = ("context", "fault", "value")
    __reduce_ex__ = misuse.refuse_copy

    def __init__(self, value: Any, context: Any, fault: Exception | None) -> None:
        self.value = value
        self.context = context
        #: Why the server's certificate is not to be trusted: it is not sent again.
        self.fault = fault

    def __repr__(self) -> str:
        return f"<netuv.tls.Session {self.value.id.hex()[:16]}>"


class Settings:
    """The options, checked; a Server has one for all its connections."""

    __slots__ = (
        "alpn_callback",
        "alpn_protocols",
        "check_server_identity",
        "context",
        "handshake_timeout",
        "is_server",
        "reject_unauthorized",
        "request_cert",
        "servername",
        "session",
        "sni_callback",
    )

    def __init__(self, given: Mapping[str, Any], *, is_server: bool) -> None:
        self.is_server = is_server
        self.reject_unauthorized = _flag(given, "reject_unauthorized")  # None: True
        self.request_cert = _flag(given, "request_cert")  # None: False
        self.alpn_protocols = _protocols(given.get("alpn_protocols"))
        self.alpn_callback = _function(given, "alpn_callback")
        self.sni_callback = _function(given, "sni_callback")
        check: Any = _function(given, "check_server_identity")
        self.check_server_identity: Callable[[str, dict[str, Any]], Any] = check or check_server_identity
        self.servername = check_servername(given.get("servername"))
        self.session = check_session(given.get("session"))
        self.handshake_timeout = _timeout(given.get("handshake_timeout"))
        if self.alpn_callback is not None and self.alpn_protocols:
            raise faults.alpn_twice()
        self.context = self.check_context(_context(given, is_server))

    def check_context(self, context: Any) -> SecureContext:
        """The context. Raises ERR_TLS_INVALID_CONTEXT, and ERR_INVALID_ARG_VALUE if it does not fit."""
        if not isinstance(context, SecureContext):
            raise faults.invalid_context()
        own = context.own
        if own is not None:
            if own.protocol == (ssl.PROTOCOL_TLS_CLIENT if self.is_server else ssl.PROTOCOL_TLS_SERVER):
                raise faults.wrong_side(self.is_server)
            for name in "alpn_callback", "alpn_protocols", "reject_unauthorized", "request_cert":
                if getattr(self, name) not in (None, ()):
                    raise faults.not_with_ssl_context(name)
            if own.check_hostname and self.check_server_identity is not check_server_identity:
                raise faults.not_with_ssl_context("check_server_identity")
        return context


def _context(given: Mapping[str, Any], is_server: bool) -> Any:
    context: Any = given.get("secure_context")
    if context is not None:
        if given.get("ssl_context") is not None:
            raise faults.not_with_ssl_context("secure_context")
        return context
    wanted = {name: given[name] for name in CONTEXT_OPTIONS if given.get(name) is not None}
    if is_server or "ssl_context" in wanted:
        return SecureContext(wanted)
    return contexts.shared_context(wanted)


def _flag(given: Mapping[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is not None and not isinstance(value, bool):
        raise misuse.invalid_arg_type(name, "a bool", value)
    return value


def _function(given: Mapping[str, Any], name: str) -> Any:
    value = given.get(name)
    if value is not None:
        checks.check_callback(name, value)
    return value


def _timeout(value: Any) -> float:
    if value is None:
        return DEFAULT_HANDSHAKE_TIMEOUT
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise misuse.invalid_arg_type("handshake_timeout", "a number of milliseconds", value)
    return value if value > 0 else 0


def check_servername(value: Any) -> str:
    """A name for SNI; '' for none. Raises ERR_INVALID_ARG_TYPE, or ERR_INVALID_ARG_VALUE for an address."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise misuse.invalid_arg_type("servername", "a str", value)
    if address.is_ip(value):
        raise misuse.invalid_arg_value("servername", value, "must be a name and no IP address")
    try:
        value.encode("idna")
    except UnicodeError:
        raise misuse.invalid_arg_value("servername", value, "cannot be the name of a host") from None
    return value


def check_session(value: Any) -> Session | None:
    """What get_session() returns, or None."""
    if value is not None and not isinstance(value, Session):
        raise misuse.invalid_arg_type("session", "a Session of get_session() or 'session'", value)
    return value


def _protocols(value: Any) -> tuple[str, ...]:
    """For ALPN: a list of names, or bytes as they are sent."""
    if value is None:
        return ()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _protocols_of_wire(bytes(value))
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise misuse.invalid_arg_type("alpn_protocols", "a list of str or bytes", value)
    return tuple(_protocol(f"alpn_protocols[{index}]", each) for index, each in enumerate(value))


def _protocol(name: str, value: Any) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = bytes(value).decode("latin-1")
    if not isinstance(value, str):
        raise misuse.invalid_arg_type(name, "a str or bytes", value)
    if not value:
        raise misuse.invalid_arg_value(name, value, "must not be empty")
    if not value.isascii():  # which the stdlib insists on
        raise misuse.invalid_arg_value(name, value, "must be in ASCII")
    if len(value) > 255:
        raise misuse.out_of_range(f"len({name})", "<= 255", len(value))
    return value


def _protocols_of_wire(data: bytes) -> tuple[str, ...]:
    names = []
    while data:
        size = data[0]
        if len(data) <= size:
            raise misuse.invalid_arg_value("alpn_protocols", data, "is cut off")
        names.append(_protocol("alpn_protocols", data[1 : 1 + size]))
        data = data[1 + size :]
    return tuple(names)
