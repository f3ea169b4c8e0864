"""Readables and asyncio: ``async for chunk in stream``, and the helpers of iterators as methods.

A stream is iterated as in Node: chunk by chunk by ``read()``, and destroyed when the iteration is left before
its end. (A Socket has an ``async for`` of its own, see netuv.net.awaiting.) asyncio is imported when a task
waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, ClassVar

from netuv import abort, checks, errors, misuse
from netuv.stream import sources
from netuv.stream.base import Stream

_SKIP = object()  # of map(), in the place of a value: there is none
_MISSING = object()
MAX_SAFE_INTEGER = 2**53 - 1


async def iterate(
    stream: Any, destroy_on_return: bool = True, signal: Any = None
) -> AsyncGenerator[Any, None]:
    """The chunks of a stream; see Iterated.iterator()."""
    import asyncio

    from netuv.stream.finishing import finished
    from netuv.stream.foreign import destroy

    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] | None = None
    over = False
    failure: BaseException | None = None

    def wake() -> None:
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def on_finished(error: BaseException | None) -> None:
        nonlocal over, failure
        over, failure = True, failure or error
        wake()

    def on_abort() -> None:
        nonlocal failure
        failure = errors.abort_error(signal.reason)
        wake()

    reaction = None
    if signal is not None:
        if abort.check_signal("signal", signal).aborted:
            on_abort()
        reaction = abort.Reaction(signal, on_abort)
        signal.on("abort", reaction)
    stream.on("readable", wake)
    stop = finished(stream, on_finished, writable=False)
    left_early = True
    try:
        while True:
            aborted = signal is not None and signal.aborted
            chunk = None if aborted or stream.destroyed else stream.read()
            if chunk is not None:
                yield chunk
            elif failure is not None:
                raise failure
            elif over:
                left_early = False
                return
            else:
                waiter = loop.create_future()
                await waiter
    finally:
        if reaction is not None:
            reaction.dispose()
        if (failure is not None or destroy_on_return) and (left_early or stream._auto_destroy):
            destroy(stream)  # an error that comes late is still heard
        else:
            stream.off("readable", wake)
            stop()


class Iterated(Stream):
    """What a Readable has for tasks. A stream that a helper gives destroys this one when it is destroyed.

    A function that they are given may be async. ``concurrency`` is how many of its calls may be under way,
    ``high_water_mark`` how many results may wait besides, ``concurrency - 1`` by default; their order stays.
    ``signal`` is an AbortSignal that ends it by an AbortError.
    """

    #: What the helpers return.
    _of_helpers: ClassVar[Any]

    def iterator(self, *, destroy_on_return: bool = True) -> AsyncIterator[Any]:
        """The chunks, one by one; as ``async for``. Node's ``readable.iterator()``.

        :param destroy_on_return: False: leaving the iteration early leaves the stream open.
        """
        return iterate(self, checks.check_bool("destroy_on_return", destroy_on_return))

    def __aiter__(self) -> Any:
        return iterate(self)

    def compose(self, stream: Any, *, signal: Any = None) -> Any:
        """A Duplex of this and what it is piped into; written to it is what this takes.

        :param stream: as the last one of ``netuv.stream.compose()``.
        :param signal: an AbortSignal that destroys it by an AbortError.

        Node's ``readable.compose()``.
        """
        from netuv.stream.abort_signal import add_abort_signal

        if signal is not None:
            abort.check_signal("signal", signal)
        composed = self._composed_with(stream)
        return composed if signal is None else add_abort_signal(signal, composed)

    def _composed_with(self, stream: Any) -> Any:
        """What compose() returns; in netuv.node a stream with Node's names."""
        from netuv.stream.composing import Composed

        return Composed.of((self, stream))

    def map(
        self,
        function: Callable[[Any], Any],
        *,
        concurrency: int = 1,
        high_water_mark: int | None = None,
        signal: Any = None,
    ) -> Any:
        """A stream of what the function gives for each chunk. Node's ``readable.map()``."""
        return self._stream_of(_Mapping(self, function, concurrency, high_water_mark, signal).results())

    def filter(
        self,
        function: Callable[[Any], Any],
        *,
        concurrency: int = 1,
        high_water_mark: int | None = None,
        signal: Any = None,
    ) -> Any:
        """A stream of those chunks for which it gives what is true. Node's ``readable.filter()``."""
        checks.check_function("function", function)

        async def kept(chunk: Any) -> Any:
            return chunk if await _called(function, chunk) else _SKIP

        return self._stream_of(_Mapping(self, kept, concurrency, high_water_mark, signal).results())

    def flat_map(
        self,
        function: Callable[[Any], Any],
        *,
        concurrency: int = 1,
        high_water_mark: int | None = None,
        signal: Any = None,
    ) -> Any:
        """A stream of all that is in the iterables, or streams, which it gives. Node's ``flatMap()``."""
        mapping = _Mapping(self, function, concurrency, high_water_mark, signal)

        async def flat() -> AsyncIterator[Any]:
            async with aclosing(mapping.results()) as parts:
                async for part in parts:
                    if hasattr(part, "__aiter__"):
                        async for each in part:
                            yield each
                    else:
                        for each in part:
                            yield each

        return self._stream_of(flat())

    def drop(self, limit: int, *, signal: Any = None) -> Any:
        """A stream of what comes after so many chunks. Node's ``readable.drop()``."""
        checks.check_int("limit", limit, 0, MAX_SAFE_INTEGER)

        async def rest() -> AsyncIterator[Any]:
            _check_not_aborted(signal)
            left = limit
            async with aclosing(iterate(self, signal=signal)) as chunks:
                async for chunk in chunks:
                    if left:
                        left -= 1
                    else:
                        yield chunk

        return self._stream_of(rest())

    def take(self, limit: int, *, signal: Any = None) -> Any:
        """A stream of so many chunks. Node's ``readable.take()``."""
        checks.check_int("limit", limit, 0, MAX_SAFE_INTEGER)

        async def first() -> AsyncIterator[Any]:
            _check_not_aborted(signal)
            left = limit
            async with aclosing(iterate(self, signal=signal)) as chunks:
                async for chunk in chunks:  # also of take(0), as in Node: the stream is read, and destroyed
                    if left:
                        yield chunk
                    left -= 1
                    if left <= 0:
                        return

        return self._stream_of(first())

    async def for_each(
        self, function: Callable[[Any], Any], *, concurrency: int = 1, signal: Any = None
    ) -> None:
        """Call it for each chunk. Node's ``readable.forEach()``."""
        async for _ in _Mapping(self, function, concurrency, None, signal).results():
            pass

    async def to_array(self, *, signal: Any = None) -> list[Any]:
        """All chunks. Node's ``readable.toArray()``."""
        return [chunk async for chunk in iterate(self, signal=signal)]

    async def some(self, function: Callable[[Any], Any], *, concurrency: int = 1, signal: Any = None) -> bool:
        """Whether it gives what is true for one of them at least. Node's ``readable.some()``."""
        found = await self._first(function, True, concurrency, signal)
        return found is not _MISSING

    async def every(
        self, function: Callable[[Any], Any], *, concurrency: int = 1, signal: Any = None
    ) -> bool:
        """Whether it gives what is true for each of them. Node's ``readable.every()``."""
        found = await self._first(function, False, concurrency, signal)
        return found is _MISSING

    async def find(self, function: Callable[[Any], Any], *, concurrency: int = 1, signal: Any = None) -> Any:
        """The first chunk for which it gives what is true, or None. Node's ``readable.find()``."""
        found = await self._first(function, True, concurrency, signal)
        return None if found is _MISSING else found

    async def reduce(
        self, function: Callable[[Any, Any], Any], initial: Any = _MISSING, *, signal: Any = None
    ) -> Any:
        """Call it with what it gave last, and a chunk, for each chunk; the last result.

        :param initial: what it gets first; the first chunk by default, which must be there then, or
            ERR_MISSING_ARGS is raised.

        Node's ``readable.reduce()``.
        """
        checks.check_function("function", function)
        result = initial
        async with aclosing(iterate(self, signal=signal)) as chunks:
            async for chunk in chunks:
                result = chunk if result is _MISSING else await _called(function, result, chunk)
        if result is _MISSING:
            raise misuse.reduce_of_nothing()
        return result

    async def _first(
        self, function: Callable[[Any], Any], wanted: bool, concurrency: int, signal: Any
    ) -> Any:
        checks.check_function("function", function)

        async def tested(chunk: Any) -> Any:
            return chunk if bool(await _called(function, chunk)) is wanted else _SKIP

        async with aclosing(_Mapping(self, tested, concurrency, None, signal).results()) as found:
            async for chunk in found:
                return chunk
        return _MISSING

    def _stream_of(self, chunks: AsyncIterator[Any]) -> Any:
        return sources.from_iterable(self._of_helpers, chunks, {})


