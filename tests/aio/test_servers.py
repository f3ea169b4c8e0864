"""Servers with await: a task for each connection, connections on demand, and shutdown()."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from helpers import LINGER_0

import netuv
from tests.aio.conftest import RunMain
from tests.loop.programs import script

HOST = "127.0.0.1"


async def echo(client: netuv.Socket) -> None:
    async for chunk in client:
        await client.send(chunk)


@asynccontextmanager
async def clients_of(server: netuv.Server, count: int) -> AsyncIterator[list[netuv.Socket]]:
    """So many connections."""
    made = [await netuv.connect(server.address().port, HOST) for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            await each.aclose()


async def connections(server: netuv.Server, count: int) -> None:
    """Wait until the server has so many."""
    while server._connections != count:
        await asyncio.sleep(0.001)


# -- create_server(async def) ----------------------------------------------------------------------------


@pytest.mark.row("A07")
@pytest.mark.parametrize("how", ["function", "partial", "method", "options", "class"])
def test_a_task_for_each_connection(run_main: RunMain, how: str) -> None:
    class Echo:
        async def method(self, client: netuv.Socket) -> None:
            await echo(client)

        async def __call__(self, client: netuv.Socket) -> None:
            await echo(client)

    async def with_argument(extra: int, client: netuv.Socket) -> None:
        await echo(client)

    handler: Any = {"partial": partial(with_argument, 1), "method": Echo().method, "class": Echo()}.get(
        how, echo
    )

    async def main() -> None:
        if how == "options":
            server = netuv.create_server({"no_delay": True}, handler)
        else:
            server = netuv.create_server(handler)
        async with server.listen(0, HOST), clients_of(server, 5) as clients:
            for i, client in enumerate(clients):
                await client.send(f"{i}")
            gc.collect()  # nobody else keeps the tasks
            for i, client in enumerate(clients):
                assert await client.receive() == b"%d" % i

    run_main(main())


@pytest.mark.row("A07")
def test_the_socket_is_closed_behind_the_handler(run_main: RunMain) -> None:
    async def handler(client: netuv.Socket) -> None:
        client.write(bytes(3_000_000))

    async def main() -> None:
        async with netuv.create_server(handler).listen(0, HOST) as server, clients_of(server, 1) as clients:
            size = 0
            async for chunk in clients[0]:
                size += len(chunk)
            assert size == 3_000_000

    run_main(main())


@pytest.mark.row("A07")
def test_a_bug_of_a_handler_ends_its_connection_and_is_reported(
    run_main: RunMain, reported: list[dict[str, Any]]
) -> None:
    async def handler(client: netuv.Socket) -> None:
        if await client.receive() == b"bug":
            raise ZeroDivisionError
        await client.send(b"fine")

    async def main() -> None:
        async with netuv.create_server(handler).listen(0, HOST) as server, clients_of(server, 2) as clients:
            await clients[0].send(b"bug")
            assert await clients[0].receive() == b""
            await clients[1].send(b"go on")
            assert await clients[1].receive() == b"fine"

    run_main(main())
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
    assert isinstance(reported[0]["socket"], netuv.Socket)
    reported.clear()


@pytest.mark.row("A07", "A12")
def test_a_peer_that_is_gone_is_no_bug(run_main: RunMain) -> None:
    ended: list[str] = []

    async def handler(client: netuv.Socket) -> None:
        try:
            await client.receive()
        except ConnectionResetError:
            ended.append("reset")
            raise

    async def main() -> None:
        async with netuv.create_server(handler).listen(0, HOST) as server:
            with socket.create_connection((HOST, server.address().port)) as peer:
                await connections(server, 1)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            await connections(server, 0)

    run_main(main())
    assert ended == ["reset"]


@pytest.mark.row("A07", "A12")
def test_context_variables_are_those_of_listen(run_main: RunMain) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    seen: list[str] = []

    async def handler(client: netuv.Socket) -> None:
        seen.append(variable.get())
        variable.set("the handler's own")

    async def main() -> None:
        variable.set("of listen()")
        server = netuv.create_server(handler).listen(0, HOST)
        variable.set("set later")
        async with server, clients_of(server, 2) as clients:
            for client in clients:
                assert await client.receive() == b""

    run_main(main())
    assert seen == ["of listen()"] * 2


@pytest.mark.row("A07")
def test_without_asyncio_it_is_refused() -> None:
    program = """
        import netuv
        async def handler(client): pass
        server = netuv.create_server(handler).listen(0, "127.0.0.1")
        server.on("listening", lambda: netuv.connect(server.address().port, "127.0.0.1"))
        try:
            netuv.run()
        except netuv.NetError as error:
            print(error.code)
        netuv.default_loop().close()
    """
    done = script(program)
    assert done.stdout == "ERR_NO_ASYNCIO\n", done.stderr


# -- async for socket in server ----------------------------------------------------------------------------


@pytest.mark.row("A08")
def test_connections_are_accepted_on_demand(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server().listen(0, HOST)
        async with clients_of(server, 5) as clients:
            for client in clients:
                await client.send(b"early")
            await asyncio.sleep(0.005)
            assert server._connections == 0
            count = 0
            async for connection in server:
                count += 1
                assert server._connections == count
                assert await connection.receive() == b"early"
                connection.end()
                if count == 5:
                    break
        assert (await server.shutdown(1)).clean

    run_main(main())


@pytest.mark.row("A08", "A12")
def test_a_cancelled_accept_loses_nothing(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server().listen(0, HOST)
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(server.__anext__(), 0.001)
        task = asyncio.ensure_future(server.__anext__())
        await asyncio.sleep(0.001)
        with pytest.raises(netuv.NetError) as caught:
            await server.__anext__()
        assert caught.value.code == "ERR_STREAM_BUSY"
        async with clients_of(server, 1) as clients:
            task.cancel()
            try:
                connection = await task
            except asyncio.CancelledError:
                connection = await server.__anext__()
            await connection.send(b"taken")
            assert await clients[0].receive() == b"taken"
            connection.destroy()
        await server.shutdown(0)

    run_main(main())


@pytest.mark.row("A08")
def test_the_iteration_ends_with_the_server(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server().listen(0, HOST)

        async def accept() -> list[netuv.Socket]:
            return [connection async for connection in server]

        task = asyncio.ensure_future(accept())
        await asyncio.sleep(0.001)
        assert (await server.shutdown()).clean
        assert await task == []

    run_main(main())


@pytest.mark.row("A08")
def test_a_drop_is_no_connection(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server().listen(0, HOST)
        server.max_connections = 0
        dropped: list[Any] = []
        server.on("drop", dropped.append)
        task = asyncio.ensure_future(server.__anext__())
        await asyncio.sleep(0.001)
        async with clients_of(server, 1) as clients:
            assert await clients[0].receive() == b""
            assert len(dropped) == 1
            assert not task.done()
            server.max_connections = None
            async with clients_of(server, 1):
                (await task).destroy()
        await server.shutdown(0)

    run_main(main())


# -- shutdown() --------------------------------------------------------------------------------------------


@pytest.mark.row("A09")
def test_shutdown_waits_for_those_that_end(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server(echo).listen(0, HOST)
        async with clients_of(server, 3):
            await connections(server, 3)
            task = asyncio.ensure_future(server.shutdown(10))
            await asyncio.sleep(0.002)
            assert not server.listening
            assert not task.done()
        report = await task
        assert report == netuv.ShutdownReport(ended=3, cancelled=0, destroyed=0)
        assert report.clean
        assert (await server.shutdown(0)) == (0, 0, 0)

    run_main(main())


@pytest.mark.row("A09")
def test_shutdown_ends_the_others(run_main: RunMain) -> None:
    cancelled: list[str] = []

    async def handler(client: netuv.Socket) -> None:
        try:
            await echo(client)
        except asyncio.CancelledError:
            cancelled.append("handler")
            raise

    async def main() -> None:
        server = await netuv.create_server(handler).listen(0, HOST)
        server.on(
            "connection", lambda client: client.on("close", lambda had_error: cancelled.append("close"))
        )
        async with clients_of(server, 3) as clients:
            await connections(server, 3)
            await clients[0].aclose()
            report = await server.shutdown(0.02)
            assert report.ended in (0, 1)  # it may have ended before
            assert report[1:] == (2, 0)
            assert not report.clean
            for client in clients[1:]:
                assert await client.receive() == b""
        plain = await netuv.create_server(lambda client: None).listen(0, HOST)
        async with clients_of(plain, 2):
            await connections(plain, 2)
            assert await plain.shutdown(0) == (0, 0, 2)

    run_main(main())
    assert sorted(cancelled) == ["close"] * 3 + ["handler"] * 2


@pytest.mark.row("A09")
def test_shutdown_called_by_a_handler(run_main: RunMain) -> None:
    reports: list[Any] = []

    async def handler(client: netuv.Socket) -> None:
        if await client.receive() == b"stop":
            reports.append(await server.shutdown(0))
            await client.send(b"stopped")
        else:
            await asyncio.sleep(60)

    async def main() -> None:
        nonlocal server
        server = await netuv.create_server(handler).listen(0, HOST)
        async with clients_of(server, 2) as clients:
            await clients[0].send(b"wait")
            await connections(server, 2)
            await clients[1].send(b"stop")
            assert await clients[1].receive() == b"stopped"

    server: Any = None
    run_main(main())
    assert reports == [(0, 1, 0)]


@pytest.mark.row("A09", "A12")
def test_shutdown_is_cancelled(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server(echo).listen(0, HOST)
        async with clients_of(server, 1) as clients:
            await connections(server, 1)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(server.shutdown(), 0.005)
            assert await clients[0].receive() == b""
            await connections(server, 0)

    run_main(main())


@pytest.mark.row("A09")
def test_shutdown_twice_at_once(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server(echo).listen(0, HOST)
        async with clients_of(server, 1):
            await connections(server, 1)
            tasks = [asyncio.ensure_future(server.shutdown(5)) for _ in range(2)]
            await asyncio.sleep(0.002)
        assert await asyncio.gather(*tasks) == [(1, 0, 0)] * 2

    run_main(main())


@pytest.mark.row("A09", "A12")
def test_leaving_the_block_by_an_exception(run_main: RunMain) -> None:
    async def main() -> None:
        async with netuv.create_server(echo).listen(0, HOST) as server, clients_of(server, 1):
            await connections(server, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_main(main())
