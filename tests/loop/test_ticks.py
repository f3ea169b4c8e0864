"""next_tick(): after each callback, before any I/O."""

from __future__ import annotations

from typing import Any

import netuv
from tests.loop.programs import pair


def test_ticks_run_after_each_callback_not_after_all_of_a_turn(loop: netuv.Loop, run: Any) -> None:
    """Two sockets that are readable at once: data, its tick, then the other's data."""
    calls: list[str] = []
    theirs = []
    for name in ("A", "B"):
        mine, other = pair(loop)
        theirs.append(other)

        def on_data(data: bytes, mine: netuv.Socket = mine, name: str = name) -> None:
            calls.append(f"data {name}")
            netuv.next_tick(calls.append, f"tick {name}")
            netuv.next_tick(mine.destroy)

        mine.on("data", on_data)
        other.sendall(b"x")
    run()
    first, second = calls[0][-1], calls[2][-1]
    assert {first, second} == {"A", "B"}
    assert calls == [f"data {first}", f"tick {first}", f"data {second}", f"tick {second}"]
    for other in theirs:
        other.close()


def test_ticks_of_ticks_run_before_any_io(loop: netuv.Loop, run: Any) -> None:
    calls: list[Any] = []

    def tick(depth: int) -> None:
        calls.append(depth)
        if depth < 5:
            netuv.next_tick(tick, depth + 1)

    netuv.set_immediate(calls.append, "immediate")
    netuv.next_tick(tick, 0)
    run()
    assert calls == [0, 1, 2, 3, 4, 5, "immediate"]


def test_ticks_keep_their_arguments_and_order(loop: netuv.Loop, run: Any) -> None:
    calls: list[Any] = []
    for number in range(100):
        netuv.next_tick(lambda *args: calls.append(args), number, -number)
    run()
    assert calls == [(number, -number) for number in range(100)]
