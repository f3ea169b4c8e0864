"""What comes from outside and is not what it says it is: only TLSErrors, no hang, no memory without end.

Few examples in the suite; ``NETUV_EXAMPLES=1000 python -m pytest tests/tls/test_fuzz.py`` tries as many of
each.
"""

from __future__ import annotations

import os
import random
import ssl
import tracemalloc
from collections.abc import Iterator

import pytest
from helpers import Run
from tls.certificates import Certificates
from tls.recorder import Ends

import netuv
from netuv import tls
from netuv.testing import memory_pair
from netuv.tls import certificate, identity
from netuv.tls.context import SecureContext
from netuv.tls.engine import Engine
from netuv.tls.hello import MAX_SIZE, Reader

EXAMPLES = int(os.environ.get("NETUV_EXAMPLES", "0"))

pytestmark = pytest.mark.row("T35")


def examples(few: int) -> Iterator[random.Random]:
    """One generator of random numbers an example; its seed tells which one has failed."""
    for seed in range(EXAMPLES or few):
        yield random.Random(seed)


def spoil(rng: random.Random, data: bytes) -> bytes:
    """Bits, bytes, lengths and whole pieces are other than they were."""
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(spoiled) + 1)
        size = rng.choice((1, 1, 2, 4, 30))
        how = rng.randrange(5)
        if how == 0 and at < len(spoiled):
            spoiled[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            spoiled[at : at + size] = rng.randbytes(size)
        elif how == 2:
            spoiled[at : at + size] = rng.choice((b"\0", b"\xff", b"\x80")) * size
        elif how == 3:
            del spoiled[at : at + size]
        else:
            spoiled[at:at] = rng.randbytes(size)
    return bytes(spoiled[: rng.randint(0, len(spoiled))] if rng.random() < 0.2 else spoiled)


def pieces(rng: random.Random, data: bytes) -> Iterator[bytes]:
    while data:
        size = rng.choice((1, 2, 5, 100, 1000, len(data)))
        yield data[:size]
        data = data[size:]


def hello_of(rng: random.Random) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if rng.random() < 0.5:
        context.set_alpn_protocols(
            [rng.choice("abc") * rng.randint(1, 200) for _ in range(rng.randint(1, 5))]
        )
    if rng.random() < 0.3:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    out = ssl.MemoryBIO()
    name = "x" * rng.randint(1, 60) + ".example" if rng.random() < 0.7 else None
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name).do_handshake()
    return out.read()


def test_hellos() -> None:
    hello = b""
    for number, rng in enumerate(examples(1500)):
        if number % 50 == 0:
            hello = hello_of(rng)
        data = spoil(rng, hello)
        reader, found = Reader(), None
        for piece in pieces(rng, data):
            found = reader.feed(piece)
            if found is not None:
                break
            assert len(reader.data) < MAX_SIZE
        if found is not None:
            assert len(found.servername) <= len(data)
            assert sum(map(len, found.protocols)) <= len(data) ** 2


def test_certificates(certs: Certificates) -> None:
    good = [ssl.PEM_cert_to_DER_cert(each.cert) for each in (certs.server, certs.rsa, certs.alone, certs.ca)]
    for rng in examples(400):
        data = spoil(rng, rng.choice(good))
        try:
            told = certificate.describe(data)
        except tls.TLSError:
            continue
        assert told["raw"] == data
        found = identity.check_server_identity("localhost", told)
        assert found is None or found.code == "ERR_TLS_CERT_ALTNAME_INVALID"


def test_random_bytes_are_no_certificate() -> None:
    for rng in examples(500):
        data = rng.randbytes(rng.randint(0, 200))
        if rng.random() < 0.5:  # deep within itself
            data = b"\x30\x80" * rng.randint(1, 3000) + data
        with pytest.raises(tls.TLSError):
            certificate.describe(data)


def engines(certs: Certificates, rng: random.Random) -> tuple[Engine, Engine]:
    made = SecureContext(**certs.server.own, ca=certs.ca.cert, max_version=rng.choice(("TLSv1.2", "TLSv1.3")))
    client = Engine(made.kind(server_side=False, verify=ssl.CERT_REQUIRED), server_side=False)
    return client, Engine(made.kind(server_side=True), server_side=True)


