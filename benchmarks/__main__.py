"""The command line: python -m benchmarks [count] [FLOW ...] [options]."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import counting, documents, keep, plot, report
from benchmarks.build import compile_all
from benchmarks.flows import FLOWS, Case, Flow, parse_size
from benchmarks.peers import PEERS, Installation, Peer
from benchmarks.process import ChildError, choose_cores, raise_file_limit
from benchmarks.profiling import profile
from benchmarks.runner import Document, Parameters, Progress, Runner

DURATION, WARMUP, ROUNDS = 1.0, 0.3, 5
QUICK_DURATION, QUICK_WARMUP = 0.08, 0.02
SPARE_FILES = 200
TURN_SECONDS, COUNT_SECONDS = 0.6, 10  # what a turn takes besides the load, and a count, about


def parse_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure netuv and what else one might use, on one machine, in one run.",
        epilog="How to read the figures: benchmarks/README.rst",
    )
    parser.add_argument(
        "flows", nargs="*", metavar="FLOW",
        help=f"{', '.join(FLOWS)} (default: all); 'count' first: count instructions, measure no time",
    )  # fmt: skip
    what = parser.add_argument_group("what is measured")
    what.add_argument("--peers", type=names(PEERS), help=f"only these, of {', '.join(PEERS)}")
    what.add_argument("--without", type=names(PEERS), default=[], help="all but these")
    what.add_argument("--size", type=sizes, help="bytes of a message or block: 64,1k,16k")
    what.add_argument("--connections", type=positive, help="how many at a time")
    what.add_argument("--transport", choices=("tcp", "unix", "both"), default="tcp")
    what.add_argument("--baseline", choices=PEERS, help="what ratios refer to")
    how = parser.add_argument_group("how")
    how.add_argument("--duration", type=float, help=f"seconds of a turn (default {DURATION:g})")
    how.add_argument("--warmup", type=float, help=f"seconds before it (default {WARMUP:g})")
    how.add_argument("--rounds", type=positive, help=f"default {ROUNDS}")
    how.add_argument(
        "--patience", type=int, default=0, metavar="N",
        help="take a turn again, up to N times, while others use the same cores",
    )  # fmt: skip
    how.add_argument("--quick", action="store_true", help="only whether everything works")
    how.add_argument(
        "--plain-malloc", action="store_true",
        help="do not make the result independent of the heap's luck (see README.rst)",
    )  # fmt: skip
    how.add_argument("--no-pin", action="store_true", help="let the system choose the cores")
    how.add_argument("--python-load", action="store_true", help="do not use the load generator in C")
    how.add_argument(
        "--profile", type=Path, nargs="?", const=Path("netuv.pstats"), metavar="FILE",
        help="instead of measuring, a table of the calls of the netuv server under load",
    )  # fmt: skip
    out = parser.add_argument_group("what comes of it")
    out.add_argument("--json", type=Path, metavar="FILE", help="save the result")
    out.add_argument("--markdown", type=Path, metavar="FILE", help="save the tables")
    out.add_argument("--plot", type=Path, metavar="DIR", help="draw charts, SVG and PNG")
    out.add_argument("--compare", type=Path, metavar="OLD.json", help="show what has changed since")
    out.add_argument(
        "--from", type=Path, metavar="FILE", dest="source", nargs="+",
        help="saved results instead of new ones, of times and of counts",
    )  # fmt: skip
    out.add_argument(
        "--keep", action="store_true",
        help="keep the result in benchmarks/: RESULTS.rst and chart.svg",
    )  # fmt: skip
    out.add_argument("--plain", action="store_true", help="plain text, even if rich is installed")
    args = parser.parse_args(words)
    args.count = args.flows[:1] == ["count"]
    args.flows = args.flows[args.count :]
    if args.quick and args.keep:
        parser.error("--quick shows whether everything works; there is nothing to keep")
    unknown = [name for name in args.flows if name not in FLOWS]
    if unknown:
        parser.error(f"no such flow: {', '.join(unknown)} (there are {', '.join(FLOWS)})")
    return args


def names(known: dict[str, Any]) -> Any:
    def peer_list(text: str) -> list[str]:
        found = [name.strip() for name in text.split(",")]
        unknown = [name for name in found if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
        return found

    return peer_list


def sizes(text: str) -> list[int]:
    try:
        return [parse_size(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


# -- what to run


def cases_of(args: argparse.Namespace, file_limit: int) -> list[Case]:
    transports = ("tcp", "unix") if args.transport == "both" else (args.transport,)
    cases = []
    for name in args.flows or FLOWS:
        flow = FLOWS[name]
        for transport in transports:
            for size in sizes_of(flow, args):
                connections = args.connections or flow.connections
                if args.quick and flow.quick_connections and not args.connections:
                    connections = flow.quick_connections
                connections = min(connections, file_limit - SPARE_FILES)
                cases.append(Case(flow, size, connections, transport))
    return cases


def cases_to_count(args: argparse.Namespace) -> list[Case]:
    """One size of each flow that can be counted."""
    flows = [FLOWS[name] for name in args.flows or FLOWS]
    sizes = {flow.name: (args.size or [0])[0] if flow.sized else 0 for flow in flows}
    return [
        Case(flow, sizes[flow.name] or flow.sizes[:2][-1], flow.connections, "tcp")
        for flow in flows
        if flow.count
    ]


def sizes_of(flow: Flow, args: argparse.Namespace) -> Sequence[int]:
    given: list[int] | None = args.size
    if given and flow.sized:
        return given
    if args.quick:
        return flow.sizes[:2][-1:]
    return flow.sizes


def peers_of(args: argparse.Namespace) -> list[Peer]:
    chosen = args.peers or list(PEERS)
    return [PEERS[name] for name in chosen if name not in args.without]


def parameters_of(args: argparse.Namespace) -> Parameters:
    def choose(given: Any, quick: Any, usual: Any) -> Any:
        return given if given is not None else quick if args.quick else usual

    return Parameters(
        duration=choose(args.duration, QUICK_DURATION, DURATION),
        warmup=choose(args.warmup, QUICK_WARMUP, WARMUP),
        rounds=choose(args.rounds, 1, ROUNDS),
        patience=args.patience,
        baseline=args.baseline,
        plain_malloc=args.plain_malloc,
        python_load=args.python_load,
        quick=args.quick,
    )


# -- progress


class Lines:
    """A line for each case and round, for a file or a plain terminal."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.last: tuple[str, int] | None = None

    def turn(self, case: Case, peer: Peer, round_number: int) -> None:
        if self.last != (case.name, round_number):
            self.last = (case.name, round_number)
            print(f"{case.name}: round {round_number} of {self.rounds}", file=sys.stderr, flush=True)


