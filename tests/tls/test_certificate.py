"""Certificates as Node shows them, read from their DER."""

from __future__ import annotations

import random
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tls.certificates import Certificates, Pair

from netuv.tls import TLSError, certificate


def der(pair: Pair) -> bytes:
    return certificate.from_pem(pair.cert.encode())


def test_a_certificate_of_an_elliptic_curve(certs: Certificates) -> None:
    found = certificate.describe(der(certs.server))
    assert found["subject"] == {"C": "DE", "O": "netuv", "CN": "server"}
    assert found["issuer"] == {"CN": "netuv test CA"}
    assert found["subjectaltname"] == "DNS:localhost, IP Address:127.0.0.1"
    assert found["ca"] is False
    assert (found["bits"], found["asn1Curve"], found["nistCurve"]) == (256, "prime256v1", "P-256")
    assert len(found["pubkey"]) == 65
    assert found["ext_key_usage"] == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    assert found["raw"] == der(certs.server)
    assert "infoAccess" not in found


@pytest.mark.parametrize("name", ["server", "rsa", "ca", "alone", "expired", "chained"])
def test_it_is_what_openssl_says(certs: Certificates, name: str) -> None:
    pair: Pair = getattr(certs, name)
    found = certificate.describe(der(pair))
    for option, key in ("sha1", "fingerprint"), ("sha256", "fingerprint256"), ("sha512", "fingerprint512"):
        said = certs.openssl("x509", "-in", pair.cert_path, "-noout", "-fingerprint", f"-{option}")
        assert found[key] == said.strip().partition("=")[2]
    said = certs.openssl("x509", "-in", pair.cert_path, "-noout", "-serial", "-dates")
    lines = dict(line.split("=", 1) for line in said.splitlines())
    assert found["serialNumber"] == lines["serial"]
    assert (found["valid_from"], found["valid_to"]) == (lines["notBefore"], lines["notAfter"])
    assert found["ca"] is (name == "ca")
    if name == "rsa":
        said = certs.openssl("x509", "-in", pair.cert_path, "-noout", "-modulus")
        assert found["modulus"] == said.strip().partition("=")[2]
        assert (found["bits"], found["exponent"]) == (2048, "0x10001")
        said = certs.openssl("x509", "-in", pair.cert_path, "-noout", "-pubkey")
        body = said.replace("PUBLIC KEY", "CERTIFICATE")  # so that the stdlib decodes it
        assert found["pubkey"] == ssl.PEM_cert_to_DER_cert(body)


def test_names_of_all_kinds(certs: Certificates) -> None:
    config = certs.folder / "names.cnf"
    config.write_text(
        """
        [req]
        distinguished_name = dn
        x509_extensions = v3
        [dn]
        [dir]
        O = some
        CN = hallo
        [v3]
        subjectAltName = @alt
        authorityInfoAccess = OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca.pem
        [alt]
        DNS.1 = localhost
        DNS.2 = "a,b'.example"
        IP.1 = 127.0.0.1
        IP.2 = 2001:db8::1
        email = me@example.org
        URI = "http://a.example/c?d=1,2"
        RID = 1.2.3.4
        dirName = dir
        otherName = 1.2.3.4;UTF8:other
        """
    )
    cert, key = certs.folder / "names.crt", certs.folder / "names.key"
    certs.openssl(
        *("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out", cert, "-config", config),
        *("-subj", "/C=DE/O=a, b/OU=x/OU=y/CN=localhost/emailAddress=a@example.org"),
    )
    found = certificate.describe(der(Pair(cert, key)))
    assert found["subject"]["OU"] == ["x", "y"]
    assert found["subject"]["O"] == "a, b"
    assert found["subject"]["emailAddress"] == "a@example.org"
    assert found["subjectaltname"] == (
        'DNS:localhost, DNS:"a\\u002cb\'.example", IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1,'
        ' email:me@example.org, URI:"http://a.example/c?d=1\\u002c2", Registered ID:1.2.3.4,'
        ' DirName:"CN=hallo\\u002cO=some", othername:<unsupported>'
    )
    assert found["infoAccess"] == {
        "OCSP - URI": ["http://ocsp.example/"],
        "CA Issuers - URI": ["http://ca.example/ca.pem"],
    }
    assert not {"bits", "modulus", "pubkey", "asn1Curve"} & set(found)  # as of Node, for this kind of key


def test_a_chain(certs: Certificates) -> None:
    chain = [der(certs.chained), der(certs.intermediate), der(certs.other_ca)]
    leaf = certificate.describe_chain(chain)
    middle = leaf["issuerCertificate"]
    root = middle["issuerCertificate"]
    assert [each["subject"]["CN"] for each in (leaf, middle, root)] == ["chained", "intermediate", "other CA"]
    assert root["issuerCertificate"] is root
    assert "issuerCertificate" not in certificate.describe_chain(chain[:1])
    assert "issuerCertificate" not in certificate.describe_chain([chain[0], der(certs.ca)])


@pytest.mark.row("T35")
@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_a_tls_error(data: bytes) -> None:
    with pytest.raises(TLSError) as caught:
        certificate.describe(data)
    assert caught.value.code == "ERR_SSL_BAD_ASN1_ENCODING"


@pytest.mark.row("T35")
def test_a_spoiled_certificate_raises_nothing_else(certs: Certificates) -> None:
    rng = random.Random(1)
    for good in (der(certs.server), der(certs.rsa)):
        for _ in range(1500):
            data = bytearray(good)
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.choice((0, 0x80, 0xFF, rng.randrange(256)))
            try:
                certificate.describe(bytes(data[: rng.choice((len(data), rng.randint(0, len(data))))]))
            except TLSError:
                pass
