"""What the Python servers share: the arguments, the first line of output, and the end.

    python SERVER KIND LISTEN SIZE [BACKEND]

KIND is echo, sink, source, proxy, timers or ticks. LISTEN and BACKEND are a TCP port on 127.0.0.1
(0: any) or the path of a Unix socket. SIZE is what a source writes at a time.

A server prints its address when it listens, and ends when its standard input does, so that none is
left over however the harness ends.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import NamedTuple

HOST = "127.0.0.1"
BATCH = 1000  # how many timers or ticks one message sets off


class Arguments(NamedTuple):
    kind: str
    listen: int | str
    block: bytes
    backend: int | str | None


def _address(text: str) -> int | str:
    return text if text.startswith("/") else int(text)


def arguments() -> Arguments:
    kind, listen, size, *backend = sys.argv[1:]
    return Arguments(kind, _address(listen), bytes(int(size)), _address(backend[0]) if backend else None)


def _leave() -> None:
    os._exit(0)


leave = _leave  # profiled.py puts another one here


def announce(address: int | str) -> None:
    """Print where the server listens, and watch for the end of the input in a thread."""

    def watch() -> None:
        sys.stdin.buffer.read()
        leave()

    threading.Thread(target=watch, daemon=True).start()
    print(address, flush=True)
