"""What waits to be written: chunks in their order, how long they are together, and who is to be told.

A queue is made when the first chunk has to wait, or at cork(), and let go when neither holds any more: most
streams never need one. It knows no events and no transport; netuv.stream.outgoing empties it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import Any

Callback = Callable[["BaseException | None"], object]


class QueuedChunk(tuple[Any, Any]):
    """One of the chunks that ``_writev(chunks, callback)`` gets: a pair.

    It is no NamedTuple: that would compile the annotations at import.
    """

    __slots__ = ()

    chunk = property(itemgetter(0), doc="What is written.")
    encoding = property(itemgetter(1), doc="'buffer' for bytes; else what write() was given.")


class WriteQueue:
    """The chunks that wait. True while there are any."""

    __slots__ = ("_entries", "clearing", "corked", "length")

    def __init__(self) -> None:
        self._entries: deque[tuple[QueuedChunk, int, Callback | None]] = deque()
        self.length = 0  # of all that waits
        self.corked = 0  # cork() without uncork()
        self.clearing = False  # its chunks are being handed on

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, chunk: Any, encoding: str | None, size: int, callback: Callback | None) -> None:
        """One more chunk, behind all others."""
        self._entries.append((QueuedChunk((chunk, encoding)), size, callback))
        self.length += size

    def several(self) -> bool:
        """Whether more than one chunk waits."""
        return len(self._entries) > 1

    def take(self) -> tuple[QueuedChunk, int, tuple[Callback, ...]]:
        """The first chunk, how long it is, and its callback, if there is one."""
        chunk, size, callback = self._entries.popleft()
        self.length -= size
        return chunk, size, (callback,) if callback is not None else ()

    def take_all(self) -> tuple[list[QueuedChunk], int, tuple[Callback, ...]]:
        """The same for all of them at once."""
        chunks, size, callbacks = [entry[0] for entry in self._entries], self.length, self.callbacks()
        self._entries.clear()
        self.length = 0
        return chunks, size, callbacks

    def callbacks(self) -> tuple[Callback, ...]:
        """Of all that waits, in its order."""
        return tuple(callback for _, _, callback in self._entries if callback is not None)
