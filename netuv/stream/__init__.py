"""Node's stream contract, without any I/O.

``base`` is what both directions share (destroy, 'error', 'close'), ``readable`` and ``writable`` are one
direction each, ``duplex`` joins them, and ``transform`` makes what is read of what is written; ``sources``
makes Readables of iterables. What arrives waits in a ``readbuffer`` and becomes events in ``incoming``;
``writequeue`` is what waits to be written, ``outgoing`` what happens to it; all phases stand in ``state``,
and ``encoding`` turns str into bytes and back. Nothing in here knows of a socket or a loop: a stream of one's
own, or a transport, subclasses one of these and fills in the hooks, all of which have names with one
underscore and are listed at the head of each module.
"""

from netuv.stream.base import Stream
from netuv.stream.duplex import Duplex
from netuv.stream.readable import Readable
from netuv.stream.transform import PassThrough, Transform
from netuv.stream.writable import Writable

__all__ = ["Duplex", "PassThrough", "Readable", "Stream", "Transform", "Writable"]
