"""netuv.testing: sockets over memory, the wire itself, and the check of streams."""

from __future__ import annotations

import gc
import socket
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import pyuv
from helpers import MustCall, Run, code_of, open_fds, watch

import netuv
from netuv import stream
from netuv.stream import Duplex
from netuv.testing import STREAM_CHECKS, MemoryWire, check_stream, memory_pair
from tests.stream.wires import MemoryStream, Scheduler

EVENTS = ("data", "end", "finish", "error", "close")


@pytest.fixture
def pair(loop: netuv.Loop) -> tuple[MemoryWire, MemoryWire]:
    return MemoryWire.pair(capacity=10)


# -- memory_pair() -------------------------------------------------------------------------------------


def test_what_one_end_writes_the_other_reads(run: Run) -> None:
    a, b = memory_pair()
    seen = watch(b, *EVENTS)
    a.resume()
    a.write("one")
    a.end(b"two")
    run()
    data = b"".join(each[1] for each in seen if each[0] == "data")
    assert data == b"onetwo"
    assert [each for each in seen if each[0] != "data"] == ["end", "finish", ("close", False)]
    assert (a.bytes_written, b.bytes_read, a.closed) == (6, 6, True)


def test_nothing_arrives_within_a_call(run: Run) -> None:
    a, b = memory_pair()
    seen = watch(b, *EVENTS)
    b.resume()
    netuv.next_tick(lambda: (a.end("x"), netuv.next_tick(lambda: seen.append("tick"))))
    run()
    assert seen[:2] == ["tick", ("data", b"x")]
    a.destroy()
    run()


def test_ticks_run_between_two_callbacks(run: Run) -> None:
    a, b = memory_pair()
    seen: list[str] = []

    def on_data(name: str) -> Any:
        def note(data: bytes) -> None:
            seen.append(name)
            netuv.next_tick(lambda: (seen.append(f"tick {name}"), a.destroy(), b.destroy()))

        return note

    a.on("data", on_data("a"))
    b.on("data", on_data("b"))
    a.write("x")
    b.write("x")
    run()
    assert seen[0][-1] == seen[1][-1]
    assert seen[1].startswith("tick")


@pytest.mark.parametrize("capacity", [1, 1000, 65536])
def test_the_capacity_is_a_kernels_buffer(run: Run, must_call: MustCall, capacity: int) -> None:
    a, b = memory_pair(capacity=capacity)
    received = bytearray()
    b.pause()
    netuv.set_immediate(must_call(lambda: (b.on("data", received.extend), b.resume())))
    a.resume()
    assert a.write(bytes(capacity)) is True
    assert a.write(bytes(100)) is False
    assert a.writable_length == 100
    a.on("drain", must_call(lambda: a.end()))
    run()
    assert len(received) == capacity + 100


def test_paused_from_the_first_it_reads_nothing(run: Run) -> None:
    """As with real sockets, a pair that waits for nothing does not hold the loop."""
    a, b = memory_pair()
    for each in (a, b):
        each.pause()
    a.write(bytes(100))
    run()
    assert b.bytes_read == 0
    a.destroy()
    b.destroy()
    run()


def test_options_are_those_of_both_sockets(run: Run) -> None:
    a, b = memory_pair(allow_half_open=True, high_water_mark=7)
    assert (a.allow_half_open, b.allow_half_open) == (True, True)
    assert (a.readable_high_water_mark, b.writable_high_water_mark) == (7, 7)
    a.destroy()
    b.destroy()
    run()


@pytest.mark.parametrize(
    ("keywords", "code"),
    [
        ({"half_open": True}, "ERR_UNKNOWN_OPTION"),
        ({"fd": 0}, "ERR_UNKNOWN_OPTION"),
        ({"handle": None}, "ERR_UNKNOWN_OPTION"),
        ({"capacity": 0}, "ERR_OUT_OF_RANGE"),
        ({"capacity": "1"}, "ERR_INVALID_ARG_TYPE"),
        ({"loop": 1}, "ERR_INVALID_ARG_TYPE"),
        ({"high_water_mark": -1}, "ERR_OUT_OF_RANGE"),
    ],
)
def test_what_is_refused(run: Run, loop: netuv.Loop, keywords: dict[str, Any], code: str) -> None:
    assert code_of(lambda: memory_pair(**keywords)) == code
    run()
    assert loop.handles == []


