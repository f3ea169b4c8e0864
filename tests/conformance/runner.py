"""Find the pairs, run either half in a process of its own, compare what they print.

A case is one pair over one transport. The comments that open a program say what it asks:

    # rows: S17 S29              the rows of the feature table it is about
    # over: tcp unix             the transports it runs on (tcp when the line is missing)
    # differs: A | B => C        netuv prints the line C where Node prints A and B

The last is only in Python halves, for the differences that README lists; one that no longer
applies to Node's trace is an error, so none outlives its reason. An empty side means no line.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parent
CASES = HERE / "cases"
TRACES = HERE / "traces"
NODE = os.environ.get("NODE", "node")
# A copy, because a process started while another thread changes os.environ (as pytest does for
# each test) can fail with EFAULT.
ENVIRONMENT = dict(os.environ)
LIMIT = 60  # seconds; a program ends itself after 30

T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    name: str
    transport: str
    alone: bool
    rows: tuple[str, ...]
    differs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def id(self) -> str:
        return self.name if self.alone else f"{self.name}.{self.transport}"

    @property
    def trace(self) -> Path:
        return TRACES / f"{self.id}.txt"


def headers(path: Path) -> list[tuple[str, str]]:
    """The `key: value` comments that open a program."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith(("#", "//")):
            break
        match = re.match(r"(?:#|//) (rows|over|differs): (.*)", line)
        if match:
            found.append((match[1], match[2].strip()))
    return found


def sides(value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    node, netuv = (part.strip() for part in value.split("=>"))
    return (
        tuple(line.strip() for line in node.split(" | ")) if node else (),
        tuple(line.strip() for line in netuv.split(" | ")) if netuv else (),
    )


def load(name: str) -> list[Case]:
    """The cases of one pair."""
    python = headers(CASES / f"{name}.py")
    differs = tuple(sides(value) for key, value in python if key == "differs")
    shared = [item for item in python if item[0] != "differs"]
    if shared != headers(CASES / f"{name}.js"):
        raise ValueError(f"{name}: the two halves have different headers")
    table = dict(shared)
    transports = table.get("over", "tcp").split()
    rows = tuple(table["rows"].split())
    return [Case(name, t, len(transports) == 1, rows, differs) for t in transports]


def find(words: Iterable[str] = ()) -> list[Case]:
    """All cases, or those whose name or id is among the words."""
    wanted = set(words)
    names = sorted({p.stem for p in CASES.iterdir() if p.suffix in (".js", ".py")} - {"prelude"})
    cases = [case for name in names for case in load(name)]
    unknown = wanted - {c.name for c in cases} - {c.id for c in cases}
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    return [c for c in cases if not wanted or c.name in wanted or c.id in wanted]


def execute(command: list[str]) -> tuple[list[str], int, list[str]]:
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, input=b"from stdin\n", capture_output=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return [], -1, [f"still running after {LIMIT} s"]
    out = done.stdout.decode("utf-8").splitlines()
    return out, done.returncode, done.stderr.decode("utf-8", "replace").splitlines()


def run_node(case: Case) -> list[str]:
    """What Node prints."""
    out, status, err = execute([NODE, str(CASES / f"{case.name}.js"), case.transport])
    return out if status == 0 else [*out, *(f"stderr: {x}" for x in err), f"exit status {status}"]


def run_netuv(case: Case) -> list[str]:
    """What netuv prints; anything on stderr counts, for nothing may be only printed there."""
    out, status, err = execute([sys.executable, str(CASES / f"{case.name}.py"), case.transport])
    return [*out, *(f"stderr: {x}" for x in err), *([f"exit status {status}"] if status else [])]


def node_version() -> str:
    return subprocess.run([NODE, "--version"], capture_output=True, text=True).stdout.strip()


def recorded(case: Case) -> list[str]:
    """Node's trace as it is on file."""
    return case.trace.read_text("utf-8").splitlines()[1:]


def expected(case: Case, node: list[str]) -> list[str]:
    """What netuv should print where Node prints this."""
    lines = list(node)
    for old, new in case.differs:
        starts = [i for i in range(len(lines)) if tuple(lines[i : i + len(old)]) == old]
        if not old or len(starts) != 1:
            raise ValueError(f"{case.id}: {' | '.join(old)!r} is in Node's trace {len(starts)}x")
        lines[starts[0] : starts[0] + len(old)] = new
    return lines


def side_by_side(left: list[str], right: list[str], titles: tuple[str, str]) -> str:
    """Two traces as columns; rows that differ have a mark between them."""
    width = min(72, max(len(line) for line in [*left, *right, titles[0]]))
    table = [(titles[0], " ", titles[1]), ("-" * width, " ", "-" * width)]
    for op, a, b, c, d in difflib.SequenceMatcher(None, left, right, False).get_opcodes():
        count = max(b - a, d - c)
        lefts = left[a:b] + [""] * (count - (b - a))
        rights = right[c:d] + [""] * (count - (d - c))
        table += [(x, " " if op == "equal" else "|", y) for x, y in zip(lefts, rights, strict=True)]
    return "\n".join(f"{x:<{width}} {mark} {y}".rstrip() for x, mark, y in table)


def in_parallel(function: Callable[[Case], T], cases: list[Case]) -> list[T]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, cases))
