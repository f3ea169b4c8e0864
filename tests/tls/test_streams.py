"""The stream contract over TLS, random traffic through the recorder, and what a connection costs."""

from __future__ import annotations

import gc
import random
import socket
import ssl
import subprocess
import sys
import weakref
from contextlib import ExitStack
from typing import Any

import pytest
from helpers import LIMIT, PeerOf, Run, own_pyuv
from tls.certificates import Certificates
from tls.peers import Peer
from tls.recorder import Ends

import netuv
from netuv import tls
from netuv.testing import STREAM_CHECKS, check_stream
from tests.test_frames import PACKAGE

VERSIONS = ["TLSv1.2", "TLSv1.3"]


@pytest.mark.by_itself("check_stream() runs the loop")
@pytest.mark.row("T14", "T15", "T20")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", STREAM_CHECKS)
def test_the_contract_of_streams(loop: netuv.Loop, certs: Certificates, name: str, version: str) -> None:
    def make_pair() -> tuple[Any, Any]:
        made: list[Any] = []
        server = tls.create_server({**certs.server.own, "max_version": version}, made.append)

        def go() -> None:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            client = tls.connect(address.port, "127.0.0.1", {"ca": certs.ca.cert})
            client.on("secureConnect", lambda: made.insert(0, client))

        server.on("secureConnection", lambda socket: server.close())
        server.listen(0, "127.0.0.1", go)
        while len(made) < 2:
            loop.run_once()
        client = next(each for each in made if not each.ssl_object.server_side)
        made.remove(client)
        return client, made[0]

    check_stream(make_pair, name, loop=loop)


@pytest.mark.row("T14")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", range(6))
def test_random_traffic(ends: Ends, run: Run, version: str, seed: int) -> None:
    """Writes, corks, pauses and ends at both sides; all of it arrives, and the recorder sees records only."""
    rng = random.Random(seed)
    sent: dict[str, bytearray] = {"a": bytearray(), "b": bytearray()}
    got: dict[str, bytearray] = {"a": bytearray(), "b": bytearray()}

    def drive(name: str, stream: Any) -> None:
        stream.on("data", got[name].extend)
        left = rng.randrange(20, 60)

        def act() -> None:
            nonlocal left
            left -= 1
            if stream.destroyed:
                return
            what = rng.random()
            if what < 0.6:
                data = rng.randbytes(rng.choice((0, 1, 7, 1000, 16384, 16385, 140_000, 300_000)))
                sent[name].extend(data)
                stream.write(rng.choice((bytes, bytearray, memoryview))(data))
            elif what < 0.7:
                stream.cork()
            elif what < 0.8:
                stream.uncork()
            elif what < 0.9:
                stream.pause()
            else:
                stream.resume()
            if left:
                rng.choice((netuv.set_immediate, netuv.next_tick))(act)
            else:
                stream.resume()
                stream.end()

        act()

    server = ends.serve(lambda socket: drive("b", socket), max_version=version, allow_half_open=True)
    client = ends.connect(server, allow_half_open=True)
    ends.watch("failures", client, "error")
    drive("a", client)
    run()
    assert ends.of("failures") == []
    assert got["a"] == sent["b"]
    assert got["b"] == sent["a"]


@pytest.mark.row("T34")
def test_a_closed_connection_leaves_nothing_behind(run: Run, certs: Certificates) -> None:
    """Without the garbage collector: no reference cycle goes through the SSLObject, or through the socket."""
    gone: list[Any] = []

    def note(stream: Any) -> None:
        gone.extend(map(weakref.ref, (stream, stream.ssl_object, stream._writable_state.wire)))

    def on_secure(stream: Any) -> None:
        note(stream)
        stream.end(b"hello")
        stream.resume()

    def go() -> None:
        client = tls.connect(server.address().port, "127.0.0.1", {"ca": certs.ca.cert})
        client.on("secureConnect", lambda: note(gone_client()))
        gone_client = weakref.ref(client)
        client.resume()
        client.on("close", lambda had_error: server.close())

    server: Any = tls.create_server(certs.server.own, on_secure)
    gc.collect()
    gc.disable()
    try:
        server.listen(0, "127.0.0.1", go)
        run()
        assert len(gone) == 6
        assert [type(each()).__name__ for each in gone if each() is not None] == []
    finally:
        gc.enable()


@pytest.mark.row("T34")
def test_an_accepted_connection_is_one_socket(ends: Ends, run: Run) -> None:
    def sockets() -> list[Any]:
        gc.collect()
        return [each for each in gc.get_objects() if issubclass(type(each), netuv.Socket)]

    before = sockets()  # of other tests
    made: list[str] = []

    def on_secure(stream: Any) -> None:
        made.extend(type(each).__name__ for each in sockets() if all(each is not old for old in before))
        stream.end()

    server = ends.serve(on_secure)
    ends.connect(server)
    run()
    assert made == ["TLSSocket", "TLSSocket"]  # the client's and the server's


@pytest.mark.row("T34")
def test_an_idle_connection_has_no_buffers_of_its_own(ends: Ends, run: Run) -> None:
    def on_secure(stream: Any) -> None:
        netuv.set_immediate(look, stream)

    def look(stream: Any) -> None:
        wire = stream._writable_state.wire
        assert wire._clear is None
        assert wire._partial is None
        assert not wire._engine.incoming.pending
        assert not wire._engine.outgoing.pending
        assert stream._tls._reader is None  # what the ClientHello was gathered in
        stream.end()

    server = ends.serve(on_secure)
    ends.connect(server)
    run()


