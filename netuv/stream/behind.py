"""A function behind a Duplex: it iterates what is written, and gives what is read.

It is called once, with an asynchronous iterator of what is written. What it returns decides:

======================  ===========================================================================
it returns              then
======================  ===========================================================================
an iterable, as an      the Duplex has both halves, and what that gives is read
async generator does
a coroutine             it has the writing half only, which finishes when the coroutine has
                        returned; returned before the end, it destroys the Duplex
a Duplex                that is the one
======================  ===========================================================================

A write is done when the function has taken the chunk. destroy() cancels what still runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar

from netuv import checks, misuse
from netuv.stream.base import Done
from netuv.stream.duplex import Duplex
from netuv.stream.foreign import destroy
from netuv.stream.iteration import asyncio_task
from netuv.stream.sources import from_iterable

_END = object()  # in the place of a chunk: end() was called


class Behind:
    """One such function; it is also what the function iterates."""

    #: What a program gets.
    kind: ClassVar[type[Duplex]] = Duplex

    def __init__(self) -> None:
        self._chunk: Any = None  # that was written, or _END, while there is ...
        self._taken: Done | None = None  # ... its callback
        self._ended = False  # the function has seen the end
        self._waiter: Any = None  # a future of the function, which waits for a chunk
        self._ending: Done | None = None  # the callback of _final(), until the coroutine has returned
        self._task: Any = None  # of the coroutine
        self._duplex: Any = None

    def make(self, name: str, function: Callable[..., Any]) -> Duplex:
        """The Duplex in front of it.

        Raises ERR_INVALID_RETURN_VALUE; and ERR_INVALID_ARG_TYPE when it is async where no asyncio runs.
        """
        if checks.is_async_function(function):
            checks.check_asyncio(name, function)
        value = self.call(function)
        if isinstance(value, Duplex):
            return value
        if isinstance(value, Awaitable):
            self._duplex = self.kind(
                object_mode=True,
                readable=False,
                write=self._write,
                final=self._final_of_coroutine,
                destroy=self._destroy,
            )
            self._task = asyncio_task(value, self._on_returned)
        elif isinstance(value, Iterable) or hasattr(value, "__aiter__"):
            hooks: Any = {"write": self._write, "final": self._final, "destroy": self._destroy}
            self._duplex = from_iterable(self.kind, value, hooks)
        else:
            raise misuse.invalid_return_value("an iterable or a coroutine", name, value)
        return self._duplex  # type: ignore[no-any-return]

    def call(self, function: Callable[..., Any]) -> Any:
        """What the function gives for what is written."""
        return function(self)

    # -- what the function iterates ----------------------------------------------------------------

    def __aiter__(self) -> Behind:
        return self

    async def __anext__(self) -> Any:
        import asyncio

        while self._taken is None:
            if self._ended:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        taken, self._taken = self._taken, None
        chunk, self._chunk = self._chunk, None
        self._duplex._next_tick(taken)
        if chunk is _END:
            self._ended = True
            raise StopAsyncIteration
        return chunk

    # -- the hooks of the Duplex ---------------------------------------------------------------------

    def _write(self, chunk: Any, encoding: Any, callback: Done) -> None:
        self._chunk, self._taken = chunk, callback
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _final(self, callback: Done) -> None:
        self._write(_END, None, callback)

    def _final_of_coroutine(self, callback: Done) -> None:
        self._ending = callback
        self._write(_END, None, _ignore)

    def _destroy(self, error: BaseException | None, callback: Done) -> None:
        if self._task is not None:
            self._task.cancel()
        callback(error)

    def _on_returned(self, error: BaseException | None, value: Any) -> None:
        """The coroutine is done."""
        self._task = None
        if error is None and value is not None:
            error = misuse.invalid_return_value("nothing", "source", value)
        if error is not None or self._ending is None:
            destroy(self._duplex, error)
        else:
            self._duplex._next_tick(self._ending)


def of_awaitable(kind: type[Duplex], awaitable: Awaitable[Any]) -> Duplex:
    """A Duplex that reads what an awaitable gives, unless that is None."""

    def done(error: BaseException | None, value: Any) -> None:
        if error is not None:
            destroy(duplex, error)
            return
        if value is not None:
            duplex.push(value)
        duplex.push(None)

    def stop(error: BaseException | None, callback: Done) -> None:
        task.cancel()  # nothing happens to one that is done
        callback(error)

    duplex = kind(object_mode=True, writable=False, read=_ignore, destroy=stop)
    task = asyncio_task(awaitable, done)
    return duplex


def _ignore(*args: object) -> None:
    """What a hook has to do already happens elsewhere."""
