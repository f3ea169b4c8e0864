"""TLS over what there is already: a Socket, connected or connecting, another TLSSocket, any Duplex."""

from __future__ import annotations

import os
import socket
import ssl
from typing import Any

import pytest
from helpers import MiB, MustCall, PeerOf, Run
from tls.certificates import Certificates
from tls.recorder import Ends, records

import netuv
from netuv import tls
from netuv.stream import Duplex
from netuv.testing import memory_pair


class End(Duplex):
    """One end of a pair in memory, made as a program makes its own."""

    other: End

    def _next_tick(self, callback: Any, *args: Any) -> None:
        netuv.next_tick(callback, *args)

    def _read(self, size: int) -> None:
        pass

    def _write(self, chunk: Any, encoding: Any, callback: Any) -> None:
        data = bytes(chunk)
        self.sent += data

        def pass_on() -> None:
            self.other.push(data)
            callback(None)

        netuv.set_immediate(pass_on)

    def _final(self, callback: Any) -> None:
        netuv.set_immediate(lambda: self.other.push(None))
        callback(None)

    @classmethod
    def pair(cls) -> tuple[End, End]:
        a, b = cls(), cls()
        a.allow_half_open = b.allow_half_open = False
        a.other, b.other = b, a
        a.sent, b.sent = bytearray(), bytearray()
        return a, b

    sent: bytearray


def tls_pair(ends: Ends, near: Any, far: Any, **options: Any) -> tuple[Any, Any]:
    """A client over the one and a server over the other."""
    server = tls.TLSSocket(far, {**ends.certs.server.own, "is_server": True}, **options)
    client = tls.connect(socket=near, host="localhost", ca=ends.certs.ca.cert)
    ends.watch(
        "client",
        client,
        "connect",
        "ready",
        "secure",
        "secureConnect",
        "data",
        "end",
        "finish",
        "error",
        "close",
    )
    ends.watch("accepted", server, "secure", "secureConnect", "data", "end", "finish", "error", "close")
    return client, server


@pytest.mark.row("T24")
def test_over_any_duplex(ends: Ends, run: Run, loop: netuv.Loop) -> None:
    a, b = End.pair()
    ends.watch("lower", a, "finish", "close")
    client, server = tls_pair(ends, a, b)
    client.write(b"through memory")
    server.on("data", server.write)
    client.on("data", lambda data: client.end())
    run()
    assert ends.of("client") == [
        "secureConnect",
        "secure",
        ("data", b"through memory"),
        "finish",
        "end",
        ("close", False),
    ]
    assert ends.of("accepted") == ["secure", ("data", b"through memory"), "end", "finish", ("close", False)]
    assert ends.seen.index(("client", "close", False)) < ends.seen.index(("lower", "close"))
    for end in (a, b):
        assert end.destroyed
        found, rest = records(bytes(end.sent))
        assert found
        assert rest == b""


@pytest.mark.row("T24", "T15")
def test_a_duplex_that_is_slow(ends: Ends, run: Run, loop: netuv.Loop) -> None:
    a, b = End.pair()
    client, server = tls_pair(ends, a, b)
    got = bytearray()
    server.remove_all_listeners("data")
    server.on("data", got.extend)
    assert client.write(b"x" * MiB) is False
    assert client.write(b"y" * MiB) is False
    client.on("drain", client.end)
    run()
    assert got == b"x" * MiB + b"y" * MiB


@pytest.mark.row("T24")
def test_a_duplex_that_fails(ends: Ends, run: Run, loop: netuv.Loop) -> None:
    a, b = End.pair()
    client, server = tls_pair(ends, a, b)
    a.on("error", lambda error: None)
    b.on("error", lambda error: None)
    client.on("secureConnect", lambda: a.destroy(tls.TLSError("mine", code="MINE")))
    server.on("secure", lambda: netuv.set_immediate(b.destroy))
    run()
    assert ends.of("client")[2:] == [("error", "MINE"), ("close", True)]
    assert ends.of("accepted")[-1] == ("close", False)


@pytest.mark.row("T24")
def test_a_duplex_that_ends_early(ends: Ends, run: Run, loop: netuv.Loop) -> None:
    a, b = End.pair()
    client = tls.connect(socket=a, host="localhost")
    ends.watch("client", client, "secureConnect", "end", "error", "close")
    b.end()
    b.resume()
    run()
    assert ends.of("client") == [("error", "ECONNRESET"), ("close", True)]


