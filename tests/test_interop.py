"""Node on one end, netuv on the other, over TCP and Unix sockets; and a thousand clients at once."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, Transport, receive_all

import netuv

SIZE = 8 << 20

# What both ends send: block after block, each begun with its number. JavaScript has the same below.
BLOCK = 64 * 1024
CONTENT = b"".join(number.to_bytes(4, "big") * (BLOCK // 4) for number in range(SIZE // BLOCK))


PRELUDE = """
const net = require('net'), crypto = require('crypto');
const where = JSON.parse(process.argv[1]);
const SIZE = 8 << 20, BLOCK = 64 * 1024;
const content = Buffer.alloc(SIZE);
for (let at = 0; at < SIZE; at += 4) content.writeUInt32BE(Math.floor(at / BLOCK), at);
const report = (value) => console.log(JSON.stringify(value));
const hashOf = (stream, done) => {
  const hash = crypto.createHash('sha256');
  let size = 0;
  stream.on('data', (data) => { hash.update(data); size += data.length; });
  stream.on('end', () => done({ size, sha256: hash.digest('hex') }));
};
"""


class Node:
    """A Node program; what it reports, line by line, is JSON."""

    def __init__(self, node: str, program: str, where: Any) -> None:
        code = PRELUDE + textwrap.dedent(program)
        self._process = subprocess.Popen(
            [node, "-e", code, json.dumps(where)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def line(self) -> Any:
        """Its next report."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else self.end()

    def end(self) -> list[Any]:
        """Wait for its end; the reports that are left."""
        try:
            out, errors = self._process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, errors = self._process.communicate()
            raise AssertionError(f"Node did not end; it said {out}{errors}") from None
        assert (self._process.returncode, errors) == (0, "")
        return [json.loads(line) for line in out.splitlines()]


def where_of(transport: Transport, server: netuv.Server) -> dict[str, Any]:
    args = transport.connect_args(server)
    return {"path": args[0]} if len(args) == 1 else {"port": args[0], "host": args[1]}


def where_to_listen(transport: Transport) -> dict[str, Any]:
    args = transport.listen_args
    return {"path": args[0]} if len(args) == 1 else {"port": args[0], "host": args[1]}


EXPECTED = {"size": SIZE, "sha256": hashlib.sha256(CONTENT).hexdigest()}


def hash_of(stream: netuv.Socket, done: Callable[[dict[str, Any]], object]) -> None:
    digest = hashlib.sha256()
    stream.on("data", digest.update)
    stream.on("end", lambda: done({"size": stream.bytes_read, "sha256": digest.hexdigest()}))


# -- 8 MiB both ways, and half-close -----------------------------------------------------------------


@pytest.mark.row("S06", "S16", "S17", "S25", "S29")
@pytest.mark.parametrize("half_open", [False, True])
def test_nodes_client_and_netuvs_server(
    run: Run, must_call: MustCall, peer: PeerOf, node: str, transport: Transport, half_open: bool
) -> None:
    """Both ends send 8 MiB at once. Half-open, the server answers only after the client's end."""
    found: list[dict[str, Any]] = []
    programs: list[Any] = []

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        hash_of(sock, found.append)
        if half_open:
            sock.on("end", lambda: netuv.set_immediate(must_call(lambda: sock.end(CONTENT))))
        else:
            sock.end(CONTENT)
        sock.on("close", must_call(lambda had_error: found.append({"written": sock.bytes_written})))

    program = """
        const client = net.connect(where, () => client.end(content));
        hashOf(client, report);
        client.on('close', (hadError) => report({ hadError, read: client.bytesRead }));
    """

    def on_listening() -> None:
        programs.append(peer(Node(node, program, where_of(transport, server)).end))

    server = netuv.create_server(must_call(on_connection), allow_half_open=half_open)
    server.listen(*transport.listen_args, on_listening)
    run()
    assert found == [EXPECTED, {"written": SIZE}]
    assert programs[0].result() == [EXPECTED, {"hadError": False, "read": SIZE}]


