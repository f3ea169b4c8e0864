"""Results as tables: in the terminal, as Markdown, as reStructuredText; and two results compared.

Everything here turns a document (see runner.py) into `Table`s, and a `Table` into text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from benchmarks import stats
from benchmarks.flows import DISTURBED, FLOWS
from benchmarks.stats import Summary

WARNING = "Careful: "


@dataclass
class Table:
    title: str
    headers: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    strong: list[int] = field(default_factory=list)  # rows that are about netuv


# -- numbers


def number(value: float) -> str:
    """Three digits that matter, and separators in what is large."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def percent(value: float) -> str:
    return f"{value * 100:.0f} %"


def times(summary: Summary | None) -> str:
    """A ratio with the range that it had over the rounds."""
    if summary is None:
        return "–"
    text = f"{summary['median']:.2f}"
    if f"{summary['low']:.2f}" != f"{summary['high']:.2f}":
        text += f" ({summary['low']:.2f}–{summary['high']:.2f})"
    return text


# -- documents to tables


def heading(document: dict[str, Any]) -> list[str]:
    """The facts about a run, a line each."""
    machine, parameters = document["machine"], document["parameters"]
    hardware = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mib']:,} MiB"
    if machine["virtual"]:
        hardware += ", virtual"
    if machine["governor"]:
        hardware += f", governor {machine['governor']}"
    count = parameters["rounds"]
    rounds = "one round" if count == 1 else f"{count} interleaved rounds"
    versions: dict[str, list[str]] = {}
    for name, version in document["versions"].items():
        versions.setdefault(version, []).append(document["labels"][name])
    lines = [
        f"{document['created']}, commit {machine['commit'] or 'unknown'}",
        f"{hardware}; {machine['system']}; load average {machine['load_average']}",
        f"Python {machine['python']}; "
        + "; ".join(f"{', '.join(names)}: {version}" for version, names in versions.items()),
        f"{rounds} of {parameters['duration']:g} s after {parameters['warmup']:g} s of warm-up; "
        f"{parameters['cores']}",
    ]
    if parameters["plain_malloc"]:
        lines.append(f"{WARNING}--plain-malloc: bulk and asyncio depend on the heap's luck")
    if parameters["load"] == "python":
        lines.append(
            f"{WARNING}the load generator is the Python one: rates and latencies say more about it "
            "than about the servers"
        )
    if parameters["quick"]:
        lines.append(f"{WARNING}--quick: this shows that everything works, not how fast it is")
    lines += [f"not here: {label}: {why}" for label, why in document["missing"].items()]
    return lines


def in_order(case: dict[str, Any]) -> list[str]:
    """The servers of a case, the most economical first."""
    servers, figure = case["servers"], case["figure"]
    return sorted(servers, key=lambda name: servers[name]["summary"][figure]["median"])


def case_title(case: dict[str, Any]) -> str:
    transport = "TCP" if case["transport"] == "tcp" else "Unix socket"
    connections = case["connections"]
    plural = "connection" if connections == 1 else "connections"
    title = f"{case['name']} — {FLOWS[case['flow']].title} ({connections:,} {plural}, {transport})"
    what = "KiB and CPU µs" if case["figure"] == "connection_kib" else "CPU µs"
    return f"{title}; {what} per {case['unit']}"


def case_table(document: dict[str, Any], case: dict[str, Any]) -> Table:
    flow, unit, labels = FLOWS[case["flow"]], case["unit"], document["labels"]
    is_memory = case["figure"] == "connection_kib"
    table = Table(
        case_title(case),
        [
            "server",
            "KiB" if is_memory else "CPU µs",
            "±",
            f"× {labels[case['baseline']]}",
            *(["CPU µs"] if is_memory else []),
            "MiB/s" if flow.bulk else f"{unit}s/s",
            *(["p50 µs", "p99 µs", "p99.9 µs"] if flow.latency else []),
            "MiB",
            "server busy",
            "load busy",
        ],
    )
    for name in in_order(case):
        server = case["servers"][name]
        summary = server["summary"]
        median = {figure: value["median"] for figure, value in summary.items()}
        latencies = [number(median[f]) for f in ("p50_us", "p99_us", "p999_us") if f in median]
        if name.startswith("netuv"):
            table.strong.append(len(table.rows))
        table.rows.append(
            [
                labels[name],
                number(median[case["figure"]]),
                percent(stats.spread(summary[case["figure"]])),
                times(server["ratio"]),
                *([number(median["cpu_us"])] if is_memory else []),
                number(median["rate"] / 16 if flow.bulk else median["rate"]),
                *latencies,
                number(median["memory_kib"] / 1024),
                percent(median["server_busy"]),
                percent(median["load_busy"]) + (" !" if server["load_bound"] else ""),
            ]
        )
    if any(server["load_bound"] for server in case["servers"].values()):
        table.notes.append(
            "! the load generator was the bottleneck here: the rate and the latencies are its own; "
            "the CPU time is the server's all the same"
        )
    elsewhere = max(s["summary"]["elsewhere"]["median"] for s in case["servers"].values())
    if elsewhere > DISTURBED:
        table.notes.append(
            f"the machine was not quiet: others used up to {percent(elsewhere)} of a core that "
            "server or load ran on"
        )
    return table


