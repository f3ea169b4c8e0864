"""gevent: a greenlet for each connection, blocking calls that yield."""

from __future__ import annotations

import gevent
from gevent import socket
from gevent.pool import Pool
from gevent.server import StreamServer
from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, TLS_PEM, Arguments, announce, arguments, tls_context

READ_SIZE = 65536


def echo(connection: socket.socket, address: object) -> None:
    while data := connection.recv(READ_SIZE):
        connection.sendall(data)


def timeout(connection: socket.socket, address: object) -> None:
    connection.settimeout(IDLE_SECONDS)
    try:
        echo(connection, address)
    except TimeoutError:
        pass


def lines(connection: socket.socket, address: object) -> None:
    with connection.makefile("rw", encoding="utf-8", newline="\n") as file:
        for line in file:
            file.write(line)
            file.flush()


def sink(connection: socket.socket, address: object) -> None:
    while connection.recv(READ_SIZE):
        pass


def forward(source: socket.socket, destination: socket.socket) -> None:
    while data := source.recv(READ_SIZE):
        destination.sendall(data)
    destination.shutdown(socket.SHUT_WR)


class Application:
    def __init__(self, args: Arguments) -> None:
        self.block = args.block
        self.backend = args.backend

    def source(self, connection: socket.socket, address: object) -> None:
        while True:
            connection.sendall(self.block)

    def connect(self) -> socket.socket:
        if isinstance(self.backend, str):
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(self.backend)
        else:
            upstream = socket.create_connection((HOST, self.backend))
            no_delay(upstream)
        return upstream

    def visit(self) -> None:
        with self.connect() as connection:
            connection.sendall(b"x")
            connection.recv(READ_SIZE)

    def client(self, control: socket.socket, address: object) -> None:
        pool = Pool(CLIENTS)
        while control.recv(1):
            for _ in range(BATCH):
                pool.spawn(self.visit)
            pool.join()
            control.sendall(b"\n")

    def proxy(self, client: socket.socket, address: object) -> None:
        upstream = self.connect()
        back = gevent.spawn(forward, upstream, client)
        forward(client, upstream)
        back.join()
        upstream.close()

    def timers(self, connection: socket.socket, address: object) -> None:
        left = 0

        def fired() -> None:
            nonlocal left
            left -= 1
            if not left:
                connection.sendall(b"\n")

        while connection.recv(1):
            left = BATCH
            for i in range(BATCH):
                gevent.spawn_later((1 + i % 10) / 1000, fired)

    def ticks(self, connection: socket.socket, address: object) -> None:
        while connection.recv(1):
            for _ in range(BATCH):
                gevent.sleep(0)
            connection.sendall(b"\n")


def no_delay(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main(args: Arguments) -> None:
    application = Application(args)
    handler = {
        "echo": echo,
        "timeout": timeout,
        "lines": lines,
        "sink": sink,
        "source": application.source,
        "proxy": application.proxy,
        "timers": application.timers,
        "ticks": application.ticks,
        "client": application.client,
    }[args.kind]

    def handle_tcp(connection: socket.socket, address: object) -> None:
        no_delay(connection)
        handler(connection, address)

    secure = {}
    if TLS_PEM:
        from gevent import ssl  # not where start-ups are measured

        secure["ssl_context"] = tls_context(ssl)
    if isinstance(args.listen, str):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(args.listen)
        listener.listen(256)
        server = StreamServer(listener, handler, **secure)
        server.start()
        announce(args.listen)
    else:
        server = StreamServer((HOST, args.listen), handle_tcp, **secure)
        server.start()
        announce(server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main(arguments())
