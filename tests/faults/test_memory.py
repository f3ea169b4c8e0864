"""What user memory may hold: queues are counted and bounded, buffers are the user's own, nothing is kept."""

from __future__ import annotations

import array
import gc
import hashlib
import os
import random
import resource
import socket
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    LARGEST_READ,
    LIMIT,
    Connection,
    MiB,
    accept_and_read,
    read_and_close,
    receive_all,
)

import netuv

BIG = 24 * MiB


def write_str(mine: netuv.Socket, callback: Any) -> None:
    mine.write("é" * (BIG // 2), "utf8", callback)


def write_corked(mine: netuv.Socket, callback: Any) -> None:
    mine.cork()
    for _ in range(BIG // MiB - 1):
        mine.write(b"x" * MiB)
    mine.write(b"x" * MiB, callback)
    assert mine.writable_length == BIG  # nothing has left by now
    mine.uncork()


def write_many(mine: netuv.Socket, callback: Any) -> None:
    answers = [mine.write(b"x" * MiB) for _ in range(BIG // MiB - 1)]
    answers.append(mine.write(b"x" * MiB, callback))
    first_false = answers.index(False)
    assert not any(answers[first_false:])


WRITE_PATHS: dict[str, Callable[[netuv.Socket, Any], Any]] = {
    "write": lambda mine, callback: mine.write(b"x" * BIG, callback),
    "write without a callback": lambda mine, callback: (mine.write(b"x" * BIG), callback(None)),
    "write str": write_str,
    "write bytearray": lambda mine, callback: mine.write(bytearray(BIG), callback),
    "write memoryview": lambda mine, callback: mine.write(memoryview(bytes(BIG)), callback),
    "many writes": write_many,
    "cork": write_corked,
    "end": lambda mine, callback: mine.end(b"x" * BIG, None, callback),
    "end, corked": lambda mine, callback: (mine.cork(), mine.end(b"x" * BIG, None, callback)),
}


@pytest.mark.parametrize("path", WRITE_PATHS)
@pytest.mark.row("S15", "S16")
def test_every_way_to_write_counts_what_it_queues(
    connect: Callable[..., Connection], run: Any, peer: Any, path: str
) -> None:
    """The peer does not read; what user memory holds is told, then drained."""
    connection = connect()
    mine, results = connection.mine, []
    WRITE_PATHS[path](mine, results.append)
    taken = MiB + sum(  # by the kernel, at either end
        sock.getsockopt(socket.SOL_SOCKET, option)
        for sock in (connection.theirs,)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF)
    )
    taken += 8 * MiB  # TCP lets its buffers grow
    assert BIG - taken <= mine.writable_length <= BIG
    assert mine.buffer_size == mine.writable_length
    assert mine.bytes_written == BIG
    if not path.startswith("end"):
        assert mine.write(b"") is False
        assert mine.writable_need_drain is True
        mine.on("drain", lambda: (connection.events.append(mine.writable_length), mine.end()))
    assert connection.events == []
    reader = peer(receive_all, connection.theirs)
    mine.on("finish", mine.destroy)
    run()
    assert len(reader.result()) == BIG
    assert results == [None]
    assert mine.writable_length == mine.buffer_size == 0
    drained = [] if path.startswith("end") else ["drain", 0]
    assert connection.events == [*drained, "finish", ("close", False)]


@pytest.mark.row("S15", "S28")
def test_a_source_stands_still_while_the_queue_of_its_destination_does(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """The source stands still while the destination's queue does, and all of it arrives."""
    source, destination = connect(), connect()
    queued: list[int] = []

    def send() -> None:
        source.theirs.sendall(b"x" * BIG)
        source.theirs.shutdown(socket.SHUT_WR)

    def look() -> None:
        # Twice, as it may have been filling up the first time.
        queued.append(destination.mine.writable_length)
        if len(queued) == 1 or not queued[-1]:
            netuv.set_timeout(look, 50)
            return
        assert destination.mine.buffer_size == destination.mine.writable_length
        assert source.mine.is_paused()
        reader.append(peer(read_and_close, destination.theirs))

    reader: list[Any] = []
    peer(send)
    source.mine.pipe(destination.mine)
    destination.mine.resume()
    source.mine.on("end", source.mine.destroy)
    netuv.set_timeout(look, 50)
    run()
    assert 0 < queued[-1] <= LARGEST_READ
    assert len(reader[0].result()) == BIG
    source.check_end()
    destination.check_end()


@pytest.mark.row("S16")
def test_false_is_followed_by_one_drain(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    """Each time, and only when all of it is gone."""
    connection = connect()
    mine, lengths = connection.mine, []

    def fill() -> None:
        while mine.write(b"x" * 50_000):
            pass

    def on_drain() -> None:
        lengths.append(mine.writable_length)
        if len(lengths) < 20:
            fill()
        else:
            mine.end()

    reader = peer(receive_all, connection.theirs)
    mine.on("drain", on_drain)
    mine.on("finish", mine.destroy)
    fill()
    run()
    assert lengths == [0] * 20
    assert len(reader.result()) == mine.bytes_written


@pytest.mark.parametrize("how", ["write", "write with a callback", "cork", "end"])
@pytest.mark.parametrize("kind", [bytearray, lambda data: array.array("B", data)])
@pytest.mark.row("S16")
def test_a_buffer_that_changes_while_it_waits(
    connect: Callable[..., Connection], run: Any, peer: Any, how: str, kind: Any
) -> None:
    """What is sent is what was written, and its owner may resize it at once."""
    connection = connect()
    mine = connection.mine
    buffer = kind(b"a" * (12 * MiB))
    if how == "write":
        assert mine.write(buffer) is False
    elif how == "write with a callback":
        assert mine.write(buffer, lambda error: None) is False
    elif how == "cork":
        mine.cork()
        mine.write(buffer)
    else:
        mine.end(memoryview(buffer))
    for start in range(0, len(buffer), MiB):
        buffer[start : start + 4] = kind(b"bbbb")
    buffer.extend(b"cc")
    del buffer[10:]
    if how == "cork":
        mine.uncork()
    mine.end()
    mine.resume()
    reader = peer(receive_all, connection.theirs)
    mine.on("finish", mine.destroy)
    run()
    received = reader.result()
    assert len(received) == 12 * MiB
    assert received.count(b"a") == 12 * MiB


def test_a_buffer_that_changes_before_the_connection(run: Any, transport: Any, peer: Any) -> None:
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        buffer = bytearray(b"aaaa")
        client = netuv.connect(*transport.peer_args(listener))
        client.write(buffer)
        buffer[:] = b"bb"
        client.write(memoryview(buffer))
        buffer.clear()
        client.resume().end()
        run()
        assert reader.result() == b"aaaabb"


@pytest.mark.row("S16")
def test_a_write_to_an_empty_queue_is_in_the_kernel_at_once(
    connect: Callable[..., Connection], run: Any
) -> None:
    """With a queue that is empty it is in the kernel before write() returns."""
    connection = connect()
    assert connection.mine.write(b"now") is True
    assert connection.theirs.recv(10) == b"now"
    assert connection.mine.write("and ") is True
    assert connection.mine.write(b"now", lambda error: None) is True
    assert connection.theirs.recv(10) == b"and now"
    connection.mine.destroy()
    run()


@pytest.mark.row("S14", "S16")
def test_more_than_four_gibibytes_at_once(connect: Callable[..., Connection], run: Any, peer: Any) -> None:
    """Nothing is lost where a size does not fit in 32 bits."""
    connection = connect()
    size = (4 << 30) + (64 << 20)
    try:
        data = bytes(size)  # zeros that are only read take no memory
    except MemoryError:
        pytest.skip("no place for 4 GiB")

    def count() -> int:
        total, buffer = 0, bytearray(1 << 20)
        while received := connection.theirs.recv_into(buffer):
            total += received
        return total

    assert connection.mine.write(data) is False
    assert connection.mine.writable_length == connection.mine._handle.write_queue_size
    connection.mine.end(connection.mine.destroy)
    reader = peer(count)
    run()
    assert reader.result() == connection.mine.bytes_written == size


@pytest.mark.row("S19")
@pytest.mark.parametrize("kept", ["none", "every third", "all"])
def test_a_chunk_that_a_listener_keeps_does_not_change(
    connect: Callable[..., Connection], run: Any, peer: Any, kept: str
) -> None:
    """Memory is read into again only when nobody has it any more, and nothing of it is remembered."""
    connection = connect()
    data = random.Random(kept).randbytes(BIG)
    received = hashlib.sha256()
    chunks: list[tuple[int, bytes]] = []
    sizes: list[int] = []

    def on_data(chunk: bytes) -> None:
        assert hash(chunk) == hash(bytes(bytearray(chunk)))
        received.update(chunk)
        sizes.append(len(chunk))
        if kept == "all" or (kept == "every third" and len(sizes) % 3 == 0):
            chunks.append((sum(sizes[:-1]), chunk))

    def send() -> None:
        for start in range(0, BIG, MiB):  # small ones among the large
            connection.theirs.sendall(data[start : start + MiB])
        connection.theirs.close()

    connection.mine.on("data", on_data)
    peer(send)
    run()
    assert received.digest() == hashlib.sha256(data).digest()
    assert max(sizes) <= LARGEST_READ
    for start, chunk in chunks:
        assert chunk == data[start : start + len(chunk)]
    connection.check_end()


@pytest.mark.row("S19")
def test_what_nobody_reads_stays_in_the_kernel(
    connect: Callable[..., Connection], run: Any, peer: Any
) -> None:
    """One high-water mark is read ahead, at most one read more; the peer is held back."""
    connection = connect()
    mine = connection.mine
    connection.theirs.settimeout(0.2)
    seen: list[int] = []

    def send() -> int:
        total = 0
        try:
            while True:
                total += connection.theirs.send(b"x" * 65536)
        except TimeoutError:
            return total
        finally:
            mine._loop.call_soon_threadsafe(look)

    def look() -> None:
        seen.append(mine.readable_length)
        mine.destroy()
        alive.close()

    alive = netuv.set_interval(lambda: None, 10_000)
    sender = peer(send)
    run()
    assert sender.result() > seen[0]
    assert 0 < seen[0] <= 2 * 65536
    assert mine.bytes_read == seen[0]


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.row("S15", "S28")
def test_a_gibibyte_through_a_proxy_whose_reader_has_stopped(run: Any, transport: Any, peer: Any) -> None:
    """The reader's standstill reaches the sender, and what is in between does not grow."""
    gibibyte = 1 << 30
    chunk = b"x" * MiB
    with transport.listener() as target:

        def on_connection(client: netuv.Socket) -> None:
            behind = netuv.connect(*transport.peer_args(target), allow_half_open=True)
            client.pipe(behind).pipe(client)
            sides.extend((client, behind))
            proxy.close()

        def send() -> int:
            with transport.client(transport.stdlib_address(proxy)) as near:
                far, _ = target.accept()
                near.settimeout(0.4)
                total = 0
                try:
                    while total < gibibyte:
                        total += near.send(chunk)
                except TimeoutError:
                    pass
                near.settimeout(LIMIT)
                growth.append(resident() - before)
                held.extend(side.readable_length + side.writable_length for side in sides)
                near.shutdown(socket.SHUT_WR)
                with far:
                    assert len(receive_all(far)) == total
                    far.shutdown(socket.SHUT_WR)
                    assert near.recv(1) == b""
                return total

        sides: list[netuv.Socket] = []
        growth: list[int] = []
        held: list[int] = []
        sender: list[Any] = []
        proxy = netuv.create_server(on_connection, allow_half_open=True)
        before = resident()
        proxy.listen(*transport.listen_args, lambda: sender.append(peer(send)))
        run()
    assert sender[0].result() < 64 * MiB
    assert growth[0] < 32 * MiB
    assert sum(held) < 1 * MiB


@pytest.mark.parametrize("transport", ["tcp4", "unix"], indirect=True)
def test_two_thousand_connections_leave_nothing_behind(run: Any, loop: netuv.Loop, transport: Any) -> None:
    """Descriptors, handles and memory end where they began."""
    total, at_once = 2000, 10
    sizes: dict[int, tuple[int, int]] = {}
    count = 0

    def on_connection(client: netuv.Socket) -> None:
        client.set_timeout(60_000)
        client.pipe(client)

    def one() -> None:
        client = netuv.connect(*arguments)
        client.on("connect", lambda: client.write(b"hello", lambda error: None))
        client.on("data", lambda data: client.end())
        client.on("close", on_close)

    def on_close(had_error: bool) -> None:
        nonlocal count
        assert not had_error
        count += 1
        if count in (200, total - at_once):
            gc.collect()
            sizes[count] = (tracemalloc.get_traced_memory()[0], len(os.listdir("/proc/self/fd")))
        if count <= total - at_once:
            one()
        elif count == total:
            server.close()

    def on_listening() -> None:
        nonlocal arguments
        arguments = transport.connect_args(server)
        for _ in range(at_once):
            one()

    arguments: tuple[Any, ...] = ()
    server = netuv.create_server(on_connection)
    server.listen(*transport.listen_args, on_listening)
    tracemalloc.start()
    try:
        run()
    finally:
        tracemalloc.stop()
    assert count == total
    assert loop.handles == []
    (memory, fds), (memory_after, fds_after) = sizes.values()
    assert memory_after - memory < 100_000
    assert abs(fds_after - fds) <= 2 * at_once


@pytest.mark.parametrize("corked", [False, True])
def test_buffers_and_callbacks_are_dropped_with_the_socket(
    connect: Callable[..., Connection], run: Any, corked: bool
) -> None:
    """A socket that the program still holds does not hold what it could not send."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        connection = connect()
        if corked:
            connection.mine.cork()
        for _ in range(16):
            connection.mine.write(bytes(MiB), lambda error: None)
        connection.mine.uncork()
        connection.mine.destroy()
        run()
        assert tracemalloc.get_traced_memory()[0] - before < MiB
    finally:
        tracemalloc.stop()
