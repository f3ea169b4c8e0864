"""Timers, immediates and ticks, in Node's spelling and order.

All timers of a loop share one libuv timer, and are kept as Node keeps them: one list for each delay, in
which what is added last is due last, and a heap of these lists by what is due first. When the loop is late,
all that is due of one list runs before the next list. Delays are whole milliseconds, counted from now; less
than 1, more than 2**31 - 1, or not a number counts as 1, as in Node.

Immediates run in the loop's check phase, right after I/O. They share one Check handle; an Idle handle
keeps the loop from waiting while there are any. Those that an immediate adds wait for the next turn.

The idle timeout of a socket is lazy: a read or a write costs one time stamp, and the timer, when it fires
too early, is set again for the rest.

sleep(), immediate() and interval() are for tasks; asyncio is imported when they wait.
"""

from __future__ import annotations

import math
import operator
import sys
import warnings
import weakref
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from heapq import heapify, heappop, heappush, heapreplace
from time import monotonic, monotonic_ns
from typing import Any, cast

from netuv import checks, errors, misuse
from netuv.abort import AbortSignal, Reaction, check_signal
from netuv.context import of_this_call
from netuv.loop import Loop, check_loop
from netuv.uv import timer as uv_timer
from netuv.uv.turn import WAITS_AFTER_TIMERS, gated

MAX_DELAY = 2**31 - 1


class TimeoutOverflowWarning(RuntimeWarning):
    """A delay is over 2**31 - 1 ms. Node's warning of this name."""


class TimeoutNegativeWarning(RuntimeWarning):
    """A delay is negative. Node's warning of this name."""


class TimeoutNaNWarning(RuntimeWarning):
    """A delay is not a number. Node's warning of this name."""


def _warn(kind: type[RuntimeWarning], message: str) -> None:
    """Warn of the line of the user's that called into netuv."""
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "netuv":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, kind, stacklevel=level)


