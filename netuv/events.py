"""What Node's module ``events`` has beside EventEmitter: functions on emitters, and on signals.

``once()`` and ``on()`` are for tasks; asyncio is imported when they wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from netuv import checks, misuse
from netuv.abort import Reaction, check_signal
from netuv.emitter import ERROR_MONITOR, EventEmitter, check_limit
from netuv.errors import abort_error
from netuv.timers import next_tick

#: Its listeners hear of each 'error' first, and leave it unhandled. Node's ``events.errorMonitor``.
error_monitor = ERROR_MONITOR

#: The name of the method that hears what an async listener raises, where its emitter captures that: it is
#: called with the error, the event and what was emitted. Node's ``events.captureRejectionSymbol``.
capture_rejection_symbol = "_on_rejection"


def _check(name: str, given: Any) -> EventEmitter:
    if not isinstance(given, EventEmitter):
        raise misuse.invalid_arg_type(name, "an EventEmitter", given)
    return given


def get_event_listeners(emitter: EventEmitter, event: str) -> list[Callable[..., Any]]:
    """The listeners of an event, as they were given. Node's ``events.getEventListeners()``."""
    return _check("emitter", emitter).listeners(event)


def listener_count(emitter: EventEmitter, event: str) -> int:
    """How many there are. Node's ``events.listenerCount()``."""
    return _check("emitter", emitter).listener_count(event)


def get_max_listeners(emitter: EventEmitter) -> float:
    """How many of one event are still without a warning. Node's ``events.getMaxListeners()``."""
    return _check("emitter", emitter).get_max_listeners()


def set_max_listeners(n: float | None = None, *emitters: EventEmitter) -> None:
    """Set the limit of these emitters; without any, that of all which have set none.

    :param n: 0 or ``math.inf`` for no limit; None for ``EventEmitter.default_max_listeners``. Raises
        ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE; nothing is set then.

    Node's ``events.setMaxListeners()``.
    """
    checked = [_check(f"emitters[{i}]", each) for i, each in enumerate(emitters)]
    limit = check_limit("n", EventEmitter.default_max_listeners if n is None else n)
    for each in checked:
        each.set_max_listeners(limit)
    if not checked:
        EventEmitter.default_max_listeners = limit


def add_abort_listener(signal: Any, listener: Callable[[], object]) -> Reaction:
    """Call ``listener()`` once when the signal is aborted, whatever other listeners do.

    In a tick, if it is aborted already. What is returned has ``dispose()``, which takes it back; ``with``
    does that at its end. Raises ERR_INVALID_ARG_TYPE.

    Node's ``events.addAbortListener()``.
    """
    signal = check_signal("signal", signal)
    checks.check_callback("listener", listener)
    reaction = Reaction(signal, listener)
    if signal.aborted:
        next_tick(reaction)
    else:
        signal.on("abort", reaction)
    return reaction


async def once(emitter: EventEmitter, event: str, *, signal: Any = None) -> tuple[Any, ...]:
    """Wait for an event; what it carries, as a tuple. Node's ``events.once()``.

    An 'error' that comes first is raised, unless it is what is waited for.

    :param signal: an AbortSignal that ends the waiting, by an AbortError.
    """
    import asyncio

    _check("emitter", emitter)
    future: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()

    def on_event(*args: Any) -> None:
        if not future.done():
            future.set_result(args)

    def fail(error: Any) -> None:
        if not future.done():
            future.set_exception(_as_exception(error, emitter))

    listeners: list[tuple[str, Callable[..., Any]]] = [(event, on_event)]
    if event != "error":
        listeners.append(("error", fail))
    with _aborting(signal, lambda: fail(abort_error(signal.reason))):
        for name, listener in listeners:
            emitter.on(name, listener)
        try:
            return await future
        finally:
            for name, listener in listeners:
                emitter.off(name, listener)


class on:
    """``async for args in on(emitter, event)``: each event, as a tuple of what it carries. ``events.on()``.

    It listens from the call on, and keeps what comes. An 'error' is raised behind that. It ends by
    ``aclose()``, by leaving ``async with``, or with an event of ``close``.

    :param signal: an AbortSignal that ends it by an AbortError, behind what has come.
    :param close: the events that end it.
    :param high_water_mark: when as many wait, the emitter's ``pause()`` is called; never by default.
    :param low_water_mark: and ``resume()`` when there are fewer than that, 1 by default.
    """

    def __init__(
        self,
        emitter: Any,
        event: str,
        *,
        signal: Any = None,
        close: Any = (),
        high_water_mark: int | None = None,
        low_water_mark: int = 1,
    ) -> None:
        self._emitter = _check("emitter", emitter)
        if high_water_mark is not None:
            checks.check_int("high_water_mark", high_water_mark, 1, 2**53 - 1)
        checks.check_int("low_water_mark", low_water_mark, 1, 2**53 - 1)
        if signal is not None and check_signal("signal", signal).aborted:
            raise abort_error(signal.reason)
        self._high, self._low = high_water_mark, low_water_mark
        self._came: deque[tuple[Any, ...]] = deque()
        self._waiting: deque[Any] = deque()  # futures of tasks
        self._error: BaseException | None = None
        self._over = self._paused = False
        self._listeners: list[tuple[str, Callable[..., Any]]] = [(event, self._on_event)]
        self._listeners += [(name, self._on_close) for name in close]
        if event != "error":
            self._listeners.append(("error", self._on_error))
        for name, listener in self._listeners:
            emitter.on(name, listener)
        self._reaction = None
        if signal is not None:
            self._reaction = add_abort_listener(signal, lambda: self._on_error(abort_error(signal.reason)))

    def _on_event(self, *args: Any) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(args)
                return
        self._came.append(args)
        if self._high is not None and len(self._came) > self._high and not self._paused:
            self._paused = True
            self._emitter.pause()  # type: ignore[attr-defined]

    def _on_error(self, error: Any) -> None:
        self._error = _as_exception(error, self._emitter)
        self._on_close()

    def _on_close(self, *args: Any) -> None:
        """No more is taken; what has come is still to be had."""
        self._over = True
        listeners, self._listeners = self._listeners, []
        for name, listener in listeners:
            self._emitter.off(name, listener)
        if self._reaction is not None:
            self._reaction.dispose()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)

    def __aiter__(self) -> on:
        return self

    async def __anext__(self) -> tuple[Any, ...]:
        import asyncio

        if not self._came and not self._over:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                args: tuple[Any, ...] | None = await future
            except BaseException:
                if future.done() and not future.cancelled() and future.result() is not None:
                    self._came.appendleft(future.result())  # the task did not get it
                raise
            if args is not None:
                return args
        if self._came:
            args = self._came.popleft()
            if self._paused and len(self._came) < self._low:
                self._paused = False
                self._emitter.resume()  # type: ignore[attr-defined]
            return args
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Listen no more, and forget what has come."""
        self._came.clear()
        self._on_close()

    async def __aenter__(self) -> on:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


def _as_exception(error: Any, emitter: EventEmitter) -> BaseException:
    return error if isinstance(error, BaseException) else misuse.unhandled_error(error, emitter)


@contextmanager
def _aborting(signal: Any, react: Callable[[], None]) -> Iterator[None]:
    """Call ``react()`` when the signal is aborted within the block; raises when it is already."""
    if signal is None:
        yield
        return
    if check_signal("signal", signal).aborted:
        raise abort_error(signal.reason)
    reaction = add_abort_listener(signal, react)
    try:
        yield
    finally:
        reaction.dispose()