def test_what_the_second_socket_refuses_closes_the_first(run: Run, loop: netuv.Loop) -> None:
    buffers = iter([bytearray(1)])
    onread = {"buffer": lambda: next(buffers), "callback": lambda size, buffer: True}
    with pytest.raises(StopIteration):
        memory_pair(onread=onread)
    run()
    assert loop.handles == []


def test_onread(run: Run) -> None:
    a, b = MemoryWire.pair()
    seen: list[bytes] = []
    onread = {"buffer": bytearray(4), "callback": lambda size, buffer: seen.append(bytes(buffer[:size]))}
    reader, writer = netuv.Socket(handle=a, onread=onread), netuv.Socket(handle=b)
    writer.end(b"0123456789")
    writer.resume()
    reader.on("end", lambda: None).resume()
    run()
    assert seen == [b"0123", b"4567", b"89"]


# -- what a pair is to its loop ------------------------------------------------------------------------


def test_the_loop_lists_the_sockets(run: Run, loop: netuv.Loop) -> None:
    a, b = memory_pair()
    assert set(loop.handles) == {a, b}
    a.destroy()
    b.destroy()
    run()
    assert loop.handles == []


def test_it_has_no_descriptor(run: Run, loop: netuv.Loop) -> None:
    before = open_fds()
    pairs = [memory_pair() for _ in range(10)]
    assert open_fds() == before
    for a, b in pairs:
        a.destroy()
        b.destroy()
    run()


def test_a_pair_that_reads_keeps_the_loop_running(run: Run, must_call: MustCall) -> None:
    a, b = memory_pair()
    b.resume()
    # Unreferenced: it comes to pass only while something else holds the loop.
    netuv.set_timeout(must_call(lambda: (a.destroy(), b.destroy())), 1).unref()
    run()


def test_an_unreferenced_pair_does_not(run: Run, must_call: MustCall) -> None:
    a, b = memory_pair()
    a.unref()
    b.unref()
    timer = netuv.set_timeout(must_call(times=0), 10_000).unref()
    run()
    timer.close()
    assert not a.closed
    a.ref()
    a.end()
    b.resume()
    a.resume()
    run()
    assert (a.closed, b.closed) == (True, True)


def test_the_loop_closes_it() -> None:
    loop = netuv.Loop()
    a, b = memory_pair(loop)
    seen = watch(a, "error", "close") + watch(b, "error")
    a.write(bytes(1 << 20))
    loop.close()
    assert seen == []
    assert (a.closed, b.closed) == (True, True)


@pytest.mark.parametrize("used", [False, True])
def test_a_loop_that_nobody_closes_is_collected(used: bool) -> None:
    loop = netuv.Loop()
    a, b = memory_pair(loop)
    if used:
        b.on("data", lambda data, loop=loop: loop.stop())
        a.write(bytes(1 << 20))
        loop.run()
    left = [weakref.ref(each) for each in (loop, a, b, a._handle)]
    del loop, a, b
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    assert [each() for each in left] == [None] * 4


def test_a_closed_pair_is_collected(run: Run) -> None:
    a, b = memory_pair()
    b.resume()
    a.resume()
    a.end(bytes(1 << 20))
    left = [weakref.ref(each) for each in (a, b, a._handle, b._handle)]
    run()
    del a, b
    gc.collect()
    assert [each() for each in left] == [None] * 4


# -- as a Socket ---------------------------------------------------------------------------------------


def test_it_has_no_addresses_and_settings_do_nothing(run: Run) -> None:
    a, b = memory_pair(no_delay=True, keep_alive=True)
    assert (a.address(), a.remote_address, a.local_port) == (None, None, None)
    assert (a.pending, a.connecting, a.ready_state) == (False, False, "open")
    a.set_no_delay(False).set_keep_alive(True, 1000).set_type_of_service(16)
    assert a.get_type_of_service() == 16
    a.destroy()
    b.destroy()
    run()


def test_reset_and_destroy(run: Run) -> None:
    a, b = memory_pair()
    b.resume()
    seen = watch(b, *EVENTS)
    a.write("x")
    a.reset_and_destroy()
    run()
    assert seen[0] == ("data", b"x")
    assert seen[1][1].code == "ECONNRESET"
    assert seen[2:] == [("close", True)]


