"""pyuv's write() and send(): lists of any length, their references, sizes, errors."""

from __future__ import annotations

import mmap
import socket
import subprocess
import sys
import textwrap
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, own_pyuv

pytestmark = own_pyuv()


def script(code: str, *args: str) -> str:
    """Run a program in a process of its own, which may end by a signal; what it prints."""
    command = [sys.executable, "-X", "dev", "-c", textwrap.dedent(code), *args]
    done = subprocess.run(command, timeout=3 * LIMIT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr}"
    return done.stdout.strip()


MANY = """
    import pyuv, socket, sys, threading
    kind, stack = sys.argv[1:]
    make = {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}[kind]
    done = []
    def work():
        loop = pyuv.Loop()
        mine, peer = socket.socketpair()
        pipe = pyuv.Pipe(loop)
        pipe.open(mine.detach())
        got = []
        def receive():
            size = 0
            while data := peer.recv(1 << 16):
                size += len(data)
            got.append(size)
        pipe.write([make(b"x")] * 1_000_000, lambda pipe, status: (done.append(status), pipe.close()))
        receiver = threading.Thread(target=receive)
        receiver.start()
        loop.run()
        receiver.join()
        print(got, done)
    if stack != "main":
        threading.stack_size(int(stack))
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    else:
        work()
"""


@pytest.mark.parametrize("stack", ["main", str(256 << 10)])
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview"])
def test_a_million_chunks(kind: str, stack: str) -> None:
    assert script(MANY, kind, stack) == "[1000000] [None]"


