"""With others, in both roles: the command openssl, Python's ssl, and Node where it is on PATH."""

from __future__ import annotations

import socket
import ssl
import subprocess
from typing import Any

import pytest
from helpers import LIMIT, PeerOf, Run, receive_all
from tls.certificates import Pair
from tls.recorder import Ends

from netuv import tls

VERSIONS = ["TLSv1.2", "TLSv1.3"]
KINDS = ["server", "rsa"]


def talk(command: list[Any], question: bytes = b"") -> str:
    """Run a peer; what it prints."""
    done = subprocess.run(
        [*map(str, command)], input=question, capture_output=True, timeout=LIMIT, check=False
    )
    return done.stdout.decode() + done.stderr.decode()


def echo_once(stream: Any) -> None:
    stream.on("data", lambda data: stream.end(data.upper()))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_openssl_as_the_client(ends: Ends, run: Run, peer: PeerOf, version: str, kind: str) -> None:
    pair: Pair = getattr(ends.certs, kind)
    server = ends.serve(
        echo_once,
        **pair.own,
        max_version=version,
        min_version=version,
        alpn_protocols=["h2", "other"],
        ca=ends.certs.ca.cert,
        request_cert=True,
    )
    command = [
        *("openssl", "s_client", "-connect", f"127.0.0.1:{ends.recorder.port(server)}", "-ign_eof"),
        *("-CAfile", ends.certs.ca.cert_path, "-verify_return_error", "-servername", "localhost"),
        *("-cert", ends.certs.client.cert_path, "-key", ends.certs.client.key_path, "-alpn", "x,other"),
    ]
    server.on(
        "secureConnection",
        lambda socket: ends.seen.append(
            ("facts", socket.servername, socket.alpn_protocol, socket.authorized)
        ),
    )
    asked = peer(talk, command, b"question\n")
    run()
    said = asked.result()
    assert "QUESTION" in said
    assert "Verify return code: 0 (ok)" in said
    assert version in said
    assert ends.of("facts") == [("localhost", "other", True)]


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
@pytest.mark.parametrize("kind", KINDS)
def test_openssl_as_the_server(ends: Ends, run: Run, version: str, kind: str) -> None:
    pair: Pair = getattr(ends.certs, kind)
    command = [
        *(
            "openssl",
            "s_server",
            "-accept",
            "127.0.0.1:0",
            "-cert",
            pair.cert_path,
            "-key",
            pair.key_path,
        ),
        *(
            f"-{version}",
            "-rev",
            "-naccept",
            "1",
            "-alpn",
            "h2",
            "-Verify",
            "1",
            "-CAfile",
            ends.certs.ca.cert_path,
        ),
    ]
    with subprocess.Popen(
        [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            line = b""
            while not line.startswith(b"ACCEPT "):
                line = process.stdout.readline()
                assert line
            port = int(line.rpartition(b":")[2])
            client = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ends.certs.ca.cert, "alpn_protocols": ["h2"]},
                **ends.certs.client.own,
            )
            ends.watch("client", client, "secureConnect", "error", "close")
            got = bytearray()
            client.on("data", got.extend)
            client.on("data", lambda data: client.end() if b"\n" in data else None)
            client.on("secureConnect", lambda: ends.seen.append(("facts", client.alpn_protocol)))
            client.write(b"abc\n")
            run()
        finally:
            process.kill()
    assert bytes(got) == b"cba\n"
    assert ends.of("facts") == ["h2"]
    assert ends.of("client")[0] == "secureConnect"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_python_as_the_server(ends: Ends, run: Run, peer: PeerOf, version: str, kind: str) -> None:
    pair: Pair = getattr(ends.certs, kind)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.cert_path, pair.key_path)
    context.maximum_version = ssl.TLSVersion[version.replace(".", "_")]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> bytes:
        with listener, context.wrap_socket(listener.accept()[0], server_side=True) as sock:
            sock.sendall(bytes(1_000_000))
            return receive_all(sock)

    served = peer(serve)
    client = tls.connect(listener.getsockname()[1], "127.0.0.1", {"ca": ends.certs.ca.cert})
    got = bytearray()
    client.on("data", got.extend)
    client.write(b"x" * 1_000_000)
    client.end()
    run()
    assert served.result() == b"x" * 1_000_000
    assert bytes(got) == bytes(1_000_000)


@pytest.mark.parametrize("version", VERSIONS)
def test_python_as_the_client(ends: Ends, run: Run, peer: PeerOf, version: str) -> None:
    context = ssl.create_default_context(cadata=ends.certs.ca.cert)
    context.maximum_version = ssl.TLSVersion[version.replace(".", "_")]

    def ask(port: int) -> bytes:
        with (
            socket.create_connection(("127.0.0.1", port)) as sock,
            context.wrap_socket(sock, server_hostname="localhost") as client,
        ):
            client.sendall(b"question")
            return receive_all(client)

    server = ends.serve(echo_once)
    asked = peer(ask, ends.recorder.port(server))
    run()
    assert asked.result() == b"QUESTION"


NODE_CLIENT = """
const tls = require('tls'), fs = require('fs');
const [port, ca, version] = process.argv.slice(2);
const socket = tls.connect({ port, host: '127.0.0.1', ca: fs.readFileSync(ca), maxVersion: version,
                             ALPNProtocols: ['a', 'b'], servername: 'localhost' }, () => {
  console.log(socket.getProtocol(), socket.authorized, socket.alpnProtocol);
  socket.write('question');
});
let got = '';
socket.on('data', (data) => { got += data; }).on('end', () => console.log(got));
socket.on('error', (error) => console.log(error.code));
"""
NODE_SERVER = """
const tls = require('tls'), fs = require('fs');
const [cert, key, version] = process.argv.slice(2);
const options = { cert: fs.readFileSync(cert), key: fs.readFileSync(key), maxVersion: version };
const server = tls.createServer(options, (socket) => {
  socket.pipe(socket);
  socket.on('close', () => server.close());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_node_as_the_client(
    ends: Ends, run: Run, peer: PeerOf, node: str, tmp_path: Any, version: str
) -> None:
    program = tmp_path / "client.js"
    program.write_text(NODE_CLIENT)
    server = ends.serve(echo_once, alpn_protocols=["b"])
    asked = peer(talk, [node, program, ends.recorder.port(server), ends.certs.ca.cert_path, version])
    run()
    assert asked.result().split() == [version, "true", "b", "QUESTION"]


@pytest.mark.parametrize("version", VERSIONS)
def test_node_as_the_server(ends: Ends, run: Run, node: str, tmp_path: Any, version: str) -> None:
    program = tmp_path / "server.js"
    program.write_text(NODE_SERVER)
    own = ends.certs.server
    with subprocess.Popen(
        [node, str(program), str(own.cert_path), str(own.key_path), version], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            client = tls.connect(port, "127.0.0.1", {"ca": ends.certs.ca.cert})
            got = bytearray()
            client.on("data", got.extend)
            client.on("secureConnect", lambda: ends.seen.append(("version", client.get_protocol())))
            client.write(b"x" * 1_000_000)
            client.end()
            run()
        finally:
            process.kill()
    assert ends.of("version") == [version]
    assert got == b"x" * 1_000_000
