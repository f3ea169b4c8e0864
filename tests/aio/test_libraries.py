"""What is made for asyncio, on netuv's event loop: libraries, subprocesses, threads, signals, TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from tls.certificates import Certificates

import netuv
from netuv import aio
from tests.aio.conftest import SETTINGS

pytestmark = pytest.mark.row("A13")

HOST = "127.0.0.1"
LIMIT = 20.0  # seconds


def run_main(main: Coroutine[Any, Any, Any]) -> Any:
    return netuv.run(asyncio.wait_for(main, LIMIT))


def test_aiohttp() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    from aiohttp import web

    async def main() -> None:
        assert isinstance(asyncio.get_running_loop(), aio.EventLoop)

        async def upper(request: Any) -> Any:
            return web.Response(text=(await request.text()).upper())

        async def chat(request: Any) -> Any:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(message.data.upper())
            return socket

        app = web.Application()
        app.add_routes([web.post("/", upper), web.get("/chat", chat)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        url = f"http://{HOST}:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data="x" * 200_000) as response:
                assert await response.text() == "X" * 200_000
            async with session.ws_connect(f"{url}/chat") as socket:
                await socket.send_str("hello")
                assert (await socket.receive()).data == "HELLO"
        await runner.cleanup()

    run_main(main())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
    await writer.drain()
    writer.close()
    await writer.wait_closed()


def test_httpx() -> None:
    httpx = pytest.importorskip("httpx")

    async def main() -> None:
        server = await asyncio.start_server(_answer, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        async with httpx.AsyncClient(trust_env=False) as client:
            responses = await asyncio.gather(*[client.get(f"http://{HOST}:{port}/") for _ in range(5)])
        assert [response.text for response in responses] == ["hello"] * 5
        server.close()
        await server.wait_closed()

    run_main(main())


def test_websockets() -> None:
    pytest.importorskip("websockets")
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import serve

    async def main() -> None:
        async def echo(socket: Any) -> None:
            async for message in socket:
                await socket.send(message[::-1])

        async with serve(echo, HOST, 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with connect(f"ws://{HOST}:{port}", proxy=None) as socket:
                await socket.send("abc")
                assert await socket.recv() == "cba"
                await socket.send(b"ab" * 100_000)
                assert await socket.recv() == b"ba" * 100_000

    run_main(main())


class Postgres:
    """As much of a PostgreSQL server as asyncpg needs to log in and to ask for one number.

    A message is a letter, a length that counts itself, and the rest. What the client has sent up to a Sync or
    a simple query is answered together.
    """

    TYPE_INT4 = 23

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def serve(self, socket: netuv.Socket) -> None:
        await self.log_in(socket)
        answer = b""
        while kind := await socket.receive_exactly(1):
            size = struct.unpack("!I", await socket.receive_exactly(4))[0]
            body: bytes = await socket.receive_exactly(size - 4)
            if kind == b"X":
                return
            if kind == b"Q":
                self.asked.append(body.rstrip(b"\0").decode())
                answer += self.message(b"C", b"LISTEN\0")
            elif kind == b"P":
                self.asked.append(body.split(b"\0")[1].decode())
                answer += self.message(b"1")
            elif kind == b"D":
                field = b"answer\0" + struct.pack("!IhIhih", 0, 0, self.TYPE_INT4, 4, -1, 1)
                answer += self.message(b"t", struct.pack("!h", 0))
                answer += self.message(b"T", struct.pack("!h", 1) + field)
            elif kind == b"B":
                answer += self.message(b"2")
            elif kind == b"E":
                answer += self.message(b"D", struct.pack("!hii", 1, 4, 42)) + self.message(
                    b"C", b"SELECT 1\0"
                )
            elif kind == b"C":
                answer += self.message(b"3")
            if kind in b"QSH":
                await socket.send(answer + (self.message(b"Z", b"I") if kind != b"H" else b""))
                answer = b""

    async def log_in(self, socket: netuv.Socket) -> None:
        size = struct.unpack("!I", await socket.receive_exactly(4))[0]
        version, *given = (await socket.receive_exactly(size - 4)).split(b"\0")
        assert b"user" in version + b"".join(given)
        settings = {"server_version": "17.0", "client_encoding": "UTF8", "integer_datetimes": "on"}
        answer = self.message(b"R", struct.pack("!I", 0))
        for name, value in settings.items():
            answer += self.message(b"S", f"{name}\0{value}\0".encode())
        await socket.send(answer + self.message(b"K", struct.pack("!II", 1, 2)) + self.message(b"Z", b"I"))

    @staticmethod
    def message(kind: bytes, body: bytes = b"") -> bytes:
        return kind + struct.pack("!I", len(body) + 4) + body


def test_asyncpg(setting: str) -> None:
    """asyncpg's protocol on netuv's loop; and in each setting the server is netuv's."""
    asyncpg = pytest.importorskip("asyncpg")
    postgres = Postgres()

    async def main() -> None:
        async with netuv.create_server(postgres.serve).listen(0, HOST) as server:
            port = server.address().port  # type: ignore[union-attr]
            client = await asyncpg.connect(host=HOST, port=port, user="me", database="mine", ssl=False)
            assert await client.execute("listen something") == "LISTEN"
            assert await client.fetchval("select 42 as answer") == 42
            assert [tuple(row) for row in await client.fetch("select 42 as answer")] == [(42,)]
            await client.close()
            assert (await server.shutdown(LIMIT)).clean

    SETTINGS[setting](asyncio.wait_for(main(), LIMIT))
    assert postgres.asked == ["listen something", "select 42 as answer"]


