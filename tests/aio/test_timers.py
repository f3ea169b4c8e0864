"""Timers that tasks await: sleep(), immediate(), interval(), and timers/promises of netuv.node."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

import netuv
from netuv import timers
from netuv.node import timers as node_timers

pytestmark = pytest.mark.row("A11")


def pending() -> list[Any]:
    return [each for each in netuv.default_loop().handles if isinstance(each, timers.Timeout)]


def test_sleep_and_immediate(run_main: Any) -> None:
    async def main() -> list[Any]:
        order: list[Any] = []

        async def note(name: str, waiting: Any) -> None:
            order.append((name, await waiting))

        await asyncio.gather(
            note("late", timers.sleep(20, 2)), note("soon", timers.sleep(1)), note("now", timers.immediate(3))
        )
        return order

    order = run_main(main())
    assert sorted(order) == [("late", 2), ("now", 3), ("soon", None)]
    assert order.index(("soon", None)) < order.index(("late", 2))


def test_an_immediate_without_ref_comes_by_itself(run_main: Any) -> None:
    async def main() -> None:
        for _ in range(50):
            await timers.sleep(1)
            assert await timers.immediate("now", ref=False) == "now"

    run_main(main())


def test_interval(run_main: Any) -> None:
    async def main() -> list[Any]:
        got = []
        async for value in timers.interval(1, "x"):
            got.append(value)
            if len(got) == 3:
                break
        gc.collect()  # a break is told to the generator when nobody has it any more
        for _ in range(3):
            await timers.sleep(1)
        assert pending() == []
        return got

    assert run_main(main()) == ["x", "x", "x"]


def test_rounds_that_come_meanwhile_are_made_up_for(run_main: Any) -> None:
    async def main() -> None:
        rounds = timers.interval(1)
        await rounds.__anext__()
        await timers.sleep(20)
        for _ in range(3):
            coming = rounds.__anext__()
            with pytest.raises(StopIteration):  # it does not wait
                coming.send(None)  # type: ignore[attr-defined]
        await rounds.aclose()  # type: ignore[attr-defined]
        assert pending() == []

    run_main(main())


@pytest.mark.parametrize("kind", ["sleep", "immediate", "interval"])
def test_an_aborted_signal_ends_the_waiting(run_main: Any, kind: str) -> None:
    async def main() -> None:
        async def wait(signal: Any) -> None:
            if kind == "sleep":
                await timers.sleep(10_000, signal=signal)
            elif kind == "immediate":
                await timers.immediate(signal=signal)
            else:
                async for _ in timers.interval(10_000, signal=signal):
                    pass

        early = netuv.AbortSignal.abort("why")
        with pytest.raises(netuv.NetError) as raised:
            await wait(early)
        assert raised.value.code == "ABORT_ERR"
        if kind != "immediate":
            controller = netuv.AbortController()
            netuv.set_immediate(controller.abort)
            with pytest.raises(netuv.NetError):
                await wait(controller.signal)
            assert controller.signal.listener_count("abort") == 0
        assert pending() == []

    run_main(main())


def test_cancelled_nothing_is_left(run_main: Any) -> None:
    async def main() -> None:
        controller = netuv.AbortController()

        async def rounds() -> None:
            async for _ in timers.interval(10_000, signal=controller.signal):
                pass

        for waiting in (timers.sleep(10_000, ref=False, signal=controller.signal), rounds()):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(waiting, 0.005)
        assert pending() == []
        assert controller.signal.listener_count("abort") == 0

    run_main(main())


def test_with_names_of_node(run_main: Any) -> None:
    promises = node_timers.promises

    async def main() -> None:
        assert await promises.setTimeout(1, "a") == "a"
        # As in Node, the loop waits for something else where an immediate is not referenced.
        beside = asyncio.ensure_future(promises.setTimeout(1))
        assert await promises.setImmediate("b", {"ref": False}) == "b"
        await beside
        assert await promises.scheduler.wait(1) is None
        assert await promises.scheduler.yield_() is None
        async for value in promises.setInterval(1, "c", {"signal": None}):
            assert value == "c"
            break
        with pytest.raises(TypeError):
            await promises.setTimeout(1, "a", {"ref": 1})
        with pytest.raises(TypeError):
            await promises.setTimeout("1", "a")  # type: ignore[arg-type]

    run_main(main())
