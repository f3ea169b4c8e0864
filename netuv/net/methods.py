"""Methods of Duplex as a Connection has them: the same, but cheaper to call, where our C code is there."""

from __future__ import annotations

from netuv import checks
from netuv.stream import Duplex, outgoing, state
from netuv.uv.short import short_write


class Methods(Duplex):
    """A Duplex that writes plain data to a handle of libuv's in one call."""

    write = short_write(
        Duplex.write, outgoing.left_over, outgoing.not_sent, checks.check_callback, state.Writing, state.Life
    )
