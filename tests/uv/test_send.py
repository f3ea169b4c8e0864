"""pyuv's send(): what reaches the kernel at once, what is queued, and what becomes of its memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, own_pyuv

from netuv.uv import wire

ours = own_pyuv()
BIG = 8 << 20  # more than a socket of this machine takes

Send = Callable[[Any, Any, Any], int]


@pytest.fixture(params=[pytest.param("c", marks=ours), "python"])
def send(request: pytest.FixtureRequest) -> Send:
    """send(handle, data, on_sent): of our C code, and what takes its place with a pyuv that has none."""
    if request.param == "python":
        return wire.send
    return lambda handle, data, on_sent: handle.send(data, on_sent)  # type: ignore[no-any-return]


class Told:
    """An on_sent: what it was called with."""

    def __init__(self) -> None:
        self.statuses: list[int | None] = []
        self.handles: list[Any] = []

    def __call__(self, handle: Any, status: int | None) -> None:
        self.handles.append(handle)
        self.statuses.append(status)


def receive(peer: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        some = peer.recv(1 << 20)
        assert some, f"the end after {len(data)} bytes"
        data += some
    return bytes(data)


class Receiver:
    """Reads so many bytes in a thread; ``data`` waits for them."""

    def __init__(self, peer: socket.socket, size: int) -> None:
        self._data = b""
        self._thread = threading.Thread(target=self._read, args=(peer, size))
        self._thread.start()

    def _read(self, peer: socket.socket, size: int) -> None:
        self._data = receive(peer, size)

    @property
    def data(self) -> bytes:
        self._thread.join(LIMIT)
        return self._data


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@pytest.mark.parametrize(
    "data",
    [
        b"some bytes",
        bytearray(b"some bytes"),
        memoryview(b"some bytes"),
        memoryview(b"-some bytes-")[1:-1],
        memoryview(bytearray(b"some bytes")),
        [b"some bytes"],
        [b"some", b" ", bytearray(b"by"), memoryview(b"tes")],
        (b"some ", b"", b"bytes"),
    ],
)
def test_all_is_taken(pair: Any, uv: pyuv.Loop, send: Send, data: Any) -> None:
    stream, peer = pair
    told = Told()
    assert send(stream, data, told) == 0
    assert stream.write_queue_size == 0
    uv.run()
    assert told.statuses == []
    assert peer.recv(100) == b"some bytes"


@pytest.mark.parametrize("data", [b"", bytearray(), [], (), [b""], [b"", memoryview(b"")] * 3])
def test_nothing_to_send(pair: Any, uv: pyuv.Loop, send: Send, data: Any) -> None:
    stream, peer = pair
    assert send(stream, data, lambda *args: pytest.fail("called")) == 0
    told = Told()
    size = send(stream, pattern(BIG), told)
    assert size > 0
    assert send(stream, data, lambda *args: pytest.fail("called")) == 0
    assert stream.write_queue_size == size
    receiver = Receiver(peer, BIG)
    uv.run()
    assert told.statuses == [None]
    assert receiver.data == pattern(BIG)


LISTS: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "view of a bytearray": lambda data: memoryview(bytearray(data)),
    "view of integers": lambda data: memoryview(data).cast("I"),
    "large chunks": lambda data: [data[i : i + 100_000] for i in range(0, len(data), 100_000)],
    "small chunks": lambda data: [data[i : i + 100] for i in range(0, len(data), 100)],
    "small bytearrays": lambda data: [bytearray(data[i : i + 3000]) for i in range(0, len(data), 3000)],
    "large bytearrays": lambda data: [bytearray(data[i : i + 300_000]) for i in range(0, len(data), 300_000)],
    "large views": lambda data: [memoryview(data)[i : i + 4096] for i in range(0, len(data), 4096)],
    "mixed sizes": lambda data: [data[:1], data[1:9000], b"", data[9000:9001], data[9001:9010], data[9010:]],
    "the last is small": lambda data: [data[:-1], memoryview(data)[-1:]],
}


@pytest.mark.parametrize("kind", LISTS)
def test_the_rest_is_queued(pair: Any, uv: pyuv.Loop, send: Send, kind: str) -> None:
    stream, peer = pair
    told = Told()
    expected = pattern(BIG)
    left = send(stream, LISTS[kind](expected), told)
    assert 0 < left < BIG
    assert stream.write_queue_size == left
    assert told.statuses == []
    receiver = Receiver(peer, BIG)
    uv.run()
    assert receiver.data == expected
    assert told.statuses == [None]
    assert told.handles == [stream]
    assert stream.write_queue_size == 0


def test_one_after_the_other(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    order: list[int] = []
    left = send(stream, bytes(BIG), lambda *args: order.append(0))
    chunks = [bytes([i]) * size for i, size in enumerate([1, 5000, 100_000, 2], 1)]
    for i, chunk in enumerate(chunks, 1):
        assert send(stream, chunk if i % 2 else [chunk], lambda *args, i=i: order.append(i)) == len(chunk)
        left += len(chunk)
        assert stream.write_queue_size == left
    receiver = Receiver(peer, BIG + sum(map(len, chunks)))
    uv.run()
    assert order == [0, 1, 2, 3, 4]
    assert receiver.data == bytes(BIG) + b"".join(chunks)


def test_on_sent_may_send(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    rounds = 3
    told = Told()

    def on_sent(handle: Any, status: int | None) -> None:
        told(handle, status)
        if len(told.statuses) < rounds:
            assert send(stream, bytes(BIG), on_sent) > 0

    assert send(stream, bytes(BIG), on_sent) > 0
    receiver = Receiver(peer, rounds * BIG)
    uv.run()
    assert told.statuses == [None] * rounds
    assert receiver.data == bytes(rounds * BIG)


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("viewed", [False, True])
def test_what_can_change_is_copied(pair: Any, uv: pyuv.Loop, send: Send, as_list: bool, viewed: bool) -> None:
    stream, peer = pair
    owner = bytearray(pattern(BIG))
    data: Any = memoryview(owner) if viewed else owner
    told = Told()
    left = send(stream, [data, owner[:10]] if as_list else data, told)
    assert left > 0
    if viewed:
        data.release()
    owner[:] = bytes(len(owner))
    owner.clear()  # it is not locked
    receiver = Receiver(peer, BIG + 10 * as_list)
    uv.run()
    assert receiver.data == pattern(BIG) + pattern(10) * as_list
    assert told.statuses == [None]


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("viewed", [False, True])
def test_bytes_are_kept_and_given_back(
    pair: Any, uv: pyuv.Loop, send: Send, as_list: bool, viewed: bool
) -> None:
    stream, peer = pair
    data = pattern(BIG)
    view = memoryview(data)
    given: Any = view if viewed else data
    chunks = [given] if as_list else given
    told = Told()

    def counts() -> list[int]:
        return [sys.getrefcount(thing) for thing in (data, chunks, told, stream)]

    before = counts()
    assert send(stream, chunks, told) > 0
    assert viewed or counts()[0] > before[0]
    receiver = Receiver(peer, BIG)
    uv.run()
    assert receiver.data == data
    told.handles.clear()
    assert counts() == before
    view.release()


@ours
def test_a_view_of_bytes_can_be_released(pair: Any, uv: pyuv.Loop) -> None:
    stream, peer = pair
    data = pattern(BIG)
    view = memoryview(data)
    views = [view[: BIG // 2], view[BIG // 2 :]]
    before = sys.getrefcount(data)
    assert stream.send(views, Told()) > 0
    assert sys.getrefcount(data) > before  # it is no copy that is kept
    for released in (*views, view):
        released.release()
    receiver = Receiver(peer, BIG)
    uv.run()
    assert receiver.data == pattern(BIG)


@ours
@pytest.mark.parametrize("data", [bytes(BIG), [bytes(BIG)] * 2, [bytes(1 << 20)] * 2000])
def test_one_attempt(pair: Any, data: Any) -> None:
    """However much is left, the kernel is asked once in the same call."""
    io = Path("/proc/self/io")
    if not io.exists():
        pytest.skip("the system does not count a process's calls")

    def count() -> int:
        return int(io.read_text().split("syscw:")[1].split()[0])

    stream, _ = pair
    calls = count()
    assert stream.send(data, Told()) > 0
    assert count() - calls == 1
    calls = count()
    assert stream.send(b"more", Told()) == 4
    assert count() == calls


@pytest.mark.skipif(sys.maxsize < 1 << 32, reason="a process of 32 bits")
def test_more_than_32_bits(pair: Any, send: Send) -> None:
    stream, _ = pair
    told = Told()
    left = send(stream, [bytes(64 << 20)] * 65, told)
    assert 1 << 32 < left == stream.write_queue_size < 65 << 26
    stream.close()
    stream.loop.run()
    assert told.statuses == [pyuv.errno.UV_ECANCELED]


MANY = """
    import builtins, pyuv, socket, sys, threading
    from netuv.uv import wire
    how, kind, stack = sys.argv[1:]
    send = wire.send if how == "python" else pyuv.Stream.send
    if kind == "large":
        chunk, count = bytes(4096), 50_000
    else:
        chunk, count = getattr(builtins, kind)(b"x"), 1_000_000
    size = len(chunk) * count
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
        left = send(pipe, [chunk] * count, lambda pipe, status: (done.append(status), pipe.close()))
        receiver = threading.Thread(target=receive)
        receiver.start()
        loop.run()
        receiver.join()
        print(0 < left < size, got == [size], done)
    threading.stack_size(int(stack))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""


