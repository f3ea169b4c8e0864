"""How a Socket gets its connection.

``Plan`` is what connect() was asked for, checked; everything that is wrong with it is raised there.
``Attempt`` carries it out for one call of connect():

* a Unix path connects within the call, as a BoundSocket does; else an IP address in the next tick;
* a host name is looked up; with one address, or a family given, that is a plain connection;
* several addresses are tried in turn, families alternating. Each has ``attempt_timeout`` ms, then it is
  given up for the next one; the first that connects wins. When all have failed, one error lists them.

An answer (of the lookup, of libuv, of the timer) that comes when the socket has been destroyed is ignored:
``cancel()`` is called by destroy(), and libuv's callbacks are compared by their handle.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from netuv import checks, errors, misuse
from netuv.address import is_ip
from netuv.blocklist import check_block_list
from netuv.diagnostics_channel import channel
from netuv.dns import ADDRCONFIG, check_hints
from netuv.dns import lookup as dns_lookup
from netuv.loop import Loop
from netuv.net import options as opts
from netuv.net.rare import own
from netuv.stream import outgoing
from netuv.stream.base import Done
from netuv.stream.state import Life
from netuv.timers import Timeout, set_timeout
from netuv.uv import handles

if TYPE_CHECKING:
    from netuv.net.bound import BoundSocket
    from netuv.net.socket import Socket

_CONNECTS = channel("net.client.socket")
_FAMILIES = {None: 0, 0: 0, 4: 4, 6: 6, "IPv4": 4, "IPv6": 6}
_FAMILIES_OF_TYPES: dict[str | None, int] = {"tcp4": 4, "tcp6": 6}
_ANY = {4: "0.0.0.0", 6: "::"}
_MIN_ATTEMPT_TIMEOUT = 10


class _Defaults:
    auto_select_family = True
    attempt_timeout = 500


def get_default_auto_select_family() -> bool:
    """Whether connect() tries a host's addresses in turn. ``net.getDefaultAutoSelectFamily()``."""
    return _Defaults.auto_select_family


def set_default_auto_select_family(value: bool) -> None:
    """``net.setDefaultAutoSelectFamily()``; raises ERR_INVALID_ARG_TYPE unless it is a bool."""
    _Defaults.auto_select_family = checks.check_bool("value", value)


def get_default_auto_select_family_attempt_timeout() -> int:
    """ms for each address. ``net.getDefaultAutoSelectFamilyAttemptTimeout()``."""
    return _Defaults.attempt_timeout


def set_default_auto_select_family_attempt_timeout(value: int) -> None:
    """``net.setDefaultAutoSelectFamilyAttemptTimeout()``: in ms, 10 at least."""
    _Defaults.attempt_timeout = _check_attempt_timeout("value", value)


def _check_attempt_timeout(name: str, value: Any) -> int:
    return max(_MIN_ATTEMPT_TIMEOUT, checks.check_int(name, value, 1, 2**31 - 1))


