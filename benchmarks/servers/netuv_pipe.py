"""netuv with pipe(), which looks after backpressure and the end by itself."""

from __future__ import annotations

from collections.abc import Callable

from harness import Arguments, arguments
from netuv_data import place, serve

import netuv


def echo(socket: netuv.Socket) -> None:
    socket.pipe(socket)


def proxy(backend: int | str | None) -> Callable[[netuv.Socket], None]:
    def listener(client: netuv.Socket) -> None:
        upstream = netuv.connect(place(backend))
        client.pipe(upstream)
        upstream.pipe(client)

    return listener


def main(args: Arguments) -> None:
    serve({"echo": echo, "proxy": proxy(args.backend)}[args.kind], args)


if __name__ == "__main__":
    main(arguments())