@pytest.mark.row("T24")
def test_over_a_connected_memory_pair(ends: Ends, run: Run) -> None:
    client, _ = tls_pair(ends, *memory_pair())
    client.end(b"question")
    run()
    assert ("data", b"question") in ends.of("accepted")
    assert ends.of("client")[-1] == ("close", False)


def starttls_server(ends: Ends, upgrade: Any) -> netuv.Server:
    """A line protocol: 'STARTTLS' is answered by 'GO', and then it is TLS."""

    def on_connection(raw: Any) -> None:
        raw.on("data", lambda data: upgrade(raw, data))
        ends.watch("raw server", raw, "data", "end", "finish", "close")
        raw.on("close", lambda had_error: server.close())

    server = netuv.create_server(on_connection).listen(0, "127.0.0.1")
    ends.recorder.expect_tls = False
    return server


@pytest.mark.row("T24")
def test_starttls(ends: Ends, run: Run) -> None:
    def upgrade(raw: Any, data: bytes) -> None:
        assert data == b"STARTTLS\n"
        raw.write(b"GO\n")
        secure = tls.TLSSocket(raw, {**ends.certs.server.own, "is_server": True})
        ends.watch("accepted", secure, "secure", "data", "end", "finish", "error", "close")
        secure.on("data", secure.write)

    def on_answer(data: bytes) -> None:
        assert data == b"GO\n"
        client = tls.connect(socket=raw, host="localhost", ca=ends.certs.ca.cert)
        ends.watch(
            "client", client, "connect", "ready", "secureConnect", "data", "end", "finish", "error", "close"
        )
        client.write(b"secret")
        client.on("data", lambda data: client.end())
        assert (client.remote_port, client.address()) == (raw.remote_port, raw.address())
        assert client.connecting is False

    server = starttls_server(ends, upgrade)
    raw = netuv.connect(ends.recorder.port(server), "127.0.0.1")
    raw.once("data", on_answer)
    ends.watch("raw client", raw, "data", "end", "finish", "close")
    raw.write(b"STARTTLS\n")
    run()
    assert ends.of("client") == ["secureConnect", ("data", b"secret"), "finish", "end", ("close", False)]
    assert ends.of("accepted") == ["secure", ("data", b"secret"), "end", "finish", ("close", False)]
    assert ends.of("raw client") == [("data", b"GO\n"), ("close", False)]
    assert ends.of("raw server") == [("data", b"STARTTLS\n"), ("close", False)]
    assert ends.seen.index(("client", "close", False)) < ends.seen.index(("raw client", "close", False))
    (line,) = ends.recorder.lines
    for sent, first in zip(line.sent, (b"STARTTLS\n", b"GO\n"), strict=True):
        assert sent.startswith(first)
        records(bytes(sent[len(first) :]))


@pytest.mark.row("T24")
@pytest.mark.parametrize("how", ["unshift", "read"])
def test_the_hello_comes_in_the_same_segment(
    ends: Ends, run: Run, peer: PeerOf, certs: Certificates, how: str
) -> None:
    def begin(raw: Any) -> None:
        secure = tls.TLSSocket(raw, {**certs.server.own, "is_server": True})
        secure.on("secure", lambda: secure.end(b"hello"))
        secure.resume()

    def on_connection(raw: Any) -> None:
        def on_data(data: bytes) -> None:
            raw.pause()
            raw.unshift(data[9:])
            begin(raw)

        def on_readable() -> None:
            if raw.read(9) is not None:
                raw.remove_listener("readable", on_readable)
                begin(raw)

        raw.on("close", lambda had_error: server.close())
        if how == "unshift":
            raw.on("data", on_data)
        else:
            raw.on("readable", on_readable)

    def talk(port: int) -> bytes:
        context = ssl.create_default_context(cadata=certs.ca.cert)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with socket.create_connection(("127.0.0.1", port)) as sock:
            begun = False
            while True:
                try:
                    return client.read(100)
                except ssl.SSLWantReadError:
                    sock.sendall((b"" if begun else b"STARTTLS\n") + outgoing.read())
                    begun = True
                    incoming.write(sock.recv(65536))

    server = netuv.create_server(on_connection).listen(0, "127.0.0.1")
    ends.recorder.expect_tls = False
    talked = peer(talk, ends.recorder.port(server))
    run()
    assert talked.result() == b"hello"


