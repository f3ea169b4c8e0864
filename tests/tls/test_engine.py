"""The engine against itself, over a wire that is cut anywhere, and against what is spoiled."""

from __future__ import annotations

import gc
import random
import ssl
import weakref

import pytest
from tls.certificates import Certificates

from netuv.tls.context import SecureContext
from netuv.tls.engine import PIECE, Engine

VERSIONS = ["TLSv1.2", "TLSv1.3"]


def pair(certs: Certificates, version: str = "TLSv1.3") -> tuple[Engine, Engine]:
    """A client and a server, before the handshake."""
    context = SecureContext(**certs.server.own, ca=certs.ca.cert, max_version=version)
    server = Engine(context.kind(server_side=True), server_side=True)
    client = Engine(context.kind(server_side=False, verify=ssl.CERT_REQUIRED), server_side=False)
    return client, server


def secure(certs: Certificates, version: str = "TLSv1.3") -> tuple[Engine, Engine]:
    """The same, after it."""
    client, server = pair(certs, version)
    done = [False, False]
    while not all(done):
        done[0] = client.step(server.take())
        done[1] = server.step(client.take())
    assert client.decrypt(server.take()) == b""  # tickets
    return client, server


@pytest.mark.parametrize("version", VERSIONS)
def test_a_record_each_way(certs: Certificates, version: str) -> None:
    client, server = secure(certs, version)
    assert server.decrypt(client.encrypt(b"ping")) == b"ping"
    assert client.decrypt(server.encrypt(memoryview(b"pong"))) == b"pong"
    assert client.ssl.version() == server.ssl.version() == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", range(8))
def test_a_wire_that_is_cut_anywhere(certs: Certificates, version: str, seed: int) -> None:
    rng = random.Random(seed)
    ends = pair(certs, version)
    wires = [bytearray(), bytearray()]  # what end i has sent
    secure = [False, False]
    sent, received = [bytearray(), bytearray()], [bytearray(), bytearray()]
    closing = [False, False]
    for _ in range(400):
        i = rng.randrange(2)
        end, other = ends[i], wires[1 - i]
        size = rng.choice((0, 1, 5, 300, 20_000, len(other)))
        data = bytes(other[:size])
        del other[:size]
        if not secure[i]:
            secure[i] = end.step(data)
            data = b""
        if secure[i] and not end.ended:
            received[i] += end.decrypt(data)
        assert end.failure is None
        if secure[i] and not closing[i]:
            data = rng.randbytes(rng.choice((0, 1, 100, 16384, 16385, 40_000)))
            if data:
                sent[i] += data
                wires[i] += end.encrypt(data)
            if rng.random() < 0.02:
                closing[i] = True
                wires[i] += end.shutdown()
        wires[i] += end.take()
    for i in (0, 1, 0, 1):
        if not secure[i]:
            secure[i] = ends[i].step(bytes(wires[1 - i]))
            wires[1 - i].clear()
            wires[i] += ends[i].take()
        if secure[i]:
            received[i] += ends[i].decrypt(bytes(wires[1 - i]))
            wires[1 - i].clear()
            wires[i] += ends[i].take()
    if all(secure):
        assert received[0] == sent[1]
        assert received[1] == sent[0]
        assert [end.ended for end in ends] == [closing[1], closing[0]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_large_write(certs: Certificates, version: str) -> None:
    client, server = secure(certs, version)
    data = random.Random(1).randbytes(3 * PIECE)
    assert server.decrypt(client.encrypt(data)) == data


@pytest.mark.parametrize("version", VERSIONS)
def test_close_notify_while_input_waits(certs: Certificates, version: str) -> None:
    client, server = secure(certs, version)
    waiting = server.encrypt(b"more")
    client.incoming.write(waiting)  # not looked at yet
    goodbye = client.shutdown()
    assert server.decrypt(goodbye) == b""
    assert server.ended
    assert client.decrypt(b"") == b"more"  # half-open
    assert client.decrypt(server.encrypt(b"and more")) == b"and more"
    assert client.decrypt(server.shutdown()) == b""
    assert client.ended
    assert client.failure is None


@pytest.mark.parametrize("version", VERSIONS)
def test_what_comes_before_a_spoiled_record_is_good(certs: Certificates, version: str) -> None:
    client, server = secure(certs, version)
    data = bytearray(client.encrypt(b"good") + client.encrypt(b"bad"))
    data[-1] ^= 1
    assert server.decrypt(bytes(data)) == b"good"
    assert server.failure is not None
    assert server.outgoing.pending  # an alert


@pytest.mark.row("T35")
@pytest.mark.parametrize("version", VERSIONS)
def test_spoiled_bytes_raise_nothing_but_what_the_stdlib_has_for_it(
    certs: Certificates, version: str
) -> None:
    rng = random.Random(2)
    for _ in range(60):
        client, server = pair(certs, version)
        try:
            for _ in range(5):
                for this, other in ((client, server), (server, client)):
                    data = bytearray(other.take())
                    if data and rng.random() < 0.3:
                        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
                    this.step(bytes(data))
            assert client.decrypt(server.take()) == b""
            data = bytearray(client.encrypt(b"x" * 100))
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            assert server.decrypt(bytes(data) + rng.randbytes(200)) == b""
            assert server.failure is not None or not server.ended
        except ssl.SSLError:
            pass


def test_an_engine_is_no_part_of_a_cycle(certs: Certificates) -> None:
    client, server = secure(certs)
    gc.disable()
    try:
        gone = [weakref.ref(client.ssl), weakref.ref(server.ssl)]
        del client, server
        assert [each() for each in gone] == [None, None]
    finally:
        gc.enable()
