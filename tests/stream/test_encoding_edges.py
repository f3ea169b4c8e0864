"""Odd buffers, odd bytes, and names that are no encoding."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from typing import Any

import pytest

from netuv import errors
from netuv.stream import Readable, Writable
from netuv.stream.encoding import Decoder, canonical, encode


class Sink(Writable):
    _drain_mark = 0

    def __init__(self) -> None:
        super().__init__()
        self.received = b""

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        pass

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.received += bytes(chunk)
        done(None)


class Pair(ctypes.Structure):
    _fields_ = (("a", ctypes.c_uint8), ("b", ctypes.c_uint8))


@pytest.mark.row("S16")
@pytest.mark.parametrize(
    "value",
    [
        b"",
        bytearray(),
        memoryview(b""),
        memoryview(b"abc")[3:],
        memoryview(b"abcd")[::2],
        array("I"),
        array("I", [1, 2]),
        (ctypes.c_int * 0)(),
        ((ctypes.c_int * 4) * 0)(),
        ((ctypes.c_int * 0) * 4)(),
        (ctypes.c_int * 3)(1, 2, 3),
        ctypes.c_int(5),
        Pair(1, 2),
        (Pair * 2)(),
        memoryview(bytes(range(8))).cast("B", shape=[2, 4]),
        memoryview(bytes(range(8))).cast("B", shape=[2, 4])[::-1],
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("queued", [False, True])
def test_whatever_has_bytes_is_written(value: Any, queued: bool) -> None:
    """Also what is empty in one dimension of several, and items of a format that is not Python's own."""
    sink = Sink()
    if queued:
        sink.cork()
    assert sink.write(value) is (not queued or not memoryview(value).nbytes)
    sink.uncork()
    assert sink.received == memoryview(value).tobytes()
    assert sink.writable_length == 0


@pytest.mark.row("N14")
@pytest.mark.parametrize("name", ["latin-1", "utf-16", "utf_8", "buffer", "", None, 5, b"utf8"], ids=str)
def test_the_known_encodings_are_told(name: Any) -> None:
    with pytest.raises(errors.ArgValueError, match="encoding") as caught:
        canonical(name)
    assert caught.value.code == "ERR_UNKNOWN_ENCODING"
    assert all(known in str(caught.value) for known in ("utf8", "latin1", "utf16le", "hex", "base64url"))
    assert len(str(caught.value)) < 300


@pytest.mark.row("N14")
@pytest.mark.parametrize("name", [10**5000, "x" * 10**6], ids=["digits", "letters"])
def test_a_long_name_is_not_repeated(name: Any) -> None:
    with pytest.raises(errors.ArgValueError) as caught:
        Readable().set_encoding(name)
    assert len(str(caught.value)) < 300


@pytest.mark.row("S19")
@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["6100", "62"], "a"),
        (["61"], ""),
        (["61", "00"], "a"),
        (["610062"], "a"),
        (["3dd8"], "\ufffd"),
        (["3dd800"], "\ufffd"),
        (["3dd8", "00de"], "\U0001f600"),
        (["3dd800", "de"], "\U0001f600"),
    ],
)
def test_the_end_of_utf16(pieces: list[str], text: str) -> None:
    """An odd byte is dropped; half of a pair becomes U+FFFD."""
    decoder = Decoder("utf16le")
    assert "".join(decoder.write(bytes.fromhex(piece)) for piece in pieces) + decoder.end() == text
    assert decoder.write(b"a\0") + decoder.end() == "a"  # nothing is left of it


@pytest.mark.row("S16")
@pytest.mark.parametrize(
    ("encoding", "data"), [("utf8", b"a\xef\xbf\xbdb"), ("utf16le", b"a\0\x3d\xd8b\0"), ("latin1", b"a\x3db")]
)
def test_a_lone_surrogate(encoding: str, data: bytes) -> None:
    assert encode("a\ud83db", encoding) == data
