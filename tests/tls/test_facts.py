"""What a TLSSocket tells of its connection; sessions, and the secrets of 'keylog'."""

from __future__ import annotations

import gc
import os
from typing import Any

import pytest
from helpers import Run
from tls.recorder import Ends

from netuv import errors, tls
from netuv.tls.handshake import _standard_name

VERSIONS = ["TLSv1.2", "TLSv1.3"]


@pytest.mark.row("T11")
@pytest.mark.parametrize("version", VERSIONS)
def test_what_can_be_asked(ends: Ends, run: Run, version: str) -> None:
    facts: dict[str, Any] = {}

    def ask(socket: Any) -> dict[str, Any]:
        return {
            "protocol": socket.get_protocol(),
            "cipher": socket.get_cipher(),
            "peer": socket.get_peer_certificate(),
            "detailed": socket.get_peer_certificate(True),
            "chain": len(socket.get_peer_certificate_chain()),
            "own": socket.get_certificate(),
            "reused": socket.is_session_reused(),
            "ssl": socket.ssl_object is not None,
        }

    def on_secure(socket: Any) -> None:
        facts["server"] = ask(socket)
        socket.end()

    server = ends.serve(on_secure, **ends.certs.chained.own, max_version=version)
    client = ends.connect(server, servername="localhost", ca=ends.certs.other_ca.cert)
    nothing = {
        "protocol": None,
        "cipher": None,
        "peer": None,
        "detailed": None,
        "chain": 0,
        "own": None,
        "reused": False,
        "ssl": False,
    }
    assert ask(client) == nothing
    client.on("secureConnect", lambda: facts.update(client=ask(client)))
    run()
    assert ask(client) == nothing
    mine, theirs = facts["client"], facts["server"]
    assert mine["protocol"] == theirs["protocol"] == version
    assert mine["cipher"] == theirs["cipher"]
    assert mine["cipher"]["version"] == version
    assert mine["cipher"]["standardName"].startswith("TLS_")
    assert mine["peer"]["subject"]["CN"] == theirs["own"]["subject"]["CN"] == "chained"
    assert "issuerCertificate" not in mine["peer"]
    assert mine["detailed"]["issuerCertificate"]["subject"]["CN"] == "intermediate"
    assert (mine["chain"], theirs["chain"]) == (2, 0)
    assert mine["own"] == theirs["peer"] == theirs["detailed"] == {}
    assert mine["ssl"]


