"""libuv's timer, and the two handles that make a check phase."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic_ns
from typing import Any

import pyuv


def new_timer(uv: Any) -> Any:
    """A pyuv.Timer that does not keep the loop running."""
    handle = pyuv.Timer(uv)
    handle.ref = False
    return handle


def start(handle: Any, callback: Callable[[Any], None], due: int) -> None:
    """Call ``callback(handle)`` at that time, in ms of Python's monotonic clock.

    Should the callback not get through, for want of stack or memory, it is called again after 1 ms.
    """
    # At least 1: an older libuv calls what is due at once again and again, without a turn for I/O.
    wait = max(due - monotonic_ns() // 1_000_000, 1)
    handle.loop.update_time()
    handle.start(callback, (wait + 0.5) / 1000, 0.0015)  # in s; pyuv cuts off the half


def start_once(handle: Any, wait: int) -> None:
    """Let the timer end a turn that waits, after so many ms from now; it has to be stopped then.

    It repeats, for a libuv before 1.45 calls what is due first, and then waits for something else.
    """
    handle.loop.update_time()
    handle.start(_nothing, (wait + 0.5) / 1000, 0.0015)  # in s; pyuv cuts off the half


def _nothing(handle: Any) -> None:
    pass


def new_check(uv: Any) -> tuple[Any, Any]:
    """A Check handle, which runs after I/O, and an Idle handle, which keeps the loop from waiting for any."""
    check = pyuv.Check(uv)
    return check, pyuv.Idle(uv)
