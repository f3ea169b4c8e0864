"""What several test modules use and is no fixture: limits, types, a watched Connection, small peers."""

from __future__ import annotations

import functools
import os
import re
import socket
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pyuv

import netuv
from netuv.loop import ending

LIMIT = 20.0  # seconds that one run of a loop, or one peer, may take
LARGEST_READ = 256 << 10  # bytes that a socket takes from the kernel at once
MiB = 1 << 20
# No label may have more than 63 bytes, so the resolver does not ask anyone for this one.
NO_SUCH_HOST = f"{'a' * 64}.test"
HUGE = 10**5000  # more digits than Python prints
LINGER_0 = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset

LIBUV = tuple(map(int, pyuv.LIBUV_VERSION.split(".")[:2]))
RELEASED = not hasattr(pyuv.Loop, "after_fork")  # an installed pyuv 1.4.0, without netuv's C code


def own_pyuv(reason: str = "netuv's own C code is not there") -> pytest.MarkDecorator:
    """Mark what an installed pyuv and its libuv cannot do, and Python code cannot mend."""
    return pytest.mark.skipif(RELEASED, reason=f"a pyuv as it was released: {reason}")


def libuv_since(major: int, minor: int, reason: str) -> pytest.MarkDecorator:
    """Mark what an older libuv does otherwise."""
    return pytest.mark.skipif((major, minor) > LIBUV, reason=f"libuv before {major}.{minor}: {reason}")


# Types of the fixtures run, must_call and peer.
Run = Callable[[], None]
MustCall = Callable[..., Callable[..., Any]]
PeerOf = Callable[..., Any]


def plain(value: object) -> str:
    """Its repr without an address: the id of a test is the same in each process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def nothing(*args: Any, **keywords: Any) -> None:
    """A callback that has nothing to do."""


def busy(ms: float) -> None:
    """A callback that takes so long."""
    until = time.monotonic() + ms / 1000
    while time.monotonic() < until:
        pass


def finish_lookups() -> None:
    """Wait, with a bound, for the lookups that hold loops which are closed, and so their descriptors."""
    end = time.monotonic() + LIMIT
    while ending.unfinished and time.monotonic() < end:
        ending.reap()


def open_fds() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


def receive_all(sock: socket.socket) -> bytes:
    """What comes until the peer's end."""
    parts = []
    while True:
        data = sock.recv(65536)
        if not data:
            return b"".join(parts)
        parts.append(data)


def script(code: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    command = [sys.executable, "-X", "dev", "-c", textwrap.dedent(code)]
    kinds: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(command, timeout=LIMIT, check=check, **kinds)


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname()[:2], LIMIT)
        far, _ = listener.accept()
    return near, far


@dataclass
class Transport:
    """One kind of stream socket: how to listen and connect, in netuv and in the stdlib."""

    name: str
    listen_args: tuple[Any, ...]
    family: int
    folder: str

    def connect_args(self, server: netuv.Server) -> tuple[Any, ...]:
        address = server.address()
        if isinstance(address, str):
            return (address,)
        assert address is not None
        return (address.port, address.address)

    def stdlib_address(self, server: netuv.Server) -> Any:
        address = server.address()
        if isinstance(address, str):
            return address
        assert address is not None
        return (address.address, address.port)

    def client(self, server_address: Any) -> socket.socket:
        """A blocking stdlib socket connected to the address, with a bound on each call."""
        sock = socket.socket(self.family)
        sock.settimeout(LIMIT)
        sock.connect(server_address)
        return sock

    def listener(self) -> socket.socket:
        """A listening stdlib socket."""
        sock = socket.socket(self.family)
        sock.settimeout(LIMIT)
        if self.family == socket.AF_UNIX:
            sock.bind(self.listen_args[0] + ".peer")
        else:
            sock.bind((self.listen_args[1], 0))
        sock.listen()
        return sock

    def peer_args(self, sock: socket.socket) -> tuple[Any, ...]:
        """The arguments of netuv.connect() for a listener()."""
        name = sock.getsockname()
        return (name,) if isinstance(name, str) else (name[1], name[0])


class Connection:
    """A netuv Socket (``mine``), the stdlib socket at its other end, and the events in their order."""

    def __init__(self, kind: str, **options: Any) -> None:
        near, self.theirs = tcp_pair() if kind == "tcp" else socket.socketpair()
        self.theirs.settimeout(LIMIT)
        self.mine = netuv.Socket(fd=near.detach(), **options)
        self.events: list[Any] = []
        for event in ("connect", "ready", "end", "finish", "drain", "timeout"):
            self.mine.on(event, functools.partial(self.events.append, event))
        self.mine.on("error", lambda error: self.events.append(("error", error)))
        self.mine.on("close", lambda had_error: self.events.append(("close", had_error)))

    def reset(self) -> None:
        """End it as a peer does that crashes. On a Unix socket unread data has that effect."""
        if self.theirs.family != socket.AF_UNIX:
            self.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        self.theirs.close()

    def count(self, event: str) -> int:
        return sum(each == event or each[0] == event for each in self.events)

    def check_end(self, *codes: str) -> None:
        """One 'error' at most, then one 'close', and that says whether there was an error."""
        assert self.count("close") == 1
        assert self.events[-1] == ("close", bool(codes))
        if codes:
            assert self.count("error") == 1
            assert self.events[-2][0] == "error"
            assert self.events[-2][1].code in codes
        else:
            assert self.count("error") == 0


def read_and_close(sock: socket.socket) -> bytes:
    """What a peer does that reads to the end and then goes."""
    with sock:
        return receive_all(sock)


def accept_and_read(listener: socket.socket) -> bytes:
    sock, _ = listener.accept()
    return read_and_close(sock)


def code_of(function: Callable[[], Any]) -> str:
    """The code of the exception that a call raises."""
    with pytest.raises((TypeError, ValueError, netuv.NetError)) as caught:
        function()
    return caught.value.code


def error_of(run: Any, emitter: Any) -> tuple[netuv.NetError, list[Any]]:
    """The 'error' that an emitter ends with; its 'close' has to follow."""
    events: list[Any] = []
    for event in ("connect", "listening"):
        emitter.on(event, lambda event=event: events.append(event))
    emitter.on("error", events.append)
    emitter.on("close", lambda *args: events.append(("close", *args)))
    run()
    assert isinstance(events[0], netuv.NetError)
    assert events[1:] in ([("close", True)], [("close",)])
    return events[0], events


def watch(emitter: Any, *events: str) -> list[Any]:
    """Note these events in a list: the name, or the name with the arguments."""
    seen: list[Any] = []
    for event in events:
        emitter.on(event, lambda *args, event=event: seen.append((event, *args) if args else event))
    return seen


def option(emitter: Any, level: int, name: int) -> int:
    """What the kernel says of a server's or a socket's descriptor."""
    with socket.socket(fileno=os.dup(emitter._handle.fileno())) as sock:
        return sock.getsockopt(level, name)
