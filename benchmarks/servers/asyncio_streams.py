"""asyncio with streams: readers, writers and coroutines, what its documentation starts with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from harness import HOST, Arguments, announce, arguments

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
READ_SIZE = 65536


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_SIZE):
        writer.write(data)
        await writer.drain()
    writer.close()


async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(READ_SIZE):
        pass
    writer.close()


def source(block: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(block)
            await writer.drain()

    return handle


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_SIZE):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def proxy(backend: int | str) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(backend, str):
            upstream_reader, upstream = await asyncio.open_unix_connection(backend)
        else:
            upstream_reader, upstream = await asyncio.open_connection(HOST, backend)
        await asyncio.gather(forward(reader, upstream), forward(upstream_reader, writer))
        upstream.close()
        writer.close()

    return handle


async def main(args: Arguments) -> None:
    if args.kind == "proxy":
        assert args.backend is not None
        handler = proxy(args.backend)
    else:
        handler = {"echo": echo, "sink": sink, "source": source(args.block)}[args.kind]
    if isinstance(args.listen, str):
        server = await asyncio.start_unix_server(handler, args.listen)
        announce(args.listen)
    else:
        server = await asyncio.start_server(handler, HOST, args.listen)
        announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
