"""netuv with 'data' listeners and write(), the way most Node programs are written."""

from __future__ import annotations

from collections.abc import Callable

from harness import BATCH, HOST, Arguments, announce, arguments

import netuv


def echo(socket: netuv.Socket) -> None:
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


def proxy(backend: int | str | None) -> Callable[[netuv.Socket], None]:
    where = {"path": backend} if isinstance(backend, str) else {"port": backend, "host": HOST}

    def listener(client: netuv.Socket) -> None:
        upstream = netuv.connect({**where, "no_delay": True})
        forward(client, upstream)
        forward(upstream, client)

    return listener


def timers(socket: netuv.Socket) -> None:
    left = 0

    def fired() -> None:
        nonlocal left
        left -= 1
        if not left:
            socket.write(b"\0")

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
            socket.write(b"\0")

    def on_data(data: bytes) -> None:
        nonlocal left
        left = BATCH
        netuv.next_tick(tick)

    socket.on("data", on_data)


def serve(listener: Callable[[netuv.Socket], None], args: Arguments) -> None:
    server = netuv.create_server({"no_delay": True}, listener)
    if isinstance(args.listen, str):
        server.listen(args.listen, lambda: announce(args.listen))
    else:
        server.listen(args.listen, HOST, lambda: announce(server.address().port))
    netuv.run()


def main(args: Arguments) -> None:
    listener = {
        "echo": echo,
        "sink": sink,
        "source": source(args.block),
        "proxy": proxy(args.backend),
        "timers": timers,
        "ticks": ticks,
    }[args.kind]
    serve(listener, args)


if __name__ == "__main__":
    main(arguments())
