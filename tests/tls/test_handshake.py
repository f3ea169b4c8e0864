"""From connect() to 'secureConnect' and 'secureConnection', and what goes wrong on the way."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from helpers import LINGER_0, MustCall, PeerOf, Run
from tls.certificates import Certificates, Pair
from tls.recorder import Ends, Recorder, records

import netuv
from netuv import errors, tls

VERSIONS = ["TLSv1.2", "TLSv1.3"]


@pytest.mark.row("T01", "T02", "T03", "T14", "T17")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_order_of_events(ends: Ends, run: Run, version: str) -> None:
    def echo(socket: Any) -> None:
        ends.seen.append(("accepted", "secureConnection", socket.get_protocol()))
        socket.on("data", socket.write)

    server = ends.serve(echo, max_version=version)
    client = ends.connect(server)
    assert isinstance(client, netuv.Socket)
    assert client.encrypted
    assert client.secure_connecting
    client.write(b"early", lambda error: ends.seen.append(("client", "written", error)))
    client.on("secureConnect", lambda: ends.seen.append(("client", client.secure_connecting)))
    client.on("data", lambda data: client.end())
    run()
    assert ends.of("client") == [
        "connect",
        "ready",
        "secureConnect",
        False,
        ("written", None),
        ("data", b"early"),
        "finish",
        "end",
        ("close", False),
    ]
    assert ends.of("accepted") == [
        ("secureConnection", version),
        ("data", b"early"),
        "end",
        "finish",
        ("close", False),
    ]
    assert ends.of("server") == ["close"]


@pytest.mark.row("T01")
def test_the_forms_of_connect(ends: Ends, run: Run, must_call: MustCall, certs: Certificates) -> None:
    server = tls.create_server(certs.server.own).listen(0, "127.0.0.1")
    port = ends.recorder.port(server)
    ca = certs.ca.cert
    left = 6

    def on_secure(socket: Any) -> None:
        nonlocal left
        left -= 1
        socket.resume()
        if not left:
            server.close()

    server.on("secureConnection", on_secure)
    count = must_call(times=6)
    made = [
        tls.connect(port, "127.0.0.1", {"ca": ca}, count),
        tls.connect(port, {"ca": ca, "host": "127.0.0.1"}, count),
        tls.connect({"port": port, "host": "127.0.0.1", "ca": ca}, count),
        tls.connect(port, "127.0.0.1", count, ca=ca),
        tls.connect(port=port, host="127.0.0.1", ca=[ca], listener=count),
        tls.connect(port, "127.0.0.1", {"ca": ca}, listener=count),
    ]
    for client in made:
        client.on("secureConnect", client.end)
        client.resume()
    run()


@pytest.mark.row("T01")
def test_over_a_unix_socket(run: Run, must_call: MustCall, certs: Certificates, short_path: Any) -> None:
    path = str(short_path / "s")
    server = tls.create_server(certs.server.own, lambda socket: socket.end(b"hello"))
    server.listen(path)
    client = tls.connect(path, {"ca": certs.ca.cert}, must_call())
    client.on("data", must_call(lambda data: server.close()))
    run()


@pytest.mark.row("T31")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"secure_context": 5}, "ERR_TLS_INVALID_CONTEXT"),
        ({"reject_unauthorized": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"reject_unauthorized": 0}, "ERR_INVALID_ARG_TYPE"),
        ({"servername": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"servername": "127.0.0.1"}, "ERR_INVALID_ARG_VALUE"),
        ({"servername": "a" * 64}, "ERR_INVALID_ARG_VALUE"),
        ({"check_server_identity": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_protocols": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_protocols": "h2"}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_protocols": ["a" * 256]}, "ERR_OUT_OF_RANGE"),
        ({"alpn_protocols": [""]}, "ERR_INVALID_ARG_VALUE"),
        ({"alpn_protocols": ["ä"]}, "ERR_INVALID_ARG_VALUE"),
        ({"alpn_protocols": [5]}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_protocols": b"\5h2"}, "ERR_INVALID_ARG_VALUE"),
        ({"session": b"x"}, "ERR_INVALID_ARG_TYPE"),
        ({"socket": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"timeout": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"ca": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"request_ocsp": True}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"psk_callback": print}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"pfx": b"x"}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"fd": 5}, "ERR_UNKNOWN_OPTION"),
        ({"request_cert": True}, "ERR_UNKNOWN_OPTION"),
        ({"port": None}, "ERR_MISSING_ARGS"),
    ],
    ids=str,
)
def test_wrong_options_of_connect(loop: netuv.Loop, options: dict[str, Any], code: str) -> None:
    with pytest.raises((errors.ArgTypeError, errors.ArgValueError)) as caught:
        tls.connect({"port": 1, "host": "127.0.0.1", **options})
    assert caught.value.code == code


@pytest.mark.row("T31")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"handshake_timeout": "x"}, "ERR_INVALID_ARG_TYPE"),
        ({"handshake_timeout": True}, "ERR_INVALID_ARG_TYPE"),
        ({"sni_callback": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_callback": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"alpn_callback": print, "alpn_protocols": ["a"]}, "ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS"),
        ({"request_cert": 5}, "ERR_INVALID_ARG_TYPE"),
        ({"ticket_keys": b"x"}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"session_timeout": 5}, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"),
        ({"servername": "x"}, "ERR_UNKNOWN_OPTION"),
        ({"socket_class": netuv.Socket}, "ERR_UNKNOWN_OPTION"),
    ],
    ids=str,
)
def test_wrong_options_of_a_server(loop: netuv.Loop, options: dict[str, Any], code: str) -> None:
    with pytest.raises((errors.ArgTypeError, errors.ArgValueError)) as caught:
        tls.create_server(options)
    assert caught.value.code == code


@pytest.mark.row("T31")
def test_wrong_arguments_of_a_server(loop: netuv.Loop, certs: Certificates) -> None:
    server = tls.create_server(certs.server.own)
    for call, code in (
        (lambda: tls.create_server("x"), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: tls.create_server({}, 5), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: tls.create_server(print, print), "ERR_INVALID_ARG_TYPE"),
        (lambda: server.add_context("", {}), "ERR_TLS_REQUIRED_SERVER_NAME"),
        (lambda: server.add_context(5, {}), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: server.add_context("a", 5), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: server.set_secure_context(5), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: tls.TLSSocket(5), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: tls.TLSSocket(None, 5), "ERR_INVALID_ARG_TYPE"),  # type: ignore[arg-type]
        (lambda: tls.connect(), "ERR_MISSING_ARGS"),
    ):
        with pytest.raises((errors.ArgTypeError, errors.ArgValueError)) as caught:
            call()  # type: ignore[no-untyped-call]
        assert caught.value.code == code


# -- certificates --------------------------------------------------------------------------------------

REJECTED = {
    "alone": "DEPTH_ZERO_SELF_SIGNED_CERT",
    "stranger": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "expired": "CERT_HAS_EXPIRED",
    "expired_stranger": "CERT_HAS_EXPIRED",
    "future": "CERT_NOT_YET_VALID",
    "wrong_purpose": "INVALID_PURPOSE",
    "chained": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "elsewhere": "ERR_TLS_CERT_ALTNAME_INVALID",
}


@pytest.mark.row("T06")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "code"), REJECTED.items())
def test_a_certificate_that_is_rejected(ends: Ends, run: Run, name: str, code: str, version: str) -> None:
    pair: Pair = getattr(ends.certs, name)
    server = ends.serve(**pair.own, max_version=version)
    client = ends.connect(server, servername="localhost")
    caught: list[Any] = []
    client.on("error", caught.append)
    client.write(b"secret")
    run()
    assert ends.of("client") == ["connect", "ready", ("error", code), ("close", True)]
    assert client.authorized is False
    assert client.authorization_error == code
    assert isinstance(caught[0], tls.TLSError)
    assert isinstance(caught[0], ssl.SSLCertVerificationError)
    if (version, name) == ("TLSv1.2", "elsewhere"):  # there the server is done before the client
        assert ends.of("accepted") == ["end", "finish", ("close", False)]
    else:
        assert ends.of("accepted") == []
        assert len(ends.of("server")) == 2  # tlsClientError, close
    (line,) = ends.recorder.lines
    kinds = [kind for kind, _ in records(bytes(line.sent[0]))[0]]
    assert 23 not in kinds  # nothing of the application, and in 1.3 not even our Finished


@pytest.mark.row("T07")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "code"), [*REJECTED.items(), ("server", None), ("rsa", None)])
def test_a_certificate_that_is_let_through(
    ends: Ends, run: Run, name: str, code: str | None, version: str
) -> None:
    pair: Pair = getattr(ends.certs, name)
    server = ends.serve(lambda socket: socket.end(b"hello"), **pair.own, max_version=version)
    client = ends.connect(server, servername="localhost", reject_unauthorized=False)
    client.on(
        "secureConnect",
        lambda: ends.seen.append(("client", client.authorized, client.authorization_error)),
    )
    run()
    assert ends.of("client")[2:5] == ["secureConnect", (code is None, code), ("data", b"hello")]


@pytest.mark.row("T09")
@pytest.mark.parametrize(
    ("options", "name", "good"),
    [
        ({"servername": "localhost"}, "server", True),
        ({"servername": "other.example"}, "server", False),
        ({"servername": "other.example"}, "elsewhere", True),
        ({"servername": "a.wild.example"}, "elsewhere", True),
        ({"host": "127.0.0.1"}, "server", True),
        ({"host": "127.0.0.1"}, "elsewhere", False),
        ({"host": None}, "server", True),  # localhost
        ({"host": None}, "client", False),
    ],
    ids=str,
)
def test_the_name_that_is_looked_for(
    ends: Ends, run: Run, options: dict[str, Any], name: str, good: bool
) -> None:
    pair: Pair = getattr(ends.certs, name)
    server = ends.serve(lambda socket: socket.end(), **pair.own)
    ends.connect(server, **{"family": 4, **options})
    run()
    assert ("secureConnect" in ends.of("client")) is good
    assert (("error", "ERR_TLS_CERT_ALTNAME_INVALID") in ends.of("client")) is not good


@pytest.mark.row("T08")
def test_another_check_of_the_name(ends: Ends, run: Run) -> None:
    asked: list[Any] = []

    def check(host: str, cert: dict[str, Any]) -> None:
        asked.append((host, cert["subject"]["CN"]))

    server = ends.serve(lambda socket: socket.end(), **ends.certs.elsewhere.own)
    ends.connect(server, check_server_identity=check)
    run()
    assert "secureConnect" in ends.of("client")
    assert asked == [("127.0.0.1", "elsewhere")]


@pytest.mark.row("T08")
@pytest.mark.parametrize("answer", [tls.TLSError("no", code="MINE"), "no"], ids=["an error", "no error"])
def test_another_check_that_says_no(ends: Ends, run: Run, answer: Any) -> None:
    server = ends.serve()
    client = ends.connect(server, check_server_identity=lambda host, cert: answer)
    run()
    code = "MINE" if isinstance(answer, tls.TLSError) else "ERR_TLS_CERT_ALTNAME_INVALID"
    assert ends.of("client") == ["connect", "ready", ("error", code), ("close", True)]
    assert client.authorization_error == ("MINE" if isinstance(answer, tls.TLSError) else "no")


# -- certificates of clients ---------------------------------------------------------------------------


@pytest.mark.row("T10")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("reject", [True, False])
def test_a_client_with_a_certificate(ends: Ends, run: Run, version: str, reject: bool) -> None:
    def on_secure(socket: Any) -> None:
        shown = socket.get_peer_certificate()["subject"]["CN"]
        ends.seen.append(("accepted", socket.authorized, socket.authorization_error, shown))
        socket.end()

    server = ends.serve(
        on_secure, ca=ends.certs.ca.cert, request_cert=True, reject_unauthorized=reject, max_version=version
    )
    client = ends.connect(server, **ends.certs.client.own)
    client.on(
        "secureConnect", lambda: ends.seen.append(("client", client.get_certificate()["subject"]["CN"]))
    )
    run()
    assert ends.of("accepted")[0] == (True, None, "client")
    assert "client" in ends.of("client")


@pytest.mark.row("T10")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_without_a_certificate_is_let_in(ends: Ends, run: Run, version: str) -> None:
    def on_secure(socket: Any) -> None:
        ends.seen.append(
            ("accepted", socket.authorized, socket.authorization_error, socket.get_peer_certificate())
        )
        socket.end()

    server = ends.serve(
        on_secure, ca=ends.certs.ca.cert, request_cert=True, reject_unauthorized=False, max_version=version
    )
    client = ends.connect(server)
    client.on("secureConnect", lambda: ends.seen.append(("client", "own", client.get_certificate())))
    run()
    assert ends.of("accepted")[0] == (False, "UNABLE_TO_GET_ISSUER_CERT", {})
    assert ("own", {}) in ends.of("client")


@pytest.mark.row("T10")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "reject"),
    [(None, True), ("stranger", True), ("stranger", False)],  # a bad one is never let in
)
def test_a_client_that_is_refused(ends: Ends, run: Run, version: str, name: str | None, reject: bool) -> None:
    own = getattr(ends.certs, name).own if name else {}
    server = ends.serve(
        ca=ends.certs.ca.cert, request_cert=True, reject_unauthorized=reject, max_version=version
    )
    ends.connect(server, **own)
    run()
    assert ends.of("accepted") == []
    ((_, code, _), closed) = ends.of("server")
    assert code == (
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" if name else "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"
    )
    assert closed == "close"
    assert ends.of("client")[-1] == ("close", True)
    assert ("secureConnect" in ends.of("client")) is (version == "TLSv1.3")  # which tells clients later


@pytest.mark.row("T10")
@pytest.mark.parametrize("name", ["expired", "future", "alone", "chained", "expired_stranger"])
def test_what_else_is_wrong_with_a_client(ends: Ends, run: Run, name: str) -> None:
    server = ends.serve(ca=ends.certs.ca.cert, request_cert=True)
    ends.connect(server, **getattr(ends.certs, name).own)
    run()
    codes = {
        "expired": "CERT_HAS_EXPIRED",
        "future": "CERT_NOT_YET_VALID",
        "alone": "DEPTH_ZERO_SELF_SIGNED_CERT",
        "chained": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        "expired_stranger": "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",  # the first of its faults
    }
    assert ends.of("server") == [("tlsClientError", codes[name], "TLSSocket"), "close"]
    assert ends.of("accepted") == []
    assert ends.of("client")[-1] == ("close", True)


@pytest.mark.row("T10")
def test_a_client_that_is_not_asked_shows_nothing(ends: Ends, run: Run) -> None:
    def on_secure(socket: Any) -> None:
        ends.seen.append(("facts", socket.authorized, socket.authorization_error))
        ends.seen.append(("facts", socket.get_peer_certificate()))
        socket.end()

    server = ends.serve(on_secure)
    ends.connect(server, **ends.certs.stranger.own)
    run()
    assert ends.of("facts") == [(False, None), {}]


# -- other failures ------------------------------------------------------------------------------------


@pytest.mark.row("T04")
def test_versions_that_do_not_meet(ends: Ends, run: Run) -> None:
    server = ends.serve(min_version="TLSv1.3")
    ends.connect(server, max_version="TLSv1.2")
    run()
    assert ends.of("server") == [
        ("tlsClientError", "ERR_SSL_UNSUPPORTED_PROTOCOL", "TLSSocket"),
        "close",
    ]
    assert ends.of("client") == [
        "connect",
        "ready",
        ("error", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"),
        ("close", True),
    ]


@pytest.mark.row("T04")
def test_a_client_that_speaks_http(ends: Ends, run: Run, peer: PeerOf) -> None:
    server = ends.serve()

    def ask(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return sock.recv(100)

    ends.recorder.expect_tls = False
    asked = peer(ask, ends.recorder.port(server))
    run()
    assert ends.of("server") == [("tlsClientError", "ERR_SSL_HTTP_REQUEST", "TLSSocket"), "close"]
    asked.result()


@pytest.mark.row("T05")
def test_a_server_that_does_not_speak_tls(ends: Ends, run: Run) -> None:
    server = netuv.create_server(lambda socket: socket.resume().end(b"HTTP/1.0 400 what?\r\n\r\n")).listen(
        0, "127.0.0.1"
    )
    client = ends.connect(server)
    ends.recorder.expect_tls = False
    caught: list[Any] = []
    client.on("error", caught.append)
    client.on("close", lambda had_error: server.close())
    run()
    assert ends.of("client") == [
        "connect",
        "ready",
        ("error", "ERR_SSL_WRONG_VERSION_NUMBER"),
        ("close", True),
    ]
    assert (caught[0].library, caught[0].reason) == ("SSL routines", "wrong version number")


@pytest.mark.row("T04")
@pytest.mark.parametrize("how", ["end", "reset"])
def test_a_client_that_goes(ends: Ends, run: Run, peer: PeerOf, how: str) -> None:
    server = ends.serve()

    def go(port: int) -> None:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(b"\x16\x03\x01")
        if how == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        sock.close()

    peer(go, ends.recorder.port(server))
    run()
    assert ends.of("server") == [("tlsClientError", "ECONNRESET", "TLSSocket"), "close"]


@pytest.mark.row("T05")
@pytest.mark.parametrize("how", ["end", "reset"])
def test_a_server_that_goes(ends: Ends, run: Run, how: str) -> None:
    def accepted(socket: netuv.Socket) -> None:
        if how == "end":
            socket.resume().end()
        else:  # after the hello: a reset that comes sooner fails the client's connect()
            socket.once("data", lambda hello: socket.reset_and_destroy())

    server = netuv.create_server(accepted).listen(0, "127.0.0.1")
    client = ends.connect(server, local_address="127.0.0.1")
    caught: list[Any] = []
    client.on("error", caught.append)
    client.on("close", lambda had_error: server.close())
    run()
    assert ends.of("client") == ["connect", "ready", ("error", "ECONNRESET"), ("close", True)]
    assert isinstance(caught[0], ConnectionResetError)
    if how == "end":
        assert "before secure TLS connection was established" in str(caught[0])
        assert caught[0].address == caught[0].local_address == "127.0.0.1"
        assert caught[0].port == ends.recorder.port(server)


@pytest.mark.row("T05")
def test_a_server_on_a_path_that_goes(run: Run, short_path: Path, must_call: MustCall) -> None:
    path = str(short_path / "s")
    server = netuv.create_server(lambda socket: socket.resume().end()).listen(path)
    caught: list[Any] = []
    client = tls.connect(path)
    client.on("error", caught.append)
    client.on("end", lambda: pytest.fail("an end"))
    client.on("secureConnect", lambda: pytest.fail("secure"))
    client.write(b"secret", must_call(caught.append))
    client.on("close", must_call(lambda had_error: (caught.append(had_error), server.close())))
    run()
    assert [getattr(each, "code", each) for each in caught] == ["ECONNRESET", "ECANCELED", True]
    assert (caught[0].address, caught[0].port, caught[0].local_address) == (path, None, None)


@pytest.mark.row("T05")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sent", [1, 60, 300])
def test_a_server_that_goes_in_the_middle_of_its_hello(
    ends: Ends, run: Run, peer: PeerOf, version: str, sent: int
) -> None:
    def serve(listener: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(ends.certs.server.cert_path, ends.certs.server.key_path)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        end = context.wrap_bio(incoming, outgoing, server_side=True)
        with listener, listener.accept()[0] as sock:
            incoming.write(sock.recv(65536))
            with pytest.raises(ssl.SSLWantReadError):
                end.do_handshake()
            sock.sendall(outgoing.read()[:sent])

    listener = socket.create_server(("127.0.0.1", 0))
    served = peer(serve, listener)
    options = {"ca": ends.certs.ca.cert, "max_version": version}
    client = tls.connect(listener.getsockname()[1], "127.0.0.1", options)
    ends.watch("client", client, "secureConnect", "end", "error", "close")
    run()
    assert ends.of("client") == [("error", "ECONNRESET"), ("close", True)]
    served.result()


@pytest.mark.row("T23")
def test_a_handshake_that_takes_too_long(ends: Ends, run: Run, peer: PeerOf) -> None:
    server = ends.serve(handshake_timeout=50)

    def drip(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"\x16")
            return sock.recv(100)

    held = peer(drip, ends.recorder.port(server))
    run()
    assert held.result() == b""
    assert ends.of("server") == [("tlsClientError", "ERR_TLS_HANDSHAKE_TIMEOUT", "TLSSocket"), "close"]


@pytest.mark.row("T23")
def test_no_limit_for_a_handshake(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(), handshake_timeout=0)
    ends.connect(server)
    run()
    assert "secureConnect" in ends.of("client")


@pytest.mark.row("T33")
def test_a_failing_client_without_listener_raises(ends: Ends, run: Run, certs: Certificates) -> None:
    server = tls.create_server(certs.server.own).listen(0, "127.0.0.1")
    server.on("tlsClientError", lambda error, socket: None)
    tls.connect(ends.recorder.port(server), "127.0.0.1")  # which does not trust the test's authority
    with pytest.raises(tls.TLSError) as caught:
        run()
    assert caught.value.code == "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    server.close()
    run()


@pytest.mark.row("T33")
def test_a_failing_handshake_of_a_server_raises_nothing(ends: Ends, run: Run, certs: Certificates) -> None:
    server = tls.create_server(certs.server.own).listen(0, "127.0.0.1")
    client = tls.connect(ends.recorder.port(server), "127.0.0.1")
    client.on("error", lambda error: server.close())
    run()


@pytest.mark.row("T03")
def test_close_waits_for_handshakes(ends: Ends, run: Run) -> None:
    def on_hello(name: str, answer: Any) -> None:
        server.close()
        answer(None, None)

    server = ends.serve(lambda socket: socket.end(b"hello"), sni_callback=on_hello)
    ends.connect(server, servername="localhost")
    run()
    assert "secureConnect" in ends.of("client")
    assert ("data", b"hello") in ends.of("client")
    assert ends.seen.index(("accepted", "finish")) < ends.seen.index(("server", "close"))


@pytest.mark.row("T01")
def test_a_socket_connects_anew(ends: Ends, run: Run, certs: Certificates) -> None:
    server = tls.create_server(certs.server.own, lambda socket: socket.end(b"hello")).listen(0, "127.0.0.1")
    port = ends.recorder.port(server)
    client = ends.watch(
        "client", tls.connect(port, "127.0.0.1", {"ca": certs.ca.cert}), "secureConnect", "data"
    )

    def again(had_error: bool) -> None:
        assert client.get_protocol() is None
        client.on("close", lambda had_error: server.close())
        client.connect(port, "127.0.0.1")

    client.once("close", again)
    run()
    assert ends.of("client") == ["secureConnect", ("data", b"hello")] * 2


@pytest.mark.row("T28")
def test_renegotiation_is_refused(ends: Ends, run: Run, must_call: MustCall) -> None:
    server = ends.serve(lambda socket: socket.end(), max_version="TLSv1.2")
    client = ends.connect(server)

    def on_secure() -> None:
        refused = must_call(lambda error: ends.seen.append(("refused", error.code)))
        assert client.renegotiate({}, refused) is False
        client.disable_renegotiation()
        with pytest.raises(errors.ArgTypeError):
            client.renegotiate(None)

    client.on("secureConnect", on_secure)
    run()
    assert ("refused", "ERR_TLS_RENEGOTIATION_DISABLED") in ends.seen


def test_the_recorder_sees_what_is_wrong(recorder: Recorder) -> None:
    good = b"\x17\x03\x03\0\1x"
    assert records(good * 2 + b"\x17\3") == ([(23, 1), (23, 1)], b"\x17\3")
    for bad in (b"hello", good + b"hello", good + b"x", b"\x17\x02\x03\0\1x", b"\x17\x03\x03\xff\xffx"):
        with pytest.raises(AssertionError):
            records(bad)
