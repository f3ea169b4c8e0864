"""asyncio with Protocols: callbacks on transports, the fastest that the standard library offers."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Awaitable, Callable

from harness import BATCH, CLIENTS, HOST, IDLE_SECONDS, TLS_PEM, Arguments, announce, arguments, tls_context


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class Timeout(Echo):
    """A new timer for each message, as uvicorn and others do it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self.timer = self.loop.call_later(IDLE_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        self.timer.cancel()
        self.timer = self.loop.call_later(IDLE_SECONDS, self.transport.close)
        self.transport.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.timer.cancel()


class Lines(Echo):
    rest = b""

    def data_received(self, data: bytes) -> None:
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            self.transport.write(f"{line.decode()}\n".encode())


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
            self.transport.write(b"\n")


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
            self.transport.write(b"\n")


class Visitor(asyncio.Protocol):
    """One connection of the client."""

    def __init__(self, closed: asyncio.Future[None]) -> None:
        self.closed = closed

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.write(b"x")

    def data_received(self, data: bytes) -> None:
        self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed.set_result(None)


async def visit(backend: int | str) -> None:
    loop = asyncio.get_running_loop()
    closed = loop.create_future()
    if isinstance(backend, str):
        await loop.create_unix_connection(lambda: Visitor(closed), backend)
    else:
        await loop.create_connection(lambda: Visitor(closed), HOST, backend)
    await closed


class Client(Echo):
    def __init__(self, visit: Callable[[], Awaitable[None]]) -> None:
        self.visit = visit

    def data_received(self, data: bytes) -> None:
        self.task = asyncio.get_running_loop().create_task(self.visit_all())

    async def visit_all(self) -> None:
        async def some() -> None:
            for _ in range(BATCH // CLIENTS):
                await self.visit()

        await asyncio.gather(*(some() for _ in range(CLIENTS)))
        self.transport.write(b"\n")


async def main(args: Arguments) -> None:
    loop = asyncio.get_running_loop()
    protocol = {
        "echo": Echo,
        "timeout": Timeout,
        "lines": Lines,
        "sink": Sink,
        "source": functools.partial(Source, args.block),
        "proxy": functools.partial(Proxy, args.backend),
        "timers": Timers,
        "ticks": Ticks,
        "client": functools.partial(Client, functools.partial(visit, args.backend)),
    }[args.kind]
    secure = {"ssl": tls_context(ssl)} if TLS_PEM else {}
    if isinstance(args.listen, str):
        server = await loop.create_unix_server(protocol, args.listen, **secure)
        announce(args.listen)
    else:
        server = await loop.create_server(protocol, HOST, args.listen, **secure)
        announce(server.sockets[0].getsockname()[1])
    await loop.create_future()  # for good; serve_forever() of rloop 0.5 does not accept


if __name__ == "__main__":
    asyncio.run(main(arguments()))