class Plan:
    """What connect() was asked for."""

    def __init__(
        self, given: Mapping[str, Any], kind: str | None, block_list: Any, bound: BoundSocket | None
    ) -> None:
        self.bound = bound
        if bound is not None:
            for name in "local_address", "local_port":
                if given.get(name) is not None:
                    raise misuse.invalid_arg_value(name, given[name], "cannot be used with a BoundSocket")
        self.path: bytes | None = None
        self.path_name = given.get("path")
        asked = given.get("block_list")
        self.block_list = block_list if asked is None else check_block_list("block_list", asked)
        if self.path_name is not None:
            self.path = opts.check_path("path", self.path_name)
            self.path_name = os.fsdecode(self.path)
            return
        if "port" not in given:
            raise misuse.missing_args("port", "path")
        self.port = checks.check_port("port", given["port"])
        host = given.get("host")
        if host is not None and not isinstance(host, str):
            raise misuse.invalid_arg_type("host", "a str", host)
        self.host: str = host or "localhost"
        self.local_address = given.get("local_address")
        if self.local_address is not None and not is_ip(self.local_address):
            raise misuse.invalid_ip(self.local_address)
        local_port = given.get("local_port")
        if local_port is not None and not isinstance(local_port, int):
            raise misuse.invalid_arg_type("local_port", "an int", local_port)
        self.local_port = 0 if local_port is None else checks.check_port("local_port", local_port)
        family = given.get("family")
        if family is not None and (
            not isinstance(family, (int, str)) or isinstance(family, bool) or family not in _FAMILIES
        ):
            raise misuse.invalid_arg_value("family", family, "must be 0, 4, 6, 'IPv4' or 'IPv6'")
        self.family = _FAMILIES[family] or _FAMILIES_OF_TYPES.get(kind, 0)
        hints = given.get("hints")
        self.hints = 0 if hints is None else check_hints("hints", hints)
        self.lookup = given.get("lookup")
        if self.lookup is not None:
            checks.check_callback("lookup", self.lookup)
        select = given.get("auto_select_family")
        self.select = (
            _Defaults.auto_select_family
            if select is None
            else checks.check_bool("auto_select_family", select)
        )
        timeout = given.get("auto_select_family_attempt_timeout")
        self.attempt_timeout = (
            _Defaults.attempt_timeout
            if timeout is None
            else _check_attempt_timeout("auto_select_family_attempt_timeout", timeout)
        )

    def make_handle(self, loop: Loop) -> Any:
        """A new handle of the kind that it takes."""
        return handles.Pipe(loop.uv) if self.path is not None else handles.TCP(loop.uv)

    @property
    def where(self) -> tuple[str | None, int | None]:
        """Address and port, as an error names them."""
        if self.path is not None:
            return self.path_name, None
        return self.host, self.port