def aims_table(document: dict[str, Any]) -> Table:
    labels = document["labels"]
    table = Table("Aims — how much netuv needs of what a rival needs", [
        "case", "server", "rival", "aim: at most", "is", "aim",
    ])  # fmt: skip
    for aim in document["aims"]:
        best = " (the best)" if aim["best_of"] else ""
        table.rows.append(
            [
                aim["case"],
                labels[aim["peer"]],
                labels[aim["against"]] + best,
                f"{aim['limit']:.2f} ×",
                times(aim["ratio"]),
                "met" if aim["met"] else "MISSED",
            ]
        )
    return table


def failures_table(document: dict[str, Any]) -> Table:
    table = Table("Failures", ["case", "server", "round", "error"])
    for failure in document["failures"]:
        label = document["labels"][failure["peer"]]
        table.rows.append([failure["case"], label, str(failure["round"]), failure["error"]])
    return table


def tables(document: dict[str, Any]) -> list[Table]:
    found = [case_table(document, case) for case in document["cases"]]
    if document["aims"] and not document["parameters"]["quick"]:
        found.append(aims_table(document))
    if document["failures"]:
        found.append(failures_table(document))
    return found


# -- comparing


def verdict(was: Summary, now: Summary) -> str:
    if stats.overlap(was, now):
        return "within the spread"
    return "MORE" if now["median"] > was["median"] else "less"


def compare(old: dict[str, Any], new: dict[str, Any]) -> Table:
    """What changed between two documents.

    The ratio to the baseline is compared where both have the same baseline, for it holds across a
    slower or a busier machine; else, and for the baseline itself, the figure is. A change counts
    when the ranges over the rounds do not overlap.
    """
    table = Table(
        f"Compared with {old['created']}, commit {old['machine']['commit'] or 'unknown'}",
        ["case", "server", "what", "before", "now", "change", ""],
    )
    before = {case["name"]: case for case in old["cases"]}
    for case in new["cases"]:
        past = before.get(case["name"])
        if past is None:
            continue
        parameters = ("size", "connections", "transport")
        if any(past[p] != case[p] for p in parameters):
            table.notes.append(f"{case['name']}: other parameters than before, not compared")
            continue
        for name in in_order(case):
            if name not in past["servers"]:
                continue
            one, other = past["servers"][name], case["servers"][name]
            relative = past["baseline"] == case["baseline"] != name
            if relative and one["ratio"] and other["ratio"]:
                what = f"× {new['labels'][case['baseline']]}"
                was, now = one["ratio"], other["ratio"]
            else:
                what = "KiB" if case["figure"] == "connection_kib" else "CPU µs"
                was, now = one["summary"][case["figure"]], other["summary"][case["figure"]]
            change = now["median"] / was["median"] - 1 if was["median"] else 0.0
            if name.startswith("netuv"):
                table.strong.append(len(table.rows))
            table.rows.append(
                [
                    case["name"],
                    new["labels"][name],
                    what,
                    number(was["median"]),
                    number(now["median"]),
                    f"{change * 100:+.1f} %",
                    verdict(was, now),
                ]
            )
    if min(old["parameters"]["rounds"], new["parameters"]["rounds"]) < 3:
        table.notes.append("fewer than three rounds on one side: a verdict means little")
    return table


# -- tables to text


