"""Measure every server on every case, round by round, into one document.

In each round every server takes its turn (A B C A B C ...), freshly started, so that what changes
on the machine meets all of them, and ratios are taken within a round. One turn: start the load
generator and the server, warm up, wait until the server is at rest, read its CPU clock, load it,
wait until it is at rest, read the clock again. Start-up is therefore not counted, and every
message that is counted has been dealt with.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from benchmarks import machine, stats
from benchmarks.certificate import make_pem
from benchmarks.flows import DISTURBED, Case
from benchmarks.peers import PEERS, Installation, Peer, as_served
from benchmarks.process import (
    START_SECONDS,
    Child,
    ChildError,
    Cores,
    core_busy_seconds,
    cpu_ns,
    private_kib,
    wait_until_quiet,
)

FORMAT = 2
LOAD_SCRIPT = Path(__file__).parent / "load" / "load.py"
SLACK_SECONDS = 15.0
# Whether glibc has 256 KiB at hand for asyncio's every read, or maps them anew and makes a message
# three times as dear, depends on what a program happened to allocate before. Small programs are on
# the unlucky side of that; this lets every server have what a larger one would.
HEAP = {"MALLOC_TOP_PAD_": str(1 << 20)}
BUSY = 0.9  # a load generator that is busier than this, with a server that is less, holds it back

Document = dict[str, Any]


@dataclass(frozen=True)
class Parameters:
    """What holds for all cases of a run."""

    duration: float
    warmup: float
    rounds: int
    patience: int = 0  # how often a turn that others disturbed is taken again
    baseline: str | None = None  # instead of each flow's own
    plain_malloc: bool = False
    python_load: bool = False
    quick: bool = False
    start_seconds: float = START_SECONDS  # how long a server may take to listen


class Progress(Protocol):
    """Told about each turn before it begins."""

    def turn(self, case: Case, peer: Peer, round_number: int) -> None: ...


class Runner:
    def __init__(
        self,
        installation: Installation,
        cores: Cores,
        parameters: Parameters,
        directory: Path,
    ) -> None:
        self.installation = installation
        self.cores = cores
        self.parameters = parameters
        self.directory = directory
        self.env = {**os.environ, "TMPDIR": str(directory)}
        for name in ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE", *HEAP):
            self.env.pop(name, None)
        self.server_env = self.env if parameters.plain_malloc else {**self.env, **HEAP}
        self.native_load = self._native("load") is not None

    def _native(self, name: str) -> Path | None:
        return None if self.parameters.python_load else self.installation.compiled.programs.get(name)

    @cached_property
    def _tls(self) -> dict[str, str]:
        """What is in the environment of both sides if they are to speak TLS."""
        return {"TLS_PEM": str(make_pem(Path(tempfile.mkdtemp(dir=self.directory))))}

    # -- one turn

    def measure(self, case: Case, command: Sequence[str], units: int = 0) -> dict[str, float]:
        """One turn of one server, as long as the parameters say, or for so many units.

        Raises ChildError if either side fails.
        """
        if case.flow.load == "start":
            return self._starts(case, command, units)
        load = self._start_load(case, units)
        try:
            return self._with_load(case, command, load)
        finally:
            load.stop()

    def measure_in_peace(self, case: Case, command: Sequence[str]) -> dict[str, float]:
        """Take a turn again if others disturbed it, up to `patience` times.

        What counts is the quietest turn: chosen by what others did, never by its own figures.
        """
        best = self.measure(case, command)
        for _ in range(self.parameters.patience):
            if best["elsewhere"] <= DISTURBED:
                break
            best = min(best, self.measure(case, command), key=lambda turn: turn["elsewhere"])
        return best

    def _starts(self, case: Case, command: Sequence[str], units: int) -> dict[str, float]:
        """Start the server again and again; a start ends with its first line.

        The first start is not counted: it may have to compile Python's modules.
        """
        words = [case.flow.server, "0", str(case.size)]
        cpu: list[float] = []
        wall: list[float] = []
        memory = 0
        began = time.monotonic()
        while len(cpu) < 2 or (len(cpu) <= units if units else sum(wall) < self.parameters.duration):
            before = time.monotonic()
            server = Child("server", [*command, *words], self.cores.server, self.server_env)
            try:
                server.read_line(self.parameters.start_seconds)
                wall.append(time.monotonic() - before)
                cpu.append(cpu_ns(server.pid) / 1e3)
                memory = private_kib(server.pid)
            finally:
                server.stop()
        del cpu[0]
        wall = sorted(wall[1:])
        parts = {"p50_us": 0.5, "p99_us": 0.99, "p999_us": 0.999}
        return {
            "cpu_us": sum(cpu) / len(cpu),
            "rate": len(wall) / sum(wall),
            **{name: wall[int(part * (len(wall) - 1))] * 1e6 for name, part in parts.items()},
            "memory_kib": float(memory),
            "server_busy": sum(cpu) / 1e6 / sum(wall),
            "load_busy": 0.0,
            "elsewhere": 0.0,  # not told apart from what the harness does to start it
            "units": float(len(wall)),
            "seconds": time.monotonic() - began,
        }

    def _start_load(self, case: Case, units: int) -> Child:
        seconds, warmup = self.parameters.duration, self.parameters.warmup
        flow = case.flow
        words = [flow.load, case.transport, case.size, case.connections, seconds, warmup]
        if units:
            words.append(max(1, round(units / flow.per)))  # 0 would be without a limit
        native = self._native("load-tls" if flow.tls else "load")
        command = [str(native)] if native else [sys.executable, str(LOAD_SCRIPT)]
        env = {**self.env, **self._tls} if flow.tls else self.env
        return Child("load", [*command, *map(str, words)], self.cores.load, env)

    def _with_load(self, case: Case, command: Sequence[str], load: Child) -> dict[str, float]:
        listen = "0" if case.transport == "tcp" else str(self.directory / f"server.{load.pid}")
        words = [case.flow.server, listen, str(case.size)]
        if case.flow.load in ("pipe", "client"):
            words.append(load.read_line(START_SECONDS).removeprefix("backend "))
        env = {**self.server_env, **self._tls} if case.flow.tls else self.server_env
        server = Child("server", [*command, *words], self.cores.server, env)
        try:
            load.say(f"connect {server.read_line(self.parameters.start_seconds)}")
            self._expect(load, server, "ready")
            wait_until_quiet(server.pid)
            memory = private_kib(server.pid)
            busy = self._cores_busy()
            cpu = cpu_ns(server.pid)
            load.say("go")
            answer = json.loads(self._expect(load, server))
            busy = [now - then for now, then in zip(self._cores_busy(), busy, strict=True)]
            wait_until_quiet(server.pid)
            cpu_seconds = (cpu_ns(server.pid) - cpu) / 1e9
            grown = private_kib(server.pid)
            load.say("bye")
            load.wait(SLACK_SECONDS)
        finally:
            server.stop()
            Path(listen).unlink(missing_ok=True)
        return self._figures(case, answer, cpu_seconds, busy, memory, grown)

    def _cores_busy(self) -> list[float]:
        """How long the two cores, or the one, or none if not pinned, have been busy."""
        return [core_busy_seconds(core) for core in self.cores.used]

    def _expect(self, load: Child, server: Child, line: str | None = None) -> str:
        """The load's next line; when it fails, the server's own trouble comes first."""
        try:
            answer = load.read_line(self.parameters.duration + self.parameters.warmup + SLACK_SECONDS + 5)
        except ChildError as error:
            raise ChildError(f"{error}{server.trouble()}") from None
        if line is not None and answer != line:
            raise ChildError(f"load: said {answer!r} instead of {line!r}")
        return answer

    @staticmethod
    def _figures(
        case: Case,
        answer: Mapping[str, float],
        cpu_seconds: float,
        busy: Sequence[float],
        memory: int,
        grown: int,
    ) -> dict[str, float]:
        flow = case.flow
        units, seconds = answer["units"] * flow.per, answer["seconds"]
        if not units:
            raise ChildError("load: nothing came through in the time given")
        used = (cpu_seconds, answer["cpu_seconds"])
        ours = [sum(used)] if len(busy) == 1 else used
        others = [whole - own for whole, own in zip(busy, ours, strict=False)]
        figures = {
            "cpu_us": cpu_seconds * 1e6 / units,
            "rate": units / seconds,
            "memory_kib": float(grown),
            "server_busy": cpu_seconds / seconds,
            "load_busy": answer["cpu_seconds"] / seconds,
            "elsewhere": max(0.0, *others) / seconds if others else 0.0,
            "units": units,
            "seconds": seconds,
        }
        if flow.latency:
            figures |= {name: answer[name] for name in flow.figures if name in answer}
        if flow.figure == "connection_kib":
            figures["connection_kib"] = (grown - memory) / units
        return figures

    # -- all turns

    def run(self, cases: Sequence[Case], peers: Sequence[Peer], progress: Progress) -> Document:
        """Measure `peers` on `cases`. A server that fails is reported, and the others go on."""
        missing = {p.name: why for p in peers if (why := self.installation.missing(p))}
        present = [p for p in peers if p.name not in missing]
        failures: list[dict[str, object]] = []
        document = self.header(present, missing)
        for case in cases:
            rounds: dict[str, list[dict[str, float]]] = {}
            taking_part = [p for p in present if case.flow.name in p.flows]
            for number in range(1, self.parameters.rounds + 1):
                for peer in taking_part:
                    progress.turn(case, peer, number)
                    try:
                        turn = as_served(case, peer)
                        figures = self.measure_in_peace(turn, self.installation.command(peer))
                    except ChildError as error:
                        failures.append(
                            {
                                "case": case.name,
                                "peer": peer.name,
                                "round": number,
                                "error": str(error),
                            }
                        )
                    else:
                        rounds.setdefault(peer.name, []).append({"round": number, **figures})
            if rounds:
                document["cases"].append(summarise_case(case, rounds, self.parameters.baseline))
        document["failures"] = failures
        return document

    def header(self, present: Sequence[Peer], missing: Mapping[str, str]) -> Document:
        return {
            "format": FORMAT,
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": {**machine.describe(), "compiler": self.installation.compiled.compiler},
            "parameters": {
                **asdict(self.parameters),
                "load": "native" if self.native_load else "python",
                "cores": self.cores.note,
            },
            "labels": {p.name: p.label for p in present},
            "versions": {p.name: self.installation.version(p) for p in present},
            "missing": {PEERS[name].label: why for name, why in missing.items()},
            "cases": [],
            "counts": {},
            "failures": [],
        }


def summarise_case(
    case: Case, rounds: Mapping[str, list[dict[str, float]]], baseline: str | None
) -> dict[str, Any]:
    """One case of the document: each server's rounds, medians and ratio to the baseline."""
    flow = case.flow
    wanted = (baseline, *flow.baselines) if baseline else flow.baselines
    summary = {
        "name": case.name,
        "flow": flow.name,
        "size": case.size,
        "connections": case.connections,
        "transport": case.transport,
        "unit": flow.unit,
        "figure": flow.figure,
        "baseline": next((name for name in wanted if name in rounds), next(iter(rounds))),
        "servers": {name: {"rounds": turns} for name, turns in rounds.items()},
    }
    return add_summaries(summary)


def add_summaries(case: dict[str, Any]) -> dict[str, Any]:
    """Add what follows from each server's rounds: medians, ranges, the ratio to the baseline."""
    figure = case["figure"]
    base_values = stats.by_round(case["servers"][case["baseline"]]["rounds"], figure)
    for server in case["servers"].values():
        turns = server["rounds"]
        names = (name for name in turns[0] if name not in ("round", "units", "seconds"))
        server["summary"] = summary = {
            name: stats.summarise(stats.by_round(turns, name).values()) for name in names
        }
        ratios = stats.ratios(stats.by_round(turns, figure), base_values)
        server["ratio"] = stats.summarise(ratios) if ratios else None
        load_busy, server_busy = summary["load_busy"]["median"], summary["server_busy"]["median"]
        server["load_bound"] = load_busy > BUSY > server_busy
    return case
