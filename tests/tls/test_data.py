"""Data and the end of it, after the handshake: order, backpressure, pause, close_notify, destroy."""

from __future__ import annotations

import functools
import random
import socket
import ssl
from typing import Any

import pytest
from helpers import LARGEST_READ, MiB, MustCall, PeerOf, Run, libuv_since
from tls.certificates import Certificates
from tls.peers import Peer
from tls.recorder import Ends, records

import netuv
from netuv import errors, tls
from netuv.tls.engine import PIECE, RECORD

VERSIONS = ["TLSv1.2", "TLSv1.3"]

BROKEN_RECORD = ("error", "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC")


def constant(version: str) -> str:
    """The stdlib's name of a version."""
    return version.replace(".", "_")


def gather(stream: Any) -> bytearray:
    got = bytearray()
    stream.on("data", got.extend)
    return got


# -- reading -------------------------------------------------------------------------------------------


@pytest.mark.row("T02")
def test_data_that_comes_with_the_handshake(ends: Ends, run: Run, peer: PeerOf) -> None:
    def on_secure(socket: Any) -> None:
        ends.seen.append(("accepted", "secureConnection"))
        netuv.next_tick(lambda: ends.seen.append(("accepted", "tick")))

    def talk(port: int) -> None:
        """The client's last message, data, close_notify and the FIN come as one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with Peer(socket.create_connection(("127.0.0.1", port)), context) as it:
            while True:
                try:
                    it.ssl.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    it.flush()
                    it.incoming.write(it.sock.recv(65536))
            it.ssl.write(b"at once")
            it.sock.sendall(it.outgoing.read() + it.goodbye())
            it.sock.shutdown(socket.SHUT_WR)
            it.read_all()

    server = ends.serve(on_secure)
    peer(talk, ends.recorder.port(server))
    run()
    assert ends.of("accepted") == [
        "secureConnection",
        "tick",
        ("data", b"at once"),
        "end",
        "finish",
        ("close", False),
    ]


@pytest.mark.row("T16")
@pytest.mark.parametrize("version", VERSIONS)
def test_pause_on_connect(ends: Ends, run: Run, version: str) -> None:
    def on_secure(socket: Any) -> None:
        ends.seen.append(("accepted", socket.is_paused()))
        netuv.set_timeout(socket.resume, 30)

    server = ends.serve(on_secure, pause_on_connect=True, max_version=version)
    client = ends.connect(server)
    client.end(b"hello")
    run()
    assert ends.of("accepted") == [True, ("data", b"hello"), "end", "finish", ("close", False)]


@pytest.mark.row("T16")
def test_a_paused_socket_holds_the_peer_back(ends: Ends, run: Run) -> None:
    block = bytes(256 * 1024)
    client: Any = None

    def on_secure(socket: Any) -> None:
        socket.pause()
        client.once("secureConnect", fill) if client.secure_connecting else fill()
        netuv.set_timeout(functools.partial(look, socket), 50)

    def fill() -> None:
        for _ in range(64):
            client.write(block)

    def look(socket: Any) -> None:
        ends.seen.append(("look", client.writable_length > 4 * MiB, socket.bytes_read <= MiB))
        client.destroy()
        socket.destroy()

    server = ends.serve(on_secure)
    client = ends.connect(server)
    run()
    assert ends.of("look") == [(True, True)]


@pytest.mark.row("T15")
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_encrypted_ahead_of_a_peer_that_does_not_read(ends: Ends, run: Run, version: str) -> None:
    """One piece of ciphertext beyond what the kernel holds; the rest stays clear, and is no copy."""
    data = bytes(40 * MiB)  # more than all the kernels on the way hold

    def on_client_secure() -> None:
        for _ in range(2):
            assert client.write(data) is False
        netuv.set_timeout(look, 30)

    def look() -> None:
        wire = client._writable_state.wire
        waiting = [view for view, _ in wire._clear]
        assert all(view.obj is data for view in waiting if view)
        assert client.writable_length > len(data)
        records = PIECE // RECORD
        assert 0 < wire.lower.write_queue_size <= PIECE + records * 64  # what encryption adds to each
        assert not wire._engine.outgoing.pending
        ends.seen.append("looked")
        client.destroy()

    server = ends.serve(lambda socket: socket.pause(), pause_on_connect=True, max_version=version)
    client = ends.connect(server)
    client.on("secureConnect", on_client_secure)
    server.on("secureConnection", lambda socket: client.on("close", lambda error: socket.destroy()))
    run()
    assert "looked" in ends.seen


@pytest.mark.row("T16")
@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_paused_socket_holds(ends: Ends, run: Run, version: str) -> None:
    """What one read of the kernel has brought, at most; before it has begun to read, too."""

    def on_secure(socket: Any) -> None:
        socket.remove_all_listeners("data")
        netuv.set_timeout(look, 30, socket)

    def look(socket: Any) -> None:
        held = socket.readable_length + socket._writable_state.wire._engine.incoming.pending
        ends.seen.append(("held", held <= LARGEST_READ))
        if len(ends.of("held")) == 1:
            socket.on("data", lambda data: socket.pause())
            socket.resume()
            netuv.set_timeout(look, 30, socket)
        else:
            client.destroy()
            socket.destroy()

    server = ends.serve(on_secure, pause_on_connect=True, max_version=version)
    client = ends.connect(server)
    client.write(bytes(16 * MiB))
    run()
    assert ends.of("held") == [True, True]


@pytest.mark.row("T19")
@pytest.mark.parametrize("version", VERSIONS)
def test_an_end_without_goodbye(ends: Ends, run: Run, peer: PeerOf, version: str) -> None:
    def on_secure(socket: Any) -> None:
        got = gather(socket)
        socket.on("end", lambda: ends.seen.append(("truncated", socket.truncated, len(got))))
        socket.on("close", lambda had_error: ends.seen.append(("truncated", socket.truncated)))

    def talk(port: int) -> None:
        with Peer.connect(port, constant(version)) as it:
            it.write(bytes(300_000))
            it.sock.shutdown(socket.SHUT_WR)
            assert it.read_all() == b""

    server = ends.serve(on_secure, max_version=version)
    talked = peer(talk, ends.recorder.port(server))
    run()
    talked.result()
    assert ends.of("truncated") == [(True, 300_000), True]
    assert ends.of("accepted")[-3:] == ["end", "finish", ("close", False)]


@pytest.mark.row("T18")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("after", [b"", b"\x17\x03\x03\x00\x05hello"], ids=["nothing", "more"])
def test_the_goodbye_of_the_peer_is_the_end(
    ends: Ends, run: Run, peer: PeerOf, version: str, after: bytes
) -> None:
    def on_secure(socket: Any) -> None:
        socket.on("close", lambda had_error: ends.seen.append(("truncated", socket.truncated)))

    def talk(port: int) -> bytes:
        with Peer.connect(port, constant(version)) as it:
            it.sock.sendall(it.cipher(b"hi") + it.goodbye() + after)
            return it.read_all()  # our goodbye, though no FIN has been sent

    server = ends.serve(on_secure, max_version=version)
    talked = peer(talk, ends.recorder.port(server))
    run()
    assert talked.result() == b""
    assert ends.of("accepted") == [("data", b"hi"), "end", "finish", ("close", False)]
    assert ends.of("truncated") == [False]


@pytest.mark.row("T18")
def test_a_goodbye_while_nobody_reads(ends: Ends, run: Run, peer: PeerOf) -> None:
    def on_secure(sock: Any) -> None:
        sock.once("data", lambda data: (sock.pause(), netuv.set_timeout(sock.resume, 20)))

    def talk(port: int) -> bytes:
        with Peer.connect(port) as it:
            it.sock.sendall(it.cipher(b"hi") + it.goodbye())
            return it.read_all()

    server = ends.serve(on_secure)
    talked = peer(talk, ends.recorder.port(server))
    run()
    assert talked.result() == b""
    assert ends.of("accepted") == [("data", b"hi"), "end", "finish", ("close", False)]


def in_words_of_3_0(events: list[Any]) -> list[Any]:
    """A newer OpenSSL has another word for a record that was spoiled."""
    newer = ("error", "ERR_SSL_RECORD_LAYER_FAILURE")
    return [BROKEN_RECORD if event == newer else event for event in events]


@pytest.mark.row("T22")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_broken_record(ends: Ends, run: Run, peer: PeerOf, version: str) -> None:
    def talk(port: int) -> Any:
        with Peer.connect(port, constant(version)) as it:
            data = bytearray(it.cipher(b"bad"))
            data[-1] ^= 1
            it.sock.sendall(bytes(data))
            with pytest.raises(ssl.SSLError, match=r"(?i)bad.record.mac"):
                it.read_all()

    server = ends.serve(max_version=version)
    talked = peer(talk, ends.recorder.port(server))
    run()
    talked.result()
    assert in_words_of_3_0(ends.of("accepted")) == [BROKEN_RECORD, ("close", True)]


@pytest.mark.row("T22")
def test_what_comes_before_a_broken_record_is_delivered(ends: Ends, run: Run, peer: PeerOf) -> None:
    def talk(port: int) -> Any:
        with Peer.connect(port) as it:
            good, bad = it.cipher(b"good"), bytearray(it.cipher(b"bad"))
            bad[-1] ^= 1
            it.sock.sendall(good + bad)
            it.sock.recv(1000)

    server = ends.serve()
    peer(talk, ends.recorder.port(server))
    run()
    assert in_words_of_3_0(ends.of("accepted")) == [("data", b"good"), BROKEN_RECORD, ("close", True)]


# -- writing -------------------------------------------------------------------------------------------


@pytest.mark.row("T14", "T30")
@pytest.mark.parametrize("version", VERSIONS)
def test_writes_before_the_handshake(ends: Ends, run: Run, version: str) -> None:
    got = bytearray()
    server = ends.serve(lambda socket: socket.on("data", got.extend), max_version=version)
    client = ends.connect(server)
    parts = [b"one", bytearray(b"two"), memoryview(b"three"), "four", bytes(100_000)]
    for index, part in enumerate(parts):
        client.write(part, lambda error, index=index: ends.seen.append(("written", index, error)))
    parts[1][:] = b"???"  # type: ignore[index]
    counted = [client.bytes_written, client.writable_length]
    client.on("connect", lambda: counted.append(client.bytes_written))
    client.on("secureConnect", lambda: ends.seen.append(("written", "secure")))
    client.end()
    run()
    assert ends.of("written") == ["secure", *((index, None) for index in range(5))]
    assert bytes(got) == b"onetwothreefour" + bytes(100_000)
    assert counted == [100_015, 100_015, 100_015]
    assert (client.bytes_written, client.bytes_read) == (100_015, 0)


@pytest.mark.row("T14")
@pytest.mark.parametrize("size", [1, 16 * 1024, 128 * 1024, 128 * 1024 + 1, 5 * MiB])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview], ids=lambda kind: kind.__name__)
def test_writes_of_all_sizes(ends: Ends, run: Run, size: int, kind: Any) -> None:
    data = random.Random(size).randbytes(size)
    got = bytearray()
    server = ends.serve(lambda socket: socket.on("data", got.extend))
    client = ends.connect(server)

    def on_secure() -> None:
        mine = bytearray(data)
        answer = client.write(mine if kind is bytearray else kind(bytes(mine)))
        mine[:] = bytes(size)
        assert answer is (client.writable_length == 0)
        client.end()

    client.on("secureConnect", on_secure)
    run()
    assert got == data
    assert client.bytes_written == size


@pytest.mark.row("T14")
def test_corked_writes_are_one_record(ends: Ends, run: Run) -> None:
    server = ends.serve()
    client = ends.connect(server)

    def on_secure() -> None:
        client.cork()
        for letter in "hello":
            client.write(letter)
        client.uncork()
        client.end()

    client.on("secureConnect", on_secure)
    run()
    (line,) = ends.recorder.lines
    found, rest = records(bytes(line.sent[0]))
    assert rest == b""
    assert [size for kind, size in found if kind == 23][1:] == [5 + 17, 2 + 17]  # and close_notify
    assert ("data", b"hello") in ends.of("accepted")


@pytest.mark.row("T15")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_peer_that_does_not_read(ends: Ends, run: Run, must_call: MustCall, version: str) -> None:
    size = 40 * MiB  # more than all the kernels on the way hold
    got = bytearray()

    def on_secure(socket: Any) -> None:
        socket.pause()
        socket.on("data", got.extend)
        netuv.set_timeout(socket.resume, 30)

    server = ends.serve(on_secure, max_version=version)
    client = ends.connect(server)

    def on_client_secure() -> None:
        assert (
            client.write(b"x" * size, must_call(lambda error: ends.seen.append(("order", "written"))))
            is False
        )
        assert 0 < client.writable_length <= size
        assert client.writable_need_drain
        client.on("drain", must_call(on_drain))

    def on_drain() -> None:
        ends.seen.append(("order", "drain"))
        assert client.writable_length == 0
        client.end()

    client.on("secureConnect", on_client_secure)
    client.on("finish", lambda: ends.seen.append(("order", "finish")))
    run()
    assert [each[1] for each in ends.seen if each[0] == "order"] == ["drain", "written", "finish"]
    assert len(got) == size


@pytest.mark.row("T30")
def test_what_is_counted(ends: Ends, run: Run) -> None:
    def on_secure(socket: Any) -> None:
        socket.on("data", socket.write)
        socket.on("close", lambda error: ends.seen.append(("n", socket.bytes_read, socket.bytes_written)))

    server = ends.serve(on_secure)
    client = ends.connect(server)
    client.write(b"x" * 100)
    client.on("data", lambda data: client.end())
    run()
    assert ends.of("n") == [(100, 100)]
    assert (client.bytes_read, client.bytes_written) == (100, 100)


# -- the end -------------------------------------------------------------------------------------------


@pytest.mark.row("T17")
@pytest.mark.parametrize("version", VERSIONS)
def test_nobody_waits_for_the_goodbye_of_the_peer(ends: Ends, run: Run, peer: PeerOf, version: str) -> None:
    def talk(port: int) -> bytes:
        with Peer.connect(port, constant(version)) as it:
            data = it.read_all()
            assert it.sock.recv(10) == b""  # the FIN came with it
            return data

    server = ends.serve(lambda socket: socket.end(b"bye"), max_version=version)
    talked = peer(talk, ends.recorder.port(server))
    run()
    assert talked.result() == b"bye"
    assert ends.of("accepted") == ["finish", "end", ("close", False)]


@pytest.mark.row("T17")
def test_an_end_before_the_handshake_waits_for_it(ends: Ends, run: Run) -> None:
    server = ends.serve()
    client = ends.connect(server)
    client.end()
    run()
    assert ends.of("client") == ["connect", "ready", "secureConnect", "finish", "end", ("close", False)]
    assert ends.of("accepted") == ["end", "finish", ("close", False)]


@pytest.mark.row("T20")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("half_open", [True, False])
def test_half_open(ends: Ends, run: Run, version: str, half_open: bool) -> None:
    def on_secure(socket: Any) -> None:
        socket.on("end", lambda: netuv.set_timeout(functools.partial(answer, socket), 20))

    def answer(socket: Any) -> None:
        socket.write(b"late", lambda error: ends.seen.append(("late", error and error.code)))
        socket.end()

    server = ends.serve(on_secure, allow_half_open=half_open, max_version=version)
    client = ends.connect(server, allow_half_open=True)
    client.on("end", client.end)
    client.on("secureConnect", lambda: client.end(b"question"))
    run()
    data = [each for each in ends.of("client") if each[0] == "data"]
    if half_open:
        assert data == [("data", b"late")]
        assert ends.of("late") == [None]
    else:
        assert data == []
        assert ends.of("late") in (["EPIPE"], ["ERR_STREAM_DESTROYED"])


@pytest.mark.row("T21")
@pytest.mark.parametrize("stage", ["before", "connect", "secure", "secureConnect", "data"])
def test_destroy_at_each_stage_of_a_client(ends: Ends, run: Run, stage: str) -> None:
    server = ends.serve(lambda socket: socket.write(b"hello"))
    client = ends.connect(server)
    client.write(b"x", lambda error: ends.seen.append(("written", error and error.code)))
    mine = errors.NetError("mine", code="MINE")

    def stop(*args: Any) -> None:
        client.destroy(mine)
        ends.seen.append(("client", "destroyed"))

    if stage == "before":
        stop()
    else:
        client.on(stage, stop)
    client.on("close", lambda had_error: server.close())
    run()
    events = [each for each in ends.of("client") if each != "ready"]  # which belongs to 'connect'
    assert events[events.index("destroyed") + 1 :] == [("error", "MINE"), ("close", True)]
    assert len(ends.of("written")) == 1
    assert client.get_protocol() is None
    assert client.get_peer_certificate() is None


@pytest.mark.row("T21")
@pytest.mark.parametrize("stage", ["secureConnection", "data"])
def test_destroy_at_each_stage_of_a_server(ends: Ends, run: Run, stage: str) -> None:
    def on_secure(socket: Any) -> None:
        if stage == "data":
            socket.on("data", lambda data: socket.destroy())
        else:
            socket.destroy()

    server = ends.serve(on_secure)
    client = ends.connect(server)
    client.write(b"one")
    client.write(b"two")
    run()
    assert ends.of("accepted") == [*([("data", b"onetwo")] if stage == "data" else []), ("close", False)]
    assert ends.of("server") == ["close"]


@pytest.mark.row("T21")
def test_destroy_says_no_goodbye(ends: Ends, run: Run, peer: PeerOf) -> None:
    def talk(port: int) -> str:
        with Peer.connect(port) as it:
            try:
                it.read_all()
            except (EOFError, ConnectionError) as error:
                return type(error).__name__
            return "goodbye"

    server = ends.serve(lambda socket: socket.destroy())
    talked = peer(talk, ends.recorder.port(server))
    run()
    assert talked.result() in ("EOFError", "ConnectionResetError")


@pytest.mark.row("T29")
def test_the_idle_timeout(ends: Ends, run: Run) -> None:
    server = ends.serve()
    client = ends.connect(server)
    client.set_timeout(40)
    client.on("timeout", client.end)
    run()
    assert ends.of("client").count("timeout") >= 1
    assert ends.of("client")[-1] == ("close", False)


@pytest.mark.row("T29")
def test_the_idle_timeout_during_the_handshake(ends: Ends, run: Run) -> None:
    server = netuv.create_server(lambda socket: socket.resume()).listen(0, "127.0.0.1")
    client = ends.connect(server)
    client.set_timeout(40, client.destroy)
    client.on("close", lambda had_error: server.close())
    run()
    assert ends.of("client") == ["connect", "ready", "timeout", ("close", False)]


@libuv_since(1, 52, "it takes a reset that comes with data for the end")
def test_reset_and_destroy(run: Run, certs: Certificates) -> None:
    seen: list[Any] = []

    def go() -> None:
        client = tls.connect(server.address().port, "127.0.0.1", {"ca": certs.ca.cert})
        client.resume()
        client.on("error", lambda error: seen.append(error.code))
        client.on("close", lambda had_error: (seen.append(had_error), server.close()))

    server: Any = tls.create_server(certs.server.own, lambda socket: socket.reset_and_destroy())
    server.listen(0, "127.0.0.1", go)  # without the recorder, which passes on no reset
    run()
    assert seen == ["ECONNRESET", True]


def test_settings_and_addresses_are_those_of_the_connection(ends: Ends, run: Run) -> None:
    def on_secure(sock: Any) -> None:
        ends.seen.append(("server", sock.remote_address, sock.local_port == server.address().port))
        with socket.socket(fileno=sock._handle.fileno()) as inner:
            ends.seen.append(("no delay", inner.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0))
            inner.detach()
        sock.end()

    server = ends.serve(on_secure, no_delay=True)
    client = ends.connect(server)

    def on_client_secure() -> None:
        client.set_keep_alive(True, 1000)
        client.set_no_delay()
        assert client.remote_port == ends.recorder.port(server)
        assert client.remote_family == "IPv4"
        assert client.address() is not None
        assert client.ready_state == "open"
        client.unref()
        client.ref()

    client.on("secureConnect", on_client_secure)
    run()
    assert ends.of("server")[0] == ("127.0.0.1", True)
    assert ends.of("no delay") == [True]


def test_encoding_readable_and_pipe(ends: Ends, run: Run) -> None:
    def on_secure(socket: Any) -> None:
        socket.pipe(socket)

    server = ends.serve(on_secure)
    client = ends.connect(server)
    client.set_encoding("utf8")
    client.write("grüße")
    client.on("data", lambda data: client.end())
    run()
    assert ("data", "grüße") in ends.of("client")


def test_onread(ends: Ends, run: Run) -> None:
    buffer = bytearray(3)
    got = bytearray()
    server = ends.serve(lambda socket: socket.end(b"hello world"))
    client = ends.connect(
        server, onread={"buffer": buffer, "callback": lambda size, data: got.extend(data[:size])}
    )
    client.resume()
    run()
    assert got == b"hello world"
