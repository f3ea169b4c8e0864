"""call_soon_threadsafe(), and a loop for each thread."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import pytest
from helpers import LIMIT

import netuv
from tests.loop.programs import Boom, boom, script


def test_call_soon_threadsafe_wakes_the_loop(loop: netuv.Loop, run: Any, peer: Any) -> None:
    threads: list[int] = []

    def on_call() -> None:
        threads.append(threading.get_ident())
        server.close()

    server = netuv.create_server()
    server.listen(0, "127.0.0.1", lambda: peer(loop.call_soon_threadsafe, on_call))
    run()
    assert threads == [threading.get_ident()]


def test_call_soon_threadsafe_from_many_threads(loop: netuv.Loop, run: Any, peer: Any) -> None:
    """Wakeups coalesce in libuv, calls do not get lost, each thread's keep their order."""
    calls: dict[int, list[int]] = {thread: [] for thread in range(4)}

    def on_call(thread: int, number: int) -> None:
        calls[thread].append(number)
        if sum(map(len, calls.values())) == 4 * 500:
            netuv.clear_interval(alive)

    def body(thread: int) -> None:
        for number in range(500):
            loop.call_soon_threadsafe(on_call, thread, number)

    alive = netuv.set_interval(lambda: None, 10_000)
    for thread in calls:
        peer(body, thread)
    run()
    assert all(numbers == list(range(500)) for numbers in calls.values())


def test_call_soon_threadsafe_does_not_keep_the_loop_running(loop: netuv.Loop, run: Any) -> None:
    run()
    assert loop.handles == []


def test_call_soon_threadsafe_with_an_exception_and_calls_behind_it(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    loop.call_soon_threadsafe(boom)
    loop.call_soon_threadsafe(calls.append, "behind")
    with pytest.raises(Boom):
        run()
    run()
    assert calls == ["behind"]


def test_call_soon_threadsafe_takes_functions_only(loop: netuv.Loop) -> None:
    with pytest.raises(TypeError) as caught:
        loop.call_soon_threadsafe("f")
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_call_soon_threadsafe_while_the_loop_closes(peer: Any) -> None:
    """Either the call is taken, or ERR_LOOP_CLOSED is raised; nothing else, and no crash."""

    def hammer(loop: netuv.Loop, ready: threading.Event) -> None:
        while True:
            loop.call_soon_threadsafe(lambda: None)
            ready.set()

    def body(loop: netuv.Loop, ready: threading.Event) -> None:
        with pytest.raises(netuv.NetError) as caught:
            hammer(loop, ready)
        assert caught.value.code == "ERR_LOOP_CLOSED"

    for _ in range(20):
        loop = netuv.Loop()
        ready = threading.Event()
        thread = peer(body, loop, ready)
        assert ready.wait(LIMIT)
        loop.close()
        thread.result()


def test_a_loop_for_each_of_several_threads(peer: Any) -> None:
    """Each thread has its own default loop, with a server and sockets of its own."""
    before = len(os.listdir("/proc/self/fd"))

    def body() -> tuple[netuv.Loop, int]:
        loop = netuv.default_loop()
        echoed = 0

        def on_listening() -> None:
            for _ in range(10):
                connect()

        def connect() -> None:
            client = netuv.connect(server.address().port, "127.0.0.1")
            client.write(threading.current_thread().name)
            client.set_encoding().on("data", lambda text: on_data(client, text))

        def on_data(client: netuv.Socket, text: str) -> None:
            nonlocal echoed
            assert text == threading.current_thread().name
            echoed += 1
            client.end()
            if echoed == 10:
                server.close()

        server = netuv.create_server(lambda c: c.pipe(c)).listen(0, "127.0.0.1", on_listening)
        netuv.run()
        assert loop.handles == []
        loop.close()
        return loop, echoed

    threads = [peer(body) for _ in range(4)]
    answers = [thread.result() for thread in threads]
    assert [echoed for _, echoed in answers] == [10] * 4
    assert len({id(loop) for loop, _ in answers}) == 4
    assert len(os.listdir("/proc/self/fd")) <= before


MEMORY = """
    import gc, os, pathlib, socket, threading, warnings
    import netuv

    warnings.simplefilter("ignore", ResourceWarning)  # of a loop that is left open

    def resident():
        return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4  # KiB

    def work():
        loop = netuv.default_loop()
        near, far = socket.socketpair()
        reader = netuv.Socket(fd=near.detach())
        far.sendall(b"x" * 150_000)
        counts = []

        def on_data(data):
            counts.append(len(data))
            if sum(counts) == 150_000:
                loop.stop()

        reader.on("data", on_data)
        netuv.run()
        assert sum(counts) == 150_000 and loop.handles
        reader.destroy()
        far.close()
        if os.environ["LOOP"] == "closed":
            loop.close()

    def threads(count):
        for _ in range(count):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        gc.collect()

    threads(10)
    before = resident()
    threads(60)
    print((resident() - before) // 60)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
@pytest.mark.skipif("asan" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer keeps what is freed")
@pytest.mark.parametrize("loop_is", ["closed", "left open"])
def test_a_thread_that_ends_leaves_no_read_buffers(loop_is: str) -> None:
    """Its loop was stopped in the middle; what it leaves open is closed when the thread is over."""
    done = script(MEMORY, LOOP=loop_is)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 30  # KiB a thread; one read buffer alone has 64 or 256
