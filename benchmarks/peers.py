"""On whom it is measured: the servers, and whether each can run here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.build import Compiled
from benchmarks.flows import Case

SERVERS = Path(__file__).parent / "servers"

NETWORK = ("echo", "c2s", "s2c", "pipe", "accept", "idle")
IN_PROCESS = ("timers", "ticks", "import", "start")  # not of streams and pipes, which have no own
USUAL = ("timeout", "lines", "idle-timeout", "client")  # what every library has a way to do
PYTHON = (*NETWORK, *IN_PROCESS, *USUAL)
EVERYTHING = (*PYTHON, "callback", "listeners")
TLS = ("tls-echo", "tls-c2s", "tls-s2c", "tls-handshake", "tls-idle")
STREAMS = (*NETWORK, *USUAL)
PIPES = ("echo", "pipe", "accept", "idle")
VARIANTS = ("timeout", "callback", "lines", "listeners", "idle-timeout")  # compared with a plain echo
AWAIT = ("await-echo", "await-accept", "await-client")  # of those that are awaited, and netuv's callbacks


@dataclass(frozen=True)
class Peer:
    """A server: its file, what it needs, and the flows that it is written for."""

    name: str
    label: str
    file: str
    flows: tuple[str, ...] = EVERYTHING
    modules: tuple[str, ...] = ()  # what a Python server imports; the first one's version is shown
    words: tuple[str, ...] = ()  # arguments before those that every server has
    kind: str = ""  # of server, whatever the flow's is
    program: str = "floor"  # of a peer in C, which was compiled

    @property
    def language(self) -> str:
        return {".c": "c", ".js": "node", ".py": "python"}[Path(self.file).suffix]


def on_loop(loop: str, label: str, *modules: str) -> Peer:
    """asyncio's Protocol program on another loop."""
    # rloop 0.5 does not close a connection that its client has ended, and has no TLS.
    flows = (*PYTHON, *TLS)
    if loop == "rloop":
        flows = tuple(flow for flow in PYTHON if flow != "c2s")
    words = (loop, "asyncio_protocol")
    return Peer(loop, f"{label} Protocol", "on_loop.py", flows, modules or (loop,), words)


def guest_of(loop: str) -> Peer:
    """netuv's await program in somebody else's event loop."""
    modules = ("netuv",) if loop == "asyncio" else ("netuv", loop)
    words = (loop, "netuv_await")
    return Peer(f"netuv-await-{loop}", f"netuv await in {loop}", "on_loop.py", AWAIT, modules, words)


PEERS = {
    peer.name: peer
    for peer in (
        Peer("c", "C floor", "floor.c", NETWORK),
        Peer("c-tls", "C floor, OpenSSL", "floor.c", TLS, program="floor-tls"),
        Peer("netuv", "netuv", "netuv_data.py", (*EVERYTHING, *AWAIT, *TLS), ("netuv",)),
        Peer("netuv-pipe", "netuv pipe", "netuv_pipe.py", PIPES, ("netuv",)),
        Peer("netuv-plain", "netuv, plain", "netuv_data.py", VARIANTS, ("netuv",), kind="echo"),
        Peer(
            "pyuv", "raw pyuv", "pyuv_raw.py",
            tuple(flow for flow in EVERYTHING if flow not in ("lines", "listeners")), ("pyuv",),
        ),
        Peer("node", "Node", "node_data.js", (*EVERYTHING, *TLS)),
        Peer("node-pipe", "Node pipe", "node_pipe.js", PIPES),
        on_loop("uvloop", "uvloop"),
        Peer(
            "uvloop-streams", "uvloop streams", "on_loop.py", (*STREAMS, *AWAIT), ("uvloop",),
            ("uvloop", "asyncio_streams"),
        ),
        on_loop("zuvloop", "zuvloop"),
        on_loop("rloop", "rloop"),
        on_loop("aiofastnet", "aiofastnet"),
        on_loop("aiofastnet-uvloop", "aiofastnet on uvloop", "aiofastnet", "uvloop"),
        Peer("asyncio", "asyncio Protocol", "asyncio_protocol.py", (*PYTHON, *TLS)),
        Peer("asyncio-streams", "asyncio streams", "asyncio_streams.py", (*STREAMS, *AWAIT)),
        Peer("gevent", "gevent", "gevent_server.py", (*PYTHON, *TLS), ("gevent",)),
        Peer("twisted", "Twisted", "twisted_server.py", PYTHON, ("twisted",)),
        Peer("netuv-await", "netuv await", "netuv_await.py", AWAIT, ("netuv",)),
        guest_of("asyncio"),
        guest_of("uvloop"),
        guest_of("zuvloop"),
        Peer(
            "zuvloop-streams", "zuvloop streams", "on_loop.py", AWAIT, ("zuvloop",),
            ("zuvloop", "asyncio_streams"),
        ),
        Peer("trio", "trio", "trio_server.py", AWAIT, ("trio",)),
        Peer("anyio", "anyio", "anyio_server.py", AWAIT, ("anyio",)),
        Peer("bare", "bare Python", "bare.py", ("import", "start")),
    )
}  # fmt: skip


def as_served(case: Case, peer: Peer) -> Case:
    """The case, with the kind of server that the peer insists on."""
    if not peer.kind:
        return case
    return replace(case, flow=replace(case.flow, server=peer.kind))


# Run in the servers' directory, so that it sees what a server would see.
PROBE = """
import importlib.metadata, importlib.util, json, platform, sys
found = {}
for module in json.loads(sys.argv[1]):
    if importlib.util.find_spec(module) is None:
        continue
    try:
        found[module] = importlib.metadata.version(module)
    except importlib.metadata.PackageNotFoundError:
        found[module] = getattr(__import__(module), "__version__", "?")
if "pyuv" in found:
    import pyuv
    found["pyuv"] = f"{pyuv.__version__} (libuv {pyuv.LIBUV_VERSION})"
print(json.dumps(found))
"""


class Installation:
    """Which peers can run, in which version, and with which command."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.node = shutil.which("node")
        wanted = sorted({module for peer in PEERS.values() for module in peer.modules})
        probe = subprocess.run(
            [sys.executable, "-c", PROBE, json.dumps(wanted)],
            cwd=SERVERS, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if probe.returncode:
            raise RuntimeError(f"cannot look for the peers:\n{probe.stderr}")
        self.modules: dict[str, str] = json.loads(probe.stdout)
        self.node_version = ""
        if self.node:
            answer = subprocess.run([self.node, "--version"], capture_output=True, text=True)
            self.node_version = answer.stdout.strip().removeprefix("v")

    def missing(self, peer: Peer) -> str | None:
        """Why a peer cannot run here, or None."""
        if peer.language == "c":
            return self.compiled.problems.get(peer.program)
        if peer.language == "node":
            return None if self.node else "node is not on PATH"
        for module in peer.modules:
            if module not in self.modules:
                return f"{module} is not installed"
        return None

    def version(self, peer: Peer) -> str:
        if peer.language == "c":
            return self.compiled.compiler
        if peer.language == "node":
            return self.node_version
        if peer.modules:
            return self.modules[peer.modules[0]]
        return f"Python {sys.version.split()[0]}"

    def command(self, peer: Peer) -> list[str]:
        if peer.language == "c":
            return [str(self.compiled.programs[peer.program])]
        if peer.language == "node":
            assert self.node is not None
            return [self.node, str(SERVERS / peer.file)]
        return [sys.executable, str(SERVERS / peer.file), *peer.words]
