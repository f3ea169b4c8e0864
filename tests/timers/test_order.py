"""In which order ticks, immediates, timers and I/O come (row N15)."""

from __future__ import annotations

from typing import Any

import pytest

import netuv

pytestmark = pytest.mark.row("N15")


def in_order(calls: list[str]) -> None:
    """Set one of each, the slowest first."""
    netuv.set_timeout(calls.append, 0, "timeout")
    netuv.set_immediate(calls.append, "immediate")
    netuv.next_tick(calls.append, "tick")
    calls.append("now")


def test_order_in_an_io_callback(run: Any, transport: Any, peer: Any) -> None:
    """Node: after I/O an immediate always comes before a timeout."""
    calls: list[str] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("data", lambda data: in_order(calls))
        client.on("close", lambda had_error: server.close())

    server = netuv.create_server(on_connection)

    def connect() -> None:
        with transport.client(transport.stdlib_address(server)) as sock:
            sock.sendall(b"x")
            assert sock.recv(10) == b""

    server.listen(*transport.listen_args, lambda: peer(connect))
    server.on("connection", lambda client: netuv.set_timeout(client.destroy, 50))
    run()
    assert calls == ["now", "tick", "immediate", "timeout"]


@pytest.mark.parametrize("start", ["timer", "immediate", "tick", "connect"])
def test_order_in_other_callbacks(loop: netuv.Loop, run: Any, start: str) -> None:
    calls: list[str] = []
    if start == "timer":
        netuv.set_timeout(in_order, 1, calls)
    elif start == "immediate":
        netuv.set_immediate(in_order, calls)
    elif start == "tick":
        netuv.next_tick(in_order, calls)
    else:
        server = netuv.create_server(lambda client: client.destroy()).listen(0, "127.0.0.1")

        def on_listening() -> None:
            client = netuv.connect(server.address().port, "127.0.0.1")
            client.on("connect", lambda: in_order(calls))
            client.resume().on("close", lambda had_error: server.close())

        server.on("listening", on_listening)
    run()
    assert calls[:2] == ["now", "tick"]
    assert sorted(calls[2:]) == ["immediate", "timeout"]
    if start in ("timer", "connect"):  # in the other two Node does not say which comes first
        assert calls[2] == "immediate"


def test_ticks_run_between_two_timers_of_one_turn(run: Any) -> None:
    calls: list[str] = []

    def on_timer(name: str) -> None:
        calls.append(name)
        netuv.next_tick(calls.append, f"tick of {name}")

    netuv.set_timeout(on_timer, 2, "A")
    netuv.set_timeout(on_timer, 2, "B")
    run()
    assert calls == ["A", "tick of A", "B", "tick of B"]


def test_the_loop_argument_chooses_the_loop(loop: netuv.Loop, run: Any) -> None:
    other = netuv.Loop()
    calls: list[str] = []
    netuv.set_timeout(calls.append, 1, "timeout", loop=other)
    netuv.set_immediate(calls.append, "immediate", loop=other)
    netuv.next_tick(calls.append, "tick", loop=other)
    run()
    assert calls == []
    other.run()
    assert sorted(calls) == ["immediate", "tick", "timeout"]
    assert calls[0] == "tick"
    other.close()
