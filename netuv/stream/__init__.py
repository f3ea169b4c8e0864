"""Node's stream contract, without any I/O.

``base`` is what both directions share (destroy, 'error', 'close'), ``readable`` and ``writable`` are one
direction each, ``duplex`` joins them, and ``transform`` makes what is read of what is written; ``sources``
makes Readables of iterables. What arrives waits in a ``readbuffer`` and becomes events in ``incoming``;
``writequeue`` is what waits to be written, ``outgoing`` what happens to it; all phases stand in ``state``,
and ``encoding`` turns str into bytes and back. Nothing in here knows of a socket or a loop: a stream of one's
own, or a transport, subclasses one of these and fills in the hooks, all of which have names with one
underscore and are listed at the head of each module.

What is done with whole streams stands beside them: ``pipeline``, ``finished``, ``compose``, ``pair``,
``abort_signal``; ``iteration`` and ``promises`` are for tasks; ``status`` tells what any object is to all of
these, and how far it has come.
"""

from netuv.stream import promises
from netuv.stream.abort_signal import add_abort_signal
from netuv.stream.base import Stream
from netuv.stream.compose import compose, duplex_from
from netuv.stream.duplex import Duplex
from netuv.stream.finished import finished
from netuv.stream.foreign import destroy
from netuv.stream.high_water_mark import get_default_high_water_mark, set_default_high_water_mark
from netuv.stream.pair import duplex_pair
from netuv.stream.pipeline import pipeline
from netuv.stream.readable import Readable
from netuv.stream.status import is_destroyed, is_disturbed, is_errored, is_readable, is_writable
from netuv.stream.transform import PassThrough, Transform
from netuv.stream.writable import Writable

__all__ = [
    "Duplex",
    "PassThrough",
    "Readable",
    "Stream",
    "Transform",
    "Writable",
    "add_abort_signal",
    "compose",
    "destroy",
    "duplex_from",
    "duplex_pair",
    "finished",
    "get_default_high_water_mark",
    "is_destroyed",
    "is_disturbed",
    "is_errored",
    "is_readable",
    "is_writable",
    "pipeline",
    "promises",
    "set_default_high_water_mark",
]