async def _called(function: Callable[..., Any], *args: Any) -> Any:
    result = function(*args)
    return await result if isinstance(result, Coroutine) else result


class _Mapping:
    """What a function gives for each chunk, where several calls may be under way."""

    __slots__ = ("_concurrency", "_function", "_limit", "_signal", "_stream")

    def __init__(
        self, stream: Stream, function: Callable[[Any], Any], concurrency: int, mark: int | None, signal: Any
    ) -> None:
        self._stream = stream
        self._function = checks.check_function("function", function)
        self._concurrency = checks.check_int("concurrency", concurrency, 1, MAX_SAFE_INTEGER)
        if mark is None:
            mark = self._concurrency - 1
        self._limit = self._concurrency + checks.check_int("high_water_mark", mark, 0, MAX_SAFE_INTEGER)
        self._signal = None if signal is None else abort.check_signal("signal", signal)

    async def results(self) -> Any:
        """An asynchronous generator of them."""
        chunks: Any = iterate(self._stream, signal=self._signal)
        async with aclosing(chunks):
            if self._limit == 1:
                async for chunk in chunks:
                    value = await _called(self._function, chunk)
                    if value is not _SKIP:
                        yield value
                return
            async with aclosing(self._several(chunks)) as values:
                async for value in values:
                    if value is not _SKIP:
                        yield value

    async def _several(self, chunks: AsyncIterator[Any]) -> Any:
        import asyncio

        calls = _Calls(self._function, self._concurrency, self._limit)
        reading = asyncio.get_running_loop().create_task(calls.read(chunks))
        try:
            while True:
                while calls.queue:
                    yield await calls.queue[0]
                    calls.queue.popleft()  # one that was given counts until the next one is wanted
                    calls.changed()
                if reading.done():
                    reading.result()
                    return
                await calls.next_change()
        finally:
            left = [reading, *calls.queue]
            for each in left:
                each.cancel()
            await asyncio.gather(*left, return_exceptions=True)


