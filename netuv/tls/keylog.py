"""The secrets of connections, for programs like Wireshark, as OpenSSL writes them.

The stdlib has OpenSSL append them to a file. Here that is one in memory, of a SecureContext, which is read
after each step of a handshake: what is in it then belongs to the connection that has just been stepped.
"""

from __future__ import annotations

import os
import weakref

from netuv.tls import faults, pem


class KeyLog:
    """The file of one SecureContext. Raises ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where there is none."""

    def __init__(self) -> None:
        if not pem.has_memory_files():
            raise faults.unavailable("keylog", "it writes them to a file, and only Linux has files in memory")
        self._fd = os.memfd_create("netuv-keylog", os.MFD_CLOEXEC)
        weakref.finalize(self, os.close, self._fd)

    @property
    def path(self) -> str:
        """Where OpenSSL finds it."""
        return f"/proc/self/fd/{self._fd}"

    def take(self) -> list[bytes]:
        """The lines that have come since the last time, each with its end."""
        data = os.pread(self._fd, os.fstat(self._fd).st_size, 0)
        if data:
            os.ftruncate(self._fd, 0)
        return [line for line in data.splitlines(keepends=True) if not line.startswith(b"#")]
