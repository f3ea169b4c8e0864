"""Debug mode: a call in the wrong thread is an error."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import netuv
from tests.loop.programs import boom, pair, script


def test_the_default_loop_of_a_thread_ends_with_it(peer: Any) -> None:
    """A program that runs loops in short-lived threads has no call that would close them."""

    def body() -> None:
        netuv.create_server().listen(0).close()
        netuv.set_timeout(lambda: None, 1)
        netuv.run()

    peer(body).result()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        peer(body).result()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before + 5  # the last thread may still be ending


WRONG_THREAD: dict[str, Callable[..., Any]] = {
    "server.listen": lambda s: netuv.Server(loop=s.loop).listen(0),
    "server.close": lambda s: s.server.close(),
    "server.get_connections": lambda s: s.server.get_connections(boom),
    "server.unref": lambda s: s.server.unref(),
    "Socket": lambda s: netuv.Socket(loop=s.loop),
    "socket.connect": lambda s: s.fresh.connect(1, "127.0.0.1"),
    "socket.write": lambda s: s.client.write(b"x"),
    "socket.end": lambda s: s.client.end(),
    "socket.pause": lambda s: s.client.pause(),
    "socket.resume": lambda s: s.client.resume(),
    "socket.read": lambda s: s.client.read(),
    "socket.on data": lambda s: s.client.on("data", boom),
    "socket.destroy": lambda s: s.client.destroy(),
    "socket.set_timeout": lambda s: s.client.set_timeout(1000),
    "socket.unref": lambda s: s.client.unref(),
    "timer.close": lambda s: s.timer.close(),
    "clear_timeout": lambda s: netuv.clear_timeout(s.timer),
    "timer.refresh": lambda s: s.timer.refresh(),
    "timer.unref": lambda s: s.timer.unref(),
    "set_timeout": lambda s: netuv.set_timeout(boom, 1, loop=s.loop),
    "set_immediate": lambda s: netuv.set_immediate(boom, loop=s.loop),
    "next_tick": lambda s: netuv.next_tick(boom, loop=s.loop),
    "lookup": lambda s: netuv.lookup("localhost", boom, loop=s.loop),
    "loop.stop": lambda s: s.loop.stop(),
}


class Scene:
    """One of each, on a loop in debug mode."""

    def __init__(self, loop: netuv.Loop) -> None:
        self.loop = loop
        self.server = netuv.create_server(loop=loop).listen(0)
        self.client, self.theirs = pair(loop)
        self.fresh = netuv.Socket(loop=loop)
        self.timer = netuv.set_timeout(boom, 60_000, loop=loop)


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene(netuv.Loop(debug=True))
    yield scene
    scene.loop.close()
    scene.theirs.close()


@pytest.mark.parametrize("name", WRONG_THREAD)
def test_debug_mode_sees_the_wrong_thread(scene: Scene, peer: Any, name: str) -> None:
    """Without the check this is a crash some time later."""

    def body() -> None:
        with pytest.raises(netuv.NetError) as caught:
            WRONG_THREAD[name](scene)
        assert caught.value.code == "ERR_WRONG_THREAD"
        assert "call_soon_threadsafe" in str(caught.value)

    peer(body).result()


def test_debug_mode_lets_the_right_thread_work(scene: Scene) -> None:
    scene.client.write(b"x")
    assert scene.theirs.recv(10) == b"x"
    scene.client.set_timeout(1000).pause().resume().destroy()
    scene.timer.refresh().unref()
    scene.server.unref().close()
    scene.loop.run()


def test_debug_mode_follows_the_loop_to_the_thread_that_runs_it(scene: Scene, peer: Any) -> None:
    """A loop may be set up in one thread and then run in another one."""

    def body() -> None:
        netuv_calls: list[str] = []
        scene.loop.call_soon_threadsafe(
            lambda: (
                netuv.next_tick(netuv_calls.append, "tick", loop=scene.loop),
                scene.client.write(b"x"),
                scene.loop.stop(),
            )
        )
        scene.loop.run()
        assert netuv_calls == ["tick"]
        scene.loop.close()

    peer(body).result()
    assert scene.theirs.recv(10) == b"x"


@pytest.mark.parametrize(("value", "debug"), [("1", True), ("0", False), ("", False)])
def test_debug_mode_by_the_environment(monkeypatch: Any, value: str, debug: bool) -> None:
    monkeypatch.setenv("NETUV_DEBUG", value)
    for given, wanted in ((None, debug), (True, True), (False, False)):
        loop = netuv.Loop(debug=given)
        assert loop.debug is wanted
        loop.close()


def test_debug_mode_in_a_program() -> None:
    done = script(
        """
        import threading, netuv
        client = netuv.Socket()
        def body():
            try:
                client.write(b"x")
            except netuv.NetError as error:
                print(error.code)
        threading.Thread(target=body).start()
        """,
        NETUV_DEBUG="1",
    )
    assert (done.stdout, done.stderr) == ("ERR_WRONG_THREAD\n", "")
