"""start_flow(): chunks go to reading.consumer. accept_new(): a connection and its handle in one call."""

from __future__ import annotations

import gc
import socket
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import own_pyuv

from netuv.stream.state import Reading
from netuv.uv import wire

ours = own_pyuv()
SLOTS = ("consumer", "received", "did_read", "owner", "idle")


class Idle:
    def __init__(self) -> None:
        self.count = 0

    def active(self) -> None:
        self.count += 1


class Taker:
    """The owner of a flow: what its methods are called with."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.data: list[bytes] = []
        self.statuses: list[int] = []

    def _on_read(self, stream: Any, data: bytes, status: None) -> None:
        assert stream is self.stream
        assert status is None
        self.data.append(data)

    def _on_read_end(self, status: int) -> None:
        self.statuses.append(status)
        self.stream.close()

    def _explain(self, error: TypeError, consumer: Any, data: bytes) -> None:
        error.args = (consumer, data)


def run_until(uv: pyuv.Loop, done: Callable[[], object]) -> None:
    for _ in range(100):
        if done():
            return
        uv.run(pyuv.UV_RUN_ONCE)
    raise AssertionError("it never came")


@ours
def test_a_chunk_goes_to_the_consumer_of_the_moment(uv: pyuv.Loop, pair: tuple[Any, socket.socket]) -> None:
    stream, peer = pair
    reading, idle, taker = Reading(), Idle(), Taker(stream)
    heard: list[bytes] = []
    reading.owner, reading.idle = taker, idle
    stream.start_flow(reading)
    peer.sendall(b"one")
    run_until(uv, lambda: taker.data)
    assert (taker.data, reading.received, idle.count) == ([b"one"], 0, 0)  # for _on_read() to count
    assert not reading.did_read

    reading.consumer = heard.append
    peer.sendall(b"two")
    run_until(uv, lambda: heard)
    assert (heard, reading.received, idle.count) == ([b"two"], 3, 1)
    assert reading.did_read is True

    reading.idle = None
    stream.start_flow(reading)  # which changes nothing
    reading.received = 1 << 40
    peer.sendall(b"three")
    run_until(uv, lambda: len(heard) == 2)
    assert (heard[1], reading.received, idle.count) == (b"three", (1 << 40) + 5, 1)

    reading.consumer = None
    peer.sendall(b"four")
    peer.close()
    uv.run()
    assert (taker.data, taker.statuses) == ([b"one", b"four"], [pyuv.errno.UV_EOF])


@ours
def test_a_consumer_that_raises_or_goes(uv: pyuv.Loop, pair: tuple[Any, socket.socket]) -> None:
    stream, peer = pair
    reading, taker = Reading(), Taker(stream)
    raised: list[Any] = []

    def consumer(data: bytes) -> None:
        reading.consumer = None
        stream.stop_read()
        raise RuntimeError("enough")

    uv.excepthook = lambda kind, error, trace: raised.append(error)
    reading.consumer = consumer
    reading.owner = taker
    stream.start_flow(reading)
    del consumer
    peer.sendall(b"data")
    run_until(uv, lambda: raised)
    assert [str(error) for error in raised] == ["enough"]
    assert (reading.received, taker.data) == (4, [])


@ours
def test_a_type_error_of_the_consumer_is_told(uv: pyuv.Loop, pair: tuple[Any, socket.socket]) -> None:
    stream, peer = pair
    reading, taker = Reading(), Taker(stream)
    raised: list[Any] = []

    def consumer() -> None:
        pass

    uv.excepthook = lambda kind, error, trace: raised.append(error)
    reading.consumer = consumer
    reading.owner = taker
    stream.start_flow(reading)
    peer.sendall(b"data")
    run_until(uv, lambda: raised)
    taker._explain = lambda: None  # type: ignore[assignment,misc]  # which cannot be called
    peer.sendall(b"more")
    run_until(uv, lambda: len(raised) == 2)
    assert [type(error) for error in raised] == [TypeError, TypeError]
    assert raised[0].args == (consumer, b"data")
    assert "consumer" in str(raised[1])


@ours
def test_what_is_lost_is_raised_where_it_is_missed(uv: pyuv.Loop, pair: tuple[Any, socket.socket]) -> None:
    stream, peer = pair
    reading, taker = Reading(), Taker(stream)
    raised: list[Any] = []
    uv.excepthook = lambda kind, error, trace: raised.append(error)
    reading.consumer = print
    del reading.received
    reading.owner = taker
    stream.start_flow(reading)
    peer.sendall(b"data")
    run_until(uv, lambda: raised)
    del reading.consumer
    peer.sendall(b"data")
    run_until(uv, lambda: taker.data)
    assert [type(error) for error in raised] == [AttributeError]


@ours
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (Reading(), None),
        (object(),),
        (type("Reading", (), dict.fromkeys(SLOTS))(),),
        (type("Reading", (), {"__slots__": SLOTS[1:]})(),),
        (type("Reading", (), {"__slots__": SLOTS[::-1]})(),),  # at other places than before
    ],
)
def test_arguments_of_start_flow(pair: tuple[Any, socket.socket], arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        pair[0].start_flow(*arguments)


@ours
def test_start_flow_in_a_wrong_state(uv: pyuv.Loop, pair: tuple[Any, socket.socket]) -> None:
    with pytest.raises(pyuv.error.TCPError) as caught:
        pyuv.TCP(uv).start_flow(Reading())
    assert caught.value.args[0] == pyuv.errno.UV_ENOTCONN
    pair[0].close()
    with pytest.raises(pyuv.error.HandleClosedError):
        pair[0].start_flow(Reading())


@ours
def test_a_stream_that_stopped_is_collected_with_its_reading(uv: pyuv.Loop) -> None:
    class Owner:
        def _on_read_end(self, status: int) -> None:
            pass

    owner: Any = Owner()
    left, right = socket.socketpair()
    owner.stream = pyuv.Pipe(uv)
    owner.stream.open(left.detach())
    owner.reading = Reading()
    owner.reading.consumer = owner
    owner.reading.owner = owner.reading.idle = owner
    owner.stream.start_flow(owner.reading)
    weak = weakref.ref(owner)
    with right:
        right.close()
        uv.run()  # the end, which stops it
        owner.stream.close()
        uv.run()
        del owner
        gc.collect()
        assert weak() is None


# -- accept_new() ----------------------------------------------------------------------------------


@pytest.fixture(params=[pytest.param("c", marks=ours), "python"])
def accept_new(request: pytest.FixtureRequest) -> Callable[[Any, bool], Any]:
    """Of our C code, and what takes its place with a pyuv that has none."""
    if request.param == "python":
        return wire.accept_new
    return lambda handle, no_delay: handle.accept_new(no_delay)


@pytest.mark.parametrize("no_delay", [False, True])
def test_accept_new_of_tcp(uv: pyuv.Loop, accept_new: Callable[[Any, bool], Any], no_delay: bool) -> None:
    accepted: list[Any] = []
    server = wire.TCP(uv)
    server.bind(("127.0.0.1", 0))
    server.listen(lambda server, status: accepted.append(accept_new(server, no_delay)), 5)
    with socket.create_connection(server.getsockname()) as peer:
        run_until(uv, lambda: accepted)
        assert isinstance(accepted[0], wire.TCP)
        assert accepted[0].loop is uv
        assert accepted[0].getpeername() == peer.getsockname()
        mine = socket.socket(fileno=accepted[0].fileno())
        assert bool(mine.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) is no_delay
        mine.detach()
        accepted[0].write(b"hello")
        assert peer.recv(10) == b"hello"


def test_accept_new_of_a_pipe(
    uv: pyuv.Loop, accept_new: Callable[[Any, bool], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    accepted: list[Any] = []
    server = wire.Pipe(uv)
    server.bind("name")
    server.listen(lambda server, status: accepted.append(accept_new(server, True)), 5)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect("name")
        run_until(uv, lambda: accepted)
        assert isinstance(accepted[0], wire.Pipe)
        accepted[0].write(b"hello")
        assert peer.recv(10) == b"hello"


def test_accept_new_without_a_connection(uv: pyuv.Loop, accept_new: Callable[[Any, bool], Any]) -> None:
    server = wire.TCP(uv)
    server.bind(("127.0.0.1", 0))
    server.listen(print, 5)
    with pytest.raises(pyuv.error.TCPError) as caught:
        accept_new(server, True)
    assert caught.value.args[0] == pyuv.errno.UV_EAGAIN
    server.close()
    uv.run()
    with pytest.raises(pyuv.error.HandleClosedError):
        accept_new(server, True)


@ours
def test_what_does_not_accept(uv: pyuv.Loop) -> None:
    class Bad:
        def __bool__(self) -> bool:
            raise RuntimeError("neither")

    with pytest.raises(RuntimeError):
        pyuv.TCP(uv).accept_new(Bad())
    with pytest.raises(RuntimeError):
        pyuv.TCP.__new__(pyuv.TCP).accept_new(False)
