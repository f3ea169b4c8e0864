"""Two streams in memory, each the other end of the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv.stream.duplex import Duplex


def duplex_pair(options: Mapping[str, Any] | None = None, **keywords: Any) -> tuple[Duplex, Duplex]:
    """Two Duplex streams: what is written to one is read from the other. Node's ``stream.duplexPair()``.

    :param options: of Duplex, for both, as a dict or as keywords. Raises what Duplex raises.

    A write is done when the other end has read on. end() of one is 'end' of the other; destroy() is the end
    too, but with an error it destroys the other, without it.
    """
    return End.pair(options, **keywords)


class End(Duplex):
    """One of the two."""

    _other: End
    _written: Callable[..., object] | None = None  # by the other end, which waits until this one reads on

    @classmethod
    def pair(cls, options: Mapping[str, Any] | None = None, **keywords: Any) -> tuple[Duplex, Duplex]:
        """Two ends of this class."""
        first, second = cls(options, **keywords), cls(options, **keywords)
        first._other, second._other = second, first
        return first, second

    def _read(self, size: int) -> None:
        written, self._written = self._written, None
        if written is not None:
            written()

    def _write(self, chunk: Any, encoding: Any, callback: Callable[..., object]) -> None:
        if not self.writable_object_mode and not chunk:
            self._next_tick(callback)
        else:
            self._other.push(chunk)
            self._other._written = callback

    def _final(self, callback: Callable[..., object]) -> None:
        self._other.on("end", callback)
        self._other.push(None)

    def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
        self._next_tick(self._end_other, error)
        callback(error)

    def _end_other(self, error: BaseException | None) -> None:
        if self._other.destroyed:
            return
        if error is not None:
            self._other.destroy()
        else:
            self._other.push(None)
