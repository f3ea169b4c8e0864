"""pipeline() beyond what the conformance pairs show: what it leaves behind, functions as stages, Sockets."""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterator
from typing import Any

import pyee
import pytest
from helpers import MustCall, Run, code_of, tcp_pair

import netuv
from netuv import stream
from netuv.stream import PassThrough, Readable, Writable, pipeline


def source(*chunks: Any, end: bool = True) -> Readable:
    readable = Readable(read=lambda size: None)
    for chunk in chunks:
        readable.push(chunk)
    if end:
        readable.push(None)
    return readable


class Sink(Writable):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.chunks: list[Any] = []

    def _write(self, chunk: Any, encoding: Any, callback: Any) -> None:
        self.chunks.append(chunk)
        netuv.set_immediate(callback)


@pytest.fixture(params=["tcp", "unix"])
def sockets(request: pytest.FixtureRequest, loop: netuv.Loop) -> tuple[netuv.Socket, netuv.Socket]:
    """Both ends of a connection."""
    a, b = tcp_pair() if request.param == "tcp" else socket.socketpair()
    return netuv.Socket(fd=a.detach()), netuv.Socket(fd=b.detach())


def listeners(*streams: Any) -> int:
    return sum(each.listener_count(event) for each in streams for event in each.event_names())


def nothing(error: object) -> None:
    pass


# -- what goes through ---------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_all_that_is_sent_arrives_at_the_pace_of_the_slowest(
    run: Run, sockets: tuple[netuv.Socket, netuv.Socket], must_call: MustCall
) -> None:
    """2 MB through a Socket, its peer and a slow destination."""
    data = bytes(range(256)) * 8192
    slow = Sink(high_water_mark=1000)
    client, peer = sockets
    pipeline(source(data[:1_000_000], data[1_000_000:]), client, must_call(None))
    client.resume()
    pipeline(peer, PassThrough(), slow, must_call(None))
    run()
    assert b"".join(slow.chunks) == data


@pytest.mark.row("N19")
def test_the_callback_may_be_a_keyword(run: Run, must_call: MustCall) -> None:
    sink = Sink()
    assert pipeline([b"a"], sink, callback=must_call(None)) is sink
    run()
    assert sink.chunks == [b"a"]


@pytest.mark.row("N19")
def test_objects(run: Run, must_call: MustCall) -> None:
    sink = Sink(object_mode=True)
    pipeline([1, {}, "x"], PassThrough(object_mode=True), sink, must_call(None))
    run()
    assert sink.chunks == [1, {}, "x"]


@pytest.mark.row("N19")
def test_a_destination_of_another_library(run: Run, must_call: MustCall) -> None:
    """It has no more than write(), end() and pyee's own emitter."""

    class Foreign(pyee.EventEmitter):
        def __init__(self) -> None:
            super().__init__()
            self.chunks: list[bytes] = []
            self.writable = True

        def write(self, chunk: bytes) -> bool:
            self.chunks.append(chunk)
            netuv.set_immediate(self.emit, "drain")
            return False

        def end(self) -> None:
            self.writable = False
            self.emit("finish")
            self.emit("close")

    for first in (source(b"a", b"b"), [b"a", b"b"]):
        foreign = Foreign()
        pipeline(first, foreign, must_call(None))
        run()
        assert foreign.chunks == [b"a", b"b"]


@pytest.mark.row("N19")
def test_one_of_another_library_is_closed_or_told(run: Run, must_call: MustCall) -> None:
    class Foreign(pyee.EventEmitter):
        def write(self, chunk: bytes) -> None:
            pass

    class Closes(Foreign):
        def close(self) -> None:
            seen.append("closed")
            self.emit("close")

    seen: list[Any] = []
    for foreign in (Foreign(), Closes()):
        foreign.on("close", lambda: seen.append("close"))
        failing = source(end=False)
        pipeline(failing, foreign, must_call())
        failing.destroy(ValueError("boom"))
        run()
    assert seen == ["close", "closed", "close"]


# -- what is left behind -------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_a_refusal_leaves_no_listeners(run: Run) -> None:
    first, second, third = source(end=False), PassThrough(), PassThrough().destroy()
    before = listeners(first, second)
    assert code_of(lambda: pipeline(first, second, third, nothing)) == "ERR_STREAM_UNABLE_TO_PIPE"
    assert code_of(lambda: pipeline(first, second, 5, nothing)) == "ERR_INVALID_ARG_TYPE"
    assert code_of(lambda: pipeline(first, source(), nothing)) == "ERR_INVALID_ARG_TYPE"
    assert listeners(first, second) == before
    assert not first.destroyed
    run()


@pytest.mark.row("N19")
def test_a_last_stage_that_is_read_further_gets_rid_of_all_listeners(run: Run, must_call: MustCall) -> None:
    through = PassThrough()
    before = {event: through.listener_count(event) for event in through.event_names()}

    def done(error: Any) -> None:
        left = {event: through.listener_count(event) for event in through.event_names()}
        # One 'close' listener looks whether it ends before its source, another one whether it is destroyed.
        assert left == {**before, "close": 2}
        through.resume()

    pipeline(source(b"a"), through, must_call(done))
    run()


@pytest.mark.row("N19")
def test_a_signal_is_let_go(run: Run, must_call: MustCall) -> None:
    controller = netuv.AbortController()
    pipeline(source(b"a"), Sink(), must_call(None), signal=controller.signal)
    assert controller.signal.listener_count("abort") == 1
    run()
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N19")
def test_a_source_that_is_closed_with_its_end_unread(run: Run, must_call: MustCall) -> None:
    """Node waits for an 'end' that cannot come any more."""
    sink = Sink(high_water_mark=1)
    first = source(b"a", b"b")
    heard: list[Any] = []
    pipeline(first, sink, must_call(heard.append))
    netuv.set_immediate(first.destroy)
    run()
    assert [error.code for error in heard] == ["ERR_STREAM_PREMATURE_CLOSE"]
    assert sink.destroyed