@pytest.mark.row("S03", "S14", "S16", "S17", "S25", "S29")
@pytest.mark.parametrize("half_open", [False, True])
def test_netuvs_client_and_nodes_server(
    run: Run, must_call: MustCall, peer: PeerOf, node: str, transport: Transport, half_open: bool
) -> None:
    """Both ends send 8 MiB at once. Half-open, the client answers only after the server's end."""
    found: list[dict[str, Any]] = []
    program = """
        const server = net.createServer((sock) => {
          server.close();
          hashOf(sock, report);
          sock.end(content);
          sock.on('close', (hadError) => report({ hadError, read: sock.bytesRead }));
        });
        server.listen(where, () => report(server.address()));
    """
    serving = Node(node, program, where_to_listen(transport))
    address = serving.line()
    where = (
        {"path": address}
        if isinstance(address, str)
        else {
            "port": address["port"],
            "host": address["address"],
        }
    )
    sock = netuv.connect({**where, "allow_half_open": half_open})
    hash_of(sock, found.append)
    if half_open:
        sock.on("end", lambda: netuv.set_immediate(must_call(lambda: sock.end(CONTENT))))
    else:
        sock.on("connect", lambda: sock.end(CONTENT))
    sock.on("close", must_call(lambda had_error: found.append({"written": sock.bytes_written})))
    ending = peer(serving.end)
    run()
    assert found == [EXPECTED, {"written": SIZE}]
    assert ending.result() == [EXPECTED, {"hadError": False, "read": SIZE}]


@pytest.mark.row("S28")
def test_nodes_client_and_netuvs_echo(
    run: Run, must_call: MustCall, peer: PeerOf, node: str, transport: Transport
) -> None:
    """Node pipes through the echo, which is held back on both sides."""
    programs: list[Any] = []
    program = """
        const client = net.connect(where);
        client.end(content);
        hashOf(client, report);
    """

    def on_listening() -> None:
        programs.append(peer(Node(node, program, where_of(transport, server)).end))

    def on_connection(sock: netuv.Socket) -> None:
        server.close()
        sock.pipe(sock)

    server = netuv.create_server(must_call(on_connection))
    server.listen(*transport.listen_args, on_listening)
    run()
    assert programs[0].result() == [EXPECTED]


@pytest.mark.row("S28")
def test_netuvs_client_and_nodes_echo(
    run: Run, must_call: MustCall, peer: PeerOf, node: str, transport: Transport
) -> None:
    found: list[dict[str, Any]] = []
    program = """
        const server = net.createServer((sock) => { server.close(); sock.pipe(sock); });
        server.listen(where, () => report(server.address()));
    """
    serving = Node(node, program, where_to_listen(transport))
    address = serving.line()
    args = (address,) if isinstance(address, str) else (address["port"], address["address"])
    sock = netuv.connect(*args)
    hash_of(sock, found.append)
    sock.end(CONTENT)
    ending = peer(serving.end)
    run()
    assert found == [EXPECTED]
    assert ending.result() == []


@pytest.mark.row("N10")
def test_a_reset_crosses_over(run: Run, must_call: MustCall, peer: PeerOf, node: str) -> None:
    """Node's resetAndDestroy() is ECONNRESET here, and ours is ECONNRESET there."""
    seen: list[list[Any]] = []  # of each connection
    programs: list[Any] = []
    program = """
        const first = net.connect(where);
        first.on('data', () => first.resetAndDestroy());
        first.on('close', () => {
          const second = net.connect(where);
          second.resume();
          second.on('error', (error) => report(error.code));
          second.on('close', (hadError) => report(hadError));
        });
    """

    def on_connection(sock: netuv.Socket) -> None:
        mine: list[Any] = []
        seen.append(mine)
        sock.resume()
        sock.on("error", lambda error: mine.append(error.code))
        sock.on("close", mine.append)
        if len(seen) == 1:
            sock.write(b"x")
        else:
            server.close()
            sock.reset_and_destroy()

    def on_listening() -> None:
        where = {"port": server.address().port, "host": "127.0.0.1"}  # type: ignore[union-attr]
        programs.append(peer(Node(node, program, where).end))

    server = netuv.create_server(must_call(on_connection, times=2))
    server.listen(0, "127.0.0.1", on_listening)
    run()
    assert seen == [["ECONNRESET", True], [False]]
    assert programs[0].result() == ["ECONNRESET", True]


