"""Whatever is done to a pair of streams: bytes keep their order, each callback comes once."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from helpers import LIMIT
from hypothesis import given, settings
from hypothesis import strategies as st

import netuv
from netuv.testing import memory_pair
from tests.stream.wires import MemoryStream, Scheduler, gather

OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from([0, 1, 1000, 70_000, 400_000]), st.booleans()),
        st.tuples(st.sampled_from(["cork", "uncork", "pause", "resume", "end", "turn", "destroy"])),
        st.tuples(st.sampled_from(["end other", "destroy other"])),
    ),
    max_size=25,
)


class MemoryPair:
    def __init__(self, half_open: bool) -> None:
        self.scheduler = Scheduler()
        self.a, self.b = (MemoryStream(self.scheduler, half_open) for _ in range(2))
        self.a.other, self.b.other = self.b, self.a
        self.turn = self.finish = self.scheduler.run


class SocketPair:
    def __init__(self, half_open: bool) -> None:
        self.loop = netuv.Loop()
        self.a, self.b = self.connect(half_open)

    def connect(self, half_open: bool) -> tuple[netuv.Socket, ...]:
        return tuple(
            netuv.Socket(fd=end.detach(), allow_half_open=half_open, loop=self.loop)
            for end in socket.socketpair()
        )

    def turn(self) -> None:
        netuv.set_immediate(self.loop.stop, loop=self.loop)
        self.loop.run()

    def finish(self) -> None:
        guard = netuv.set_timeout(self.loop.stop, LIMIT * 1000, loop=self.loop).unref()
        self.loop.run()
        guard.close()
        left = self.loop.handles
        self.loop.close()
        assert left == []


class MemorySocketPair(SocketPair):
    def connect(self, half_open: bool) -> tuple[netuv.Socket, ...]:
        return memory_pair(self.loop, allow_half_open=half_open)


def check(pair: MemoryPair | SocketPair, operations: list[tuple[Any, ...]]) -> None:
    """Do it all, then end what is left; whatever happened, some things must hold."""
    a, b = pair.a, pair.b
    received = gather(b)
    seen: dict[Any, list[str]] = {a: [], b: []}
    for stream in (a, b):
        for event in ("end", "finish", "error", "close"):
            stream.on(event, lambda *args, s=stream, event=event: seen[s].append(event))
    drains: list[int] = []
    a.on("drain", lambda: drains.append(a.writable_length))
    a.resume()
    written = bytearray()
    answers: list[list[Any]] = []
    writes = 0

    for name, *args in operations:
        if name == "write":
            size, with_callback = args
            writes += 1
            block = bytes([writes % 256]) * size
            written += b"" if a.writable_ended or a.destroyed else block
            if with_callback:
                answers.append([])
                took_all = a.write(block, answers[-1].append)
                assert answers[-1] == []
            else:
                took_all = a.write(block)
            assert took_all is (a.writable_length == 0 and a.writable)
        elif name == "turn":
            pair.turn()
        elif name in ("pause", "resume"):
            getattr(b, name)()
        elif name.endswith("other"):
            getattr(b, name.split()[0])()
        else:
            getattr(a, name)()
    b.resume()
    a.end()
    b.end()
    pair.finish()

    assert [len(answer) for answer in answers] == [1] * len(answers)
    assert set(drains) <= {0}
    assert bytes(written).startswith(bytes(received))
    for events in seen.values():
        assert len(events) == len(set(events))
        assert events[-1] == "close"
    if "finish" in seen[a] and "end" in seen[b]:
        assert received == written


@pytest.mark.row("S16", "S17", "S18", "S29")
@settings(max_examples=200, deadline=None)
@given(OPERATIONS, st.booleans())
def test_whatever_is_done_in_memory(operations: list[tuple[Any, ...]], half_open: bool) -> None:
    check(MemoryPair(half_open), operations)


@pytest.mark.row("S16", "S17", "S18", "S29")
@settings(max_examples=100, deadline=None)
@given(OPERATIONS, st.booleans())
def test_whatever_is_done_to_sockets(operations: list[tuple[Any, ...]], half_open: bool) -> None:
    check(SocketPair(half_open), operations)


@pytest.mark.row("S16", "S17", "S18", "S29")
@settings(max_examples=100, deadline=None)
@given(OPERATIONS, st.booleans())
def test_whatever_is_done_to_sockets_over_memory(operations: list[tuple[Any, ...]], half_open: bool) -> None:
    check(MemorySocketPair(half_open), operations)
