"""What is measured: the flows, the cases that a run consists of, and what netuv aims at."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
BATCH = 1000  # timers, ticks or clients that one message sets off, as the servers have it
DISTURBED = 0.05  # a turn is, when others used more than this of a core that we used
BLOCK = 64 * KIB  # bulk flows are counted in blocks of this size

ECHOES, BLOCKS = (500, 4000), (200, 1000)
PLAIN = ("netuv-plain", "uvloop", "asyncio", "netuv")
CALLBACKS = ("netuv", "uvloop-streams", "asyncio-streams")
TLS_FLOOR = ("c-tls", "uvloop", "asyncio")
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
    tls: bool = False
    # Instructions are the difference of two runs: of so many units, and of so many more.
    count: tuple[int, int] | None = None

    @property
    def bulk(self) -> bool:
        return self.load in ("c2s", "s2c", "pipe")

    @property
    def awaited(self) -> bool:
        """Whether it is of those that are awaited, which are compared with each other."""
        return self.name.startswith("await-")

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
            (64, 1 * KIB, 16 * KIB), 50, latency=True, count=ECHOES,
        ),
        Flow(
            "c2s", "Client to server: the server reads", "sink", "c2s", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK, count=BLOCKS,
        ),
        Flow(
            "s2c", "Server to client: the server writes", "source", "s2c", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK, count=BLOCKS,
        ),
        Flow(
            "pipe", "Pipe: the server is a proxy", "proxy", "pipe", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK, count=BLOCKS,
        ),
        Flow(
            "accept", "Accept: connect, one byte each way, close", "echo", "accept", "connection",
            (1,), 50, latency=True, sized=False, count=(300, 1500),
        ),
        Flow(
            "idle", "Idle: open connections that do nothing", "echo", "idle", "connection",
            (1,), 5000, figure="connection_kib", baselines=("uvloop", "asyncio"), sized=False,
            quick_connections=300,
        ),
        Flow(
            "timers", "Timers: set to 1 to 10 ms, and fired", "timers", "echo", "timer",
            (1,), 1, per=BATCH, latency=True, baselines=("uvloop", "asyncio"), sized=False,
            count=(2 * BATCH, 8 * BATCH),
        ),
        Flow(
            "ticks", "Ticks: each one queues the next", "ticks", "echo", "tick",
            (1,), 1, per=BATCH, latency=True, baselines=("uvloop", "asyncio"), sized=False,
            count=(2 * BATCH, 8 * BATCH),
        ),
        Flow(
            "timeout", "Echo, with an idle timeout", "timeout", "echo", "message",
            (1 * KIB,), 50, latency=True, baselines=PLAIN, count=ECHOES,
        ),
        Flow(
            "callback", "Echo, each write with a callback", "callback", "echo", "message",
            (1 * KIB,), 50, latency=True, baselines=PLAIN, count=ECHOES,
        ),
        Flow(
            "lines", "Echo of text, line by line", "lines", "echo", "message",
            (1 * KIB,), 50, latency=True, baselines=PLAIN, count=ECHOES,
        ),
        Flow(
            "listeners", "Echo, and a second listener", "listeners", "echo", "message",
            (1 * KIB,), 50, latency=True, baselines=PLAIN, count=ECHOES,
        ),
        Flow(
            "idle-timeout", "Idle, with an idle timeout", "timeout", "idle", "connection",
            (1,), 5000, figure="connection_kib", baselines=PLAIN, sized=False,
            quick_connections=300,
        ),
        Flow(
            "client", "Client: connect, one byte each way, end", "client", "client", "connection",
            (1,), 1, per=BATCH, latency=True, baselines=("uvloop", "asyncio"), sized=False,
            count=(1 * BATCH, 2 * BATCH),
        ),
        Flow(
            "await-echo", "Echo, awaited", "echo", "echo", "message",
            (1 * KIB,), 50, latency=True, baselines=CALLBACKS, count=ECHOES,
        ),
        Flow(
            "await-accept", "Accept, awaited", "echo", "accept", "connection",
            (1,), 50, latency=True, baselines=CALLBACKS, sized=False, count=(300, 1500),
        ),
        Flow(
            "await-client", "Client, awaited", "client", "client", "connection",
            (1,), 1, per=BATCH, latency=True, baselines=CALLBACKS, sized=False,
            count=(1 * BATCH, 2 * BATCH),
        ),
        Flow(
            "tls-echo", "TLS echo: a message there and back", "echo", "echo", "message",
            (64, 1 * KIB, 16 * KIB), 50, latency=True, baselines=TLS_FLOOR, tls=True, count=ECHOES,
        ),
        Flow(
            "tls-c2s", "TLS, client to server: the server reads", "sink", "c2s", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK, baselines=TLS_FLOOR, tls=True, count=BLOCKS,
        ),
        Flow(
            "tls-s2c", "TLS, server to client: the server writes", "source", "s2c", "64 KiB",
            (BLOCK,), 4, per=1 / BLOCK, baselines=TLS_FLOOR, tls=True, count=BLOCKS,
        ),
        Flow(
            "tls-handshake", "TLS handshake: connect, one byte each way, close", "echo", "accept",
            "connection", (1,), 50, latency=True, baselines=TLS_FLOOR, sized=False, tls=True,
            count=(100, 400),
        ),
        Flow(
            "tls-idle", "TLS idle: open connections that do nothing", "echo", "idle", "connection",
            (1,), 1000, figure="connection_kib", baselines=TLS_FLOOR, sized=False,
            quick_connections=100, tls=True,
        ),
        Flow(
            "import", "Start-up: an interpreter that imports it", "import", "start", "start",
            (1,), 0, latency=True, baselines=("asyncio",), sized=False, count=(1, 0),
        ),
        Flow(
            "start", "Start-up: an interpreter that listens", "echo", "start", "start",
            (1,), 0, latency=True, baselines=("asyncio",), sized=False, count=(1, 0),
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
        if len(self.flow.sizes) > 1 or self.size not in (*self.flow.sizes, 1):
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
    """`peer` should need at most `limit` times what the best of `against` needs.

    Without `against` the limit is a number: of instructions a unit, or of what the flow compares.
    With `pythons` it holds for these CPythons only.
    """

    case: str
    peer: str
    against: tuple[str, ...]
    limit: float
    instructions: bool = False
    pythons: tuple[str, ...] = ()  # "3.11"; all if empty


RIVALS = (
    "uvloop", "uvloop-streams", "zuvloop", "rloop", "aiofastnet", "aiofastnet-uvloop", "asyncio",
    "asyncio-streams", "node", "node-pipe", "gevent", "twisted",
)  # fmt: skip

FASTNET = ("aiofastnet", "aiofastnet-uvloop")

AIMS = (
    Aim("accept", "netuv", ("uvloop",), 1.00),
    Aim("accept", "netuv", (), 45_000, instructions=True, pythons=("3.11",)),
    Aim("accept", "netuv", (), 60_000, instructions=True, pythons=("3.12", "3.13", "3.14")),
    Aim("echo 1 KiB", "netuv", ("zuvloop",), 1.00),
    Aim("echo 1 KiB", "netuv", ("uvloop",), 0.95),
    Aim("echo 1 KiB", "netuv", (), 4_200, instructions=True),
    Aim("timeout", "netuv", ("netuv-plain",), 1.10),
    Aim("callback", "netuv", ("netuv-plain",), 1.30),
    Aim("lines", "netuv", ("netuv-plain",), 1.50),
    Aim("timers", "netuv", ("uvloop",), 1.00),
    Aim("pipe", "netuv-pipe", RIVALS, 0.85),
    Aim("c2s", "netuv", ("c",), 1.10),
    Aim("c2s", "netuv", ("zuvloop",), 1.00),
    Aim("s2c", "netuv", ("c",), 1.10),
    Aim("s2c", "netuv", ("zuvloop",), 1.00),
    Aim("accept", "netuv-pipe", ("netuv",), 1.30),
    Aim("idle", "netuv", ("uvloop",), 0.85),
    Aim("idle-timeout", "netuv", ("netuv-plain",), 1.30),
    Aim("await-echo", "netuv-await", ("zuvloop-streams",), 1.00),
    Aim("await-echo", "netuv-await", ("uvloop-streams",), 0.90),
    Aim("await-echo", "netuv-await", ("netuv",), 1.60),
    Aim("await-accept", "netuv-await", ("uvloop-streams",), 1.50),
    Aim("await-client", "netuv-await", ("uvloop-streams",), 1.50),
    Aim("import", "netuv", ("asyncio",), 0.55, instructions=True),
    Aim("tls-echo 1 KiB", "netuv", FASTNET, 1.10),
    Aim("tls-echo 1 KiB", "netuv", ("zuvloop",), 0.65),
    Aim("tls-echo 1 KiB", "netuv", ("uvloop",), 0.45),
    Aim("tls-echo 1 KiB", "netuv", ("node",), 0.85),
    Aim("tls-echo 1 KiB", "netuv", ("c-tls",), 1.90),
    Aim("tls-echo 16 KiB", "netuv", FASTNET, 1.25),
    Aim("tls-c2s", "netuv", RIVALS, 1.00),
    Aim("tls-s2c", "netuv", RIVALS, 1.00),
    Aim("tls-handshake", "netuv", ("uvloop",), 1.05),
    Aim("tls-handshake", "netuv", ("node",), 0.85),
    Aim("tls-idle", "netuv", (), 20, pythons=("3.10", "3.11", "3.12", "3.13")),
    Aim("tls-idle", "netuv", (), 25, pythons=("3.14", "3.15")),
    Aim("tls-idle", "netuv", FASTNET, 0.50),
)
