"""Timers, immediates and ticks, in Node's spelling and order.

A timer is one libuv timer. Delays are whole milliseconds, counted from now (the loop's clock is brought up
to date first); less than 1, more than 2**31 - 1, or not a number counts as 1, as in Node.

Immediates run in the loop's check phase, right after I/O. They share one Check handle; an Idle handle
keeps the loop from waiting while there are any. Those that an immediate adds wait for the next turn.

The idle timeout of a socket is lazy: a read or a write costs one time stamp, and the timer, when it fires
too early, is set again for the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import pyuv

from netuv import errors
from netuv.loop import Loop, check_loop

MAX_DELAY = 2**31 - 1

F = TypeVar("F", bound=Callable[..., Any])


def _milliseconds(delay: Any) -> int:
    if not isinstance(delay, (int, float)):
        raise errors.invalid_arg_type("delay", "a number of milliseconds", delay)
    if not 1 <= delay <= MAX_DELAY:  # nan neither
        return 1
    return int(delay)


def _seconds(delay: int) -> float:
    """As pyuv takes it. The loop's clock is cut to whole ms, so with one more no timer is early."""
    return (delay + 1.5) / 1000  # pyuv cuts off the half


class Timeout:
    """A timer that set_timeout() or set_interval() returned; Node's class of the same name."""

    def __init__(
        self,
        callback: Callable[..., Any],
        delay: float | None,
        args: tuple[Any, ...],
        repeat: bool,
        loop: Loop,
    ) -> None:
        errors.check_callback("callback", callback)
        self._callback: Callable[..., Any] | None = callback  # None once it is cleared
        self._args = args
        self._delay = _milliseconds(1 if delay is None else delay)
        self._repeat = repeat
        self._loop = loop
        self._ref = True
        self._handle: Any = None
        self._start()

    def _start(self) -> None:
        if self._handle is None:
            self._handle = pyuv.Timer(self._loop.uv)
            self._handle.ref = self._ref
            self._loop._owners.add(self)
        self._loop.uv.update_time()
        self._handle.start(self._on_timer, _seconds(self._delay), 0.0)

    def _on_timer(self, handle: Any) -> None:
        loop = self._loop
        callback = self._callback
        assert callback is not None
        try:
            callback(*self._args)
        finally:
            if self._handle is handle and not handle.active:  # not refreshed, not cleared
                if self._repeat:
                    self._start()
                else:
                    self._give_up_handle()
        if loop._ticks:
            loop._drain()

    def close(self) -> None:
        """Cancel it; the same as clear_timeout(timer)."""
        self._loop.check_thread()
        self._callback = None
        self._give_up_handle()

    _close_with_loop = close

    def _give_up_handle(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None
            self._loop._owners.discard(self)

    def refresh(self) -> Timeout:
        """Count the delay from now again; a timer that has fired is set anew, a cleared one is not."""
        self._loop.check_thread()
        self._loop.check()
        if self._callback is not None:
            self._start()
        return self

    def ref(self) -> Timeout:
        """Keep the loop running while this timer is set (the default)."""
        return self._set_ref(True)

    def unref(self) -> Timeout:
        """Do not keep the loop running for this timer."""
        return self._set_ref(False)

    def _set_ref(self, ref: bool) -> Timeout:
        self._loop.check_thread()
        self._ref = ref
        if self._handle is not None:
            self._handle.ref = ref
        return self

    def has_ref(self) -> bool:
        """False after unref()."""
        return self._ref

    def __repr__(self) -> str:
        state = "waiting" if self._handle is not None else "done"
        return f"<Timeout {self._delay} ms, {state}>"


class IdleTimer:
    """Calls back when ``active()`` was not called for so many ms; then waits for the next activity."""

    __slots__ = ("_callback", "_delay", "_handle", "_last", "_loop", "_waiting")

    def __init__(self, loop: Loop, delay: float, callback: Callable[[], object]) -> None:
        self._loop = loop
        self._delay = _milliseconds(min(delay, MAX_DELAY))
        self._callback = callback
        self._handle = pyuv.Timer(loop.uv)
        loop._internal.add(self._handle)
        self._waiting = False
        loop.uv.update_time()
        self.active()

    def active(self) -> None:
        """Count the delay from now."""
        self._last = self._loop.uv.now()
        if not self._waiting:
            self._wait(self._delay)

    def _wait(self, delay: int) -> None:
        self._waiting = True
        self._handle.start(self._on_timer, _seconds(delay), 0.0)
        self._handle.ref = False

    def _on_timer(self, handle: Any) -> None:
        loop = self._loop
        self._waiting = False
        rest = self._last + self._delay - loop.uv.now()
        if rest > 0:
            self._wait(rest)
        else:
            self._callback()
        if loop._ticks:
            loop._drain()

    def close(self) -> None:
        """Call back no more."""
        self._loop._internal.discard(self._handle)
        self._handle.close()


class Immediate:
    """What set_immediate() returned; Node's class of the same name."""

    def __init__(self, callback: Callable[..., Any], args: tuple[Any, ...], queue: _Immediates) -> None:
        self._callback: Callable[..., Any] | None = callback
        self._args = args
        self._queue = queue
        self._ref = True

    def close(self) -> None:
        """Cancel it; the same as clear_immediate(immediate)."""
        if self._callback is not None:
            self._callback = None
            if self._ref:
                self._queue.count_ref(-1)

    def ref(self) -> Immediate:
        """Keep the loop running until it has run (the default)."""
        return self._set_ref(True)

    def unref(self) -> Immediate:
        """Do not keep the loop running for it."""
        return self._set_ref(False)

    def _set_ref(self, ref: bool) -> Immediate:
        if ref != self._ref:
            self._ref = ref
            if self._callback is not None:
                self._queue.count_ref(1 if ref else -1)
        return self

    def has_ref(self) -> bool:
        """False after unref()."""
        return self._ref


class _Immediates:
    """A loop's queue of immediates, and the two handles that run it."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._queue: deque[Immediate] = deque()
        self._referenced = 0
        self._check = pyuv.Check(loop.uv)
        self._idle = pyuv.Idle(loop.uv)
        loop._internal |= {self._check, self._idle}
        self._check.start(self._on_check)
        self._check.ref = False

    def add(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> Immediate:
        immediate = Immediate(callback, args, self)
        self._queue.append(immediate)
        self.count_ref(1)
        return immediate

    def count_ref(self, change: int) -> None:
        before, self._referenced = self._referenced, self._referenced + change
        if not before and self._referenced:
            self._idle.start(_nothing)
        elif before and not self._referenced:
            self._idle.stop()

    def clear(self) -> None:
        for immediate in self._queue:
            immediate.close()
        self._queue.clear()

    def _on_check(self, handle: Any) -> None:
        loop = self._loop
        for _ in range(len(self._queue)):
            immediate = self._queue.popleft()
            callback = immediate._callback
            if callback is None:
                continue
            immediate.close()
            try:
                callback(*immediate._args)
                loop._drain()
            except BaseException as error:
                loop._on_exception(type(error), error, error.__traceback__)
                if loop._failure is not None:
                    return  # the rest waits for the next run()


def _nothing(handle: Any) -> None:
    pass


def set_timeout(
    callback: Callable[..., Any], delay: float | None = 1, *args: Any, loop: Loop | None = None
) -> Timeout:
    """Call ``callback(*args)`` once, after ``delay`` ms. Node's ``setTimeout()``."""
    return Timeout(callback, delay, args, False, check_loop(loop))


def set_interval(
    callback: Callable[..., Any], delay: float | None = 1, *args: Any, loop: Loop | None = None
) -> Timeout:
    """Call ``callback(*args)`` every ``delay`` ms. Node's ``setInterval()``."""
    return Timeout(callback, delay, args, True, check_loop(loop))


def set_immediate(callback: Callable[..., Any], *args: Any, loop: Loop | None = None) -> Immediate:
    """Call ``callback(*args)`` after this turn's I/O. Node's ``setImmediate()``."""
    errors.check_callback("callback", callback)
    loop = check_loop(loop)
    if loop._immediates is None:
        loop._immediates = _Immediates(loop)
    immediate: Immediate = loop._immediates.add(callback, args)
    return immediate


def clear_timeout(timer: Timeout | None) -> None:
    """Cancel a timer; None, or one that is done, is ignored. Node's ``clearTimeout()``."""
    _clear(timer, Timeout)


def clear_interval(timer: Timeout | None) -> None:
    """Cancel an interval; None is ignored. Node's ``clearInterval()``."""
    _clear(timer, Timeout)


def clear_immediate(immediate: Immediate | None) -> None:
    """Cancel an immediate; None, or one that is done, is ignored. Node's ``clearImmediate()``."""
    _clear(immediate, Immediate)


def _clear(timer: Any, kind: type) -> None:
    if timer is None:
        return
    if not isinstance(timer, kind):
        raise errors.invalid_arg_type("timer", f"a {kind.__name__} or None", timer)
    timer.close()  # type: ignore[attr-defined]


def next_tick(callback: Callable[..., Any], *args: Any, loop: Loop | None = None) -> None:
    """Call ``callback(*args)`` after the current callback. Node's ``process.nextTick()``."""
    check_loop(loop).next_tick(callback, *args)
