"""What is decided once for many connections: by a server for all that it accepts, or for one socket.

A Settings object is never changed, so a server and its sockets share one. What sets a single thing, such as
``socket.set_no_delay()``, puts a changed copy in its place: ``settings.but(no_delay=True)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from netuv import checks
from netuv.blocklist import BlockList, check_block_list
from netuv.net import options as opts
from netuv.uv import handles


class Settings:
    """The options that Socket and Server have in common, checked."""

    __slots__ = (
        "allow_half_open",
        "block_list",
        "high_water_mark",
        "keep_alive",
        "keep_alive_delay",
        "keep_alive_probes",
        "no_delay",
        "pause_on_connect",
        "tos",
    )

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.allow_half_open = bool(given.get("allow_half_open"))
        self.pause_on_connect = bool(given.get("pause_on_connect"))
        mark = given.get("high_water_mark")
        if mark is not None:
            mark = checks.check_int("high_water_mark", mark, 0, 1 << 30)
        self.high_water_mark: int | None = mark  # None: the default of streams
        self.no_delay = bool(given.get("no_delay"))
        self.keep_alive = bool(given.get("keep_alive"))
        delay = given.get("keep_alive_initial_delay")
        self.keep_alive_delay = (  # s
            0 if delay is None else opts.check_delay("keep_alive_initial_delay", delay) // 1000
        )
        #: Seconds between two probes, and how many; None for the defaults.
        self.keep_alive_probes: tuple[int | None, int | None] = (None, None)
        tos = given.get("type_of_service")
        self.tos = 0 if tos is None else checks.check_int("type_of_service", tos, 0, 255)
        blocked = given.get("block_list")
        self.block_list: BlockList | None = (
            None if blocked is None else check_block_list("block_list", blocked)
        )

    def but(self, **values: Any) -> Settings:
        """A copy, with these values in it."""
        copy = Settings.__new__(Settings)
        for name in self.__slots__:
            setattr(copy, name, values[name] if name in values else getattr(self, name))
        return copy

    def with_keep_alive(self, enable: Any, initial_delay: Any, interval: Any, count: Any) -> Settings:
        """What set_keep_alive() was given, checked; this object itself when nothing is to change."""
        if isinstance(enable, Mapping):
            given = enable
            opts.check_options("set_keep_alive", given, opts.KEEP_ALIVE_OPTIONS)
            enable, initial_delay = given.get("enable", False), given.get("initial_delay", 0)
            interval, count = given.get("interval"), given.get("count")
        delay = opts.check_delay("initial_delay", initial_delay) // 1000
        interval = opts.check_interval("interval", interval)
        probes = interval, None if count is None else checks.check_int("count", count, 1, 127)
        if bool(enable) == self.keep_alive and (
            not enable or (delay, probes) == (self.keep_alive_delay, self.keep_alive_probes)
        ):
            return self
        return self.but(keep_alive=bool(enable), keep_alive_delay=delay, keep_alive_probes=probes)

    def options(self) -> dict[str, Any]:
        """The options of Socket that it was made of."""
        given = {
            "allow_half_open": self.allow_half_open,
            "no_delay": self.no_delay,
            "keep_alive": self.keep_alive,
            "keep_alive_initial_delay": self.keep_alive_delay * 1000,
        }
        return given if self.high_water_mark is None else {**given, "high_water_mark": self.high_water_mark}

    # To the kernel. What it answers to the first two is of no interest, as in Node: the connection works all
    # the same.

    def apply(self, handle: Any) -> None:
        """Set on a new connection what is not the kernel's default."""
        if self.no_delay:
            self.apply_no_delay(handle)
        if self.keep_alive:
            self.apply_keep_alive(handle)
        if self.tos and handles.is_tcp(handle):
            with suppress(OSError):
                handles.type_of_service(handle, self.tos)

    def apply_no_delay(self, handle: Any) -> None:
        """Switch Nagle's algorithm off, or on."""
        if handles.is_tcp(handle):
            try:  # suppress() would take three calls
                handle.nodelay(self.no_delay)
            except handles.UVError:
                pass

    def apply_keep_alive(self, handle: Any) -> None:
        """Switch keep-alive on, or off."""
        if handles.is_tcp(handle):
            with suppress(OSError, handles.UVError):
                delay, probes = self.keep_alive_delay, self.keep_alive_probes
                handles.set_keep_alive(handle, self.keep_alive, delay, *probes)


DEFAULTS = Settings({})
