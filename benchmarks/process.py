"""Child processes, and what the operating system says that they used.

Linux only: CPU time comes from the process's own CPU clock (nanoseconds, all threads, user and
system), memory from /proc/PID/smaps_rollup, and the load of a core from /proc/stat.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

START_SECONDS = 20.0
STOP_SECONDS = 15.0


class ChildError(Exception):
    """A server or a load generator did not do what it should."""


class Child:
    """A process that is talked with in lines, on one core, and that leaves when we do."""

    def __init__(self, name: str, command: Sequence[str], core: int | None, env: Mapping[str, str]) -> None:
        self.name = name
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=env,
            bufsize=0,
            preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
        )
        self.pid = self.process.pid
        self._buffer = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.process.stdout, selectors.EVENT_READ)  # type: ignore[arg-type]

    def read_line(self, seconds: float) -> str:
        """The next line of output.

        Raises ChildError if the process ends or `seconds` pass first.
        """
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if not self._selector.select(max(0, deadline - time.monotonic())):
                raise ChildError(f"{self.name}: no answer in {seconds:g} s{self._last_words()}")
            data = os.read(self.process.stdout.fileno(), 65536)  # type: ignore[union-attr]
            if not data:
                self.process.wait(STOP_SECONDS)
                raise ChildError(f"{self.name}: {self._how_it_ended()}{self._last_words()}")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def say(self, line: str) -> None:
        try:
            self.process.stdin.write(line.encode() + b"\n")  # type: ignore[union-attr]
        except BrokenPipeError:
            raise ChildError(f"{self.name}: {self._how_it_ended()}{self._last_words()}") from None

    def _how_it_ended(self) -> str:
        status = self.process.poll()
        if status is None:
            return "closed its end"
        if status < 0:
            return f"killed by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    def _last_words(self) -> str:
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace").strip()
        return f": {text[-1000:]}" if text else ""

    def trouble(self) -> str:
        """What it wrote to standard error, as the end of somebody else's message."""
        words = self._last_words()
        return f"\n{self.name}{words}" if words else ""

    def wait(self, seconds: float) -> None:
        """Wait for the end. Raises ChildError if it does not come, or is not a success."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ChildError(f"{self.name}: does not end") from None
        if status:
            raise ChildError(f"{self.name}: {self._how_it_ended()}{self._last_words()}")

    def stop(self) -> None:
        """Close its input, which ends it; kill it if it does not."""
        self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._selector.close()
        self.process.stdout.close()  # type: ignore[union-attr]
        self.errors.close()


# -- accounting


def cpu_ns(pid: int) -> int:
    """The CPU time that all threads of a process have used, in nanoseconds."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def private_kib(pid: int) -> int:
    """The memory that only this process has, in KiB."""
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1])
    return total


def core_busy_seconds(core: int) -> float:
    """How long a core has been busy since the machine started."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, ticks[:8])
            busy = user + nice + system + irq + softirq + steal
            return busy / os.sysconf("SC_CLK_TCK")
    return 0.0


def wait_until_quiet(pid: int, seconds: float = 1.0) -> None:
    """Wait until a process has nothing left to do: under 1 % of a core for 5 ms."""
    deadline = time.monotonic() + seconds
    used = cpu_ns(pid)
    while time.monotonic() < deadline:
        time.sleep(0.005)
        before, used = used, cpu_ns(pid)
        if used - before < 50_000:
            return


# -- cores and limits


class Cores(NamedTuple):
    """Where the server and the load generator run; None where they are not pinned."""

    server: int | None
    load: int | None
    note: str

    @property
    def used(self) -> list[int]:
        return list(dict.fromkeys(c for c in (self.server, self.load) if c is not None))


def _siblings(core: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(core)


def choose_cores(pin: bool) -> Cores:
    """Two cores that are not threads of one core, the last ones that we may use."""
    if not pin:
        return Cores(None, None, "server and load are not pinned")
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return Cores(allowed[0], allowed[0], "server and load share the only core")
    server = allowed[-1]
    others = [core for core in allowed[:-1] if _siblings(core) != _siblings(server)]
    load = (others or allowed[:-1])[-1]
    note = f"server on CPU {server}, load on CPU {load}"
    return Cores(server, load, note if others else f"{note} (threads of one core)")


def raise_file_limit(wanted: int) -> int:
    """Raise the soft limit of open files, which children inherit; returns what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft
