"""events.once() and events.on(): an emitter's events for a task."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import netuv
from netuv import events
from netuv.node import events as node_events
from tests.aio.conftest import RunMain

pytestmark = pytest.mark.row("A10")


def counts(emitter: netuv.EventEmitter) -> dict[str, int]:
    return {name: emitter.listener_count(name) for name in emitter.event_names()}


def test_once(run_main: RunMain) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter()
        netuv.set_immediate(emitter.emit, "event", 1, 2)
        assert await events.once(emitter, "event") == (1, 2)
        netuv.set_immediate(emitter.emit, "error", ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await events.once(emitter, "event")
        error = ValueError()
        netuv.set_immediate(emitter.emit, "error", error)
        assert await events.once(emitter, "error") == (error,)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(events.once(emitter, "event"), 0.001)
        assert counts(emitter) == {}
        with pytest.raises(TypeError, match="emitter"):
            await events.once("emitter", "event")  # type: ignore[arg-type]

    run_main(main())


def test_once_with_a_signal(run_main: RunMain) -> None:
    async def main() -> None:
        emitter, controller = netuv.EventEmitter(), netuv.AbortController()
        netuv.set_immediate(controller.abort)
        for _ in range(2):  # the second time it is aborted already
            with pytest.raises(netuv.NetError) as caught:
                await events.once(emitter, "event", signal=controller.signal)
            assert caught.value.code == "ABORT_ERR"
        assert counts(emitter) == {}

    run_main(main())


def test_on(run_main: RunMain) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter()
        iterator = events.on(emitter, "event", close=["end"])
        for i in range(3):
            emitter.emit("event", i)
        netuv.set_immediate(emitter.emit, "event", "late")
        netuv.set_timeout(emitter.emit, 2, "end")
        assert [args async for args in iterator] == [(0,), (1,), (2,), ("late",)]
        assert counts(emitter) == {}

    run_main(main())


def test_on_raises_an_error_behind_what_came(run_main: RunMain) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter()
        iterator = events.on(emitter, "event")
        emitter.emit("event", 1)
        emitter.emit("error", ZeroDivisionError())
        assert await iterator.__anext__() == (1,)
        with pytest.raises(ZeroDivisionError):
            await iterator.__anext__()
        with pytest.raises(StopAsyncIteration):
            await iterator.__anext__()
        assert counts(emitter) == {}

    run_main(main())


def test_on_with_a_signal(run_main: RunMain) -> None:
    async def main() -> None:
        emitter, controller = netuv.EventEmitter(), netuv.AbortController()
        iterator = events.on(emitter, "event", signal=controller.signal)
        emitter.emit("event", 1)
        controller.abort()
        assert await iterator.__anext__() == (1,)
        with pytest.raises(netuv.NetError) as caught:
            await iterator.__anext__()
        assert caught.value.code == "ABORT_ERR"
        with pytest.raises(netuv.NetError):
            events.on(emitter, "event", signal=controller.signal)
        assert counts(emitter) == {}

    run_main(main())


def test_on_holds_the_emitter_back(run_main: RunMain) -> None:
    class Source(netuv.EventEmitter):
        calls: list[str]

        def pause(self) -> None:
            self.calls.append("pause")

        def resume(self) -> None:
            self.calls.append("resume")

    async def main() -> None:
        emitter = Source()
        emitter.calls = []
        iterator = events.on(emitter, "event", high_water_mark=2, low_water_mark=1)
        for i in range(4):
            emitter.emit("event", i)
        assert emitter.calls == ["pause"]
        for _ in range(3):
            await iterator.__anext__()
        assert emitter.calls == ["pause"]
        await iterator.__anext__()
        assert emitter.calls == ["pause", "resume"]
        await iterator.aclose()
        for wrong in (0, -1, "1"):
            with pytest.raises((TypeError, ValueError)):
                events.on(emitter, "event", high_water_mark=wrong)  # type: ignore[arg-type]

    run_main(main())


def test_on_with_several_tasks_and_one_that_is_cancelled(run_main: RunMain) -> None:
    async def main() -> None:
        emitter = netuv.EventEmitter()
        async with events.on(emitter, "event") as iterator:
            tasks: list[Any] = [asyncio.ensure_future(iterator.__anext__()) for _ in range(3)]
            await asyncio.sleep(0.001)
            tasks[0].cancel()
            emitter.emit("event", 1)
            emitter.emit("event", 2)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert sorted(results[1:]) == [(1,), (2,)]
            task = asyncio.ensure_future(iterator.__anext__())
            await asyncio.sleep(0.001)
            emitter.emit("event", 3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await iterator.__anext__() == (3,)
        assert counts(emitter) == {}

    run_main(main())


def test_on_is_closed_while_a_task_waits(run_main: RunMain) -> None:
    async def main() -> None:
        iterator = events.on(netuv.EventEmitter(), "event")
        task = asyncio.ensure_future(iterator.__anext__())
        await asyncio.sleep(0.001)
        await iterator.aclose()
        with pytest.raises(StopAsyncIteration):
            await task

    run_main(main())


def test_in_node_s_spelling(run_main: RunMain) -> None:
    async def main() -> None:
        emitter, controller = node_events.EventEmitter(), node_events.AbortController()
        netuv.set_immediate(emitter.emit, "event", 1, 2)
        assert await node_events.once(emitter, "event") == (1, 2)
        options = {"close": ["end"], "highWaterMark": 100, "lowWaterMark": 2, "signal": controller.signal}
        iterator = node_events.on(emitter, "event", options)
        emitter.emit("event", 1)
        emitter.emit("end")
        assert [args async for args in iterator] == [(1,)]
        controller.abort()
        with pytest.raises(netuv.NetError):
            await node_events.once(emitter, "event", {"signal": controller.signal})

    run_main(main())
