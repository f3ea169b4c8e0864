"""What OpenSSL thinks of a chain of certificates, where the handshake itself does not say it.

With ``reject_unauthorized=False`` a client goes on whatever the certificate is, and Node still tells what is
wrong with it. The stdlib has no such setting, so the chain is looked at afterwards: a client of TLS 1.2 that
insists on a good certificate is fed a ServerHello and the peer's Certificate message, in memory. OpenSSL
looks at the chain when it has read that message, raises what it finds, or waits for more. This only tells;
what is enforced, OpenSSL enforces in the real handshake.

Where a chain has several faults OpenSSL's handshake stops at the first, and Node tells the last one. The rule
in ``last_fault()`` finds the same for the faults of trust, which come first.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from netuv.tls import faults
from netuv.tls.context import SecureContext

Fault = tuple[int, str]  # OpenSSL's verify code and its words

_UNSPECIFIED: Fault = (1, "unspecified certificate verification error")
_LOCAL_ISSUER, _LEAF = 20, (21, "unable to verify the first certificate")
_OF_TRUST = (18, 19, 20, 21)
_RECORD = 16 * 1024


def judge(context: SecureContext, chain: Sequence[bytes]) -> faults.CertificateError | None:
    """What is wrong with a server's chain (DER, its own first), or None."""
    if not chain:
        return faults.from_verify_code(*_UNSPECIFIED)
    found = _verify(context.verifier(), chain)
    if found is None:
        return None
    return faults.from_verify_code(*last_fault(context, found, chain))


def last_fault(context: SecureContext, first: Fault, chain: Sequence[bytes]) -> Fault:
    """The last fault of a chain whose first fault is known."""
    if first[0] not in _OF_TRUST or not chain:
        return first
    later = _verify(context.verifier(extra_trust=b"".join(chain)), chain)
    if later is not None and later[0] not in (*_OF_TRUST, _UNSPECIFIED[0]):
        return later
    return _LEAF if first[0] == _LOCAL_ISSUER and len(chain) == 1 else first


def _verify(context: ssl.SSLContext, chain: Sequence[bytes]) -> Fault | None:
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    incoming = ssl.MemoryBIO()
    client = context.wrap_bio(incoming, ssl.MemoryBIO())
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    flight = _server_hello() + _message(11, _sized(3, b"".join(_sized(3, der) for der in chain)))
    for start in range(0, len(flight), _RECORD):
        incoming.write(b"\x16\x03\x03" + _sized(2, flight[start : start + _RECORD]))
    try:
        client.do_handshake()
    except ssl.SSLCertVerificationError as error:
        return error.verify_code, error.verify_message
    except ssl.SSLWantReadError:
        return None
    except ssl.SSLError as error:
        # An RSA key for this suite: that is looked at when the chain has been found good.
        return None if "wrong certificate type" in str(error) else _UNSPECIFIED
    return _UNSPECIFIED


def _server_hello() -> bytes:
    suite, no_compression, renegotiation_info = b"\xc0\x2b", b"\0", b"\xff\x01\0\x01\0"
    body = b"\x03\x03" + bytes(32) + _sized(1, b"") + suite + no_compression + _sized(2, renegotiation_info)
    return _message(2, body)


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _sized(3, body)


def _sized(width: int, body: bytes) -> bytes:
    return len(body).to_bytes(width, "big") + body
