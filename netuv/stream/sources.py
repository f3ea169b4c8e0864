"""Readables over what is no stream: an iterable, and an emitter that only knows 'data' and 'end'.

Both are methods of Readable, ``from_()`` and ``wrap()``.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, errors, misuse
from netuv.stream.base import Done

if TYPE_CHECKING:
    from netuv.stream.readable import Readable

    R = TypeVar("R", bound="Readable")


def from_iterable(kind: type[R], iterable: Any, options: Mapping[str, Any]) -> R:
    """What ``Readable.from_()`` gives; see there."""
    if isinstance(iterable, (str, bytes, bytearray, memoryview)):
        whole = kind(**{"object_mode": True, **options})

        def read(size: int) -> None:
            whole.push(iterable)
            whole.push(None)

        whole._read = read  # type: ignore[method-assign]
        return whole
    if hasattr(iterable, "__aiter__"):
        checks.check_asyncio("iterable", iterable)
        stream = kind(**{"object_mode": True, "high_water_mark": 1, **options})
        pulling = _Pulling(stream, iterable.__aiter__())
        stream._read = pulling.read  # type: ignore[method-assign]
        stream._destroy = pulling.destroy  # type: ignore[assignment, method-assign]
        return stream
    try:
        iterator = iter(iterable)
    except TypeError:
        raise misuse.invalid_arg_type("iterable", "an iterable", iterable) from None
    stream = kind(**{"object_mode": True, "high_water_mark": 1, **options})
    iteration = _Iteration(stream, iterator)
    stream._read = iteration.read  # type: ignore[method-assign]
    stream._destroy = iteration.destroy  # type: ignore[assignment, method-assign]
    return stream


class _Iteration:
    """Pushes what an iterator gives while the stream wants more; closes it when that is destroyed."""

    __slots__ = ("_destroy", "_iterator", "_reading", "_stream")

    def __init__(self, stream: Readable, iterator: Iterator[Any]) -> None:
        self._stream = stream
        self._iterator = iterator
        self._destroy = stream._destroy  # of the stream itself, or its option
        self._reading = False  # an iterator may read the stream that it feeds

    def read(self, size: int) -> None:
        if self._reading:
            return
        self._reading = True
        try:
            while True:
                try:
                    value = next(self._iterator)
                except StopIteration:
                    self._stream.push(None)
                    return
                if value is None:
                    raise misuse.null_values()
                if not self._stream.push(value):
                    break
        except Exception as error:
            self._stream.destroy(error)
        finally:
            self._reading = False

    def destroy(self, error: BaseException | None, callback: Done) -> None:
        def close(own: BaseException | None = None) -> None:
            reason = own if own is not None else error
            try:
                self._close(reason)
            except Exception as failure:
                if reason is None:
                    reason = failure
                elif failure is not reason:
                    errors.chain(reason, [failure])
            self._stream._next_tick(callback, reason)

        self._destroy(error, close)

    def _close(self, error: BaseException | None) -> None:
        throw: Callable[[BaseException], object] | None = getattr(self._iterator, "throw", None)
        if error is not None and throw is not None:
            try:
                throw(error)
            except StopIteration:
                return
        close: Callable[[], object] | None = getattr(self._iterator, "close", None)
        if close is not None:
            close()


class _Pulling:
    """The same of an asynchronous iterator: a task asks it for more. It is cancelled by destroy()."""

    __slots__ = ("_context", "_destroy", "_iterator", "_stream", "_task")

    def __init__(self, stream: Readable, iterator: Any) -> None:
        self._stream = stream
        self._iterator = iterator
        self._destroy = stream._destroy
        self._context = contextvars.copy_context()
        self._task: Any = None

    def read(self, size: int) -> None:
        if self._task is None:
            self._task = self._run(self._pull())

    def _run(self, coroutine: Any) -> Any:
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            coroutine.close()
            raise
        return self._context.copy().run(loop.create_task, coroutine)

    async def _pull(self) -> None:
        stream = self._stream
        try:
            while True:
                try:
                    value = await self._iterator.__anext__()
                except StopAsyncIteration:
                    self._task = None
                    stream.push(None)
                    return
                if value is None:
                    raise misuse.null_values()
                if not stream.push(value):
                    break
        except Exception as error:
            self._task = None
            stream.destroy(error)
        except BaseException:  # cancelled, by destroy() or by somebody else
            stream.destroy()
            raise
        self._task = None

    def destroy(self, error: BaseException | None, callback: Done) -> None:
        def close(own: BaseException | None = None) -> None:
            self._run(self._close(own if own is not None else error, callback))

        self._destroy(error, close)

    async def _close(self, error: BaseException | None, callback: Done) -> None:
        import asyncio

        task, self._task = self._task, None
        try:
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task])
            elif error is not None and hasattr(self._iterator, "athrow"):
                try:
                    await self._iterator.athrow(error)
                except StopAsyncIteration:
                    pass
            if hasattr(self._iterator, "aclose"):
                await self._iterator.aclose()
        except Exception as failure:
            if error is None:
                error = failure
            elif failure is not error:
                errors.chain(error, [failure])
        finally:
            self._stream._next_tick(callback, error)


def wrap(stream: Readable, old: Any) -> None:
    """What ``Readable.wrap()`` does; see there."""
    if stream._stream_life.guard is not None:
        stream._stream_life.guard()
    checks.check_callback("old.on", getattr(old, "on", None))
    paused = False

    def on_data(chunk: Any) -> None:
        nonlocal paused
        if not stream.push(chunk) and hasattr(old, "pause"):
            paused = True
            old.pause()

    def read(size: int) -> None:
        nonlocal paused
        if paused and hasattr(old, "resume"):
            paused = False
            old.resume()

    old.on("data", on_data)
    old.on("end", lambda: stream.push(None))
    old.on("error", stream._error_or_destroy)
    for event in ("close", "destroy"):
        old.on(event, lambda *args: stream.destroy())
    stream._read = read  # type: ignore[method-assign]
    for name, value in vars(old).items():
        if callable(value) and not name.startswith("_") and not hasattr(stream, name):
            setattr(stream, name, value)
