"""anyio with its streams, on asyncio, where it usually runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import anyio.abc
from harness import BATCH, CLIENTS, HOST, Arguments, announce, arguments


async def echo(stream: anyio.abc.SocketStream) -> None:
    async with stream:
        async for data in stream:
            await stream.send(data)


def client(backend: int | str | None) -> Callable[[anyio.abc.SocketStream], Awaitable[None]]:
    async def visits() -> None:
        for _ in range(BATCH // CLIENTS):
            if isinstance(backend, str):
                stream = await anyio.connect_unix(backend)
            else:
                stream = await anyio.connect_tcp(HOST, backend)
            async with stream:
                await stream.send(b"x")
                await stream.receive()

    async def handle(control: anyio.abc.SocketStream) -> None:
        async with control:
            async for _ in control:
                async with anyio.create_task_group() as group:
                    for _ in range(CLIENTS):
                        group.start_soon(visits)
                await control.send(b"\n")

    return handle


async def main(args: Arguments) -> None:
    handler = {"echo": echo, "client": client(args.backend)}[args.kind]
    if isinstance(args.listen, str):
        listener = await anyio.create_unix_listener(args.listen)
        announce(args.listen)
    else:
        listener = await anyio.create_tcp_listener(local_host=HOST, local_port=args.listen)
        announce(listener.extra(anyio.abc.SocketAttribute.local_port))
    await listener.serve(handler)


if __name__ == "__main__":
    anyio.run(main, arguments())
