"""Keys and certificates in memory, for a stdlib that loads them from files only.

On Linux the file is one in memory, which no other process finds by a name; elsewhere it is a temporary one
that only its owner may read, and gone when it has been loaded.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from netuv import misuse

_KIND = "a str or bytes in PEM, or a list of these"


def blocks(name: str, value: Any) -> list[bytes]:
    """What an option that takes PEM was given; raises ERR_INVALID_ARG_TYPE for anything else."""
    return [block_of(name, each) for each in (value if isinstance(value, (list, tuple)) else [value])]


def block_of(name: str, value: Any) -> bytes:
    """One of them."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise misuse.invalid_arg_type(name, _KIND, value)


def has_memory_files() -> bool:
    """Whether a file in memory can be opened by a path, which needs Linux and its /proc."""
    return hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd")


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """A path that can be opened and read while the block runs."""
    if has_memory_files():
        fd = os.memfd_create("netuv-tls", os.MFD_CLOEXEC)
        try:
            _write_all(fd, data)
            yield f"/proc/self/fd/{fd}"
        finally:
            os.close(fd)
    else:
        fd, path = tempfile.mkstemp()
        try:
            try:
                _write_all(fd, data)
            finally:
                os.close(fd)
            yield path
        finally:
            os.unlink(path)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
