"""The queue of what was not read yet."""

from __future__ import annotations

import pytest

from netuv.stream.encoding import Decoder
from netuv.stream.readbuffer import EMPTY, ReadBuffer


def filled(*chunks: bytes | str) -> ReadBuffer:
    buffer = ReadBuffer()
    for chunk in chunks:
        buffer.append(chunk)
    return buffer


@pytest.mark.row("N11")
def test_chunks_are_taken_by_length() -> None:
    buffer = filled(b"abc", b"de", b"f")
    assert buffer.length == 6
    assert buffer.take(1) == b"a"
    assert buffer.take(3) == b"bcd"
    assert buffer.length == 2
    assert buffer.take(2) == b"ef"
    assert buffer.length == 0
    assert not buffer.chunks


@pytest.mark.row("N11")
def test_a_whole_chunk_is_not_copied() -> None:
    chunk = b"x" * 1000
    assert filled(chunk, b"more").take(1000) is chunk


@pytest.mark.row("N11")
def test_what_is_put_back_is_read_first() -> None:
    buffer = filled(b"abc")
    buffer.take(1)
    buffer.prepend(b"A")
    assert buffer.length == 3
    assert buffer.take(3) == b"Abc"


@pytest.mark.row("N11")
def test_str_is_counted_in_characters() -> None:
    buffer = filled("äö", "ü")
    assert buffer.length == 3
    assert buffer.take(3) == "äöü"


@pytest.mark.row("N11")
@pytest.mark.parametrize(
    ("size", "whole_chunks", "ended", "amount"),
    [
        (None, False, False, 4),
        (None, True, False, 2),
        (0, False, False, 0),
        (-1, False, True, 0),
        (4, False, False, 4),
        (5, False, False, 0),
        (5, False, True, 4),
    ],
)
def test_how_much_a_read_gets(size: int | None, whole_chunks: bool, ended: bool, amount: int) -> None:
    buffer = filled(b"abc", b"de")
    buffer.take(1)
    assert buffer.amount(size, whole_chunks, ended) == amount
    assert EMPTY.amount(size, whole_chunks, ended) == 0


@pytest.mark.row("N11")
def test_decoding_what_waits() -> None:
    snowman = "☃".encode()
    buffer = filled(b"xa", snowman[:2])
    buffer.take(1)
    decoder = Decoder("utf8")
    decoded = buffer.decode(decoder, None, ended=False)
    assert decoded.length == 1
    assert decoded.take(1) == "a"
    assert decoder.write(snowman[2:]) == "☃"
    assert filled(snowman[:2]).decode(Decoder("utf8"), None, ended=True).take(1) == "\ufffd"
    assert filled("6869").decode(Decoder("utf8"), "hex", ended=False).take(2) == "hi"


@pytest.mark.row("N11")
def test_nothing_is_added_to_the_empty_one() -> None:
    with pytest.raises(AttributeError):
        EMPTY.append(b"x")
    assert EMPTY.length == 0
