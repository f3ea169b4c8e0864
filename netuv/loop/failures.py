"""The exceptions that callbacks let out.

pyuv hands them to the ``excepthook`` of its loop. They go to the 'uncaughtException' listeners when there are
any; otherwise they are kept here, the loop stops, and run() raises them.
"""

from __future__ import annotations

from typing import Any

from netuv import errors, misuse


class Failures:
    """Those that nobody has taken. The first is raised; the others of its turn hang on its ``__context__``.

    :param loop: a weak proxy of the Loop.
    """

    __slots__ = ("_loop", "_others", "first")

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        #: None while nothing has failed. With it no more callbacks are begun: they wait for the next run().
        self.first: BaseException | None = None
        self._others: list[BaseException] = []

    def fail(self, error: BaseException) -> None:
        """A callback has let this out: tell the listeners, or stop and let run() raise it."""
        loop = self._loop
        tick = getattr(error, "__dict__", {}).pop("netuv_tick", None)  # which has raised it, see Ticks
        if tick is not None:
            misuse.tell_callback(error, "a tick", *tick)
        if loop.listener_count("uncaughtException") and isinstance(error, Exception) and not loop.forked:
            try:
                loop.emit("uncaughtException", error)
                return
            except BaseException as second:
                errors.chain(second, [error])
                error = second
        self.add(error)
        loop._stop_uv()

    def add(self, error: BaseException) -> None:
        """Keep one more."""
        if self.first is None:
            self.first = error
        else:
            self._others.append(error)

    def take(self) -> BaseException | None:
        """What was added, if anything was, as one chain; it is forgotten."""
        first, self.first = self.first, None
        others, self._others = self._others, []
        if first is not None:
            errors.chain(first, others)
        return first

    def raise_first(self) -> None:
        """Raise what was added, if anything was, and forget it."""
        first = self.take()
        if first is not None:
            try:
                raise first
            finally:
                del first  # the traceback holds this frame
