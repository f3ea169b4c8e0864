"""pyuv's stream handles and what is asked of their descriptors: addresses, bind, options, who owns them.

What libuv has no call for goes to the descriptor itself, by way of a stdlib socket. An argument ``loop`` is a
netuv.Loop and not its pyuv.Loop: the traceback of an error that is kept would keep that alive.
"""

from __future__ import annotations

import errno
import os
import socket as stdlib_socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pyuv

from netuv import checks, errors, misuse
from netuv.address import AddressInfo
from netuv.uv import LIBUV, wire
from netuv.uv.turn import gated

TCP = wire.TCP
Pipe = wire.Pipe
TTY = wire.TTY
Wire = wire.Wire
ANY_TCP = pyuv.TCP  # also those that a user made
UVError = pyuv.error.UVError

EADDRINUSE: int = pyuv.errno.UV_EADDRINUSE
EAGAIN: int = pyuv.errno.UV_EAGAIN
EALREADY: int = pyuv.errno.UV_EALREADY
ECANCELED: int = pyuv.errno.UV_ECANCELED
ECONNRESET: int = pyuv.errno.UV_ECONNRESET
EEXIST: int = pyuv.errno.UV_EEXIST
EINVAL: int = pyuv.errno.UV_EINVAL
EISCONN: int = pyuv.errno.UV_EISCONN
ENOBUFS: int = pyuv.errno.UV_ENOBUFS
ENOTCONN: int = pyuv.errno.UV_ENOTCONN
EOF: int = pyuv.errno.UV_EOF
EPIPE: int = pyuv.errno.UV_EPIPE
ETIMEDOUT: int = pyuv.errno.UV_ETIMEDOUT

_OLD_LIBUV = LIBUV < (1, 49)  # it leaves keep-alive's probes

#: Flags of bind().
IPV6_ONLY: int = pyuv.UV_TCP_IPV6ONLY
REUSE_PORT = 2  # UV_TCP_REUSEPORT, which pyuv does not name


def is_tcp(handle: Any) -> bool:
    """Whether it is a TCP handle, and so has addresses."""
    return isinstance(handle, ANY_TCP)


def is_pipe(handle: Any) -> bool:
    """Whether it is a Unix socket or a pipe."""
    return isinstance(handle, pyuv.Pipe)


def can_reset(handle: Any) -> bool:
    """Whether close() can be a reset for the peer: see linger_zero()."""
    return isinstance(handle, (ANY_TCP, Wire))


def is_tty(handle: Any) -> bool:
    """Whether it is a terminal."""
    return isinstance(handle, pyuv.TTY)


# -- addresses -------------------------------------------------------------------------------------


def sockaddr(address: str, port: int) -> tuple[Any, ...]:
    """An address as pyuv takes it; a zone ('fe80::1%eth0') becomes its number."""
    host, zone, name = address.partition("%")
    if not zone:
        return host, port
    try:
        index = int(name) if name.isdigit() else stdlib_socket.if_nametoindex(name)
    except OSError:
        index = 0
    return host, port, 0, index


def bind(handle: Any, address: str, port: int, flags: int = 0) -> errors.NetError | None:
    """Bind, and see whether the port is really the one asked for: libuv defers that error."""
    try:
        handle.bind(sockaddr(address, port), flags)
        if port and handle.getsockname()[1] != port:
            return errors.from_status(EADDRINUSE, "bind", address, port)
    except UVError as error:
        return errors.from_uv_error(error, "bind", address, port)
    return None


def name_of(ask: Callable[[], Any]) -> AddressInfo | None:
    """The AddressInfo of getsockname or getpeername; None where there is none (any more)."""
    try:
        name = ask()
    except UVError:
        return None
    if name is None:
        return None
    return AddressInfo(name[0], "IPv6" if len(name) > 2 else "IPv4", name[1])


# -- descriptors that are given --------------------------------------------------------------------


