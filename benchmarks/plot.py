"""Charts of a result, one picture a flow, as SVG and PNG.

A bar is a server's median ratio to the baseline, with each round as a dot; what belongs to netuv is
dark, what is compared with is hatched, so that a picture can be read in grey and in print.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import stats
from benchmarks.flows import FLOWS
from benchmarks.report import COMPARED, QUESTIONS, in_order, number, ratio_of, reservations

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK, MIDDLE, LIGHT, INK, WARN = "#1b1b1b", "#a8a8a8", "#ffffff", "#333333", "#b00000"
BAR_INCHES, PANEL_INCHES = 0.27, 4.6
CROWDED = 4.0  # a bar that is this many times longer than the median one is cut


class PlotError(Exception):
    """There is no matplotlib."""


def prepare() -> None:
    """Raises PlotError without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        raise PlotError("--plot needs matplotlib: pip install '.[bench]'") from None
    matplotlib.use("Agg")
    matplotlib.rcParams.update(
        {
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "svg.hashsalt": "netuv",
            "svg.fonttype": "none",  # text as text: a tenth of the size
            "hatch.linewidth": 0.6,
        }
    )


def plot_all(document: dict[str, Any], directory: Path, kinds: Sequence[str] = ("svg", "png")) -> list[Path]:
    """Draw every flow into `directory`; returns the files."""
    prepare()
    directory.mkdir(parents=True, exist_ok=True)
    flows: dict[str, list[dict[str, Any]]] = {}
    for case in document["cases"]:
        flows.setdefault(case["flow"], []).append(case)
    written = []
    for flow, cases in flows.items():
        written += plot_flow(document, flow, cases, [directory / f"{flow}.{k}" for k in kinds])
    return written


def plot_flow(
    document: dict[str, Any], flow: str, cases: list[dict[str, Any]], files: list[Path]
) -> list[Path]:
    from matplotlib import pyplot

    most = max(len(case["servers"]) for case in cases)
    figure, row = pyplot.subplots(
        1,
        len(cases),
        figsize=(PANEL_INCHES * len(cases) + 0.6, BAR_INCHES * most + 1.5),
        squeeze=False,
        layout="constrained",
    )
    for axes, case in zip(row[0], cases, strict=True):
        draw_case(axes, document, case)
    title = FLOWS[flow].title
    what = "memory" if cases[0]["figure"] == "connection_kib" else "server CPU time"
    write_around(figure, document, cases, f"{title}\n{what} per {cases[0]['unit']}, less is better")
    for file in files:
        save(figure, file)
    pyplot.close(figure)
    return files


def write_around(figure: Figure, document: dict[str, Any], cases: list[dict[str, Any]], title: str) -> None:
    """The title, with what is to be said against the figures, and the facts about the run."""
    against = "".join(f"\n{reservation}" for reservation in reservations(document, cases))
    figure.suptitle(title + against, fontsize=11, x=0.01, ha="left", color=WARN if against else INK)
    machine, count = document["machine"], document["parameters"]["rounds"]
    figure.supxlabel(
        f"{machine['cpu']}, {machine['system'].split()[0]}, Python {machine['python']}, "
        f"{count} round{'s' * (count > 1)}, {document['created'][:10]}",
        fontsize=7,
        x=0.01,
        ha="left",
        color=INK,
    )


def save(figure: Figure, file: Path) -> None:
    # No date, so that the same result gives the same file.
    figure.savefig(file, dpi=144, metadata={"Date": None} if file.suffix == ".svg" else None)


