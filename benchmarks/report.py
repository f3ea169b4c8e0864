"""Results as tables: in the terminal, as Markdown, as reStructuredText; and two results compared.

Everything here turns a document (see runner.py) into `Table`s, and a `Table` into text.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from benchmarks import stats
from benchmarks.flows import AIMS, DISTURBED, FLOWS, Aim
from benchmarks.peers import PEERS
from benchmarks.stats import Summary

WARNING = "Careful: "
COUNT_SPREAD = 0.03  # counts of the same program differ by less, mostly by where garbage is collected
# What a user asks first: the case, on whom, and the words for it.
QUESTIONS = (
    ("echo 1 KiB", "netuv", "an echo of 1 KiB costs netuv"),
    ("timeout", "netuv", "an echo with an idle timeout costs netuv"),
    ("lines", "netuv", "an echo of lines costs netuv"),
    ("accept", "netuv", "a connection costs a netuv server"),
    ("client", "netuv", "a connection costs a netuv client"),
    ("pipe", "netuv-pipe", "64 KiB through a proxy cost netuv"),
    ("timers", "netuv", "a timer costs netuv"),
    ("idle", "netuv", "the memory of a connection is in netuv"),
    ("tls-echo 1 KiB", "netuv", "a TLS echo of 1 KiB costs netuv"),
    ("tls-handshake", "netuv", "a TLS connection costs a netuv server"),
    ("tls-idle", "netuv", "the memory of a TLS connection is in netuv"),
    ("start", "netuv", "a start costs netuv"),
)
COMPARED = ("node", "uvloop", "zuvloop", "asyncio")
# The same of what is awaited, which has other rivals.
AWAIT_QUESTIONS = (
    ("await-echo", "netuv-await", "an echo by async for costs netuv"),
    ("await-accept", "netuv-await", "a connection that is awaited costs a netuv server"),
    ("await-client", "netuv-await", "a connection that is awaited costs a netuv client"),
)
AWAIT_COMPARED = ("uvloop-streams", "zuvloop-streams", "asyncio-streams", "trio", "anyio")


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


def spread(summary: Summary, rounds: int) -> str:
    return percent(stats.spread(summary)) if rounds > 1 else "–"


def times(summary: Summary | None) -> str:
    """A ratio with the range that it had over the rounds."""
    if summary is None:
        return "–"
    text = f"{summary['median']:.2f}"
    if f"{summary['low']:.2f}" != f"{summary['high']:.2f}":
        text += f" ({summary['low']:.2f}–{summary['high']:.2f})"
    return text


# -- documents to tables


def in_the_way(case: dict[str, Any]) -> float:
    """How much of a core that was used here others used too."""
    return max(float(s["summary"]["elsewhere"]["median"]) for s in case["servers"].values())


def reservations(document: dict[str, Any], cases: Sequence[dict[str, Any]] | None = None) -> list[str]:
    """Why these cases (all of them if None) are not to be quoted; wherever figures are shown."""
    found = []
    if document["parameters"]["quick"]:
        found.append("--quick: this shows that everything works, not how fast it is")
    busy = max(map(in_the_way, document["cases"] if cases is None else cases), default=0.0)
    if busy > DISTURBED:
        found.append(
            f"the machine was not quiet: others used up to {percent(busy)} of a core that server "
            "or load ran on"
        )
    return found


def answers(document: dict[str, Any]) -> list[str]:
    """What a user asks first, a sentence each."""
    cases = {case["name"]: case for case in document["cases"]}
    lines = []
    for name, ours, words in (*QUESTIONS, *AWAIT_QUESTIONS):
        case = cases.get(name)
        if case is None or ours not in case["servers"]:
            continue
        compared = AWAIT_COMPARED if FLOWS[case["flow"]].awaited else COMPARED
        shares = [
            f"{ratio['median']:.2f} of {document['labels'][rival].removesuffix(' Protocol')}"
            for rival in compared
            if (ratio := ratio_of(case, ours, rival))
        ]
        if shares:
            lines.append(f"{words} {', '.join(shares)}")
    return lines


def ratio_of(case: dict[str, Any], peer: str, rival: str) -> Summary | None:
    """What `peer` needs of what `rival` needs, within each round."""
    servers, figure = case["servers"], case["figure"]
    if peer not in servers or rival not in servers:
        return None
    ratios = stats.ratios(
        stats.by_round(servers[peer]["rounds"], figure), stats.by_round(servers[rival]["rounds"], figure)
    )
    return stats.summarise(ratios) if ratios else None


def heading(document: dict[str, Any]) -> list[str]:
    """What one asks first, then the facts about a run, a line each."""
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
    lines = [f"{WARNING}{reservation}" for reservation in reservations(document)]
    lines += answers(document)
    lines += [
        f"{document['created']}, commit {machine['commit'] or 'unknown'}",
        f"{hardware}; {machine['system']}; load average {machine['load_average']}",
        f"Python {machine['python']}; "
        + "; ".join(f"{', '.join(names)}: {version}" for version, names in versions.items()),
    ]
    if document["cases"]:
        lines.append(
            f"{rounds} of {parameters['duration']:g} s after {parameters['warmup']:g} s of warm-up; "
            f"{parameters['cores']}"
        )
    if parameters["plain_malloc"]:
        lines.append(f"{WARNING}--plain-malloc: bulk and asyncio depend on the heap's luck")
    if parameters["load"] == "python":
        lines.append(
            f"{WARNING}the load generator is the Python one: rates and latencies say more about it "
            "than about the servers"
        )
    lines += [f"not here: {label}: {why}" for label, why in document["missing"].items()]
    return lines


def in_order(case: dict[str, Any]) -> list[str]:
    """The servers of a case, the most economical first: by the ratio, in tables and charts alike.

    One that has no round in common with the baseline comes last.
    """
    servers = case["servers"]

    def ratio(name: str) -> float:
        return float(servers[name]["ratio"]["median"]) if servers[name]["ratio"] else float("inf")

    return sorted(servers, key=ratio)


def case_title(case: dict[str, Any]) -> str:
    transport = "TCP" if case["transport"] == "tcp" else "Unix socket"
    connections = case["connections"]
    plural = "connection" if connections == 1 else "connections"
    where = f" ({connections:,} {plural}, {transport})" if connections else ""
    title = f"{case['name']} — {FLOWS[case['flow']].title}{where}"
    what = "KiB and CPU µs" if case["figure"] == "connection_kib" else "CPU µs"
    return f"{title}; {what} per {case['unit']}"


def case_table(document: dict[str, Any], case: dict[str, Any]) -> Table:
    flow, unit, labels = FLOWS[case["flow"]], case["unit"], document["labels"]
    is_memory = case["figure"] == "connection_kib"
    counts = document["counts"].get(case["name"], {})
    table = Table(
        case_title(case),
        [
            "server",
            "KiB" if is_memory else "CPU µs",
            "±",
            f"× {labels[case['baseline']]}",
            *(["instructions"] if counts else []),
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
                spread(summary[case["figure"]], len(server["rounds"])),
                times(server["ratio"]),
                *([f"{counts[name]:,}" if name in counts else "–"] if counts else []),
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
    table.notes += reservations(document, [case])
    return table


def judge(document: dict[str, Any], aim: Aim) -> tuple[str, str, str]:
    """The rival, what was measured, and the verdict; empty where nothing was."""
    labels = document["labels"]
    if aim.against:
        label = PEERS[aim.against[0]].label if len(aim.against) == 1 else "the best"
    else:
        label = "instructions" if aim.instructions else "KiB"
    python = ".".join(document["machine"]["python"].split(".")[:2])
    if aim.pythons and python not in aim.pythons:
        return label, "", ""
    case = next((case for case in document["cases"] if case["name"] == aim.case), None)
    if not aim.against and not aim.instructions:
        if case is None or aim.peer not in case["servers"]:
            return label, "", ""
        server = case["servers"][aim.peer]
        value = server["summary"][case["figure"]]
        return label, number(value["median"]), stats.verdict(value, aim.limit, len(server["rounds"]))
    if aim.instructions:
        counts = document["counts"].get(aim.case, {})
        if not {aim.peer, *aim.against} <= set(counts):
            return label, "", ""
        value = counts[aim.peer] / (counts[aim.against[0]] if aim.against else 1)
        around = stats.summarise([value * (1 - COUNT_SPREAD), value, value * (1 + COUNT_SPREAD)])
        shown = f"{value:.2f}" if aim.against else f"{value:,.0f}"
        return label, shown, stats.verdict(around, aim.limit, 2)
    found = {rival: ratio_of(case, aim.peer, rival) for rival in aim.against} if case else {}
    ratios = {rival: ratio for rival, ratio in found.items() if ratio}
    if case is None or not ratios:
        return label, "", ""
    best = max(ratios, key=lambda rival: ratios[rival]["median"])
    if len(aim.against) > 1:
        label = f"{labels[best]} (the best)"
    rounds = min(len(case["servers"][name]["rounds"]) for name in (aim.peer, best))
    return label, times(ratios[best]), stats.verdict(ratios[best], aim.limit, rounds)


def aims_table(document: dict[str, Any], aims: Sequence[Aim] = AIMS) -> Table:
    """Every aim; what was not measured has an empty "is"."""
    table = Table("Aims — how much netuv needs of what a rival needs", [
        "case", "server", "rival", "aim: at most", "is", "verdict",
    ])  # fmt: skip
    for aim in aims:
        rival, value, verdict = judge(document, aim)
        limit = f"{aim.limit:.2f} ×" if aim.against else f"{aim.limit:,.0f}"
        if aim.instructions and aim.against:
            rival += ", instructions"
        if aim.pythons:
            rival += f", Python {aim.pythons[0]}" + (f" to {aim.pythons[-1]}" if aim.pythons[1:] else "")
        table.rows.append([aim.case, PEERS[aim.peer].label, rival, limit, value, verdict])
    table.notes += reservations(document)
    return table


def rivals_table(document: dict[str, Any]) -> Table:
    """All cases in one table: what netuv needs of what each of the others needs."""
    cases = [case for case in document["cases"] if not FLOWS[case["flow"]].awaited]
    rivals = rivals_in(cases)
    rivals.sort(key=lambda name: "streams" in name or name in ("pyuv", "node-pipe", "bare"))
    title = "netuv, as a share of what the others need"
    return shares_table(document, title, cases, ("netuv", "netuv-pipe"), rivals)


def await_table(document: dict[str, Any]) -> Table:
    """The same of what is awaited, where netuv's callbacks are a rival too."""
    cases = [case for case in document["cases"] if FLOWS[case["flow"]].awaited]
    ours = [name for name in PEERS if name.startswith("netuv-await")]
    title = "netuv with await, as a share of what the others need"
    return shares_table(document, title, cases, ours, ["netuv", *rivals_in(cases)])