@pytest.mark.row("T11")
@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        ("ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("DHE-RSA-AES128-SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
        ("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"),
        ("AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    ],
)
def test_the_standard_name_of_a_cipher(name: str, standard: str) -> None:
    assert _standard_name(name) == standard


@pytest.mark.row("T26")
@pytest.mark.parametrize("version", VERSIONS)
def test_sessions(ends: Ends, run: Run, version: str) -> None:
    sessions: list[Any] = []
    first: dict[str, Any] = {"ca": ends.certs.ca.cert, "host": "127.0.0.1"}

    def on_secure(socket: Any) -> None:
        ends.seen.append(("server's", socket.is_session_reused()))
        socket.end(b"hello")

    server = tls.create_server({**ends.certs.server.own, "max_version": version}, on_secure)
    server.listen(0, "127.0.0.1")
    port = ends.recorder.port(server)

    def connect(**options: Any) -> Any:
        client = tls.connect({"port": port, **first, **options})
        client.on(
            "secureConnect",
            lambda: ends.seen.append(("client's", client.is_session_reused(), client.authorized)),
        )
        client.on(
            "session", lambda session: (sessions.append(session), ends.seen.append(("client's", "session")))
        )
        return client.resume()

    connect().on(
        "close", lambda error: connect(session=sessions[-1]).on("close", lambda error: server.close())
    )
    run()
    assert ends.of("server's") == [False, True]
    events = ends.of("client's")
    count = 2 if version == "TLSv1.3" else 1
    assert events[: 1 + count] == [(False, True), *["session"] * count]
    assert events[1 + count] == (True, True)
    assert len({each.value.id for each in sessions[:count]}) == count
    assert isinstance(sessions[0], tls.Session)
    with pytest.raises(TypeError):
        __import__("copy").copy(sessions[0])


@pytest.mark.row("T26")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_that_is_asked_for_and_set(ends: Ends, run: Run, version: str) -> None:
    """By get_session() and set_session(), without a listener of 'session'."""
    context = tls.create_secure_context(ca=ends.certs.ca.cert, max_version=version)
    server = tls.create_server(ends.certs.server.own, lambda socket: socket.end(b"hello"))
    server.listen(0, "127.0.0.1")
    port = ends.recorder.port(server)
    kept: list[Any] = []

    def connect() -> Any:
        client = tls.TLSSocket(None, secure_context=context)
        client.on("data", lambda data: kept.append(client.get_session()))
        client.on("secureConnect", lambda: ends.seen.append(("reused", client.is_session_reused())))
        if kept:
            client.set_session(kept[-1])
        return client.connect(port, "127.0.0.1")

    connect().on("close", lambda error: connect().on("close", lambda error: server.close()))
    run()
    assert ends.of("reused") == [False, True]
    assert isinstance(kept[0], tls.Session)


@pytest.mark.row("T26")
def test_nobody_listens_to_session(ends: Ends, run: Run) -> None:
    """A listener that comes with 'secureConnect' is in time, one that comes later is not."""
    server = ends.serve(lambda socket: socket.end(b"hello"))
    client = ends.connect(server)
    client.on("secureConnect", lambda: client.on("session", lambda session: ends.seen.append("in time")))
    run()
    assert ends.seen.count("in time") == 2


@pytest.mark.row("T26")
def test_a_session_and_data_in_small_pieces(ends: Ends, run: Run) -> None:
    data = os.urandom(300_000)
    got = bytearray()
    server = ends.serve(lambda socket: socket.end(data))
    client = ends.connect(server)
    client.on("session", lambda session: client.pause().resume())
    client.on("data", got.extend)
    run()
    assert got == data


@pytest.mark.row("T26")
@pytest.mark.parametrize("options", [{"reject_unauthorized": False}, {"min_version": "TLSv1.3"}], ids=str)
def test_a_session_of_another_context(ends: Ends, run: Run, options: dict[str, Any]) -> None:
    server = ends.serve(lambda socket: socket.end())
    client = ends.connect(server, **options)
    other: list[Any] = []

    def again(session: Any) -> None:
        if not other:
            other.append(ends.connect(server, session=session))

    client.on("session", again)
    run()
    (caught,) = [each for each in ends.of("client") if each[0] == "error"]
    assert caught == ("error", "ERR_INVALID_ARG_VALUE")


@pytest.mark.row("T26")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_name_is_checked_on_resumed_sessions_too(ends: Ends, run: Run, version: str) -> None:
    kept: list[Any] = []
    server = tls.create_server({**ends.certs.server.own, "max_version": version}, lambda socket: socket.end())
    server.listen(0, "127.0.0.1")
    port = ends.recorder.port(server)
    first = tls.connect(
        {"port": port, "host": "127.0.0.1", "ca": ends.certs.ca.cert, "servername": "localhost"}
    )
    first.on("session", kept.append)
    first.resume()
    caught: list[Any] = []

    def again(had_error: bool) -> None:
        second = tls.connect(
            {"port": port, "ca": ends.certs.ca.cert, "host": "127.0.0.1", "servername": "other.example"},
            session=kept[-1],
        )
        second.on("error", caught.append)
        second.on("close", lambda had_error: server.close())

    first.on("close", again)
    run()
    assert [error.code for error in caught] == ["ERR_TLS_CERT_ALTNAME_INVALID"]


@pytest.mark.row("T26", "T07")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "code"), [("server", None), ("alone", "DEPTH_ZERO_SELF_SIGNED_CERT")])
def test_what_is_let_through_stays_what_it_is(
    ends: Ends, run: Run, version: str, name: str, code: str | None
) -> None:
    kept: list[Any] = []
    own = getattr(ends.certs, name).own
    server = tls.create_server({**own, "max_version": version}, lambda socket: socket.end())
    server.listen(0, "127.0.0.1")
    port = ends.recorder.port(server)

    def connect(**options: Any) -> Any:
        client = tls.connect(
            {"port": port, "ca": ends.certs.ca.cert, "reject_unauthorized": False, "family": 4, **options}
        )
        client.on(
            "secureConnect",
            lambda: ends.seen.append(
                (
                    "facts",
                    client.is_session_reused(),
                    client.authorization_error,
                    client.get_peer_certificate(True)["raw"] == client.get_peer_certificate()["raw"],
                )
            ),
        )
        client.on("session", kept.append)
        return client.resume()

    connect().on("close", lambda error: connect(session=kept[-1]).on("close", lambda error: server.close()))
    run()
    assert ends.of("facts") == [(False, code, True), (True, code, True)]


@pytest.mark.row("T26")
def test_a_server_without_tickets(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(b"hello"), tickets=0)
    client = ends.connect(server)
    client.on("session", lambda session: pytest.fail("a session"))
    run()
    assert client.get_session() is None
    assert ("data", b"hello") in ends.of("client")


@pytest.mark.row("T27")
@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="needs files in memory")
@pytest.mark.parametrize(("version", "lines"), [("TLSv1.2", 1), ("TLSv1.3", 5)])
def test_keylog(ends: Ends, run: Run, version: str, lines: int) -> None:
    logs: dict[str, list[bytes]] = {"client": [], "server": []}
    server = ends.serve(lambda socket: socket.end(), max_version=version)
    server.on("keylog", lambda line, socket: logs["server"].append(line))
    server.on("secureConnection", lambda socket: ends.seen.append(("server's lines", len(logs["server"]))))
    client = ends.connect(server, secure_context=tls.create_secure_context(ca=ends.certs.ca.cert))
    client.on("keylog", logs["client"].append)
    client.on("secureConnect", lambda: ends.seen.append(("lines", len(logs["client"]))))
    run()
    assert ends.of("lines") == ends.of("server's lines") == [lines]
    randoms = {line.split()[1] for line in logs["client"]}
    assert len(randoms) == 1  # of this connection, and no other
    assert sorted(logs["client"]) == sorted(logs["server"])
    assert all(line.endswith(b"\n") and len(line.split()) == 3 for line in logs["client"])
    del server, client
    ends.servers.clear()
    ends.recorder.close()
    gc.collect()  # with the contexts go the files in memory


@pytest.mark.row("T27")
def test_keylog_without_files_in_memory(ends: Ends, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    context = tls.create_secure_context(ca=ends.certs.ca.cert)
    server = ends.serve()
    client = ends.connect(server, secure_context=context)
    client.on("keylog", lambda line: None)
    client.on("connect", lambda: None)
    monkeypatch.delattr(os, "memfd_create", raising=False)
    with pytest.raises(errors.ArgValueError, match="only Linux has files in memory"):
        run()
    client.destroy()
    run()
