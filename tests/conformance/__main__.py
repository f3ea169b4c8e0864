"""python -m tests.conformance COMMAND [name ...]

check    run netuv's halves and compare them with the recorded traces
live     run both halves now and show them side by side
record   run Node's halves and keep what they print in traces/
stable   run a half (--side node, netuv or both) many times, the processors kept busy,
         and name the cases that do not always answer alike
list     name the cases and their rows
"""

from __future__ import annotations

import argparse
import collections
import os
import subprocess
import sys

from . import runner
from .runner import Case


def check(cases: list[Case]) -> int:
    wrong = 0
    for case, got in zip(cases, runner.in_parallel(runner.run_netuv, cases), strict=True):
        wanted = runner.expected(case, runner.recorded(case))
        if got != wanted:
            wrong += 1
            print(f"\n== {case.id}")
            print(runner.side_by_side(wanted, got, ("expected", "netuv")))
    print(f"\n{len(cases) - wrong} as Node, {wrong} not")
    return wrong


def live(cases: list[Case]) -> int:
    wrong = 0
    titles = (f"node {runner.node_version()}", "netuv")
    for case in cases:
        node, got = runner.run_node(case), runner.run_netuv(case)
        agree = got == runner.expected(case, node)
        intended = " (differs as intended)" if agree and case.differs else ""
        wrong += not agree
        print(f"\n== {case.id}: {'same' + intended if agree else 'DIFFERENT'}")
        print(runner.side_by_side(node, got, titles))
    print(f"\n{len(cases) - wrong} as Node, {wrong} not")
    return wrong


def record(cases: list[Case], everything: bool) -> int:
    runner.TRACES.mkdir(exist_ok=True)
    version = runner.node_version()
    if everything:
        for stale in set(runner.TRACES.glob("*.txt")) - {case.trace for case in cases}:
            stale.unlink()
    failed = 0
    for case, lines in zip(cases, runner.in_parallel(runner.run_node, cases), strict=True):
        if lines and lines[-1].startswith("exit status "):
            failed += 1
            print(f"\n== {case.id}: not recorded\n" + "\n".join(lines))
            continue
        case.trace.write_text("\n".join([f"# node {version}", *lines, ""]), "utf-8")
        try:
            runner.expected(case, lines)
        except ValueError as error:
            failed += 1
            print(error)
    print(f"{len(cases)} cases, {failed} not right; recorded with {version}")
    return failed


def stable(cases: list[Case], side: str, runs: int) -> int:
    halves = {"node": runner.run_node, "netuv": runner.run_netuv}
    spin = [sys.executable, "-c", "while True: pass"]
    load = [subprocess.Popen(spin) for _ in range(os.cpu_count() or 1)]
    unstable = 0
    try:
        for name in halves if side == "both" else [side]:
            seen: dict[Case, collections.Counter[str]] = {c: collections.Counter() for c in cases}
            for number in range(runs):
                print(f"\r{name}: run {number + 1} of {runs}", end="", file=sys.stderr)
                answers = runner.in_parallel(halves[name], cases)
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
    parser.add_argument("command", choices=["check", "live", "record", "stable", "list"])
    parser.add_argument("names", nargs="*", help="cases; all of them when none is given")
    parser.add_argument("--side", choices=["node", "netuv", "both"], default="both")
    parser.add_argument("--runs", type=int, default=20, help="for stable")
    options = parser.parse_intermixed_args()
    cases = runner.find(options.names)
    if options.command == "check":
        return check(cases)
    if options.command == "live":
        return live(cases)
    if options.command == "record":
        return record(cases, not options.names)
    if options.command == "stable":
        return stable(cases, options.side, options.runs)
    for case in cases:
        print(f"{case.id:<40} {' '.join(case.rows)}")
    print(f"{len({case.name for case in cases})} pairs, {len(cases)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
