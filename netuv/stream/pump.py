"""What an iterable gives, written to a stream at the pace it takes it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from typing import Any

from netuv.stream.finishing import finished
from netuv.stream.foreign import next_tick, remove
from netuv.stream.iteration import asyncio_task, close

Callback = Callable[["BaseException | None"], object]


class Pump:
    """Iterates until write() answers False, and goes on at 'drain'.

    ``on_done(error)`` is called once: when the destination has finished (without ``end``, when all is
    written), or with what either of the two has failed with. The iterator is closed when it is not needed any
    more, so that a ``finally`` in a generator runs.
    """

    __slots__ = ("_destination", "_end", "_error", "_iterator", "_on_done", "_stop", "_waiting")

    def __init__(self, source: Iterable[Any], destination: Any, on_done: Callback, end: bool) -> None:
        self._iterator: Iterator[Any] | None = iter(source)  # None: it has come to its end, or was closed
        self._destination = destination
        self._on_done: Callback | None = on_done
        self._end = end
        self._error: BaseException | None = None  # the destination's
        self._waiting = False  # for 'drain' or, when all is written, for the destination to finish
        self._stop: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin; nothing is written before the caller has returned."""
        self._destination.on("drain", self._on_drain)
        self._stop = finished(self._destination, self._on_finished, readable=False)
        if getattr(self._destination, "writable_need_drain", False) is True:
            self._waiting = True
        else:
            self._go_on_soon()

    def _on_drain(self) -> None:
        self._on_finished(None)

    def _on_finished(self, error: BaseException | None) -> None:
        if error is not None:
            self._error = error
        if self._waiting:
            self._waiting = False
            self._go_on_soon()

    def _go_on_soon(self) -> None:
        """After the ticks that wait now: in Node a promise comes when there are no more ticks."""
        next_tick(self._destination, next_tick, self._destination, self._go_on)

    def _go_on(self) -> None:
        try:
            if self._error is not None:
                raise self._error
            if self._iterator is None:
                self._done(None)
                return
            for chunk in self._iterator:
                if self._destination.write(chunk) is False:
                    self._wait()
                    return
            self._iterator = None
            if self._end:
                self._wait()
                self._destination.end()
            else:
                self._done(None)
        except Exception as error:
            self._done(error)

    def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiting = True

    def _done(self, error: BaseException | None) -> None:
        on_done, self._on_done = self._on_done, None
        if self._stop is not None:
            self._stop()
        remove(self._destination, "drain", self._on_drain)
        iterator, self._iterator = self._iterator, None
        close = getattr(iterator, "close", None)
        if close is not None:
            try:
                close()
            except Exception as failure:
                error = error or failure
        if on_done is not None:
            on_done(error)


class TaskPump:
    """The same of an asynchronous iterable. It is iterated by a task, which destroy() cancels."""

    __slots__ = ("_destination", "_end", "_error", "_on_done", "_source", "_stop", "_task", "_waiter")

    def __init__(self, source: AsyncIterable[Any], destination: Any, on_done: Callback, end: bool) -> None:
        self._source = source
        self._destination = destination
        self._on_done = on_done
        self._end = end
        self._error: BaseException | None = None  # the destination's
        self._waiter: Any = None  # a future, for 'drain' or until the destination has finished
        self._stop: Callable[[], None] | None = None
        self._task: Any = None  # while it runs

    def start(self) -> None:
        """Begin."""
        self._destination.on("drain", self._on_drain)
        self._stop = finished(self._destination, self._on_finished, readable=False)
        self._task = asyncio_task(self._run(), self._done)

    def destroy(self, error: BaseException | None) -> None:
        """Another part of the pipeline has failed."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        destination = self._destination
        chunks = self._source.__aiter__()
        try:
            if getattr(destination, "writable_need_drain", False) is True:
                await self._wait()
            async for chunk in chunks:
                if destination.write(chunk) is False:
                    await self._wait()
        finally:
            await close(chunks)
        if self._end:
            destination.end()
            await self._wait()

    async def _wait(self) -> None:
        import asyncio

        if self._error is None:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if self._error is not None:
            raise self._error

    def _on_drain(self) -> None:
        self._on_finished(None)

    def _on_finished(self, error: BaseException | None) -> None:
        if error is not None:
            self._error = error
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            if not waiter.done():
                waiter.set_result(None)
        elif error is not None:
            self.destroy(error)  # there is nobody any more for what the source may give

    def _done(self, error: BaseException | None, result: None) -> None:
        self._task = None
        if self._stop is not None:
            self._stop()
        remove(self._destination, "drain", self._on_drain)
        self._on_done(error if self._error is None else self._error)