class Attempt:
    """One call of connect(), until it has succeeded or failed."""

    def __init__(self, socket: Socket, plan: Plan) -> None:
        self.socket = socket
        self.plan = plan
        self.cancelled = False
        self.timer: Timeout | None = None
        self.target: tuple[Any, Any, Any] = (None, None, None)  # address, port and family, of a single one
        self.addresses: deque[tuple[str, int]] | None = None  # of several, those still to try
        self.tried = False  # the first of them
        self.failures: list[errors.NetError] = []

    def start(self) -> None:
        """Take the first step; all others follow from callbacks."""
        plan = self.plan
        if plan.path is not None:
            self._connect_path(plan.path)
            return
        family = is_ip(plan.host)
        if family and plan.bound is not None:
            self._connect(plan.host, family)
            return
        if family:
            self.socket._next_tick(self._connect, plan.host, family)
            return
        self.socket._host = plan.host
        hints = plan.hints or (0 if plan.family else ADDRCONFIG)
        wanted: dict[str, Any] = {"family": plan.family, "hints": hints}
        race = plan.select and not plan.family and plan.local_address is None and plan.bound is None
        answer = self._on_lookup_all if race else self._on_lookup
        if race:
            wanted["all"] = True
        if plan.lookup is not None:
            plan.lookup(plan.host, wanted, answer)
        else:
            dns_lookup(plan.host, wanted, answer, loop=self.socket._loop)

    def cancel(self) -> None:
        """The socket is being destroyed."""
        self.cancelled = True
        if self.timer is not None:
            self.timer.close()

    # -- the lookup's answer -----------------------------------------------------------------------

    def _on_lookup(self, error: Any, address: Any = None, family: Any = None) -> None:
        try:
            self.socket.emit("lookup", error, address, family, self.plan.host)
        finally:
            if not self.cancelled:
                if error is None:
                    error = self._unusable(address, family)
                if error is not None:
                    self._fail_later(error)
                else:
                    self._touch()
                    self._connect(address, family)

    def _on_lookup_all(self, error: Any, addresses: Any = None) -> None:
        if self.cancelled:
            return
        socket, host = self.socket, self.plan.host
        if error is not None:
            try:
                socket.emit("lookup", error, None, None, host)
            finally:
                self._fail_later(error)
            return
        found = _pairs(addresses)
        try:
            for address, family in found:
                socket.emit("lookup", None, address, family, host)
                if self.cancelled:
                    return
        finally:
            if not self.cancelled:
                self._connect_all(found)

    def _connect_all(self, found: list[tuple[Any, Any]]) -> None:
        usable: dict[int, dict[str, None]] = {}  # by family, each in the order of their first address
        for address, family in found:
            if self._unusable(address, family) is None:
                usable.setdefault(family, {})[address] = None
        columns = [[(address, family) for address in of_family] for family, of_family in usable.items()]
        self.addresses = deque(pair for row in zip_longest(*columns) for pair in row if pair is not None)
        if not self.addresses:
            first = found[0] if found else (None, None)
            self._fail_later(self._unusable(*first) or misuse.invalid_ip(first[0]))
            return
        self._touch()
        if len(self.addresses) == 1:
            self._connect(*self.addresses[0])
        else:
            self.socket.auto_select_family_attempted_addresses = []
            self._try_next()

    def _unusable(self, address: Any, family: Any) -> BaseException | None:
        if not is_ip(address):
            return misuse.invalid_ip(address)
        if family not in (4, 6):
            return misuse.invalid_address_family(family, *self.plan.where)
        return None

    def _fail_later(self, error: BaseException) -> None:
        self.socket._loop.next_tick(self._fail, error)

    def _fail(self, error: BaseException) -> None:
        if not self.cancelled:
            self.socket.destroy(error)

    def _touch(self) -> None:
        if self.socket._idle is not None:
            self.socket._idle.active()

    def _tell_host(self) -> None:
        """A lookup of the program's own, and what is no lookup, may have come from outside of libuv."""
        loop = self.socket._loop
        if loop.host is not None:
            loop.touch()

    # -- one connection ----------------------------------------------------------------------------

    def _connect_path(self, path: bytes) -> None:
        socket, name = self.socket, self.plan.path_name
        socket.emit("connectionAttempt", name, None, None)
        if self.cancelled:
            return

        self.target = name, None, None
        try:
            socket._handle.connect(path, self._on_connect)
            self._tell_host()
        except handles.UVError as error:
            socket.destroy(errors.from_uv_error(error, "connect", name))

    def _connect(self, address: str, family: int) -> None:
        if self.cancelled:
            return
        socket, plan = self.socket, self.plan
        handle = socket._handle
        local_address = plan.local_address
        if local_address is not None or plan.local_port:
            local_address = local_address or _ANY[family]
            failure = handles.bind(handle, local_address, plan.local_port)
            if failure is not None:
                socket.destroy(failure)
                return
        try:
            socket.emit("connectionAttempt", address, plan.port, family)
        finally:
            if not self.cancelled:
                self._connect_now(handle, address, family)

    def _connect_now(self, handle: Any, address: str, family: int) -> None:
        socket, plan = self.socket, self.plan
        if plan.block_list is not None and self._is_blocked(address, family):
            socket.destroy(errors.ip_blocked(address))
            return
        self.target = address, plan.port, family
        try:
            handle.connect(handles.sockaddr(address, plan.port), self._on_connect)
            if socket._loop.host is not None:
                self._tell_host()
        except handles.UVError as error:
            name = socket.address()
            local = (name.address, name.port) if name is not None else None
            socket.destroy(errors.from_status(error.args[0], "connect", address, plan.port, local=local))

    def _on_connect(self, handle: Any, status: int | None) -> None:
        socket = self.socket
        if socket._handle is handle and not self.cancelled:
            if status is None:
                self._succeed()
            else:
                address, port, family = self.target
                error = errors.from_status(status, "connect", address, port, local=self._local())
                try:
                    socket.emit("connectionAttemptFailed", address, port, family, error)
                finally:
                    socket.destroy(error)

    def _succeed(self) -> None:
        """The handle is connected."""
        socket = self.socket
        socket.connecting = False
        rare = socket._rare
        rare.attempt = None
        socket._sockname = None
        if socket._idle is not None:
            socket._idle.active()
        socket._apply_settings()
        socket._open_wire()
        life, reading = socket._stream_life, socket._readable_state
        try:
            try:
                socket.emit("connect")
            finally:
                if rare.steps and life is socket._stream_life:
                    _take_steps(socket)
        finally:
            try:
                if life is socket._stream_life:
                    try:
                        socket.emit("ready")
                    finally:
                        # Where it reads already, and waits for more than it has, read(0) would do nothing.
                        waits = reading.reading and reading.need_readable and not reading.buffer.length
                        if (
                            not waits
                            and socket.readable
                            and not socket.is_paused()
                            and socket._handle is not None
                        ):
                            socket.read(0)
            finally:
                if rare.waiters:
                    rare.wake_tasks(socket._loop)

    def _local(self) -> tuple[str, int] | None:
        plan = self.plan
        if plan.path is None and plan.local_address is not None and plan.local_port:
            return plan.local_address, plan.local_port
        return None

    def _is_blocked(self, address: str, family: int) -> bool:
        blocked = self.plan.block_list
        return blocked is not None and blocked.check(address, f"ipv{family}")

    # -- several addresses, in turn ------------------------------------------------------------------

    def _try_next(self) -> None:
        """Start the next attempt; those that fail at once are passed over, however many there are.

        An exception of a listener lets the rest go on in a tick.
        """
        if self.timer is not None:
            self.timer.close()
            self.timer = None
        socket, port = self.socket, self.plan.port
        while not self.cancelled:
            if not self.addresses:
                socket.destroy(errors.aggregate(self.failures))
                return
            address, family = self.addresses.popleft()
            if self.tried:
                self._replace_handle(handles.TCP(socket._loop.uv))
            self.tried = True
            if self.plan.local_port:
                failure = handles.bind(socket._handle, _ANY[family], self.plan.local_port)
                if failure is not None:
                    self.failures.append(failure)
                    continue
            if self._is_blocked(address, family):
                error: errors.NetError | None = errors.ip_blocked(address)
            else:
                try:
                    socket.emit("connectionAttempt", address, port, family)
                except BaseException:
                    socket._next_tick(self._go_on, address, family)
                    raise
                error = self._connect_one_of_many(address, family)
            if error is None:
                return
            self._tell_failed(address, family, error)

    def _replace_handle(self, handle: Any) -> None:
        if self.socket._handle is not None and not self.socket._handle.closed:
            self.socket._handle.close()
        self.socket._attach(handle)

    def _go_on(self, address: str, family: int) -> None:
        error = self._connect_one_of_many(address, family)
        if error is not None:
            self._tell_failed(address, family, error)
            self._try_next()

    def _connect_one_of_many(self, address: str, family: int) -> errors.NetError | None:
        """Returns why it failed at once; None while it is under way, or when the socket was destroyed."""
        if self.cancelled:
            return None
        socket, plan = self.socket, self.plan
        assert socket.auto_select_family_attempted_addresses is not None
        socket.auto_select_family_attempted_addresses.append(f"{address}:{plan.port}")

        def on_connect(handle: Any, status: int | None) -> None:
            if socket._handle is handle and not self.cancelled:
                if self.timer is not None:
                    self.timer.close()
                    self.timer = None
                if status is None:
                    self._succeed()
                else:
                    self._tell_failed(address, family, self._error(status, address))
                    self._try_next()

        try:
            socket._handle.connect(handles.sockaddr(address, plan.port), on_connect)
            self._tell_host()
        except handles.UVError as error:
            return self._error(error.args[0], address)
        if self.addresses:
            self.timer = set_timeout(
                self._on_attempt_timeout, plan.attempt_timeout, address, family, loop=socket._loop
            )
        return None

    def _error(self, status: int, address: str) -> errors.NetError:
        return errors.from_status(status, "connect", address, self.plan.port)

    def _tell_failed(self, address: str, family: int, error: errors.NetError) -> None:
        self.failures.append(error)
        try:
            self.socket.emit("connectionAttemptFailed", address, self.plan.port, family, error)
        except BaseException:
            self.socket._next_tick(self._try_next)
            raise

    def _on_attempt_timeout(self, address: str, family: int) -> None:
        self.timer = None
        self.failures.append(self._error(handles.ETIMEDOUT, address))
        try:
            self.socket.emit("connectionAttemptTimeout", address, self.plan.port, family)
        finally:
            self._try_next()