# -- a thousand clients --------------------------------------------------------------------------------

CLIENTS = 1000


@pytest.mark.row("S06", "S11", "S28")
def test_a_thousand_clients_at_once(
    run: Run, loop: netuv.Loop, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    """All are connected before the first one speaks; each gets back what it said."""
    counts: list[int] = []
    server = netuv.create_server(lambda sock: sock.pipe(sock))

    def connect() -> socket.socket:
        sock = socket.socket(transport.family)
        sock.connect(address)  # without a timeout it waits while the queue of a Unix server is full
        sock.settimeout(LIMIT)
        return sock

    def speak(clients: list[socket.socket]) -> None:
        for number, client in enumerate(clients):
            client.sendall(b"client %d" % number)
            client.shutdown(socket.SHUT_WR)
        for number, client in enumerate(clients):
            assert receive_all(client) == b"client %d" % number

    def connect_all() -> None:
        with ExitStack() as stack:
            clients = [stack.enter_context(connect()) for _ in range(CLIENTS)]
            # The last one has an answer, so all before it were accepted.
            clients[-1].sendall(b"?")
            assert clients[-1].recv(1) == b"?"
            loop.call_soon_threadsafe(server.get_connections, lambda error, n: counts.append(n))
            speak(clients)
            loop.call_soon_threadsafe(server.close)

    address: Any = None

    def on_listening() -> None:
        nonlocal address
        address = transport.stdlib_address(server)
        peer(connect_all)

    server.listen(*transport.listen_args, on_listening)
    server.on("close", must_call())
    run()
    assert counts == [CLIENTS]


@pytest.mark.row("S06", "S28")
def test_a_thousand_clients_of_node(
    run: Run, must_call: MustCall, peer: PeerOf, node: str, transport: Transport
) -> None:
    programs: list[Any] = []
    most = 0
    program = f"""
        const clients = [], right = new Set();
        let greeted = 0, closed = 0;
        const open = () => {{
          const n = clients.length;
          if (n === {CLIENTS}) return;
          const client = net.connect(where, () => client.write('?'));
          clients.push(client);
          let answer = '';
          client.setEncoding('utf8').on('data', (data) => {{
            answer += data;
            if (answer !== '?') return;
            open();
            // Once the last one was accepted, all speak.
            if (++greeted === {CLIENTS}) clients.forEach((c, n) => c.end('client ' + n));
          }});
          client.on('close', () => {{
            if (answer === '?client ' + n) right.add(n);
            if (++closed === {CLIENTS}) report(right.size);
          }});
        }};
        for (let n = 0; n < 100; n++) open();  // no more at a time than any backlog holds
    """

    def on_connection(sock: netuv.Socket) -> None:
        nonlocal most
        most = max(most, server._connections)
        sock.pipe(sock)
        sock.on("close", lambda had_error: closed.append(had_error))
        sock.on("close", lambda had_error: len(closed) == CLIENTS and server.close())

    closed: list[bool] = []

    def on_listening() -> None:
        programs.append(peer(Node(node, program, where_of(transport, server)).end))

    server = netuv.create_server(must_call(on_connection, times=CLIENTS))
    server.listen(*transport.listen_args, on_listening)
    run()
    assert most == CLIENTS
    assert closed == [False] * CLIENTS
    assert programs[0].result() == [CLIENTS]
