"""Encodings: set_encoding(), characters that reads cut."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall

from tests.stream.wires import MemoryStream, Scheduler, Wire, code, gather

ENCODINGS = {
    "utf8": ("aä€😀", "aä€😀".encode()),
    "utf-8": ("aä€😀", "aä€😀".encode()),
    "ascii": ("abc", b"abc"),
    "latin1": ("aäÿ", b"a\xe4\xff"),
    "binary": ("aäÿ", b"a\xe4\xff"),
    "utf16le": ("aä€😀", "aä€😀".encode("utf-16-le")),
    "ucs2": ("aä€😀", "aä€😀".encode("utf-16-le")),
    "hex": ("00ff80", b"\0\xff\x80"),
    "base64": ("AP+AYQ==", b"\0\xff\x80a"),
    "base64url": ("AP-AYQ", b"\0\xff\x80a"),
}


@pytest.mark.row("S27")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_set_encoding(wire: Wire, encoding: str) -> None:
    """Bytes to text by set_encoding(), and the same text to bytes by write()."""
    text, data = ENCODINGS[encoding]
    received: list[Any] = []
    raw: list[bytearray] = []

    def main(a: Any, b: Any) -> None:
        assert b.readable_encoding is None
        assert b.set_encoding(encoding) is b
        b.on("data", received.append)
        b.on("end", lambda: b.write(text, encoding))
        raw.append(gather(a))
        a.end(data)

    wire.run(main)
    assert all(type(part) is str for part in received)
    assert "".join(received) == text
    assert raw == [data]


@pytest.mark.row("S27")
def test_data_is_bytes_without_an_encoding(wire: Wire) -> None:
    received: list[Any] = []

    def main(a: Any, b: Any) -> None:
        b.on("data", received.append)
        a.end("ä")

    wire.run(main)
    assert [type(part) for part in received] == [bytes]


SPLIT = [
    ("utf8", "xä", 2),
    ("utf8", "x€", 2),
    ("utf8", "x€", 3),
    ("utf8", "x😀", 2),
    ("utf8", "x😀", 4),
    ("utf16le", "xä", 3),
    ("utf16le", "x😀", 3),
    ("utf16le", "x😀", 4),
    ("utf16le", "x😀", 5),
]


@pytest.mark.row("S27")
@pytest.mark.parametrize(("encoding", "text", "cut"), SPLIT)
def test_a_character_that_two_reads_cut(wire: Wire, encoding: str, text: str, cut: int) -> None:
    data = text.encode("utf-16-le" if encoding == "utf16le" else "utf-8")
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding(encoding)
        b.on("data", received.append)
        b.once("data", lambda first: a.end(data[cut:]))  # once the first part was read
        a.write(data[:cut])

    wire.run(main)
    assert received == list(text)


@pytest.mark.row("S27")
def test_base64_of_reads_that_are_no_multiple_of_3(wire: Wire) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding("base64")
        b.on("data", received.append)
        b.once("data", lambda first: a.end(b"efgh"))
        a.write(b"abcd")

    wire.run(main)
    assert "".join(received) == "YWJjZGVmZ2g="
    assert received[0] == "YWJj"


@pytest.mark.row("S27")
def test_a_character_that_never_ends(wire: Wire) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        b.set_encoding().on("data", received.append)
        a.end(b"x\xe2\x82")

    wire.run(main)
    assert "".join(received) == "x\ufffd"


@pytest.mark.row("S27")
def test_set_encoding_of_what_is_buffered(wire: Wire, must_call: MustCall) -> None:
    received: list[str] = []

    def main(a: Any, b: Any) -> None:
        def on_readable() -> None:
            b.remove_listener("readable", on_readable)
            assert b.readable_length == 4
            b.set_encoding("utf8")
            assert b.readable_length == 1  # characters now, and half of one is kept back
            b.on("data", received.append)
            a.end(b"\xac!")

        b.on("readable", on_readable)
        a.write("ä".encode() + b"\xe2\x82")

    wire.run(main)
    assert "".join(received) == "ä€!"


@pytest.mark.row("S27", "N14")
def test_an_unknown_encoding() -> None:
    stream = MemoryStream(Scheduler())
    for call in (stream.set_encoding, stream.set_default_encoding):
        for value in ("utf7", 8):
            with pytest.raises(ValueError, match="ncoding") as caught:
                call(value)  # type: ignore[arg-type]
            assert code(caught.value) == "ERR_UNKNOWN_ENCODING"
