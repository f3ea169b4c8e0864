"""Tasks that send and receive, cancelled and timed out at random moments: no byte is lost or doubled, no task
waits for ever, nothing is left open. In all three settings.

``NETUV_EXAMPLES=10000 python -m pytest tests/aio/test_properties.py`` tries as many examples on each
transport in each setting, new ones at every run; otherwise it is a few, always the same.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import netuv
from netuv.testing import memory_pair
from tests.aio.conftest import SETTINGS

EXAMPLES = int(os.environ.get("NETUV_EXAMPLES", "0"))
LIMIT = 20.0  # seconds for an example
HOST = "127.0.0.1"


class Step(NamedTuple):
    """One call, and when it is cancelled: never, after so many turns, or by a time-out of so many s."""

    call: str
    size: int
    turns: int | None
    timeout: float | None


turns = st.one_of(st.none(), st.integers(0, 4))
timeouts = st.sampled_from([None, None, 0, 0.0005, 0.002])
sizes = st.one_of(st.integers(1, 300), st.sampled_from([4096, 65536, 70_000, 300_000]))
SENDS = st.builds(Step, st.sampled_from(["send", "send", "drain"]), sizes, turns, timeouts)
RECEIVES = st.builds(Step, st.sampled_from(["receive", "any", "exactly", "line"]), sizes, turns, timeouts)
ENDS = st.one_of(st.none(), st.builds(Step, st.just("aclose"), st.just(0), turns, timeouts))
PLANS = st.fixed_dictionaries(
    {
        "sends": st.tuples(st.lists(SENDS, max_size=6), st.lists(SENDS, max_size=6)),
        "receives": st.tuples(st.lists(RECEIVES, max_size=6), st.lists(RECEIVES, max_size=6)),
        "ends": st.tuples(ENDS, ENDS),
        "connects": st.lists(st.builds(Step, st.just("connect"), st.just(0), turns, timeouts), max_size=3),
    }
)


async def interrupted(step: Step, work: Callable[[], Awaitable[None]]) -> None:
    """Do it, and cancel it as the step says."""

    async def timed() -> None:
        try:
            if step.timeout is None:
                await work()
            else:
                await asyncio.wait_for(work(), step.timeout)
        except asyncio.TimeoutError:
            pass

    task = asyncio.ensure_future(timed())
    if step.turns is not None:
        for _ in range(step.turns):
            await asyncio.sleep(0)
        task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        assert step.turns is not None


class Side:
    """One end, and what it has sent and received."""

    def __init__(self, socket: netuv.Socket) -> None:
        self.socket = socket
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.number = count()

    async def write(self, steps: list[Step]) -> None:
        for step in steps:
            await interrupted(step, lambda step=step: self.send(step))  # type: ignore[misc]
        self.socket.end()

    async def send(self, step: Step) -> None:
        if step.call == "drain":
            await self.socket.drain()
            return
        head = b"%d\n" % next(self.number)
        data = (head * (step.size // len(head) + 1))[: step.size]
        self.sent.append(data)
        await self.socket.send(data)

    async def read(self, steps: list[Step]) -> None:
        for step in steps:
            await interrupted(step, lambda step=step: self.receive(step))  # type: ignore[misc]
        async for chunk in self.socket:
            self.received.append(chunk)

    async def receive(self, step: Step) -> None:
        socket = self.socket
        try:
            if step.call == "any":
                self.received.append(await socket.receive())
            elif step.call == "receive":
                self.received.append(await socket.receive(step.size))
            elif step.call == "exactly":
                self.received.append(await socket.receive_exactly(step.size))
            else:
                self.received.append(await socket.receive_until(b"\n", 1 << 20))
        except asyncio.IncompleteReadError:
            pass  # what there is stays

    async def close(self, step: Step | None) -> None:
        if step is not None:
            await interrupted(step, self.socket.aclose)
        await self.socket.aclose()


async def run_plan(kind: str, plan: dict[str, Any]) -> None:
    accepted: asyncio.Queue[netuv.Socket] = asyncio.Queue()
    with tempfile.TemporaryDirectory() as folder:
        server = netuv.create_server(accepted.put_nowait)
        place: Any = f"{folder}/s" if kind == "unix" else {"port": 0, "host": HOST}
        await server.listen(place)
        if kind != "unix":
            address: Any = server.address()
            place = {"port": address.port, "host": HOST}

        async def connect() -> None:
            await (await netuv.connect(place)).aclose()

        for step in plan["connects"]:
            await interrupted(step, connect)
        while not accepted.empty():
            accepted.get_nowait().destroy()
        if kind == "memory":
            near, far = memory_pair(capacity=20_000)
        else:
            near = await netuv.connect(place)
            port = near.local_port
            far = await accepted.get()
            while kind == "tcp" and far.remote_port != port:  # of a connection that was cancelled late
                far.destroy()
                far = await accepted.get()
            while kind == "unix" and not accepted.empty():
                far.destroy()
                far = accepted.get_nowait()
        sides = Side(await near), Side(await far)  # from the first await on they are half-open
        work = [side.write(steps) for side, steps in zip(sides, plan["sends"], strict=True)]
        work += [side.read(steps) for side, steps in zip(sides, plan["receives"], strict=True)]
        await asyncio.gather(*work)
        for one, other in (sides, sides[::-1]):
            assert b"".join(one.sent) == b"".join(other.received)
        await asyncio.gather(*[side.close(step) for side, step in zip(sides, plan["ends"], strict=True)])
        for side in sides:
            assert side.socket.closed
            assert not {"drain", "finish", "connect"} & set(side.socket.event_names())
        while not accepted.empty():
            accepted.get_nowait().destroy()
        await server.shutdown(1)
        assert netuv.default_loop().handles == []


@pytest.mark.row("A12")
@pytest.mark.parametrize("kind", ["memory", "tcp", "unix"])
def test_no_byte_is_lost_and_no_waiter_forgotten(kind: str, setting: str) -> None:
    @settings(
        max_examples=EXAMPLES or 15,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(PLANS)
    def examples(plan: dict[str, Any]) -> None:
        reported: list[Any] = []

        async def main() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))
            await asyncio.wait_for(run_plan(kind, plan), LIMIT)

        SETTINGS[setting](main())
        assert reported == []

    examples()
