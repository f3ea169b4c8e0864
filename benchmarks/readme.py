"""Keep the newest results beside this file: in README.rst, results.json and charts/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks import plot, report

HERE = Path(__file__).parent
README, RESULTS, CHARTS = HERE / "README.rst", HERE / "results.json", HERE / "charts"
BEGIN, END = ".. results begin", ".. results end"


def replace_results(text: str, results: str) -> str:
    """The text with what stands between the two marks replaced."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN!r} and {END!r} are not there")
    return f"{head}{BEGIN}\n\n{results}\n{END}{tail}"


def results_text(document: dict[str, Any]) -> str:
    """The facts about the run, then each chart, then the tables."""
    flows = dict.fromkeys(case["flow"] for case in document["cases"])
    charts = [f".. image:: {CHARTS.name}/{flow}.svg\n   :alt: {flow}\n" for flow in flows]
    facts, tables = report.rst(document)
    return "\n".join([facts, *charts, tables])


def keep(document: dict[str, Any]) -> None:
    """Write all three. Raises PlotError without matplotlib, before anything is written."""
    plot.plot_all(document, CHARTS, kinds=("svg",))
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")
    README.write_text(replace_results(README.read_text(), results_text(document)))
