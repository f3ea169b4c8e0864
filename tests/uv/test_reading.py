"""pyuv's reading: how much of one stream before the others, and what memory is kept."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import textwrap
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, libuv_since, own_pyuv

pytestmark = own_pyuv()

IN_A_ROW = 320 << 10  # bytes of one stream, at most, before the others have their turn: 64 + 256 KiB


def full_pipe(loop: pyuv.Loop, data: bytes) -> Any:
    """A stream that has all of the data waiting in the kernel."""
    reader, writer = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    os.set_blocking(writer, False)
    assert os.write(writer, data) == len(data)
    os.close(writer)
    pipe = pyuv.Pipe(loop)
    pipe.open(reader)
    return pipe


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="no pipe of 1 MiB here")
def test_a_stream_with_much_does_not_keep_the_others_waiting() -> None:
    loop = pyuv.Loop()
    much = os.urandom(1 << 20)
    got: dict[str, bytes] = {"first": b"", "second": b"", "third": b""}
    seen: dict[str, int] = {}

    def read(name: str, data: bytes) -> None:
        def on_read(pipe: Any, data: bytes | None, error: int | None) -> None:
            if data is None:
                assert error == pyuv.errno.UV_EOF
                pipe.close()
            else:
                seen.setdefault(name, len(got["first"]))
                got[name] += data

        full_pipe(loop, data).start_read(on_read)

    read("first", much)
    read("second", b"x")
    read("third", much)
    loop.run()
    assert got["first"] == got["third"] == much
    assert got["second"] == b"x"
    assert seen["second"] <= IN_A_ROW
    assert seen["third"] <= IN_A_ROW


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="no pipe of 1 MiB here")
@pytest.mark.parametrize("after", [1, 2, 3])
def test_reading_that_stops_and_goes_on(after: int) -> None:
    """Nothing is lost, and no error told, wherever within its share of the turn a stream stops."""
    loop = pyuv.Loop()
    much = os.urandom(1 << 20)
    got: list[bytes] = []
    errors: list[Any] = []
    timer = pyuv.Timer(loop)

    def on_read(pipe: Any, data: bytes | None, error: int | None) -> None:
        if data is None:
            errors.append(error)
            pipe.close()
            timer.close()
            return
        got.append(data)
        if len(got) % after == 0:
            pipe.stop_read()
            timer.start(lambda timer: pipe.start_read(on_read), 0, 0)

    full_pipe(loop, much).start_read(on_read)
    loop.run()
    assert b"".join(got) == much
    assert errors == [pyuv.errno.UV_EOF]


def test_a_nested_loop_reads_within_a_read() -> None:
    loop, inner = pyuv.Loop(), pyuv.Loop()
    size = 1 << 20 if hasattr(fcntl, "F_SETPIPE_SZ") else 1 << 16
    much, other = os.urandom(size), os.urandom(size)
    got: dict[str, list[bytes]] = {"outer": [], "inner": []}

    def reader(name: str) -> Any:
        def on_read(pipe: Any, data: bytes | None, error: int | None) -> None:
            if data is None:
                pipe.close()
                return
            got[name].append(data)
            if name == "outer":
                inner.run(pyuv.UV_RUN_NOWAIT)

        return on_read

    full_pipe(inner, other).start_read(reader("inner"))
    full_pipe(loop, much).start_read(reader("outer"))
    loop.run()
    inner.run()
    assert b"".join(got["outer"]) == much
    assert b"".join(got["inner"]) == other


MEMORY = """
    import pyuv, socket, sys, threading
    def rss():
        return int(open("/proc/self/statm").read().split()[1]) * 4  # KiB
    kept = []
    def fetch():
        loop = pyuv.Loop()
        mine, peer = socket.socketpair()
        peer.setblocking(True)
        pipe = pyuv.Pipe(loop)
        pipe.open(mine.detach())
        first = []
        def on_read(pipe, data, error):
            if data is None:
                pipe.close()
            elif not first:
                first.append(len(data))
                peer.sendall(b"x" * 9000)
                peer.close()
            else:
                kept.append(data)
        peer.sendall(b"x" * 100_000)
        pipe.start_read(on_read)
        loop.run()
    def thread():
        one = threading.Thread(target=fetch)
        one.start()
        one.join()
    one = {"runs": fetch, "threads": thread}[sys.argv[1]]
    for _ in range(20): one()
    before = rss()
    for _ in range(300): one()
    print((rss() - before) // 300)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer keeps what is freed")
@pytest.mark.parametrize("how", ["runs", "threads"])
def test_what_is_kept_of_a_read_keeps_little_else(how: str) -> None:
    """Chunks of 9 KB, one of each run: a program that keeps them keeps their size, not the read's."""
    command = [sys.executable, "-c", textwrap.dedent(MEMORY), how]
    done = subprocess.run(command, timeout=3 * LIMIT, text=True, capture_output=True, check=True)
    # The 9 KB, and for some runs what was read with them; a whole read object would be 256.
    assert int(done.stdout) < 110


def test_what_is_held_is_not_written_to() -> None:
    """More chunks are held than there are read objects, over the end of the loop."""
    held: list[tuple[bytes, bytes]] = []
    for turn in range(12):
        loop = pyuv.Loop()
        expected = bytes([turn]) * 60_000
        mine, peer = socket.socketpair()
        with peer:
            peer.settimeout(LIMIT)
            pipe = pyuv.Pipe(loop)
            pipe.open(mine.detach())

            def on_read(pipe: Any, data: bytes | None, error: int | None, expected: bytes = expected) -> None:
                if data is None:
                    pipe.close()
                else:
                    held.append((data, expected[: len(data)]))

            peer.sendall(expected)
            peer.shutdown(socket.SHUT_WR)
            pipe.start_read(on_read)
            loop.run()
    assert len(held) >= 12
    for data, expected in held:
        assert data == expected


SIZES = """
    import pyuv, socket
    loop = pyuv.Loop()
    mine, peer = socket.socketpair()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    pipe = pyuv.Pipe(loop)
    pipe.open(mine.detach())
    sizes = []
    pipe.start_read(lambda pipe, data, error: sizes.append(len(data)))
    for size in (100_000, 100_000, 65536, 20_000, 100_000, 5000, 100_000, 5000, 65536):
        assert peer.send(bytes(size), socket.MSG_DONTWAIT) == size
        loop.run(pyuv.UV_RUN_ONCE)
        loop.run(pyuv.UV_RUN_NOWAIT)
    print(*sizes)
"""


@libuv_since(1, 52, "how often libuv reads in a turn is its version's own")
def test_a_read_is_large_after_a_full_one_until_one_is_small() -> None:
    """In a process of its own: large reads are for who keeps nothing, and here others may keep something."""
    command = [sys.executable, "-c", textwrap.dedent(SIZES)]
    done = subprocess.run(command, timeout=3 * LIMIT, text=True, stdout=subprocess.PIPE, check=True)
    sizes = "65536 34464 100000 65536 20000 100000 5000 65536 34464 5000 65536"
    assert done.stdout.split() == sizes.split()  # and nobody hears that there was no more