class _Calls:
    """Calls of a function that are under way, and the results that wait, in the order of the chunks."""

    __slots__ = ("_concurrency", "_failed", "_function", "_limit", "_running", "_waiters", "queue")

    def __init__(self, function: Callable[[Any], Any], concurrency: int, limit: int) -> None:
        self._function = function
        self._concurrency = concurrency
        self._limit = limit
        self._running = 0
        self._failed = False
        self._waiters: list[Any] = []  # futures of who waits for a change
        self.queue: deque[Any] = deque()  # tasks

    async def read(self, chunks: AsyncIterator[Any]) -> None:
        """Call it for each chunk, until one call has failed."""
        import asyncio

        loop = asyncio.get_running_loop()
        try:
            async for chunk in chunks:
                if self._failed:
                    return
                call = loop.create_task(_called(self._function, chunk))
                self._running += 1
                self.queue.append(call)
                call.add_done_callback(self._on_done)
                self.changed()
                while self._running >= self._concurrency or len(self.queue) >= self._limit:
                    await self.next_change()
        finally:
            self.changed()

    async def next_change(self) -> None:
        """Wait until a call has begun or is done, or a result was taken."""
        import asyncio

        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def changed(self) -> None:
        """Have everybody look again who waits."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _on_done(self, call: Any) -> None:
        self._running -= 1
        if call.cancelled() or call.exception() is not None:
            self._failed = True
        self.changed()


def _check_not_aborted(signal: Any) -> None:
    if signal is not None and abort.check_signal("signal", signal).aborted:
        raise errors.abort_error(signal.reason)


async def close(iterator: Any) -> None:
    """What ``for await`` of JavaScript does when it is left, and ``async for`` does not."""
    if hasattr(iterator, "aclose"):
        await iterator.aclose()


def asyncio_task(
    awaitable: Awaitable[Any], done: Callable[[BaseException | None, Any], object], given: Any = None
) -> Any:
    """Await it in a task, which is returned; ``done(error, result)`` hears of it once.

    :param given: what it iterates; that is closed before ``done`` is called.
    """
    import asyncio

    began = False

    async def run() -> None:
        nonlocal began
        began = True
        result: Any = None
        failure: BaseException | None = None
        try:
            try:
                result = await awaitable
            finally:
                await close(given)
        except Exception as error:
            failure = error
        except BaseException as error:
            done(errors.abort_error(), None)
            raise error
        done(failure, result)

    def forget(task: Any) -> None:
        _tasks.discard(task)
        if not began:  # it was cancelled before its first step
            if isinstance(awaitable, Coroutine):
                awaitable.close()
            done(errors.abort_error(), None)

    task = asyncio.get_running_loop().create_task(run())
    _tasks.add(task)
    task.add_done_callback(forget)
    return task


_tasks: set[Any] = set()  # asyncio itself does not keep them alive
