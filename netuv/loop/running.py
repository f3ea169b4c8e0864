"""Running a loop: to its end, or a turn at a time within somebody else's loop.

A turn runs what waits for libuv to be run (ticks, and the calls of other threads), and then libuv. run() goes
on until nothing referenced is left. A loop that has another one to serve, such as a GUI's or a game's, takes
its turns one by one: run_once() and run_nowait(), with fileno() and timeout() to know when. A host, such as
asyncio's loop, does the same and is told by ``host`` whenever a turn is needed.
"""

from __future__ import annotations

import math
import threading
from typing import Any, Protocol

from netuv import misuse
from netuv.emitter import EventEmitter
from netuv.loop import signals
from netuv.loop.census import Census
from netuv.loop.failures import Failures
from netuv.loop.ticks import Calls, Ticks
from netuv.uv import turn


class Host(Protocol):
    """Who gives a loop its turns, in the place of run()."""

    #: asyncio's loop, on which tasks can be made.
    event_loop: Any

    def touch(self) -> None:
        """A turn is needed: for something was begun outside of one, or a tick was queued there."""


class Running(EventEmitter):
    """The part of Loop that lets libuv run."""

    uv: Any = None
    ticks: Ticks
    failures: Failures
    #: stop() has ended the last run(), or will end this one.
    stopping = False
    #: Who gives the loop its turns, where nobody calls run(); see run_by().
    host: Host | None = None

    #: This process is a child of the one that made the loop.
    forked = False
    census: Census

    _calls: Calls
    _thread: int
    _running = False
    _in_uv = False
    _waits_once = False  # in this turn of libuv, and in no other
    _wakeup: signals.Wakeup | None = None

    def check(self) -> None:
        """As Loop has it."""
        raise NotImplementedError

    def run(self) -> None:
        """Run until nothing referenced is left, as Node does, or until stop().

        May be called again. Raises what a callback let out (nothing is only printed): the first
        exception, with its own traceback. Ctrl-C leaves as KeyboardInterrupt.
        """
        self._run(turn.DEFAULT)

    def run_once(self) -> bool:
        """Run one turn, and wait in it until something happens, or nothing is left to wait for.

        For the body of a loop of one's own. Ticks run, and exceptions are raised, as by run(). True while
        there is more to run. libuv's ``uv_run(UV_RUN_ONCE)``.
        """
        self._run(turn.ONCE)
        return self.alive

    def run_nowait(self) -> bool:
        """Run one turn with what is ready now. libuv's ``uv_run(UV_RUN_NOWAIT)``.

        For a frame of a game, or for a GUI that calls it when fileno() can be read, and after timeout() at
        the latest. Ticks run, and exceptions are raised, as by run(). True while there is more to run.
        """
        self._run(turn.NOWAIT)
        return self.alive

    def fileno(self) -> int:
        """The descriptor that can be read when a turn has something to do. ``uv_backend_fd()``.

        It tells only of what was begun before the last turn, and of no timer: ask timeout() too.
        """
        self.check()
        return int(self.uv.fileno())

    def timeout(self) -> int | None:
        """After how many ms a turn is due, whatever fileno() says; None for never. ``uv_backend_timeout()``.

        0 means at once: after anything was begun (a connection, a timer, a write that waits) too.
        """
        self.check()
        if self._waits() or self.failures.first is not None:
            return 0
        if not self.uv.alive:
            return None
        if turn.NOTES_BEGUN and turn.has_begun(self.uv):
            return 0
        self.uv.update_time()
        seconds: float = self.uv.get_timeout()
        return None if seconds < 0 else math.ceil(seconds * 1000)

    def _run(self, mode: int) -> None:
        self.check()  # before anything else is touched
        self._refuse_running()
        try:
            self._run_guarded(mode)
        finally:
            if self._wakeup is not None:
                signals.restore(self._wakeup.wrappers)

    def run_by(self, host: Host | None = None) -> None:
        """From now on the turns are this host's, who also takes the failures; None ends that.

        Meanwhile libuv runs what does not keep a loop running as well: that is the host's to decide.
        """
        if host is not None:
            self.check()
            self._refuse_running()
            self._thread = threading.get_ident()
        self.host = host
        self._calls.keep_running(host is not None)

    def touch(self) -> None:
        """Ask the loop that this one is in for a turn. Without one there is nothing to ask.

        Within asyncio a program does so when it has started a pyuv handle of its own outside of any callback
        of libuv's: the kernel hears of it in a turn only.
        """
        self.check()
        if self.host is not None and not self._in_uv:
            self.host.touch()

    @property
    def running(self) -> bool:
        """Whether somebody runs it: run(), or a host."""
        return self._running or self.host is not None

    def _refuse_running(self) -> None:
        if self.running:
            raise RuntimeError("this loop is already running")

    def _run_guarded(self, mode: int) -> None:
        try:
            self._running = True
            self.stopping = False
            self._thread = threading.get_ident()
            self._watch_signals()
            self.turn(mode)
            while mode == turn.DEFAULT and self._waits() and not (self.stopping or self.failures.first):
                self.turn(mode)
        finally:
            self._running = False
            if self._wakeup is not None:
                self._wakeup.stop()
        self.failures.raise_first()
        if self.forked:  # by a callback that has come back
            raise misuse.forked_loop()

    def turn(self, mode: int = turn.NOWAIT) -> None:
        """Run what waits for libuv to be run, then libuv. For a host; failures are left where they are.

        Where anything was run before libuv, ONCE does not wait.
        """
        self.check()
        if self._waits():
            if mode == turn.ONCE:
                mode = turn.NOWAIT
            self.ticks.run()
            self._run_calls()
            self.ticks.run()
        if self.failures.first is None and not self.stopping:
            self._in_uv = True
            self._waits_once = mode == turn.ONCE
            if turn.NOTES_BEGUN:
                turn.before_turn(self.uv)
            try:
                self._run_uv(mode)
            except BaseException as error:  # the excepthook itself could not run
                self.failures.add(error)
            finally:
                self._in_uv = self._waits_once = False

    def _run_uv(self, mode: int) -> None:
        self.uv.run(mode)  # a signal's handler may interrupt this

    signals.may_be_interrupted.add(_run_uv.__code__)

    def timers_were_due(self) -> None:
        """Let an older libuv not wait, after that, in a turn that is to be the only one."""
        if self._waits_once:
            self.uv.stop()

    def _run_calls(self) -> None:
        queue = self._calls.queue
        for _ in range(len(queue)):
            callback, args = queue.popleft()
            try:
                callback(*args)
                self.ticks.drain()
            except BaseException as error:
                misuse.tell_callback(error, "call_soon_threadsafe()", callback, args)
                self.failures.fail(error)

    def _waits(self) -> bool:
        return bool(self.ticks.queue or self._calls.queue)

    @property
    def alive(self) -> bool:
        """Whether run() would do anything."""
        return self.uv is not None and bool(self.uv.alive or self._waits() or self.failures.first)

    def _stop_uv(self) -> None:
        # Outside of uv.run() the stop would hit the next one; a run() of the user's own is not known here.
        if self._in_uv or not self.running:
            self.uv.stop()

    def _watch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if self._wakeup is None:
            self._wakeup = signals.Wakeup(self.uv, self.census)
        try:
            self._wakeup.start()
        except ValueError:
            # Python hears no signals here: it is a subinterpreter, or embedded and started by another thread.
            pass