# -- iterables and functions ---------------------------------------------------------------------------


def letters() -> Iterator[str]:
    yield "a"
    yield "b"


def upper(before: Any) -> Iterator[str]:
    for chunk in before:
        yield chunk.upper()


@pytest.mark.row("N19")
@pytest.mark.parametrize("first", [letters, ["a", "b"], iter("ab"), "ab"])
def test_generator_functions_in_the_middle(run: Run, must_call: MustCall, first: Any) -> None:
    sink = Sink()
    pipeline(first, upper, functools.partial(map, lambda chunk: chunk + "!"), sink, must_call(None))
    run()
    assert sink.chunks == [b"A!", b"B!"]


@pytest.mark.row("N19")
def test_a_function_that_gives_a_stream(run: Run, must_call: MustCall) -> None:
    sink = Sink()
    pipeline(lambda: source(b"a"), PassThrough(), sink, must_call(None))
    run()
    assert sink.chunks == [b"a"]


@pytest.mark.row("N19")
def test_a_function_at_the_end_gives_a_value(run: Run, must_call: MustCall) -> None:
    last = pipeline(letters, upper, "".join, must_call(lambda error, value: seen.append((error, value))))
    seen: list[Any] = []
    last.on("data", seen.append)
    run()
    assert sorted(map(str, seen)) == ["(None, 'AB')", "AB"]


@pytest.mark.row("N19")
def test_a_generator_function_at_the_end_can_be_read(run: Run, must_call: MustCall) -> None:
    seen: list[Any] = []
    last = pipeline(letters, upper, must_call(lambda error, value: seen.append((error, value))))
    last.on("data", seen.append)
    run()
    assert seen == ["A", "B", (None, None)]


@pytest.mark.row("N19")
def test_a_function_at_the_end_that_raises(run: Run, must_call: MustCall) -> None:
    def last(before: Any) -> None:
        next(before)
        raise ValueError("boom")

    heard: list[Any] = []
    through = pipeline(letters, last, must_call(lambda error, value: heard.append((str(error), value))))
    run()
    assert heard == [("boom", None)]
    assert through.destroyed


@pytest.mark.row("N19")
def test_what_would_have_to_be_awaited_is_refused() -> None:
    async def coroutine(before: Any = None) -> None:
        pass

    async def generator(before: Any = None) -> Any:
        yield

    class Later:
        def __call__(self) -> Any:
            return generator()

    for stage in (coroutine, generator, functools.partial(generator, None)):
        with pytest.raises(TypeError, match="async"):
            pipeline(stage, Sink(), nothing)
        with pytest.raises(TypeError, match="async"):
            pipeline([], stage, Sink(), nothing)
    for first in (generator(), Later()):
        with pytest.raises(TypeError, match="async"):
            pipeline(first, Sink(), nothing)
    with pytest.raises(TypeError, match="make it a Transform"):
        pipeline(source(), upper, Sink(), nothing)
    assert code_of(lambda: pipeline([], lambda before: 5, Sink(), nothing)) == "ERR_INVALID_RETURN_VALUE"


@pytest.mark.row("N19")
def test_a_generator_is_closed_when_the_destination_fails(run: Run, must_call: MustCall) -> None:
    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            seen.append("closed")
            raise OSError("cannot close")

    seen: list[Any] = []
    sink = Sink(high_water_mark=1)
    pipeline(endless, sink, must_call(lambda error: seen.append(str(error))))
    netuv.set_immediate(sink.destroy, ValueError("boom"))
    run()
    assert seen == ["closed", "boom"]


@pytest.mark.row("N19")
def test_none_in_an_iterable(run: Run, must_call: MustCall) -> None:
    heard: list[Any] = []
    sink = Sink()
    pipeline([None], sink, must_call(heard.append))
    run()
    assert [error.code for error in heard] == ["ERR_STREAM_NULL_VALUES"]
    assert sink.destroyed


@pytest.mark.row("N19")
def test_a_destination_that_is_full_already(run: Run, must_call: MustCall) -> None:
    sink = Sink(high_water_mark=1)
    assert sink.write(b"before") is False
    pipeline([b"a"], sink, must_call(None))
    run()
    assert sink.chunks == [b"before", b"a"]


# -- Sockets ---------------------------------------------------------------------------------------------


@pytest.mark.row("N19")
@pytest.mark.parametrize("dies", ["client", "peer"])
def test_a_socket_dies_with_much_on_its_way(
    run: Run, sockets: tuple[netuv.Socket, netuv.Socket], must_call: MustCall, dies: str
) -> None:
    errors: list[Any] = []

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(100_000)

    client, peer = sockets
    pipeline(endless, client, must_call(errors.append))
    peer.on("error", nothing)
    peer.once("data", lambda data: (client if dies == "client" else peer).destroy())
    run()
    expected = {"client": ("ECANCELED",), "peer": ("EPIPE", "ECONNRESET")}
    assert errors[0].code in expected[dies]


@pytest.mark.row("N19")
def test_a_socket_of_netuv_testing(run: Run, must_call: MustCall) -> None:
    from netuv.testing import memory_pair

    a, b = memory_pair()
    sink = Sink()
    pipeline(source(b"x" * 300_000), a, must_call(None))
    a.resume()
    pipeline(b, sink, must_call(None))
    run()
    assert len(b"".join(sink.chunks)) == 300_000


def test_every_name_is_public() -> None:
    assert set(stream.__all__) <= set(dir(stream))