def to_number(name: str, value: Any) -> int | float:
    """An int or float of whatever is a real number: also numpy's scalars, Decimal and Fraction.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if isinstance(value, (int, float)):
        return value
    try:
        if hasattr(value, "__index__"):
            return operator.index(value)
        if hasattr(value, "__float__"):
            return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        pass
    expected = "a number of milliseconds"
    if hasattr(value, "total_seconds"):
        expected += f" ({name}.total_seconds() * 1000)"
    raise misuse.invalid_arg_type(name, expected, value)


def _milliseconds(delay: Any) -> int:
    delay = 1 if delay is None else to_number("delay", delay)
    if 1 <= delay <= MAX_DELAY:
        return int(delay)
    if delay > MAX_DELAY:
        text = "does not fit into a 32-bit signed integer. Timeout duration was set to 1."
        _warn(TimeoutOverflowWarning, f"{_short(delay)} {text}")
    elif delay < 0:
        _warn(TimeoutNegativeWarning, f"{_short(delay)} is a negative number. Timeout duration was set to 1.")
    elif delay != delay:
        _warn(TimeoutNaNWarning, f"{delay} is not a number. Timeout duration was set to 1.")
    return 1


def _short(delay: int | float) -> str:
    # The digits of a large int take long to make, and may be too many for str().
    if isinstance(delay, float) or -(10**30) < delay < 10**30:
        return str(delay)
    return "a number over 10**30" if delay > 0 else "a number below -10**30"


class _List:
    """The timers of one delay, in the order they were set, and when each is due."""

    __slots__ = ("delay", "expiry", "number", "timers")

    def __init__(self, delay: int) -> None:
        self.delay = delay
        self.timers: OrderedDict[Any, int] = OrderedDict()
        self.expiry = 0  # with number, its place in the heap
        self.number = 0


class _Timers:
    """A loop's timers, and the libuv timer that runs them.

    What is in a list has ``_callback``, ``_args``, ``_delay``, ``_repeat``, ``_ref`` and ``_list``.

    Times are in whole ms of Python's monotonic clock. A timer is due at the first whole ms that is not before
    its delay is over, so it is never early.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._lists: dict[int, _List] = {}
        # One entry for each list. When a list is filled again, or its entry comes up, its place is put right.
        self._heap: list[tuple[int, int, _List]] = []
        self._last_number = 0
        self._emptied = 0  # lists, since the last sweep
        self._referenced = 0
        self._armed: float = math.inf  # when the libuv timer fires; -inf while it runs the lists
        # Weak, or a timer that was set once would keep a loop alive that nobody will run.
        self._callback = gated(loop.uv, partial(_Timers._on_timer, weakref.proxy(self)))
        self._handle = uv_timer.new_timer(loop.uv)
        loop.census.hide(self._handle)

    def insert(self, timer: Any, delay: int, due: int | None = None) -> None:
        """Set the timer: to when it is due, or to ``delay`` from now."""
        if due is None:
            due = monotonic_ns() // 1_000_000 + 1 + delay
        entries = self._lists.get(delay)
        if entries is None:
            entries = self._lists[delay] = _List(delay)
            self._place(entries, due)
            heappush(self._heap, (due, entries.number, entries))
            if due < self._armed:
                self._armed = due
                uv_timer.start(self._handle, self._callback, due)
                if self._loop.host is not None:
                    self._loop.touch()
        elif not entries.timers:
            self._place(entries, due)
        entries.timers[timer] = due
        timer._list = entries
        if timer._ref:
            if self._referenced:
                self._referenced += 1
            else:
                self.count_ref(1)

    def _place(self, entries: _List, expiry: int) -> None:
        self._last_number += 1
        entries.number = self._last_number
        entries.expiry = expiry

    def remove(self, timer: Any) -> None:
        entries = timer._list
        timer._list = None
        del entries.timers[timer]
        if timer._ref:
            self.count_ref(-1)
        if not entries.timers:
            self._emptied += 1
            if self._emptied > len(self._heap) // 2 + 100:
                self._sweep()

    def _sweep(self) -> None:
        """Forget the lists that are empty; called so rarely that it costs next to nothing."""
        self._emptied = 0
        heap = []
        for _, _, entries in self._heap:
            if entries.timers:
                heap.append((entries.expiry, entries.number, entries))
            else:
                del self._lists[entries.delay]
        heapify(heap)
        self._heap[:] = heap

    def count_ref(self, change: int) -> None:
        before, self._referenced = self._referenced, self._referenced + change
        if not before or not self._referenced:
            self._handle.ref = not before

    def waiting(self) -> list[Timeout]:
        """What is set, without the idle timers of sockets."""
        return [t for entries in self._lists.values() for t in entries.timers if isinstance(t, Timeout)]

    def clear(self) -> None:
        """Cancel what is set."""
        for timer in self.waiting():
            timer.close()

    def leave_to_parent(self) -> None:
        """In a forked child: the parent calls them."""
        self._handle.stop()

    def _on_timer(self, handle: Any) -> None:
        failures, heap = self._loop.failures, self._heap
        now = monotonic_ns() // 1_000_000
        self._armed = -math.inf
        try:
            while heap and heap[0][0] <= now and failures.first is None:
                _, number, entries = heap[0]
                if number != entries.number:
                    heapreplace(heap, (entries.expiry, entries.number, entries))
                    continue
                heappop(heap)
                try:
                    self._run(entries, now)
                finally:
                    if entries.timers:
                        heappush(heap, (entries.expiry, entries.number, entries))
                    else:
                        del self._lists[entries.delay]
        finally:
            self._armed = math.inf
            if not self._referenced:
                handle.ref = False
            if heap:
                self._armed = heap[0][0]
                uv_timer.start(handle, self._callback, self._armed)
            else:
                handle.stop()
            if WAITS_AFTER_TIMERS:
                self._loop.timers_were_due()

    def _run(self, entries: _List, now: int) -> None:
        """Call all that is due of a list; after an exception that nobody takes the next run() goes on."""
        loop, timers = self._loop, entries.timers
        ticks = loop.ticks
        while timers:
            timer, due = timers.popitem(last=False)
            if due > now:
                timers[timer] = due
                timers.move_to_end(timer, last=False)
                self._place(entries, due)
                return
            timer._list = None
            if timer._ref:
                self._referenced -= 1
            try:
                callback, args = timer._callback, timer._args
                try:
                    callback(*args)
                except TypeError as error:
                    misuse.tell_callback(
                        error, "set_interval()" if timer._repeat else "set_timeout()", callback, args
                    )
                    raise
                finally:
                    if timer._repeat and timer._callback is not None:
                        self._repeat(timer, due, now)
                if ticks.queue:
                    ticks.drain()
            except BaseException as error:
                loop.failures.fail(error)
                if loop.failures.first is not None:
                    return

    def _repeat(self, timer: Any, due: int, now: int) -> None:
        """Set an interval again: counted from when it was due, without what it has missed."""
        if timer._list is not None:
            self.remove(timer)
        delay = timer._delay
        self.insert(timer, delay, due + delay * ((now - due) // delay + 1))


class Timeout:
    """A timer that set_timeout() or set_interval() returned; Node's class of the same name."""

    __slots__ = ("__weakref__", "_args", "_callback", "_delay", "_list", "_loop", "_ref", "_repeat")

    def __init__(
        self,
        callback: Callable[..., Any],
        delay: Any,
        args: tuple[Any, ...],
        repeat: bool,
        loop: Loop | None,
    ) -> None:
        checks.check_callback("callback", callback)
        loop = check_loop(loop)
        if loop.host is not None:
            callback = of_this_call(callback)
        if delay.__class__ is not int or not 1 <= delay <= MAX_DELAY:
            delay = _milliseconds(delay)
        self._callback: Callable[..., Any] | None = callback  # None once it is cleared
        self._args = args
        self._delay: int = delay
        self._repeat = repeat
        self._loop = loop
        self._ref = True
        self._list: _List | None = None  # None while it waits for nothing
        _timers_of(loop).insert(self, delay)

    def close(self) -> None:
        """Cancel it; the same as clear_timeout(timer)."""
        if not (self._loop.forked or self._loop.closed):
            self._loop.check_thread()
        self._callback = None
        self._args = ()
        if self._list is not None:
            _timers_of(self._loop).remove(self)

    def refresh(self) -> Timeout:
        """Count the delay from now again; a timer that has fired is set anew, a cleared one is not.

        In its own callback an interval is not changed by it.
        """
        loop = self._loop
        loop.check_thread()
        loop.check()
        if self._callback is not None:
            timers = _timers_of(loop)
            if self._list is not None:
                timers.remove(self)
            timers.insert(self, self._delay)
        return self

    def ref(self) -> Timeout:
        """Keep the loop running while this timer is set (the default)."""
        return self._set_ref(True)

    def unref(self) -> Timeout:
        """Do not keep the loop running for this timer."""
        return self._set_ref(False)

    def _set_ref(self, ref: bool) -> Timeout:
        self._loop.check_thread()
        if ref != self._ref:
            self._ref = ref
            if self._list is not None:
                _timers_of(self._loop).count_ref(1 if ref else -1)
        return self

    def has_ref(self) -> bool:
        """False after unref()."""
        return self._ref

    __reduce_ex__ = misuse.refuse_copy

    def __repr__(self) -> str:
        state = "waiting" if self._list is not None else "done"
        return f"<Timeout {self._delay} ms, {state}>"


class IdleTimer:
    """Calls ``owner._on_timeout()`` when ``active()`` was not called for so many ms.

    Then it waits for the next activity. It does not keep the loop running.

    :param delay: in ms; one over 2**31 - 1 is cut to that, with Node's TimeoutOverflowWarning.
    """

    __slots__ = ("_delay", "_last", "_list", "_owner", "_timers")
    _args = ()
    _repeat = False
    _ref = False

    def __init__(self, loop: Loop, delay: int | float, owner: Any) -> None:
        if delay > MAX_DELAY:
            text = f"does not fit into a 32-bit signed integer. Timer duration was truncated to {MAX_DELAY}."
            _warn(TimeoutOverflowWarning, f"{_short(delay)} {text}")
            delay = MAX_DELAY
        self._delay = max(int(delay), 1)
        self._owner = owner
        self._timers = _timers_of(loop)
        self._list: _List | None = None
        self.active()

    def active(self) -> None:
        """Count the delay from now."""
        self._last = monotonic()  # half the price of monotonic_ns()
        if self._list is None:
            self._timers.insert(self, self._delay)

    def _callback(self) -> None:
        due = int(self._last * 1000) + 1 + self._delay
        rest = due - monotonic_ns() // 1_000_000
        if rest > 0:
            # The list of what is set now and due then, for a list has to be in order.
            self._timers.insert(self, rest - 1, due)
        else:
            self._owner._on_timeout()

    def close(self) -> None:
        """Call back no more."""
        if self._list is not None:
            self._timers.remove(self)


def _timers_of(loop: Loop) -> _Timers:
    timers: Any = loop.parts.get(_Timers)
    if timers is None:
        timers = loop.parts[_Timers] = _Timers(loop)
    return timers  # type: ignore[no-any-return]  # cast() would be a call


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
        self._queue._loop.check_thread()
        if ref != self._ref:
            self._ref = ref
            if self._callback is not None:
                self._queue.count_ref(1 if ref else -1)
        return self

    def has_ref(self) -> bool:
        """False after unref()."""
        return self._ref

    __reduce_ex__ = misuse.refuse_copy


class _Immediates:
    """A loop's queue of immediates, and the two handles that run it."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._queue: deque[Immediate] = deque()
        self._referenced = 0
        self._check, self._idle = uv_timer.new_check(loop.uv)
        loop.census.hide(self._check, self._idle)
        self._check.start(gated(loop.uv, partial(_Immediates._on_check, weakref.proxy(self))))
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
            if self._loop.host is not None:
                self._loop.touch()
        elif before and not self._referenced:
            self._idle.stop()

    def waiting(self) -> list[Any]:
        """Nothing that a user would look for."""
        return []

    def clear(self) -> None:
        """Cancel what is set."""
        for immediate in self._queue:
            immediate.close()
        self._queue.clear()

    def leave_to_parent(self) -> None:
        """In a forked child: the parent calls them."""
        self._check.stop()

    def _on_check(self, handle: Any) -> None:
        loop = self._loop
        ticks, failures = loop.ticks, loop.failures
        if failures.first is not None:
            return  # run() is about to raise it; they wait for the next run()
        for _ in range(len(self._queue)):
            immediate = self._queue.popleft()
            callback = immediate._callback
            if callback is None:
                continue
            immediate.close()
            try:
                callback(*immediate._args)
                if ticks.queue:
                    ticks.drain()
            except BaseException as error:
                misuse.tell_callback(error, "set_immediate()", callback, immediate._args)
                loop.failures.fail(error)
                if failures.first is not None:
                    return  # the rest waits for the next run()


def _nothing(handle: Any) -> None:
    pass


def set_timeout(
    callback: Callable[..., Any], delay: float | None = 1, *args: Any, loop: Loop | None = None
) -> Timeout:
    """Call ``callback(*args)`` once, after ``delay`` ms. Node's ``setTimeout()``.

    :param delay: a real number, of which whole ms are used; more than 2**31 - 1, less than 0 or nan count as
        1, with Node's TimeoutOverflowWarning, TimeoutNegativeWarning or TimeoutNaNWarning.
    :param loop: the loop to work on; this thread's by default.
    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    return Timeout(callback, delay, args, False, loop)


def set_interval(
    callback: Callable[..., Any], delay: float | None = 1, *args: Any, loop: Loop | None = None
) -> Timeout:
    """Call ``callback(*args)`` every ``delay`` ms. Node's ``setInterval()``.

    The time a callback takes, or by which it is late, does not move the next ones; calls that were missed
    are left out. Arguments as of set_timeout().
    """
    return Timeout(callback, delay, args, True, loop)


def set_immediate(callback: Callable[..., Any], *args: Any, loop: Loop | None = None) -> Immediate:
    """Call ``callback(*args)`` after this turn's I/O. Node's ``setImmediate()``."""
    checks.check_callback("callback", callback)
    loop = check_loop(loop)
    if loop.host is not None:
        callback = of_this_call(callback)
    queue: Any = loop.parts.get(_Immediates)
    if queue is None:
        queue = loop.parts[_Immediates] = _Immediates(loop)
    return cast(Immediate, queue.add(callback, args))


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
        raise misuse.invalid_arg_type("timer", f"a {kind.__name__} or None", timer)
    timer.close()  # type: ignore[attr-defined]


# -- for tasks -----------------------------------------------------------------------------------------


class _Wait:
    """What a task waits for: a callback, or an AbortSignal before it. asyncio is imported here."""

    __slots__ = ("_future", "_reaction", "_signal", "calls")

    def __init__(self, ref: bool, signal: AbortSignal | None) -> None:
        checks.check_bool("ref", ref)
        if signal is not None and check_signal("signal", signal).aborted:
            raise errors.abort_error(signal.reason)
        self.calls = 0  # that no task has seen yet
        self._signal = signal
        self._reaction: Reaction | None = None
        self._future: Any = None
        if signal is not None:
            self._reaction = Reaction(signal, self._wake)
            signal.on("abort", self._reaction)

    def call(self) -> None:
        """The callback."""
        self.calls += 1
        self._wake()

    def _wake(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def one(self) -> None:
        """Wait for one call; raises an AbortError."""
        import asyncio

        while not self.calls:
            if self._signal is not None and self._signal.aborted:
                raise errors.abort_error(self._signal.reason)
            self._future = asyncio.get_running_loop().create_future()
            await self._future
        self.calls -= 1

    def end(self, timer: Timeout | Immediate) -> None:
        """It is over: nothing is left of it."""
        timer.close()
        if self._reaction is not None:
            self._reaction.dispose()


async def sleep(
    delay: float | None = 1, value: Any = None, *, ref: bool = True, signal: AbortSignal | None = None
) -> Any:
    """Wait for ``delay`` ms and give ``value``. ``setTimeout()`` of Node's ``timers/promises``.

    :param delay: as of set_timeout().
    :param ref: False: it does not keep the loop running, where no asyncio does.
    :param signal: an AbortSignal that ends the waiting, by an AbortError.
    """
    wait = _Wait(ref, signal)
    timer = set_timeout(wait.call, delay)
    try:
        await _waited(wait, timer, ref)
    finally:
        wait.end(timer)
    return value


async def immediate(value: Any = None, *, ref: bool = True, signal: AbortSignal | None = None) -> Any:
    """Wait for this turn's I/O and give ``value``. ``setImmediate()`` of Node's ``timers/promises``.

    The parameters are those of sleep(). An immediate without ref() comes with the next turn that something
    else brings about, which may be never: a task that waits for it needs one now, so ``ref`` is only checked.
    """
    wait = _Wait(ref, signal)
    timer = set_immediate(wait.call)
    try:
        await wait.one()
    finally:
        wait.end(timer)
    return value


async def interval(
    delay: float | None = 1, value: Any = None, *, ref: bool = True, signal: AbortSignal | None = None
) -> AsyncIterator[Any]:
    """``async for`` comes round every ``delay`` ms, with ``value``. ``setInterval()`` of ``timers/promises``.

    It begins with the first round. Rounds that come while the task is busy are made up for, one by one; as
    with set_interval(), what the whole loop has missed is left out. The parameters are those of sleep().
    """
    wait = _Wait(ref, signal)
    timer = set_interval(wait.call, delay)
    try:
        while True:
            await _waited(wait, timer, ref)
            yield value
    finally:
        wait.end(timer)


async def _waited(wait: _Wait, timer: Timeout, ref: bool) -> None:
    if not ref:
        timer.unref()
    await wait.one()


def next_tick(callback: Callable[..., Any], *args: Any, loop: Loop | None = None) -> None:
    """Call ``callback(*args)`` after the current callback. Node's ``process.nextTick()``."""
    check_loop(loop).next_tick(callback, *args)


AbortSignal._set_timeout = set_timeout  # abort knows no loop