def begin(socket: Socket, given: Mapping[str, Any], listener: Any) -> None:
    """What connect() does, of arguments in one form: see netuv.net.options."""
    loop = socket._loop
    if loop.closed or loop.forked:
        loop.check()
    if loop.debug:
        loop.check_thread()
    if loop.host is not None:
        socket._run_in(copy_context())
    if _CONNECTS.subscribers:
        _CONNECTS.publish({"socket": socket}, loop=loop)
    bound = socket._bound = None if socket._handle is None else socket._bound
    plan = Plan(given, socket._socket_type, socket._settings.block_list, bound)
    if listener is not None:
        socket.once("connect", listener)
    if socket._handle is not None:
        mine = socket._given_fd is None and bound is None
        if socket.connecting or mine or handles.is_connected(socket._handle):
            loop.next_tick(refuse, socket, plan)
            return
        if handles.is_pipe(socket._handle) != (plan.path is not None):
            raise misuse.invalid_handle_type()
        if socket._started:  # to no purpose so far
            socket._stop_reading()
    elif socket._stream_life.phase:
        begin_anew(socket)
    try:
        if socket._handle is None:
            socket._attach(plan.make_handle(loop))
        if socket._idle is not None:
            socket._idle.active()
        socket.connecting = True
        socket._writable_state.wire = None  # of a given descriptor that was not connected
        attempt = own(socket).attempt = Attempt(socket, plan)
        attempt.start()
    except BaseException:  # of a function for a lookup or a buffer, or a 'connectionAttempt' listener
        socket.destroy()
        raise


