"""The load generator in Python, for where load.c cannot be compiled.

The arguments, the lines it talks in, and the flows are those of load.c. It is slower than most of
the servers, so its figures for messages a second and latency say more about it than about them;
the report labels them. The server's CPU per message stays meaningful.

With TLS_PEM in the environment it speaks TLS 1.3, and needs no more of it; load.c is compiled to.
"""

from __future__ import annotations

import errno
import json
import os
import selectors
import signal
import socket
import ssl
import sys
import time
from typing import NoReturn

HOST = "127.0.0.1"
READ_SIZE = 262144
CONNECTING_AT_ONCE = 50
SLACK_SECONDS = 15
TLS = "TLS_PEM" in os.environ
WAIT = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def fail(what: str) -> NoReturn:
    sys.exit(f"load: {what}")


class Connection:
    def __init__(self, sock: socket.socket, started: int, is_backend: bool = False) -> None:
        self.sock = sock
        self.interest = 0
        self.is_backend = is_backend
        self.sent = 0
        self.received = 0
        self.started = started
        self.shaken = not TLS


class Load:
    def __init__(self, flow: str, family: str, size: int, connections: int) -> None:
        self.flow = flow
        self.is_tcp = family == "tcp"
        self.size = 1 if flow in ("accept", "idle") else size
        self.wanted = connections
        text = bytes(32 + (i * 131 + i // 251) % 64 for i in range(self.size - 1))
        self.payload = text + b"\n"  # a server may read lines of text
        self.selector = selectors.DefaultSelector()
        self.clients: list[Connection] = []
        self.backends: list[Connection] = []
        self.checking = False
        self.underway = 0
        self.goal = 0
        self.units = 0
        self.samples: list[int] = []
        self.sent_total = self.received_total = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.deadline = 0
        self.limit = self.begun = 0  # of UNITS; no limit if 0
        self.turns = 0
        self.on_event = {
            "echo": self.on_echo,
            "client": self.on_echo,
            "accept": self.on_visit,
            "idle": self.on_visit,
        }.get(flow, self.on_bulk)

    # -- connections

    def listen_as_backend(self) -> str:
        if self.is_tcp:
            self.listener = socket.create_server((HOST, 0), backlog=511)
            address = str(self.listener.getsockname()[1])
        else:
            address = f"{os.environ.get('TMPDIR', '/tmp')}/backend.{os.getpid()}"
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(address)
            self.listener.listen(511)
        self.listener.setblocking(False)
        self.selector.register(self.listener, READ)
        return address

    def connect_to(self, address: str) -> None:
        self.server: str | tuple[str, int] = (HOST, int(address)) if self.is_tcp else address

    def going_on(self) -> bool:
        return self.begun < self.limit if self.limit else time.monotonic_ns() < self.deadline

    def watch(self, c: Connection, interest: int) -> None:
        if interest != c.interest:
            if not c.interest:
                self.selector.register(c.sock, interest, c)
            elif not interest:
                self.selector.unregister(c.sock)
            else:
                self.selector.modify(c.sock, interest, c)
            c.interest = interest

    def open_connection(self) -> Connection:
        sock = socket.socket(socket.AF_INET if self.is_tcp else socket.AF_UNIX)
        sock.setblocking(False)
        if self.is_tcp:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.flow == "accept":  # one address would run out of ports
                sock.bind((f"127.0.0.{1 + self.turns % 200}", 0))
                self.turns += 1
        c = Connection(sock, time.monotonic_ns())
        error = sock.connect_ex(self.server)
        if error not in (0, errno.EINPROGRESS):
            fail(f"connect: {os.strerror(error)}")
        self.clients.append(c)
        self.watch(c, WRITE)
        return c

    def check_connected(self, c: Connection) -> None:
        error = c.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            fail(f"connect: {os.strerror(error)}")

    def shake_hands(self, c: Connection) -> bool:
        """Go on with the handshake, if there is one; True when it is done."""
        if not c.shaken:
            if not isinstance(c.sock, ssl.SSLSocket):
                self.watch(c, 0)
                c.sock = self.context.wrap_socket(c.sock, do_handshake_on_connect=False)
            self.watch(c, READ)
            try:
                c.sock.do_handshake()
            except WAIT:
                return False
            c.shaken = True
        return True

    def part(self, c: Connection) -> None:
        """Say the end of TLS, and wait for the server's; then close."""
        c.sock.settimeout(5)
        if isinstance(c.sock, ssl.SSLSocket):
            try:
                c.sock = c.sock.unwrap()
            except OSError:  # it closed without
                pass
        c.sock.close()

    def open_all(self) -> None:
        for _ in range(self.wanted):
            c = self.open_connection()
            self.wait_for(c, WRITE)
            self.check_connected(c)
            while not self.shake_hands(c):
                self.wait_for(c, READ)
            self.watch(c, 0)
        while self.flow == "pipe" and len(self.backends) < self.wanted:
            self.turn()

    def wait_for(self, c: Connection, event: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(c.sock, event)
            if not selector.select(5):
                fail("the server does not accept, or did not end a connection")

    # -- one event

    def send_rest(self, c: Connection) -> None:
        try:
            c.sent += c.sock.send(memoryview(self.payload)[c.sent :])
        except WAIT:
            pass
        self.watch(c, READ | WRITE if c.sent < self.size else READ)

    def send_message(self, c: Connection) -> None:
        c.sent = c.received = 0
        self.underway += 1
        self.begun += 1
        self.send_rest(c)

    def receive(self, c: Connection, most: int) -> bytes:
        try:
            data = c.sock.recv(min(most, READ_SIZE))
        except WAIT:
            return b""
        if not data:
            fail("the server closed a connection")
        return data

    def receive_message(self, c: Connection) -> bool:
        data = self.receive(c, self.size - c.received)
        if self.checking and data != self.payload[c.received : c.received + len(data)]:
            fail("what came back is not what was sent")
        c.received += len(data)
        if c.received < self.size:
            return False
        self.underway -= 1
        self.units += 1
        self.samples.append(time.monotonic_ns() - c.started)
        return True

    def on_backend(self, c: Connection) -> None:
        """The far end of a connection that the server opened as a client: what comes goes back."""
        try:
            data = c.sock.recv(READ_SIZE)
            if data:
                c.sock.send(data)
                return
        except ConnectionError:
            pass
        self.watch(c, 0)
        c.sock.close()

    def on_echo(self, c: Connection, events: int) -> None:
        if c.is_backend:
            self.on_backend(c)
            return
        if events & WRITE:
            self.send_rest(c)
        if events & READ and self.receive_message(c):
            c.started = time.monotonic_ns()
            if self.going_on():
                self.send_message(c)

    def on_bulk(self, c: Connection, events: int) -> None:
        if c.is_backend or self.flow == "s2c":
            data = self.receive(c, READ_SIZE)
            if self.flow == "pipe" and self.checking:
                at = c.received % self.size
                if data != (self.payload * (2 + len(data) // self.size))[at : at + len(data)]:
                    fail("what came through the proxy is not what was sent")
                c.received += len(data)
            self.units += len(data)
            self.begun += len(data) if self.flow == "s2c" else 0
            return
        if events & READ and not (TLS and not self.receive(c, READ_SIZE)):  # tickets are no data
            fail("the server sent or closed where it should only read")
        try:
            count = c.sock.send(memoryview(self.payload)[c.sent :])
        except WAIT:
            return
        c.sent = (c.sent + count) % self.size
        self.sent_total += count
        self.begun += count
        if self.flow == "c2s":
            self.units += count

    def on_visit(self, c: Connection, events: int) -> None:
        if events & WRITE or not c.shaken:
            self.check_connected(c)
            if self.shake_hands(c):
                self.send_message(c)
        elif self.receive_message(c):
            if self.flow == "accept":
                self.watch(c, 0)
                self.part(c)
                self.clients.remove(c)
                if self.going_on():
                    self.open_connection()
            elif len(self.clients) < self.goal:
                self.open_connection()

    def turn(self) -> None:
        for key, events in self.selector.select(1):
            if key.data is not None:
                self.on_event(key.data, events)
                continue
            try:
                sock, _ = self.listener.accept()
            except BlockingIOError:
                continue
            sock.setblocking(False)
            c = Connection(sock, 0, is_backend=True)
            if self.flow == "pipe":
                self.backends.append(c)
            self.watch(c, READ)

    # -- phases

    def phase(self, seconds: float) -> None:
        self.units = self.begun = 0
        self.samples = []
        now = time.monotonic_ns()
        self.deadline = now + int(seconds * 1e9)
        if self.flow in ("echo", "client"):
            for c in self.clients:
                c.started = now
                self.send_message(c)
            while self.underway:
                self.turn()
        elif self.flow == "accept":
            for _ in range(self.wanted):
                self.open_connection()
            while self.clients:
                self.turn()
        elif self.flow == "idle":
            more = CONNECTING_AT_ONCE if self.checking else self.wanted
            self.goal = len(self.clients) + more
            for _ in range(min(more, CONNECTING_AT_ONCE)):
                self.open_connection()
            while self.units < more:
                self.turn()
        else:
            for c in self.clients:
                self.watch(c, READ if self.flow == "s2c" else READ | WRITE)
            while self.going_on():
                self.turn()
            for c in self.clients:
                self.watch(c, 0)
            if self.flow == "pipe":
                while self.received_total + self.units < self.sent_total:
                    self.turn()
                self.received_total += self.units

    def figures(self, seconds: float) -> dict[str, float]:
        wall, cpu = time.monotonic(), time.process_time()
        self.phase(seconds)
        figures = {
            "units": self.units,
            "seconds": time.monotonic() - wall,
            "cpu_seconds": time.process_time() - cpu,
        }
        if self.samples:
            self.samples.sort()
            last = len(self.samples) - 1
            for name, part in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1)):
                at = min(last, int(part * len(self.samples)))
                figures[f"{name}_us"] = self.samples[at] / 1e3
        return figures

    def finish(self) -> None:
        if self.flow not in ("c2s", "pipe"):
            return
        if TLS:
            for c in self.clients:
                self.part(c)
            return
        for c in self.clients:
            c.sock.shutdown(socket.SHUT_WR)
        for c in [*self.backends, *self.clients]:
            self.wait_for(c, READ)
            c.sock.setblocking(True)
            if c.sock.recv(READ_SIZE):
                fail("the server sent where it should only read")
            c.sock.close()


def read_line(expected: str) -> str:
    line = sys.stdin.readline().rstrip("\n")
    if not line:
        sys.exit(0)
    if not line.startswith(expected):
        fail("the harness did not say what was expected")
    return line[len(expected) :]


def say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    flow, family, size, connections, seconds, warmup, *units = sys.argv[1:]
    signal.signal(signal.SIGALRM, lambda *_: fail("not done in time"))
    signal.alarm(int(float(seconds) + float(warmup)) + SLACK_SECONDS)
    load = Load(flow, family, int(size), int(connections))
    if flow in ("pipe", "client"):
        say(f"backend {load.listen_as_backend()}")
    load.connect_to(read_line("connect "))
    if flow not in ("accept", "idle"):
        load.open_all()
    load.checking = True
    load.phase(float(warmup))
    load.checking = False
    say("ready")
    read_line("go")
    load.limit = int(units[0]) if units else 0
    say(json.dumps(load.figures(float(seconds))))
    if sys.stdin.readline():
        load.finish()


if __name__ == "__main__":
    main()