@pytest.mark.row("T24")
def test_an_upgrade_while_writes_are_queued(ends: Ends, run: Run) -> None:
    clear = b"c" * (8 * MiB)

    def on_connection(raw: Any) -> None:
        got = bytearray()

        def on_data(data: bytes) -> None:
            got.extend(data)
            if len(got) >= len(clear):
                assert bytes(got[: len(clear)]) == clear
                raw.pause()
                if got[len(clear) :]:
                    raw.unshift(bytes(got[len(clear) :]))
                secure = tls.TLSSocket(raw, {**ends.certs.server.own, "is_server": True})
                ends.watch("accepted", secure, "data", "error")
                secure.on("data", lambda data: secure.end())

        raw.on("data", on_data)
        raw.on("close", lambda had_error: server.close())

    server = netuv.create_server(on_connection).listen(0, "127.0.0.1")
    ends.recorder.expect_tls = False
    raw = netuv.connect(ends.recorder.port(server), "127.0.0.1")

    def on_connect() -> None:
        with socket.socket(fileno=os.dup(raw._handle.fileno())) as borrowed:  # or the kernel may take it all
            borrowed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        assert raw.write(clear[: len(clear) // 2]) is False
        raw.write(clear[len(clear) // 2 :], lambda error: ends.seen.append(("raw", "written", error)))
        client = tls.connect(socket=raw, host="localhost", ca=ends.certs.ca.cert)
        ends.watch("client", client, "secureConnect", "error", "close")
        client.write(b"secret")
        assert raw.writable_length > 4 * MiB
        client.resume()

    raw.on("error", lambda error: ends.seen.append(("raw", error.code)))
    raw.on("connect", on_connect)
    run()
    assert (
        ends.of("raw") == [("written", None), "ERR_SOCKET_CLOSED"]
        or ("accepted", "data", b"secret") in ends.seen
    )


@pytest.mark.row("T24")
@pytest.mark.parametrize("queued", [False, True])
def test_a_write_to_a_socket_that_is_lent_is_refused(ends: Ends, run: Run, queued: bool) -> None:
    server = ends.serve()
    raw = netuv.connect(ends.recorder.port(server), "127.0.0.1")

    def on_connect() -> None:
        client = tls.connect(socket=raw, host="localhost", ca=ends.certs.ca.cert)
        ends.watch("client", client, "secureConnect", "error", "close")
        if queued:
            raw.write(b"clear text")
        else:
            client.on("secureConnect", lambda: raw.write(b"clear text"))

    raw.on("connect", on_connect)
    raw.on("error", lambda error: None)
    run()
    assert ends.of("client")[-2:] == [("error", "ERR_STREAM_WRITE_AFTER_END"), ("close", True)]
    (line,) = ends.recorder.lines
    assert b"clear text" not in line.sent[0]


@pytest.mark.row("T09", "T24")
@pytest.mark.parametrize(("name", "good"), [("other.example", True), ("more.example", False)])
def test_the_name_that_the_socket_was_connected_to(ends: Ends, run: Run, name: str, good: bool) -> None:
    server = ends.serve(lambda socket: socket.end(), **ends.certs.elsewhere.own)

    def lookup(host: str, options: Any, callback: Any) -> None:
        callback(None, "127.0.0.1", 4)

    raw = netuv.connect(ends.recorder.port(server), name, family=4, lookup=lookup)
    client = tls.connect(socket=raw, ca=ends.certs.ca.cert)
    ends.watch("client", client, "secureConnect", "error")
    client.resume()
    run()
    expected = "secureConnect" if good else ("error", "ERR_TLS_CERT_ALTNAME_INVALID")
    assert ends.of("client") == [expected]


@pytest.mark.row("T24")
def test_over_a_connecting_socket(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(b"hello"))
    raw = netuv.connect(ends.recorder.port(server), "127.0.0.1")
    client = tls.connect(socket=raw, host="localhost", ca=ends.certs.ca.cert)
    assert client.connecting
    ends.watch("client", client, "connect", "ready", "secureConnect", "data", "end", "error", "close")
    client.write(b"early", lambda error: ends.seen.append(("client", "written", error)))
    run()
    assert ends.of("client") == [
        "connect",
        "secureConnect",
        ("written", None),
        ("data", b"hello"),
        "end",
        ("close", False),
    ]
    assert raw.destroyed


@pytest.mark.row("T24")
def test_over_a_connecting_socket_that_fails(ends: Ends, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    raw = netuv.connect(port, "127.0.0.1")
    client = tls.connect(socket=raw)
    ends.watch("client", client, "connect", "error", "close")
    raw.on("error", lambda error: None)
    run()
    assert ends.of("client") == [("error", "ECONNREFUSED"), ("close", True)]


@pytest.mark.row("T24")
@pytest.mark.parametrize("stage", ["at once", "connect"])
def test_destroy_over_a_connecting_socket(ends: Ends, run: Run, stage: str) -> None:
    server = ends.serve()
    raw = netuv.connect(ends.recorder.port(server), "127.0.0.1")
    client = tls.connect(socket=raw)
    ends.watch("client", client, "secureConnect", "error", "close")
    if stage == "at once":
        client.destroy()
    else:
        client.on("connect", client.destroy)
    raw.on("close", lambda had_error: server.close())
    run()
    assert ends.of("client") == [("close", False)]
    assert raw.destroyed


@pytest.mark.row("T24")
def test_tls_in_tls(ends: Ends, run: Run) -> None:
    def on_outer(socket: Any) -> None:
        inner = tls.TLSSocket(socket, {**ends.certs.rsa.own, "is_server": True})
        inner.on("data", inner.write)
        inner.on("close", lambda had_error: ends.seen.append(("inner", "close", had_error)))

    server = ends.serve(on_outer)
    outer = ends.connect(server)

    def on_secure() -> None:
        inner = tls.connect(socket=outer, ca=ends.certs.ca.cert)
        inner.write(b"deep")
        ends.watch("inner client", inner, "secureConnect", "data", "end", "error", "close")
        inner.on("data", lambda data: inner.end())
        assert inner.remote_port == outer.remote_port

    outer.on("secureConnect", on_secure)
    run()
    assert ends.of("inner client") == ["secureConnect", ("data", b"deep"), "end", ("close", False)]
    assert ends.of("inner") == [("close", False)]
    assert ends.of("client")[-1] == ("close", False)
    assert not [each for each in ends.of("client") if each[0] == "data"]


@pytest.mark.row("T25")
def test_connection_listeners_get_the_raw_socket_first(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(b"hello"))
    server.on("connection", lambda raw: ends.seen.append(("raw", type(raw).__name__)))
    server.on("connection", lambda raw: ends.watch("raw", raw, "data", "end", "finish", "close"))
    ends.connect(server)
    run()
    assert ends.of("raw") == ["Socket", ("close", False)]
    assert ends.of("accepted") == ["finish", "end", ("close", False)]
    assert ("data", b"hello") in ends.of("client")
    assert ends.of("server") == ["close"]


@pytest.mark.row("T25")
def test_a_server_is_given_a_duplex(ends: Ends, run: Run, must_call: MustCall) -> None:
    a, b = End.pair()
    server = tls.create_server(ends.certs.server.own, must_call(lambda socket: socket.end(b"hello")))
    server.emit("connection", b)
    client = tls.connect(socket=a, host="localhost", ca=ends.certs.ca.cert)
    ends.watch("client", client, "data", "end", "error", "close")
    run()
    assert ends.of("client") == [("data", b"hello"), "end", ("close", False)]


@pytest.mark.row("T25", "T04")
def test_a_duplex_of_a_server_that_fails(ends: Ends, run: Run, loop: netuv.Loop) -> None:
    a, b = End.pair()
    server = ends.watch("server", tls.create_server(ends.certs.server.own), "tlsClientError")
    server.emit("connection", b)
    a.end(b"hello?")
    a.resume()
    run()
    assert ends.of("server") == [("tlsClientError", "ERR_SSL_WRONG_VERSION_NUMBER", "TLSSocket")]
    assert b.destroyed


@pytest.mark.row("T25", "T04")
def test_a_raw_connection_that_its_listener_destroys(ends: Ends, run: Run) -> None:
    server = ends.serve()
    server.on("connection", lambda raw: raw.destroy())
    ends.connect(server)
    run()
    assert ends.of("server") == [("tlsClientError", "ECONNRESET", "TLSSocket"), "close"]
    assert ends.of("client")[-1] == ("close", True)
