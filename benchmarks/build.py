"""Compile the C programs on the spot, if there is a compiler."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = {"load": HERE / "load" / "load.c", "floor": HERE / "servers" / "floor.c"}
FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"]


@dataclass
class Compiled:
    """The programs by name, or why there are none."""

    programs: dict[str, Path] = field(default_factory=dict)
    compiler: str = ""
    problem: str = ""


def find_compiler() -> list[str] | None:
    """$CC, or the first usual compiler on PATH."""
    for words in (shlex.split(os.environ.get("CC", "")), ["cc"], ["gcc"], ["clang"]):
        if words and shutil.which(words[0]):
            return words
    return None


def compile_all(directory: Path) -> Compiled:
    """Compile every program into `directory`."""
    compiler = find_compiler()
    if compiler is None:
        return Compiled(problem="there is no C compiler")
    answer = subprocess.run([*compiler, "--version"], capture_output=True, text=True)
    compiled = Compiled(compiler=next(iter(answer.stdout.splitlines()), compiler[0]))
    for name, source in SOURCES.items():
        program = directory / name
        done = subprocess.run(
            [*compiler, *FLAGS, "-o", str(program), str(source)], capture_output=True, text=True
        )
        if done.returncode:
            compiled.problem = f"{source.name} does not compile: {done.stderr.strip()[-500:]}"
        else:
            compiled.programs[name] = program
    return compiled
