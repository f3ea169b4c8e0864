"""The option ssl_context: an ssl.SSLContext of the program's own."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from helpers import Run
from tls.certificates import Certificates, Pair
from tls.recorder import Ends

from netuv import errors, tls


def for_clients(ca: Pair, **settings: Any) -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=ca.cert)
    for name, value in settings.items():
        setattr(made, name, value)
    return made


def for_servers(own: Pair, ca: Pair | None = None, mode: ssl.VerifyMode = ssl.CERT_NONE) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(own.cert_path, own.key_path)
    if ca is not None:
        made.load_verify_locations(ca.cert_path)
        made.verify_mode = mode
    return made


def serve(ends: Ends, context: ssl.SSLContext, **options: Any) -> Any:
    return ends.serve(
        lambda socket: socket.end(b"hello"),
        secure_context=tls.create_secure_context(ssl_context=context),
        **options,
    )


def connect(ends: Ends, server: Any, **options: Any) -> Any:
    return ends.connect(server, ca=None, **options)


@pytest.mark.row("T31")
def test_both_sides(ends: Ends, run: Run) -> None:
    theirs = for_servers(ends.certs.server)
    theirs.set_alpn_protocols(["b", "a"])
    mine = for_clients(ends.certs.ca)
    mine.set_alpn_protocols(["a", "b"])
    server = serve(ends, theirs)
    client = connect(ends, server, ssl_context=mine, servername="localhost")
    facts: list[Any] = []
    client.on("secureConnect", lambda: facts.append((client.authorized, client.alpn_protocol)))
    client.on("secureConnect", lambda: facts.append((client.ssl_object.context is mine, client.servername)))
    run()
    assert facts == [(True, "b"), (True, "localhost")]
    assert ("data", b"hello") in ends.of("client")
    assert mine.options & theirs.options & ssl.OP_NO_RENEGOTIATION


@pytest.mark.row("T09", "T31")
@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", False), (None, "localhost")])
def test_a_context_that_checks_names_is_told_the_host(
    ends: Ends, run: Run, host: str | None, name: Any
) -> None:
    server = serve(ends, for_servers(ends.certs.server))
    client = connect(ends, server, ssl_context=for_clients(ends.certs.ca), host=host, family=4)
    client.on("secureConnect", lambda: ends.seen.append(("name", client.servername)))
    run()
    assert ("name", name) in ends.seen


@pytest.mark.row("T06", "T09", "T31")
@pytest.mark.parametrize(
    ("settings", "pair", "trust", "code"),
    [
        ({}, "elsewhere", "ca", "IP_ADDRESS_MISMATCH"),
        ({"servername": "localhost"}, "elsewhere", "ca", "HOSTNAME_MISMATCH"),
        ({"check_hostname": False}, "elsewhere", "ca", "ERR_TLS_CERT_ALTNAME_INVALID"),
        ({}, "server", "other_ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    ],
    ids=str,
)
def test_what_it_rejects(
    ends: Ends, run: Run, settings: dict[str, Any], pair: str, trust: str, code: str
) -> None:
    server = serve(ends, for_servers(getattr(ends.certs, pair)))
    name = settings.get("servername")
    mine = for_clients(getattr(ends.certs, trust), check_hostname=settings.get("check_hostname", True))
    connect(ends, server, ssl_context=mine, servername=name)
    run()
    assert ends.of("client")[-2:] == [("error", code), ("close", True)]


@pytest.mark.row("T07", "T31")
@pytest.mark.parametrize(
    ("pair", "trust", "fault"),
    [
        ("server", "ca", None),
        ("elsewhere", "ca", "ERR_TLS_CERT_ALTNAME_INVALID"),
        ("server", "other_ca", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    ],
)
def test_one_that_does_not_verify(ends: Ends, run: Run, pair: str, trust: str, fault: str | None) -> None:
    server = serve(ends, for_servers(getattr(ends.certs, pair)))
    mine = for_clients(getattr(ends.certs, trust), check_hostname=False, verify_mode=ssl.CERT_NONE)
    client = connect(ends, server, ssl_context=mine)
    facts: list[Any] = []
    client.on("secureConnect", lambda: facts.append((client.authorized, client.authorization_error)))
    run()
    assert facts == [(fault is None, fault)]


@pytest.mark.row("T10", "T31")
@pytest.mark.parametrize(
    ("mode", "shown", "expected"),
    [
        (ssl.CERT_NONE, "client", (False, None)),
        (ssl.CERT_OPTIONAL, None, (False, "UNABLE_TO_GET_ISSUER_CERT")),
        (ssl.CERT_REQUIRED, "client", (True, None)),
        (ssl.CERT_REQUIRED, None, None),
    ],
)
def test_its_mode_is_whether_clients_show_a_certificate(
    ends: Ends, run: Run, mode: ssl.VerifyMode, shown: str | None, expected: Any
) -> None:
    server = serve(ends, for_servers(ends.certs.server, ends.certs.ca, mode))
    facts: list[Any] = []
    server.on(
        "secureConnection", lambda socket: facts.append((socket.authorized, socket.authorization_error))
    )
    own = getattr(ends.certs, shown).own if shown else {}
    ends.connect(server, **own)
    run()
    assert facts == ([] if expected is None else [expected])


@pytest.mark.row("T13", "T31")
def test_one_for_a_name(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(b"hello"))
    server.add_context("other.example", {"ssl_context": for_servers(ends.certs.elsewhere)})
    ends.connect(server, servername="other.example")
    run()
    assert ("data", b"hello") in ends.of("client")


@pytest.mark.row("T13", "T31")
def test_one_of_the_wrong_side_for_a_name(ends: Ends, run: Run) -> None:
    wrong = tls.create_secure_context(ssl_context=for_clients(ends.certs.ca))
    server = ends.serve(sni_callback=lambda name, answer: answer(None, wrong))
    ends.connect(server, servername="localhost")
    run()
    assert ends.of("server")[0] == ("tlsClientError", "ERR_INVALID_ARG_VALUE", "TLSSocket")


@pytest.mark.row("T27", "T31")
def test_it_logs_secrets_by_itself(ends: Ends, run: Run) -> None:
    server = serve(ends, for_servers(ends.certs.server))
    client = connect(ends, server, ssl_context=for_clients(ends.certs.ca))
    client.on("keylog", lambda line: ends.seen.append("keylog"))
    server.on("keylog", lambda line, socket: ends.seen.append("keylog"))
    run()
    assert "keylog" not in ends.seen
    assert ("data", b"hello") in ends.of("client")


@pytest.mark.row("T31")
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"ca": "x"}, "ca"),
        ({"min_version": "TLSv1.2"}, "min_version"),
        ({"tickets": 1}, "tickets"),
        ({"alpn_protocols": ["a"]}, "alpn_protocols"),
        ({"reject_unauthorized": False}, "reject_unauthorized"),
        ({"reject_unauthorized": True}, "reject_unauthorized"),
        ({"check_server_identity": lambda *args: None}, "check_server_identity"),
        ({"secure_context": tls.SecureContext()}, "secure_context"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value),
)
def test_what_cannot_be_combined_with_it(loop: Any, options: dict[str, Any], name: str) -> None:
    with pytest.raises(errors.ArgValueError, match=f"'{name}' cannot be given together with 'ssl_context'"):
        tls.TLSSocket(None, options, ssl_context=ssl.create_default_context())


@pytest.mark.row("T31")
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"alpn_callback": lambda offer: None}, "alpn_callback"),
        ({"request_cert": False}, "request_cert"),
        ({"alpn_protocols": ["a"]}, "alpn_protocols"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value),
)
def test_what_a_server_cannot_combine_with_it(
    loop: Any, certs: Certificates, options: dict[str, Any], name: str
) -> None:
    own = for_servers(certs.server)
    refused = pytest.raises(errors.ArgValueError, match=f"'{name}' cannot be given")
    with refused:
        tls.create_server(options, ssl_context=own)
    server = tls.create_server(certs.server.own, **options)
    with refused:
        server.set_secure_context({"ssl_context": own})
    with refused:
        server.add_context("localhost", tls.create_secure_context(ssl_context=own))


@pytest.mark.row("T31")
def test_one_of_the_other_side_is_refused(loop: Any, certs: Certificates) -> None:
    with pytest.raises(errors.ArgValueError, match="is that of a client, and this is a server"):
        tls.create_server(ssl_context=for_clients(certs.ca))
    with pytest.raises(errors.ArgValueError, match="is that of a server, and this is a client"):
        tls.connect(1, ssl_context=for_servers(certs.server))
    with pytest.raises(errors.ArgTypeError, match=r"an ssl\.SSLContext"):
        tls.create_secure_context(ssl_context="x")
