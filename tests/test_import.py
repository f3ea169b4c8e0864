"""What ``import netuv`` costs besides netuv: nothing that is only needed for a message or a rare call."""

from __future__ import annotations

import subprocess
import sys

from helpers import script

import netuv.stream

# Modules of the standard library that cost more than most of netuv's own.
HEAVY = (
    "ast",
    "asyncio",
    "base64",
    "dataclasses",
    "difflib",
    "inspect",
    "json",
    "logging",
    "opcode",
    "pathlib",
    "urllib.parse",
)
# What is done with whole streams, of which servers need nothing.
WHOLE_STREAMS = tuple(f"netuv.stream.{name}" for name in netuv.stream._LOADED_LATER)

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
    assert not {*HEAVY, *WHOLE_STREAMS} & set(loaded)


def test_what_is_loaded_later_is_there_when_it_is_asked_for() -> None:
    done = script("""
        import netuv.stream
        listed = dir(netuv.stream)
        for name in netuv.stream.__all__:
            assert name in listed
            print(name, type(getattr(netuv.stream, name)).__name__)
        from netuv.stream import *
        assert pipeline is netuv.stream.pipeline
        try:
            netuv.stream.pipelines
        except AttributeError as error:
            print(error)
    """)
    *found, missing = done.stdout.splitlines()
    kinds = dict(line.split() for line in found)
    assert sorted(kinds) == sorted(netuv.stream.__all__)
    assert {name for name, kind in kinds.items() if kind == "module"} == {"promises"}
    assert missing == "module 'netuv.stream' has no attribute 'pipelines'"


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
