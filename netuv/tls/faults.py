"""What TLS finds wrong, as exceptions with Node's codes.

Node takes its codes from OpenSSL: a fault of the protocol is 'ERR_SSL_' and OpenSSL's own text, a fault of a
certificate the name of the verify code. The stdlib passes the text on, so the same rule gives the same code,
whatever OpenSSL a Python is built with. (``SSLError.reason`` is not used: it comes from a table of Python's,
which lacks what is newer than itself.)
"""

from __future__ import annotations

import errno
import re
import ssl
from typing import Any

from netuv.errors import ArgTypeError, ArgValueError, NetError, StateError


class TLSError(NetError, ssl.SSLError):
    """What TLS finds wrong with a connection; it is also an ``ssl.SSLError``.

    ``code`` is Node's: 'ERR_SSL_...' and 'ERR_TLS_...', or the name of a verify code (CertificateError).
    """

    #: Where OpenSSL found it ('SSL routines'), or None. Node's ``library``.
    library: str | None = None  # type: ignore[assignment]
    #: What OpenSSL says ('wrong version number'), or None. Node's ``reason``.
    reason: str | None = None  # type: ignore[assignment]


class CertificateError(TLSError, ssl.SSLCertVerificationError):
    """The peer's certificate is not to be trusted, or is for another name.

    It is also an ``ssl.SSLCertVerificationError``.
    """

    #: The name that was looked for, in ERR_TLS_CERT_ALTNAME_INVALID. Node's ``host``.
    host: str | None = None
    #: The certificate, as get_peer_certificate() gives it, in ERR_TLS_CERT_ALTNAME_INVALID. Node's ``cert``.
    cert: dict[str, Any] | None = None


# X509_V_ERR_...: the names that Node has for them.
_VERIFY_CODES = {
    2: "UNABLE_TO_GET_ISSUER_CERT",
    3: "UNABLE_TO_GET_CRL",
    4: "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
    5: "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
    6: "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
    7: "CERT_SIGNATURE_FAILURE",
    8: "CRL_SIGNATURE_FAILURE",
    9: "CERT_NOT_YET_VALID",
    10: "CERT_HAS_EXPIRED",
    11: "CRL_NOT_YET_VALID",
    12: "CRL_HAS_EXPIRED",
    13: "ERROR_IN_CERT_NOT_BEFORE_FIELD",
    14: "ERROR_IN_CERT_NOT_AFTER_FIELD",
    15: "ERROR_IN_CRL_LAST_UPDATE_FIELD",
    16: "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
    17: "OUT_OF_MEM",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN",
    20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    22: "CERT_CHAIN_TOO_LONG",
    23: "CERT_REVOKED",
    24: "INVALID_CA",
    25: "PATH_LENGTH_EXCEEDED",
    26: "INVALID_PURPOSE",
    27: "CERT_UNTRUSTED",
    28: "CERT_REJECTED",
    62: "HOSTNAME_MISMATCH",
    64: "IP_ADDRESS_MISMATCH",  # Node has no name for this one, and never meets it
}


def from_ssl_error(error: ssl.SSLError) -> TLSError:
    """The TLSError of what the stdlib has raised in a handshake, or while it read or wrote."""
    if isinstance(error, ssl.SSLCertVerificationError):
        made: TLSError = from_verify_code(error.verify_code, error.verify_message)
    else:
        reason = text_of(error)
        made = protocol_error(reason)
    made.__cause__ = error.with_traceback(None)  # its frames would hold the connection
    return made


def text_of(error: ssl.SSLError) -> str:
    """OpenSSL's own words, out of what the stdlib makes of them."""
    text = str(error.args[-1]) if error.args else ""
    found = re.match(r"(?:\[[^]]*\] ?)?(.*?)(?: \(_ssl\.c:\d+\))?$", text, re.DOTALL)
    return found[1] if found and found[1] else "unknown error"


def protocol_error(reason: str) -> TLSError:
    """A fault of the protocol, in OpenSSL's words: 'no application protocol'."""
    made = TLSError(f"SSL routines: {reason}", code="ERR_SSL_" + _as_code(reason))
    made.library, made.reason = "SSL routines", reason
    return made


def _as_code(reason: str) -> str:
    return reason.replace(" ", "_").upper()


def from_verify_code(number: int, message: str) -> CertificateError:
    """The error of OpenSSL's verify code; ``message`` is OpenSSL's."""
    return CertificateError(message, code=_VERIFY_CODES.get(number, "UNSPECIFIED"))


def wrong_name(reason: str, host: str, cert: dict[str, Any]) -> CertificateError:
    """The certificate is for another name."""
    text = f"Hostname/IP does not match certificate's altnames: {reason}"
    made = CertificateError(text, code="ERR_TLS_CERT_ALTNAME_INVALID")
    made.reason, made.host, made.cert = reason, host, cert
    return made


