"""TLS: Node's ``tls`` on the ssl module of Python's library. Not imported by ``import netuv``."""

from __future__ import annotations

from netuv.tls.context import (
    DEFAULT_CIPHERS,
    DEFAULT_ECDH_CURVE,
    DEFAULT_MAX_VERSION,
    DEFAULT_MIN_VERSION,
    SecureContext,
    create_secure_context,
)
from netuv.tls.faults import CertificateError, TLSError
from netuv.tls.identity import check_server_identity

__all__ = [
    "DEFAULT_CIPHERS",
    "DEFAULT_ECDH_CURVE",
    "DEFAULT_MAX_VERSION",
    "DEFAULT_MIN_VERSION",
    "CertificateError",
    "SecureContext",
    "TLSError",
    "check_server_identity",
    "create_secure_context",
]