def test_a_second_connect_is_refused(run: Run) -> None:
    a, b = memory_pair()
    seen = watch(a, "error", "close")
    a.connect(1)
    run()
    b.destroy()
    run()
    assert seen[0][1].code == "EISCONN"
    assert seen[1:] == [("close", True)]


def test_after_close_it_may_connect_anew(run: Run) -> None:
    a, b = memory_pair()
    a.destroy()
    b.destroy()
    run()
    server = netuv.create_server(lambda sock: (sock.end("real"), server.close()))
    received = bytearray()
    server.listen(0, "127.0.0.1", lambda: a.connect(server.address()).on("data", received.extend))
    run()
    assert received == b"real"


def test_the_idle_timeout(run: Run, must_call: MustCall) -> None:
    a, b = memory_pair()
    a.set_timeout(1, must_call(lambda: (a.destroy(), b.destroy())))
    run()


def test_a_pipe_between_two_pairs(run: Run) -> None:
    near, left = memory_pair(capacity=1000, allow_half_open=True)
    right, far = memory_pair(capacity=100, allow_half_open=True)
    left.pipe(right)
    right.pipe(left)
    far.pipe(far)
    received = bytearray()
    near.on("data", received.extend)
    data = bytes(range(256)) * 100
    near.end(data)
    run()
    assert received == data


def test_a_socket_of_a_user_takes_a_wire(run: Run) -> None:
    class Mine(netuv.Socket):
        pass

    near, far = MemoryWire.pair()
    mine, theirs = Mine(handle=near), netuv.Socket(handle=far)
    mine.end("x")
    theirs.on("data", lambda data: theirs.end(data))
    seen = watch(mine, "data", "close")
    run()
    assert seen == [("data", b"x"), ("close", False)]


def test_a_wire_that_is_closed_or_of_another_loop_is_refused(run: Run) -> None:
    near, far = MemoryWire.pair()
    other = netuv.Loop()
    assert code_of(lambda: netuv.Socket(handle=near, loop=other)) == "ERR_INVALID_ARG_VALUE"
    other.close()
    near.close()
    far.close()
    assert code_of(lambda: netuv.Socket(handle=near)) == "ERR_INVALID_ARG_VALUE"
    assert code_of(lambda: netuv.create_server().listen({"handle": far})) == "ERR_INVALID_ARG_TYPE"
    run()


# -- the wire itself -----------------------------------------------------------------------------------


def status_of(call: Any) -> int:
    with pytest.raises(pyuv.error.UVError) as caught:
        call()
    return caught.value.args[0]


def never(*args: Any) -> None:
    raise AssertionError("this was not to be called")


def test_send_takes_what_fits_and_says_what_is_left(pair: Any, run: Run, must_call: MustCall) -> None:
    a, b = pair
    seen: list[Any] = []
    assert a.send(b"01234", never) == 0
    block = bytearray(b"56789abc")
    assert a.send(block, must_call(lambda wire, status: seen.append((wire is a, status)))) == 3
    block[:] = bytes(8)  # what waits must not see this
    assert a.send([b"d", memory := memoryview(b"ef")], must_call(lambda wire, status: a.close())) == 3
    assert memory.nbytes == 2
    assert a.write_queue_size == 6
    assert a.send(b"", never) == 0
    data = bytearray()

    def on_read(wire: Any, chunk: bytes | None, status: int | None) -> None:
        assert wire is b
        data.extend(chunk or b"")
        if status is not None:
            seen.append(status)
            b.close()

    b.start_read(on_read)
    assert (data, seen) == (b"", [])
    run()
    assert data == b"0123456789abcdef"
    assert seen == [(True, None), pyuv.errno.UV_EOF]
    assert a.write_queue_size == 0


def test_stop_read_leaves_it_in_the_line(pair: Any, run: Run) -> None:
    a, b = pair
    a.send(b"x", never)
    b.start_read(never)
    b.stop_read()
    run()
    seen: list[Any] = []
    b.start_read(lambda wire, data, status: (seen.append(data), a.close(), b.close()))
    run()
    assert seen == [b"x"]


