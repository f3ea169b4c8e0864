"""Node's module ``stream``: the classes that Socket, ``process.stdin`` and ``process.stdout`` are made of.

They are for ``isinstance`` and for their methods. To write a stream of one's own, netuv.stream tells the
hooks that a subclass fills in; they are not Node's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from netuv import misuse, stream
from netuv.node.events import EventEmitter
from netuv.node.names import node_names

W = TypeVar("W", bound=stream.Writable)


@node_names()
class Readable(stream.Readable, EventEmitter):
    """``stream.Readable`` with Node's names."""

    #: Streams of netuv carry bytes, or str.
    readableObjectMode = False

    def pipe(self, destination: W, end: bool | Mapping[str, Any] = True) -> W:
        """``source.pipe(destination, {'end': False})``; see netuv's.

        ``process.stdout`` and ``process.stderr`` are never ended, as in Node.
        """
        if isinstance(end, Mapping):
            end = end.get("end", True)
        return super().pipe(destination, bool(end) and getattr(destination, "_pipe_may_end", True))


@node_names()
class Writable(stream.Writable, EventEmitter):
    """``stream.Writable`` with Node's names."""

    writableObjectMode = False

    def pipe(self, destination: Any, end: Any = True) -> Any:
        """There is nothing to read: 'error' with code ERR_STREAM_CANNOT_PIPE."""
        self.destroy(misuse.cannot_pipe())
        return destination


@node_names()
class Duplex(stream.Duplex, Writable, Readable):
    """``stream.Duplex`` with Node's names."""

    pipe = Readable.pipe