def write(socket: Socket, what: Any, done: Done) -> None:
    """Write at 'connect'. Without a connection to come the socket is closed."""
    if not socket.connecting:
        done(misuse.socket_closed())
        return

    def on_connect() -> None:
        socket._unsent = None
        socket.remove_listener("close", socket._tell_unsent)
        outgoing.send(socket, what)

    socket._unsent = done
    socket._at_connect(on_connect)
    socket.on("close", socket._tell_unsent)


def begin_anew(socket: Socket) -> None:
    """connect() after destroy(): another life begins. The callbacks of the former one hear in a tick."""
    writing, errored = socket._writable_state, socket.errored
    if writing.writing or writing.queue or writing.pending.end_callbacks:
        never = None
        if socket._unsent is not None:
            never = misuse.closed_before_connection()
            socket.remove_listener("close", socket._tell_unsent)
        outgoing.abandon(socket, never or errored, errored)
    socket._stream_life = Life()
    socket._readable_state.begin_anew()
    writing.begin_anew()
    socket._stream_life.guard = socket._loop.check_thread
    socket._unsent = socket._peername = socket._successor = None


def refuse(socket: Socket, plan: Plan) -> None:
    """There is a connection, or one on its way: the kernel's answer to a second connect()."""
    status = handles.EALREADY if socket.connecting else handles.EISCONN
    here = socket.address()
    local = (here.address, here.port) if here is not None else None
    socket.destroy(errors.from_status(status, "connect", *plan.where, local=local))


def _take_steps(socket: Socket) -> None:
    """At the end of 'connect': those steps that an exception of a listener in front of them left out."""
    if "connect" not in socket._events:  # all were taken
        socket._rare.steps = ()
    while socket._rare.steps and not socket.destroyed:
        step, *rest = socket._rare.steps
        socket._rare.steps = tuple(rest)
        if step in socket.listeners("connect"):
            socket.remove_listener("connect", step)
            try:
                step()
            finally:
                _take_steps(socket)


def _pairs(addresses: Any) -> list[tuple[Any, Any]]:
    """The answer of a lookup function as (address, family); what is not of its form is (it, None)."""
    if not isinstance(addresses, Iterable):
        return [(addresses, None)]
    return [
        (each.get("address"), each.get("family")) if isinstance(each, Mapping) else (each, None)
        for each in addresses
    ]
