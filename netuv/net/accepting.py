"""What a server makes of a connection that it accepts: a Socket, without the checks of options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from netuv.net.methods import LIFE, READING, WRITING
from netuv.net.rare import NOTHING
from netuv.uv.short import like

if TYPE_CHECKING:
    from netuv.net.server import Server
    from netuv.net.socket import Socket

    S = TypeVar("S", bound=Socket)


def maker(kind: type[S]) -> Callable[[Any, Server], S]:
    """How to make the sockets of a class, each from a handle and the server; decided once for a server."""
    own_init = not kind.__init__.__module__.startswith("netuv.")
    return partial(by_init if own_init else make_socket, kind)


def make_socket(kind: type[S], handle: Any, server: Server) -> S:
    """One that reads ahead at once, unless paused. What there is to its handle but keep-alive is done."""
    settings = server._settings
    self = kind.__new__(kind)
    self._events = {}
    self._stream_life = like(LIFE)
    self._readable_state = reading = like(READING)
    self._writable_state = like(WRITING)
    self._loop = server._loop
    self._settings = settings
    self._rare = NOTHING
    # These are defaults of the class, which would be found more slowly there; a socket gets the names anyway.
    self._idle = None
    self.connecting = self._started = False
    self._closing = ()
    self.server = server
    if settings.allow_half_open:
        self.allow_half_open = True
    if settings.high_water_mark is not None:
        self.readable_high_water_mark = self.writable_high_water_mark = settings.high_water_mark
    self._handle = handle
    if settings.keep_alive:
        settings.apply_keep_alive(handle)
    self._open_wire()
    server._loop.census.by_id[id(self)] = self
    if settings.pause_on_connect:
        reading.begin_paused()
    else:
        reading.reading = reading.need_readable = True
        self._start_reading()
    return self


def by_init(kind: type[S], handle: Any, server: Server) -> S:
    """One of a class of a program's own, whose __init__ is to be called."""
    settings = server._settings
    self = kind.__new__(kind)
    try:
        self.__init__({"handle": handle, "loop": server._loop, **settings.options()})  # type: ignore[misc]
    except BaseException:
        if getattr(self, "_handle", None) is handle:
            self.destroy()
        raise
    self._settings = settings
    self.server = server
    if settings.pause_on_connect:
        self._stop_reading()
        self._readable_state.begin_paused()
    return self
