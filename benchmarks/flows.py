"""What is measured: the flows, the cases that a run consists of, and what netuv aims at."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
BATCH = 1000  # timers or ticks that one message sets off, as the servers have it
DISTURBED = 0.05  # a turn is, when others used more than this of a core that we used
BLOCK = 64 * KIB  # bulk flows are counted in blocks of this size

LATENCIES = ("p50_us", "p99_us", "p999_us")


@dataclass(frozen=True)
class Flow:
    """One kind of load. `unit` is what the server's CPU time is divided by."""

    name: str
    title: str
    server: str  # the kind of server
    load: str  # the flow of the load generator
    unit: str
    sizes: tuple[int, ...]
    connections: int
    per: float = 1  # units for each unit that the load generator counts
    figure: str = "cpu_us"  # what is compared
    latency: bool = False
    baselines: tuple[str, ...] = ("c",)  # the first that takes part
    sized: bool = True  # whether --size applies
    quick_connections: int = 0

    @property
    def bulk(self) -> bool:
        return self.load in ("c2s", "s2c", "pipe")

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that every server has after a run."""
        own = ("connection_kib",) if self.figure == "connection_kib" else ()
        latencies = LATENCIES if self.latency else ()
        return (*own, "cpu_us", "rate", *latencies, "memory_kib", "server_busy", "load_busy")


FLOWS = {
    flow.name: flow
    for flow in (
        Flow(
            "echo", "Echo: a message there and back", "echo", "echo", "message",
            (64, 1 * KIB, 16 * KIB), 50, latency=True,
        ),
        Flow(
            "c2s", "Client to server: the server reads", "sink", "c2s", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK,
        ),
        Flow(
            "s2c", "Server to client: the server writes", "source", "s2c", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK,
        ),
        Flow(
            "pipe", "Pipe: the server is a proxy", "proxy", "pipe", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK,
        ),
        Flow(
            "accept", "Accept: connect, one byte each way, close", "echo", "accept", "connection",
            (1,), 50, latency=True, sized=False,
        ),
        Flow(
            "idle", "Idle: open connections that do nothing", "echo", "idle", "connection",
            (1,), 5000, figure="connection_kib", baselines=("uvloop", "asyncio"), sized=False,
            quick_connections=300,
        ),
        Flow(
            "timers", "Timers: set to 1 to 10 ms, and fired", "timers", "echo", "timer",
            (1,), 1, per=BATCH, latency=True, baselines=("uvloop", "asyncio"), sized=False,
        ),
        Flow(
            "ticks", "Ticks: each one queues the next", "ticks", "echo", "tick",
            (1,), 1, per=BATCH, latency=True, baselines=("uvloop", "asyncio"), sized=False,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A flow with its parameters."""

    flow: Flow
    size: int
    connections: int
    transport: str  # "tcp" or "unix"

    @property
    def name(self) -> str:
        words = [self.flow.name]
        if self.flow.name == "echo" or (self.flow.sized and self.size != BLOCK):
            words.append(format_size(self.size))
        if self.transport == "unix":
            words.append("unix")
        return " ".join(words)


def format_size(size: int) -> str:
    for factor, suffix in ((KIB * KIB, "MiB"), (KIB, "KiB")):
        if size >= factor and size % factor == 0:
            return f"{size // factor} {suffix}"
    return f"{size} B"


def parse_size(text: str) -> int:
    """'64', '1k' or '16KiB' in bytes."""
    lowered = text.strip().lower().removesuffix("ib").removesuffix("b")
    factor = {"k": KIB, "m": KIB * KIB}.get(lowered[-1:], 1)
    size = int(lowered[:-1] if factor > 1 else lowered) * factor
    if size < 1:
        raise ValueError(f"a size is at least one byte: {text!r}")
    return size


@dataclass(frozen=True)
class Aim:
    """`peer` should need at most `limit` times what the best of `against` needs."""

    case: str
    peer: str
    against: tuple[str, ...]
    limit: float


ASYNCIO_LIKE = ("uvloop", "uvloop-streams", "asyncio", "asyncio-streams")
NODE = ("node", "node-pipe")

AIMS = (
    Aim("echo 1 KiB", "netuv", ("uvloop",), 1.00),
    Aim("echo 1 KiB", "netuv", ("node",), 0.75),
    Aim("echo 1 KiB", "netuv", ("c",), 1.25),
    Aim("echo 64 B", "netuv", ("uvloop",), 1.00),
    Aim("echo 16 KiB", "netuv", ("uvloop",), 1.00),
    Aim("c2s", "netuv", (*ASYNCIO_LIKE, *NODE), 0.85),
    Aim("s2c", "netuv", (*ASYNCIO_LIKE, *NODE), 0.85),
    Aim("pipe", "netuv-pipe", (*ASYNCIO_LIKE, *NODE), 0.90),
    Aim("accept", "netuv", ("uvloop",), 1.00),
    Aim("idle", "netuv", ("uvloop",), 1.20),
)