@pytest.mark.parametrize("how", [pytest.param("c", marks=ours), "python"])
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "memoryview", "large"])
def test_a_million_chunks(how: str, kind: str) -> None:
    command = [sys.executable, "-X", "dev", "-c", textwrap.dedent(MANY), how, kind, str(256 << 10)]
    done = subprocess.run(command, timeout=3 * LIMIT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr}"
    assert done.stdout == "True True [None]\n"


@ours
def test_more_large_chunks_than_libuv_takes(pair: Any) -> None:
    stream, _ = pair
    with pytest.raises(ValueError, match="too long"):
        stream.send([bytes(1 << 16)] * ((1 << 20) + 1), Told())
    assert stream.write_queue_size == 0


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("text", TypeError),
        (5, TypeError),
        (None, TypeError),
        ({b"a"}, TypeError),
        ([b"good", 5], TypeError),
        ([b"good"] * 50 + ["text"], TypeError),
        (memoryview(b"abcdef")[::2], BufferError),
        ([b"good", memoryview(bytes(20_000))[::2]], BufferError),
    ],
)
def test_what_cannot_be_sent(pair: Any, uv: pyuv.Loop, send: Send, data: Any, error: type[Exception]) -> None:
    stream, peer = pair
    with pytest.raises(error):
        send(stream, data, lambda *args: pytest.fail("called"))
    stream.close()
    for something in (b"x", bytearray(b"x"), [b"x"]):
        with pytest.raises(pyuv.error.HandleClosedError):
            send(stream, something, lambda *args: pytest.fail("called"))
    uv.run()
    assert peer.recv(10) == b""