class Bar:
    """A bar that is drawn between turns only: it must not cost anything during one."""

    def __init__(self, bar: Any, turns: int) -> None:
        self.bar = bar
        self.task = bar.add_task("", total=turns)
        self.done = -1

    def turn(self, case: Case, peer: Peer, round_number: int) -> None:
        self.done += 1
        text = f"{case.name}, round {round_number}: {peer.label}"
        self.bar.update(self.task, completed=self.done, description=text)
        self.bar.refresh()


@contextlib.contextmanager
def progress_for(turns: int, rounds: int, plain: bool) -> Iterator[Progress]:
    try:
        if plain or not sys.stderr.isatty():
            raise ImportError
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        yield Lines(rounds)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        yield Bar(bar, turns)


# -- running


def run(args: argparse.Namespace) -> Document:
    file_limit = raise_file_limit(20_000)
    cases, peers, parameters = cases_of(args, file_limit), peers_of(args), parameters_of(args)
    with tempfile.TemporaryDirectory(prefix="netuv-bench-") as name:
        directory = Path(name)
        installation = Installation(compile_all(directory))
        runner = Runner(installation, choose_cores(not args.no_pin), parameters, directory)
        turns = parameters.rounds * sum(
            case.flow.name in peer.flows and not installation.missing(peer)
            for case in cases
            for peer in peers
        )
        tell_time(turns, turns * (parameters.duration + parameters.warmup + TURN_SECONDS), "turns")
        with progress_for(turns, parameters.rounds, args.plain) as progress:
            return runner.run(cases, peers, progress)


