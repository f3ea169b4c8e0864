"""Writes behind a queue: kept in order, counted, and told to their callbacks; very many of them too."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from helpers import read_and_close

import netuv

MANY = 200_000


@pytest.fixture
def full(loop: netuv.Loop) -> tuple[netuv.Socket, socket.socket, list[bytes]]:
    """A socket whose peer does not read yet, the peer, and what was written until the kernel was full."""
    near, far = socket.socketpair()
    sock = netuv.Socket(fd=near.detach())
    sent = [b"-" * 65536]
    while sock.write(sent[-1]):
        sent.append(sent[-1])
    sock.resume()
    return sock, far, sent


def test_bytes_str_and_callbacks(run: Any, peer: Any, must_call: Any, full: Any) -> None:
    sock, far, sent = full
    calls: list[Any] = []
    before = sock.writable_length
    for arguments, data in (
        ((b"first",), b"first"),
        ((b"bytes", lambda error: calls.append((1, error))), b"bytes"),
        (("str", lambda error: calls.append((2, error))), b"str"),
        (("c3a9", "hex", lambda error: calls.append((3, error))), b"\xc3\xa9"),
        ((b"", lambda error: calls.append((4, error))), b""),
        (("é",), "é".encode()),
        ((bytearray(b"mutable"),), b"mutable"),
        ((b"X" * 100_000,), b"X" * 100_000),
    ):
        assert sock.write(*arguments) is False
        before += len(data)
        sent.append(data)
        assert sock.writable_length == sock.buffer_size == before
        assert sock.bytes_written == sum(map(len, sent))
        assert sock.writable_need_drain
    for wrong in ((5,), (b"x", None, 5), ("x", "nonsense")):
        with pytest.raises((TypeError, ValueError)):
            sock.write(*wrong)
    assert sock.writable_length == before
    assert calls == []
    sock.on("drain", must_call(sock.end))
    reader = peer(read_and_close, far)
    run()
    assert reader.result() == b"".join(sent)
    assert calls == [(1, None), (2, None), (3, None), (4, None)]


def test_very_many_small_ones_among_large_ones(run: Any, peer: Any, must_call: Any, full: Any) -> None:
    sock, far, sent = full
    for i in range(MANY):
        chunk = b"%d," % i if i % 1000 else bytes(10_000)
        sock.write(chunk)
        sent.append(chunk)
    sock.end(must_call(lambda error: error and pytest.fail(error)))
    reader = peer(read_and_close, far)
    run()
    assert reader.result() == b"".join(sent)


@pytest.mark.parametrize("how", ["end", "destroy"])
def test_a_write_after_end_or_destroy_is_not_queued(
    run: Any, peer: Any, must_call: Any, full: Any, how: str
) -> None:
    sock, far, _ = full
    code = {"end": "ERR_STREAM_WRITE_AFTER_END", "destroy": "ERR_STREAM_DESTROYED"}[how]
    codes: list[str] = []
    heard: list[Any] = []
    sock.on("error", heard.append)
    sock.write(b"queued", must_call(lambda error: codes.append(error.code)))
    getattr(sock, how)()
    assert sock.write(b"late", must_call(lambda error: codes.append(error.code))) is False
    if how == "end":
        sock.destroy()
    run()
    far.close()
    assert codes == [code, code if how == "end" else "ECANCELED"]
    assert len(heard) == (how == "end")