SERVER_OF_IDLE_CONNECTIONS = """
import re
import sys
from pathlib import Path
import netuv
from netuv import tls

def look(seen=[]):
    seen.append(int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
    print(server.address().port, *seen, flush=True)

def on_secure(socket):
    sockets.append(socket)
    if len(sockets) in (20, 100):
        netuv.set_timeout(look, 5)
        if len(sockets) == 100:
            netuv.set_timeout(sys.exit, 10)

sockets = []
cert, key = (Path(each).read_text() for each in sys.argv[1:])
server = tls.create_server(on_secure, cert=cert, key=key)
server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
netuv.run()
"""


#: The same of the standard library alone: an SSLObject, its two buffers and a socket for each.
BARE_SERVER_OF_IDLE_CONNECTIONS = """
import re
import socket
import ssl
import sys
from pathlib import Path

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
print(port, flush=True)
kept, seen = [], []
while len(kept) < 100:
    sock = listener.accept()[0]
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    engine = context.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            engine.do_handshake()
            break
        except ssl.SSLWantReadError:
            if outgoing.pending:
                sock.sendall(outgoing.read())
            incoming.write(sock.recv(65536))
    sock.sendall(outgoing.read())
    kept.append((sock, engine, incoming, outgoing))
    if len(kept) in (20, 100):
        seen.append(int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
        print(port, *seen, flush=True)
"""


def memory_of_an_idle_connection(certs: Certificates, program: str) -> float:
    """In KiB, of the process of the server."""
    command = [sys.executable, "-c", program, certs.server.cert_path, certs.server.key_path]
    context = ssl.create_default_context(cadata=certs.ca.cert)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, ExitStack() as open_ones:
        assert server.stdout is not None
        try:
            address = "127.0.0.1", int(server.stdout.readline())
            for number in range(100):
                if number == 20:
                    server.stdout.readline()
                near = open_ones.enter_context(socket.create_connection(address, LIMIT))
                open_ones.enter_context(context.wrap_socket(near, server_hostname="localhost"))
            _, before, after = map(int, server.stdout.readline().split())
        finally:
            server.kill()
    return (after - before) / 80


@pytest.mark.row("T34")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_what_an_idle_connection_keeps_in_memory(certs: Certificates) -> None:
    """Most of it is OpenSSL's, and more in newer ones; a buffer for a record would be 16 KiB on top."""
    bare = memory_of_an_idle_connection(certs, BARE_SERVER_OF_IDLE_CONNECTIONS)
    ours = memory_of_an_idle_connection(certs, SERVER_OF_IDLE_CONNECTIONS)
    assert ours <= bare + 10


def test_slow_handshakes_do_not_hold_up_a_good_one(ends: Ends, run: Run) -> None:
    count = 50
    slow: list[socket.socket] = []

    def on_secure(stream: Any) -> None:
        for each in slow:
            each.close()
        stream.end(b"hello")

    server = ends.serve(on_secure)
    server.remove_all_listeners("tlsClientError")
    server.on("tlsClientError", lambda error, stream: None)

    ends.recorder.port(server)

    def go() -> None:
        for _ in range(count):
            each = socket.create_connection(("127.0.0.1", server.address().port))
            each.sendall(b"\x16\x03\x01\x02")
            slow.append(each)
        ends.connect(server)

    server.on("listening", go)
    run()
    assert ("data", b"hello") in ends.of("client")


# way to use a TLSSocket -> frames of netuv for a message
FRAMES = {"data and write": 5, "write with a callback": 7}


@pytest.mark.by_itself("frames are counted without those of a host")
@own_pyuv("its handles read and send by way of Python")
@pytest.mark.parametrize("journey", FRAMES)
def test_frames_for_a_message(run: Run, peer: PeerOf, certs: Certificates, journey: str) -> None:
    def serve(stream: Any) -> None:
        if journey == "data and write":
            stream.on("data", stream.write)
        else:
            stream.on("data", lambda data: stream.write(data, lambda error: None))

    def count(messages: int) -> int:
        frames = 0

        def on_event(frame: Any, event: str, argument: object) -> None:
            nonlocal frames
            if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
                frames += 1

        def talk(port: int) -> None:
            with Peer.connect(port) as it:
                for _ in range(messages):
                    it.write(b"x" * 100)
                    got = 0
                    while got < 100:
                        got += len(it.read())

        def on_listening() -> None:
            peer(talk, server.address().port)
            sys.setprofile(on_event)

        def on_secure(stream: Any) -> None:
            serve(stream)
            stream.on("close", lambda had_error: (sys.setprofile(None), server.close()))

        server: Any = tls.create_server(certs.server.own, on_secure)
        server.listen(0, "127.0.0.1", on_listening)
        try:
            run()
        finally:
            sys.setprofile(None)
        return frames

    assert round((count(120) - count(20)) / 100) <= FRAMES[journey]  # hellos differ by a frame or two


def test_the_stdlib_is_the_engine() -> None:
    assert issubclass(tls.TLSError, ssl.SSLError)
    assert issubclass(tls.TLSSocket, netuv.Socket)
    assert issubclass(tls.Server, netuv.Server)
