"""What ``import netuv`` costs besides netuv: nothing that is only needed for a message or a rare call."""

from __future__ import annotations

import subprocess
import sys

# Modules of the standard library that cost more than most of netuv's own.
HEAVY = ("ast", "asyncio", "dataclasses", "difflib", "inspect", "json", "logging", "pathlib", "urllib.parse")

PROGRAM = """
import sys
import pyee, pyuv, signal, socket
there = set(sys.modules)
import netuv
print(*sorted(set(sys.modules) - there))
"""


def test_heavy_modules_wait_until_they_are_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True, timeout=60
    )
    loaded = done.stdout.split()
    assert "netuv.net.socket" in loaded
    assert not set(HEAVY) & set(loaded)


COMPILES = """
import builtins
import pyee, pyuv, signal, socket
compiled = []
real = builtins.compile
def compile(source, *args, **options):
    compiled.append(source)
    return real(source, *args, **options)
builtins.compile = compile
import netuv
print([source for source in compiled if isinstance(source, str)])  # modules without a .pyc are bytes
"""


def test_no_annotation_is_compiled() -> None:
    """The first costs as much as a dozen modules. It would be a TypeVar's bound, or a NamedTuple's field."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILES], capture_output=True, check=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
