"""The event loop: a pyuv.Loop, plus what Node puts on top of libuv's.

    loop        Loop: making, stopping, closing
    running     how it runs: to the end, or a turn at a time
    ticks       what next_tick() and call_soon_threadsafe() were given
    failures    the exceptions that nobody has taken
    census      what is open
    signals     Python's signal handlers: they run while libuv waits, and not within netuv's own code
    fork        what becomes of loops in a forked child
    ending      loops that nobody closes

The other modules of netuv use these names of a Loop and no more, besides its public ones:

    ticks       drain() runs those that are queued, between two callbacks that share one of libuv's;
                run() does so between two runs of the loop
    failures    fail() takes what a callback lets out; while first is not None no more callbacks are to begin
    census      add() and discard() who has an open handle, hide() a handle of netuv's own
    parts       what a module keeps for this loop, by its class
    forked      whether the parent of this process has made it, before a fork
    alive       whether run() would do anything
    turn        one turn, for a host: an event loop of another kind that has this one in it; host is it
    stopping    whether stop() has ended the last run()

This module knows which loop is meant: each thread has a default one.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Awaitable
from typing import Any, TypeVar, overload

from netuv import misuse
from netuv.loop import fork
from netuv.loop.ending import EndOfThread
from netuv.loop.loop import Loop

__all__ = ["Loop", "check_loop", "default_loop", "loop_to_run", "run"]

T = TypeVar("T")

_local = threading.local()
_loop_within: Any = None  # when it was needed first: netuv.aio imports asyncio


def _after_fork() -> None:
    fork.after_fork()


if hasattr(os, "register_at_fork"):
    # The interpreter keeps this function until it ends, and with it this module and the default loops: so
    # they are not taken apart while it ends.
    os.register_at_fork(after_in_child=_after_fork)


def default_loop() -> Loop:
    """This thread's loop, made at the first call, and anew when it was closed or after a fork.

    Within a running asyncio loop it is the one that belongs to that.
    """
    asyncio = sys.modules.get("asyncio.events")  # where nobody has imported it nothing of it runs
    if asyncio is not None:
        host = asyncio._get_running_loop()
        if host is not None:
            global _loop_within
            if _loop_within is None:  # to import what is imported already takes 9,000 instructions
                from netuv.aio import loop_within as _loop_within
            within: Loop = _loop_within(host)
            return within
    loop: Loop | None = getattr(_local, "loop", None)
    if loop is None or loop.closed or loop.forked:
        if loop is not None and loop.forked:
            _local.inherited = weakref.ref(loop)
        loop = _local.loop = Loop()
        _local.end_of_thread = EndOfThread(loop)
    return loop


def check_loop(loop: Loop | None) -> Loop:
    """The loop that an argument ``loop`` means: this thread's for None.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE for what is no Loop.
    :raises StateError: when it is closed, of the parent process, or (in debug mode) of another thread.
    """
    if loop is None:
        return default_loop()
    if not isinstance(loop, Loop):
        raise misuse.invalid_arg_type("loop", "a netuv.Loop", loop)
    loop.check()
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
        idle = not (loop.alive or loop.handles)
        if idle and inherited is not None and not inherited.closed and inherited.handles:
            raise misuse.forked_loop()
        _local.inherited = None
    return loop


@overload
def run() -> None: ...
@overload
def run(main: Awaitable[T], *, debug: bool | None = None) -> T: ...


def run(main: Any = None, *, debug: bool | None = None) -> Any:
    """Run this thread's loop: the last line of a program that Node would keep running by itself.

    In a forked child that has made nothing of its own it raises ERR_LOOP_FORKED, when what was made before
    the fork is still open.

    :param main: a coroutine. Then asyncio runs on this loop until it ends; its result is returned. As by
        asyncio.run(), tasks are cancelled then, and all that is open is closed. What a callback lets out
        cancels it, and is raised.
    :param debug: asyncio's debug mode.
    """
    if main is None:
        loop_to_run().run()
        return None
    from netuv import aio  # and asyncio, so not before it is needed

    return aio.run(main, debug=debug)
