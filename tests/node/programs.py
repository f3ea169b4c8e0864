"""Programs that tests of netuv.node run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from typing import Any

from helpers import LIMIT


class Program:
    """``netuv.node`` in a process of its own; its three streams are what the test gives it."""

    def __init__(self, code: str, *args: object, **streams: Any) -> None:
        header = "import sys\nfrom netuv.node import *\n"
        self.process = subprocess.Popen(
            [sys.executable, "-Werror", "-c", header + textwrap.dedent(code), *map(str, args)],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        self.guard = threading.Timer(LIMIT, self.process.kill)
        self.guard.start()

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.guard.cancel()
        self.process.kill()
        for each in (self.process.stdin, self.process.stdout, self.process.stderr):
            if each is not None:
                each.close()
        self.process.wait()


def outcome(code: str, **streams: Any) -> tuple[int, str, str]:
    """Status, stdout and stderr of a program that ends by itself."""
    data = streams.pop("input", None)
    if data is not None:
        streams["stdin"] = subprocess.PIPE
    with Program(code, **streams) as program:
        out, err = program.communicate(data)
        return program.returncode, (out or b"").decode(), (err or b"").decode()
