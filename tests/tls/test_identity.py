"""Node's rules for whether a certificate is for a host."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from netuv import errors, tls


def cert(names: str = "", common: Any = None) -> dict[str, Any]:
    return {"subject": {} if common is None else {"CN": common}, "subjectaltname": names}


@pytest.mark.row("T08")
@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("a.com", "DNS:a.com"),
        ("A.COM", "DNS:a.com"),
        ("a.com", "DNS:A.com"),
        ("a.com.", "DNS:a.com"),
        ("a.com", "DNS:a.com."),
        ("b.com", "DNS:a.com, DNS:b.com"),
        ("x.a.com", "DNS:*.a.com"),
        ("foo-x.a.com", "DNS:foo-*.a.com"),
        ("x-foo.a.com", "DNS:*-foo.a.com"),
        ("f-x-o.a.com", "DNS:f*o.a.com"),
        ("xn--a.b.com", "DNS:xn--a.b.com"),
        ("localhost", "DNS:localhost"),
        ("127.0.0.1", "IP Address:127.0.0.1"),
        ("::1", "IP Address:0:0:0:0:0:0:0:1"),
        ("2001:db8::1", "IP Address:2001:DB8:0:0:0:0:0:1"),
        ("b.com", 'DNS:"a\\u002cDNS:x.com", DNS:b.com'),
    ],
)
def test_it_is_for_this_host(host: str, names: str) -> None:
    assert tls.check_server_identity(host, cert(names)) is None


@pytest.mark.row("T08")
@pytest.mark.parametrize(
    ("host", "names", "reason"),
    [
        ("b.com", "DNS:a.com", "Host: b.com. is not in the cert's altnames: DNS:a.com"),
        ("b.com.", "DNS:a.com", "Host: b.com. is not in the cert's altnames: DNS:a.com"),
        ("a.com", "DNS:*.a.com", None),
        ("x.y.a.com", "DNS:*.a.com", None),
        ("a.com", "DNS:*.com", None),
        ("com", "DNS:*", None),
        ("x.a.com", "DNS:x.*.com", None),
        ("x.a.com", "DNS:**.a.com", None),
        ("x.a.com", "DNS:*x*.a.com", None),
        ("aa.b.com", "DNS:aa*a.b.com", None),
        ("xn--x.b.com", "DNS:xn--*.b.com", None),
        ("x.a.com", "DNS:x..a.com", None),
        ("ä.a.com", "DNS:ä.a.com", None),
        ("a.com", 'DNS:"a.com\\u0000.evil.com"', None),
        ("x.com", 'DNS:"a\\u002c DNS:x.com"', None),
        ("x.com", 'DNS:"a, DNS:x.com', None),
        ("127.0.0.1", "DNS:127.0.0.1", "IP: 127.0.0.1 is not in the cert's list: "),
        ("127.0.0.1", "IP Address:127.0.0.2", "IP: 127.0.0.1 is not in the cert's list: 127.0.0.2"),
        ("8.8.8.8", "DNS:*.8.8.8", None),
        ("a.com", "", "Cert does not contain a DNS name"),
        ("a.com", "IP Address:1.2.3.4", "Cert does not contain a DNS name"),
    ],
)
def test_it_is_for_another(host: str, names: str, reason: str | None) -> None:
    shown = cert(names)
    error = tls.check_server_identity(host, shown)
    assert error is not None
    assert error.code == "ERR_TLS_CERT_ALTNAME_INVALID"
    assert isinstance(error, ssl.SSLCertVerificationError)
    assert (error.host, error.cert) == (host.removesuffix("."), shown)
    assert str(error) == f"Hostname/IP does not match certificate's altnames: {error.reason}"
    assert reason is None or error.reason == reason


@pytest.mark.row("T08")
def test_the_common_name_counts_without_alternative_names_only() -> None:
    assert tls.check_server_identity("a.com", cert(common="a.com")) is None
    assert tls.check_server_identity("x.a.com", cert(common="*.a.com")) is None
    assert tls.check_server_identity("b.com", cert(common=["a.com", "b.com"])) is None
    assert tls.check_server_identity("a.com", cert("URI:http://b.com/, IP Address:1.2.3.4", "a.com")) is None
    error = tls.check_server_identity("a.com", cert("DNS:b.com", "a.com"))
    assert error is not None
    error = tls.check_server_identity("c.com", cert(common=["a.com", "b.com"]))
    assert error is not None
    assert error.reason == "Host: c.com. is not cert's CN: a.com,b.com"
    assert tls.check_server_identity("1.2.3.4", cert(common="1.2.3.4")) is not None


@pytest.mark.row("T08")
def test_what_is_no_certificate() -> None:
    assert tls.check_server_identity("a.com", {}) is not None
    with pytest.raises(errors.ArgTypeError, match="'cert' must be a dict"):
        tls.check_server_identity("a.com", None)  # type: ignore[arg-type]
