"""netuv.node.tls: Node's spellings."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import Run, script
from tls.recorder import Ends

from netuv import errors
from netuv.node import net, tls


def test_a_program_in_nodes_spelling(ends: Ends, run: Run) -> None:
    own, ca = ends.certs.server.own, ends.certs.ca.cert
    seen: list[Any] = []

    def on_secure(socket: Any) -> None:
        seen.append(("server", type(socket) is tls.TLSSocket, socket.alpnProtocol, socket.getProtocol()))
        socket.setEncoding("utf8")
        socket.on("data", lambda data: socket.end(data.upper()))

    options = {**own, "ALPNProtocols": ["a"], "minVersion": "TLSv1.3", "handshakeTimeout": 5000, "noSuch": 1}
    server = tls.createServer(options, on_secure)
    server.addContext("b.example", {"key": own["key"], "cert": own["cert"], "maxVersion": "TLSv1.3"})
    server.listen(0, "127.0.0.1")

    def on_connect() -> None:
        seen.append(("client", client.authorized, client.authorizationError, client.secureConnecting))
        seen.append(client.getPeerCertificate()["subject"]["CN"])
        client.write("question")

    client = tls.connect(
        ends.recorder.port(server),
        "127.0.0.1",
        {"ca": ca, "ALPNProtocols": ["a"], "rejectUnauthorized": None, "allowHalfOpen": False, "noSuch": 1},
        on_connect,
    )
    client.on("data", lambda data: seen.append(data))
    client.on("close", lambda: server.close())
    run()
    assert sorted(seen, key=str) == sorted(
        [("client", True, None, False), "server", ("server", True, "a", "TLSv1.3"), b"QUESTION"], key=str
    )


def test_the_raw_socket_has_nodes_names(ends: Ends, run: Run) -> None:
    seen: list[Any] = []
    server = tls.createServer(ends.certs.server.own, lambda socket: socket.end())
    server.on("connection", lambda raw: seen.append(type(raw) is net.Socket))
    server.listen(0, "127.0.0.1")
    client = tls.connect(ends.recorder.port(server), {"host": "127.0.0.1", "rejectUnauthorized": False})
    client.resume()
    client.on("close", lambda: server.close())
    run()
    assert seen == [True]


def test_contexts_and_names(ends: Ends) -> None:
    context = tls.createSecureContext({"ca": ends.certs.ca.cert, "minVersion": "TLSv1.3"})
    assert isinstance(context, tls.SecureContext)
    assert tls.checkServerIdentity("a.com", {"subject": {"CN": "a.com"}}) is None
    assert "tls_aes_256_gcm_sha384" in tls.getCiphers()
    for options in ({"minVersion": "x"}, {"pfx": b"x"}):
        with pytest.raises((errors.ArgTypeError, errors.ArgValueError)):
            tls.createSecureContext(options)
    with pytest.raises(errors.ArgTypeError):
        tls.createSecureContext(5)  # type: ignore[arg-type]
    with pytest.raises(errors.ArgTypeError):
        tls.createServer("x")  # type: ignore[arg-type]


def test_node_does_not_import_it() -> None:
    done = script(
        "import sys, netuv.node; print([name for name in sys.modules if 'tls' in name or name == 'ssl'])"
    )
    assert done.stdout.strip() == "[]"
