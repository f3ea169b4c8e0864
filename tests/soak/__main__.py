"""A long run of everything together: ``python -m tests.soak --minutes N``.

server.py is the program under test. Its clients are threads of this process, with stdlib sockets, and Node
where there is one: echoes, relays, lines, resets, half-open connections, abrupt ends, signals. Every byte is
compared. At the end the slopes of its memory and descriptors over time are printed (least squares, without
the first quarter of the time). The exit status is 1 when bytes differ, a 'close' or a callback is missing or
came twice, a peer got stuck, or descriptors grow.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIMIT = 30.0  # seconds that one exchange of a client, or the end of a program, may take
THREADS = 6


class Clients:
    """Threads that each do one exchange after the other until they are told to stop."""

    def __init__(self, ports: dict[str, int], path: str) -> None:
        self._ports, self._path = ports, path
        self._stop = threading.Event()
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(seed,)) for seed in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, seed: int) -> None:
        source = random.Random(seed)
        kinds: list[Callable[[random.Random], None]] = [
            self.echo, self.relay, self.unix, self.lines, self.half_open, self.reset, self.vanish
        ]  # fmt: skip
        while not self._stop.wait(0.002):
            kind = source.choice(kinds)
            try:
                kind(source)
            except (OSError, AssertionError) as error:
                with self._lock:
                    self.wrong.append(f"{kind.__name__}: {error!r}")
                if len(self.wrong) > 20:
                    return
            with self._lock:
                self.counts[kind.__name__] += 1

    def _connect(self, name: str) -> socket.socket:
        if name == "unix":
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(LIMIT)
            sock.connect(self._path)
            return sock
        return socket.create_connection(("127.0.0.1", self._ports[name]), LIMIT)

    def _exchange(self, name: str, data: bytes, expected: bytes) -> None:
        with self._connect(name) as sock:
            sender = threading.Thread(target=lambda: (sock.sendall(data), sock.shutdown(socket.SHUT_WR)))
            sender.start()
            received = bytearray()
            while part := sock.recv(65536):
                received += part
            sender.join()
            assert received == expected, f"{len(data)} bytes sent, {len(received)} came back, or others"

    def echo(self, source: random.Random) -> None:
        data = source.randbytes(source.choice((1, 1000, 100_000, 1_000_000)))
        self._exchange("echo", data, data)

    def relay(self, source: random.Random) -> None:
        data = source.randbytes(source.choice((1, 1000, 100_000, 1_000_000)))
        self._exchange("relay", data, data)

    def unix(self, source: random.Random) -> None:
        data = source.randbytes(source.choice((1, 1000, 100_000, 1_000_000)))
        self._exchange("unix", data, data)

    def lines(self, source: random.Random) -> None:
        data = b"".join(
            b"line %d %x\n" % (n, source.getrandbits(64)) for n in range(source.randrange(1, 3000))
        )
        self._exchange("lines", data, data.upper())

    def half_open(self, source: random.Random) -> None:
        """Its own end first, then it takes its time."""
        with self._connect("relay") as sock:
            data = source.randbytes(30_000)
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            time.sleep(0.02)
            received = bytearray()
            while part := sock.recv(1000):
                received += part
            assert received == data, "what came back is not what was sent"

    def reset(self, source: random.Random) -> None:
        with self._connect(source.choice(("echo", "relay", "lines"))) as sock:
            sock.sendall(source.randbytes(source.randrange(1, 50_000)))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def vanish(self, source: random.Random) -> None:
        """Close with answers unread."""
        with self._connect(source.choice(("echo", "relay", "unix"))) as sock:
            sock.sendall(source.randbytes(50_000))


def slope(points: list[tuple[float, float]]) -> float:
    """Least squares: the growth per second."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


