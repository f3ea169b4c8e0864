"""--profile: where a Python server spends its time under load, as a table of calls.

The server runs under cProfile, which makes every call dearer but counts exactly: the calls for
each message are the figure to look at.
"""

from __future__ import annotations

import pstats
from pathlib import Path

from benchmarks.flows import Case
from benchmarks.peers import SERVERS, Peer
from benchmarks.report import Table, number
from benchmarks.runner import Runner

WRAPPER = SERVERS / "profiled.py"


def place(key: tuple[str, int, str]) -> str:
    """'netuv/net/socket.py:120 write', or the name alone of what is built in."""
    file, line, name = key
    if file == "~":
        return name.strip("<>")
    parts = Path(file).parts
    shown = 3 if parts[-3:-2] == ("netuv",) else 2
    return f"{'/'.join(parts[-shown:])}:{line} {name}"


def call_table(statistics: pstats.Stats, units: float, title: str, unit: str) -> Table:
    """The functions that are called at least once in twenty units, the dearest first."""
    table = Table(title, [f"calls per {unit}", "own µs", "with callees µs", "function"])
    found = []
    for key, (_primitive, calls, own, total, _callers) in statistics.stats.items():  # type: ignore[attr-defined]
        if calls >= units / 20:
            found.append((own / units * 1e6, total / units * 1e6, calls / units, place(key)))
    for own, total, calls, where in sorted(found, reverse=True):
        table.rows.append([number(calls), number(own), number(total), where])
    table.notes.append("cProfile makes calls dearer than they are; it counts them exactly")
    return table


def profile(runner: Runner, case: Case, peer: Peer, output: Path) -> Table:
    """Load a server under cProfile; keeps the statistics in `output` for other viewers.

    The runner should not warm up: what is called then would be counted too.
    """
    command = runner.installation.command(peer)
    command[1:1] = [str(WRAPPER), str(output)]
    figures = runner.measure(case, command)
    return call_table(
        pstats.Stats(str(output)), figures["units"], f"{peer.label}: {case.name}", case.flow.unit
    )