def test_engines_over_a_wire_that_is_cut_and_spoiled(certs: Certificates) -> None:
    for rng in examples(15):
        ends = engines(certs, rng)
        secure, sent = [False, False], [bytearray(), bytearray()]
        got = [bytearray(), bytearray()]
        when = rng.randrange(12)  # the step at which something is spoiled
        broken = False
        try:
            for step in range(12):
                for me, other in ((0, 1), (1, 0)):
                    data = ends[other].take()
                    if step == when and data:
                        data, broken = spoil(rng, data), True
                    for piece in pieces(rng, data) if data else [b""]:
                        if not secure[me]:
                            secure[me] = ends[me].step(piece)
                            piece = b""
                        if secure[me] and not ends[me].ended and ends[me].failure is None:
                            got[me] += ends[me].decrypt(piece)
                    if secure[me] and ends[me].failure is None:
                        text = rng.randbytes(rng.choice((1, 100, 20_000)))
                        sent[me] += text
                        ends[me].write(text)
        except ssl.SSLError:
            if not broken:
                raise
        for me, other in ((0, 1), (1, 0)):  # never anything else than what was sent
            assert sent[other].startswith(got[me])
            assert broken or ends[me].failure is None


def test_an_engine_keeps_little_of_what_it_is_fed(certs: Certificates) -> None:
    client, server = engines(certs, random.Random(1))
    done = [False, False]
    while not all(done):
        done = [client.step(server.take()), server.step(client.take())]
    client.decrypt(server.take())
    piece = bytes(100_000)
    tracemalloc.start()
    try:
        for _ in range(60):
            server.decrypt(client.encrypt(piece))
        assert tracemalloc.get_traced_memory()[0] < 500_000
    finally:
        tracemalloc.stop()
    assert not server.incoming.pending
    assert not client.outgoing.pending


@pytest.mark.parametrize("role", ["client", "server"])
def test_sockets_that_hear_anything(certs: Certificates, loop: netuv.Loop, run: Run, role: str) -> None:
    """The other end is a machine that talks nonsense, from the first byte or in the middle of it."""
    codes = set()
    for rng in examples(25):
        near, far = memory_pair(loop=loop)
        if role == "server":
            socket = tls.TLSSocket(near, is_server=True, **certs.server.own)
            talk = hello_of(rng)
        else:
            socket = tls.connect(socket=near, servername="localhost", ca=certs.ca.cert)
            talk = b"\x16\x03\x03\0\x7a" + rng.randbytes(122)
        errors: list[BaseException] = []
        closed: list[bool] = []
        socket.on("error", errors.append)
        socket.on("close", closed.append)
        socket.resume()
        far.on("error", lambda error: None)
        far.resume()
        for piece in pieces(rng, spoil(rng, talk)):
            far.write(piece)
        far.end()
        run()
        assert len(closed) == 1
        for error in errors:
            assert isinstance(error, (tls.TLSError, netuv.errors.NetError))
            codes.add(error.code)
    assert codes


def test_slow_clients_hold_up_nobody(ends: Ends, loop: netuv.Loop, run: Run) -> None:
    """Clients that stay in the middle of their handshake, many of them; a good one gets through."""
    many = 1000 if EXAMPLES else 200
    secure = ends.serve(lambda socket: socket.end(b"here"))
    ends.recorder.port(secure)
    hello = hello_of(random.Random(1))
    slow: list[netuv.Socket] = []
    good: list[bytes] = []

    def begin() -> None:
        for number in range(many):
            socket = netuv.connect(secure.address(), loop=loop)
            socket.on("error", lambda error: None)
            socket.write(hello[: 1 + number % (len(hello) - 1)])
            slow.append(socket)
        slow[-1].once("ready", connect)

    def connect() -> None:
        client = ends.connect(secure)
        client.on("data", good.append)
        client.on("close", lambda had_error: [each.destroy() for each in slow])

    secure.on("listening", begin)
    run()
    assert good == [b"here"]
    assert ends.of("server").count(("tlsClientError", "ECONNRESET", "TLSSocket")) == many