def test_shutdown_comes_after_what_waits(pair: Any, run: Run, must_call: MustCall) -> None:
    a, b = pair
    seen: list[Any] = []
    a.send(bytes(25), lambda wire, status: seen.append("sent"))
    a.shutdown(must_call(lambda wire, status: seen.append(("shut", status))))
    assert status_of(lambda: a.shutdown(never)) == pyuv.errno.UV_ENOTCONN
    assert status_of(lambda: a.send(b"x", never)) == pyuv.errno.UV_EPIPE

    def on_read(wire: Any, data: bytes | None, status: int | None) -> None:
        if data is None:
            seen.append(status)
            a.close(must_call(lambda wire: None))
            b.close(must_call(lambda wire: None))

    b.start_read(on_read)
    run()
    assert sorted(map(str, seen)) == sorted(["sent", "('shut', None)", str(pyuv.errno.UV_EOF)])
    assert seen[0] == "sent"


def test_close_tells_what_was_not_sent(pair: Any, run: Run, must_call: MustCall) -> None:
    a, b = pair
    seen: list[Any] = []
    for name in ("first", "second"):
        a.send(bytes(20), must_call(lambda wire, status, name=name: seen.append((name, status))))
    a.shutdown(must_call(lambda wire, status: seen.append(("shut", status))))
    a.close(must_call(lambda wire: seen.append(wire is a)))
    assert seen == []
    b.close()
    run()
    status = pyuv.errno.UV_ECANCELED
    assert seen == [("first", status), ("second", status), ("shut", status), True]


def test_what_is_called_at_close_may_raise(pair: Any, run: Run, must_call: MustCall) -> None:
    a, b = pair

    def boom(*args: Any) -> None:
        raise ZeroDivisionError

    a.send(bytes(20), must_call(boom))
    a.shutdown(must_call())
    a.close(must_call())
    b.close()
    with pytest.raises(ZeroDivisionError):
        run()
    run()


def test_to_send_to_a_closed_end_is_a_broken_pipe(pair: Any, run: Run, must_call: MustCall) -> None:
    a, b = pair
    seen: list[Any] = []
    a.send(bytes(20), must_call(lambda wire, status: (seen.append(status), a.close())))
    b.close()
    assert status_of(lambda: a.send(b"x", never)) == pyuv.errno.UV_EPIPE
    run()
    assert seen == [pyuv.errno.UV_EPIPE]


@pytest.mark.parametrize("how", ["unread", "reset"])
def test_a_reset_is_read_once_after_the_data(pair: Any, run: Run, how: str) -> None:
    a, b = pair
    seen: list[Any] = []
    a.send(b"x", never)
    if how == "unread":
        b.send(b"y", never)
    else:
        a.reset()
    a.close()

    def on_read(wire: Any, data: bytes | None, status: int | None) -> None:
        seen.append(data or status)
        if status == pyuv.errno.UV_ECONNRESET:
            b.start_read(on_read)
        elif status is not None:
            b.close()

    b.start_read(on_read)
    run()
    assert seen == [b"x", pyuv.errno.UV_ECONNRESET, pyuv.errno.UV_EOF]


def test_a_closed_wire_refuses_all(pair: Any, run: Run) -> None:
    a, b = pair
    a.close()
    b.close()
    calls: list[Any] = [
        lambda: a.send(b"", never),
        lambda: a.start_read(never),
        a.stop_read,
        lambda: a.shutdown(never),
        a.reset,
        a.close,
    ]
    for call in calls:
        with pytest.raises(pyuv.error.HandleClosedError):
            call()
    run()


def test_the_loop_lists_a_wire_without_a_socket(pair: Any, run: Run, loop: netuv.Loop) -> None:
    assert set(loop.handles) == set(pair)
    run()
    for each in pair:
        each.close()
    run()
    assert loop.handles == []


# -- check_stream() ------------------------------------------------------------------------------------


def tcp_pair() -> tuple[netuv.Socket, ...]:
    """Made as a user would: the loop runs until both ends are there."""
    ends: list[netuv.Socket] = []

    def on_end(sock: netuv.Socket) -> None:
        ends.append(sock)
        if len(ends) == 2:
            server.close()
            netuv.default_loop().stop()

    def connect() -> None:
        client = netuv.connect(server.address())
        client.on("connect", lambda: on_end(client))

    server = netuv.create_server(on_end)
    server.listen(0, "127.0.0.1", connect)
    netuv.run()
    return tuple(ends)


def unix_pair() -> tuple[netuv.Socket, ...]:
    return tuple(netuv.Socket(fd=end.detach()) for end in socket.socketpair())


