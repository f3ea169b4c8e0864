"""What waits to be written: the queue by itself, and that a stream lets go of it."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import Run, nothing

from netuv.stream import Writable
from netuv.stream.writequeue import WriteQueue


@pytest.mark.row("N12")
def test_chunks_come_out_in_their_order() -> None:
    queue = WriteQueue()
    assert not queue
    queue.add(b"abc", "buffer", 3, None)
    queue.add("de", "latin1", 2, nothing)
    queue.add({}, None, 1, nothing)
    assert queue
    assert queue.length == 6
    assert queue.callbacks() == (nothing, nothing)
    assert queue.take() == ((b"abc", "buffer"), 3, ())
    assert queue.length == 3
    assert queue.several()
    chunks, size, callbacks = queue.take_all()
    assert [(each.chunk, each.encoding) for each in chunks] == [("de", "latin1"), ({}, None)]
    assert (size, callbacks) == (3, (nothing, nothing))
    assert not queue
    assert not queue.several()
    assert queue.length == 0


@pytest.mark.row("N12")
def test_a_queue_is_there_while_it_is_needed(run: Run) -> None:
    waiting: list[Any] = []
    stream = Writable(write=lambda chunk, encoding, callback: waiting.append(callback))
    state = stream._writable_state
    stream.write(b"a")
    assert state.queue is None
    stream.write(b"b")
    assert state.queue is not None
    waiting.pop()()
    assert state.queue is None
    stream.cork()
    assert stream.writable_corked == 1
    waiting.pop()()
    assert state.queue is not None
    stream.uncork()
    assert state.queue is None
    stream.cork()
    stream.write(b"c")
    stream.destroy()
    run()
    assert not state.queue
    assert stream.writable_length == 0


@pytest.mark.row("N12", "N18")
def test_the_end_within_a_write_of_the_queue(run: Run) -> None:
    """Where Node's own never finishes: nothing comes after the last chunk that would look."""
    seen: list[Any] = []

    def write(chunk: Any, encoding: Any, callback: Any) -> None:
        seen.append(chunk)
        stream.end()
        callback()

    stream = Writable(write=write)
    for event in ("finish", "close"):
        stream.on(event, lambda event=event: seen.append(event))
    stream.cork()
    stream.write(b"a")
    stream.uncork()
    run()
    assert seen == [b"a", "finish", "close"]