def run_count(args: argparse.Namespace) -> Document:
    why = counting.why_not()
    if why:
        raise SystemExit(why)
    cases, peers = cases_to_count(args), peers_of(args)
    with tempfile.TemporaryDirectory(prefix="netuv-bench-") as name:
        directory = Path(name)
        installation = Installation(compile_all(directory))
        runner = Runner(installation, choose_cores(not args.no_pin), counting.PARAMETERS, directory)
        present = [peer for peer in peers if not installation.missing(peer)]
        counts = sum(counting.can_count(case, peer) for case in cases for peer in present)
        tell_time(counts, counts * COUNT_SECONDS, "counts")
        with progress_for(counts, 1, args.plain) as progress:
            return counting.Counter(runner).run(cases, peers, progress)


def tell_time(count: int, seconds: float, what: str) -> None:
    """Before it starts, so that one can decide against it."""
    about = f"{seconds / 60:.0f} minutes" if seconds > 100 else f"{seconds:.0f} s"
    print(f"{count} {what}, about {about}", file=sys.stderr, flush=True)


def run_profile(args: argparse.Namespace) -> report.Table:
    parameters = replace(parameters_of(args), warmup=0.0, rounds=1)
    case = cases_of(args, raise_file_limit(20_000))[:3]
    peer = peers_of(args)[0] if args.peers else PEERS["netuv"]
    with tempfile.TemporaryDirectory(prefix="netuv-bench-") as name:
        directory = Path(name)
        installation = Installation(compile_all(directory))
        why = "only a Python server can be profiled" if peer.language != "python" else None
        why = why or installation.missing(peer)
        if why:
            raise SystemExit(f"{peer.label}: {why}")
        runner = Runner(installation, choose_cores(not args.no_pin), parameters, directory)
        chosen = next((c for c in case if c.size == 1024), case[0])
        return profile(runner, chosen, peer, args.profile)


def main(words: Sequence[str] | None = None) -> int:
    args = parse_arguments(words)
    if not args.source and (not sys.platform.startswith("linux") or not os.path.exists("/proc")):
        raise SystemExit("measuring needs Linux: the figures come from /proc")
    if args.profile:
        try:
            table = run_profile(args)
        except ChildError as error:
            raise SystemExit(str(error)) from None
        report.show([], [table], args.plain)
        print(f"\nthe whole profile is in {args.profile}")
        return 0

    old = documents.load(args.compare) if args.compare else None
    if args.source:
        document = documents.merge([documents.load(path) for path in args.source])
    else:
        document = run_count(args) if args.count else run(args)
        if not args.quick and not args.json:
            args.json = keep.RAW / f"{document['created'].replace(':', '')}.json"
    extra = [report.compare(old, document)] if old else []
    if args.json:
        documents.save(document, args.json)
    if args.markdown:
        args.markdown.write_text(report.markdown(document, extra))
    report.show(report.heading(document), [*report.tables(document), *extra], args.plain)
    if args.json:
        print(f"\nsaved as {args.json}")
    try:
        if args.plot:
            files = plot.plot_all(document, args.plot)
            print(f"\ncharts: {', '.join(map(str, files))}")
        if args.keep:
            keep.keep(document)
    except plot.PlotError as error:
        raise SystemExit(str(error)) from None
    return 1 if document["failures"] else 0


if __name__ == "__main__":
    # Ended from outside, it still ends what it started and removes its files.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