def rivals_in(cases: Sequence[dict[str, Any]]) -> list[str]:
    found = {name for case in cases for name in case["servers"]}
    return [name for name in PEERS if name in found and not name.startswith("netuv")]


def shares_table(
    document: dict[str, Any],
    title: str,
    cases: Sequence[dict[str, Any]],
    peers: Sequence[str],
    rivals: Sequence[str],
) -> Table:
    """A row for each of `peers` in each case, a column for each rival."""
    labels = [document["labels"].get(name, name).removesuffix(" Protocol") for name in rivals]
    table = Table(title, ["case", "server", "µs or KiB", "±", *labels])
    for case in cases:
        for ours in peers:
            if ours not in case["servers"]:
                continue
            server = case["servers"][ours]
            own = server["summary"][case["figure"]]
            shares = [ratio_of(case, ours, rival) for rival in rivals]
            table.rows.append(
                [
                    case["name"], document["labels"][ours], number(own["median"]),
                    spread(own, len(server["rounds"])),
                    *(f"{ratio['median']:.2f}" if ratio else "–" for ratio in shares),
                ]
            )  # fmt: skip
    table.notes += reservations(document, cases)
    return table


def counts_table(document: dict[str, Any], awaited: bool = False) -> Table:
    """A row for each server, a column for each case that was counted: of those that are awaited, or not."""
    counts = {
        name: values for name, values in document["counts"].items() if FLOWS[flow_of(name)].awaited == awaited
    }
    table = Table(
        f"Instructions in user space, one connection at a time{', awaited' if awaited else ''}",
        ["server", *(f"{name}, a {FLOWS[flow_of(name)].unit}" for name in counts)],
    )
    names = [name for name in PEERS if any(name in values for values in counts.values())]
    for name in names:
        if name.startswith("netuv"):
            table.strong.append(len(table.rows))
        values = (values.get(name) for values in counts.values())
        row = [f"{value:,}" if value is not None else "–" for value in values]
        table.rows.append([document["labels"][name], *row])
    if any(FLOWS[flow_of(name)].load == "start" for name in counts):
        table.notes.append("a start: what it takes on top of a bare Python")
    return table