def is_figure(text: str) -> bool:
    return text[:1].isdigit() or text[:1] in "+-–" or not text


def right_aligned(table: Table) -> list[bool]:
    """Columns of figures stand at the right."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.headers)
    return [i > 0 and all(map(is_figure, column)) for i, column in enumerate(columns)]


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    return [
        cell.rjust(width) if at_right else cell.ljust(width)
        for cell, width, at_right in zip(cells, widths, right, strict=True)
    ]


def _widths(table: Table) -> list[int]:
    return [max(map(len, column)) for column in zip(table.headers, *table.rows, strict=True)]


def to_plain(table: Table) -> str:
    widths, right = _widths(table), right_aligned(table)
    lines = [table.title, "  ".join(_aligned(table.headers, widths, right)).rstrip()]
    lines.append("  ".join("-" * width for width in widths))
    lines += ["  ".join(_aligned(row, widths, right)).rstrip() for row in table.rows]
    return "\n".join([*lines, *table.notes])


def to_markdown(table: Table) -> str:
    right = right_aligned(table)
    lines = [f"### {table.title}", ""]
    lines.append("| " + " | ".join(table.headers) + " |")
    lines.append("|" + "|".join("---:" if r else "---" for r in right) + "|")
    for at, row in enumerate(table.rows):
        cells = [cell.replace("|", "\\|").replace("\n", " ") for cell in row]
        if at in table.strong:
            cells[0] = f"**{cells[0]}**"
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, *(f"\n{note}" for note in table.notes)])


def to_rst(table: Table) -> str:
    rows = [[cell.replace("\n", " ") or "\\ " for cell in row] for row in table.rows]
    headers = [header or "\\ " for header in table.headers]
    shown = Table(table.title, headers, rows)
    widths, right = _widths(shown), right_aligned(table)
    rule = "  ".join("=" * width for width in widths)
    lines = [table.title, "~" * len(table.title), "", rule]
    lines += ["  ".join(_aligned(headers, widths, right)).rstrip(), rule]
    lines += ["  ".join(_aligned(row, widths, right)).rstrip() for row in rows]
    return "\n".join([*lines, rule, *(f"\n{note}" for note in table.notes)])


def markdown(document: dict[str, Any], extra: Iterable[Table] = ()) -> str:
    lines = ["## Benchmarks of netuv", "", *(f"- {line}" for line in heading(document))]
    return "\n".join([*lines, ""]) + "\n" + "\n\n".join(
        to_markdown(table) for table in (*tables(document), *extra)
    ) + "\n"  # fmt: skip


def rst(document: dict[str, Any]) -> tuple[str, str]:
    """The facts about the run, and its tables."""
    facts = "\n".join(f"- {line}" for line in heading(document))
    return f"{facts}\n", "\n\n".join(map(to_rst, tables(document))) + "\n"


def show(lines: Sequence[str], shown: Sequence[Table], plain: bool, out: TextIO = sys.stdout) -> None:
    """Print to a terminal, with rich if it is there and wanted."""
    if not plain and out.isatty():
        try:
            _show_rich(lines, shown, out)
        except ImportError:
            pass
        else:
            return
    print("\n".join(lines), file=out)
    for table in shown:
        print(f"\n{to_plain(table)}", file=out)


def _show_rich(lines: Sequence[str], shown: Sequence[Table], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(file=out, highlight=False)
    for line in lines:
        console.print(Text(line, style="yellow" if line.startswith(WARNING) else "dim"))
    for table in shown:
        rich_table = RichTable(
            title=Text(table.title), title_justify="left", title_style="bold", box=None,
            header_style="dim", pad_edge=False,
        )  # fmt: skip
        for header, right in zip(table.headers, right_aligned(table), strict=True):
            rich_table.add_column(Text(header), justify="right" if right else "left")
        for at, row in enumerate(table.rows):
            style = "bold" if at in table.strong else None
            if "MISSED" in row or "MORE" in row:
                style = "bold red"
            rich_table.add_row(*map(Text, row), style=style)
        # A narrow terminal wraps a row; rich would cut its figures.
        wide = console.measure(rich_table, options=console.options.update(width=1000)).maximum
        console.print()
        Console(file=out, highlight=False, width=max(console.width, wide)).print(rich_table)
        for note in table.notes:
            console.print(Text(note, style="yellow"))
