"""Sockets with await: what a task gets, and what becomes of it when it is cancelled or the peer fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from helpers import LINGER_0, NO_SUCH_HOST, MiB

import netuv
from netuv.testing import memory_pair
from tests.aio.conftest import RunMain
from tests.net.peers import silent

HOST = "127.0.0.1"


class Pair:
    """A netuv Socket and, at its other end, a stdlib one that does not block."""

    def __init__(self, kind: str) -> None:
        if kind == "unix":
            near, self.theirs = socket.socketpair()
        else:
            with socket.create_server((HOST, 0)) as listener:
                near = socket.create_connection(listener.getsockname()[:2])
                self.theirs, _ = listener.accept()
        self.theirs.setblocking(False)
        self.mine = netuv.Socket(fd=near.detach())

    def say(self, data: bytes) -> None:
        self.theirs.sendall(data)

    async def hear(self, size: int) -> bytes:
        """What has arrived at the other end, once it is that much, or the end has come."""
        data = bytearray()
        while len(data) < size:
            try:
                more = self.theirs.recv(min(size - len(data), MiB))
            except BlockingIOError:
                await asyncio.sleep(0.001)
                continue
            if not more:
                break
            data += more
        return bytes(data)

    def reset(self) -> None:
        self.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        self.theirs.close()


@asynccontextmanager
async def connected(kind: str = "tcp") -> AsyncIterator[Pair]:
    pair = Pair(kind)
    try:
        yield pair
    finally:
        pair.theirs.close()
        pair.mine.destroy()
        await asyncio.sleep(0.002)


async def turns(count: int = 3) -> None:
    """Let what has happened be heard."""
    for _ in range(count):
        await asyncio.sleep(0.001)


async def fill(pair: Pair) -> None:
    """Write until something waits in user memory."""
    while pair.mine.write(bytes(1 << 18)):
        await asyncio.sleep(0)


# -- connect ---------------------------------------------------------------------------------------------


@pytest.mark.row("A03")
def test_connect(run_main: RunMain) -> None:
    async def main() -> None:
        server = await netuv.create_server(lambda client: client.end("hi")).listen(0, HOST)
        client = await netuv.connect(server.address().port, HOST)
        assert client.ready_state == "open"
        assert await client is client
        assert await client.receive() == b"hi"
        await client.aclose()
        server.close()

    run_main(main())


@pytest.mark.row("A03", "A12")
def test_connect_fails(run_main: RunMain) -> None:
    async def main() -> None:
        with socket.socket() as unused:
            unused.bind((HOST, 0))
            client = netuv.connect(unused.getsockname()[1], HOST)
            with pytest.raises(ConnectionRefusedError):
                await client
            for _ in range(2):  # again at each later one
                with pytest.raises(ConnectionRefusedError):
                    await client.receive()
            with pytest.raises(ConnectionRefusedError):
                await client.send(b"x")
            with pytest.raises(ConnectionRefusedError):
                async with netuv.connect(unused.getsockname()[1], HOST):
                    pass
            await client.aclose()

    run_main(main())


@pytest.mark.row("A03", "A12")
@pytest.mark.parametrize("where", [(NO_SUCH_HOST,), (HOST,)])
def test_connect_is_cancelled(run_main: RunMain, where: Any) -> None:
    async def main() -> None:
        with socket.create_server((HOST, 0)) as listener:
            clients: list[netuv.Socket] = []

            async def connect() -> None:
                clients.append(netuv.connect(listener.getsockname()[1], *where))
                await clients[0]

            task = asyncio.ensure_future(connect())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert clients[0].destroyed
            await turns()

    run_main(main())


@pytest.mark.row("A03", "A12")
def test_connect_is_cancelled_while_addresses_are_tried(run_main: RunMain) -> None:
    found = [{"address": address, "family": 4} for address in (HOST, "127.0.0.2")]

    async def main(port: int) -> None:
        client = netuv.Socket()
        attempts: list[Any] = []
        client.on("connectionAttempt", lambda *attempt: attempts.append(attempt))
        client.connect(
            port,
            "a.test",
            lookup=lambda host, options, answer: answer(None, found),
            auto_select_family_attempt_timeout=10_000,
        )

        async def wait() -> None:
            await client

        task = asyncio.ensure_future(wait())
        await turns()
        assert len(attempts) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert client.destroyed
        await turns()
        assert len(attempts) == 1

    with silent() as port:
        run_main(main(port))


@pytest.mark.row("A04", "A05", "A06")
def test_events_beside_await_are_those_of_any_socket(run_main: RunMain) -> None:
    async def main() -> None:
        async with netuv.create_server(lambda client: client.pipe(client)).listen(0, HOST) as server:
            client = netuv.connect(server.address().port, HOST)
            events: list[str] = []
            for event in ("connect", "ready", "drain", "finish", "end", "close"):
                client.on(event, lambda *args, event=event: events.append(event))
            await client
            client.write(bytes(5_000_000))
            got = 0
            while got < 5_000_000:
                got += len(await client.receive())
            client.end()
            assert await client.receive() == b""
            await client.aclose()
        assert events[:3] == ["connect", "ready", "drain"]
        assert events[3] == "finish"
        assert events[-2:] == ["end", "close"]

    run_main(main())


@pytest.mark.row("A03", "A06")
def test_tasks_go_on_after_the_listeners(run_main: RunMain) -> None:
    """Several tasks wait for one socket to connect, and then to close; one of them gives up."""

    async def main() -> None:
        async with netuv.create_server(lambda client: client.resume()).listen(0, HOST) as server:
            client = netuv.connect(server.address().port, HOST)
            seen: list[str] = []
            for event in ("connect", "ready", "finish", "close"):
                client.on(event, lambda *args, event=event: seen.append(event))

            async def connect(name: str) -> None:
                assert await client is client
                seen.append(f"{name} connected")

            async def close(name: str) -> None:
                await client.aclose()
                seen.append(f"{name} closed")

            await asyncio.gather(connect("first"), connect("second"))
            assert seen[:2] == ["connect", "ready"]
            assert sorted(seen[2:]) == ["first connected", "second connected"]
            seen.clear()
            tasks = [asyncio.ensure_future(close(name)) for name in ("first", "second", "third")]
            await asyncio.sleep(0)
            await asyncio.wait(tasks)
            assert seen[:2] == ["finish", "close"]
            assert sorted(seen[2:]) == ["first closed", "second closed", "third closed"]

    run_main(main())


@pytest.mark.row("A06", "A12")
def test_one_of_those_that_wait_for_the_close_is_cancelled(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            await fill(pair)
            tasks = [asyncio.ensure_future(pair.mine.aclose()) for _ in range(3)]
            await turns()
            tasks[1].cancel()  # which destroys the socket
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert pair.mine.closed
            assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None)]

    run_main(main())


@pytest.mark.row("A06", "A12")
def test_a_close_listener_that_raises_keeps_no_task_waiting(run_main: RunMain) -> None:
    async def main() -> None:
        told: list[Any] = []
        netuv.default_loop().on("uncaughtException", told.append)
        async with connected() as pair:
            pair.mine.on("close", lambda had_error: 1 / 0)
            await pair.mine.aclose()
            while not told:
                await turns()
            assert [type(error) for error in told] == [ZeroDivisionError]
        netuv.default_loop().remove_listener("uncaughtException", told.append)

    run_main(main())


@pytest.mark.row("A03")
def test_listen(run_main: RunMain) -> None:
    async def main() -> None:
        server = netuv.create_server()
        assert await server.listen(0, HOST) is server
        assert server.listening
        assert await server is server
        other = netuv.create_server()
        with pytest.raises(OSError, match="EADDRINUSE"):
            await other.listen(server.address().port, HOST)
        report = await server.shutdown()
        assert report == (0, 0, 0)
        assert report.clean

    run_main(main())


@pytest.mark.row("A12")
def test_what_belongs_to_another_loop_is_refused(run_main: RunMain) -> None:
    other = netuv.Loop()

    async def main() -> None:
        mine, theirs = memory_pair(loop=other)
        with pytest.raises(netuv.NetError) as caught:
            await mine.receive()
        assert caught.value.code == "ERR_LOOP_OTHER"
        mine.destroy()
        theirs.destroy()

    run_main(main())
    other.close()


# -- receive ---------------------------------------------------------------------------------------------


@pytest.mark.row("A04")
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_receive(run_main: RunMain, kind: str) -> None:
    async def main() -> None:
        async with connected(kind) as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            pair.say(b"first")
            assert await task == b"first"
            pair.say(b"second and third")
            await turns()
            assert await pair.mine.receive(6) == b"second"
            assert await pair.mine.receive(100) == b" and third"
            pair.say(b"last")
            pair.theirs.shutdown(socket.SHUT_WR)
            await turns()
            assert await pair.mine.receive() == b"last"
            for _ in range(2):
                assert await pair.mine.receive() == b""
            await pair.mine.send(b"an answer after the end")  # an adopted socket is half-open
            assert await pair.hear(23) == b"an answer after the end"

    run_main(main())


@pytest.mark.row("A04")
def test_async_for(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            events: list[str] = []
            for event in ("end", "finish", "close"):
                pair.mine.on(event, lambda *args, event=event: events.append(event))

            async def say() -> None:
                for i in range(100):
                    await asyncio.get_running_loop().sock_sendall(pair.theirs, b"%05d" % i)
                    if i % 7 == 0:
                        await asyncio.sleep(0)
                pair.theirs.shutdown(socket.SHUT_WR)

            task = asyncio.ensure_future(say())
            data = b""
            async for chunk in pair.mine:
                data += chunk
            assert data == b"".join(b"%05d" % i for i in range(100))
            await task
            await turns()
            assert events == ["end"]
            async for _ in pair.mine:
                raise AssertionError("nothing comes any more")
            await pair.mine.aclose()
            assert events == ["end", "finish", "close"]

    run_main(main())


@pytest.mark.row("A04")
def test_break_leaves_it_open(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            pair.say(b"one")
            async for chunk in pair.mine:
                assert chunk == b"one"
                break
            pair.say(b"two")
            assert await pair.mine.receive() == b"two"

    run_main(main())


@pytest.mark.row("A04")
def test_receive_exactly(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            assert await pair.mine.receive_exactly(0) == b""
            task = asyncio.ensure_future(pair.mine.receive_exactly(8))
            for part in (b"abc", b"def", b"ghi"):
                pair.say(part)
                await turns()
            assert await task == b"abcdefgh"
            pair.theirs.shutdown(socket.SHUT_WR)
            with pytest.raises(asyncio.IncompleteReadError) as caught:
                await pair.mine.receive_exactly(2)
            assert (caught.value.partial, caught.value.expected) == (b"i", 2)
            assert await pair.mine.receive() == b"i"  # it stays to be received

    run_main(main())


@pytest.mark.row("A04")
def test_receive_exactly_more_than_the_high_water_mark(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            data = bytes(range(256)) * 4000

            async def say() -> None:
                await asyncio.get_running_loop().sock_sendall(pair.theirs, data)

            task = asyncio.ensure_future(say())
            assert await pair.mine.receive_exactly(len(data)) == data
            await task

    run_main(main())


@pytest.mark.row("A04")
def test_receive_until(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            task = asyncio.ensure_future(pair.mine.receive_until(b"\r\n"))
            for part in (b"a lin", b"e\r", b"\nanother\r", b"\r\nrest"):
                pair.say(part)
                await turns()
            assert await task == b"a line\r\n"
            assert await pair.mine.receive_until("\r\n") == b"another\r\r\n"
            pair.theirs.shutdown(socket.SHUT_WR)
            assert await pair.mine.receive_until(b"\r\n") == b"rest"
            assert await pair.mine.receive_until(b"\r\n") == b""
            with pytest.raises(ValueError, match="separator"):
                await pair.mine.receive_until(b"")

    run_main(main())


@pytest.mark.row("A04")
def test_receive_until_has_a_limit(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            pair.say(b"12345\n")
            assert await pair.mine.receive_until(b"\n", limit=6) == b"12345\n"
            pair.say(b"12345\n")
            for _ in range(2):
                with pytest.raises(ValueError, match="within 5"):
                    await pair.mine.receive_until(b"\n", limit=5)
            assert await pair.mine.receive() == b"12345\n"
            pair.say(b"123456")
            with pytest.raises(ValueError, match="within 5"):
                await pair.mine.receive_until(b"\n", limit=5)
            assert await pair.mine.receive(3) == b"123"

    run_main(main())


@pytest.mark.row("A04")
def test_receive_until_in_tiny_pieces(run_main: RunMain) -> None:
    async def main() -> None:
        mine, theirs = memory_pair()
        task = asyncio.ensure_future(mine.receive_until(b"--"))
        for _ in range(300):
            theirs.write(b"a-")
            await asyncio.sleep(0)
        theirs.write(b"-rest")
        assert await task == b"a-" * 300 + b"-"
        assert await mine.receive() == b"rest"
        mine.destroy()
        theirs.destroy()
        await turns()

    run_main(main())


@pytest.mark.row("A04")
def test_lines(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            pair.say(b"one\ntwo\n\nlast")
            pair.theirs.shutdown(socket.SHUT_WR)
            assert [line async for line in pair.mine.lines()] == [b"one\n", b"two\n", b"\n", b"last"]

    run_main(main())


@pytest.mark.row("A04")
def test_text(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            pair.mine.set_encoding("utf8")
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            pair.say("ü".encode()[:1])
            await turns()
            assert not task.done()
            pair.say("ü".encode()[1:])
            assert await task == "ü"
            pair.say("zwölf\nelf\nzehn".encode())
            assert await pair.mine.receive_until("\n") == "zwölf\n"
            assert await pair.mine.receive_until(b"\n") == "elf\n"
            assert await pair.mine.receive_exactly(2) == "ze"
            pair.say("ö".encode()[:1])
            pair.theirs.shutdown(socket.SHUT_WR)
            assert "".join([chunk async for chunk in pair.mine]) == "hn\ufffd"
            assert await pair.mine.receive() == ""

    run_main(main())


@pytest.mark.row("A04", "A12")
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_cancelled_receive_loses_nothing(run_main: RunMain, kind: str) -> None:
    async def main() -> None:
        async with connected(kind) as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            task.cancel()
            pair.say(b"before and ")
            with pytest.raises(asyncio.CancelledError):
                await task
            for _ in range(20):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(pair.mine.receive_exactly(100), 0.001)
            pair.say(b"after")
            assert await pair.mine.receive_exactly(16) == b"before and after"
            task = asyncio.ensure_future(pair.mine.receive_exactly(4))
            await turns()
            pair.say(b"1234")
            task.cancel()
            try:
                data = await task
            except asyncio.CancelledError:
                data = await pair.mine.receive_exactly(4)
            assert data == b"1234"

    run_main(main())


@pytest.mark.row("A04")
def test_a_second_reader_is_refused(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()

            async def all_of_it() -> None:
                async for _ in pair.mine:
                    pass

            for other in (pair.mine.receive(), pair.mine.receive_exactly(3), all_of_it()):
                with pytest.raises(netuv.NetError) as caught:
                    await other
                assert caught.value.code == "ERR_STREAM_BUSY"
            pair.say(b"for the first")
            assert await task == b"for the first"

    run_main(main())


@pytest.mark.row("A04")
def test_a_listener_while_a_task_waits_is_refused(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            other, end = memory_pair()
            for add in (
                lambda: pair.mine.on("data", print),
                lambda: pair.mine.on("readable", print),
                lambda: pair.mine.once("data", print),
                lambda: pair.mine.pipe(other),
            ):
                with pytest.raises(netuv.NetError) as caught:
                    add()
                assert caught.value.code == "ERR_STREAM_BUSY"
            pair.say(b"data")
            assert await task == b"data"
            other.destroy()
            end.destroy()

    run_main(main())


@pytest.mark.row("A04")
def test_await_beside_a_listener_is_refused(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            heard: list[bytes] = []
            pair.mine.on("data", heard.append)
            with pytest.raises(netuv.NetError) as caught:
                await pair.mine.receive()
            assert caught.value.code == "ERR_STREAM_BUSY"
            pair.say(b"for the listener")
            await turns()
            assert heard == [b"for the listener"]
            pair.mine.off("data", heard.append)
            pair.say(b"for the task")
            assert await pair.mine.receive() == b"for the task"

    run_main(main())


@pytest.mark.row("A04")
def test_a_head_by_await_and_the_rest_by_a_pipe(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair, connected() as target:
            pair.say(b"head\nbody, first half")
            assert await pair.mine.receive_until(b"\n") == b"head\n"
            pair.mine.pipe(target.mine)
            pair.say(b"; second half")
            assert await target.hear(29) == b"body, first half; second half"

    run_main(main())


@pytest.mark.row("A04")
def test_pause_and_resume_beside_await(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            pair.mine.pause()
            pair.say(b"data")
            await turns()
            assert not task.done()
            pair.mine.resume()
            assert await task == b"data"
            pair.say(b"more")
            await turns()
            assert await pair.mine.receive() == b"more"

    run_main(main())


@pytest.mark.row("A04", "A12")
@pytest.mark.parametrize("size", [0, -1, "1", 1.5, True, 1 << 40])
def test_sizes_that_are_none(run_main: RunMain, size: Any) -> None:
    async def main() -> None:
        mine, theirs = memory_pair()
        with pytest.raises((TypeError, ValueError)):
            await mine.receive(size)
        if size != 0:
            with pytest.raises((TypeError, ValueError)):
                await mine.receive_exactly(size)
        mine.destroy()
        theirs.destroy()
        await turns()

    run_main(main())


# -- send and drain --------------------------------------------------------------------------------------


@pytest.mark.row("A05")
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_send_waits_for_a_slow_peer(run_main: RunMain, kind: str) -> None:
    async def main() -> None:
        async with connected(kind) as pair:
            data = bytes(range(251)) * 40_000
            task = asyncio.ensure_future(pair.mine.send(data))
            await turns()
            assert not task.done()
            assert await pair.hear(len(data)) == data
            await task
            assert pair.mine.writable_length == 0

    run_main(main())


@pytest.mark.row("A05", "A12")
def test_a_cancelled_send_is_sent_whole(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            data = bytes(range(251)) * 40_000
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(pair.mine.send(data), 0.01)
            assert pair.mine.writable_length > 0
            assert await pair.hear(len(data)) == data
            await pair.mine.drain()

    run_main(main())


@pytest.mark.row("A05")
def test_three_drains_one_of_them_cancelled(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            await fill(pair)
            tasks = [asyncio.ensure_future(pair.mine.drain()) for _ in range(3)]
            await turns()
            tasks[1].cancel()
            await pair.hear(pair.mine.bytes_written)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None)]
            assert pair.mine.listener_count("drain") == 0

    run_main(main())


@pytest.mark.row("A05")
def test_who_never_has_to_wait_gives_way_all_the_same(run_main: RunMain) -> None:
    async def main() -> None:
        mine, theirs = memory_pair(capacity=1 << 30)
        ticks: list[int] = []

        async def tick() -> None:
            while True:
                ticks.append(1)
                await asyncio.sleep(0)

        task = asyncio.ensure_future(tick())
        for _ in range(8):
            await mine.send(bytes(1 << 20))
        await mine.drain()
        task.cancel()
        assert len(ticks) >= 4
        mine.destroy()
        theirs.destroy()
        await turns()

    run_main(main())


# -- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.row("A12")
@pytest.mark.parametrize("when", ["reading", "draining", "between", "first"])
def test_a_reset(run_main: RunMain, when: str) -> None:
    async def main() -> None:
        async with connected() as pair:
            if when == "reading":
                task = asyncio.ensure_future(pair.mine.receive())
            elif when == "draining":
                await fill(pair)
                task = asyncio.ensure_future(pair.mine.drain())
            elif when == "between":
                await pair.mine.drain()
            await turns()
            pair.reset()
            if when in ("reading", "draining"):
                with pytest.raises(ConnectionResetError):
                    await task
            if when == "first":
                with pytest.raises(ConnectionResetError):
                    await pair.mine.receive()
            await turns()
            for again in (pair.mine.receive, pair.mine.drain, lambda: pair.mine.send(b"x")):
                with pytest.raises(ConnectionResetError):
                    await again()
            await pair.mine.aclose()  # which was told before

    run_main(main())


@pytest.mark.row("A12")
def test_what_came_before_an_error_is_received(run_main: RunMain) -> None:
    async def main() -> None:
        mine, theirs = memory_pair()
        await mine.drain()
        theirs.write(b"the last words")
        await turns()
        mine.destroy(ZeroDivisionError())
        assert await mine.receive() == b"the last words"
        with pytest.raises(ZeroDivisionError):
            await mine.receive()
        theirs.destroy()
        await turns()

    run_main(main())


@pytest.mark.row("A12")
def test_an_error_listener_hears_it_too(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            errors: list[Any] = []
            pair.mine.on("error", errors.append)
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            pair.reset()
            with pytest.raises(ConnectionResetError):
                await task
            await turns()
            assert [error.code for error in errors] == ["ECONNRESET"]

    run_main(main())


@pytest.mark.row("A12")
@pytest.mark.parametrize("what", ["receive", "drain", "connect", "async for"])
def test_destroyed_by_another_task(run_main: RunMain, what: str) -> None:
    async def main() -> None:
        async with connected() as pair:
            mine = pair.mine

            async def wait() -> None:
                nonlocal mine
                if what == "receive":
                    await mine.receive()
                elif what == "drain":
                    await fill(pair)
                    await mine.drain()
                elif what == "connect":
                    mine = netuv.connect(pair.theirs.getsockname()[1], NO_SUCH_HOST)
                    await mine
                else:
                    async for _ in mine:
                        pass

            task = asyncio.ensure_future(wait())
            await asyncio.sleep(0 if what == "connect" else 0.003)
            mine.destroy()
            with pytest.raises(netuv.NetError) as caught:
                await task
            assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"

    run_main(main())


@pytest.mark.row("A12")
def test_send_after_end(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            pair.mine.end()
            with pytest.raises(netuv.NetError) as caught:
                await pair.mine.send(b"x")
            assert caught.value.code == "ERR_STREAM_WRITE_AFTER_END"

    run_main(main())


# -- aclose ----------------------------------------------------------------------------------------------


@pytest.mark.row("A06")
@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_leaving_the_block_flushes(run_main: RunMain, kind: str) -> None:
    async def main() -> None:
        async with connected(kind) as pair:
            data = bytes(40_000_000)  # more than the kernel takes
            closed: list[bool] = []
            pair.mine.on("close", closed.append)

            async def block() -> None:
                async with pair.mine as mine:
                    mine.write(data)

            task = asyncio.ensure_future(block())
            await turns()
            assert not task.done()
            assert await pair.hear(len(data) + 1) == data  # and then the end
            await task
            assert closed == [False]
            await pair.mine.aclose()

    run_main(main())


@pytest.mark.row("A06")
def test_leaving_the_block_by_an_exception_destroys(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:

            async def block() -> None:
                async with pair.mine:
                    await fill(pair)
                    raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await block()
            assert pair.mine.destroyed
            assert pair.mine.errored is None

    run_main(main())


@pytest.mark.row("A06", "A12")
def test_a_peer_that_never_reads_and_a_time_out(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            await fill(pair)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(pair.mine.aclose(), 0.01)
            assert pair.mine.destroyed

    run_main(main())


@pytest.mark.row("A06", "A12")
def test_aclose_raises_what_has_kept_data_from_being_sent(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            await fill(pair)
            task = asyncio.ensure_future(pair.mine.aclose())
            await turns()
            pair.reset()
            with pytest.raises(ConnectionResetError):
                await task
        async with connected() as pair:
            pair.mine.end()
            while not pair.mine.writable_finished:
                await turns()
            pair.reset()
            await pair.mine.aclose()  # all was sent before

    run_main(main())


@pytest.mark.row("A12")
def test_a_task_group_and_a_time_out(run_main: RunMain) -> None:
    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("TaskGroup and timeout() are of Python 3.11")

    async def main() -> None:
        async with connected() as pair, connected() as other:

            async def both() -> None:
                async with asyncio.timeout(0.01), asyncio.TaskGroup() as group:
                    group.create_task(pair.mine.receive())
                    group.create_task(other.mine.receive())

            with pytest.raises(TimeoutError):
                await both()
            pair.say(b"and on")
            assert await pair.mine.receive() == b"and on"

    run_main(main())


@pytest.mark.row("A12")
def test_eager_tasks(setting: str, run_main: RunMain) -> None:
    if not hasattr(asyncio, "eager_task_factory"):
        pytest.skip("eager tasks are of Python 3.12")
    if setting == "uvloop":
        pytest.skip("uvloop gives the factory an argument that some Pythons' do not know")

    async def echo(client: netuv.Socket) -> None:
        async for chunk in client:
            await client.send(chunk)

    async def main() -> None:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        server = await netuv.create_server(echo).listen(0, HOST)
        async with netuv.connect(server.address().port, HOST) as client:
            await client.send(b"eager")
            assert await asyncio.create_task(client.receive()) == b"eager"
        await server.shutdown(5)

    run_main(main())


@pytest.mark.row("A12")
def test_debug_mode(run_main: RunMain) -> None:
    async def main() -> None:
        async with connected() as pair:
            task = asyncio.ensure_future(pair.mine.receive())
            await turns()
            pair.say(b"x")
            assert await task == b"x"
            assert repr(task)

    run_main(main(), debug=True)