class Server:
    def __init__(self, folder: str) -> None:
        command = [sys.executable, "-X", "faulthandler", "-W", "error", str(HERE / "server.py"), folder]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.samples: list[dict[str, Any]] = []
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        if not self._listening.wait(LIMIT):
            self.process.kill()
            raise TimeoutError("the server does not listen")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.samples.append(json.loads(line))
            if "ports" in self.samples[-1]:
                self._listening.set()

    @property
    def ports(self) -> dict[str, int]:
        found: dict[str, int] = next(sample["ports"] for sample in self.samples if "ports" in sample)
        return found

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._thread.join()


def judge(server: Server, signals: int) -> list[str]:
    wrong = []
    last, samples = server.samples[-1], server.samples
    counts = last["counts"]
    if server.process.returncode != 0 or not last.get("end"):
        wrong.append(f"the server ended with status {server.process.returncode}")
    wrong += [f"{name}: {count}" for name, count in counts.items() if name.isupper() or "more than" in name]
    if last.get("handles"):
        wrong.append(f"handles are left: {last['handles']}")
    for one, other in (("opened", "closed"), ("writes", "write callbacks")):
        if counts.get(one) != counts.get(other):
            wrong.append(f"{counts.get(one)} {one}, {counts.get(other)} {other}")
    if not 0 < counts.get("signals", 0) <= signals:
        wrong.append(f"{signals} signals sent, {counts.get('signals', 0)} handled")
    for name in ("own echoes", "lookups", "timers"):
        if not counts.get(name):
            wrong.append(f"no {name}")
    began = samples[0]["time"]
    warm = [s for s in samples if s["time"] - began >= (last["time"] - began) / 4 and not s.get("end")]
    rss = slope([(s["time"], s["rss"]) for s in warm])
    descriptors = slope([(s["time"], s["descriptors"]) for s in warm])
    minutes = (warm[-1]["time"] - warm[0]["time"]) / 60 if warm else 0
    print(f"memory: {rss * 60 / 1024:+.1f} KiB a minute, {last['rss'] >> 20} MiB at the end")
    print(f"descriptors: {descriptors * 60:+.2f} a minute, {last['descriptors']} at the end")
    # They go up and down with the clients, a few at a time; a leak goes on, and is there at the end.
    at_rest = next(s["descriptors"] for s in samples if "ports" in s)
    if descriptors * 60 * minutes > 4 * THREADS or last["descriptors"] > at_rest:
        wrong.append(f"descriptors grow: {[s['descriptors'] for s in samples]}")
    return wrong


def node_client(server: Server) -> subprocess.Popen[str] | None:
    node = shutil.which("node")
    if node is None:
        print("no Node, so no clients of Node's")
        return None
    targets = [str(server.ports[name]) for name in ("echo", "relay")]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([node, str(HERE / "client.js"), *targets], **pipes)


def end_node_client(client: subprocess.Popen[str]) -> list[str]:
    """Let it finish what it does; what was wrong with it."""
    try:
        counts = json.loads(client.communicate(timeout=LIMIT)[0] or "{}")
    except subprocess.TimeoutExpired:
        return ["Node: it did not end"]
    print(f"Node: {counts}")
    return [] if counts.get("wrong") == 0 and counts.get("transfers") else [f"Node: {counts}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3, metavar="N", help="how long; 3 unless told")
    until = time.monotonic() + parser.parse_args().minutes * 60
    wrong: list[str] = []
    signals = 0
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix="netuv-")
        stack.callback(shutil.rmtree, folder)
        server = Server(folder)
        stack.callback(server.process.kill)
        clients = Clients(server.ports, f"{folder}/echo")
        stack.callback(clients.stop)
        node = node_client(server)
        if node is not None:
            stack.callback(node.kill)
        while time.monotonic() < until and server.process.poll() is None:
            time.sleep(0.05)
            server.process.send_signal(signal.SIGUSR1)
            signals += 1
        clients.stop()
        if node is not None:
            wrong += end_node_client(node)
        server.stop()
    print(f"clients: {dict(clients.counts)}")
    print(f"server: {server.samples[-1]['counts']}")
    wrong += clients.wrong + judge(server, signals)
    for line in wrong:
        print(f"WRONG: {line}")
    print("something was wrong" if wrong else "all of it was right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
