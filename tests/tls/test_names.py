"""What server and client agree on by name: the certificate (SNI) and the protocol (ALPN)."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from helpers import LIMIT, Run
from tls.certificates import Pair
from tls.recorder import Ends
from tls.test_hello import real_hello

import netuv
from netuv import errors, tls

VERSIONS = ["TLSv1.2", "TLSv1.3"]


def shown(ends: Ends, client: Any) -> None:
    """Note which certificate the client is shown, and what both sides say of the names."""
    client.on(
        "secureConnect",
        lambda: ends.seen.append(
            ("shown", client.get_peer_certificate()["subject"]["CN"], client.servername, client.alpn_protocol)
        ),
    )


def bye(ends: Ends) -> Any:
    def on_secure(socket: Any) -> None:
        ends.seen.append(("server's", socket.servername, socket.alpn_protocol))
        socket.end()

    return on_secure


# -- ALPN ----------------------------------------------------------------------------------------------


@pytest.mark.row("T12")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("offered", "of_server", "chosen"),
    [
        (["a", "b"], ["b", "a"], "b"),  # the server's order counts
        ([b"a", bytearray(b"b")], [b"b"], "b"),
        (b"\1a\1b", b"\1a", "a"),
        (["a"], None, False),
        (None, ["a"], False),
        ([], ["a"], False),
        (["a"], [], False),
    ],
    ids=str,
)
def test_the_protocol_that_is_chosen(
    ends: Ends, run: Run, version: str, offered: Any, of_server: Any, chosen: Any
) -> None:
    server = ends.serve(bye(ends), alpn_protocols=of_server, max_version=version)
    client = ends.connect(server, alpn_protocols=offered)
    assert client.alpn_protocol is None
    shown(ends, client)
    run()
    assert ends.of("server's") == [(False, chosen)]
    assert ends.of("shown") == [("server", False, chosen)]


@pytest.mark.row("T12")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "options",
    [{"alpn_protocols": ["b"]}, {"alpn_callback": lambda asked: None}],
    ids=["protocols", "callback"],
)
def test_no_common_protocol(ends: Ends, run: Run, version: str, options: dict[str, Any]) -> None:
    server = ends.serve(**options, max_version=version)
    ends.connect(server, alpn_protocols=["a"])
    run()
    assert ends.of("server") == [("tlsClientError", "ERR_SSL_NO_APPLICATION_PROTOCOL", "TLSSocket"), "close"]
    assert ends.of("client")[2:] == [
        ("error", "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"),
        ("close", True),
    ]


@pytest.mark.row("T12")
def test_alpn_callback(ends: Ends, run: Run) -> None:
    asked: list[Any] = []

    def choose(what: dict[str, Any]) -> str:
        asked.append(what)
        return "c"

    server = ends.serve(bye(ends), alpn_callback=choose)
    shown(ends, ends.connect(server, alpn_protocols=["a", "c"], servername="localhost"))
    run()
    assert asked == [{"servername": "localhost", "protocols": ["a", "c"]}]
    assert ends.of("shown") == [("server", "localhost", "c")]


@pytest.mark.row("T12")
def test_alpn_callback_is_not_asked_without_protocols(ends: Ends, run: Run) -> None:
    server = ends.serve(bye(ends), alpn_callback=lambda what: pytest.fail("asked"))
    shown(ends, ends.connect(server))
    run()
    assert ends.of("shown") == [("server", False, False)]


@pytest.mark.row("T12")
def test_alpn_callback_with_a_wrong_answer(ends: Ends, run: Run) -> None:
    server = ends.serve(alpn_callback=lambda what: "x")
    ends.connect(server, alpn_protocols=["a"])
    run()
    assert ends.of("server")[0][:2] == ("tlsClientError", "ERR_TLS_ALPN_CALLBACK_INVALID_RESULT")
    assert ends.of("client")[2:] == [("error", "ECONNRESET"), ("close", True)]


@pytest.mark.row("T12")
def test_an_exception_of_alpn_callback_leaves_the_loop(ends: Ends, run: Run) -> None:
    def choose(what: dict[str, Any]) -> str:
        raise ZeroDivisionError

    server = ends.serve(alpn_callback=choose)
    client = ends.connect(server, alpn_protocols=["a"])
    with pytest.raises(ZeroDivisionError):
        run()
    client.destroy()
    server.close()
    run()
    assert ends.of("server") == [("tlsClientError", "ECONNRESET", "TLSSocket"), "close"]


# -- SNI -----------------------------------------------------------------------------------------------


@pytest.mark.row("T13")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "cert"),
    [
        ("a.example", "elsewhere"),
        ("b.a.example", "stranger"),
        ("c.b.a.example", "server"),
        ("A.example", "elsewhere"),
        ("x.example", "client"),
        ("xx.example", "server"),
        (None, "server"),
    ],
)
def test_add_context(ends: Ends, run: Run, version: str, name: str | None, cert: str) -> None:
    server = ends.serve(bye(ends), max_version=version)
    server.add_context("a.example", ends.certs.client.own)
    server.add_context(
        "a.example", tls.create_secure_context(ends.certs.elsewhere.own)
    )  # the last one counts
    server.add_context("*.a.example", ends.certs.stranger.own)
    server.add_context("x.exampl*", ends.certs.client.own)
    client = ends.connect(server, servername=name, reject_unauthorized=False)
    shown(ends, client)
    run()
    assert ends.of("shown") == [(cert, name or False, False)]
    assert ends.of("server's")[0][0] == (name or False)


@pytest.mark.row("T13")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("answer", ["elsewhere", None])
def test_sni_callback(ends: Ends, run: Run, late: bool, answer: str | None) -> None:
    pair: Pair | None = getattr(ends.certs, answer) if answer else None
    context = tls.create_secure_context(pair.own) if pair else None

    def choose(name: str, done: Any) -> None:
        ends.seen.append(("asked", name))
        if late:
            netuv.set_timeout(lambda: done(None, context), 20)
        else:
            done(None, context)

    server = ends.serve(bye(ends), sni_callback=choose)
    client = ends.connect(server, servername="a.example", reject_unauthorized=False)
    shown(ends, client)
    run()
    assert ends.of("asked") == ["a.example"]
    assert ends.of("shown") == [(answer or "server", "a.example", False)]


@pytest.mark.row("T13")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((errors.NetError("no", code="MINE"),), "MINE"),
        ((None, 5), "ERR_TLS_INVALID_CONTEXT"),
    ],
    ids=["error", "wrong"],
)
def test_sni_callback_that_fails(
    ends: Ends, run: Run, late: bool, answer: tuple[Any, ...], code: str
) -> None:
    def choose(name: str, done: Any) -> None:
        if late:
            netuv.set_timeout(lambda: done(*answer), 10)
        else:
            done(*answer)

    server = ends.serve(sni_callback=choose)
    ends.connect(server, servername="a.example")
    run()
    assert ends.of("server")[0][:2] == ("tlsClientError", code)
    assert ends.of("client")[2:] == [("error", "ECONNRESET"), ("close", True)]


@pytest.mark.row("T13")
def test_sni_callback_that_answers_twice(ends: Ends, run: Run) -> None:
    def choose(name: str, done: Any) -> None:
        done(None, None)
        done(None, None)

    server = ends.serve(sni_callback=choose)
    ends.connect(server, servername="a.example")
    run()
    assert ends.of("server")[0][:2] == ("tlsClientError", "ERR_MULTIPLE_CALLBACK")


@pytest.mark.row("T13")
def test_sni_callback_that_answers_a_client_that_has_gone(ends: Ends, run: Run) -> None:
    client: Any = None

    def choose(name: str, done: Any) -> None:
        client.destroy()
        server.on("tlsClientError", lambda error, socket: netuv.set_timeout(lambda: done(None, None), 10))

    server = ends.serve(sni_callback=choose)
    client = ends.connect(server, servername="a.example")
    run()
    assert ends.of("server") == [("tlsClientError", "ECONNRESET", "TLSSocket"), "close"]


@pytest.mark.row("T13")
def test_a_client_that_talks_on_while_sni_callback_thinks(ends: Ends, run: Run) -> None:
    def choose(name: str, done: Any) -> None:
        pass

    server = ends.serve(sni_callback=choose)

    def flood(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(real_hello("a.example"))
            try:
                while True:
                    sock.sendall(b"\x17\x03\x03\x40\x00" + bytes(0x4000))
            except OSError:
                pass

    thread = threading.Thread(target=flood, args=(ends.recorder.port(server),), daemon=True)
    thread.start()
    run()
    ends.recorder.close()  # which the thread hears of
    thread.join(LIMIT)
    assert ends.of("server")[0][:2] == ("tlsClientError", "ERR_SSL_EXCESSIVE_MESSAGE_SIZE")


@pytest.mark.row("T13")
def test_set_servername(ends: Ends, run: Run) -> None:
    server = ends.serve(bye(ends))
    client = ends.connect(server)
    with pytest.raises(errors.ArgValueError):
        client.set_servername("127.0.0.1")
    client.set_servername("localhost")

    def too_late() -> None:
        with pytest.raises(errors.StateError, match="the handshake has begun"):
            client.set_servername("other")
        with pytest.raises(errors.StateError, match="the handshake has begun"):
            client.set_session(None)

    client.on("connect", too_late)
    run()
    assert ends.of("server's") == [("localhost", False)]
    with pytest.raises(errors.StateError) as caught:
        tls.TLSSocket(None, is_server=True).set_servername("x")
    assert caught.value.code == "ERR_TLS_SNI_FROM_SERVER"


def test_set_secure_context(ends: Ends, run: Run) -> None:
    server = ends.serve(bye(ends), **ends.certs.client.own)
    server.set_secure_context(ends.certs.server.own)
    shown(ends, ends.connect(server))
    run()
    assert ends.of("shown") == [("server", False, False)]


@pytest.mark.parametrize("version", VERSIONS)
def test_two_certificates(ends: Ends, run: Run, version: str) -> None:
    """The server has one of each kind; a client that knows RSA only is shown that."""
    own = {
        "cert": [ends.certs.server.cert, ends.certs.rsa.cert],
        "key": [ends.certs.rsa.key, ends.certs.server.key],
    }
    ciphers = "ECDHE-RSA-AES128-GCM-SHA256" if version == "TLSv1.2" else None
    server = ends.serve(bye(ends), **own, max_version=version)
    shown(ends, ends.connect(server, ciphers=ciphers))
    run()
    assert ends.of("shown")[0][0] == ("rsa" if version == "TLSv1.2" else "server")
