"""netuv and asyncio in one thread. The only package that imports asyncio when it is imported.

    selector    a selector for asyncio whose waiting is a turn of libuv
    loop        EventLoop: asyncio's own event loop on that selector; run()
    guest       a netuv Loop within the running loop of somebody else
    waiter      what a task waits on for data

Which of the two it is, is found by ``loop_within()``.
"""

from __future__ import annotations

from netuv.aio.guest import check_loop_of, loop_within
from netuv.aio.loop import EventLoop, run

__all__ = ["EventLoop", "check_loop_of", "loop_within", "run"]
