"""Programs that tests of the loop run, and exceptions that their callbacks raise."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helpers import LIMIT

import netuv

PIPES: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def command(code: str, *options: str) -> list[str]:
    # -X dev: the allocators then check that the GIL is held, and that nothing writes out of bounds.
    return [sys.executable, "-u", "-X", "dev", *options, "-c", textwrap.dedent(code)]


def script(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in a process of its own."""
    env = {**os.environ, **environment}
    return subprocess.run(command(code), timeout=LIMIT, env=env, check=False, **PIPES)


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[str]]:
    """A program that still runs; it is killed if it has not ended by the end of the block."""
    with subprocess.Popen(command(code), **PIPES) as child:
        try:
            yield child
            child.wait(LIMIT)
        finally:
            child.kill()


def pair(loop: netuv.Loop) -> tuple[netuv.Socket, socket.socket]:
    """A netuv Socket and, at the other end, a stdlib one."""
    mine, theirs = socket.socketpair()
    theirs.settimeout(LIMIT)
    return netuv.Socket(fd=mine.detach(), loop=loop), theirs


class Boom(Exception):
    pass


def boom(*args: Any) -> None:
    raise Boom("from a callback")
