"""Streams for tasks: async for, the helpers of iterators, pipeline() and finished() to be awaited."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest

import netuv
from netuv import stream
from netuv.stream import PassThrough, Readable, Writable, promises

pytestmark = pytest.mark.row("A11")


def numbers(count: int = 4) -> Readable:
    return Readable.from_(range(1, count + 1))


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0.001)


async def is_destroyed(what: Any) -> bool:
    for _ in range(1000):
        if what.destroyed:
            return True
        await asyncio.sleep(0.001)
    return False


# -- async for -----------------------------------------------------------------------------------------


def test_chunks_come_one_by_one(run_main: Any) -> None:
    async def main() -> None:
        through = PassThrough()
        through.write("a")
        through.write("b")
        netuv.set_timeout(through.end, 5, "c")
        assert [chunk async for chunk in through] == [b"a", b"b", b"c"]
        assert [chunk async for chunk in numbers()] == [1, 2, 3, 4]
        assert [chunk async for chunk in Readable.from_([])] == []

    run_main(main())


def test_what_is_left_early_is_destroyed(run_main: Any) -> None:
    async def main() -> None:
        source = numbers()
        async for _ in source:
            break
        gc.collect()
        assert await is_destroyed(source)
        source = numbers()
        async for chunk in source.iterator(destroy_on_return=False):
            assert chunk == 1
            break
        await turns()
        assert not source.destroyed
        assert await source.to_array() == [2, 3, 4]

    run_main(main())


def test_errors_are_raised(run_main: Any) -> None:
    async def main() -> None:
        source = PassThrough()
        source.write("x")
        netuv.set_timeout(source.destroy, 5, ValueError("no"))
        chunks = source.iterator()
        assert await chunks.__anext__() == b"x"
        with pytest.raises(ValueError, match="no"):
            await chunks.__anext__()
        with pytest.raises(netuv.NetError) as raised:
            await PassThrough().destroy().to_array()
        assert raised.value.code == "ERR_STREAM_PREMATURE_CLOSE"

    run_main(main())


# -- Readable.from_() ----------------------------------------------------------------------------------

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


def test_from_an_async_generator(run_main: Any) -> None:
    async def main() -> None:
        async def letters() -> AsyncIterator[str]:
            for letter in "abc":
                await asyncio.sleep(0)
                yield letter
            yield variable.get()

        variable.set("set")
        source = Readable.from_(letters())
        variable.set("later")
        heard: list[Any] = []
        source.on("data", heard.append)
        await promises.finished(source)
        assert heard == ["a", "b", "c", "set"]

    run_main(main())


@pytest.mark.parametrize("value", [None, ValueError("no")])
def test_from_what_fails(run_main: Any, value: Any) -> None:
    async def main() -> None:
        async def source() -> AsyncIterator[Any]:
            yield 1
            if value is not None:
                raise value
            yield None

        with pytest.raises((ValueError, TypeError), match=r"no|null"):
            await Readable.from_(source()).to_array()

    run_main(main())


@pytest.mark.parametrize("waits", [True, False])
def test_destroy_closes_the_generator(run_main: Any, waits: bool) -> None:
    async def main() -> None:
        closed = []

        async def source() -> AsyncIterator[int]:
            try:
                yield 1
                if waits:
                    await asyncio.sleep(100)
                yield 2
                yield 3
            finally:
                await asyncio.sleep(0)
                closed.append(True)

        readable = Readable.from_(source())
        got = asyncio.get_running_loop().create_future()
        if waits:
            readable.on("data", got.set_result)
        else:  # it has taken what it wants
            readable.on("readable", lambda: got.done() or got.set_result(1))
        await got
        await turns()
        readable.destroy()
        with pytest.raises(netuv.NetError):
            await promises.finished(readable)
        assert closed == [True]

    run_main(main())


def test_where_no_asyncio_runs_it_is_refused() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1

    with pytest.raises(TypeError, match="async"):
        Readable.from_(source())


# -- helpers -------------------------------------------------------------------------------------------


async def odd(value: int) -> bool:
    await asyncio.sleep(0)
    return value % 2 == 1


HELPERS: list[tuple[Any, Any]] = [
    (lambda: numbers().map(lambda x: x * 2).to_array(), [2, 4, 6, 8]),
    (lambda: numbers().map(odd, concurrency=2).to_array(), [True, False, True, False]),
    (lambda: numbers().filter(odd).to_array(), [1, 3]),
    (lambda: numbers(9).filter(odd, concurrency=4, high_water_mark=0).to_array(), [1, 3, 5, 7, 9]),
    (lambda: numbers().flat_map(lambda x: [x, x]).to_array(), [1, 1, 2, 2, 3, 3, 4, 4]),
    (lambda: numbers(2).flat_map(lambda x: "ab").to_array(), ["a", "b", "a", "b"]),
    (lambda: numbers(2).flat_map(numbers, concurrency=2).to_array(), [1, 1, 2]),
    (lambda: numbers().drop(2).to_array(), [3, 4]),
    (lambda: numbers().drop(0).to_array(), [1, 2, 3, 4]),
    (lambda: numbers().take(2).to_array(), [1, 2]),
    (lambda: numbers().take(0).to_array(), []),
    (lambda: numbers().take(9).to_array(), [1, 2, 3, 4]),
    (lambda: numbers().some(lambda x: x > 2), True),
    (lambda: numbers().some(lambda x: x > 4, concurrency=3), False),
    (lambda: numbers().every(lambda x: x > 2), False),
    (lambda: numbers().every(lambda x: x > 0), True),
    (lambda: numbers().find(lambda x: x > 2), 3),
    (lambda: numbers().find(lambda x: x > 4), None),
    (lambda: numbers().reduce(lambda a, b: a + b), 10),
    (lambda: numbers().reduce(lambda a, b: a + b, 10), 20),
    (lambda: Readable.from_([]).reduce(lambda a, b: a + b, None), None),
    (lambda: numbers().for_each(odd, concurrency=2), None),
]


@pytest.mark.parametrize(("helper", "result"), HELPERS)
def test_helpers(run_main: Any, helper: Any, result: Any) -> None:
    async def main() -> Any:
        return await helper()

    assert run_main(main()) == result


def test_helpers_refuse_what_is_wrong(run_main: Any) -> None:
    async def main() -> None:
        for name in ("map", "filter", "flat_map"):
            with pytest.raises(TypeError):
                getattr(numbers(), name)(1)
        for name in ("some", "every", "find", "for_each", "reduce"):
            with pytest.raises(TypeError):
                await getattr(numbers(), name)(1)
        for name in ("take", "drop"):
            with pytest.raises(ValueError, match="out of range"):
                getattr(numbers(), name)(-1)
        with pytest.raises(ValueError, match="out of range"):
            numbers().map(odd, concurrency=0)
        with pytest.raises(TypeError) as raised:
            await Readable.from_([]).reduce(lambda a, b: a)
        assert raised.value.code == "ERR_MISSING_ARGS"  # type: ignore[attr-defined]
        with pytest.raises(TypeError, match="null"):
            await numbers().map(lambda x: None).to_array()

    run_main(main())


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_function_that_fails_destroys_both(run_main: Any, concurrency: int) -> None:
    async def main() -> None:
        def fail(value: int) -> None:
            raise ValueError(value)

        source = numbers()
        mapped = source.map(fail, concurrency=concurrency)
        with pytest.raises(ValueError, match="1"):
            await mapped.to_array()
        assert source.destroyed
        assert mapped.destroyed

    run_main(main())


def test_a_helper_that_needs_no_more_destroys_the_stream(run_main: Any) -> None:
    async def main() -> None:
        source = numbers()
        assert await source.some(lambda x: True)
        assert source.destroyed
        source = numbers()
        assert await source.take(1).to_array() == [1]
        assert source.destroyed

    run_main(main())


def test_several_calls_are_under_way_and_their_order_stays(run_main: Any) -> None:
    async def main() -> None:
        running = most = 0

        async def work(value: int) -> int:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.003 / value)
            running -= 1
            return value

        assert await numbers(12).map(work, concurrency=3).to_array() == list(range(1, 13))
        assert most == 3

    run_main(main())


def test_calls_go_on_while_nobody_asks(run_main: Any) -> None:
    """high_water_mark results wait besides those that are under way."""

    async def main() -> None:
        called: list[int] = []

        async def work(value: int) -> int:
            called.append(value)
            await asyncio.sleep(0)
            return value

        mapped = numbers(20).map(work, concurrency=2, high_water_mark=4)
        chunks = mapped.iterator()
        assert await chunks.__anext__() == 1
        await turns()
        assert called == [1, 2, 3, 4, 5, 6, 7]  # one is given, one waits in the stream, which counts
        assert await chunks.__anext__() == 2
        await turns()
        assert called[-1] == 8
        await chunks.aclose()  # type: ignore[attr-defined]

    run_main(main())


def test_calls_that_are_under_way_are_cancelled(run_main: Any) -> None:
    async def main() -> None:
        cancelled: list[int] = []

        async def work(value: int) -> int:
            if value == 2:
                await asyncio.sleep(0)
                raise ValueError("no")
            try:
                await asyncio.sleep(100 if value > 1 else 0)
            except asyncio.CancelledError:
                cancelled.append(value)
                raise
            return value

        source = numbers(9)
        with pytest.raises(ValueError, match="no"):
            await source.map(work, concurrency=4).to_array()
        assert await is_destroyed(source)
        await turns()
        assert cancelled == [3, 4]

    run_main(main())


def test_an_aborted_signal(run_main: Any) -> None:
    async def main() -> None:
        signal = netuv.AbortSignal.abort()
        for waiting in (
            numbers().map(odd, signal=signal).to_array(),
            numbers().to_array(signal=signal),
            numbers().drop(1, signal=signal).to_array(),
        ):
            with pytest.raises(netuv.NetError) as raised:
                await waiting
            assert raised.value.code == "ABORT_ERR"
        controller = netuv.AbortController()
        netuv.set_immediate(controller.abort)
        source = PassThrough()
        with pytest.raises(netuv.NetError):
            await source.to_array(signal=controller.signal)
        assert source.destroyed

    run_main(main())


def test_cancelled_in_a_helper(run_main: Any) -> None:
    async def main() -> None:
        source = PassThrough(object_mode=True)
        source.write(1)

        async def hang(value: int) -> None:
            await asyncio.sleep(100)

        for concurrency in (1, 3):
            source = PassThrough(object_mode=True)
            source.write(1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(source.for_each(hang, concurrency=concurrency), 0.01)
            gc.collect()
            assert await is_destroyed(source)

    run_main(main())


# -- pipeline() and finished() -------------------------------------------------------------------------


class Sink(Writable):
    def __init__(self) -> None:
        super().__init__(object_mode=True)
        self.chunks: list[Any] = []

    def _write(self, chunk: Any, encoding: Any, callback: Any) -> None:
        self.chunks.append(chunk)
        callback()


async def letters() -> AsyncIterator[str]:
    for letter in "ab":
        await asyncio.sleep(0)
        yield letter


async def upper(source: Any) -> AsyncIterator[str]:
    async for chunk in source:
        yield (chunk if isinstance(chunk, str) else chunk.decode()).upper()


async def join(source: Any) -> str:
    return "".join([str(chunk) async for chunk in source])


def test_stages_of_all_kinds(run_main: Any) -> None:
    async def main() -> None:
        assert await promises.pipeline(letters, upper, join) == "AB"
        assert await promises.pipeline(letters(), upper, join) == "AB"
        assert await promises.pipeline(["a", "b"], upper, join) == "AB"
        assert await promises.pipeline("ab", PassThrough(), upper, join) == "AB"
        sink = Sink()
        assert await promises.pipeline(letters, PassThrough(), upper, sink) is None
        assert "".join(sink.chunks) == "AB"
        sink = Sink()
        await promises.pipeline([1, 2], lambda before: (each * 2 for each in before), sink)
        assert sink.chunks == [2, 4]
        heard = asyncio.get_running_loop().create_future()
        through = stream.pipeline(letters, upper, lambda *result: heard.set_result(result))
        assert await through.to_array() == ["A", "B"]
        assert await heard == (None, None)

    run_main(main())


def test_a_stage_that_fails(run_main: Any) -> None:
    async def fail(source: Any) -> AsyncIterator[str]:
        async for _ in source:
            raise ValueError("no")
        yield ""

    async def fail_at_once(source: Any) -> None:
        raise ValueError("no")

    async def main() -> None:
        for stages in (["a"], fail, Sink()), (letters, fail, join), (PassThrough(), fail_at_once):
            with pytest.raises(ValueError, match="no"):
                await promises.pipeline(*stages)
        first, last = PassThrough(), Sink()
        first.write("x")
        with pytest.raises(ValueError, match="no"):
            await promises.pipeline(first, fail, last)
        assert first.destroyed
        assert last.destroyed
        closed = []

        async def endless() -> AsyncIterator[str]:
            try:
                while True:
                    await asyncio.sleep(0)
                    yield "x"
            finally:
                closed.append(True)

        sink = Sink()
        netuv.set_timeout(sink.destroy, 5, ValueError("no"))
        with pytest.raises(ValueError, match="no"):
            await promises.pipeline(endless, sink)
        assert closed == [True]

    run_main(main())


def test_the_last_one_takes_what_it_wants(run_main: Any) -> None:
    async def main() -> None:
        async def first(source: Any) -> Any:
            async for chunk in source:
                return chunk
            return None

        assert await promises.pipeline([1, 2, 3], first) == 1
        with pytest.raises(TypeError, match="make it a Transform"):
            await promises.pipeline(letters, lambda before: list(before), Sink())

    run_main(main())


def test_cancelled_or_aborted_it_destroys_all(run_main: Any) -> None:
    async def main() -> None:
        for abort in (True, False):
            first, last = PassThrough(), Sink()
            if abort:
                controller = netuv.AbortController()
                netuv.set_timeout(controller.abort, 5)
                with pytest.raises(netuv.NetError) as raised:
                    await promises.pipeline(first, upper, last, signal=controller.signal)
                assert raised.value.code == "ABORT_ERR"
            else:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(promises.pipeline(first, upper, last), 0.01)
            assert first.destroyed
            assert last.destroyed

    run_main(main())


def test_finished(run_main: Any) -> None:
    async def main() -> None:
        sink = Sink()
        netuv.set_timeout(sink.end, 2)
        assert await promises.finished(sink, cleanup=True) is None
        assert sink.event_names() == []
        with pytest.raises(TypeError):
            await promises.finished(1)
        sink = Sink()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(promises.finished(sink), 0.005)
        assert sink.event_names() == []
        sink.destroy(ValueError("no"))
        with pytest.raises(ValueError, match="no"):
            await promises.finished(sink)

    run_main(main())


def test_a_socket_as_a_stage(run_main: Any) -> None:
    async def main() -> None:
        async def serve(socket: Any) -> None:
            await promises.pipeline(socket, upper, socket)

        async with netuv.create_server(serve).listen(0, "127.0.0.1") as server:
            socket = await netuv.connect(server.address().port, "127.0.0.1")  # type: ignore[union-attr]
            socket.end("hello")
            assert b"".join([chunk async for chunk in socket]) == b"HELLO"
            await socket.aclose()

    run_main(main())


# -- functions behind a Duplex ---------------------------------------------------------------------------


async def closed(what: Any) -> None:
    done = asyncio.get_running_loop().create_future()
    what.on("close", lambda: done.set_result(None))
    await done


def test_a_duplex_of_an_async_generator_function(run_main: Any) -> None:
    async def main() -> None:
        for duplex in stream.duplex_from(upper), stream.compose(upper), stream.compose(upper, PassThrough()):
            netuv.set_timeout(duplex.end, 1, "b")
            duplex.write("a")
            assert [str(chunk) for chunk in await duplex.map(text).to_array()] == ["A", "B"]
            assert duplex.writable_finished

    run_main(main())


def text(chunk: Any) -> str:
    return chunk.decode() if isinstance(chunk, bytes) else chunk


def test_a_duplex_of_an_async_function(run_main: Any) -> None:
    taken: list[Any] = []

    async def take(source: Any) -> None:
        async for chunk in source:
            await asyncio.sleep(0)
            taken.append(chunk)

    async def main() -> None:
        duplex = stream.duplex_from(take)
        await promises.pipeline([1, 2, 3], duplex)
        assert taken == [1, 2, 3]
        assert not duplex.readable
        assert Readable.from_([4]).compose(take).destroyed is False
        await turns()
        assert taken == [1, 2, 3, 4]

    run_main(main())


def test_much_through_composed_functions(run_main: Any) -> None:
    async def main() -> None:
        composed = stream.compose(upper, PassThrough(object_mode=True), upper)
        chunks = [f"chunk {i}" for i in range(300)]
        sink = Sink()
        await promises.pipeline(chunks, composed, sink)
        assert sink.chunks == [chunk.upper() for chunk in chunks]

    run_main(main())


@pytest.mark.parametrize("kind", ["generator", "function"])
@pytest.mark.parametrize("waits", ["for a chunk", "elsewhere"])
def test_destroy_cancels_the_function(run_main: Any, kind: str, waits: str) -> None:
    async def main() -> None:
        heard: list[Any] = []

        async def wait(source: Any) -> None:
            try:
                await (asyncio.sleep(100) if waits == "elsewhere" else source.__anext__())
            except asyncio.CancelledError:
                heard.append("cancelled")
                raise

        async def generator(source: Any) -> AsyncIterator[Any]:
            await wait(source)
            yield

        duplex = stream.duplex_from(wait if kind == "function" else generator)
        duplex.resume()
        duplex.on("error", heard.append)
        await turns()
        duplex.destroy(ValueError("no"))
        await closed(duplex)
        await turns()
        assert sorted(map(str, heard)) == ["cancelled", "no"]

    run_main(main())


def test_what_a_function_behind_a_duplex_may_return(run_main: Any) -> None:
    async def one(source: Any) -> int:
        async for _ in source:
            pass
        return 1

    async def main() -> None:
        through = PassThrough()
        assert stream.duplex_from(lambda source: through) is through
        assert await stream.duplex_from(lambda source: [1, 2]).to_array() == [1, 2]
        with pytest.raises(TypeError) as raised:
            stream.duplex_from(lambda source: 5)
        assert raised.value.code == "ERR_INVALID_RETURN_VALUE"  # type: ignore[attr-defined]
        with pytest.raises(TypeError) as raised:
            await promises.pipeline([1], stream.duplex_from(one))
        assert raised.value.code == "ERR_INVALID_RETURN_VALUE"  # type: ignore[attr-defined]
        future = asyncio.get_running_loop().create_future()
        duplex = stream.duplex_from(future)
        await turns()
        duplex.destroy()
        with pytest.raises(netuv.NetError):
            await promises.finished(duplex)
        assert future.cancelled()

    run_main(main())


def test_where_no_asyncio_runs_a_function_behind_a_duplex_is_refused() -> None:
    async def later() -> None:
        pass

    coroutine = later()
    for source in upper, join, coroutine:
        with pytest.raises(TypeError, match="async"):
            stream.duplex_from(source)
    coroutine.close()


def test_readable_compose_is_aborted(run_main: Any) -> None:
    async def main() -> None:
        controller = netuv.AbortController()
        source = PassThrough()
        composed = source.compose(upper, signal=controller.signal)
        netuv.set_timeout(controller.abort, 2)
        with pytest.raises(netuv.NetError) as raised:
            await composed.to_array()
        assert raised.value.code == "ABORT_ERR"
        assert await is_destroyed(source)

    run_main(main())


# -- what functions in a pipeline leave open ---------------------------------------------------------------


@pytest.mark.parametrize("fails", ["aborted", "cancelled", "by the sink"])
@pytest.mark.parametrize("last", ["a stream", "a function"])
def test_a_pipeline_that_waits_cancels_its_functions(run_main: Any, fails: str, last: str) -> None:
    async def main() -> None:
        left: list[str] = []

        async def hang() -> AsyncIterator[str]:
            try:
                yield "a"
                await asyncio.sleep(100)
            finally:
                left.append("hang")

        async def through(source: Any) -> AsyncIterator[Any]:
            try:
                async for chunk in source:
                    yield chunk
            finally:
                left.append("through")

        controller = netuv.AbortController()
        sink = Sink()
        end: Any = sink if last == "a stream" else join
        stages = promises.pipeline(hang, through, end, signal=controller.signal)
        task = asyncio.get_running_loop().create_task(stages)
        await turns()
        if fails == "aborted":
            controller.abort()
        elif fails == "cancelled":
            task.cancel()
        elif last == "a stream":
            sink.destroy(ValueError("no"))
        else:
            controller.abort(ValueError("no"))
        with pytest.raises((netuv.NetError, asyncio.CancelledError, ValueError)):
            await task
        await turns()
        assert left == ["hang", "through"]

    run_main(main())


def test_what_is_aborted_before_its_first_step(run_main: Any) -> None:
    async def main() -> None:
        signal = netuv.AbortSignal.abort()
        for stages in (letters, Sink()), (letters, upper, join), (Readable.from_("a"), join):
            with pytest.raises(netuv.NetError) as raised:
                await promises.pipeline(*stages, signal=signal)
            assert raised.value.code == "ABORT_ERR"
        duplex = stream.duplex_from(join)
        duplex.on("error", lambda error: None)
        await closed(duplex.destroy())

    run_main(main())


def test_an_iterator_of_ones_own_needs_no_aclose(run_main: Any) -> None:
    class Numbers:
        def __init__(self) -> None:
            self.last = 0

        def __aiter__(self) -> Numbers:
            return self

        async def __anext__(self) -> int:
            if self.last == 3:
                raise StopAsyncIteration
            self.last += 1
            return self.last

    async def double(source: Any) -> AsyncIterator[int]:
        async for chunk in source:
            yield chunk * 2

    async def main() -> None:
        sink = Sink()
        await promises.pipeline(Numbers(), sink)
        assert sink.chunks == [1, 2, 3]
        sink = Sink()
        await promises.pipeline(Numbers(), double, sink)
        assert sink.chunks == [2, 4, 6]

    run_main(main())
