"""Transfers between netuv and itself under a plan of shim.c, in a process of their own.

Each line of stdin is a request in JSON: ``{"transport": "tcp", "plan": "read:2=EINTR", "size": 300000}``.
Each is answered by a line of what happened: an echo server, a relay before it that pipes both ways, and
three clients, one of them with many small writes, one with a large one through the relay, one that has
its host looked up. Nothing here judges; :mod:`test_system_calls` does.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import shutil
import sys
import tempfile
from typing import Any

import netuv
from netuv import loop as loop_module

LIMIT = 15_000  # ms that one request may take
SHIM = ctypes.CDLL(None)
CALLS = "read write readv writev sendmsg accept4 socket connect shutdown close setsockopt listen bind".split()
CALLS += "epoll_ctl epoll_create1 epoll_pwait eventfd pipe2 getaddrinfo".split()


class Watched:
    """A socket or server, and a record of its events."""

    def __init__(self, name: str, emitter: Any) -> None:
        self.record: dict[str, Any] = {"name": name, "errors": [], "events": []}
        events = self.record["events"]
        for event in ("connect", "end", "finish", "close"):
            emitter.on(event, lambda *args, event=event: events.append(event))
        emitter.on("error", lambda error: (events.append("error"), self.record["errors"].append(error.code)))


class Client(Watched):
    """It writes all chunks, ends, and compares what comes back."""

    def __init__(self, name: str, socket: netuv.Socket, chunks: list[bytes], corked: bool = False) -> None:
        super().__init__(name, socket)
        self.sent = b"".join(chunks)
        self.received = 0
        self.record.update(writes=len(chunks), called=[], same=True)
        if corked:
            socket.cork()
        for number, chunk in enumerate(chunks):
            socket.write(chunk, lambda error, number=number: self.wrote(number, error))
        if corked:
            socket.uncork()
        socket.end()
        socket.on("data", self.on_data)

    def wrote(self, number: int, error: Any) -> None:
        self.record["called"].append([number, error and getattr(error, "code", repr(error))])

    def on_data(self, data: bytes) -> None:
        self.record["same"] &= self.sent.startswith(data, self.received)
        self.received += len(data)
        self.record["complete"] = self.received == len(self.sent)


class Transfer:
    def __init__(self, transport: str, size: int, folder: str) -> None:
        self.watched: list[Watched] = []
        self.transport, self.size, self.folder = transport, size, folder
        self.clients_left = 0
        self.relay: netuv.Server | None = None
        self.echo = netuv.create_server(self.on_echo)
        self.watch("echo server", self.echo)
        self.echo.on("close", self.close_relay)
        self.echo.listen(*self.where("echo"), self.start_relay)

    def where(self, name: str) -> tuple[Any, ...]:
        return (f"{self.folder}/{name}",) if self.transport == "unix" else (0, "127.0.0.1")

    def watch(self, name: str, emitter: Any) -> None:
        self.watched.append(Watched(name, emitter))

    def connect(self, server: netuv.Server, **options: Any) -> netuv.Socket:
        address: Any = server.address()
        if self.transport == "unix":
            return netuv.connect(address, **options)
        return netuv.connect(address.port, options.pop("host", "127.0.0.1"), **options)

    def on_echo(self, socket: netuv.Socket) -> None:
        self.watch("echo", socket)
        socket.pipe(socket)

    def on_relay(self, socket: netuv.Socket) -> None:
        behind = self.connect(self.echo, allow_half_open=True)
        self.watch("relay, client's side", socket)
        self.watch("relay, server's side", behind)
        socket.pipe(behind).pipe(socket)
        socket.on("close", lambda had_error: behind.destroy())
        behind.on("close", lambda had_error: socket.destroy())

    def start_relay(self) -> None:
        self.relay = netuv.create_server(self.on_relay, allow_half_open=True)
        self.watch("relay server", self.relay)
        self.relay.on("error", lambda error: self.close_servers())
        self.relay.listen(*self.where("relay"), self.start_clients)

    def start_clients(self) -> None:
        assert self.relay is not None
        data = random.Random(self.size).randbytes(self.size)
        step = max(1, self.size // 40)
        small = [data[start : start + step] for start in range(0, self.size, step)]
        self.client("small writes", self.echo, small)
        self.client("a large write through the relay", self.relay, [data])
        lookup = {"host": "localhost", "family": 4} if self.transport == "tcp" else {}
        self.client("corked writes", self.echo, small, corked=True, **lookup)

    def client(
        self, name: str, server: netuv.Server, chunks: list[bytes], corked: bool = False, **options: Any
    ) -> None:
        socket = self.connect(server, **options)
        self.clients_left += 1
        socket.on("close", self.client_closed)
        self.watched.append(Client(name, socket, chunks, corked))

    def client_closed(self, had_error: bool) -> None:
        self.clients_left -= 1
        if not self.clients_left:
            self.close_servers()

    def close_servers(self) -> None:
        self.echo.close(lambda error: None)

    def close_relay(self) -> None:
        if self.relay is not None:
            self.relay.close(lambda error: None)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    outcome: dict[str, Any] = {"raised": [], "left": []}
    folder = tempfile.mkdtemp(prefix="netuv-")
    transfer = loop = None
    plan = request["plan"].encode()
    before = len(os.listdir("/proc/self/fd"))
    assert SHIM.faults_plan(plan) == 0, plan
    try:
        loop = loop_module._local.loop = netuv.Loop()
        loop.on("uncaughtException", lambda error: outcome["raised"].append(repr(error)))
        guard = netuv.set_timeout(lambda: (outcome["left"].append("TIMEOUT"), loop.stop()), LIMIT).unref()
        transfer = Transfer(request["transport"], request["size"], folder)
        loop.run()
        guard.close()
        outcome["left"] += map(repr, loop.handles)
    except Exception as error:
        outcome["raised"].append(repr(error))
    outcome["hits"] = SHIM.faults_hits()
    outcome["calls"] = {call: SHIM.faults_calls(call.encode()) for call in CALLS}
    if loop is not None:
        loop.close()
    SHIM.faults_plan(b"")
    loop_module._local.loop = loop = None
    outcome["sockets"] = [each.record for each in transfer.watched] if transfer else []
    transfer = None
    shutil.rmtree(folder)
    gc.collect()
    outcome["descriptors"] = len(os.listdir("/proc/self/fd")) - before
    return outcome


def main() -> None:
    print(json.dumps(answer({"transport": "tcp", "plan": "", "size": 1000})), flush=True)  # warm
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