class Half(Duplex):
    """A stream of a user's own: what is written to one is pushed to the other when that wants it."""

    other: Half
    wants = False
    _drain_mark = 0

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[Any, Any]] = []  # (chunk, or None for the end; done)

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        netuv.next_tick(callback, *args)

    def _read(self, size: int) -> None:
        self.wants = True
        netuv.set_immediate(self.deliver)

    def _stop_reading(self) -> None:
        self.wants = False
        super()._stop_reading()

    def deliver(self) -> None:
        if self.waiting and self.wants and not self.destroyed:
            self.wants = False
            chunk, done = self.waiting.pop(0)
            self.push(chunk)
            done(None)

    def _write(self, chunk: Any, encoding: Any, done: Any) -> None:
        self.put(bytes(chunk), done)

    def _final(self, done: Any) -> None:
        self.put(None, done)

    def put(self, chunk: bytes | None, done: Any) -> None:
        if self.other.destroyed:
            done(None)
        else:
            self.other.waiting.append((chunk, done))
            netuv.set_immediate(self.other.deliver)

    def _destroy(self, error: Any, done: Any) -> None:
        waiting, self.waiting = self.waiting, []
        for _, write_done in waiting:
            netuv.set_immediate(write_done, None)
        if self.other.waiting:  # what this one has not sent
            _, write_done = self.other.waiting.pop()
            write_done(ConnectionAbortedError())
        if not self.writable_finished:
            self.put(None, lambda error: None)
        done(error)


def half_pair() -> tuple[Half, Half]:
    a, b = Half(), Half()
    a.other, b.other = b, a
    a.read(0)
    b.read(0)
    return a, b


PAIRS: dict[str, Callable[[], Any]] = {
    "memory": memory_pair,
    "small memory": lambda: memory_pair(capacity=100),
    "tcp": tcp_pair,
    "unix": unix_pair,
    "a stream of one's own": half_pair,
}


@pytest.mark.by_itself("check_stream() runs the loop")
@pytest.mark.parametrize("name", STREAM_CHECKS)
@pytest.mark.parametrize("pair", PAIRS)
def test_what_keeps_the_contract(run: Run, pair: str, name: str) -> None:
    check_stream(PAIRS[pair], name)


@pytest.mark.parametrize("name", STREAM_CHECKS)
def test_streams_on_no_loop_keep_the_contract(name: str) -> None:
    scheduler = Scheduler()

    def make_pair() -> tuple[MemoryStream, MemoryStream]:
        a, b = MemoryStream(scheduler), MemoryStream(scheduler)
        a.other, b.other = b, a
        a.read(0)
        b.read(0)
        return a, b

    check_stream(make_pair, name, run=scheduler.run)


def test_all_checks_are_made_by_default_on_the_loop_that_is_given() -> None:
    loop = netuv.Loop()
    made: list[Any] = []

    def make_pair() -> tuple[netuv.Socket, netuv.Socket]:
        made.append(memory_pair(loop))
        return made[-1]

    check_stream(make_pair, loop=loop)
    assert len(made) == len(STREAM_CHECKS)
    assert loop.handles == []
    loop.close()


def test_an_unknown_check_is_refused(loop: netuv.Loop) -> None:
    assert code_of(lambda: check_stream(memory_pair, "no such check")) == "ERR_INVALID_ARG_VALUE"


class Broken(netuv.Socket):
    """A Socket with a fault."""

    fault = ""

    def emit(self, event: str, *args: Any) -> bool:
        fault = self.fault
        if fault == f"no {event}":
            return False
        if fault == f"{event} twice":
            super().emit(event, *args)
        if fault == "finish before close" and event == "close":
            super().emit("finish")
        if fault == "another error" and event == "error":
            args = (ValueError(),)
        answer = super().emit(event, *args)
        if fault == "data after end" and event == "end":
            super().emit("data", b"x")
        if fault == "drain after close" and event == "close":
            super().emit("drain")
        if fault == "closes with its end" and event == "end":
            self.destroy()
        return answer

    def write(self, data: Any, encoding: Any = None, callback: Any = None) -> Any:
        fault = self.fault
        if callable(encoding):
            encoding, callback = None, encoding
        if fault == "always True":
            super().write(data, encoding, callback)
            return True
        if len(data) > 1000:
            if fault == "loses a byte":
                data = data[:-1]
            elif fault == "another byte":
                data = b"!" + data[1:]
            elif fault == "raises":
                raise ZeroDivisionError
        if callback is not None:
            callback = self.wrong(callback)
        return super().write(data, encoding, callback)

    def wrong(self, callback: Any) -> Any:
        fault = self.fault
        if fault == "callback at once":
            callback(None)
        if fault in ("callback at once", "callback never"):
            return None
        if fault == "callback twice":
            return lambda error: (callback(error), callback(error))
        if fault == "callback later":
            return lambda error: self.once("close", lambda had_error: callback(error))
        if fault == "success":
            return lambda error: callback(None)
        return callback

    def pause(self) -> Any:
        return self if self.fault == "no pause" else super().pause()

    def destroy(self, error: Any = None) -> Any:
        if self.fault == "error at once" and error is not None and not self.destroyed:
            self.emit("error", error)
        if self.fault == "destroyed twice" and self.closed:
            self.emit("close", False)
        return super().destroy(error)