def test_subprocesses_and_threads() -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "print(input().upper())",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        output, _ = await child.communicate(b"hello\n")
        assert (output.strip(), child.returncode) == (b"HELLO", 0)
        loop = asyncio.get_running_loop()
        me = threading.get_ident()
        assert await loop.run_in_executor(None, threading.get_ident) != me
        called = loop.create_future()
        await loop.run_in_executor(None, lambda: loop.call_soon_threadsafe(called.set_result, 1))
        assert await called == 1

    run_main(main())


def test_a_signal() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        heard = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, heard.set_result, 1)
        os.kill(os.getpid(), signal.SIGUSR1)
        assert await heard == 1
        assert loop.remove_signal_handler(signal.SIGUSR1)

    run_main(main())


# CPython 3.10's own TLS leaves the transport that it was given to the collector.
@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
def test_start_tls(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not on PATH")
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    pair = Certificates(tmp_path).server
    (tmp_path / "both.pem").write_text(pair.cert + pair.key)
    server_side.load_cert_chain(tmp_path / "both.pem")
    client_side = ssl.create_default_context()
    client_side.check_hostname = False
    client_side.verify_mode = ssl.CERT_NONE

    class Upgrades(asyncio.Protocol):
        """Answers a line, and then TLS is spoken: what comes is sent back."""

        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if data == b"STARTTLS\n":
                self.transport.write(b"ok\n")
                tasks.append(asyncio.ensure_future(self.upgrade()))
            else:
                tasks.append(asyncio.ensure_future(self.answer(data)))

        async def upgrade(self) -> None:
            loop = asyncio.get_running_loop()
            self.transport = await loop.start_tls(self.transport, self, server_side, server_side=True)

        async def answer(self, data: bytes) -> None:
            await tasks[0]  # data may come before it goes on
            self.transport.write(data.upper())

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Upgrades, HOST, 0)
        reader, writer = await asyncio.open_connection(HOST, server.sockets[0].getsockname()[1])
        writer.write(b"STARTTLS\n")
        assert await reader.readline() == b"ok\n"
        plain = writer.transport
        protocol = plain.get_protocol()
        secure: Any = await loop.start_tls(plain, protocol, client_side)
        secure.write(b"hello\n")
        assert await reader.readline() == b"HELLO\n"
        assert secure.get_extra_info("ssl_object").version().startswith("TLS")
        secure.close()
        await writer.wait_closed()
        writer.close()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*tasks)

    tasks: list[Any] = []
    run_main(main())
