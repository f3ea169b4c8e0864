"""The program under test of ``python -m tests.soak``: servers, and clients of itself, all of netuv.

Prints a line of JSON with its counts when it listens and then each second. On SIGTERM it stops what
it does, closes its servers, and prints the last line when its loop has ended.
"""

from __future__ import annotations

import collections
import gc
import json
import os
import random
import resource
import signal
import sys
import time
from typing import Any

import netuv

FOLDER = sys.argv[1]
source = random.Random(1)
counts: collections.Counter[str] = collections.Counter()
ports: dict[str, Any] = {}
servers: list[netuv.Server] = []
stopping = False


def watch(socket: netuv.Socket) -> netuv.Socket:
    counts["opened"] += 1
    state = [0]

    def on_close(had_error: bool) -> None:
        counts["closed"] += 1
        state[0] += 1
        if state[0] > 1:
            counts["closed more than once"] += 1

    socket.on("close", on_close)
    socket.on("error", lambda error: counts.update([f"error {error.code}"]))
    return socket


def on_echo(socket: netuv.Socket) -> None:
    watch(socket).pipe(socket)


def on_relay(socket: netuv.Socket) -> None:
    behind = watch(netuv.connect(ports["echo"], "127.0.0.1", allow_half_open=True))
    watch(socket).pipe(behind).pipe(socket)
    socket.on("close", lambda had_error: behind.destroy())
    behind.on("close", lambda had_error: socket.destroy())


def on_lines(socket: netuv.Socket) -> None:
    """Each line comes back in capitals."""
    rest = b""

    def on_data(data: bytes) -> None:
        nonlocal rest
        *lines, rest = (rest + data).split(b"\n")
        if lines and not socket.write(b"".join(line.upper() + b"\n" for line in lines)):
            socket.pause()

    watch(socket)
    socket.on("data", on_data)
    socket.on("drain", socket.resume)
    socket.set_timeout(30_000, lambda: counts.update(["timeouts"]))


def again(function: Any, delay: float) -> None:
    if not stopping:
        netuv.set_timeout(function, delay)


def own_echo() -> None:
    """A client in the same process, of the Unix server."""
    data = source.randbytes(source.choice((1, 100, 10_000, 300_000)))
    received: list[bytes] = []
    client = watch(netuv.connect(f"{FOLDER}/echo"))
    client.on("data", received.append)
    client.end(data, None, lambda error: counts.update(["write callbacks"]))
    counts["writes"] += 1

    def on_close(had_error: bool) -> None:
        if b"".join(received) == data:
            counts["own echoes"] += 1
        elif not stopping:  # a server that closes resets what it has not accepted yet
            counts["WRONG BYTES"] += 1
        again(own_echo, 5)

    client.on("close", on_close)


def own_reset() -> None:
    client = watch(netuv.connect(ports["echo"], "127.0.0.1"))
    client.on("connect", lambda: (client.write(b"x" * 10_000), client.reset_and_destroy()))
    client.on("close", lambda had_error: again(own_reset, 10))


def failed_connect() -> None:
    """To a port where nobody listens, and to a path that does not exist."""
    client = watch(
        netuv.connect(1, "127.0.0.1") if source.random() < 0.5 else netuv.connect(f"{FOLDER}/none")
    )
    client.write(b"never sent", lambda error: counts.update(["write callbacks"]))
    counts["writes"] += 1
    client.on("close", lambda had_error: again(failed_connect, 10))


def aborted_connect() -> None:
    controller = netuv.AbortController()
    client = watch(netuv.connect(ports["echo"], "127.0.0.1", signal=controller.signal))
    client.on("close", lambda had_error: again(aborted_connect, 10))
    if source.random() < 0.5:
        netuv.set_immediate(controller.abort)
    else:
        client.on("connect", controller.abort)


def lookup() -> None:
    def answer(error: Any, *found: Any) -> None:
        counts["lookups"] += 1
        if error is not None:
            counts["WRONG LOOKUPS"] += 1
        again(lookup, 10)

    netuv.lookup("localhost", answer)


def timers() -> None:
    """Many that are cleared, some that fire."""
    pending = [netuv.set_timeout(lambda: counts.update(["TIMERS THAT WERE CLEARED"]), 50) for _ in range(100)]
    for timer in pending:
        timer.close()
    fired = [0]
    due = 20

    def on_timer() -> None:
        fired[0] += 1
        counts["timers"] += 1
        if fired[0] == due:
            again(timers, 5)

    for number in range(due):
        netuv.set_timeout(on_timer, number)


def report(**more: Any) -> None:
    with open("/proc/self/statm") as file:
        rss = int(file.read().split()[1]) * resource.getpagesize()
    line = {
        "time": time.monotonic(),
        "rss": rss,
        "descriptors": len(os.listdir("/proc/self/fd")),
        "counts": counts,
        **more,
    }
    print(json.dumps(line), flush=True)


def stop(*_: Any) -> None:
    global stopping
    if not stopping:
        stopping = True
        reports.close()
        for server in servers:
            server.close(lambda error: None)


def listen() -> None:
    def next_one() -> None:
        if len(servers) == len(wanted):
            ports.update(
                (name, server.address().port)
                for name, server in zip(wanted, servers, strict=False)
                if server.address().__class__ is not str
            )
            report(ports=ports)
            for function in (own_echo, own_reset, failed_connect, aborted_connect, lookup, timers):
                function()
            return
        where, listener, options = wanted[list(wanted)[len(servers)]]
        servers.append(netuv.create_server(listener, **options).listen(*where, next_one))

    wanted: dict[str, Any] = {
        "echo": ((0, "127.0.0.1"), on_echo, {}),
        "relay": ((0, "127.0.0.1"), on_relay, {"allow_half_open": True}),
        "lines": ((0, "127.0.0.1"), on_lines, {}),
        "unix": ((f"{FOLDER}/echo",), on_echo, {}),
    }
    next_one()


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGUSR1, lambda *_: counts.update(["signals"]))
report()
reports = netuv.set_interval(report, 1000)
listen()
netuv.run()
gc.collect()
report(end=True, handles=[repr(handle) for handle in netuv.default_loop().handles])