QUEUED = """
    import netuv, socket, sys, threading
    how, stack = sys.argv[1:]
    def work():
        loop = netuv.default_loop()
        mine, peer = socket.socketpair()
        s = netuv.Socket(fd=mine.detach())
        if how == "corked":
            s.cork()
        else:
            s.write(bytes(1 << 20))                 # more than the kernel takes: the rest queues up
        for _ in range(600_000):
            s.write(b"x")
        got = []
        def receive():
            size = 0
            while data := peer.recv(1 << 16):
                size += len(data)
            got.append(size)
        s.end()
        receiver = threading.Thread(target=receive)
        receiver.start()
        s.resume()
        s.on("finish", s.destroy)
        loop.run()
        receiver.join()
        print(got[0] - (0 if how == "corked" else 1 << 20))
    if stack != "main":
        threading.stack_size(int(stack))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""


@pytest.mark.parametrize("stack", ["main", str(512 << 10)])
@pytest.mark.parametrize("how", ["corked", "queued"])
def test_a_queue_of_many_small_chunks(how: str, stack: str) -> None:
    assert script(QUEUED, how, stack) == "600000"


class Chunks(list):  # type: ignore[type-arg]
    """A list that can be referred to weakly."""


@pytest.mark.parametrize("count", [1, 4, 5, 100])
@pytest.mark.parametrize("kind", [list, tuple, Chunks])
def test_nothing_is_kept(pair: Any, uv: pyuv.Loop, kind: type, count: int) -> None:
    stream, peer = pair
    chunk = b"some bytes " * 3
    before = sys.getrefcount(chunk)
    chunks = kind([chunk] * count)
    if kind is Chunks:
        gone = weakref.ref(chunks)
    else:
        references = sys.getrefcount(chunks)
    statuses: list[Any] = []
    callback: Callable[..., None] = lambda stream, status: statuses.append(status)  # noqa: E731
    callbacks = sys.getrefcount(callback)
    stream.write(chunks, callback)
    uv.run()
    assert statuses == [None]
    assert peer.recv(1 << 16) == chunk * count
    if kind is Chunks:
        del chunks
        assert gone() is None
    else:
        assert sys.getrefcount(chunks) == references
        del chunks
    assert sys.getrefcount(chunk) == before
    assert sys.getrefcount(callback) == callbacks


def test_a_buffer_is_locked_until_the_callback(pair: Any, uv: pyuv.Loop) -> None:
    stream, peer = pair
    chunk = bytearray(b"abc")

    def written(stream: Any, status: Any) -> None:
        with pytest.raises(BufferError):
            chunk.append(0)

    stream.write([chunk, memoryview(b"def"), b"ghi"], written)
    with pytest.raises(BufferError):
        chunk.append(0)
    uv.run()
    chunk.append(0)
    assert peer.recv(100) == b"abcdefghi"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("text", TypeError),
        (5, TypeError),
        ({b"a"}, TypeError),
        ([], ValueError),
        ((), ValueError),
        ([b"good", 5], TypeError),
        ([b"good"] * 50 + ["text"], TypeError),
        (memoryview(b"abcdef")[::2], BufferError),
    ],
)
def test_what_cannot_be_written(pair: Any, uv: pyuv.Loop, data: Any, error: type[Exception]) -> None:
    stream, peer = pair
    with pytest.raises(error):
        stream.write(data)
    with pytest.raises(TypeError, match="callable"):
        stream.write(b"x", 5)
    stream.close()
    with pytest.raises(pyuv.error.HandleClosedError):
        stream.write([b"x"])
    uv.run()
    assert peer.recv(10) == b""


def test_an_error_gives_all_back(pair: Any) -> None:
    stream, _ = pair
    chunk = bytearray(b"x")
    with pytest.raises(TypeError):
        stream.write([chunk] * 10 + [5])  # type: ignore[list-item]
    chunk.append(0)  # it is not locked


def test_not_connected(uv: pyuv.Loop) -> None:
    chunk = bytearray(b"x")
    for stream, kind in ((pyuv.TCP(uv), pyuv.error.TCPError), (pyuv.Pipe(uv), pyuv.error.PipeError)):
        for data in (chunk, [chunk] * 10):
            with pytest.raises(kind) as caught:
                stream.write(data)
            assert caught.value.args[0] == pyuv.errno.UV_EBADF
    chunk.append(0)


@pytest.mark.skipif(sys.maxsize < 1 << 32, reason="a process of 32 bits")
@pytest.mark.parametrize("as_list", [False, True])
def test_more_than_32_bits(pair: Any, as_list: bool) -> None:
    stream, _ = pair
    size = (1 << 32) + 5
    with mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ) as zeros:
        stream.write([zeros] if as_list else zeros, lambda *args: None)
        assert (1 << 32) - (64 << 20) < stream.write_queue_size <= size
        stream.close()
        stream.loop.run()


def test_a_descriptor_with_a_list(uv: pyuv.Loop) -> None:
    """write(list, callback, handle) over an IPC pipe."""
    mine, peer = socket.socketpair()
    given, other = socket.socketpair()
    pipe = pyuv.Pipe(uv, True)
    pipe.open(mine.detach())
    carried = pyuv.Pipe(uv)
    carried.open(given.detach())
    pipe.write([b"a", b"b"], None, carried)
    data, fds, _, _ = socket.recv_fds(peer, 10, 1)
    assert data == b"ab"
    with socket.socket(fileno=fds[0]) as received, peer, other:
        received.sendall(b"hello")
        assert other.recv(10) == b"hello"


def test_a_datagram_of_many_parts(uv: pyuv.Loop) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(LIMIT)
        peer.bind(("127.0.0.1", 0))
        udp = pyuv.UDP(uv)
        udp.bind(("127.0.0.1", 0))
        parts = Chunks([b"x", bytearray(b"y")] * 5_000)
        gone = weakref.ref(parts)
        statuses: list[Any] = []
        udp.send(peer.getsockname(), parts, lambda udp, status: statuses.append(status))
        del parts
        assert gone() is None
        assert peer.recv(1 << 16) == b"xy" * 5_000
        with pytest.raises(ValueError, match="empty"):
            udp.send(peer.getsockname(), [])
        with pytest.raises(TypeError):
            udp.send(peer.getsockname(), [5])
        udp.close()
        uv.run()
        assert statuses == [None]
