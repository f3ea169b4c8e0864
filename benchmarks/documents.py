"""A result as a file: only what was measured, in columns; what follows from it is added again.

The result of a whole run stays under 300 KiB that way.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.runner import FORMAT, Document, add_summaries

DIGITS = 5  # that matter of a figure


def save(document: Document, path: Path) -> None:
    """Write a result to a file, in a directory that is made if need be."""
    cases = [{**case, "servers": _columns(case["servers"])} for case in document["cases"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**document, "cases": cases}, separators=(",", ":"), ensure_ascii=False)
    path.write_text(text.replace('{"name":', '\n{"name":') + "\n", encoding="utf-8")


def _columns(servers: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    return {
        name: {figure: [_short(turn[figure]) for turn in server["rounds"]] for figure in server["rounds"][0]}
        for name, server in servers.items()
    }


def _short(value: float) -> float:
    if value == int(value):
        return int(value)
    return float(f"{value:.{DIGITS}g}")


def load(path: Path) -> Document:
    """Read a result. Raises SystemExit, for the command line, if it is none."""
    try:
        document: Document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SystemExit(f"{path} is not a result of this version of the harness")
    for case in document["cases"]:
        for name, columns in case["servers"].items():
            turns = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            case["servers"][name] = {"rounds": turns}
        add_summaries(case)
    return document


def merge(documents: list[Document]) -> Document:
    """The first document, with the cases and counts of the others that it does not have.

    Raises SystemExit unless all are of the same program on the same Python.
    """
    first, *others = documents
    names = {case["name"] for case in first["cases"]}
    for other in others:
        for fact in ("commit", "python", "cpu"):
            if other["machine"][fact] != first["machine"][fact]:
                raise SystemExit(f"the results do not belong together: another {fact}")
        first["cases"] += [case for case in other["cases"] if case["name"] not in names]
        names |= {case["name"] for case in other["cases"]}
        for name, counts in other["counts"].items():
            first["counts"].setdefault(name, {}).update(counts)
        for fact in ("labels", "versions"):
            first[fact] |= other[fact]
        first["missing"] = {k: v for k, v in first["missing"].items() if k in other["missing"]}
        first["failures"] += other["failures"]
    return first
