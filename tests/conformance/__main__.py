"""python -m tests.conformance COMMAND [name ...]

check    run netuv's halves and compare them with the recorded traces; with --node
         also look whether that Node still answers as recorded
live     run both halves now and show them side by side
record   run Node's halves and keep what they print in traces/, and the table
stable   run a half (--side node, netuv or both) many times, the processors kept busy,
         and name the cases that do not always answer alike
table    write docs/conformance.rst: which Node each case equals
list     name the cases and their rows

--node PATH is the Node to ask, `node` of PATH by default; it may be given several times.
netuv follows Node 26, and traces are kept of Node 24 as well. `npm install --prefix DIR node@26`
puts one in DIR/node_modules/.bin/node.
"""

from __future__ import annotations

import argparse
import collections
import os
import subprocess
import sys
from collections.abc import Callable

from . import runner
from .runner import Case, Node


def check(cases: list[Case], nodes: list[Node]) -> int:
    wrong = 0
    for node in nodes:
        answers = runner.in_parallel(lambda case, node=node: runner.run_node(case, node), cases)
        for case, got in zip(cases, answers, strict=True):
            wanted = runner.recorded(case, node.major)
            if got != wanted:
                wrong += 1
                print(f"\n== {case.id}")
                print(runner.side_by_side(wanted, got, ("recorded", f"node {node.version}")))
    for case, got in zip(cases, runner.in_parallel(runner.run_netuv, cases), strict=True):
        wanted = runner.expected(case, runner.recorded(case))
        if got != wanted:
            wrong += 1
            print(f"\n== {case.id}")
            print(runner.side_by_side(wanted, got, ("expected", "netuv")))
    print(f"\n{len(cases)} cases, {wrong} wrong")
    return wrong


def live(cases: list[Case], nodes: list[Node]) -> int:
    wrong = 0
    for node in nodes:
        answers = runner.in_parallel(
            lambda case, node=node: (runner.run_node(case, node), runner.run_netuv(case)), cases
        )
        for case, (wanted, got) in zip(cases, answers, strict=True):
            verdict = judge(case, node, wanted, got)
            wrong += verdict == "DIFFERENT"
            print(f"\n== {case.id}: {verdict}")
            print(runner.side_by_side(wanted, got, (f"node {node.version}", "netuv")))
    print(f"\n{len(cases) * len(nodes)} comparisons, {wrong} wrong")
    return wrong


def judge(case: Case, node: Node, wanted: list[str], got: list[str]) -> str:
    if got == wanted:
        return "same"
    if node.major == runner.REFERENCE:
        return "differs as intended" if got == runner.expected(case, wanted) else "DIFFERENT"
    return "differs as recorded" if wanted == runner.recorded(case, node.major) else "DIFFERENT"


def record(cases: list[Case], nodes: list[Node], everything: bool) -> int:
    runner.TRACES.mkdir(exist_ok=True)
    if everything:
        for stale in set(runner.TRACES.glob("*.txt")) - {case.trace for case in cases}:
            stale.unlink()
    failed = 0
    for node in nodes:
        if node.major not in runner.KEPT:
            raise SystemExit(f"traces are kept of Node {runner.KEPT}, not of {node.version}")
        answers = runner.in_parallel(lambda case, node=node: runner.run_node(case, node), cases)
        for case, lines in zip(cases, answers, strict=True):
            if lines and lines[-1].startswith("exit status "):
                failed += 1
                print(f"\n== {case.id}: not recorded\n" + "\n".join(lines))
                continue
            kept = runner.read_trace(case).items()
            others = {v: other for v, other in kept if runner.major(v) in set(runner.KEPT) - {node.major}}
            runner.write_trace(case, {**others, node.version: lines})
            try:
                runner.expected(case, runner.recorded(case))
            except ValueError as error:
                failed += 1
                print(error)
    if not failed:
        try:
            write_table()
        except ValueError as error:  # a new case, of which not all of them have been asked
            failed = 1
            print(error)
    versions = ", ".join(node.version for node in nodes)
    print(f"{len(cases)} cases, {failed} not right; recorded with {versions}")
    return failed


def write_table() -> None:
    runner.TABLE.write_text(runner.table(runner.find()), "utf-8")


def stable(cases: list[Case], nodes: list[Node], runs: int, netuv: bool) -> int:
    halves: dict[str, Callable[[Case], list[str]]] = {
        f"node {node.version}": lambda case, node=node: runner.run_node(case, node) for node in nodes
    }
    if netuv:
        halves["netuv"] = runner.run_netuv
    spin = [sys.executable, "-c", "while True: pass"]
    load = [subprocess.Popen(spin) for _ in range(os.cpu_count() or 1)]
    unstable = 0
    try:
        for name, half in halves.items():
            seen: dict[Case, collections.Counter[str]] = {c: collections.Counter() for c in cases}
            for number in range(runs):
                print(f"\r{name}: run {number + 1} of {runs}", end="", file=sys.stderr)
                answers = runner.in_parallel(half, cases)
                for case, lines in zip(cases, answers, strict=True):
                    seen[case]["\n".join(lines)] += 1
            for case, answers_of in seen.items():
                if len(answers_of) > 1:
                    unstable += 1
                    print(f"\n== {case.id}, {name}: {len(answers_of)} answers")
                    (most, many), (other, few) = answers_of.most_common()[:2]
                    titles = (f"{many} times", f"{few} times")
                    print(runner.side_by_side(most.split("\n"), other.split("\n"), titles))
    finally:
        for process in load:
            process.kill()
            process.wait()
    print(f"\n{len(cases)} cases, {runs} runs, {unstable} unstable")
    return unstable


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s COMMAND [name ...]",
    )
    parser.add_argument("command", choices=["check", "live", "record", "stable", "table", "list"])
    parser.add_argument("names", nargs="*", help="cases; all of them when none is given")
    parser.add_argument("--node", action="append", metavar="PATH", help="the Node to ask")
    parser.add_argument("--side", choices=["node", "netuv", "both"], default="both", help="for stable")
    parser.add_argument("--runs", type=int, default=20, help="for stable")
    options = parser.parse_intermixed_args()
    cases = runner.find(options.names)
    command = options.command
    if command == "table":
        write_table()
        return 0
    asks = command in ("live", "record") or (command == "stable" and options.side != "netuv")
    nodes = [runner.find_node(path) for path in options.node or ["node"] * asks]
    if command == "check":
        return check(cases, nodes)
    if command == "live":
        return live(cases, nodes)
    if command == "record":
        return record(cases, nodes, not options.names)
    if command == "stable":
        return stable(cases, nodes if asks else [], options.runs, options.side != "node")
    for case in cases:
        print(f"{case.id:<40} {' '.join(case.rows)}")
    print(f"{len({case.name for case in cases})} pairs, {len(cases)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
