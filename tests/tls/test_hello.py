"""The reader of ClientHellos: what real ones ask for, and that nothing makes it raise."""

from __future__ import annotations

import random
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netuv.tls.hello import MAX_SIZE, Hello, Reader


def real_hello(name: str | None = None, protocols: tuple[str, ...] = (), version: str = "TLSv1_3") -> bytes:
    """What OpenSSL sends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion[version]
    if protocols:
        context.set_alpn_protocols(list(protocols))
    out = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return out.read()


def split(hello: bytes, size: int) -> bytes:
    """The same message in records of this size."""
    body = hello[5:]
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in parts)


def asked(hello: Hello | None) -> tuple[str, tuple[str, ...]]:
    assert hello is not None
    return hello.servername, hello.protocols


@pytest.mark.row("T35")
@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_what_a_hello_asks_for(version: str) -> None:
    data = real_hello("a.example", ("h2", "http/1.1"), version)
    assert asked(Reader().feed(data)) == ("a.example", ("h2", "http/1.1"))
    assert asked(Reader().feed(real_hello(None, (), version))) == ("", ())


@pytest.mark.row("T35")
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_a_hello_in_many_records_and_pieces(size: int) -> None:
    data = split(real_hello("a.example", ("h2",)), size)
    reader = Reader()
    answers = [reader.feed(data[i : i + 7]) for i in range(0, len(data), 7)]
    assert set(map(type, answers[:-1])) == {type(None)}
    assert asked(answers[-1]) == ("a.example", ("h2",))
    assert reader.data == data


@pytest.mark.row("T35")
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x16\x02\1\0\1\1",
        b"\x16\x03\1\0\0",
        b"\x16\x03\1\0\1\2",
        b"\x80\x2e\1\3\1",
    ],
    ids=["http", "version", "empty record", "another message", "SSL 2"],
)
def test_what_is_no_hello_is_left_to_openssl(data: bytes) -> None:
    assert asked(Reader().feed(data)) == ("", ())


@pytest.mark.row("T35")
def test_an_endless_hello_is_not_gathered_for_ever() -> None:
    reader = Reader()
    record = b"\x16\x03\1\x10\0\1\xff\xff\xff" + bytes(4093)
    fed = 0
    while reader.feed(record) is None:
        fed += 1
        assert fed < 100
        record = b"\x16\x03\1\x10\0" + bytes(4096)
    assert len(reader.data) < 2 * MAX_SIZE


@pytest.mark.row("T35")
@given(st.binary(max_size=300))
def test_it_never_raises(data: bytes) -> None:
    Reader().feed(data)
    Reader().feed(b"\x16\x03\1" + len(data).to_bytes(2, "big") + data)
    body = b"\1" + len(data).to_bytes(3, "big") + data
    Reader().feed(b"\x16\x03\1" + len(body).to_bytes(2, "big") + body)


@pytest.mark.row("T35")
def test_it_never_raises_on_spoiled_hellos() -> None:
    rng = random.Random(1)
    good = real_hello("a.example", ("h2", "http/1.1"))
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(9, len(data))] = rng.choice((0, 1, 0xFF, rng.randrange(256)))
        hello = Reader().feed(bytes(data[: rng.randint(0, len(data))]))
        assert hello is None or len(hello.servername) < 1000