def plot_overview(document: dict[str, Any], file: Path) -> None:
    """One small chart: what netuv needs of what each of a few others needs, in each case."""
    prepare()
    from matplotlib import pyplot

    cases = {case["name"]: case for case in document["cases"]}
    rows = [(cases[name], ours) for name, ours, _ in QUESTIONS if name in cases]
    figure, axes = pyplot.subplots(figsize=(7, 0.42 * len(rows) + 1.7), layout="constrained")
    for mark, rival in zip("s^Do", COMPARED, strict=True):
        found = [
            (at, ratio)
            for at, (case, ours) in enumerate(rows)
            if (ratio := ratio_of(case, ours, rival)) is not None
        ]
        if not found:
            continue
        shift = (COMPARED.index(rival) - 1.5) * 0.16
        heights = [at + shift for at, _ in found]
        medians = [ratio["median"] for _, ratio in found]
        lows = [ratio["median"] - ratio["low"] for _, ratio in found]
        highs = [ratio["high"] - ratio["median"] for _, ratio in found]
        axes.errorbar(
            medians, heights, xerr=[lows, highs], fmt=mark, color=DARK, markersize=5, linewidth=0.7,
            markerfacecolor=LIGHT if mark in "sD" else DARK, label=f"of {document['labels'][rival]}",
        )  # fmt: skip
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(rows)), [case["name"] for case, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    if rows:
        axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    write_around(
        figure, document, [case for case, _ in rows],
        "What netuv needs of what others need: CPU time; memory if idle",
    )  # fmt: skip
    save(figure, file)
    pyplot.close(figure)


def draw_case(axes: Axes, document: dict[str, Any], case: dict[str, Any]) -> None:
    base = case["baseline"]
    names = [name for name in in_order(case) if case["servers"][name]["ratio"]]
    medians = [case["servers"][name]["ratio"]["median"] for name in names]
    limit = cut_at(medians)
    base_values = stats.by_round(case["servers"][base]["rounds"], case["figure"])
    unit = "KiB" if case["figure"] == "connection_kib" else "µs"
    for at, (name, median) in enumerate(zip(names, medians, strict=True)):
        server = case["servers"][name]
        ours, is_base = name.startswith("netuv"), name == base
        axes.barh(
            at,
            min(median, limit),
            height=0.72,
            color=DARK if ours else LIGHT if is_base else MIDDLE,
            edgecolor=DARK,
            linewidth=0.7,
            hatch="////" if is_base else None,
        )
        rounds = stats.ratios(stats.by_round(server["rounds"], case["figure"]), base_values)
        shown = [ratio for ratio in rounds if ratio <= limit]
        if name != base:
            axes.plot(
                shown, [at] * len(shown), "o", markersize=2.6, markeredgewidth=0.5,
                color=LIGHT, markeredgecolor=DARK,
            )  # fmt: skip
        if median > limit:
            break_bar(axes, at, limit)
        value = number(server["summary"][case["figure"]]["median"])
        end = max([min(median, limit), *shown])
        axes.annotate(
            f"{median:.2f} ×   {value} {unit}",
            (end, at),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            bbox={"facecolor": LIGHT, "edgecolor": "none", "pad": 0.6},  # over the line at 1
            fontweight="bold" if ours else "normal",
        )
    axes.axvline(1, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(names)), [document["labels"][name] for name in names])
    for label, name in zip(axes.get_yticklabels(), names, strict=True):
        label.set_fontweight("bold" if name.startswith("netuv") else "normal")
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(0, limit * 1.42)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= limit * 1.05])
    connections = f", {case['connections']:,} connection" + "s" * (case["connections"] > 1)
    axes.set_title(f"{case['name']}{connections if case['connections'] else ''}", fontsize=9, loc="left")
    axes.set_xlabel(f"ratio to {document['labels'][base]}", fontsize=8)


def break_bar(axes: Axes, at: int, end: float) -> None:
    """Two slanting lines near the end of a bar: it is longer than it is drawn."""
    for offset in (0.90, 0.93):
        x = end * offset
        axes.plot([x - end * 0.01, x + end * 0.01], [at + 0.5, at - 0.5], color=LIGHT, linewidth=2)


def cut_at(medians: list[float]) -> float:
    """Where bars are cut: one that is far longer than the rest would squeeze them."""
    longest = max(medians)
    limit = CROWDED * statistics.median(medians)
    return max(limit if longest > limit * 1.2 else longest, 1.0)
