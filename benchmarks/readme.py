"""Keep the newest results in README.rst beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import report

README = Path(__file__).parent / "README.rst"
BEGIN, END = ".. results begin", ".. results end"


def replace_results(text: str, results: str) -> str:
    """The text with what stands between the two marks replaced."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN!r} and {END!r} are not there")
    return f"{head}{BEGIN}\n\n{results}\n{END}{tail}"


def update(document: dict[str, Any]) -> None:
    README.write_text(replace_results(README.read_text(), report.rst(document)))