def flow_of(case_name: str) -> str:
    return case_name.split()[0]


def failures_table(document: dict[str, Any]) -> Table:
    table = Table("Failures", ["case", "server", "round", "error"])
    for failure in document["failures"]:
        label = document["labels"][failure["peer"]]
        table.rows.append([failure["case"], label, str(failure["round"]), failure["error"]])
    return table


def tables(document: dict[str, Any]) -> list[Table]:
    found = [case_table(document, case) for case in document["cases"]]
    found += with_rows(counts_table(document), counts_table(document, awaited=True))
    if not document["parameters"]["quick"] and any(judge(document, aim)[1] for aim in AIMS):
        found.append(aims_table(document))
    if document["failures"]:
        found.append(failures_table(document))
    return found


def with_rows(*found: Table) -> list[Table]:
    return [table for table in found if table.rows]


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


def summary_rst(document: dict[str, Any], chart: str) -> str:
    """The page of results that is kept: what one asks first, the aims, and two tables."""
    title = "The newest results"
    facts = "\n".join(f"- {line}" for line in heading(document))
    image = f".. image:: {chart}\n   :alt: what netuv needs of what others need\n"
    found = [aims_table(document)]
    found += with_rows(rivals_table(document), await_table(document))
    found += with_rows(counts_table(document), counts_table(document, awaited=True))
    tables = "\n\n".join(map(to_rst, found))
    return f"{title}\n{'=' * len(title)}\n\n{facts}\n\n{image}\n{tables}\n"


def show(lines: Sequence[str], shown: Sequence[Table], plain: bool) -> None:
    """Print to a terminal, with rich if it is there and wanted."""
    out = sys.stdout
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