def bad_certificate(what: str) -> TLSError:
    """A certificate that cannot be read."""
    return TLSError(f"the certificate cannot be read: {what}", code="ERR_SSL_BAD_ASN1_ENCODING")


def hang_up() -> NetError:
    """A client went before the handshake was done, as the server hears of it."""
    return NetError("socket hang up", code="ECONNRESET", errno=errno.ECONNRESET)


def disconnected_early(address: str | None, port: int | None, local_address: str | None) -> NetError:
    """A server went before the handshake was done, as the client hears of it.

    The arguments are what connect() was given; a path counts as address.
    """
    text = "Client network socket disconnected before secure TLS connection was established"
    error = NetError(text, code="ECONNRESET", errno=errno.ECONNRESET, address=address, port=port)
    error.local_address = local_address
    return error


def handshake_timeout() -> TLSError:
    """The handshake took too long; it is no TimeoutError, because it is an SSLError."""
    return TLSError("TLS handshake timeout", code="ERR_TLS_HANDSHAKE_TIMEOUT")


def renegotiation_disabled() -> TLSError:
    """A new handshake within the connection was asked for."""
    text = "TLS session renegotiation disabled for this socket"
    return TLSError(text, code="ERR_TLS_RENEGOTIATION_DISABLED")


# -- what the caller did wrong -----------------------------------------------------------------------


def unavailable(name: str, why: str) -> ArgValueError:
    """An option of Node's that Python's ssl module, or this version of it, has no way to."""
    text = f"{name!r} is not possible with Python's ssl module: {why}"
    return ArgValueError(text, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM")


def unusable(name: str, what: str, code: str) -> ArgValueError:
    """Keys, certificates and the like that OpenSSL refuses; ``what`` is in its words."""
    return ArgValueError(f"'{name}' cannot be used: {what}", code)


def invalid_version(name: str, value: object) -> ArgTypeError:
    """``min_version`` or ``max_version`` is none."""
    text = f"{value!r} is not a valid {name[:3]}imum TLS protocol version"
    return ArgTypeError(text, "ERR_TLS_INVALID_PROTOCOL_VERSION")


def invalid_method(text: str) -> ArgTypeError:
    """``secure_protocol`` is none."""
    return ArgTypeError(text, "ERR_TLS_INVALID_PROTOCOL_METHOD")


def version_conflict(version: object, method: object) -> ArgTypeError:
    """Both ways to say which versions."""
    text = f"TLS protocol version {version!r} conflicts with secure_protocol {method!r}"
    return ArgTypeError(text, "ERR_TLS_PROTOCOL_VERSION_CONFLICT")


def invalid_context() -> ArgTypeError:
    """Something else in the place of a SecureContext."""
    return ArgTypeError("context must be a SecureContext", "ERR_TLS_INVALID_CONTEXT")


def not_with_ssl_context(name: str) -> ArgValueError:
    """An option beside ``ssl_context``, which has a setting of its own for that."""
    text = f"{name!r} cannot be given together with 'ssl_context', which has its own setting for that"
    return ArgValueError(text)


def wrong_side(is_server: bool) -> ArgValueError:
    """``ssl_context`` was made for the other side."""
    here, there = ("server", "client") if is_server else ("client", "server")
    return ArgValueError(f"'ssl_context' is that of a {there}, and this is a {here}")


def alpn_twice() -> ArgTypeError:
    """Both ways to choose a protocol."""
    text = "alpn_callback and alpn_protocols exclude each other"
    return ArgTypeError(text, "ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS")


def invalid_alpn_answer(answer: object, offered: tuple[str, ...]) -> ArgTypeError:
    """What an alpn_callback returned is none of the protocols that the client offers."""
    text = (
        f"ALPN callback returned a value ({answer}) that did not match any of the client's"
        f" offered protocols ({', '.join(offered)})"
    )
    return ArgTypeError(text, "ERR_TLS_ALPN_CALLBACK_INVALID_RESULT")


def too_late(what: str) -> StateError:
    """What can only be set before the handshake."""
    return StateError(f"{what} has no effect any more: the handshake has begun", code="ERR_INVALID_STATE")


def servers_have_no_name() -> StateError:
    """set_servername() of the side that answers."""
    return StateError("Cannot issue SNI from a TLS server-side socket", code="ERR_TLS_SNI_FROM_SERVER")


def no_server_name() -> ArgValueError:
    """add_context() without a name."""
    text = "'servername' must be given to add_context()"
    return ArgValueError(text, "ERR_TLS_REQUIRED_SERVER_NAME")
