"""A pyuv.Loop: making one, running it, what runs after its callbacks, and what a fork asks for.

netuv's ticks run after each callback of libuv, before the next one. The pyuv that is built with netuv sees to
that in C, for all handles of the loop. A pyuv as it was released cannot; there ``gated()`` puts it behind the
callbacks that netuv registers.
"""

from __future__ import annotations

import os
import select
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import pyuv

from netuv import errors
from netuv.uv import LIBUV

Async = pyuv.Async
Poll = pyuv.Poll
Prepare = pyuv.Prepare
DEFAULT = pyuv.UV_RUN_DEFAULT  # run until nothing is left
ONCE = pyuv.UV_RUN_ONCE  # one turn, that waits for something
NOWAIT = pyuv.UV_RUN_NOWAIT  # one turn, without waiting for anything

#: In a turn in which a timer was due before I/O, libuv goes on to wait for I/O.
WAITS_AFTER_TIMERS = LIBUV < (1, 45)
_RUNS_TICKS = hasattr(pyuv.Loop, "set_ticks")
#: libuv's timeout does not say that something was begun: see has_begun() and before_turn().
NOTES_BEGUN = not _RUNS_TICKS
_KNOWS_FORK = hasattr(pyuv.Loop, "after_fork")
# How the ticks of a loop are run, where pyuv does not. Weak: a tick may refer to the loop.
_gates: weakref.WeakKeyDictionary[Any, weakref.WeakMethod[Callable[[], None]]] = weakref.WeakKeyDictionary()
# Those of which libuv's timeout does not say that something was begun.
_begun: weakref.WeakSet[Any] = weakref.WeakSet()
_kept: list[Any] = []  # handles of a parent process that must not be freed


def is_loop(value: Any) -> bool:
    """Whether it is a pyuv.Loop."""
    return isinstance(value, pyuv.Loop)


def new_loop() -> Any:
    """A new pyuv.Loop; raises NetError EMFILE when there are no descriptors left."""
    try:
        return pyuv.Loop()
    except pyuv.error.UVError as error:
        raise errors.from_uv_error(error, "uv_loop_init") from error


def clear_away(uv: Any) -> None:
    """Let libuv finish the handles that are closed."""
    for _ in range(2):  # an earlier stop() may end the first at once
        uv.run(NOWAIT)


# -- ticks -------------------------------------------------------------------------------------------


def set_ticks(uv: Any, queue: deque[Any], gate: Callable[[], None]) -> bool:
    """Run the ticks of the queue after each callback of the loop; True when pyuv does it by itself.

    :param queue: of (callable, arguments).
    :param gate: a bound method that runs them: what gated() calls when pyuv does not.
    """
    if _RUNS_TICKS:
        uv.set_ticks(queue)
    else:
        _gates[uv] = weakref.WeakMethod(gate)
    return _RUNS_TICKS


def gated(uv: Any, callback: Callable[..., Any]) -> Callable[..., Any]:
    """The callback for libuv; where pyuv does not run the ticks it is one that does so at its end."""
    reference = _gates.get(uv)
    if reference is None:
        return callback
    _begun.add(uv)
    find_gate = reference

    def callback_and_ticks(*args: Any) -> None:
        callback(*args)
        gate = find_gate()
        if gate is not None:
            gate()

    return callback_and_ticks


def before_turn(uv: Any) -> None:
    """The kernel hears in this turn of what was begun before."""
    _begun.discard(uv)


def has_begun(uv: Any) -> bool:
    """Whether anything was begun of which the kernel has to hear in a turn."""
    return uv in _begun


# -- handles of the loop itself ----------------------------------------------------------------------


def wake(handle: Any) -> bool:
    """Let an Async's callback run, from any thread; False when the handle is closed."""
    try:
        handle.send()
    except pyuv.error.HandleClosedError:
        return False
    return True


def watch_reader(uv: Any, fd: int) -> Any:
    """A Poll handle for a descriptor to read from; raises NetError when the kernel allows no more watches."""
    try:
        return pyuv.Poll(uv, fd)
    except pyuv.error.UVError as error:
        raise errors.from_uv_error(error, "epoll_ctl") from error


def new_poll(uv: Any, fd: int) -> Any:
    """A Poll handle for somebody else's descriptor, which becomes non-blocking.

    Raises a plain OSError, as a selector does, for what the kernel cannot watch.
    """
    try:
        return pyuv.Poll(uv, fd)
    except pyuv.error.UVError as error:
        number = -error.args[0]
        raise OSError(number, os.strerror(number)) from None


def watch(poll: Any, events: int, callback: Callable[..., Any]) -> None:
    """Call ``callback(poll, events, status)`` as long as there is one of them: 1 to read, 2 to write."""
    poll.start(events, gated(poll.loop, callback))


def start_watching(poll: Any, callback: Callable[..., Any]) -> None:
    """Call ``callback(poll, events, status)`` when there is something to read; the loop may end meanwhile."""
    poll.start(pyuv.UV_READABLE, gated(poll.loop, callback))
    poll.ref = False


# -- in a forked child -------------------------------------------------------------------------------


def leave_to_parent(uv: Any) -> None:
    """Right after the fork, in the child: give the copy an epoll of its own.

    The one that it has is the parent's too: what is taken out of it here is gone there.
    """
    if _KNOWS_FORK:
        uv.after_fork()
    elif hasattr(select, "epoll"):  # a pyuv as it was released: what is closed is looked for in vain
        own = select.epoll()
        os.dup2(own.fileno(), uv.fileno(), inheritable=False)
        own.close()


def may_run_in_child() -> bool:
    """Whether a loop that was copied by a fork may be run, to clear it away."""
    return _KNOWS_FORK


def close_quietly(handle: Any, of_parent: bool = False) -> None:
    """Close a handle without a callback; of one of a parent process, only the descriptor that is ours."""
    if handle.closed:
        return
    if not of_parent or _KNOWS_FORK or not isinstance(handle, pyuv.Pipe):
        pyuv.Handle.close(handle)  # and no method that overrides it
    else:
        # A pyuv as it was released would delete the path, which is the parent's.
        _kept.append(handle)
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        os.dup2(null, handle.fileno(), inheritable=False)
        os.close(null)
