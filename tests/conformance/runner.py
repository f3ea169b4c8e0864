"""Find the pairs, run either half in a process of its own, compare what they print.

A case is one pair over one transport. The comments that open a program say what it asks:

    # rows: S17 S29              the rows of the feature table it is about
    # over: tcp unix             the transports it runs on (tcp when the line is missing)
    # differs: A | B => C        netuv prints the line C where Node prints A and B

    # because: the reason     why it does so, in words of README's list of differences

The last two are only in Python halves; a difference that no longer applies to Node's trace is an
error, so none outlives its reason. An empty side means no line.

netuv follows one Node, the reference; how another one answers is kept too. A trace has a part for
each different answer, and the line above it names the Nodes that gave it:

    # node v26.10.0 v24.21.0
"""

from __future__ import annotations

import difflib
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parent
CASES = HERE / "cases"
TRACES = HERE / "traces"
TABLE = HERE.parent.parent / "docs" / "conformance.rst"
#: The major versions that traces are kept of; netuv follows the first.
KEPT = (26, 24)
REFERENCE = KEPT[0]
# A copy, because a process started while another thread changes os.environ (as pytest does for
# each test) can fail with EFAULT.
ENVIRONMENT = dict(os.environ)
PRELUDES = {"prelude", "prelude_tls"}
LIMIT = 60  # seconds; a program ends itself after 30

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A Node on this machine."""

    command: str
    version: str

    @property
    def major(self) -> int:
        return major(self.version)


@dataclass(frozen=True)
class Case:
    name: str
    transport: str
    alone: bool
    rows: tuple[str, ...]
    differs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    because: tuple[str, ...]
    tls: bool = False  # whether it needs certificates

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
        match = re.match(r"(?:#|//) (rows|over|differs|because): (.*)", line)
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
    because = tuple(value for key, value in python if key == "because")
    shared = [item for item in python if item[0] not in ("differs", "because")]
    if shared != headers(CASES / f"{name}.js"):
        raise ValueError(f"{name}: the two halves have different headers")
    table = dict(shared)
    transports = table.get("over", "tcp").split()
    rows = tuple(table["rows"].split())
    tls = "prelude_tls" in (CASES / f"{name}.js").read_text("utf-8")
    return [Case(name, t, len(transports) == 1, rows, differs, because, tls) for t in transports]


def find(words: Iterable[str] = ()) -> list[Case]:
    """All cases, or those whose name or id is among the words."""
    wanted = set(words)
    names = sorted({p.stem for p in CASES.iterdir() if p.suffix in (".js", ".py")} - PRELUDES)
    cases = [case for name in names for case in load(name)]
    unknown = wanted - {c.name for c in cases} - {c.id for c in cases}
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    return [c for c in cases if not wanted or c.name in wanted or c.id in wanted]


_making = threading.Lock()


@functools.cache
def _certificates() -> tempfile.TemporaryDirectory[str]:
    """A folder of certificates for the programs of TLS, made now, so that none has expired; gone at exit."""
    sys.path.append(str(HERE.parent))
    from tls.certificates import Certificates

    folder = tempfile.TemporaryDirectory(prefix="certificates-")
    Certificates(Path(folder.name)).make_all()
    return folder


def environment(case: Case) -> dict[str, str]:
    """Of the program of a case; it says where the certificates are."""
    if not case.tls:
        return ENVIRONMENT
    if shutil.which("openssl") is None:
        raise MissingOpenSSL("the command openssl is not on PATH")
    with _making:
        return {**ENVIRONMENT, "CERTIFICATES": _certificates().name}


class MissingOpenSSL(Exception):
    pass


# OpenSSL's words that depend on its version, in those of Node's.
WORDS_OF_OPENSSL = {"ERR_SSL_RECORD_LAYER_FAILURE": "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"}


def in_nodes_words(line: str) -> str:
    for word, of_node in WORDS_OF_OPENSSL.items():
        line = line.replace(word, of_node)
    return line


def execute(command: list[str], case: Case) -> tuple[list[str], int, list[str]]:
    try:
        done = subprocess.run(
            command, env=environment(case), input=b"from stdin\n", capture_output=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return [], -1, [f"still running after {LIMIT} s"]
    out = [in_nodes_words(line) for line in done.stdout.decode("utf-8").splitlines()]
    return out, done.returncode, done.stderr.decode("utf-8", "replace").splitlines()


def run_node(case: Case, node: Node) -> list[str]:
    """What Node prints."""
    out, status, err = execute([node.command, str(CASES / f"{case.name}.js"), case.transport], case)
    return out if status == 0 else [*out, *(f"stderr: {x}" for x in err), f"exit status {status}"]


def run_netuv(case: Case) -> list[str]:
    """What netuv prints; anything on stderr counts, for nothing may be only printed there."""
    out, status, err = execute([sys.executable, str(CASES / f"{case.name}.py"), case.transport], case)
    return [*out, *(f"stderr: {x}" for x in err), *([f"exit status {status}"] if status else [])]


def find_node(command: str) -> Node:
    """The Node of this path, or name on PATH; raises SystemExit when it is none."""
    try:
        done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"no Node: {error}") from None
    return Node(command, done.stdout.strip())


def major(version: str) -> int:
    """26 of 'v26.10.0'."""
    return int(version.removeprefix("v").partition(".")[0])


def read_trace(case: Case) -> dict[str, list[str]]:
    """What each Node answered, as it is on file; by version."""
    answers: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in case.trace.read_text("utf-8").splitlines() if case.trace.exists() else ():
        if line.startswith("# node "):
            lines = []
            answers.update(dict.fromkeys(line.split()[2:], lines))
        else:
            lines.append(line)
    return answers


def write_trace(case: Case, answers: dict[str, list[str]]) -> None:
    """The newest Node comes first; those that answer alike share a part."""
    parts: dict[tuple[str, ...], list[str]] = {}
    for version in sorted(answers, key=major, reverse=True):
        parts.setdefault(tuple(answers[version]), []).append(version)
    text = [[f"# node {' '.join(versions)}", *lines] for lines, versions in parts.items()]
    case.trace.write_text("\n".join([*(line for part in text for line in part), ""]), "utf-8")


def recorded(case: Case, of: int = REFERENCE) -> list[str]:
    """What the Node of this major version answered, as it is on file."""
    for version, lines in read_trace(case).items():
        if major(version) == of:
            return lines
    raise ValueError(f"{case.id}: nothing is recorded of Node {of}")


def expected(case: Case, node: list[str]) -> list[str]:
    """What netuv should print where the reference prints this."""
    lines = list(node)
    for old, new in case.differs:
        starts = [i for i in range(len(lines)) if tuple(lines[i : i + len(old)]) == old]
        if not old or len(starts) != 1:
            raise ValueError(f"{case.id}: {' | '.join(old)!r} is in Node's trace {len(starts)}x")
        lines[starts[0] : starts[0] + len(old)] = new
    return lines


def equals(case: Case) -> str:
    """The kept Nodes that netuv answers like, newest first; 'neither' when its answer is its own."""
    answer = expected(case, recorded(case))
    same = [str(number) for number in KEPT if recorded(case, number) == answer]
    return " and ".join(same) or "neither"


HEAD = """\
netuv beside Node, case by case
===============================

