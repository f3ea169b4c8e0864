"""The event loop: a pyuv.Loop, plus what Node puts on top of libuv's.

Ticks. What Node defers with ``process.nextTick`` waits in ``_ticks`` and runs after the libuv callback that
queued it, before the next one. So every libuv callback of this package ends with the same gate::

    if loop._ticks:
        loop._drain()

A callback of the user's own pyuv handles has no such gate; for those the C file runs the ticks at the end of
every callback. A pyuv as it was released does not: there a Prepare handle, which runs before the loop waits
for I/O, catches what was left. It is started by the first tick and stops itself.

Exceptions. pyuv hands what a callback lets out to ``excepthook``. It goes to the 'uncaughtException'
listeners when there are any; otherwise it is kept, the loop stops, and ``run()`` raises it. Where other
callbacks of the same turn fail too, those errors hang on the first one's ``__context__``.

Signals. libuv waits in C, where Python's signal handlers never run. While ``run()`` is on the main thread,
Python's wakeup fd is a pipe that the loop watches, so a signal wakes it and its handler runs at once. Where
another loop (asyncio's, say) had that fd before, the bytes are passed on to it. netuv.signals sees to it that
a handler interrupts the user's code only.

The census. ``_owners`` holds every Socket and Server that has an open handle: that keeps them alive while
libuv knows them. ``handles`` reports them, and the timers that are set.

Fork. A child has copies of the parent's descriptors, but what it does with them is done to the parent's
connections. So a loop that was made before a fork is refused in the child: ``debug`` is switched on, so that
nothing passes by check_thread(), which raises. What is given up there (close(), destroy()) loses the child's
descriptor and is otherwise silent.

The end. close() tells everybody and waits for nobody. Where nobody is left to be told, because the last
reference to the loop is gone, or its thread has ended, what is open is closed in silence, with a
ResourceWarning. So what libuv calls for the loop's own sake refers to it weakly.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Protocol

import pyuv

from netuv import checks, errors, misuse, signals
from netuv.emitter import EventEmitter

# What 'close' listeners may start anew while the loop closes is closed again, so often.
MAX_CLOSING_TURNS = 100

_loops: weakref.WeakSet[Loop] = weakref.WeakSet()  # for a forked child to find them
_kept: list[Any] = []  # what may never be freed: handles of a parent process, loops that are not ours to run
_unfinished: list[Any] = []  # the pyuv.Loops of closed loops, until their lookups are answered


def _after_fork() -> None:
    _kept.extend(_unfinished)
    _unfinished.clear()
    for loop in list(_loops):
        loop._leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _reap() -> None:
    """Free what was closed while a lookup was under way that is over by now."""
    for _ in range(len(_unfinished)):
        try:
            uv = _unfinished.pop(0)  # so that no other thread runs it meanwhile
        except IndexError:
            return
        try:
            uv.run(pyuv.UV_RUN_NOWAIT)
        finally:
            if uv.alive:
                _unfinished.append(uv)


class Owner(Protocol):
    """What the census holds: something with a libuv handle that can be told to give it up."""

    _handle: Any

    def _close_with_loop(self) -> None: ...

    def _leave_to_parent(self) -> None: ...

    def _give_up(self) -> None: ...


class Loop(EventEmitter):
    """One event loop. Node has one for its process; here each thread has a default one.

    :param uv: the pyuv.Loop to work on, which then keeps this Loop alive; a new one by default. ``loop.uv``
        is it, for pyuv handles of one's own.
    :param debug: check that the loop is used from its own thread only (a clear error instead of a
        crash); by default on when the environment variable NETUV_DEBUG is set and not 0.
    :raises NetError: EMFILE when there are no descriptors left.

    One that nobody refers to any more is closed, with a ResourceWarning and without any event.

    Emits 'uncaughtException' (error) for what a callback lets out, when anyone listens.
    """

    #: The pyuv.Loop; None after close().
    uv: Any = None

    def __init__(self, uv: Any = None, *, debug: bool | None = None) -> None:
        super().__init__()
        if uv is not None and not isinstance(uv, pyuv.Loop):
            raise misuse.invalid_arg_type("uv", "a pyuv.Loop", uv)
        if debug is None:
            debug = os.environ.get("NETUV_DEBUG", "0") not in ("", "0")
        self._given = uv is not None
        _reap()
        if uv is None:
            try:
                uv = pyuv.Loop()
            except pyuv.error.UVError as error:
                raise errors.from_uv_error(error, "uv_loop_init") from error
        self.debug = debug
        self._made_at = f", made at {_caller()}" if debug else ""
        #: True after close().
        self.closed = False
        self._ticks: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._calls: deque[tuple[Callable[..., Any], tuple[Any, ...]]] = deque()
        self._owners: set[Owner] = set()
        self._lookups: dict[object, Any] = {}  # the requests whose answer is wanted
        self._immediates: Any = None  # netuv.timers keeps its queues here
        self._timers: Any = None
        self._running = False
        self._in_uv = False
        self._stopping = False
        self._failure: BaseException | None = None  # what run() will raise
        self._later_failures: list[BaseException] = []
        self._forked = False  # this process is a child of the loop's
        self._thread = threading.get_ident()
        self._wakeup: signals.Wakeup | None = None

        self._prepare = pyuv.Prepare(uv)
        self._prepare.ref = False
        self._prepare_started = False
        if hasattr(uv, "set_ticks"):  # it runs them after every callback by itself
            uv.set_ticks(self._ticks)
            self._prepare_started = True  # as if: it is not needed
            self._drain = uv.run_ticks  # type: ignore[method-assign]
        weak = weakref.proxy(self)
        self._async = pyuv.Async(uv, partial(Loop._on_async, weak))
        self._async.ref = False
        self._internal: set[Any] = {self._prepare, self._async}  # not for the census
        uv.excepthook = self._on_exception if self._given else partial(Loop._on_exception, weak)
        _loops.add(self)
        self.uv = uv  # from here on there is something to close

    __reduce_ex__ = misuse.refuse_copy

    def __repr__(self) -> str:
        state = "closed" if self.closed else "running" if self._running else "idle"
        return f"<netuv.Loop {state}, {len(self.handles)} open>"

    # -- running -----------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until nothing referenced is left, as Node does, or until stop().

        May be called again. Raises what a callback let out (nothing is only printed): the first
        exception, with its own traceback. Ctrl-C leaves as KeyboardInterrupt.
        """
        self.check()
        if self._running:
            raise RuntimeError("this loop is already running")
        try:
            self._run()
        finally:
            if self._wakeup is not None:
                signals.restore(self._wakeup.wrappers)

    def _run(self) -> None:
        try:
            self._running = True
            self._stopping = False
            self._thread = threading.get_ident()
            self._watch_signals()
            self._turn(pyuv.UV_RUN_DEFAULT)
            while (self._ticks or self._calls) and self._failure is None and not self._stopping:
                self._turn(pyuv.UV_RUN_DEFAULT)
        finally:
            self._running = False
            if self._wakeup is not None:
                self._wakeup.stop()
        self._raise_failure()
        if self._forked:  # by a callback that has come back
            raise misuse.forked_loop()

    def _turn(self, mode: int) -> None:
        """Run what waits for libuv to be run, then libuv."""
        self._run_ticks()
        self._run_calls()
        self._run_ticks()
        if self._failure is None and not self._stopping:
            self._in_uv = True
            try:
                self._run_uv(mode)
            except BaseException as error:  # the excepthook itself could not run
                self._note_failure(error)
            finally:
                self._in_uv = False

    def _run_ticks(self) -> None:
        """Run the ticks that wait before a turn of libuv, also after an exception that somebody takes."""
        while self._ticks and self._failure is None:
            try:
                self._drain()
            except BaseException as error:
                self._on_exception(type(error), error, error.__traceback__)

    def _run_uv(self, mode: int) -> None:
        self.uv.run(mode)  # a signal's handler may interrupt this

    signals.may_be_interrupted.add(_run_uv.__code__)

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        later, self._later_failures = self._later_failures, []
        if failure is not None:
            errors.chain(failure, later)
            try:
                raise failure
            finally:
                del failure, later  # the traceback holds this frame

    def stop(self) -> None:
        """Let run() return after the current turn; what is open stays open."""
        self.check_thread()
        if self._running:
            self._stopping = True
            self._stop_uv()

    def _stop_uv(self) -> None:
        # Outside of uv.run() the stop would hit the next one; a run() of the user's own is not known here.
        if self._in_uv or not self._running:
            self.uv.stop()

    def close(self) -> None:
        """Destroy every socket, close every server, timer and pyuv handle, and give up the loop.

        Their 'close' events still come; what was deferred before (ticks, call_soon_threadsafe()) is called,
        and lookups are forgotten. It waits for nothing. Raises what a listener lets out. After an exception
        that is not of a listener, such as that of Ctrl-C, the rest is closed by another close(). In a forked
        child it only closes the child's descriptors.
        """
        if self.uv is None:
            return
        if self._forked:
            self._give_up()
            return
        self.check_thread()
        if self._running:
            raise RuntimeError("a running loop cannot be closed; stop() it first")
        _reap()
        try:
            self._running = True
            for _ in range(MAX_CLOSING_TURNS):
                if not self._closing_turn():
                    break
        finally:
            self._running = False
        self._give_up()
        self._raise_failure()

    def _closing_turn(self) -> bool:
        """Call what waits, close what is open, and let libuv tell of it. False when nothing is left.

        ``_in_uv`` stays False: neither an exception nor stop() ends this turn of libuv.
        """
        for _ in range(len(self._ticks)):  # without those that they queue, which may never end
            if self._ticks:
                callback, args = self._ticks.popleft()
                try:
                    callback(*args)
                except BaseException as error:
                    self._on_exception(type(error), error, error.__traceback__)
        self._run_calls()
        self._close_all()
        try:
            self.uv.run(pyuv.UV_RUN_NOWAIT)
        except BaseException as error:  # the excepthook itself could not run
            self._note_failure(error)
        return bool(self._ticks) or any(handle not in self._internal for handle in self.uv.handles)

    def _close_all(self) -> None:
        self._cancel_lookups()
        if self._immediates is not None:
            self._immediates.clear()
        if self._timers is not None:
            self._timers.clear()
        for owner in list(self._owners):
            owner._close_with_loop()
        for handle in self.uv.handles:
            if not handle.closed and handle not in self._internal:
                handle.close()

    def _cancel_lookups(self) -> None:
        while self._lookups:
            self._lookups.popitem()[1].cancel()

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if self.uv is None or is_finalizing():
            return
        if self._forked:
            self._give_up()
            return
        known = {owner._handle for owner in self._owners} | self._internal
        # Handles of pyuv's own may still be in use, and the pyuv.Loop with them.
        self._abandon("nobody refers to it", [handle for handle in self.uv.handles if handle not in known])

    def _abandon(self, why: str, spared: Sequence[Any] = ()) -> None:
        """Close it for want of anybody who would, and say so."""
        names = [repr(each) for each in self.handles if each not in spared]
        if len(names) > 10:
            names[10:] = [f"{len(names) - 10} more"]
        text = f"unclosed loop, and {why}: {self!r}{self._made_at}"
        if names:
            text += f"; closed without an event: {', '.join(names)}"
        self._give_up(spared)
        warnings.warn(text, ResourceWarning, stacklevel=2, source=self)

    def _give_up(self, spared: Sequence[Any] = ()) -> None:
        """Close what is left without an event, and let the pyuv.Loop go.

        In a forked child what is closed are the child's descriptors. May be called again after an exception.
        """
        self.closed = True
        self._cancel_lookups()
        for owner in list(self._owners):
            owner._give_up()
        if self._timers is not None:
            self._timers.clear()
        uv = self.uv
        for handle in uv.handles:
            if handle not in spared:
                self._close_copy(handle)
        if self._running:
            return  # a callback has forked; libuv goes on when it comes back
        self._ticks.clear()
        self._calls.clear()
        if not spared and (not self._forked or hasattr(uv, "after_fork")):
            for _ in range(2):  # the first may meet an earlier stop
                uv.run(pyuv.UV_RUN_NOWAIT)
        if self._wakeup is not None:
            self._wakeup.close()
            self._wakeup = None
        self._internal.clear()
        uv.excepthook = None
        if uv.alive and not spared:  # a request is under way, which would write into freed memory
            (_kept if self._forked or self._given else _unfinished).append(uv)
        # With the last reference to the pyuv.Loop its descriptors go.
        self.__dict__.pop("_drain", None)
        self._prepare_started = False
        self._prepare = self._async = self._immediates = self._timers = self.uv = None

    def now(self) -> int:
        """The loop's time in ms, as of the start of this turn; only differences mean something."""
        if self.uv is None:
            raise misuse.loop_closed()
        return int(self.uv.now())

    @property
    def handles(self) -> list[Any]:
        """What is open: sockets, servers, timers, and the user's own pyuv handles. Nothing after close()."""
        if self.uv is None:
            return []
        owners: list[Any] = list(self._owners)
        timers = self._timers.waiting() if self._timers is not None else []
        known = {owner._handle for owner in owners} | self._internal
        foreign = [h for h in self.uv.handles if not h.closed and h not in known]
        return owners + timers + foreign

    # -- deferring ---------------------------------------------------------------------------------

    def next_tick(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call ``callback(*args)`` after the current callback, before any I/O. ``process.nextTick``."""
        checks.check_callback("callback", callback)
        self._next_tick(callback, args)

    def _next_tick(self, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if self.closed:
            raise misuse.loop_closed()
        if self.debug:
            self.check_thread()
        self._ticks.append((callback, args))
        if not self._prepare_started:
            self._prepare_started = True
            self._prepare.start(partial(Loop._on_prepare, weakref.proxy(self)))

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call ``callback(*args)`` on the loop's thread, soon. The only method for other threads.

        It wakes the loop, but does not keep it alive.
        """
        checks.check_callback("callback", callback)
        self.check()
        self._calls.append((callback, args))
        try:
            self._async.send()
        except (AttributeError, pyuv.error.HandleClosedError):  # closed meanwhile
            raise misuse.loop_closed() from None

    def _drain(self) -> None:
        """Run the ticks. After an exception the rest waits for the next callback."""
        ticks = self._ticks
        while ticks:
            callback, args = ticks.popleft()
            callback(*args)

    def _on_prepare(self, handle: Any) -> None:
        if self._ticks:
            self._drain()
        else:
            self._prepare_started = False
            handle.stop()

    def _on_async(self, handle: Any) -> None:
        self._run_calls()

    def _run_calls(self) -> None:
        for _ in range(len(self._calls)):
            callback, args = self._calls.popleft()
            try:
                callback(*args)
                self._drain()
            except BaseException as error:
                self._on_exception(type(error), error, error.__traceback__)

    # -- exceptions and signals --------------------------------------------------------------------

    def _on_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            error = kind()
        if trace is not None:
            error = error.with_traceback(trace)
        if "uncaughtException" in self._events and isinstance(error, Exception) and not self._forked:
            try:
                self.emit("uncaughtException", error)
                return
            except BaseException as second:
                errors.chain(second, [error])
                error = second
        self._note_failure(error)
        self._stop_uv()

    def _note_failure(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
        else:
            self._later_failures.append(error)

    def _watch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if self._wakeup is None:
            self._wakeup = signals.Wakeup(self)
        try:
            self._wakeup.start()
        except ValueError:
            # Python hears no signals here: it is a subinterpreter, or embedded and started by another thread.
            pass

    # -- misuse ------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise a clear error when the loop is closed, or was made before a fork."""
        if self._forked:
            raise misuse.forked_loop()
        if self.closed:
            raise misuse.loop_closed()

    def check_thread(self) -> None:
        """Raise a clear error in a forked child and, in debug mode, in any thread but the loop's own."""
        if self.debug:
            if self._forked:
                raise misuse.forked_loop()
            if threading.get_ident() != self._thread:
                raise misuse.wrong_thread()

    # -- in a forked child -------------------------------------------------------------------------

    def _leave_to_parent(self) -> None:
        """Right after the fork: what was about to run here is the parent's to run.

        When a callback has forked, and comes back, libuv goes on with this turn: it is to find nothing to do.
        """
        if self.closed:
            return
        self._forked = self.debug = self._stopping = True
        if hasattr(self.uv, "after_fork"):
            self.uv.after_fork()
        elif hasattr(select, "epoll"):  # a pyuv as it was released: what is closed is looked for in vain
            own = select.epoll()
            os.dup2(own.fileno(), self.uv.fileno(), inheritable=False)
            own.close()
        if self._wakeup is not None:
            self._wakeup.stop()
        self._stop_uv()
        for index in range(len(self._calls)):
            self._calls[index] = (_nothing, ())
        self._ticks.clear()
        self._ticks.append((self.check, ()))  # ends the callbacks that call several functions
        self._lookups.clear()
        if self._timers is not None:
            self._timers.stop()
        if self._immediates is not None:
            self._immediates.stop()
        for owner in list(self._owners):
            owner._leave_to_parent()

    def _close_copy(self, handle: Any) -> None:
        """Close a handle in silence; where it is of a parent process, only this process's descriptor."""
        if handle.closed:
            return
        if not self._forked or hasattr(self.uv, "after_fork") or not isinstance(handle, pyuv.Pipe):
            pyuv.Handle.close(handle)  # and no method that overrides it
        else:
            # A pyuv as it was released would delete the path.
            _kept.append(handle)
            null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
            os.dup2(null, handle.fileno(), inheritable=False)
            os.close(null)


def _nothing() -> None:
    pass


def _caller() -> str:
    """File and line of the innermost frame outside of this package."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


_local = threading.local()


class _EndOfThread:
    """Closes the default loop of a thread that ends; without an event, for nobody is left to hear of it.

    Not when another thread has run the loop, which is its own then.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._thread = loop._thread

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        loop = self._loop
        if loop.uv is None or loop._forked or loop._running or loop._thread != self._thread:
            return
        if is_finalizing():
            return
        if loop.handles:
            loop._abandon("its thread has ended")
        else:
            loop._give_up()


def default_loop() -> Loop:
    """This thread's loop, made at the first call, and anew when it was closed or after a fork."""
    loop: Loop | None = getattr(_local, "loop", None)
    if loop is None or loop.closed or loop._forked:
        if loop is not None and loop._forked:
            _local.inherited = weakref.ref(loop)
        loop = _local.loop = Loop()
        _local.end_of_thread = _EndOfThread(loop)
    return loop


def check_loop(loop: Loop | None) -> Loop:
    """The loop that an argument ``loop`` means: this thread's for None.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for what is no Loop.
    :raises StateError: when it is closed, of the parent process, or (in debug mode) of another thread.
    """
    if loop is None:
        loop = default_loop()
    elif isinstance(loop, Loop):
        loop.check()
    else:
        raise misuse.invalid_arg_type("loop", "a netuv.Loop", loop)
    loop.check_thread()
    return loop


def loop_to_run() -> Loop:
    """The default loop, for the end of a program.

    :raises StateError: ERR_LOOP_FORKED in a forked child that has nothing to run, while what was made before
        the fork is still open: it waits for what only the parent will hear.
    """
    loop = default_loop()
    reference = getattr(_local, "inherited", None)
    if reference is not None:
        inherited: Loop | None = reference()
        idle = not (loop.uv.alive or loop.handles or loop._ticks or loop._calls)
        if idle and inherited is not None and not inherited.closed and inherited.handles:
            raise misuse.forked_loop()
        _local.inherited = None
    return loop


def run() -> None:
    """Run this thread's loop: the last line of a program that Node would keep running by itself.

    In a forked child that has made nothing of its own it raises ERR_LOOP_FORKED, when what was made before
    the fork is still open.
    """
    loop_to_run().run()
