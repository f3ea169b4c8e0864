"""``net.Socket``: a duplex stream over one libuv TCP or Pipe handle.

This module makes sockets and connects them. flow.py moves their bytes; what can be set on a socket, and asked
of it, is in endpoint.py; how it ends and begins anew in life.py; ``onread`` in onread.py.

The handle may come late (connect) and go early (destroy); 'close' is emitted when libuv has closed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import abort, checks, errors, misuse
from netuv.blocklist import check_block_list
from netuv.loop import check_loop
from netuv.net import connecting
from netuv.net import options as opts
from netuv.net.flow import Flow
from netuv.stream.state import FINISHED, Life, Reading, Writing
from netuv.uv import handles

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Socket")


_UVError = handles.UVError


class Socket(Flow):
    """A TCP or Unix-socket connection. Node's ``net.Socket``.

    :param fd: an open descriptor of a stream socket or pipe; the Socket owns it from then on.
    :param type: 'tcp4', 'tcp6' or 'unix': what ``fd`` is, or the family that connect() prefers.
    :param allow_half_open: False (the default): when the peer ends, this side is ended too.
    :param readable, writable: with ``fd``, which directions are used; both by default.
    :param no_delay, keep_alive, keep_alive_initial_delay: as the setters of these names.
    :param high_water_mark: reading stops while this many bytes or more wait to be taken; 64 KiB by default.
    :param onread: ``{'buffer': bytearray, 'callback': f}``: instead of 'data', what arrives is copied to
        the buffer and ``f(size, buffer)`` called; when it answers False, reading is paused.
    :param signal: an AbortSignal that destroys the socket.
    :param loop: the loop to work on; this thread's by default.

    The same options may come as one dict. Emits 'lookup', 'connect', 'ready', 'data', 'readable', 'end',
    'timeout', 'drain', 'finish', 'error', 'close' (had_error), 'connectionAttempt',
    'connectionAttemptFailed' and 'connectionAttemptTimeout'.
    """

    allow_half_open = False
    __reduce_ex__ = misuse.refuse_copy

    #: 'address:port' of each attempt of an address-family race, in order. Node's name is the same.
    auto_select_family_attempted_addresses: list[str] | None = None

    _socket_type: str | None = None
    _block_list: Any = None

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        super().__init__()
        if options is not None and not isinstance(options, Mapping):
            raise misuse.invalid_arg_type("options", "a dict", options)
        given = {**(options or {}), **keywords}
        opts.check_options("Socket", given, opts.SOCKET_OPTIONS)
        loop = check_loop(given.get("loop"))
        self._loop = loop
        self._ticks = loop.ticks.queue
        self._readable_state.in_read = False
        self._stream_life.guard = loop.check_thread
        self._configure(given)
        if given.get("handle") is not None:
            self._adopt(handles.check_handle("handle", given["handle"], loop, handles.TTY, handles.Wire))
        elif given.get("fd") is not None:
            handle, self._given_fd = handles.open_fd(loop, given["fd"], self._socket_type)
            self._adopt(handle)
        if given.get("signal") is not None:
            signal = given["signal"]
            abort.on_abort(
                signal,
                lambda: self.destroy(errors.abort_error(signal.reason)),
                owner=self,
                tick=self._next_tick,
            )

    @classmethod
    def _maker(cls: type[Self]) -> Callable[[Any, Any], Self]:
        """What a server calls, with a handle and itself, for each connection that it accepts."""
        own_init = not cls.__init__.__module__.startswith("netuv.")
        return cls._accepted_by_init if own_init else cls._accepted

    @classmethod
    def _accepted(cls: type[Self], handle: Any, server: Any) -> Self:
        """The socket of a connection that a server accepted; it reads ahead at once, unless paused."""
        self = cls.__new__(cls)
        self._events = {}
        self._stream_life = Life()
        self._readable_state = reading = Reading(in_read=False)
        self._writable_state = Writing()
        self._loop = loop = server._loop
        self._ticks = loop.ticks.queue
        self._idle = None
        self._handle = self._writable_state.wire = handle
        self.server = server
        if server.allow_half_open:
            self.allow_half_open = True
        if server.high_water_mark is not None:
            self.readable_high_water_mark = self.writable_high_water_mark = server.high_water_mark
        if server._no_delay:
            self._no_delay = True
        if server._keep_alive:
            self._keep_alive = True
            self._keep_alive_delay = server._keep_alive_delay
        if server._no_delay or server._keep_alive:
            self._apply_settings()
        self._loop.census.add(self)
        if server.pause_on_connect:
            reading.begin_paused()
        else:
            reading.reading = reading.need_readable = self._started = True
            try:
                handle.start_read(self._on_read)
            except _UVError as error:
                self._started = False
                self.destroy(errors.from_uv_error(error, "read"))
        if self._loop.debug:
            self._stream_life.guard = self._loop.check_thread
        return self

    @classmethod
    def _accepted_by_init(cls: type[Self], handle: Any, server: Any) -> Self:
        """The same for a class of a program's own, whose __init__ is to be called."""
        options = {
            "handle": handle,
            "loop": server._loop,
            "allow_half_open": server.allow_half_open,
            "no_delay": server._no_delay,
            "keep_alive": server._keep_alive,
            "keep_alive_initial_delay": server._keep_alive_delay * 1000,
        }
        if server.high_water_mark is not None:
            options["high_water_mark"] = server.high_water_mark
        self = cls.__new__(cls)
        try:
            self.__init__(options)  # type: ignore[misc]
        except BaseException:
            if getattr(self, "_handle", None) is handle:
                self.destroy()
            raise
        self.server = server
        if server.pause_on_connect:
            self._stop_reading()
            self._readable_state.begin_paused()
        return self

    def _configure(self, given: Mapping[str, Any]) -> None:
        kind = given.get("type")
        if kind not in (None, "tcp4", "tcp6", "unix"):
            raise misuse.invalid_arg_value("type", kind, "must be 'tcp4', 'tcp6' or 'unix'")
        self._socket_type = kind
        if given.get("allow_half_open"):
            self.allow_half_open = True
        if given.get("readable", True) is False:
            self._can_read = False
        if given.get("writable", True) is False:
            self._can_write = False
            self._writable_state.phase = FINISHED
        if given.get("high_water_mark") is not None:
            mark = checks.check_int("high_water_mark", given["high_water_mark"], 0, 1 << 30)
            self.readable_high_water_mark = self.writable_high_water_mark = mark
        self._no_delay = bool(given.get("no_delay", False))
        self._keep_alive = bool(given.get("keep_alive", False))
        delay = given.get("keep_alive_initial_delay", 0)
        self._keep_alive_delay = opts.check_delay("keep_alive_initial_delay", delay) // 1000
        onread = given.get("onread")
        if onread is not None:
            self._set_onread(onread)
        self._block_list = check_block_list("block_list", given.get("block_list"))

    def _adopt(self, handle: Any) -> None:
        """Take over a handle that is connected already."""
        self._attach(handle)
        self._apply_settings()
        self._open_wire()
        if self._can_read:
            self.read(0)

    def _open_wire(self) -> None:
        """There is a connection."""
        self._writable_state.wire = self._handle
        self._stream_life.guard = self._loop.check_thread if self._loop.debug else None

    def _attach(self, handle: Any) -> None:
        self._handle = handle
        self._sockname = None
        self._loop.census.add(self)
        if self._onread is not None and callable(self._onread[0]):
            self._next_buffer()

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._stream_life.phase:
            return f"<netuv.{name} destroyed>"
        return f"<netuv.{name} {self.ready_state} {self.remote_address or ''}>"

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        loop = self._loop
        if loop.ticks.ready and not loop.debug:
            self._ticks.append((callback, args))
        elif not loop.closed:  # nothing of a closed loop is heard of any more
            loop.next_tick(callback, *args)

    # -- connecting --------------------------------------------------------------------------------

    def connect(self: Self, *args: Any, **keywords: Any) -> Self:
        """Connect; 'connect' comes when it is established, else 'error' and 'close'.

        Node's ``socket.connect()``, in its forms ``(port, host, listener)``, ``(path, listener)`` and
        ``(options, listener)``; options may be keywords too, the listener among them as ``listener``:

        :param port: of the peer; with host ('localhost' by default) a TCP connection. In the place of both
            an AddressInfo or a SocketAddress may stand: ``connect(server.address())``.
        :param path: of a Unix socket; one that starts with a NUL is an abstract name.
        :param local_address, local_port: the end to connect from.
        :param family: 4, 6, or 0 for both; hints: of netuv.dns; lookup: a function like netuv.lookup.
        :param auto_select_family: try the addresses of a host in turn, each for
            auto_select_family_attempt_timeout ms; on by default.
        :param block_list: a BlockList of addresses not to connect to.

        Raises at once what is wrong with the arguments. A socket that has closed may connect anew.
        """
        given, listener = opts.normalize("connect", args, keywords, opts.CONNECT_OPTIONS, "listener")
        self._loop.check()
        self._loop.check_thread()
        plan = connecting.Plan(given, self._socket_type, self._block_list)
        if listener is not None:
            self.once("connect", listener)
        if self._handle is not None:
            if self.connecting or self._given_fd is None or handles.is_connected(self._handle):
                self._loop.next_tick(self._refuse_connect, plan)
                return self
            if handles.is_pipe(self._handle) != (plan.path is not None):
                raise misuse.invalid_handle_type()
            if self._started:  # to no purpose so far
                self._stop_reading()
        elif self._stream_life.phase:
            self._begin_life()
        try:
            if self._handle is None:
                self._attach(plan.make_handle(self._loop))
            if self._idle is not None:
                self._idle.active()
            self.connecting = True
            self._writable_state.wire = None  # of a given descriptor that was not connected
            self._attempt = connecting.Attempt(self, plan)
            self._attempt.start()
        except BaseException:  # of a function for a lookup or a buffer, or a 'connectionAttempt' listener
            self.destroy()
            raise
        return self

    def _refuse_connect(self, plan: connecting.Plan) -> None:
        """There is a connection, or one on its way: the kernel's answer to a second connect()."""
        status = handles.EALREADY if self.connecting else handles.EISCONN
        here = self.address()
        local = (here.address, here.port) if here is not None else None
        self.destroy(errors.from_status(status, "connect", *plan.where, local=local))

    def _on_connected(self) -> None:
        """The handle is connected: connecting.Attempt calls this in libuv's callback."""
        self.connecting = False
        self._attempt = None
        self._sockname = None
        if self._idle is not None:
            self._idle.active()
        self._apply_settings()
        self._open_wire()
        life = self._stream_life
        try:
            try:
                self.emit("connect")
            finally:
                if life is self._stream_life:
                    self._take_steps()
        finally:
            if life is self._stream_life:
                try:
                    self.emit("ready")
                finally:
                    if self.readable and not self.is_paused() and self._handle is not None:
                        self.read(0)

    def _at_connect(self, step: Callable[[], None]) -> None:
        """Do something at 'connect', in the order of registration among its listeners, as Node does."""
        self._steps += (step,)
        self.once("connect", step)

    def _take_steps(self) -> None:
        """At the end of 'connect': those steps that an exception of a listener in front of them left out."""
        while self._steps:
            step, *rest = self._steps
            self._steps = tuple(rest)
            if step in self.listeners("connect"):
                self.remove_listener("connect", step)
                try:
                    step()
                finally:
                    self._take_steps()

    def _replace_handle(self, handle: Any) -> None:
        """For the next attempt of a race of addresses."""
        if self._handle is not None and not self._handle.closed:
            self._handle.close()
        self._attach(handle)


def connect(*args: Any, **keywords: Any) -> Socket:
    """Make a Socket and connect it. Node's ``net.connect()``; all forms of ``Socket.connect()``.

    The options of Socket may be among those of connect(), and ``timeout`` as by set_timeout(). Raises
    ERR_UNKNOWN_OPTION for any other.
    """
    return connect_as(Socket, args, keywords)


def connect_as(kind: type[Socket], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Socket:
    """connect(), for a subclass of Socket."""
    given, listener = opts.normalize("connect", args, keywords, opts.NEW_CONNECTION_OPTIONS, "listener")
    socket = kind({name: given[name] for name in opts.SOCKET_OPTIONS if name in given})
    if given.get("timeout"):
        socket.set_timeout(given["timeout"])
    where = {name: given[name] for name in opts.CONNECT_OPTIONS if name in given}
    return socket.connect(where, listener)
