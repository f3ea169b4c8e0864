"""Instructions instead of time: `python -m benchmarks count`, by valgrind's callgrind.

They are the same on a busy machine. Counted is what the server executes in user space, nothing of
the kernel, with one connection at a time. A count is the difference of two runs, of which one is
longer, divided by the difference in units: start-up, warm-up and leaving cancel out. For flows that
are a start-up, a bare interpreter's count is subtracted.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.flows import Case
from benchmarks.peers import PEERS, Peer, as_served
from benchmarks.process import ChildError
from benchmarks.runner import Document, Parameters, Progress, Runner

SECONDS_AT_MOST = 600.0
PARAMETERS = Parameters(duration=SECONDS_AT_MOST, warmup=0.0, rounds=1, start_seconds=120.0)
TOTAL = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)


def why_not() -> str | None:
    """Why nothing can be counted here, or None."""
    return None if shutil.which("valgrind") else "counting needs valgrind, which is not on PATH"


def can_count(case: Case, peer: Peer) -> bool:
    """Not memory, and not Node: valgrind does not run its machine code in reasonable time."""
    written = case.flow.name in peer.flows
    return written and case.flow.count is not None and peer.language != "node"


class Counter:
    def __init__(self, runner: Runner) -> None:
        """The runner should have PARAMETERS, a compiled load generator if possible."""
        self.runner = runner
        runner.server_env = {**runner.server_env, "PYTHONHASHSEED": "0"}
        self._bare: dict[str, float] = {}
        self._warm: set[str] = set()

    def _warm_up(self, case: Case, peer: Peer) -> None:
        """Let Python compile what has changed: the run that did would be longer than the others."""
        if peer.name not in self._warm:
            self._warm.add(peer.name)
            self.runner.measure(as_served(case, peer), self.runner.installation.command(peer), 1)

    def _total(self, case: Case, peer: Peer, units: int) -> tuple[float, float]:
        """The instructions of a whole run, and the units that it did."""
        output = self.runner.directory / "callgrind.out"
        output.unlink(missing_ok=True)
        valgrind = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={output}"]
        command = [*valgrind, *self.runner.installation.command(peer)]
        figures = self.runner.measure(as_served(case, peer), command, units)
        found = TOTAL.search(output.read_text(errors="replace")) if output.exists() else None
        if found is None:
            raise ChildError(f"valgrind left no count of {peer.label}")
        return float(found[1]), figures["units"]

    def instructions(self, case: Case, peer: Peer) -> float:
        """Per unit. Raises ChildError."""
        assert case.flow.count is not None
        short, more = case.flow.count
        case = replace(case, connections=1)
        self._warm_up(case, peer)
        first, units = self._total(case, peer, short)
        if case.flow.load == "start":
            if case.name not in self._bare:
                self._bare[case.name], _ = self._total(case, PEERS["bare"], short)
            return first - self._bare[case.name]
        second, all_units = self._total(case, peer, short + more)
        return (second - first) / (all_units - units)

    def run(self, cases: Sequence[Case], peers: Sequence[Peer], progress: Progress) -> Document:
        """A document with counts only. A server that fails is reported, and the others go on."""
        installation = self.runner.installation
        missing = {p.name: why for p in peers if (why := installation.missing(p))}
        present = [p for p in peers if p.name not in missing and p.name != "bare"]
        document = self.runner.header(present, missing)
        for case in cases:
            for peer in present:
                if not can_count(case, peer):
                    continue
                progress.turn(case, peer, 1)
                try:
                    count = self.instructions(case, peer)
                except ChildError as error:
                    failure = {"case": case.name, "peer": peer.name, "round": 1, "error": str(error)}
                    document["failures"].append(failure)
                else:
                    document["counts"].setdefault(case.name, {})[peer.name] = round(count)
        return document
