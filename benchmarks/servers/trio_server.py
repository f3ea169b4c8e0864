"""trio with its streams, which are iterated over."""

from __future__ import annotations

import functools
import socket
from collections.abc import Awaitable, Callable

import trio
from harness import BATCH, CLIENTS, HOST, Arguments, announce, arguments


async def echo(stream: trio.SocketStream) -> None:
    async for data in stream:
        await stream.send_all(data)


def client(backend: int | str | None) -> Callable[[trio.SocketStream], Awaitable[None]]:
    async def visits() -> None:
        for _ in range(BATCH // CLIENTS):
            if isinstance(backend, str):
                stream = await trio.open_unix_socket(backend)
            else:
                stream = await trio.open_tcp_stream(HOST, backend)
            async with stream:
                await stream.send_all(b"x")
                await stream.receive_some()

    async def handle(control: trio.SocketStream) -> None:
        async for _ in control:
            async with trio.open_nursery() as nursery:
                for _ in range(CLIENTS):
                    nursery.start_soon(visits)
            await control.send_all(b"\n")

    return handle


async def unix_listeners(path: str) -> list[trio.SocketListener]:
    """trio has none of its own."""
    sock = trio.socket.socket(socket.AF_UNIX)
    await sock.bind(path)
    sock.listen(1024)
    return [trio.SocketListener(sock)]


async def main(args: Arguments) -> None:
    handler = {"echo": echo, "client": client(args.backend)}[args.kind]
    if isinstance(args.listen, str):
        listeners = await unix_listeners(args.listen)
        announce(args.listen)
    else:
        listeners = await trio.open_tcp_listeners(args.listen, host=HOST)
        announce(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(handler, listeners)


if __name__ == "__main__":
    trio.run(functools.partial(main, arguments()))
