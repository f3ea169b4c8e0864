"""``process.stdin``, ``process.stdout`` and ``process.stderr``, as streams.

What the descriptor is decides:

=====================  ==================================================================================
a terminal             a Socket over pyuv.TTY; libuv opens the terminal anew; writing waits for it
a pipe or a socket     a Socket over pyuv.Pipe or pyuv.TCP, so writing has backpressure
a file, a device       read by pyuv.fs on libuv's threads; written at once by os.write
=====================  ==================================================================================

libuv sets O_NONBLOCK, which belongs to the open file and not to the descriptor: print(), or another process
with the same file, would meet it. So a pipe is opened anew by way of /proc. A socket cannot be; there, and
without /proc, it is duplicated, and the flag is shared, as it is in Node.

Nothing in here ever closes the descriptors 0, 1 and 2. stdin reads nothing, and does not keep the loop
running, until it is asked to.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from netuv import errors
from netuv.loop import Loop
from netuv.node.net import Socket
from netuv.node.stream import Readable, Writable
from netuv.stream.base import Done
from netuv.uv import handles

Self = TypeVar("Self", bound="Terminal")
OutputSelf = TypeVar("OutputSelf", bound="Output")
InputSelf = TypeVar("InputSelf", bound="FileInput")
FileSelf = TypeVar("FileSelf", bound="FileOutput")

_RAW, _NORMAL = 1, 0  # uv_tty_mode_t


class Terminal:
    """What a stream over a terminal knows besides; ``isTTY`` is False on all others."""

    isTTY = False
    #: Whether setRawMode() is in force.
    isRaw = False
    #: The descriptor: 0, 1 or 2.
    fd: int = -1

    _handle: Any

    @property
    def columns(self) -> int | None:
        """The width in characters, as it is now."""
        return self._handle.get_winsize()[0] if self.isTTY and self._handle else None

    @property
    def rows(self) -> int | None:
        """The height in lines, as it is now."""
        return self._handle.get_winsize()[1] if self.isTTY and self._handle else None

    def setRawMode(self: Self, mode: bool) -> Self:
        """Take each key as it comes, without echo; undone at exit."""
        if self.isTTY and self._handle:
            atexit.unregister(handles.reset_terminals)
            atexit.register(handles.reset_terminals)
            self._handle.set_mode(_RAW if mode else _NORMAL)
            self.isRaw = bool(mode)
        return self


class Input(Terminal, Socket):
    """stdin from a terminal, a pipe or a socket."""

    def __init__(self, fd: int, handle: Any, loop: Loop) -> None:
        super().__init__(handle=handle, writable=False, loop=loop)
        self.fd = fd
        self.isTTY = handles.is_tty(handle)
        self._stop_reading()


class Output(Terminal, Socket):
    """stdout or stderr to a terminal, a pipe or a socket."""

    _pipe_may_end = False

    def __init__(self, fd: int, handle: Any, loop: Loop) -> None:
        super().__init__(handle=handle, readable=False, loop=loop)
        self.fd = fd
        self.isTTY = handles.is_tty(handle)
        if self.isTTY:
            handle.set_blocking(True)

    def write(self, data: Any, encoding: Any = None, callback: Any = None) -> bool:
        """After what print() has buffered; see ``netuv.Socket.write()``."""
        _flush()
        return super().write(data, encoding, callback)

    def end(self: OutputSelf, data: Any = None, encoding: Any = None, callback: Any = None) -> OutputSelf:
        """See ``netuv.Socket.end()``; the descriptor stays open."""
        _flush()
        return super().end(data, encoding, callback)


class FileInput(Terminal, Readable):
    """stdin from a file or a device."""

    def __init__(self, fd: int, loop: Loop) -> None:
        super().__init__()
        self.fd = fd
        self._loop = loop

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        if not self._loop.forked:  # else what is asked of it is refused, and destroy() is silent
            self._loop.next_tick(callback, *args)

    def read(self, size: int | None = None) -> Any:
        """See ``netuv.Socket.read()``."""
        self._loop.check_thread()
        return super().read(size)

    def resume(self: InputSelf) -> InputSelf:
        """See ``netuv.Socket.resume()``."""
        self._loop.check_thread()
        return super().resume()

    def _read(self, size: int) -> None:
        handles.read_file(self._loop, self.fd, size, self._on_read)

    def _on_read(self, data: bytes, status: int | None) -> None:
        if self._stream_life.phase:
            pass
        elif status is not None:
            self.destroy(errors.from_status(status, "read"))
        else:
            self.push(data or None)


class FileOutput(Terminal, Writable):
    """stdout or stderr to a file or a device."""

    _pipe_may_end = False
    _drain_mark = 0

    def __init__(self, fd: int, loop: Loop) -> None:
        super().__init__()
        self.fd = fd
        self._loop = loop

    def _next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        if not self._loop.forked:  # else what is asked of it is refused, and destroy() is silent
            self._loop.next_tick(callback, *args)

    def write(self, data: Any, encoding: Any = None, callback: Any = None) -> bool:
        """See ``netuv.Socket.write()``."""
        self._loop.check_thread()
        return super().write(data, encoding, callback)

    def end(self: FileSelf, data: Any = None, encoding: Any = None, callback: Any = None) -> FileSelf:
        """See ``netuv.Socket.end()``; the descriptor stays open."""
        self._loop.check_thread()
        return super().end(data, encoding, callback)

    def _write(self, chunk: Any, encoding: str | None, done: Done) -> None:
        _flush()
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[os.write(self.fd, rest) :]
        except OSError as error:
            done(errors.from_status(-(error.errno or 0), "write"))
        else:
            done(None)


def open_input(loop: Loop) -> Input | FileInput:
    """Descriptor 0 as a stream."""
    fd = 0
    handle = _handle(fd, os.O_RDONLY, loop)
    return FileInput(fd, loop) if handle is None else Input(fd, handle, loop)


def open_output(fd: int, loop: Loop) -> Output | FileOutput:
    """Descriptor 1 or 2 as a stream."""
    handle = _handle(fd, os.O_WRONLY, loop)
    return FileOutput(fd, loop) if handle is None else Output(fd, handle, loop)


def _handle(fd: int, mode: int, loop: Loop) -> Any:
    kind = handles.fd_kind(fd)
    if kind == "TTY":
        return handles.open_tty(loop, fd, mode == os.O_RDONLY)
    if kind not in ("PIPE", "TCP"):
        return None
    handle = handles.Pipe(loop.uv) if kind == "PIPE" else handles.TCP(loop.uv)
    return handles.open_own(handle, _opened_anew(fd, mode))


def _opened_anew(fd: int, mode: int) -> int:
    try:
        return os.open(f"/proc/self/fd/{fd}", mode | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return os.dup(fd)


def _flush() -> None:
    """What print() has buffered comes first."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # None, broken, closed
            pass
