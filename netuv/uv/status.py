"""The numbers by which libuv says what went wrong: negative, and their names."""

from __future__ import annotations

import pyuv

#: 'ECONNRESET' of -104, and so on.
NAMES: dict[int, str] = {number: name.removeprefix("UV_") for number, name in pyuv.errno.errorcode.items()}


def strerror(status: int) -> str:
    """libuv's text for a status."""
    return str(pyuv.errno.strerror(status))
