"""What a listener of 'data' or 'close' of a stream raises costs the other listeners nothing."""

from __future__ import annotations

import socket
from typing import Any

import pytest

import netuv


def test_the_other_listeners_hear_the_chunk(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    ours, theirs = socket.socketpair()
    heard: list[Any] = []

    def boom(name: str) -> None:
        heard.append(name)
        raise LookupError(name)

    client = netuv.Socket(fd=ours.detach())
    client.on("data", lambda data: boom("first"))
    client.on("data", heard.append)
    client.on("data", lambda data: boom("third"))
    client.on("data", heard.append)
    client.on("close", lambda had_error: boom("closing"))
    client.on("close", must_call())
    with theirs:
        theirs.sendall(b"x")
        with pytest.raises(LookupError, match="first") as caught:
            run()
        assert heard == ["first", b"x", "third", b"x"]
        assert str(caught.value.__context__) == "third"
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(LookupError, match="closing"):
            run()


def test_thousands_of_listeners_that_raise() -> None:
    stream = netuv.Socket()
    count = [0]

    def boom(had_error: bool) -> None:
        count[0] += 1
        raise LookupError(count[0])

    stream.set_max_listeners(0)
    for _ in range(5000):
        stream.on("close", boom)
    with pytest.raises(LookupError, match="1"):
        stream.emit("close", False)
    assert count == [5000]
    stream.remove_all_listeners("close")


def test_of_other_events_the_later_listeners_are_not_called() -> None:
    emitter = netuv.EventEmitter()

    def boom() -> None:
        raise LookupError

    emitter.on("data", boom)
    emitter.on("data", lambda: pytest.fail("called"))
    with pytest.raises(LookupError):
        emitter.emit("data")
