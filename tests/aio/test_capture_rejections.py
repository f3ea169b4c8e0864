"""capture_rejections: listeners that are async, and what becomes of what they raise."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest

import netuv
from netuv import events
from netuv.stream import PassThrough

pytestmark = pytest.mark.row("A10")


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0.001)


def test_what_an_async_listener_raises_becomes_error(run_main: Any) -> None:
    async def main() -> list[Any]:
        emitter = netuv.EventEmitter(capture_rejections=True)
        heard: list[Any] = []

        async def fail(value: int) -> None:
            await asyncio.sleep(0)
            raise ValueError(value)

        emitter.on("x", fail).on("x", heard.append)
        got = asyncio.get_running_loop().create_future()
        emitter.on("error", got.set_result)
        emitter.emit("x", 1)
        return [*heard, await got]

    value, error = run_main(main())
    assert value == 1
    assert isinstance(error, ValueError)
    assert error.args == (1,)


def test_a_method_may_hear_of_it(run_main: Any) -> None:
    class Own(netuv.EventEmitter):
        def _on_rejection(self, error: Exception, event: str, *args: Any) -> None:
            heard.append((str(error), event, *args))

    heard: list[Any] = []

    async def main() -> None:
        async def fail(*args: Any) -> None:
            raise ValueError("no")

        own = Own(capture_rejections=True)
        own.once("x", fail)
        assert own.emit("x", 1, 2)
        assert not own.emit("x")
        other = netuv.EventEmitter(capture_rejections=True)
        setattr(other, events.capture_rejection_symbol, lambda *args: heard.append(args[1:]))
        other.on("y", functools.partial(fail, 3))
        other.emit("y", 4)
        await turns()

    run_main(main())
    assert heard == [("no", "x", 1, 2), ("y", 4)]


def test_an_error_listener_that_fails_is_not_called_again(run_main: Any, reported: list[Any]) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter(capture_rejections=True)

        async def fail(*args: Any) -> None:
            heard.append(args)
            raise ValueError("again" if heard[1:] else "first")

        emitter.on("x", fail).on("error", fail)
        emitter.emit("x")
        await turns()
        assert emitter.capture_rejections

    heard: list[Any] = []
    run_main(main())
    assert len(heard) == 2
    assert [str(context["exception"]) for context in reported] == ["again"]
    reported.clear()


def test_without_a_listener_of_error_it_is_uncaught(setting: str, run_main: Any, reported: list[Any]) -> None:
    async def main() -> None:
        async def fail() -> None:
            raise ValueError("nobody hears")

        emitter = netuv.EventEmitter(capture_rejections=True)
        emitter.on("x", fail).emit("x")
        await turns(1000 if setting == "netuv" else 3)

    if setting == "netuv":
        with pytest.raises(ValueError, match="nobody hears"):
            run_main(main())
    else:
        run_main(main())
        assert [str(context["exception"]) for context in reported] == ["nobody hears"]
        reported.clear()


def test_a_stream_is_destroyed(run_main: Any) -> None:
    async def main() -> Any:
        async def fail(chunk: bytes) -> None:
            raise ValueError("no")

        stream = PassThrough(capture_rejections=True)
        got = asyncio.get_running_loop().create_future()
        stream.on("error", got.set_result).on("data", fail)
        stream.write(b"x")
        error = await got
        return stream.destroyed, str(error)

    assert run_main(main()) == (True, "no")


def test_a_connection_is_destroyed_and_not_its_server(run_main: Any) -> None:
    async def main() -> None:
        taken: list[Any] = []

        async def serve(socket: Any) -> None:
            taken.append(socket.on("error", taken.append))
            await turns(1)
            raise ValueError("no")

        server = netuv.create_server(capture_rejections=True).on("connection", serve)
        await server.listen(0, "127.0.0.1")
        socket = await netuv.connect(server.address().port, "127.0.0.1")
        assert await socket.receive() == b""
        await socket.aclose()
        assert str(taken[1]) == "no"
        assert taken[0].destroyed
        assert server.listening
        await server.shutdown(1)

    run_main(main())


def test_a_socket_is_destroyed(run_main: Any) -> None:
    async def main() -> None:
        async def fail() -> None:
            raise ValueError("no")

        async with netuv.create_server(lambda socket: socket.resume()).listen(0, "127.0.0.1") as server:
            got = asyncio.get_running_loop().create_future()
            socket = netuv.Socket(capture_rejections=True).on("connect", fail).on("error", got.set_result)
            socket.connect(server.address().port, "127.0.0.1")
            assert str(await got) == "no"
            assert socket.destroyed

    run_main(main())


def test_what_is_no_coroutine_is_left_alone(run_main: Any) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter(capture_rejections=True)
        server = netuv.create_server()
        emitter.on("x", lambda: server)  # it can be awaited, which nobody asked for
        emitter.on("cancelled", hang)
        emitter.emit("x")
        emitter.emit("cancelled")
        await turns()
        for task in asyncio.all_tasks():
            if task.get_coro().__name__ == "hang":  # type: ignore[union-attr]
                task.cancel()
        await turns()

    async def hang() -> None:
        await asyncio.sleep(100)

    run_main(main())


def test_where_no_asyncio_runs_it_is_refused() -> None:
    async def listener() -> None: ...

    emitter = netuv.EventEmitter(capture_rejections=True).on("x", listener)
    assert emitter.listeners("x") == emitter.raw_listeners("x") == [listener]
    with pytest.raises(netuv.NetError) as raised:
        emitter.emit("x")
    assert raised.value.code == "ERR_NO_ASYNCIO"
    assert emitter.off("x", listener).event_names() == []


def test_what_is_wrong_is_refused() -> None:
    def generator() -> Any:
        yield

    with pytest.raises(TypeError):
        netuv.EventEmitter(capture_rejections=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        netuv.EventEmitter(capture_rejections=True).on("x", generator)
    for make in (netuv.Socket, netuv.Server, PassThrough):
        with pytest.raises(TypeError):
            make(capture_rejections="yes")
