"""asyncio with streams: readers, writers and coroutines, what its documentation starts with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, Arguments, announce, arguments

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
READ_SIZE = 65536


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_SIZE):
        writer.write(data)
        await writer.drain()
    writer.close()


async def timeout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await asyncio.wait_for(reader.read(READ_SIZE), IDLE_SECONDS):
            writer.write(data)
            await writer.drain()
    except asyncio.TimeoutError:  # not the built-in one on 3.10
        pass
    writer.close()


async def lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async for line in reader:
        writer.write(line.decode().encode())
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


def client(backend: int | str) -> Handler:
    async def visits() -> None:
        for _ in range(BATCH // CLIENTS):
            if isinstance(backend, str):
                reader, writer = await asyncio.open_unix_connection(backend)
            else:
                reader, writer = await asyncio.open_connection(HOST, backend)
            writer.write(b"x")
            await reader.read(READ_SIZE)
            writer.close()
            await writer.wait_closed()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1):
            await asyncio.gather(*(visits() for _ in range(CLIENTS)))
            writer.write(b"\n")
        writer.close()

    return handle


async def main(args: Arguments) -> None:
    handler = {
        "echo": echo,
        "timeout": timeout,
        "lines": lines,
        "sink": sink,
        "source": source(args.block),
        "proxy": proxy(args.backend or 0),
        "client": client(args.backend or 0),
    }[args.kind]
    if isinstance(args.listen, str):
        server = await asyncio.start_unix_server(handler, args.listen)
        announce(args.listen)
    else:
        server = await asyncio.start_server(handler, HOST, args.listen)
        announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
