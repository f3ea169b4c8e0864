"""Stream handles as netuv uses them: with ``send`` and ``accept_new``, and ticks after each callback.

Our C code does that for pyuv's own. With an installed pyuv, handles get the same in Python here: ``TCP``,
``Pipe`` and ``TTY`` are pyuv's classes, or subclasses of them; ``adopt()`` sees to a handle that a user made.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyuv

from netuv.uv import LIBUV
from netuv.uv.turn import gated

Data = Any
"""bytes, bytes-like, or a list of these."""
OnSent = Callable[[Any, "int | None"], object]

HandleClosedError = pyuv.error.HandleClosedError

_LOSES_ERRORS = LIBUV < (1, 42)
_AGAIN = (pyuv.errno.UV_EAGAIN, pyuv.errno.UV_ENOBUFS)
_JOIN_LIMIT = 64 * 1024
_SMALL = 4 * 1024  # a chunk of fewer bytes is cheaper to copy than to hand over by itself
_LARGEST = 1 << 30  # pyuv's sizes have 32 bits
_MOST = 1000  # pyuv has an array of the chunks on the stack


def send(handle: Any, data: Data, on_sent: OnSent) -> int:
    """Write at once what the kernel takes, and queue the rest: the number of bytes that are queued.

    :param data: bytes, bytes-like, or a list of these. What its owner can change is copied to be queued.
    :param on_sent: ``on_sent(handle, status)`` is called once when all has been sent (None) or nothing more
        will be (a negative number); never when 0 is returned.

    Raises what ``try_write()`` does, but for EAGAIN and ENOBUFS; on_sent is not called then.
    """
    chunks = _joined(data) if isinstance(data, (list, tuple)) else [_bytes_of(data)]
    left = sum(map(len, chunks))
    if handle.closed:
        raise pyuv.error.HandleClosedError("Handle is closing/closed")
    for i, chunk in enumerate(chunks):
        try:
            sent = _try_write(handle, chunk[:_LARGEST])
        except pyuv.error.UVError as error:
            if error.args[0] not in _AGAIN:
                raise
            sent = 0
        left -= sent
        if sent < len(chunk):
            return _queue(handle, [chunk[sent:], *chunks[i + 1 :]], on_sent)
    return left


def _try_write(handle: Any, chunk: memoryview) -> int:
    """Write what the kernel takes at once; an older libuv takes the kernel's error for EAGAIN."""
    if not _LOSES_ERRORS or handle.write_queue_size or not isinstance(handle, (pyuv.TCP, pyuv.Pipe)):
        return int(handle.try_write(chunk))
    try:
        return os.write(handle.fileno(), chunk)
    except OSError as error:
        raise pyuv.error.UVError(-(error.errno or 0), os.strerror(error.errno or 0)) from None


def _bytes_of(data: Any) -> memoryview:
    view = memoryview(data)
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")


def _joined(data: list[Any] | tuple[Any, ...]) -> list[memoryview]:
    """Large chunks as they are, small ones joined with their neighbours."""
    answer: list[memoryview] = []
    small = bytearray()
    for item in data:
        chunk = _bytes_of(item)
        if chunk.nbytes < _SMALL:
            small += chunk
            if len(small) < _JOIN_LIMIT:
                continue
        if small:
            answer.append(memoryview(bytes(small)))
            small = bytearray()
        if chunk.nbytes >= _SMALL:
            answer.append(chunk)
    if small:
        answer.append(memoryview(bytes(small)))
    return answer