def fd_kind(fd: int) -> str:
    """'TCP', 'PIPE', or what else a descriptor is, in Node's words; raises NetError when closed."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError as error:
        raise errors.from_status(-(error.errno or 0), "open") from None
    if stat.S_ISFIFO(mode):
        return "PIPE"
    if not stat.S_ISSOCK(mode):
        return "TTY" if os.isatty(fd) else "FILE" if stat.S_ISREG(mode) else "UNKNOWN"
    probe = stdlib_socket.socket(fileno=fd)
    try:
        unix = probe.family == stdlib_socket.AF_UNIX
        if probe.type == stdlib_socket.SOCK_STREAM:
            return "PIPE" if unix else "TCP"
        return "UNKNOWN" if unix else "UDP"
    finally:
        probe.detach()


class GivenFd:
    """A descriptor that was handed over.

    libuv works on a duplicate: it aborts the process when a descriptor that it polls is closed, as
    happens when the Python object that the number came from is collected. ``close()`` closes the
    number itself, unless it has become another file's meanwhile.
    """

    __slots__ = ("_fd", "_identity")

    _in_use: ClassVar[set[tuple[int, int, int]]] = set()

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._identity = self._look()
        if self._identity in self._in_use:
            raise errors.from_status(EEXIST, "open")
        if self._identity is not None:
            self._in_use.add(self._identity)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = os.fstat(self._fd)
        except OSError:
            return None
        return self._fd, status.st_dev, status.st_ino

    def release(self) -> None:
        """It stays with whoever gave it."""
        if self._identity is not None:
            self._in_use.discard(self._identity)

    def close(self) -> None:
        """Close it; quiet when somebody else has done so."""
        self.release()
        if self._identity is not None and self._look() == self._identity:
            os.close(self._fd)


if hasattr(os, "register_at_fork"):  # what the parent uses may be taken over
    os.register_at_fork(after_in_child=GivenFd._in_use.clear)


def check_handle(name: str, value: Any, loop: Any, *kinds: type) -> Any:
    """A pyuv.TCP, a pyuv.Pipe, or one of ``kinds``, that is open and on this loop; made fit for netuv."""
    handle: Any = value
    if not isinstance(value, (pyuv.TCP, pyuv.Pipe, *kinds)):
        raise misuse.invalid_arg_type(name, "a pyuv.TCP or pyuv.Pipe", value)
    if handle.closed:
        raise misuse.invalid_arg_value(name, handle, "must not be closed")
    if handle.loop is not loop.uv:
        raise misuse.invalid_arg_value(name, handle, "must be of the same loop")
    return wire.adopt(handle)


def open_fd(loop: Any, fd: Any, kind: str | None = None) -> tuple[Any, GivenFd]:
    """A handle for a descriptor that is handed over, and what is to be closed with it.

    :param kind: 'unix', 'tcp4' or 'tcp6', when it has to be that.
    """
    fd = checks.check_int("fd", fd, 0, 2**31 - 1)
    found = fd_kind(fd)
    if found not in ("TCP", "PIPE"):
        raise misuse.invalid_fd_type(found)
    if kind is not None and (kind == "unix") != (found == "PIPE"):
        raise misuse.invalid_arg_value("type", kind, f"but the descriptor is a {found}")
    given = GivenFd(fd)
    handle = TCP(loop.uv) if found == "TCP" else Pipe(loop.uv)
    try:
        return open_own(handle, os.dup(fd)), given
    except OSError:
        if not handle.closed:
            handle.close()
        given.release()
        raise


def open_own(handle: Any, fd: int) -> Any:
    """Let a new handle work on a descriptor, which is its own from then on; both are closed on failure."""
    try:
        handle.open(fd)
    except UVError as error:
        handle.close()
        os.close(fd)
        raise errors.from_uv_error(error, "open") from error
    return handle


def connectable(handle: Any) -> Any:
    """A bound handle as connect() needs it: libuv has not opened the stream of a pipe yet."""
    if isinstance(handle, pyuv.Pipe):
        handle.open(handle.fileno())
    return handle


# -- options and states of a descriptor ------------------------------------------------------------


@contextmanager
def borrowed(handle: Any) -> Iterator[stdlib_socket.socket]:
    """The handle's descriptor as a stdlib socket, for options that libuv has no call for."""
    sock = stdlib_socket.socket(fileno=handle.fileno())
    try:
        yield sock
    finally:
        sock.detach()


def linger_zero(handle: Any) -> int | None:
    """Let close() send a reset; the status when the kernel refuses."""
    try:
        if isinstance(handle, Wire):
            handle.reset()
            return None
        with borrowed(handle) as sock:
            # struct linger {1, 0}: two ints
            sock.setsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    except OSError as error:
        return -(error.errno or 0)
    return None


def is_connected(handle: Any) -> bool:
    """Whether a descriptor that was handed over has a peer; a pipe has one."""
    try:
        with borrowed(handle) as sock:
            sock.getpeername()
    except OSError as error:
        return error.errno != errno.ENOTCONN
    return True


def set_keep_alive(
    handle: Any, enable: bool, delay: int, interval: int | None = None, count: int | None = None
) -> None:
    """libuv's own call, except that a delay of 0 s leaves all of the kernel's values as they are.

    :param interval, count: s between two probes, and how many; 1 and 10 when None, as libuv has it.
    """
    if _OLD_LIBUV:
        interval, count = interval or 1, count or 10
    if not enable or delay:
        handle.keepalive(enable, delay)
    if enable and (delay == 0 or interval or count):
        with borrowed(handle) as sock:
            if delay == 0:
                sock.setsockopt(stdlib_socket.SOL_SOCKET, stdlib_socket.SO_KEEPALIVE, 1)
                return
            if interval:
                sock.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_KEEPINTVL, interval)
            if count:
                sock.setsockopt(stdlib_socket.IPPROTO_TCP, stdlib_socket.TCP_KEEPCNT, count)


def type_of_service(handle: Any, value: int | None = None) -> int:
    """Read the TOS byte (the traffic class on IPv6), or set it first. Raises NetError."""
    try:
        with borrowed(handle) as sock:
            if sock.family == stdlib_socket.AF_INET6:
                where = (stdlib_socket.IPPROTO_IPV6, stdlib_socket.IPV6_TCLASS)
            else:
                where = (stdlib_socket.IPPROTO_IP, stdlib_socket.IP_TOS)
            if value is not None:
                sock.setsockopt(*where, value)
            return sock.getsockopt(*where)
    except OSError as error:
        syscall = "getTypeOfService" if value is None else "setTypeOfService"
        raise errors.from_status(-(error.errno or 0), syscall) from error


# -- terminals and files ---------------------------------------------------------------------------


def open_tty(loop: Any, fd: int, readable: bool) -> Any:
    """A pyuv.TTY."""
    return TTY(loop.uv, fd, readable)


def reset_terminals() -> None:
    """Take back what set_mode() has done to terminals."""
    pyuv.TTY.reset_mode()


def read_file(loop: Any, fd: int, size: int, callback: Callable[[bytes, int | None], None]) -> None:
    """Read what comes next in a file, on libuv's threads: ``callback(data, status)``, b"" at its end."""

    def on_read(request: Any) -> None:
        callback(request.result or b"", request.error)

    pyuv.fs.read(loop.uv, fd, size, -1, gated(loop.uv, on_read))
