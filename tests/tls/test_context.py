"""SecureContext: its options, what each wrong value raises, and that keys stay in memory."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from helpers import open_fds, script
from tls.certificates import Certificates

from netuv import errors, tls
from netuv.tls import context as contexts
from netuv.tls import faults
from netuv.tls.context import SecureContext, shared_context
from netuv.tls.engine import Engine

KEY_BEGINS = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
BEFORE_3_15 = sys.version_info < (3, 15)


def code_of(**options: Any) -> str:
    with pytest.raises((errors.ArgTypeError, errors.ArgValueError)) as caught:
        tls.create_secure_context(options)
    return caught.value.code


@pytest.mark.row("T31")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"ca": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"ca": [5]}, "ERR_INVALID_ARG_TYPE"),
        ({"ca": "garbage"}, "ERR_OSSL_PEM_NO_START_LINE"),
        ({"ca": "ä"}, "ERR_OSSL_PEM_NO_START_LINE"),
        ({"cert": 5, "key": KEY_BEGINS}, "ERR_INVALID_ARG_TYPE"),
        ({"cert": "garbage", "key": KEY_BEGINS}, "ERR_OSSL_PEM_NO_START_LINE"),
        ({"key": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"key": "garbage"}, "ERR_OSSL_UNSUPPORTED"),
        ({"key": [{"pem": 5}]}, "ERR_INVALID_ARG_TYPE"),
        ({"key": [{"passphrases": "x"}]}, "ERR_UNKNOWN_OPTION"),
        ({"passphrase": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"min_version": "TLSv9"}, "ERR_TLS_INVALID_PROTOCOL_VERSION"),
        ({"max_version": 5}, "ERR_TLS_INVALID_PROTOCOL_VERSION"),
        ({"min_version": []}, "ERR_TLS_INVALID_PROTOCOL_VERSION"),
        ({"min_version": "TLSv1.3", "max_version": "TLSv1.2"}, "ERR_INVALID_ARG_VALUE"),
        (
            {"min_version": "TLSv1.2", "secure_protocol": "TLSv1_2_method"},
            "ERR_TLS_PROTOCOL_VERSION_CONFLICT",
        ),
        ({"secure_protocol": "x"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"),
        ({"secure_protocol": "SSLv3_method"}, "ERR_TLS_INVALID_PROTOCOL_METHOD"),
        ({"secure_protocol": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"ciphers": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"ciphers": "x"}, "ERR_SSL_NO_CIPHER_MATCH"),
        ({"ecdh_curve": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"ecdh_curve": "x"}, "ERR_CRYPTO_OPERATION_FAILED"),
        ({"dhparam": "garbage"}, "ERR_CRYPTO_OPERATION_FAILED"),
        ({"dhparam": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"dhparam": "auto"}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"sigalgs": ""}, "ERR_INVALID_ARG_VALUE"),
        ({"sigalgs": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"crl": "garbage"}, "ERR_CRYPTO_OPERATION_FAILED"),
        ({"crl": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"secure_options": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"tickets": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"cyphers": "x"}, "ERR_UNKNOWN_OPTION"),
        ({"cert": "-----BEGIN CERTIFICATE-----"}, "ERR_MISSING_ARGS"),
    ],
    ids=str,
)
def test_what_a_wrong_value_raises(options: dict[str, Any], code: str) -> None:
    assert code_of(**options) == code


@pytest.mark.row("T31")
def test_a_key_that_is_not_of_the_certificate(certs: Certificates) -> None:
    assert code_of(cert=certs.server.cert, key=certs.client.key) == "ERR_OSSL_X509_KEY_VALUES_MISMATCH"
    assert code_of(cert=certs.server.cert, key=KEY_BEGINS) == "ERR_OSSL_UNSUPPORTED"
    wrong_tickets = {**certs.server.own, "tickets": -1}
    assert code_of(**wrong_tickets) == "ERR_OUT_OF_RANGE"


@pytest.mark.row("T31")
def test_a_key_with_a_passphrase(certs: Certificates) -> None:
    cert, key = certs.server.cert, certs.encrypted_key
    tls.create_secure_context(cert=cert, key=key, passphrase="secret")
    tls.create_secure_context(cert=cert, key=[{"pem": key, "passphrase": "secret"}])
    tls.create_secure_context(cert=cert, key=[{"pem": key}], passphrase="secret")
    assert code_of(cert=cert, key=key, passphrase="wrong") == "ERR_OSSL_BAD_DECRYPT"
    assert code_of(cert=cert, key=key) == "ERR_OSSL_BAD_DECRYPT"  # and does not ask the terminal


@pytest.mark.row("T31")
@pytest.mark.parametrize("name", contexts.UNAVAILABLE)
def test_what_cannot_be_had_says_why(name: str) -> None:
    with pytest.raises(errors.ArgValueError) as caught:
        tls.create_secure_context({name: "x"})
    assert caught.value.code == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"
    assert name in str(caught.value)
    assert contexts.UNAVAILABLE[name] in str(caught.value)


@pytest.mark.row("T31")
@pytest.mark.skipif(not BEFORE_3_15, reason="the ssl module of this Python can do it")
@pytest.mark.parametrize(
    "options",
    [{"ciphers": "TLS_AES_128_GCM_SHA256"}, {"ecdh_curve": "P-256:P-384"}, {"sigalgs": "ed25519"}],
    ids=str,
)
def test_what_needs_a_newer_python_says_so(options: dict[str, Any]) -> None:
    with pytest.raises(errors.ArgValueError, match=r"from Python 3\.15 on") as caught:
        tls.create_secure_context(options)
    assert caught.value.code == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"


@pytest.mark.row("T31")
@pytest.mark.skipif(BEFORE_3_15, reason="needs the ssl module of 3.15")
def test_the_algorithms_of_a_newer_python() -> None:
    made = tls.create_secure_context(
        ciphers="TLS_AES_128_GCM_SHA256", ecdh_curve="P-256:P-384", sigalgs="ecdsa_secp256r1_sha256"
    )
    kind = made.kind(server_side=False)
    assert kind.minimum_version == ssl.TLSVersion.TLSv1_3
    assert "TLS_AES_256_GCM_SHA384" not in [each["name"] for each in kind.get_ciphers()]
    assert code_of(sigalgs="x") == "ERR_INVALID_ARG_VALUE"


def test_none_is_as_if_not_given() -> None:
    tls.create_secure_context(dict.fromkeys((*contexts.OPTIONS, *contexts.UNAVAILABLE)))
    tls.create_secure_context(None)
    with pytest.raises(errors.ArgTypeError, match="'options' must be a dict"):
        tls.create_secure_context(5)  # type: ignore[arg-type]


def test_versions_and_ciphers_reach_openssl() -> None:
    made = SecureContext(
        max_version="TLSv1.2",
        min_version="TLSv1.2",
        ciphers="ECDHE-ECDSA-AES128-GCM-SHA256",
        ecdh_curve="P-256",
    ).kind(server_side=True)
    assert made.maximum_version == made.minimum_version == ssl.TLSVersion.TLSv1_2
    names = [each["name"] for each in made.get_ciphers()]
    assert [name for name in names if not name.startswith("TLS_")] == ["ECDHE-ECDSA-AES128-GCM-SHA256"]
    assert made.options & ssl.OP_NO_RENEGOTIATION
    assert made.options & ssl.OP_CIPHER_SERVER_PREFERENCE
    made = SecureContext(secure_protocol="TLSv1_2_server_method", honor_cipher_order=False).kind(
        server_side=True
    )
    assert made.maximum_version == made.minimum_version == ssl.TLSVersion.TLSv1_2
    assert not made.options & ssl.OP_CIPHER_SERVER_PREFERENCE
    made = SecureContext().kind(server_side=False)
    assert (made.minimum_version, made.maximum_version) == (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    assert not made.check_hostname


def test_trust_and_tickets_reach_openssl(certs: Certificates) -> None:
    made = SecureContext(
        {
            **certs.server.own,
            "tickets": 0,
            "ca": certs.ca.cert,
            "crl": certs.crl,
            "allow_partial_trust_chain": True,
        }
    ).kind(server_side=True, verify=ssl.CERT_REQUIRED)
    assert made.num_tickets == 0
    assert made.verify_mode == ssl.CERT_REQUIRED
    assert made.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN
    assert made.verify_flags & 0x80000
    assert made.cert_store_stats()["x509_ca"] == 1  # and not the system's


def test_several_certificates_each_with_its_key(certs: Certificates) -> None:
    made = SecureContext(
        cert=[certs.server.cert, certs.rsa.cert.encode()],
        key=[certs.rsa.key, bytearray(certs.server.key.encode())],
    )
    assert made.certificates == [certs.server.cert.encode(), certs.rsa.cert.encode()]


def test_the_kinds_are_kept_up_to_a_number() -> None:
    made = SecureContext()
    first = made.kind(server_side=True, protocols=("h2",))
    assert made.kind(server_side=True, protocols=("h2",)) is first
    assert made.kind(server_side=True) is not first
    for number in range(40):
        made.kind(server_side=True, protocols=(str(number),))
    assert len(made._made) == 32
    assert made.kind(server_side=True, protocols=("h2",)) is not first


def test_contexts_for_the_same_options_are_shared(certs: Certificates) -> None:
    one = shared_context({"ca": [certs.ca.cert], "min_version": "TLSv1.3"})
    assert shared_context({"min_version": "TLSv1.3", "ca": [certs.ca.cert]}) is one
    assert shared_context({"min_version": "TLSv1.2", "ca": [certs.ca.cert]}) is not one
    for number in range(40):
        shared_context({"secure_options": number, "ca": certs.ca.cert})
    assert shared_context({"ca": [certs.ca.cert], "min_version": "TLSv1.3"}) is not one


@pytest.mark.row("T32")
@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs files in memory")
def test_a_key_never_touches_the_disk(
    certs: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def refuse(*args: Any, **keywords: Any) -> Any:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    before = open_fds()
    SecureContext({**certs.server.own, "ca": certs.ca.cert, "crl": certs.crl}).verifier(b"")
    assert code_of(cert=certs.server.cert, key=certs.client.key) == "ERR_OSSL_X509_KEY_VALUES_MISMATCH"
    assert open_fds() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.row("T32")
def test_a_temporary_file_is_gone_at_once(
    certs: Certificates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[int] = []
    unlink = os.unlink
    monkeypatch.setattr(os, "unlink", lambda path: (seen.append(os.stat(path).st_mode & 0o777), unlink(path)))
    before = open_fds()
    SecureContext(certs.server.own)
    assert seen == [0o600]  # the owner's alone
    assert not list(tmp_path.iterdir())
    assert open_fds() == before


def test_import_netuv_imports_no_ssl() -> None:
    done = script(
        """
        import sys, netuv
        print([name for name in sys.modules if name in ("ssl", "_ssl") or name.startswith("netuv.tls")])
        """
    )
    assert done.stdout.strip() == "[]"


def test_a_code_is_of_openssls_words_as_in_node() -> None:
    for words, code in {
        "no application protocol": "ERR_SSL_NO_APPLICATION_PROTOCOL",
        "ssl/tls alert handshake failure": "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",  # from OpenSSL 3.2 on
    }.items():
        assert faults.protocol_error(words).code == code


@pytest.mark.parametrize("first", ["server", "rsa"])
def test_each_of_several_certificates_can_be_shown(certs: Certificates, first: str) -> None:
    pairs = [certs.server, certs.rsa] if first == "server" else [certs.rsa, certs.server]
    made = SecureContext(cert=[each.cert for each in pairs], key=[each.key for each in pairs])
    for kind in ("RSA", "ECDSA"):
        other = SecureContext(ciphers=f"ECDHE-{kind}-AES128-GCM-SHA256", max_version="TLSv1.2")
        server = Engine(made.kind(server_side=True), server_side=True)
        client = Engine(other.kind(server_side=False), server_side=False)
        done = [False, False]
        while not all(done):
            done = [client.step(server.take()), server.step(client.take())]
        assert client.ssl.cipher() is not None


def test_the_roots_are_those_of_the_system() -> None:
    from netuv.node import tls as node_tls

    found = tls.root_certificates()
    made = ssl.create_default_context()
    assert len(found) == made.cert_store_stats()["x509_ca"]
    assert node_tls.rootCertificates == list(found)
    if found:
        SecureContext(ca=found[0])
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        node_tls.nosuch  # noqa: B018
