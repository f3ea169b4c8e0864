"""TLS: Node's ``tls`` on the ssl module of Python's library. Not imported by ``import netuv``."""

from __future__ import annotations

from netuv.tls.context import (
    DEFAULT_CIPHERS,
    DEFAULT_ECDH_CURVE,
    DEFAULT_MAX_VERSION,
    DEFAULT_MIN_VERSION,
    SecureContext,
    create_secure_context,
    get_ciphers,
    root_certificates,
)
from netuv.tls.faults import CertificateError, TLSError
from netuv.tls.identity import check_server_identity
from netuv.tls.server import Server, create_server
from netuv.tls.settings import Session
from netuv.tls.socket import TLSSocket, connect

__all__ = [
    "DEFAULT_CIPHERS",
    "DEFAULT_ECDH_CURVE",
    "DEFAULT_MAX_VERSION",
    "DEFAULT_MIN_VERSION",
    "CertificateError",
    "SecureContext",
    "Server",
    "Session",
    "TLSError",
    "TLSSocket",
    "check_server_identity",
    "connect",
    "create_secure_context",
    "create_server",
    "get_ciphers",
    "root_certificates",
]
