"""What a fork does to loops.

A child has copies of the parent's descriptors, but what it does with them is done to the parent's
connections. So a loop that was made before a fork is refused in the child: ``forked`` is set, and
``debug``, so that nothing passes by check_thread(), which raises. What is given up there (close(),
destroy()) loses the child's descriptor and is otherwise silent.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from netuv.loop import ending

if TYPE_CHECKING:
    from netuv.loop.loop import Loop

_loops: weakref.WeakSet[Loop] = weakref.WeakSet()


def watch(loop: Loop) -> None:
    """Let this loop know when it finds itself in a child."""
    _loops.add(loop)


def after_fork() -> None:
    """In the child: leave all of them to the parent."""
    ending.leave_to_parent()
    for loop in list(_loops):
        loop._leave_to_parent()