@ours
def test_arguments(pair: Any) -> None:
    stream, _ = pair
    for args in ((), (b"x",), (b"x", print, 5)):
        with pytest.raises(TypeError, match="2 arguments"):
            stream.send(*args)
    for no_callable in (None, 5):
        with pytest.raises(TypeError, match="callable"):
            stream.send(b"x", no_callable)
    with pytest.raises(RuntimeError):
        pyuv.TCP.__new__(pyuv.TCP).send(b"x", print)


@ours
@pytest.mark.skipif(sys.version_info < (3, 12), reason="__buffer__ is not called")
@pytest.mark.parametrize("as_list", [False, True])
def test_a_buffer_that_closes_the_handle(pair: Any, uv: pyuv.Loop, as_list: bool) -> None:
    stream, _ = pair

    class Closing:
        def __buffer__(self, flags: int) -> memoryview:
            stream.close()
            return memoryview(b"x")

    with pytest.raises(pyuv.error.HandleClosedError):
        stream.send([b"a", Closing()] if as_list else Closing(), lambda *args: pytest.fail("called"))
    uv.run()


def test_a_list_that_changes_meanwhile(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    chunks = [bytes(BIG), bytearray(b"a"), b"b"]
    assert send(stream, chunks, Told()) > 0
    chunks[1].clear()  # type: ignore[attr-defined]
    chunks.clear()
    receiver = Receiver(peer, BIG + 2)
    uv.run()
    assert receiver.data == bytes(BIG) + b"ab"


def test_not_connected(uv: pyuv.Loop, send: Send) -> None:
    for stream, kind in ((pyuv.TCP(uv), pyuv.error.TCPError), (pyuv.Pipe(uv), pyuv.error.PipeError)):
        for data in (b"x", bytearray(b"x"), [b"x"] * 10):
            with pytest.raises(kind) as caught:
                send(stream, data, lambda *args: pytest.fail("called"))
            assert caught.value.args[0] == pyuv.errno.UV_EBADF


@ours  # libuv 1.13 says EAGAIN, and the error later
def test_the_peer_is_gone(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    peer.close()

    def send_until_it_fails() -> None:  # TCP hears of it after the first bytes
        for _ in range(1000):
            send(stream, b"x" * 1000, lambda *args: pytest.fail("called"))

    with pytest.raises(pyuv.error.UVError) as caught:
        send_until_it_fails()
    assert caught.value.args[0] in (pyuv.errno.UV_EPIPE, pyuv.errno.UV_ECONNRESET)
    uv.run()


def test_the_peer_goes_while_bytes_are_queued(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    told = Told()
    assert send(stream, bytes(BIG), told) > 0
    peer.close()
    uv.run()
    assert told.statuses in ([pyuv.errno.UV_EPIPE], [pyuv.errno.UV_ECONNRESET])


def test_close_while_bytes_are_queued(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, _ = pair
    first, second = Told(), Told()
    assert send(stream, bytes(BIG), first) > 0
    assert send(stream, [b"x"] * 5, second) == 5
    stream.close()
    assert first.statuses == []
    uv.run()
    assert first.statuses == second.statuses == [pyuv.errno.UV_ECANCELED]


@ours
def test_after_shutdown(pair: Any, uv: pyuv.Loop, send: Send) -> None:
    stream, peer = pair
    told = Told()
    assert send(stream, bytes(BIG), told) > 0
    stream.shutdown()
    with pytest.raises(pyuv.error.UVError) as caught:
        send(stream, b"x", lambda *args: pytest.fail("called"))
    assert caught.value.args[0] == pyuv.errno.UV_EPIPE
    receiver = Receiver(peer, BIG)
    uv.run()
    assert receiver.data == bytes(BIG)
    assert peer.recv(1) == b""
    assert told.statuses == [None]


@own_pyuv("here send() asks the kernel itself, and netuv sends nothing before it is connected")
def test_while_connecting(uv: pyuv.Loop, send: Send) -> None:
    told = Told()
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = pyuv.TCP(uv)
        stream.connect(server.getsockname(), lambda *args: None)
        assert send(stream, [b"early"], told) == 5
        assert stream.write_queue_size == 5
        uv.run()
        peer, _ = server.accept()
        with peer:
            peer.settimeout(LIMIT)
            assert receive(peer, 5) == b"early"
    assert told.statuses == [None]


@own_pyuv("here send() asks the kernel itself, and netuv sends nothing before it is connected")
def test_no_connection(uv: pyuv.Loop, send: Send) -> None:
    told = Told()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
    stream = pyuv.TCP(uv)
    stream.connect(address, lambda *args: None)
    assert send(stream, b"early", told) == 5
    uv.run()
    assert told.statuses == [pyuv.errno.UV_ECANCELED]


@ours
def test_what_on_sent_raises_is_heard(pair: Any, uv: pyuv.Loop) -> None:
    stream, peer = pair

    def on_sent(handle: Any, status: int | None) -> None:
        raise ZeroDivisionError

    heard: list[Any] = []
    uv.excepthook = lambda kind, error, trace: heard.append(kind)
    assert stream.send(bytes(BIG), on_sent) > 0
    receiver = Receiver(peer, BIG)
    uv.run()
    assert heard == [ZeroDivisionError]
    assert receiver.data == bytes(BIG)


def test_a_handle_lives_until_its_bytes_are_sent(uv: pyuv.Loop, send: Send) -> None:
    mine, peer = socket.socketpair()
    peer.settimeout(LIMIT)
    stream = pyuv.Pipe(uv)
    stream.open(mine.detach())
    told = Told()
    assert send(stream, bytes(BIG), told) > 0
    del stream
    with peer:
        receiver = Receiver(peer, BIG)
        uv.run()
        assert receiver.data == bytes(BIG)
    assert told.statuses == [None]


def test_terminal(uv: pyuv.Loop, send: Send) -> None:
    master, slave = os.openpty()
    tty = pyuv.TTY(uv, slave, False)
    size = 200_000  # more than it holds
    told = Told()
    got = bytearray()

    def read() -> None:
        while len(got) < size:
            got.extend(os.read(master, 1 << 16))

    reader = threading.Thread(target=read)
    reader.start()  # a terminal may block
    left = send(tty, b"x" * size, told)
    uv.run()
    reader.join(LIMIT)
    assert got == b"x" * size
    assert told.statuses == ([None] if left else [])
    tty.close()
    uv.run()
    os.close(master)
