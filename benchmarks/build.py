"""Compile the C programs on the spot, if there is a compiler."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
LOAD, FLOOR = HERE / "load" / "load.c", HERE / "servers" / "floor.c"
FLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra"]
TLS = ["-DTLS", "-lssl", "-lcrypto"]
# The source of each program, and what the compiler is told after it.
SOURCES: dict[str, tuple[Path, list[str]]] = {
    "load": (LOAD, []),
    "floor": (FLOOR, []),
    "load-tls": (LOAD, TLS),
    "floor-tls": (FLOOR, TLS),
}


@dataclass
class Compiled:
    """The programs by name, and why the others are not there."""

    programs: dict[str, Path] = field(default_factory=dict)
    compiler: str = ""
    problems: dict[str, str] = field(default_factory=dict)


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
        return Compiled(problems=dict.fromkeys(SOURCES, "there is no C compiler"))
    answer = subprocess.run([*compiler, "--version"], capture_output=True, text=True)
    compiled = Compiled(compiler=next(iter(answer.stdout.splitlines()), compiler[0]))
    for name, (source, words) in SOURCES.items():
        program = directory / name
        done = subprocess.run(
            [*compiler, *FLAGS, "-o", str(program), str(source), *words], capture_output=True, text=True
        )
        if done.returncode and "openssl/" in done.stderr:
            compiled.problems[name] = "the headers of OpenSSL are not installed"
        elif done.returncode:
            compiled.problems[name] = f"{source.name} does not compile: {done.stderr.strip()[-500:]}"
        else:
            compiled.programs[name] = program
    return compiled
