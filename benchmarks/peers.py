"""On whom it is measured: the servers, and whether each can run here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.build import Compiled

SERVERS = Path(__file__).parent / "servers"

NETWORK = ("echo", "c2s", "s2c", "pipe", "accept", "idle")
EVERYTHING = (*NETWORK, "timers", "ticks")
PIPES = ("echo", "pipe", "accept", "idle")


@dataclass(frozen=True)
class Peer:
    """A server: its file, what it needs, and the flows that it is written for."""

    name: str
    label: str
    file: str
    flows: tuple[str, ...] = EVERYTHING
    module: str = ""  # what a Python server imports
    package: str = ""  # the distribution whose version is shown

    @property
    def language(self) -> str:
        return {".c": "c", ".js": "node", ".py": "python"}[Path(self.file).suffix]


PEERS = {
    peer.name: peer
    for peer in (
        Peer("c", "C floor", "floor.c", NETWORK),
        Peer("netuv", "netuv", "netuv_data.py", module="netuv", package="netuv"),
        Peer("netuv-pipe", "netuv pipe", "netuv_pipe.py", PIPES, module="netuv", package="netuv"),
        Peer("pyuv", "raw pyuv", "pyuv_raw.py", module="pyuv"),
        Peer("node", "Node", "node_data.js"),
        Peer("node-pipe", "Node pipe", "node_pipe.js", PIPES),
        Peer("uvloop", "uvloop Protocol", "uvloop_protocol.py", module="uvloop", package="uvloop"),
        Peer(
            "uvloop-streams", "uvloop streams", "uvloop_streams.py", NETWORK,
            module="uvloop", package="uvloop",
        ),
        Peer("asyncio", "asyncio Protocol", "asyncio_protocol.py"),
        Peer("asyncio-streams", "asyncio streams", "asyncio_streams.py", NETWORK),
        Peer("gevent", "gevent", "gevent_server.py", module="gevent", package="gevent"),
        Peer("twisted", "Twisted", "twisted_server.py", module="twisted", package="Twisted"),
    )
}  # fmt: skip

# Run in the servers' directory, so that it sees what a server would see.
PROBE = """
import importlib.metadata, importlib.util, json, platform, sys
found = {}
for module, package in json.loads(sys.argv[1]):
    if importlib.util.find_spec(module) is None:
        continue
    try:
        found[module] = importlib.metadata.version(package)
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
        wanted = sorted({(p.module, p.package or p.module) for p in PEERS.values() if p.module})
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
            return None if "floor" in self.compiled.programs else self.compiled.problem
        if peer.language == "node":
            return None if self.node else "node is not on PATH"
        if peer.module and peer.module not in self.modules:
            return f"{peer.module} is not installed"
        return None

    def version(self, peer: Peer) -> str:
        if peer.language == "c":
            return self.compiled.compiler
        if peer.language == "node":
            return self.node_version
        return self.modules.get(peer.module, "") or f"Python {sys.version.split()[0]}"

    def command(self, peer: Peer) -> list[str]:
        if peer.language == "c":
            return [str(self.compiled.programs["floor"])]
        if peer.language == "node":
            assert self.node is not None
            return [self.node, str(SERVERS / peer.file)]
        return [sys.executable, str(SERVERS / peer.file)]
