"""asyncio with Protocols: callbacks on transports, the fastest that the standard library offers."""

from __future__ import annotations

import asyncio
import functools

from harness import BATCH, HOST, Arguments, announce, arguments


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class Sink(asyncio.Protocol):
    def data_received(self, data: bytes) -> None:
        pass


class Source(asyncio.Protocol):
    def __init__(self, block: bytes) -> None:
        self.block = block
        self.paused = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.produce()

    def produce(self) -> None:
        while not self.paused and not self.transport.is_closing():
            self.transport.write(self.block)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        self.produce()


class Half(asyncio.Protocol):
    """One half of a proxied connection."""

    def __init__(self, other: Half | None = None) -> None:
        self.other = other

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        self.other.transport.write_eof()
        return True  # the other direction goes on

    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self.other is not None:
            self.other.transport.close()


class Proxy(Half):
    """The half towards the client; what comes before the other is connected waits here."""

    def __init__(self, backend: int | str) -> None:
        super().__init__()
        self.backend = backend
        self.early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.task = asyncio.get_running_loop().create_task(self.connect())

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.early += data
            self.transport.pause_reading()
        else:
            self.other.transport.write(data)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        if isinstance(self.backend, str):
            _, other = await loop.create_unix_connection(lambda: Half(self), self.backend)
        else:
            _, other = await loop.create_connection(lambda: Half(self), HOST, self.backend)
        self.other = other
        if self.early:
            other.transport.write(self.early)
            self.transport.resume_reading()


class Timers(Echo):
    def data_received(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.left = BATCH
        for i in range(BATCH):
            loop.call_later((1 + i % 10) / 1000, self.fired)

    def fired(self) -> None:
        self.left -= 1
        if not self.left:
            self.transport.write(b"\0")


class Ticks(Echo):
    def data_received(self, data: bytes) -> None:
        self.loop = asyncio.get_running_loop()
        self.left = BATCH
        self.loop.call_soon(self.tick)

    def tick(self) -> None:
        self.left -= 1
        if self.left:
            self.loop.call_soon(self.tick)
        else:
            self.transport.write(b"\0")


async def main(args: Arguments) -> None:
    loop = asyncio.get_running_loop()
    protocol = {
        "echo": Echo,
        "sink": Sink,
        "source": functools.partial(Source, args.block),
        "proxy": functools.partial(Proxy, args.backend),
        "timers": Timers,
        "ticks": Ticks,
    }[args.kind]
    if isinstance(args.listen, str):
        server = await loop.create_unix_server(protocol, args.listen)
        announce(args.listen)
    else:
        server = await loop.create_server(protocol, HOST, args.listen)
        announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
