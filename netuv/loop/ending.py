"""How a loop ends that nobody closes, and what has to outlive it.

Where nobody is left to be told, because the last reference to the loop is gone or its thread has ended,
what is open is closed in silence, with a ResourceWarning.

A request that libuv's threads work on, such as a lookup, would write into freed memory. So the pyuv.Loop of
a closed loop that has one is kept until it is answered: every new loop, and every one that closes, looks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from netuv.uv import turn

if TYPE_CHECKING:
    from types import FrameType

    from netuv.loop.loop import Loop

unfinished: list[Any] = []  # pyuv.Loops, until their requests are answered
_kept: list[Any] = []  # pyuv.Loops that are never freed: of a parent process, or not ours to run


def keep(uv: Any, runs: bool) -> None:
    """Keep a pyuv.Loop whose requests are under way; ``runs`` says whether it may be run to hear of them."""
    (unfinished if runs else _kept).append(uv)


def reap() -> None:
    """Free what is answered by now."""
    for _ in range(len(unfinished)):
        try:
            uv = unfinished.pop(0)  # so that no other thread runs it meanwhile
        except IndexError:
            return
        try:
            uv.run(turn.NOWAIT)
        finally:
            if uv.alive:
                unfinished.append(uv)


def leave_to_parent() -> None:
    """In a forked child, where libuv's threads do not exist: no answer will come."""
    _kept.extend(unfinished)
    unfinished.clear()


def describe(loop: Loop, why: str, spared: Sequence[Any], made_at: str) -> str:
    """The text of the warning for a loop that was not closed."""
    names = [repr(each) for each in loop.handles if each not in spared]
    if len(names) > 10:
        names[10:] = [f"{len(names) - 10} more"]
    text = f"unclosed loop, and {why}: {loop!r}{made_at}"
    if names:
        text += f"; closed without an event: {', '.join(names)}"
    return text


def caller() -> str:
    """File and line of the innermost frame outside of netuv."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "netuv":
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


class EndOfThread:
    """Closes the default loop of a thread that ends, without an event.

    A threading.local holds it, which the interpreter clears at that time. A loop that another thread has run
    since is left to that thread.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._thread = loop._thread

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        loop = self._loop
        if loop.uv is None or loop.forked or loop.running or loop._thread != self._thread:
            return
        if is_finalizing():
            return
        if loop.handles:
            loop._abandon("its thread has ended")
        else:
            loop._give_up()
