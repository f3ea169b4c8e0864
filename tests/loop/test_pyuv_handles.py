"""A pyuv loop that is given, and pyuv handles of one's own beside netuv's."""

from __future__ import annotations

from typing import Any

import pytest
import pyuv

import netuv
from tests.loop.programs import Boom, boom


def test_a_given_pyuv_loop_is_used() -> None:
    uv = pyuv.Loop()
    loop = netuv.Loop(uv)
    assert loop.uv is uv
    calls: list[str] = []
    timer = pyuv.Timer(uv)
    timer.start(lambda handle: calls.append("pyuv"), 0.001, 0)
    netuv.set_timeout(calls.append, 20, "netuv", loop=loop)
    loop.run()
    assert calls == ["pyuv", "netuv"]
    loop.close()
    with pytest.raises(TypeError) as caught:
        netuv.Loop(object())
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_ticks_of_a_pyuv_timer_run(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    timer = pyuv.Timer(loop.uv)

    def on_timer(handle: Any) -> None:
        handle.close()  # it was the last one: the loop has nothing left but the tick
        netuv.next_tick(calls.append, "tick")
        calls.append("timer")

    timer.start(on_timer, 0.001, 0)
    loop.touch()
    run()
    assert calls == ["timer", "tick"]


def test_ticks_of_a_pyuv_idle_run_before_its_next_turn(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    idle = pyuv.Idle(loop.uv)

    def on_idle(handle: Any) -> None:
        calls.append("idle")
        netuv.next_tick(calls.append, "tick")
        if len(calls) > 3:
            handle.close()

    idle.start(on_idle)
    loop.touch()
    run()
    assert calls == ["idle", "tick", "idle", "tick", "idle", "tick"][: len(calls)]
    assert len(calls) >= 4


def test_ticks_of_a_pyuv_check_do_not_wait_for_io(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    """After the check phase the loop would wait, here for a timer that is an hour away."""
    timer = netuv.set_timeout(boom, 3_600_000)
    check = pyuv.Check(loop.uv)

    def on_check(handle: Any) -> None:
        handle.close()
        netuv.next_tick(must_call(timer.close))

    check.start(on_check)
    netuv.set_immediate(lambda: None)
    run()


def test_a_pyuv_tcp_server_and_a_netuv_client(loop: netuv.Loop, run: Any) -> None:
    calls: list[Any] = []
    server = pyuv.TCP(loop.uv)
    server.bind(("127.0.0.1", 0))

    def on_connection(handle: Any, error: Any) -> None:
        connection = pyuv.TCP(loop.uv)
        handle.accept(connection)
        handle.close()
        connection.start_read(on_read)
        netuv.next_tick(calls.append, "tick of connection")

    def on_read(handle: Any, data: bytes | None, error: Any) -> None:
        netuv.next_tick(calls.append, "tick of read")
        if data:
            handle.write(data)
        else:
            handle.close()

    server.listen(on_connection)
    client = netuv.connect(server.getsockname()[1], "127.0.0.1")
    client.on("data", lambda data: (calls.append(data), client.end()))
    client.write(b"hello")
    run()
    assert calls.index("tick of connection") < calls.index("tick of read") < calls.index(b"hello")


@pytest.mark.by_itself("it is about close() of the loop")
def test_what_a_pyuv_callback_raises_next_to_netuv_s_own(loop: netuv.Loop, run: Any) -> None:
    idle = pyuv.Idle(loop.uv)
    idle.start(boom)
    netuv.create_server().listen(0, "127.0.0.1")
    with pytest.raises(Boom):
        run()
    loop.close()
