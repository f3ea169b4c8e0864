"""What a message and a connection cost, in Python frames of netuv.

Counts do not depend on the machine, so they can be held where a duration could not: FRAMES is the
most that each way to use a socket may take. A new feature that lengthens one of them is seen here.
Frames are calls of functions of the package, counted by sys.setprofile in the loop's thread; the
program's own listeners do not count. A count is the difference of two runs, so that what happens
once does not matter.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import own_pyuv

import netuv
from netuv.stream import high_water_mark

PACKAGE = str(Path(netuv.__file__).parent)

# way to use a socket -> frames for each message, or for each connection from accept, or connect(), to 'close'
FRAMES = {
    "data and write": 0,
    "data and write, with set_timeout": 0,
    "write with a callback": 0,
    "two 'data' listeners": 2,
    "set_encoding": 3,
    "'readable' and read()": 6,
    "pipe": 1,
    "a connection with one message": 22,
    "a connection with one message, by pipe()": 74,
    "a client's connection with one message": 72,
    "async for and send": 12,
}


class Counter:
    """Counts the frames of netuv between start() and stop()."""

    def __init__(self) -> None:
        self.frames = 0

    def _on_event(self, frame: Any, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.frames += 1

    def start(self) -> None:
        sys.setprofile(self._on_event)

    def stop(self) -> None:
        sys.setprofile(None)


def data_and_write(client: netuv.Socket) -> None:
    client.on("data", client.write)


def with_timeout(client: netuv.Socket) -> None:
    client.set_timeout(60_000)
    client.on("data", client.write)


def with_callback(client: netuv.Socket) -> None:
    client.on("data", lambda data: client.write(data, lambda error: None))


def two_listeners(client: netuv.Socket) -> None:
    client.on("data", lambda data: None)
    client.on("data", client.write)


def with_encoding(client: netuv.Socket) -> None:
    client.set_encoding("utf8")
    client.on("data", client.write)


def by_read(client: netuv.Socket) -> None:
    def on_readable() -> None:
        data = client.read()
        if data is not None:
            client.write(data)

    client.on("readable", on_readable)


def by_pipe(client: netuv.Socket) -> None:
    client.pipe(client)


JOURNEYS: dict[str, Callable[[netuv.Socket], None]] = {
    "data and write": data_and_write,
    "data and write, with set_timeout": with_timeout,
    "write with a callback": with_callback,
    "two 'data' listeners": two_listeners,
    "set_encoding": with_encoding,
    "'readable' and read()": by_read,
    "pipe": by_pipe,
}


def talk(address: Any, connections: int, messages: int) -> None:
    """The other side: one message after the other, each of which comes back."""
    for _ in range(connections):
        with socket.create_connection(address, timeout=20) as sock:
            for _ in range(messages):
                sock.sendall(b"x" * 100)
                got = 0
                while got < 100:
                    got += len(sock.recv(1000))


def frames_of(
    run: Any, peer: Any, serve: Callable[[netuv.Socket], None], connections: int, messages: int
) -> int:
    """The frames that a server needs for so many connections, with so many messages each."""
    gc.collect()  # the finalizers of what former tests left have frames, too
    counter = Counter()
    server = netuv.create_server(serve)

    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        peer(talk, (address.address, address.port), connections, messages)
        counter.start()

    closed = [0]

    def on_close(had_error: bool) -> None:
        closed[0] += 1
        if closed[0] == connections:
            counter.stop()
            server.close()

    server.prepend_listener("connection", lambda client: client.on("close", on_close))
    server.listen(0, "127.0.0.1", on_listening)
    try:
        run()
    finally:
        counter.stop()
    return counter.frames


@pytest.mark.by_itself("frames are counted without those of a host")
@own_pyuv("its handles read and send by way of Python")
@pytest.mark.parametrize("journey", JOURNEYS)
def test_frames_for_a_message(run: Any, peer: Any, journey: str) -> None:
    few = frames_of(run, peer, JOURNEYS[journey], 1, 20)
    many = frames_of(run, peer, JOURNEYS[journey], 1, 120)
    assert (many - few) / 100 <= FRAMES[journey]


@pytest.mark.by_itself("frames are counted without those of a host")
@own_pyuv("its handles read and send by way of Python")
@pytest.mark.parametrize(
    ("serve", "row"),
    [
        (data_and_write, "a connection with one message"),
        (by_pipe, "a connection with one message, by pipe()"),
    ],
)
def test_frames_for_a_connection(
    run: Any, peer: Any, serve: Callable[[netuv.Socket], None], row: str
) -> None:
    few = frames_of(run, peer, serve, 5, 1)
    many = frames_of(run, peer, serve, 55, 1)
    assert (many - few) / 50 <= FRAMES[row]


def answer(listener: socket.socket, connections: int) -> None:
    """The other side of a client: what comes goes back, until it ends."""
    for _ in range(connections):
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(20)
            while data := sock.recv(1000):
                sock.sendall(data)


def frames_of_a_client(run: Any, peer: Any, connections: int) -> int:
    """The frames of so many connections, one after the other: connect, a message each way, the end."""
    gc.collect()
    counter = Counter()
    left = connections

    def visit() -> None:
        client = netuv.connect(port, "127.0.0.1", lambda: client.write(b"x" * 100))
        client.on("data", lambda data: client.end())
        client.on("close", on_close)

    def on_close(had_error: bool) -> None:
        nonlocal left
        left -= 1
        if left:
            visit()
        else:
            counter.stop()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        port = listener.getsockname()[1]
        peer(answer, listener, connections)
        counter.start()
        try:
            visit()
            run()
        finally:
            counter.stop()
    return counter.frames


@pytest.mark.by_itself("frames are counted without those of a host")
@own_pyuv("its handles read and send by way of Python")
def test_frames_for_a_connection_of_a_client(run: Any, peer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(high_water_mark, "changed", False)  # else each stream asks for its mark
    few, many = frames_of_a_client(run, peer, 5), frames_of_a_client(run, peer, 55)
    assert (many - few) / 50 <= FRAMES["a client's connection with one message"]


def frames_of_a_task(peer: Any, messages: int) -> int:
    """The frames that netuv.run() needs for one connection with so many messages."""
    gc.collect()
    counter = Counter()

    async def main() -> None:
        ended = asyncio.Event()

        async def echo(client: netuv.Socket) -> None:
            async for chunk in client:
                await client.send(chunk)
            ended.set()

        async with netuv.create_server(echo).listen(0, "127.0.0.1") as server:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            counter.start()
            peer(talk, (address.address, address.port), 1, messages)
            await ended.wait()
            counter.stop()

    try:
        netuv.run(main())
    finally:
        counter.stop()
    return counter.frames


@own_pyuv("its handles read and send by way of Python")
def test_frames_for_a_message_of_a_task(peer: Any) -> None:
    """With a turn of the event loop for each; a generator that goes on counts as a call."""
    few, many = frames_of_a_task(peer, 20), frames_of_a_task(peer, 120)
    assert (many - few) / 100 <= FRAMES["async for and send"]


def test_the_counter_counts(run: Any, peer: Any) -> None:
    assert frames_of(run, peer, data_and_write, 1, 10) > 10
