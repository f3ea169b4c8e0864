"""Streams whose readable side is made of what is written to them.

A chunk that is written goes to the hook ``_transform(chunk, encoding, callback)``, which pushes what it makes
of it, with ``push()`` or as ``callback(None, data)``. The next chunk comes when the callback was called and
the readable side has room: the callback of a write is kept until ``_read()`` asks for more. At the end
``_flush(callback)`` may push the rest; it is called by ``_final()``, or, in a class that has a ``_final()``
of its own, at 'prefinish'.

Hooks, which are options too: ``_transform``, ``_flush``; and those of Writable but ``_write``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import misuse
from netuv.stream.base import Done
from netuv.stream.duplex import Duplex
from netuv.stream.state import OPEN


class Transform(Duplex):
    """Node's ``stream.Transform``. It takes the options of Duplex, and besides:

    :param transform, flush: functions for the hooks of these names.
    """

    _options = (*Duplex._options, "flush", "transform")
    _waiting: Done | None = None  # the callback of the write for which the readable side has no room

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        super().__init__(options, **keywords)
        self._readable_state.in_read = False
        self.on("prefinish", self._on_prefinish)

    def _take_options(self, given: Mapping[str, Any]) -> None:
        if given.get("high_water_mark", given.get("readable_high_water_mark")) == 0:
            # Buffering is for the readable side; with none of it the writable side has none either.
            mark = given.get("writable_high_water_mark", 0)
            given = {**given, "readable_high_water_mark": 0, "writable_high_water_mark": mark}
            given.pop("high_water_mark", None)
        super()._take_options(given)
        self._take_hooks(given, "transform", "flush")

    def _write(self, chunk: Any, encoding: str | None, callback: Done) -> None:
        before = self.readable_length

        def transformed(error: BaseException | None = None, data: Any = None) -> None:
            if error is not None:
                callback(error)
                return
            if data is not None:
                self.push(data)
            if self._readable_state.phase != OPEN:  # push(None) was called, which is to take effect first
                self._next_tick(callback)
            elif (
                self.writable_ended
                or self.readable_length == before
                or self.readable_length < self.readable_high_water_mark
            ):
                callback()
            else:
                self._waiting = callback

        self._transform(chunk, encoding, transformed)

    def _read(self, size: int) -> None:
        callback, self._waiting = self._waiting, None
        if callback is not None:
            callback()

    def _final(self, callback: Done) -> None:
        def flushed(error: BaseException | None = None, data: Any = None) -> None:
            if error is None:
                if data is not None:
                    self.push(data)
                self.push(None)
            callback(error)

        if self._flush is not None and not self.destroyed:
            self._flush(flushed)
        else:
            flushed()

    def _on_prefinish(self) -> None:
        if getattr(self._final, "__func__", None) is not Transform._final:
            Transform._final(self, self._flushed)

    def _flushed(self, error: BaseException | None) -> None:
        if error is not None:
            self.destroy(error)

    # -- hooks -------------------------------------------------------------------------------------

    def _transform(self, chunk: Any, encoding: str | None, callback: Done) -> None:
        raise misuse.method_not_implemented("_transform()")

    #: Not there: nothing is to be pushed at the end.
    _flush: Callable[[Done], object] | None = None


class PassThrough(Transform):
    """What is written can be read, as it is. Node's ``stream.PassThrough``."""

    def _transform(self, chunk: Any, encoding: str | None, callback: Done) -> None:
        callback(None, chunk)
