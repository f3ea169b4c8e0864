"""What the Python servers share: the arguments, the first line of output, and the end.

    python SERVER KIND LISTEN SIZE [BACKEND]

LISTEN and BACKEND are a TCP port on 127.0.0.1 (0: any) or the path of a Unix socket. SIZE is what a
source writes at a time. KIND is one of

=========  ===========================================================================
echo       sends back what comes
timeout    echo, and a connection that is silent for IDLE_SECONDS is closed
callback   echo, and each write tells when it is done
lines      echo of text, line by line
listeners  echo, and a second listener that counts the bytes
sink       reads
source     writes
proxy      connects to BACKEND for each connection, and passes on both ways
timers     a byte sets BATCH timers of 1 to 10 ms; the last to fire answers
ticks      a byte starts a chain of BATCH ticks; the last one answers
client     a byte starts BATCH connections to BACKEND, CLIENTS at a time: connect, a byte each
           way, end, closed; the last to close answers
import     no server: prints a line when all is imported
=========  ===========================================================================

Each server has those that its library has a way of its own for (see peers.py).

With TLS_PEM in the environment, the file of a certificate and its key, a server speaks TLS 1.3.

A server prints its address when it listens, and ends when its standard input does, so that none is
left over however the harness ends.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Any, NamedTuple

HOST = "127.0.0.1"
TLS_PEM = os.environ.get("TLS_PEM")
BATCH = 1000  # how many timers, ticks or clients one message sets off
CLIENTS = 50  # how many of the clients at a time
IDLE_SECONDS = 60


class Arguments(NamedTuple):
    kind: str
    listen: int | str
    block: bytes
    backend: int | str | None


def _address(text: str) -> int | str:
    return text if text.startswith("/") else int(text)


def arguments() -> Arguments:
    """What the harness wants; a server calls this when all is imported."""
    kind, listen, size, *backend = sys.argv[1:]
    if kind == "import":
        print("imported", flush=True)
        sys.stdin.buffer.read()
        leave()
    return Arguments(kind, _address(listen), bytes(int(size)), _address(backend[0]) if backend else None)


def tls_context(ssl: Any) -> Any:
    """For a server on the ssl module, or on gevent's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(TLS_PEM)
    return context


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
