"""``listen()`` in all its forms, until there is a handle that libuv accepts connections on.

``listen(port)`` and ``listen(path)`` make the handle within the call, ``listen(port, host)`` after a lookup,
even for an IP literal. ``_listen_id`` is one number a call, so that a lookup whose listen() was overtaken by
close() is dropped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import abort, checks, errors, misuse
from netuv.diagnostics_channel import tracing_channel
from netuv.dns import lookup
from netuv.emitter import EventEmitter
from netuv.net import options as opts
from netuv.net.bound import BoundSocket
from netuv.net.owner import HandleOwner
from netuv.uv import handles

if TYPE_CHECKING:
    Self = TypeVar("Self", bound="Listener")

DEFAULT_BACKLOG = 511
_ANY = "0.0.0.0"
_LISTEN = tracing_channel("net.server.listen")


class Listener(HandleOwner, EventEmitter):
    """The part of Server that is about listen()."""

    _listening_path: str | None = None
    _listen_id = 0
    _lookup_pending = False
    _close_owed = True  # 'close' is to come: from listen() or the first close() on

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        raise NotImplementedError

    def _on_connection(self, handle: Any, status: int | None) -> None:
        raise NotImplementedError

    def close(self: Self, callback: Callable[..., object] | None = None) -> Self:
        """As Server has it."""
        raise NotImplementedError

    def _maybe_emit_close(self) -> None:
        raise NotImplementedError

    def listen(self: Self, *args: Any, **keywords: Any) -> Self:
        """Start to accept connections; 'listening' comes when it does. Node's ``server.listen()``.

        Forms: ``(port, host, backlog, callback)``, ``(path, backlog, callback)``, ``(options, callback)``;
        options may be keywords too, the callback among them as ``callback``:

        :param port: 0 or None for a free one, which address() then tells; it counts more than a path.
        :param host: an address or a name; 0.0.0.0 when left out.
        :param backlog: connections that wait for accept at most, 511 by default.
        :param path: of a Unix socket; one that starts with a NUL is an abstract name.
        :param fd: a descriptor that is bound already; handle: a BoundSocket, which may also be the first
            argument, a pyuv.TCP or pyuv.Pipe.
        :param ipv6_only: do not accept IPv4 on an IPv6 address; reuse_port: let others listen here too.
        :param readable_all, writable_all: give the Unix path a mode by which everybody may read, write, or
            both, and its owner no more than that.
        :param signal: an AbortSignal that closes the server.
        :param callback: a one-time listener of 'listening'.

        An address that is in use, or not ours, is an 'error' event. Raises at once what is wrong with the
        arguments, and ERR_SERVER_ALREADY_LISTEN.
        """
        given, callback = opts.normalize("listen", args, keywords, opts.LISTEN_OPTIONS, "callback")
        self._loop.check()
        self._loop.check_thread()
        if self._handle is not None or self._lookup_pending:
            raise misuse.already_listen()
        anywhere = not args or args[0] is None or callable(args[0])
        if anywhere and given.get("port") is None and not set(given) - {"backlog", "port"}:
            given["port"] = 0  # listen(), listen(callback) and listen(None)
        if _LISTEN.async_start.subscribers:
            message = {"server": self, "options": dict(given)}
            _LISTEN.async_start.publish(message, loop=self._loop)
        start = self._plan(given)
        if given.get("signal") is not None:
            abort.on_abort(given["signal"], self.close, owner=self, tick=self._loop.next_tick)
        if callback is not None:
            self.once("listening", callback)
        self._listen_id += 1
        self._close_owed = True
        self._listening_path = None
        start()
        return self

    def _plan(self, given: Mapping[str, Any]) -> Callable[[], None]:
        """What listen() has to do, once all of its arguments are seen to be right."""
        backlog = given.get("backlog")
        if backlog is None or backlog == 0:
            backlog = DEFAULT_BACKLOG
        backlog = checks.check_int("backlog", backlog, 1, 2**31 - 1)
        if isinstance(given.get("handle"), BoundSocket):
            given["handle"]._check(self._loop)
            return lambda: self._listen_bound(given["handle"], backlog)
        if given.get("handle") is not None:
            handle = getattr(given["handle"], "_handle", given["handle"])
            handles.check_handle("handle", handle, self._loop)
            return lambda: self._listen(handle, backlog, None, None)
        if given.get("fd") is not None:
            fd = checks.check_int("fd", given["fd"], 0, 2**31 - 1)
            return lambda: self._listen_fd(fd, backlog)
        if given.get("path") is not None and given.get("port") is None:
            path = opts.check_path("path", given["path"])
            mode = 0o444 * bool(given.get("readable_all")) | 0o222 * bool(given.get("writable_all"))
            if mode and path.startswith(b"\0"):
                raise misuse.invalid_arg_value(
                    "path",
                    given["path"],
                    "is abstract, so readable_all and writable_all have no file",
                )
            return lambda: self._listen_path(path, backlog, mode)
        if "port" not in given:
            raise misuse.invalid_arg_value("options", dict(given), "must have 'port' or 'path'")
        port = 0 if given["port"] is None else checks.check_port("port", given["port"])
        flags = handles.IPV6_ONLY * bool(given.get("ipv6_only"))
        flags |= handles.REUSE_PORT * bool(given.get("reuse_port"))
        host = given.get("host")
        if host is None or host == "":
            return lambda: self._listen_tcp(_ANY, port, backlog, flags & ~handles.IPV6_ONLY)
        if not isinstance(host, str):
            raise misuse.invalid_arg_type("host", "a str", host)
        return lambda: self._look_up(host, port, backlog, flags)

    def _look_up(self, host: str, port: int, backlog: int, flags: int) -> None:
        listen_id = self._listen_id
        self._lookup_pending = True
        self._loop.census.add(self)

        def on_lookup(error: Any, address: str = "", family: int = 0) -> None:
            if listen_id != self._listen_id:
                return
            self._lookup_pending = False
            self._loop.census.discard(self)
            if error is not None:
                self._emit_listen_error(error)
            else:
                six = handles.IPV6_ONLY if family == 4 else 0
                self._listen_tcp(address, port, backlog, flags & ~six)

        lookup(host, on_lookup, loop=self._loop)

    def _listen_tcp(self, address: str, port: int, backlog: int, flags: int) -> None:
        handle = handles.TCP(self._loop.uv)
        try:
            handle.bind(handles.sockaddr(address, port), flags)
        except handles.UVError as error:
            self._fail_listen(handle, error, address, port)
        else:
            self._listen(handle, backlog, address, port)

    def _listen_path(self, path: bytes, backlog: int, mode: int) -> None:
        handle = handles.Pipe(self._loop.uv)
        name = os.fsdecode(path)
        try:
            handle.bind(path)
            if mode:
                os.chmod(path, mode)
        except handles.UVError as error:
            self._fail_listen(handle, error, name, None)
        except OSError as error:
            handle.close()
            self._fail_later(errors.from_status(-(error.errno or 0), "listen", name))
        else:
            self._listening_path = name
            self._listen(handle, backlog, name, None)

    def _listen_fd(self, fd: int, backlog: int) -> None:
        try:
            handle, self._given_fd = handles.open_fd(self._loop, fd)
        except errors.NetError as cause:
            failure = errors.from_status(handles.EINVAL, "listen")
            failure.__cause__ = cause
            self._fail_later(failure)
        else:
            self._listen(handle, backlog, None, None)

    def _listen_bound(self, bound: BoundSocket, backlog: int) -> None:
        if bound.is_pipe:
            self._listening_path = str(bound.address())
        self._listen(bound._take(), backlog, None, None)

    def _listen(self, handle: Any, backlog: int, address: str | None, port: int | None) -> None:
        try:
            handle.listen(self._on_connection, backlog)
        except handles.UVError as error:
            self._fail_listen(handle, error, address, port)
            return
        self._handle = handle
        handle.ref = self._ref
        self._loop.census.add(self)
        if _LISTEN.async_end.subscribers:
            _LISTEN.async_end.publish({"server": self}, loop=self._loop)
        self._next_tick(self._emit_listening)

    def _fail_listen(self, handle: Any, error: Any, address: str | None, port: int | None) -> None:
        handle.close()
        self._listening_path = None
        self._fail_later(errors.from_uv_error(error, "listen", address, port))

    def _fail_later(self, failure: BaseException) -> None:
        if _LISTEN.error.subscribers:
            _LISTEN.error.publish({"server": self, "error": failure}, loop=self._loop)
        self._next_tick(self._emit_listen_error, failure)

    def _emit_listen_error(self, error: BaseException) -> None:
        self._maybe_emit_close()
        self.emit("error", error)

    def _emit_listening(self) -> None:
        if self._handle is not None:
            self.emit("listening")
