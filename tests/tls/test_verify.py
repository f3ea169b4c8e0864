"""Judging a chain afterwards gives what a real handshake gives, for each kind of fault."""

from __future__ import annotations

import ssl

import pytest
from tls.certificates import Certificates, Pair

from netuv.tls import certificate, verify
from netuv.tls.context import SecureContext
from netuv.tls.engine import Engine

# what Node 26 says of a client that trusts ``ca``
FAULTS = {
    "server": None,
    "rsa": None,
    "alone": "DEPTH_ZERO_SELF_SIGNED_CERT",
    "stranger": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "expired": "CERT_HAS_EXPIRED",
    "expired_stranger": "CERT_HAS_EXPIRED",
    "future": "CERT_NOT_YET_VALID",
    "wrong_purpose": "INVALID_PURPOSE",
    "chained": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
}


def shake(client: Engine, server: Engine) -> None:
    """Let both go on until neither has anything to say."""
    for _ in range(10):
        client.step(server.take())
        server.step(client.take())


def chain_of(certs: Certificates, name: str) -> list[bytes]:
    pair: Pair = getattr(certs, name)
    blocks = pair.cert.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE-----\0").split("\0")[:-1]
    return [certificate.from_pem(block.encode()) for block in blocks]


@pytest.mark.parametrize(("name", "code"), FAULTS.items())
def test_what_is_said_of_a_chain(certs: Certificates, name: str, code: str | None) -> None:
    found = verify.judge(SecureContext(ca=certs.ca.cert), chain_of(certs, name))
    assert (found and found.code) == code


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_real_handshake_finds_the_same(certs: Certificates, name: str, version: str) -> None:
    context = SecureContext(ca=certs.ca.cert, max_version=version)
    pair: Pair = getattr(certs, name)
    server = Engine(SecureContext(pair.own).kind(server_side=True), server_side=True)
    client = Engine(context.kind(server_side=False, verify=ssl.CERT_REQUIRED), server_side=False)
    if FAULTS[name] is None:
        shake(client, server)
        assert len(client.chain()) == 1
        return
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        shake(client, server)
    assert client.chain() == chain_of(certs, name)
    fault = (caught.value.verify_code, caught.value.verify_message)
    assert verify._verify(context.verifier(), chain_of(certs, name)) == fault
    found = verify.judge(context, chain_of(certs, name))
    assert found is not None
    assert found.code == FAULTS[name]


def test_what_is_no_chain_is_not_trusted(certs: Certificates) -> None:
    context = SecureContext(ca=certs.ca.cert)
    for chain in ([], [b""], [b"garbage"], [b"garbage", *chain_of(certs, "server")]):
        assert verify.judge(context, chain) is not None


def test_the_trust_of_an_intermediate(certs: Certificates) -> None:
    chain = chain_of(certs, "chained")
    assert verify.judge(SecureContext(ca=certs.other_ca.cert), chain) is None
    assert verify.judge(SecureContext(ca=certs.other_ca.cert), chain[:1]) is not None
    partial = SecureContext(ca=certs.intermediate.cert, allow_partial_trust_chain=True)
    assert verify.judge(partial, chain[:1]) is None
    assert verify.judge(SecureContext(ca=certs.intermediate.cert), chain[:1]) is not None
