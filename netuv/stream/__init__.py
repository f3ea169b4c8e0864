"""Node's stream contract, without any I/O.

``base`` is what both directions share (destroy, 'error', 'close'), ``readable`` and ``writable`` are one
direction each, ``duplex`` joins them, and ``transform`` makes what is read of what is written; ``sources``
makes Readables of iterables. What arrives waits in a ``readbuffer`` and becomes events in ``incoming``;
``writequeue`` is what waits to be written, ``outgoing`` what happens to it; all phases stand in ``state``,
and ``encoding`` turns str into bytes and back. Nothing in here knows of a socket or a loop: a stream of one's
own, or a transport, subclasses one of these and fills in the hooks, all of which have names with one
underscore and are listed at the head of each module.

What is done with whole streams stands beside them: ``pipelining``, ``finishing``, ``composing``, ``pair``,
``abort_signal``; ``iteration`` and ``promises`` are for tasks; ``status`` tells what any object is to all of
these, and how far it has come. Servers need none of that: each is loaded when a name of it is first asked
for.
"""

from typing import TYPE_CHECKING, Any

from netuv.stream.base import Stream
from netuv.stream.duplex import Duplex
from netuv.stream.high_water_mark import get_default_high_water_mark, set_default_high_water_mark
from netuv.stream.readable import Readable
from netuv.stream.writable import Writable

if TYPE_CHECKING:
    from netuv.stream import promises
    from netuv.stream.abort_signal import add_abort_signal
    from netuv.stream.composing import compose, duplex_from
    from netuv.stream.finishing import finished
    from netuv.stream.foreign import destroy
    from netuv.stream.pair import duplex_pair
    from netuv.stream.pipelining import pipeline
    from netuv.stream.status import is_destroyed, is_disturbed, is_errored, is_readable, is_writable
    from netuv.stream.transform import PassThrough, Transform

_LOADED_LATER = {
    "abort_signal": ("add_abort_signal",),
    "composing": ("compose", "duplex_from"),
    "finishing": ("finished",),
    "foreign": ("destroy",),
    "pair": ("duplex_pair",),
    "pipelining": ("pipeline",),
    "status": ("is_destroyed", "is_disturbed", "is_errored", "is_readable", "is_writable"),
    "transform": ("PassThrough", "Transform"),
    "promises": (),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # not before it is needed

    for module, names in _LOADED_LATER.items():
        if name == module or name in names:
            loaded = import_module(f"netuv.stream.{module}")
            found = loaded if name == module else getattr(loaded, name)
            globals()[name] = found  # so this is asked once
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


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