FAULTS = {
    "loses a byte": ("data arrives whole and in order", "a: receives "),
    "another byte": ("data arrives whole and in order", "other ones from 1"),
    "raises": ("data arrives whole and in order", "raises ZeroDivisionError"),
    "no close": ("data arrives whole and in order", "no 'close'"),
    "close twice": ("data arrives whole and in order", "'close' comes 2 times"),
    "drain after close": ("data arrives whole and in order", "['drain'] after 'close'"),
    "always True": ("write answers false then drain comes", "answers True with"),
    "no drain": ("write answers false then drain comes", "'drain' comes 0 times"),
    "drain twice": ("write answers false then drain comes", "'drain' comes 2 times"),
    "callback twice": ("callbacks come exactly once", "callback 0 is called 2 times"),
    "callback never": ("callbacks come exactly once", "callback 0 is called 0 times"),
    "callback at once": ("callbacks come exactly once", "before write() has returned"),
    "callback later": ("callbacks come exactly once", "callbacks come in the order"),
    "no end": ("finish and end come before close", "emits"),
    "no finish": ("finish and end come before close", "emits"),
    "finish twice": ("finish and end come before close", "emits"),
    "data after end": ("finish and end come before close", "receives"),
    "closes with its end": ("half open goes on", "a: receives"),
    "success": ("destroy ends writes with an error", "calls back without an error"),
    "finish before close": ("destroy ends writes with an error", "emits ['finish', 'close']"),
    "no pause": ("pause holds back", "is_paused() is False"),
    "no error": ("an error comes before close", "emits ['close']"),
    "another error": ("an error comes before close", "ValueError"),
    "error at once": ("an error comes before close", "within a call"),
    "destroyed twice": ("nothing comes after close", "'close'"),
}


@pytest.mark.by_itself("check_stream() runs the loop")
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_broken_is_found(run: Run, loop: netuv.Loop, fault: str) -> None:
    def make_pair() -> tuple[Broken, ...]:
        pair = tuple(Broken(handle=wire) for wire in MemoryWire.pair())
        for each in pair:
            each.fault = fault
        return pair

    name, text = FAULTS[fault]
    with pytest.raises(AssertionError) as caught:
        check_stream(make_pair, name, seconds=0.2)
    assert str(caught.value).startswith(f"{name}: ")
    assert text in str(caught.value)
    run()
    assert loop.handles == []


@pytest.mark.by_itself("check_stream() runs the loop")
def test_what_takes_all_and_is_never_full_is_found(run: Run) -> None:
    with pytest.raises(AssertionError, match="still answers True after 64 MiB that nobody has read"):
        check_stream(lambda: memory_pair(capacity=1 << 30), "write answers false then drain comes")


@pytest.mark.by_itself("check_stream() runs the loop")
def test_what_never_ends_is_found(run: Run) -> None:
    timer = netuv.set_interval(lambda: None, 1)
    with pytest.raises(AssertionError, match=r"not come to its end after 0.05 s"):
        check_stream(memory_pair, "data arrives whole and in order", seconds=0.05)
    timer.close()


@pytest.mark.parametrize("name", ["data arrives whole and in order", "write answers false then drain comes"])
def test_streams_that_answer_by_the_high_water_mark(name: str) -> None:
    """A stream that is no Socket answers True while less than its mark waits."""
    check_stream(stream.duplex_pair, name)
