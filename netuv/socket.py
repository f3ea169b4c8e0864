"""``net.Socket``: a duplex stream over one libuv TCP or Pipe handle.

The stream layer decides what happens when; this module moves the bytes. libuv calls back into the methods
``_on_<what>``, each of which ends with the gate that runs the ticks (see netuv.loop).

Reading. ``_read()`` is uv_read_start, ``_stop_reading()`` is uv_read_stop. While the stream layer names a
``_sink``, what arrives is handed to it; everything else goes through ``push()``.

Writing. uv_try_write first, and what the kernel did not take goes to uv_write. ``_ready`` is the handle while
nothing stands in the way of a write (connected, nothing queued, not corked, not ended), else None: with it
``write()`` is one call. ``_update_ready()`` derives it from the state, after anything that changes that.

Handle. It may come late (connect) and go early (destroy); 'close' is emitted when libuv has closed it. What
can be set on it, and asked of it, is in netuv.endpoint.

Most attributes have their start value on the class, so that an idle socket is small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pyuv

from netuv import connecting, errors
from netuv import options as opts
from netuv.address import check_block_list
from netuv.endpoint import Endpoint
from netuv.loop import Loop, check_loop
from netuv.stream.base import Done
from netuv.stream.writable import Callback, Chunk, frozen

Self = TypeVar("Self", bound="Socket")

_EOF = pyuv.errno.UV_EOF
_AGAIN = (pyuv.errno.UV_EAGAIN, pyuv.errno.UV_ENOBUFS)
_UVError = pyuv.error.UVError
_JOIN_LIMIT = 64 * 1024
_MAX_CHUNK = 1 << 30  # pyuv's sizes have 32 bits

# What connect() on a destroyed socket starts over with (besides what __init__ sets).
_LIFE = (
    "closed",
    "destroyed",
    "errored",
    "readable_ended",
    "writable_ended",
    "writable_finished",
    "_close_emitted",
    "_emitted_readable",
    "_eof",
    "_error_emitted",
    "_final_called",
    "_had_error",
    "_need_drain",
    "_reading",
)


class Socket(Endpoint):
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
    #: The Server that accepted it, or None. Node's ``server``.
    server: Any = None
    #: 'address:port' of each attempt of an address-family race, in order. Node's name is the same.
    auto_select_family_attempted_addresses: list[str] | None = None

    _started: bool = False  # uv_read_start is in force
    _had_error: bool = False
    _resetting: bool = False
    _type: str | None = None
    _given_fd: connecting.GivenFd | None = None
    _attempt: Any = None  # the connecting.Attempt of the current connect()
    _onread: tuple[Any, Callable[..., Any]] | None = None
    _onread_rest: bytes = b""
    _onread_stopped: bool = False  # its callback answered False
    _block_list: Any = None

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        super().__init__()
        if options is not None and not isinstance(options, Mapping):
            raise errors.invalid_arg_type("options", "a dict", options)
        given = {**(options or {}), **keywords}
        opts.check_options("Socket", given, opts.SOCKET_OPTIONS)
        loop = check_loop(given.get("loop"))
        self._start_life(loop)
        self._configure(given)
        if given.get("handle") is not None:
            self._adopt(connecting.check_handle("handle", given["handle"], loop, pyuv.TTY))
        elif given.get("fd") is not None:
            handle, self._given_fd = connecting.open_fd(loop, given["fd"], self._type)
            self._adopt(handle)
        if given.get("signal") is not None:
            from netuv.abort import destroy_on_abort

            destroy_on_abort(given["signal"], self)

    def _start_life(self, loop: Loop) -> None:
        """The attributes of the read and write path, which are faster on the instance."""
        self._loop = loop
        self._ticks = loop._ticks
        self._handle = None
        self._ready = None
        self._idle = None
        self._decoder = None
        self._flowing = None
        self._sink = None
        self.readable_length = 0
        #: Bytes received. Node's ``bytesRead``.
        self.bytes_read = 0
        self._dispatched = 0

    @classmethod
    def _accepted(cls: type[Self], handle: Any, server: Any) -> Self:
        """The socket of a connection that a server accepted; it reads ahead at once, unless paused."""
        self = cls.__new__(cls)
        self._events = {}
        self._start_life(server._loop)
        self._handle = self._ready = handle
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
        self._loop._owners.add(self)
        if server.pause_on_connect:
            self._flowing = False
            self._paused = True
        else:
            self._reading = self._need_readable = self._started = True
            handle.start_read(self._on_read)
        if self._loop.debug:
            self._ready = None
        return self

    def _configure(self, given: Mapping[str, Any]) -> None:
        kind = given.get("type")
        if kind not in (None, "tcp4", "tcp6", "unix"):
            raise errors.invalid_arg_value("type", kind, "must be 'tcp4', 'tcp6' or 'unix'")
        self._type = kind
        if given.get("allow_half_open"):
            self.allow_half_open = True
        if given.get("readable", True) is False:
            self._can_read = False
        if given.get("writable", True) is False:
            self._can_write = False
            self.writable_ended = self.writable_finished = True
        if given.get("high_water_mark") is not None:
            mark = errors.check_int("high_water_mark", given["high_water_mark"], 0, 1 << 30)
            self.readable_high_water_mark = self.writable_high_water_mark = mark
        self._no_delay = bool(given.get("no_delay", False))
        self._keep_alive = bool(given.get("keep_alive", False))
        delay = given.get("keep_alive_initial_delay", 0)
        self._keep_alive_delay = opts.check_delay("keep_alive_initial_delay", delay) // 1000
        onread = given.get("onread")
        if onread is not None:
            if not isinstance(onread, Mapping):
                raise errors.invalid_arg_type("onread", "a dict of 'buffer' and 'callback'", onread)
            errors.check_options("onread", onread, ("buffer", "callback"))
            errors.check_callback("onread.callback", onread.get("callback"))
            buffer = onread.get("buffer")
            if not callable(buffer):
                try:
                    memoryview(buffer)[0:0] = b""  # type: ignore[arg-type]
                except TypeError:
                    raise errors.invalid_arg_type(
                        "onread.buffer", "a writable buffer, or a function that returns one", buffer
                    ) from None
            self._onread = (buffer, onread["callback"])
        self._block_list = check_block_list("block_list", given.get("block_list"))

    def _adopt(self, handle: Any) -> None:
        """Take over a handle that is connected already."""
        self._attach(handle)
        self._apply_settings()
        self._update_ready()
        if self._can_read:
            self.read(0)

    def _attach(self, handle: Any) -> None:
        self._handle = handle
        self._sockname = None
        self._loop._owners.add(self)

    def __repr__(self) -> str:
        name = type(self).__name__
        if self.destroyed:
            return f"<netuv.{name} destroyed>"
        return f"<netuv.{name} {self.ready_state} {self.remote_address or ''}>"

    def _tick(self, callback: Callable[..., object], *args: Any) -> None:
        loop = self._loop
        if loop._prepare_started and not loop.debug:
            self._ticks.append((callback, args))
        elif not loop.closed:  # nothing of a closed loop is heard of any more
            loop._next_tick(callback, args)

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
        plan = connecting.Plan(given, self._type, self._block_list)
        if listener is not None:
            self.once("connect", listener)
        if self._handle is not None and not self.destroyed:
            self._loop.next_tick(self._refuse_connect, plan)
            return self
        if self.destroyed:
            self._handle = None
            self._peername = None
        if self._handle is None:
            for name in _LIFE:
                self.__dict__.pop(name, None)
            self.bytes_read = self._dispatched = 0
            self._attach(plan.make_handle(self._loop))
        if self._idle is not None:
            self._idle.active()
        self.connecting = True
        self._update_ready()
        self._attempt = connecting.Attempt(self, plan)
        try:
            self._attempt.start()
        except BaseException:  # of a lookup function, or of a 'connectionAttempt' listener
            self.destroy()
            raise
        return self

    def _refuse_connect(self, plan: connecting.Plan) -> None:
        """There is a connection, or one on its way: the kernel's answer to a second connect()."""
        status = pyuv.errno.UV_EALREADY if self.connecting else pyuv.errno.UV_EISCONN
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
        self._update_ready()
        self.emit("connect")
        self.emit("ready")
        if self.readable and not self.is_paused() and self._handle is not None:
            self.read(0)

    def _replace_handle(self, handle: Any) -> None:
        """For the next attempt of a race of addresses."""
        if self._handle is not None and not self._handle.closed:
            self._handle.close()
        self._attach(handle)

    # -- reading -----------------------------------------------------------------------------------

    def _read(self, size: int) -> None:
        if self.connecting or self._handle is None:
            self.once("connect", self._read_when_connected)
        elif not self._started and not self._onread_stopped:
            self._start_reading()

    def _read_when_connected(self) -> None:
        if self._reading and not self._started and self._handle is not None:
            self._start_reading()

    def _start_reading(self) -> None:
        on_read = self._on_read if self._onread is None else self._on_read_into_buffer
        if self._onread_rest:
            self._loop.next_tick(self._deliver_rest)
        try:
            self._handle.start_read(on_read)
            self._started = True
        except _UVError as error:
            self.destroy(errors.from_uv_error(error, "read"))

    def _stop_reading(self) -> None:
        self._reading = False
        if self._started:
            self._started = False
            self._handle.stop_read()

    def _on_read(self, handle: Any, data: bytes | None, status: int | None) -> None:
        if data:
            self.bytes_read += len(data)
            sink = self._sink
            if sink is None:
                if self._idle is not None:
                    self._idle.active()
                else:
                    self._find_sink()
                    sink = self._sink
            if sink is not None:
                sink(data)
            elif not self.push(data) and self._started:
                self._stop_reading()
        elif status is not None:
            self._on_read_end(status)
        if self._ticks:
            self._loop._drain()

    def _on_read_end(self, status: int) -> None:
        """End of stream, or an error; pyuv has called uv_read_stop already."""
        if self._started:
            self._stop_reading()
        if status != _EOF:
            self.destroy(errors.from_status(status, "read"))
        else:
            self.push(None)
            if not self._end_scheduled:
                self.read(0)

    def _on_read_into_buffer(self, handle: Any, data: bytes | None, status: int | None) -> None:
        if data:
            self.bytes_read += len(data)
            if self._idle is not None:
                self._idle.active()
            self._deliver(data)
        elif status is not None:
            self._on_read_end(status)
        if self._loop._ticks:
            self._loop._drain()

    def _deliver(self, data: bytes) -> None:
        """Hand data to the onread callback, in pieces of its buffer's size."""
        assert self._onread is not None
        source, callback = self._onread
        while data and not self.destroyed:
            buffer = source() if callable(source) else source
            view = memoryview(buffer).cast("B")
            size = min(len(data), len(view))
            view[:size] = data[:size]
            data = data[size:]
            if callback(size, buffer) is False:
                self._onread_stopped = True
                self._stop_reading()
                break
        self._onread_rest = data

    def _deliver_rest(self) -> None:
        rest, self._onread_rest = self._onread_rest, b""
        self._deliver(rest)

    def read(self, size: int | None = None) -> Any:
        """As of Readable."""
        self._loop.check_thread()
        return super().read(size)

    def pause(self: Self) -> Self:
        """As of Readable."""
        self._loop.check_thread()
        return super().pause()

    def resume(self: Self) -> Self:
        """As of Readable; with ``onread``, start again after its callback answered False."""
        if self._onread is not None and not self.connecting and self._handle is not None:
            self._onread_stopped = False
            if not self._started and not self._eof:
                self._reading = True
                self._start_reading()
        return super().resume()

    @property
    def readable_did_read(self) -> bool:
        """True once anything was delivered. Node's ``readableDidRead``."""
        return self.bytes_read > self.readable_length

    @readable_did_read.setter
    def readable_did_read(self, value: bool) -> None:
        pass  # the stream layer notes it; here the byte count knows

    # -- writing -----------------------------------------------------------------------------------

    def write(
        self, data: Any, encoding: str | Callback | None = None, callback: Callback | None = None
    ) -> bool:
        """As of Writable: send data, True when all of it reached the kernel."""
        ready = self._ready
        if ready is not None and type(data) is bytes and encoding is None and callback is None:
            try:
                sent: int = ready.try_write(data)
            except _UVError:
                pass  # a full kernel or a broken connection: the long way tells
            else:
                self._dispatched += sent
                if sent == len(data):
                    return True
                data = memoryview(data)[sent:]
        self._loop.check_thread()
        answer = super().write(data, encoding, callback)
        self._update_ready()
        return answer

    def _update_ready(self) -> None:
        clear = not (
            self.connecting
            or self.destroyed
            or self.writable_ended
            or self.writable_corked
            or self._writing
            or self._queue
            or self.errored
            or self._idle is not None
            or self._loop.debug
        )
        self._ready = self._handle if clear else None

    def _write(self, chunk: Chunk, done: Done) -> None:
        if self.connecting:
            chunk = frozen(chunk)  # it has to wait
        if not self._can_write_now(lambda: self._write(chunk, done), done):
            return
        try:
            sent = self._handle.try_write(chunk) if len(chunk) else 0
        except _UVError as error:
            if error.args[0] not in _AGAIN:
                done(errors.from_uv_error(error, "write"))
                return
            sent = 0
        self._dispatched += len(chunk)
        if sent == len(chunk):
            done(None)
        else:
            self._part_written(sent)
            self._send_rest([frozen(memoryview(chunk)[sent:])])

    def _writev(self, chunks: list[Chunk], done: Done) -> None:
        if sum(map(len, chunks)) <= _JOIN_LIMIT:
            self._write(b"".join(chunks), done)
        elif self._can_write_now(lambda: self._writev(chunks, done), done):
            self._dispatched += sum(map(len, chunks))
            self._send_rest([chunk for chunk in chunks if len(chunk)])

    def _can_write_now(self, again: Callable[[], None], done: Done) -> bool:
        """Wait for 'connect' or the end; with neither to come, the socket is closed."""
        if not self.connecting:
            if self._handle is None:
                done(errors.socket_closed())
                return False
            if self._idle is not None:
                self._idle.active()
            return True

        def on_connect() -> None:
            self.remove_listener("close", on_close)
            again()
            self._in_write = False
            self._update_ready()

        def on_close(had_error: bool) -> None:
            self.remove_listener("connect", on_connect)  # of a later connect()
            done(errors.closed_before_connection())

        self.once("connect", on_connect)
        self.once("close", on_close)
        return False

    def _send_rest(self, chunks: list[Any]) -> None:
        if max(map(len, chunks)) > _MAX_CHUNK:
            chunks = [
                memoryview(chunk)[i : i + _MAX_CHUNK]
                for chunk in chunks
                for i in range(0, len(chunk), _MAX_CHUNK)
            ]
        self._in_flight = True
        self._ready = None
        self._last_queue_size = self._writing_length
        self._handle.write(chunks if len(chunks) > 1 else chunks[0], self._on_written)
        chunks.clear()  # pyuv 1.4.0 never gives the list back

    def _on_written(self, handle: Any, status: int | None) -> None:
        self._in_flight = False
        self._last_queue_size = 0
        if self.destroyed:
            self._on_write(self.errored or errors.stream_destroyed("write"))
        elif status is not None:
            self._on_write(errors.from_status(status, "write"))
        else:
            if self._idle is not None:
                self._idle.active()
            self._on_write(None)
        self._update_ready()
        if self._loop._ticks:
            self._loop._drain()

    def _ended_error(self) -> BaseException:
        if self.readable_ended and not self.allow_half_open:
            return errors.this_socket_ended_by_other_party()
        return super()._ended_error()

    def cork(self) -> None:
        """As of Writable."""
        super().cork()
        self._ready = None

    def uncork(self) -> None:
        """As of Writable."""
        super().uncork()
        self._update_ready()

    def end(
        self: Self,
        data: Any = None,
        encoding: str | Callback | None = None,
        callback: Callback | None = None,
    ) -> Self:
        """As of Writable: write nothing more; the peer gets a FIN after the queue."""
        self._loop.check_thread()
        self._ready = None
        super().end(data, encoding, callback)
        self._update_ready()
        return self

    def _final(self, done: Done) -> None:
        """Send the FIN, once there is a connection."""
        if self.pending:
            self.once("connect", lambda: self._final(done))
            return

        def on_shutdown(handle: Any, status: int | None) -> None:
            done(None)
            if self._loop._ticks:
                self._loop._drain()

        try:
            self._handle.shutdown(on_shutdown)
        except _UVError as error:
            if error.args[0] == pyuv.errno.UV_ENOTCONN:
                done(None)
            else:
                done(errors.from_uv_error(error, "shutdown"))

    # -- the end -----------------------------------------------------------------------------------

    def destroy(self: Self, error: BaseException | None = None) -> Self:
        """As of Stream."""
        self._loop.check_thread()
        return super().destroy(error)

    def destroy_soon(self) -> None:
        """Destroy the socket once all is written. Node's ``destroySoon()``."""
        if self.writable:
            self.end()
        if self.writable_finished:
            self.destroy()
        else:
            self.once("finish", self.destroy)

    def reset_and_destroy(self: Self) -> Self:
        """Close by a TCP reset: the peer sees ECONNRESET. Node's ``resetAndDestroy()``.

        While connecting it waits for 'connect'. Without a connection 'error' has code ERR_SOCKET_CLOSED.
        Raises ERR_INVALID_HANDLE_TYPE on a Unix socket.
        """
        if self._handle is None:
            return self.destroy(errors.socket_closed())
        if not isinstance(self._handle, pyuv.TCP):
            raise errors.invalid_handle_type()
        if self.connecting:
            self.once("connect", self._reset)
        else:
            self._reset()
        return self

    def _reset(self) -> None:
        if self._handle is not None:
            self._resetting = True
            self.destroy()

    def _destroy(self, error: BaseException | None, done: Done) -> None:
        if self.connecting:  # only what is set is reset: _prime() says why
            self.connecting = False
        self._ready = self._sink = None
        if error is not None:
            self._had_error = True
        if self._idle is not None:
            self._idle.close()
            self._idle = None
        if self._attempt is not None:
            self._attempt.cancel()
            self._attempt = None
        if self._sockname is not None:
            self._sockname = None
        handle, self._handle = self._handle, None
        if handle is not None:
            if self._started:
                self._started = False
                handle.stop_read()
            if self._resetting:
                self._resetting = False
                connecting.linger_zero(handle)
            self._closing = handle
            handle.close(self._on_closed)
            if self._given_fd is not None:
                self._given_fd.close()
                self._given_fd = None
        done(error)
        if self.server is not None:
            self.server._on_socket_destroyed()

    #: The handle from destroy() until libuv has closed it.
    _closing: Any = None

    def _on_closed(self, handle: Any) -> None:
        if self._closing is handle:
            self._closing = None
            if self._close_emitted:  # else the tick that is to come first is late, and emits it
                self._loop._owners.discard(self)
                self.emit("close", self._had_error)
        if self._loop._ticks:
            self._loop._drain()

    def _emit_close(self) -> None:
        if self._closing is None and self._handle is None:
            self._loop._owners.discard(self)
            self.emit("close", self._had_error)

    def _close_with_loop(self) -> None:
        self.destroy()


def _prime() -> None:
    """Let the interpreter know first the attributes that most sockets have.

    The instances of a class share one table of attribute names, with place for 30. One that sets another name
    gets a table of its own, which doubles a socket's memory. All sockets together set more than 30, so those
    of a connection that goes well, and of pipe(), have to be the first.
    """
    first = Socket.__new__(Socket)
    for name in (
        "_events _loop _ticks _handle _ready _idle _decoder _flowing _sink readable_length bytes_read"
        " _dispatched server _no_delay _reading _need_readable _started _resume_scheduled _emitted_readable"
        " _eof _end_scheduled readable_ended writable_ended _final_called writable_finished destroyed"
        " _closing closed _close_emitted _pipes"
    ).split():
        setattr(first, name, None)


_prime()


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
