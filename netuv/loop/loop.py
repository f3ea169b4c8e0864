"""``Loop``: a pyuv.Loop, and how it is stopped and closed.

run() is in running.py. It lets libuv run until nothing that is open keeps it running, and then what has been
deferred meanwhile, until nothing is left of either. close() closes all that is open, so that everybody hears
'close', and waits for nothing.

The handles that the loop has for itself refer to it weakly. So a loop that nobody refers to is collected,
though libuv knows these handles.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any

from netuv import checks, misuse
from netuv.context import of_this_call
from netuv.loop import ending, fork
from netuv.loop.census import Census, Part
from netuv.loop.failures import Failures
from netuv.loop.running import Running
from netuv.loop.ticks import Calls, Ticks
from netuv.uv import turn

# close() also closes what 'close' listeners have opened meanwhile. Some never stop opening more, so it gives
# up after so many rounds.
MAX_CLOSING_TURNS = 100


class Loop(Running):
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
    uv: Any

    def __init__(self, uv: Any = None, *, debug: bool | None = None) -> None:
        super().__init__()
        if uv is not None and not turn.is_loop(uv):
            raise misuse.invalid_arg_type("uv", "a pyuv.Loop", uv)
        if debug is None:
            debug = os.environ.get("NETUV_DEBUG", "0") not in ("", "0")
        self._given = uv is not None
        ending.reap()
        if uv is None:
            uv = turn.new_loop()
        self.debug = debug
        self._made_at = f", made at {ending.caller()}" if debug else ""
        #: True after close().
        self.closed = False
        # Defaults of the class, which would be found more slowly there by each connection.
        self.host, self.forked = None, False
        self._thread = threading.get_ident()

        weak = weakref.proxy(self)
        self.failures = Failures(weak)
        self.census = Census()
        self.parts: dict[type, Part] = {}
        self.ticks = Ticks(uv, self.failures)
        self._calls = Calls(uv, partial(Loop._on_async, weak))
        self.census.hide(*self.ticks.handles(), *self._calls.handles())
        uv.excepthook = self._on_exception if self._given else partial(Loop._on_exception, weak)
        fork.watch(self)
        self.uv = uv  # from here on there is something to close

    __reduce_ex__ = misuse.refuse_copy

    def __repr__(self) -> str:
        state = "closed" if self.closed else "running" if self.running else "idle"
        return f"<netuv.Loop {state}, {len(self.handles)} open>"

    # -- stopping and closing ---------------------------------------------------------------------

    def stop(self) -> None:
        """Let run() return after the current turn; what is open stays open."""
        self.check_thread()
        if self.host is not None:
            raise RuntimeError("this loop is run by another one: stop that")
        if self._running:
            self.stopping = True
            self._stop_uv()

    def close(self) -> None:
        """Destroy every socket, close every server, timer and pyuv handle, and give up the loop.

        Their 'close' events still come; what was deferred before (ticks, call_soon_threadsafe()) is called,
        and lookups are forgotten. It waits for nothing. Raises what a listener lets out. After an exception
        that is not of a listener, such as that of Ctrl-C, the rest is closed by another close(). In a forked
        child it only closes the child's descriptors.
        """
        if self.uv is None:
            return
        if self.forked:
            self._give_up()
            return
        self.check_thread()
        if self.running:
            raise RuntimeError("a running loop cannot be closed; stop() it first")
        ending.reap()
        try:
            self._running = True
            for _ in range(MAX_CLOSING_TURNS):
                if not self._closing_turn():
                    break
        finally:
            self._running = False
        self._give_up()
        self.failures.raise_first()

    def _closing_turn(self) -> bool:
        """Call what waits, close what is open, and let libuv tell of it. False when nothing is left.

        ``_in_uv`` stays False: neither an exception nor stop() ends this turn of libuv.
        """
        queue = self.ticks.queue
        for _ in range(len(queue)):  # without those that they queue, which may never end
            if queue:
                callback, args = queue.popleft()
                try:
                    callback(*args)
                except BaseException as error:
                    self.failures.fail(error)
        self._run_calls()
        self._close_all()
        try:
            self.uv.run(turn.NOWAIT)
        except BaseException as error:  # the excepthook itself could not run
            self.failures.add(error)
        return bool(queue or self.census.others(self.uv))

    def _close_all(self) -> None:
        for part in list(self.parts.values()):
            part.clear()
        for owner in self.census.owners():
            owner._close_with_loop()
        for handle in self.census.others(self.uv):
            if not handle.closed:
                handle.close()

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if self.uv is None or is_finalizing():
            return
        if self.forked:
            self._give_up()
            return
        # Handles of pyuv's own may still be in use, and the pyuv.Loop with them.
        self._abandon("nobody refers to it", self.census.foreign(self.uv))

    def _abandon(self, why: str, spared: Sequence[Any] = ()) -> None:
        """Close it for want of anybody who would, and say so."""
        text = ending.describe(self, why, spared, self._made_at)
        self._give_up(spared)
        warnings.warn(text, ResourceWarning, stacklevel=2, source=self)

    def _give_up(self, spared: Sequence[Any] = ()) -> None:
        """Close what is left without an event, and let the pyuv.Loop go.

        In a forked child what is closed are the child's descriptors. May be called again after an exception.
        """
        self.closed = True
        for part in list(self.parts.values()):
            part.clear()
        for owner in self.census.owners():
            owner._give_up()
        uv = self.uv
        for handle in uv.handles:
            if handle not in spared:
                turn.close_quietly(handle, self.forked)
        if self.running:
            return  # a callback has forked; libuv goes on when it comes back
        self.ticks.queue.clear()
        self._calls.queue.clear()
        if not spared and (not self.forked or turn.may_run_in_child()):
            turn.clear_away(uv)
        if self._wakeup is not None:
            self._wakeup.close()
            self._wakeup = None
        self.census.forget_hidden()
        uv.excepthook = None
        if uv.alive and not spared:
            ending.keep(uv, runs=not (self.forked or self._given))
        self.ticks.close()
        self._calls.close()
        self.parts.clear()
        self.uv = None  # with the last reference its descriptors go

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
        return self.census.open(self.uv, list(self.parts.values()))

    # -- deferring ---------------------------------------------------------------------------------

    def next_tick(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call ``callback(*args)`` after the current callback, before any I/O. ``process.nextTick``."""
        checks.check_callback("callback", callback)
        if self.closed:
            raise misuse.loop_closed()
        if self.debug:
            self.check_thread()
        if self.host is not None:
            callback = of_this_call(callback)
        self.ticks.queue.append((callback, args))
        if not self.ticks.ready:
            self.ticks.watch()

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call ``callback(*args)`` on the loop's thread, soon. The only method for other threads.

        It wakes the loop, but does not keep it alive.
        """
        checks.check_callback("callback", callback)
        self.check()
        if self.host is not None:
            callback = of_this_call(callback)
        if not self._calls.add(callback, args):
            raise misuse.loop_closed()

    def _on_async(self, handle: Any) -> None:
        self._run_calls()

    # -- exceptions --------------------------------------------------------------------------------

    def _on_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """As pyuv calls its excepthook."""
        if error is None:
            error = kind()
        self.failures.fail(error if trace is None else error.with_traceback(trace))

    # -- misuse ------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise a clear error when the loop is closed, or was made before a fork."""
        if self.forked:
            raise misuse.forked_loop()
        if self.closed:
            raise misuse.loop_closed()

    def check_thread(self) -> None:
        """Raise a clear error in a forked child and, in debug mode, in any thread but the loop's own."""
        if self.debug:
            if self.forked:
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
        self.forked = self.debug = self.stopping = True
        turn.leave_to_parent(self.uv)
        if self._wakeup is not None:
            self._wakeup.stop()
        self._stop_uv()
        self._calls.forget()
        self.ticks.replace(self.check)  # which raises, and so ends callbacks that call several functions
        for part in list(self.parts.values()):
            part.leave_to_parent()
        for owner in self.census.owners():
            owner._leave_to_parent()
