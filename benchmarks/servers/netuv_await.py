"""netuv with await: a task for each connection. Run by itself it is on netuv's own event loop (netuv.run()).

on_loop.py runs it as a guest of another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from harness import BATCH, CLIENTS, HOST, Arguments, announce, arguments

import netuv


async def echo(socket: netuv.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


def client(backend: int | str | None) -> Callable[[netuv.Socket], Awaitable[None]]:
    where = {"path": backend} if isinstance(backend, str) else {"port": backend, "host": HOST}

    async def visits() -> None:
        for _ in range(BATCH // CLIENTS):
            async with netuv.connect(where, no_delay=True) as socket:
                await socket.send(b"x")
                await socket.receive()

    async def handle(control: netuv.Socket) -> None:
        async for _ in control:
            await asyncio.gather(*(visits() for _ in range(CLIENTS)))
            await control.send(b"\n")

    return handle


async def main(args: Arguments) -> None:
    handler = {"echo": echo, "client": client(args.backend)}[args.kind]
    server = netuv.create_server({"no_delay": True}, handler)
    if isinstance(args.listen, str):
        await server.listen(args.listen)
        announce(args.listen)
    else:
        await server.listen(args.listen, HOST)
        announce(server.address().port)
    await asyncio.Event().wait()  # for good


if __name__ == "__main__":
    netuv.run(main(arguments()))