def _queue(handle: Any, views: list[memoryview], on_sent: OnSent) -> int:
    """Queue them: how many bytes wait then. An older libuv writes once more, and some or all may go."""
    chunks = [
        view[i : i + _LARGEST] if isinstance(view.obj, bytes) else bytes(view[i : i + _LARGEST])
        for view in views
        for i in range(0, len(view), _LARGEST)
    ]
    waits_for = -(-len(chunks) // _MOST)

    def on_written(handle: Any, status: int | None) -> None:
        nonlocal waits_for
        if waits_for > 0:
            waits_for = waits_for - 1 if status is None else 0
            if waits_for == 0:
                on_sent(handle, status)

    before: int = handle.write_queue_size
    for i in range(0, len(chunks), _MOST):
        some = chunks[i : i + _MOST]
        handle.write(some if len(some) > 1 else some[0], on_written)
        some.clear()  # pyuv 1.4.0 never gives the list back
    left: int = handle.write_queue_size - before
    if not left:
        waits_for = 0
    return left


def accept_new(handle: Any, no_delay: bool) -> Any:
    """Accept a connection: a new handle of the same kind. Raises UVError."""
    if handle.closed:
        raise pyuv.error.HandleClosedError("Handle is closing/closed")
    client = TCP(handle.loop) if isinstance(handle, pyuv.TCP) else Pipe(handle.loop)
    try:
        handle.accept(client)
    except pyuv.error.UVError:
        client.close()
        raise
    if no_delay and isinstance(client, pyuv.TCP):
        with suppress(pyuv.error.UVError):  # the connection works without, too
            client.nodelay(True)
    return client


def start_flow(handle: Any, reading: Any) -> None:
    """Read by way of ``reading.owner._on_read``, which sees to a consumer itself: our C does so before."""
    handle.start_read(reading.owner._on_read)


def _gating(method: Any) -> Callable[..., Any]:
    """The method, with ticks behind the callback that it is given."""

    def gating(handle: Any, *args: Any) -> Any:
        return method(handle, *[gated(handle.loop, each) if callable(each) else each for each in args])

    return gating


def methods_in_python(kind: type) -> dict[str, Callable[..., Any]]:
    """What the handles of a class of pyuv's need, where it has been released without."""
    answer: dict[str, Callable[..., Any]] = {"send": send}
    if hasattr(kind, "accept"):
        answer["accept_new"] = accept_new
    if hasattr(kind, "start_read"):
        answer["start_flow"] = start_flow
    for name in ("start_read", "connect", "listen", "write", "shutdown", "close"):
        if hasattr(kind, name):
            answer[name] = _gating(getattr(kind, name))
    return answer


def _complete(kind: Any) -> Any:
    return kind if hasattr(kind, "send") else type(kind.__name__, (kind,), methods_in_python(kind))


class Wire:
    """Base of a handle of libuv's that is no stream of libuv's, but has the methods of one.

    A Socket takes it as its option ``handle``. It calls back from the loop, never within a call, with itself
    and a status: None, or a negative number of libuv's. ``ref``, ``loop``, ``closed`` and ``close()`` are as
    those of any handle; before close() calls back, what was not sent hears ECANCELED. The methods raise
    UVError in a wrong state, and HandleClosedError after close().
    """

    @property
    def write_queue_size(self) -> int:
        """How many bytes wait in user memory."""
        raise NotImplementedError

    def start_read(self, on_read: Callable[[Any, bytes | None, int | None], object]) -> None:
        """Call ``on_read(wire, data, None)`` with what comes, and ``(wire, None, status)`` at the end."""
        raise NotImplementedError

    start_flow = start_flow

    def stop_read(self) -> None:
        """Do not call it any more; what the peer sends waits."""
        raise NotImplementedError

    def send(self, data: Data, on_sent: OnSent) -> int:
        """As the function ``send()`` of this module."""
        raise NotImplementedError

    def shutdown(self, on_done: OnSent) -> None:
        """Tell the peer of the end, after all that was sent; then call ``on_done(wire, status)``."""
        raise NotImplementedError

    def reset(self) -> None:
        """Let close(), which follows, be a reset for the peer; raises OSError when that cannot be."""
        raise NotImplementedError


TCP = _complete(pyuv.TCP)
Pipe = _complete(pyuv.Pipe)
TTY = _complete(pyuv.TTY)


def adopt(handle: Any) -> Any:
    """The handle, a user's own, after it has got what it had not."""
    if not hasattr(handle, "send"):
        this = weakref.ref(handle)  # pyuv's handles and their attributes are no circle that is found
        for name, method in methods_in_python(type(handle)).items():
            setattr(handle, name, _bound(method, this))
    return handle


def _bound(method: Callable[..., Any], this: Callable[[], Any]) -> Callable[..., Any]:
    return lambda *args: method(this(), *args)