.. Written by `python -m tests.conformance table`; a test holds it to the traces and to netuv.

Each case is a small program, written in JavaScript and in Python, that prints the order and the
arguments of its events (``tests/conformance/cases``). What Node printed is kept in
``tests/conformance/traces``, and the tests hold netuv to it. netuv follows Node {reference}.

"""


def table(cases: list[Case]) -> str:
    """The page TABLE: which Node each case equals, and why a case equals none or an older one."""
    answers = {case: equals(case) for case in cases}
    versions = sorted({v for case in cases for v in read_trace(case)}, key=major, reverse=True)
    lines = [HEAD.format(reference=REFERENCE) + "It was recorded with " + " and ".join(versions) + ".", ""]
    each = [str(number) for number in KEPT]
    for kind in [" and ".join(each), *each, "neither"]:
        count = sum(answer == kind for answer in answers.values())
        whom = f"Node {kind}" if kind != "neither" else kind
        lines.append(f"* {count} cases equal {whom}.")
    title = f"Where netuv answers otherwise than Node {REFERENCE}"
    lines += ["", title, "-" * len(title), ""]
    for reason in sorted({reason for case in cases for reason in case.because}):
        ids = ", ".join(f"``{case.id}``" for case in cases if reason in case.because)
        lines += textwrap.wrap(f"* {reason}: {ids}.", 100, subsequent_indent="  ")
    lines += ["", "The cases", "---------", ""]
    rows = [("case", "rows", "equals Node")]
    rows += [(case.id, " ".join(case.rows), answers[case]) for case in cases]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    rule = "  ".join("=" * width for width in widths)
    text = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, rule, text[0], rule, *text[1:], rule, ""])


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
