"""netuv with 'data' listeners and write(), the way most Node programs are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, TLS_PEM, Arguments, announce, arguments

import netuv


def echo(socket: netuv.Socket) -> None:
    socket.on("data", socket.write)


def timeout(socket: netuv.Socket) -> None:
    socket.set_timeout(IDLE_SECONDS * 1000, socket.destroy)
    socket.on("data", socket.write)


def callback(socket: netuv.Socket) -> None:
    def written(error: Exception | None = None) -> None:
        pass

    socket.on("data", lambda data: socket.write(data, written))


def lines(socket: netuv.Socket) -> None:
    rest = ""

    def on_data(text: str) -> None:
        nonlocal rest
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            socket.write(f"{line}\n")

    socket.set_encoding("utf-8")
    socket.on("data", on_data)


def listeners(socket: netuv.Socket) -> None:
    count = 0

    def on_data(data: bytes) -> None:
        nonlocal count
        count += len(data)

    socket.on("data", on_data)
    socket.on("data", socket.write)


def sink(socket: netuv.Socket) -> None:
    socket.on("data", lambda data: None)


def source(block: bytes) -> Callable[[netuv.Socket], None]:
    def listener(socket: netuv.Socket) -> None:
        def produce() -> None:
            while socket.write(block):
                pass

        socket.on("drain", produce)
        socket.on("error", lambda error: None)  # the client leaves while data is on its way
        produce()

    return listener


def forward(origin: netuv.Socket, destination: netuv.Socket) -> None:
    def on_data(data: bytes) -> None:
        if not destination.write(data):
            origin.pause()

    origin.on("data", on_data)
    origin.on("end", destination.end)
    destination.on("drain", origin.resume)


def place(backend: int | str | None) -> dict[str, object]:
    where = {"path": backend} if isinstance(backend, str) else {"port": backend, "host": HOST}
    return {**where, "no_delay": True}


def proxy(backend: int | str | None) -> Callable[[netuv.Socket], None]:
    def listener(client: netuv.Socket) -> None:
        upstream = netuv.connect(place(backend))
        forward(client, upstream)
        forward(upstream, client)

    return listener


def timers(socket: netuv.Socket) -> None:
    left = 0

    def fired() -> None:
        nonlocal left
        left -= 1
        if not left:
            socket.write(b"\n")

    def on_data(data: bytes) -> None:
        nonlocal left
        left = BATCH
        for i in range(BATCH):
            netuv.set_timeout(fired, 1 + i % 10)

    socket.on("data", on_data)


def ticks(socket: netuv.Socket) -> None:
    left = 0

    def tick() -> None:
        nonlocal left
        left -= 1
        if left:
            netuv.next_tick(tick)
        else:
            socket.write(b"\n")

    def on_data(data: bytes) -> None:
        nonlocal left
        left = BATCH
        netuv.next_tick(tick)

    socket.on("data", on_data)


def client(backend: int | str | None) -> Callable[[netuv.Socket], None]:
    def listener(control: netuv.Socket) -> None:
        begun = left = 0

        def visit() -> None:
            nonlocal begun
            begun += 1
            socket = netuv.connect(place(backend), lambda: socket.write(b"x"))
            socket.on("data", lambda data: socket.end())
            socket.on("close", closed)

        def closed(had_error: bool) -> None:
            nonlocal left
            left -= 1
            if begun < BATCH:
                visit()
            elif not left:
                control.write(b"\n")

        def on_data(data: bytes) -> None:
            nonlocal begun, left
            begun, left = 0, BATCH
            for _ in range(CLIENTS):
                visit()

        control.on("data", on_data)

    return listener


def create_server(options: dict[str, object], listener: Callable[[netuv.Socket], None]) -> netuv.Server:
    if TLS_PEM is None:
        return netuv.create_server(options, listener)
    from netuv import tls

    pem = Path(TLS_PEM).read_text()
    return tls.create_server({**options, "key": pem, "cert": pem, "min_version": "TLSv1.3"}, listener)


def serve(listener: Callable[[netuv.Socket], None], args: Arguments) -> None:
    server = create_server({"no_delay": True}, listener)
    if isinstance(args.listen, str):
        server.listen(args.listen, lambda: announce(args.listen))
    else:
        server.listen(args.listen, HOST, lambda: announce(server.address().port))
    netuv.run()


def main(args: Arguments) -> None:
    listener = {
        "echo": echo,
        "timeout": timeout,
        "callback": callback,
        "lines": lines,
        "listeners": listeners,
        "sink": sink,
        "source": source(args.block),
        "proxy": proxy(args.backend),
        "timers": timers,
        "ticks": ticks,
        "client": client(args.backend),
    }[args.kind]
    serve(listener, args)


if __name__ == "__main__":
    main(arguments())
