"""``net.BoundSocket``: an address that is taken at once, and listened on or connected from later.

It is bound when it is made, without a lookup and without an event, so that a program knows its port, and that
it has it, before it decides what becomes of it. ``listen()``, or a Socket, then takes the handle over; from
then on, and after ``close()``, the BoundSocket is empty.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import checks, errors, misuse
from netuv.address import AddressInfo, is_ip
from netuv.loop import Loop, check_loop
from netuv.net import options as opts
from netuv.net.owner import HandleOwner
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="BoundSocket")


class BoundSocket(HandleOwner):
    """A socket that is bound and nothing else yet. Node's ``net.BoundSocket``.

    :param host: an IP address (not a name); 0.0.0.0 when left out, with ipv6_only ``::``.
    :param port: 0, the default, for a free one.
    :param ipv6_only: do not accept IPv4 on an IPv6 address.
    :param reuse_port: let others bind to the same address.
    :param path: instead of all these, of a Unix socket; one that starts with a NUL is an abstract name.
    :param loop: the loop to work on; this thread's by default.

    The options may come as one dict. Raises a NetError when the address cannot be had. Give it to
    ``server.listen(bound)``, or as the option ``handle`` to listen(), Socket or netuv.connect(). When nothing
    takes it over it has to be closed; it is a context manager that does so.
    """

    __reduce_ex__ = misuse.refuse_copy

    _place: AddressInfo | str | None  # a path when it is a Unix socket

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        if options is not None and not isinstance(options, Mapping):
            raise misuse.invalid_arg_type("options", "a dict", options)
        given = {**(options or {}), **keywords}
        opts.check_options("BoundSocket", given, opts.BOUND_SOCKET_OPTIONS)
        self._loop = check_loop(given.get("loop"))
        self._loop.check()
        self._loop.check_thread()
        path = given.get("path")
        others = [name for name in _OF_TCP if given.get(name) is not None]
        if path is not None and others:
            raise misuse.invalid_arg_value("path", path, f"cannot be combined with {', '.join(others)}")
        self._handle, self._place = self._bind_tcp(given) if path is None else self._bind_path(path)
        self._loop.census.add(self)

    def _bind_tcp(self, given: Mapping[str, Any]) -> tuple[Any, AddressInfo | None]:
        port = 0 if given.get("port") is None else checks.check_port("port", given["port"])
        six = checks.check_bool("ipv6_only", given.get("ipv6_only") or False)
        shared = checks.check_bool("reuse_port", given.get("reuse_port") or False)
        host = given.get("host")
        if host is None:
            host = "::" if six else "0.0.0.0"
        if not isinstance(host, str):
            raise misuse.invalid_arg_type("host", "a str", host)
        family = is_ip(host)
        if not family:
            raise misuse.invalid_arg_value("host", host, "must be an IP address; nothing is looked up")
        handle = handles.TCP(self._loop.uv)
        flags = handles.IPV6_ONLY * (six and family == 6) | handles.REUSE_PORT * shared
        failure = handles.bind(handle, host, port, flags)
        if failure is None:
            return handle, handles.name_of(handle.getsockname)
        handle.close()
        self._ask_for_turn()
        try:
            raise failure
        finally:
            del failure  # the traceback holds this frame, and it the loop

    def _bind_path(self, path: Any) -> tuple[Any, str]:
        name = opts.check_path("path", path)
        handle = handles.Pipe(self._loop.uv)
        try:
            handle.bind(name)
        except handles.UVError as error:
            handle.close()
            self._ask_for_turn()
            raise errors.from_uv_error(error, "bind") from None
        return handle, os.fsdecode(name)

    def __repr__(self) -> str:
        where = "no more bound" if self._handle is None else f"at {self._place}"
        return f"<netuv.{type(self).__name__} {where}>"

    def _own(self) -> Any:
        """The handle, while it has one."""
        if self._handle is None:
            raise misuse.handle_adopted()
        return self._handle

    def _check(self, loop: Loop) -> None:
        """Raise unless something on this loop can take it over."""
        handles.check_handle("handle", self._own(), loop)

    def _take(self) -> Any:
        """The handle, which belongs to the caller from now on."""
        handle, self._handle = self._own(), None
        self._loop.census.discard(self)
        return handle

    @property
    def is_pipe(self) -> bool:
        """Whether it is a Unix socket. Node's ``isPipe``."""
        return isinstance(self._place, str)

    def address(self) -> AddressInfo | str:
        """Where it is bound: address, family and port, or the path. Node's ``address()``.

        Like fd() and close(), raises ERR_SOCKET_HANDLE_ADOPTED when it has been taken over or closed.
        """
        self._own()
        assert self._place is not None
        return self._place

    def fd(self) -> int:
        """The descriptor, which stays the BoundSocket's. Node's ``fd()``."""
        number: int = self._own().fileno()
        return number

    def close(self) -> None:
        """Let the address go. Node's ``close()``."""
        self._own()
        self._close_quietly()
        self._ask_for_turn()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Close it unless it has been taken over."""
        if self._handle is not None:
            self.close()

    def _ask_for_turn(self) -> None:
        """libuv lets go of a handle that was closed in a turn, and nothing else here asks a host for one."""
        if self._loop.host is not None and not self._loop.forked:
            self._loop.touch()

    # -- of its loop -------------------------------------------------------------------------------

    def _close_with_loop(self) -> None:
        self._close_quietly()

    def _leave_to_parent(self) -> None:
        pass

    def _give_up(self) -> None:
        self._close_quietly()


_OF_TCP = ("host", "ipv6_only", "port", "reuse_port")
