"""Keep the newest results beside this file: RESULTS.rst and chart.svg, both small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import plot, report

HERE = Path(__file__).parent
RAW, SUMMARY, CHART = HERE / "results", HERE / "RESULTS.rst", HERE / "chart.svg"


def keep(document: dict[str, Any]) -> None:
    """Write both. Raises PlotError without matplotlib, before anything is written."""
    plot.plot_overview(document, CHART)
    SUMMARY.write_text(report.summary_rst(document, CHART.name), encoding="utf-8")
