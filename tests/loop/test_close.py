"""Loop.close(): it tells, it closes, and it waits for nothing."""

from __future__ import annotations

import gc
import linecache
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, finish_lookups, open_fds, tcp_pair

import netuv


class Boom(Exception):
    pass


def boom(*args: Any) -> None:
    raise Boom


def note(events: list[Any], emitter: Any, *names: str) -> None:
    for name in names:
        emitter.on(name, lambda *args, name=name: events.append((name, *args)))


@pytest.fixture
def loop() -> Iterator[netuv.Loop]:
    """One that may be left open by what the test does to close(), but not by the test."""
    loop = netuv.Loop()
    yield loop
    loop.close()
    assert loop.closed
    assert loop.handles == []


@pytest.fixture
def busy_pool() -> Iterator[Callable[[], None]]:
    """libuv's threads are all at work until the fixture's function is called."""
    work = pyuv.Loop()
    gate = threading.Event()
    started = threading.Semaphore(0)
    size = int(os.environ.get("UV_THREADPOOL_SIZE", 4))

    def wait() -> None:
        started.release()
        gate.wait(LIMIT)

    for _ in range(size):
        work.queue_work(wait)
    for _ in range(size):
        assert started.acquire(timeout=LIMIT)

    def free() -> None:
        gate.set()
        work.run()

    yield free
    free()


# -- what is opened while it closes ------------------------------------------------------------------


def test_a_listen_that_has_not_begun(loop: netuv.Loop) -> None:
    events: list[Any] = []
    server = netuv.create_server(loop=loop).listen(0, "127.0.0.1")
    note(events, server, "listening", "close", "error")
    loop.close()
    assert events == [("close",)]
    assert not server.listening


def test_a_server_that_waits_for_a_lookup_is_open(loop: netuv.Loop, busy_pool: Callable[[], None]) -> None:
    events: list[Any] = []
    server = netuv.create_server(loop=loop).listen(0, "localhost")
    note(events, server, "listening", "close", "error")
    assert loop.handles == [server]
    loop.close()
    assert events == [("close",)]


def test_a_server_that_was_looked_up_in_vain_is_not_open(loop: netuv.Loop, must_call: Any) -> None:
    server = netuv.create_server(loop=loop).listen(0, f"{'a' * 64}.test")
    server.on("error", must_call())
    loop.run()
    assert loop.handles == []
    server.listen(0, "localhost").close()
    assert loop.handles == []
    loop.run()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_connect_that_has_not_begun(loop: netuv.Loop, busy_pool: Callable[[], None], host: str) -> None:
    events: list[Any] = []
    client = netuv.connect(9, host, loop=loop)
    note(events, client, "connect", "error", "close", "lookup")
    loop.close()
    assert events == [("close", False)]


@pytest.mark.parametrize("how", ["tick", "threadsafe", "close event"])
def test_what_is_opened_meanwhile_is_closed(loop: netuv.Loop, how: str) -> None:
    events: list[Any] = []
    made: list[Any] = []
    server = netuv.create_server(loop=loop).listen(0)
    listener = socket.create_server(("127.0.0.1", 0))

    def open_more() -> None:
        made.append(netuv.create_server(loop=loop).listen(0))
        made.append(netuv.set_timeout(boom, 3_600_000, loop=loop))
        made.append(netuv.connect(listener.getsockname()[1], "127.0.0.1", loop=loop))
        made.append(netuv.create_server(loop=loop).listen(0, "localhost"))
        for each in made[0], made[2], made[3]:
            note(events, each, "error", "close")

    if how == "tick":
        loop.next_tick(open_more)
    elif how == "threadsafe":
        loop.call_soon_threadsafe(open_more)
    else:
        server.on("close", open_more)
    with listener:
        loop.close()
    assert sorted(events) == [("close",), ("close",), ("close", False)]


@pytest.mark.parametrize("what", ["server", "tick", "tick that raises", "pyuv"])
def test_there_is_an_end_to_it(what: str) -> None:
    """Each thing that was closed opens another one."""
    before = open_fds()
    loop = netuv.Loop()
    count = [0]

    def again(*args: Any) -> None:
        count[0] += 1
        if what == "server":
            netuv.create_server(loop=loop).listen(0).on("close", again)
        elif what == "pyuv":
            if loop.uv is not None:
                pyuv.Timer(loop.uv).close(again)
        else:
            loop.next_tick(again)
            if what == "tick that raises":
                raise Boom

    if what == "tick":  # the C file calls ticks of ticks to their end, as run() does: not from a callback
        loop.next_tick(again)
    elif what == "tick that raises":
        loop.next_tick(again)
        with pytest.raises(Boom):
            loop.close()
    else:
        again()
    loop.close()
    assert loop.closed
    assert count[0] >= 100
    netuv.Loop().close()
    assert open_fds() <= before


# -- lookups -----------------------------------------------------------------------------------------


def test_a_lookup_that_has_not_begun(loop: netuv.Loop, busy_pool: Callable[[], None]) -> None:
    netuv.lookup("localhost", boom, loop=loop)
    loop.close()
    busy_pool()
    netuv.Loop().close()


def test_requests_that_cannot_be_cancelled_end_later() -> None:
    """The pyuv.Loop lives on until then, and the next Loop that is made or closed takes it away."""
    before = open_fds()
    gate = threading.Event()
    begun = threading.Event()
    loop = netuv.Loop()
    called: list[str] = []
    loop.uv.queue_work(lambda: (begun.set(), gate.wait(LIMIT)), lambda status: called.append("done"))
    assert begun.wait(LIMIT)
    loop.close()
    assert called == []
    other = netuv.Loop()
    assert len(open_fds()) > len(before) + 5
    gate.set()
    while not called:
        netuv.Loop().close()
    other.close()
    assert open_fds() <= before


SLOW = r"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <netdb.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                    struct addrinfo **result)
    {
        char byte;
        int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
        real = dlsym(RTLD_NEXT, "getaddrinfo");
        if (node == NULL || strcmp(node, "slow") != 0)
            return real(node, service, hints, result);
        if (write(atoi(getenv("BEGUN")), "b", 1) != 1 || read(atoi(getenv("GATE")), &byte, 1) != 1)
            return EAI_FAIL;
        return real("127.0.0.1", service, hints, result);
    }
"""


@pytest.fixture(scope="module")
def slow_names(tmp_path_factory: Any) -> Callable[[str], None]:
    """Runs a program in which the lookup of "slow" ends when it calls answer()."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder: Path = tmp_path_factory.mktemp("slow")
    (folder / "slow.c").write_text(SLOW)
    shim = folder / "slow.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(shim), str(folder / "slow.c"), "-ldl"],
        check=True,
        timeout=3 * LIMIT,
    )
    head = """
        import gc, netuv, os, signal, sys, threading
        reader, writer = os.pipe()
        begun, begin = os.pipe()
        os.environ["GATE"], os.environ["BEGUN"] = str(reader), str(begin)
        def has_begun(): os.read(begun, 1)
        def answer(): os.write(writer, b"x")
        def fds(): return len(os.listdir("/proc/self/fd"))
        def boom(*args): raise SystemError("called after close()")
        netuv.lookup("localhost", lambda *args: None)
        netuv.run()
        netuv.default_loop().close()
        before = fds()
    """

    def run(code: str) -> None:
        preload = " ".join(filter(None, [os.environ.get("LD_PRELOAD"), str(shim)]))
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-c", textwrap.dedent(head) + textwrap.dedent(code)],
            env={**os.environ, "LD_PRELOAD": preload, "UV_THREADPOOL_SIZE": "8"},
            timeout=LIMIT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    return run


def test_a_lookup_that_is_under_way_does_not_hold_it_up(slow_names: Callable[[str], None]) -> None:
    slow_names("""
        events = []
        loop = netuv.Loop()
        netuv.lookup("slow", boom, loop=loop)
        client = netuv.connect(9, "slow", loop=loop)
        server = netuv.create_server(loop=loop).listen(0, "slow")
        for each in client, server:
            for name in "connect", "lookup", "listening", "error", "close":
                each.on(name, lambda *args, name=name: events.append((name, *args)))
        for _ in range(3): has_begun()
        loop.close()
        assert sorted(events) == [("close",), ("close", False)], events
        assert loop.handles == [] and loop.closed
        for _ in range(3): answer()
        while fds() > before: netuv.Loop().close()
        assert len(events) == 2
    """)


def test_a_lookup_of_a_thread_that_has_ended(slow_names: Callable[[str], None]) -> None:
    slow_names("""
        def body():
            netuv.lookup("slow", boom)
            has_begun()
        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        netuv.default_loop()
        answer()
        while fds() > before: netuv.default_loop().close()
    """)


def test_a_forked_child_leaves_such_a_loop_alone(slow_names: Callable[[str], None]) -> None:
    slow_names("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        loop = netuv.Loop()
        netuv.lookup("slow", boom, loop=loop)
        has_begun()
        loop.close()
        child = os.fork()
        if not child:
            for _ in range(3): netuv.Loop().close()
            netuv.set_timeout(lambda: None, 1)
            netuv.run()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        answer()
        while fds() > before: netuv.Loop().close()
    """)


# -- interrupted, or refused --------------------------------------------------------------------------


def test_every_exception_is_told(loop: netuv.Loop) -> None:
    servers = [netuv.create_server(loop=loop).listen(0) for _ in range(250)]
    clients = [netuv.Socket(fd=end.detach(), loop=loop) for _ in range(3) for end in socket.socketpair()]
    for each in (*servers, *clients):
        each.on("close", boom)
    with pytest.raises(Boom) as caught:
        loop.close()
    assert loop.closed
    count, error = 0, caught.value
    while error is not None:
        count, error = count + 1, error.__context__
    assert count == 256


def test_the_wrong_thread_changes_nothing(peer: Any) -> None:
    loop = netuv.Loop(debug=True)
    server = netuv.create_server(loop=loop).listen(0)
    server.on("listening", loop.stop)
    loop.run()

    def body() -> None:
        with pytest.raises(netuv.NetError) as caught:
            loop.close()
        assert caught.value.code == "ERR_WRONG_THREAD"

    peer(body).result()
    assert server.listening
    loop.call_soon_threadsafe(loop.stop)
    loop.run()
    loop.close()
    assert loop.closed


class Stubborn(pyuv.Timer):  # type: ignore[misc]
    """A handle that may refuse to be closed."""

    stubborn = True

    def close(self, *args: Any) -> None:
        if self.stubborn:
            raise Boom
        super().close(*args)


def test_a_handle_that_cannot_be_closed(loop: netuv.Loop) -> None:
    timer = netuv.set_timeout(boom, 60_000, loop=loop)
    handle = Stubborn(loop.uv)
    for _ in range(2):
        with pytest.raises(Boom):
            loop.close()
        assert not loop.closed
    timer.close()
    fired: list[int] = []
    netuv.set_timeout(fired.append, 1, 1, loop=loop)
    loop.run()
    assert fired == [1]
    handle.stubborn = False
    loop.close()
    assert loop.closed
    assert handle.closed


def test_close_within_close_is_refused(loop: netuv.Loop) -> None:
    refused: list[RuntimeError] = []

    def on_close() -> None:
        with pytest.raises(RuntimeError, match="running") as caught:
            loop.close()
        refused.append(caught.value)
        loop.stop()

    netuv.create_server(loop=loop).listen(0).on("close", on_close)
    netuv.create_server(loop=loop).listen(0).on("close", on_close)
    loop.close()
    assert len(refused) == 2
    assert loop.closed


def interrupted_close(loop: netuv.Loop, line: int) -> bool:
    """close(), with KeyboardInterrupt at the so-many-th line of netuv that it executes.

    A real one does not come before an assignment that follows a block: the interpreter looks for signals at
    calls and at jumps back.
    """
    left = [line]

    def trace(frame: Any, event: str, argument: Any) -> Any:
        if frame.f_globals.get("__name__", "").partition(".")[0] != "netuv":
            return None
        if event == "line" and "_running = False" not in linecache.getline(
            frame.f_code.co_filename, frame.f_lineno
        ):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
        return trace

    former = sys.gettrace()
    gc.disable()  # what it raises in the finalizer of another loop would go nowhere
    sys.settrace(trace)
    try:
        loop.close()
    finally:
        sys.settrace(former)
        gc.enable()
    return left[0] <= 0


def test_ctrl_c_at_any_moment_leaves_a_loop_that_can_be_closed(short_path: Path) -> None:
    before = open_fds()
    line = 1
    while True:
        loop = netuv.Loop()
        made: list[Any] = [netuv.Socket(fd=end.detach(), loop=loop) for end in socket.socketpair()]
        made.append(netuv.create_server(loop=loop).listen(str(short_path / "s")))
        made.append(netuv.create_server(loop=loop).listen(0, "127.0.0.1"))
        made.append(netuv.create_server(loop=loop).listen(0, "localhost"))
        made += [netuv.set_timeout(boom, 60_000, loop=loop) for _ in range(2)]
        netuv.set_immediate(boom, loop=loop)
        made[0].set_timeout(60_000)
        made[0].write(bytes(1 << 20))
        try:
            if not interrupted_close(loop, line):
                break
            pytest.fail("a KeyboardInterrupt is lost")
        except KeyboardInterrupt:
            line += 1
        loop.close()
        assert loop.closed
        assert loop.handles == []
        assert loop.uv is None
        assert not list(short_path.iterdir())
        for each in made[:2]:
            assert each.destroyed
    assert line > 200
    made.clear()
    gc.collect()
    finish_lookups()
    assert open_fds() <= before


def test_ctrl_c_while_thousands_of_sockets_close() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "dev",
            "-c",
            textwrap.dedent("""
                import netuv, os, signal, threading
                loop = netuv.default_loop()
                timers = [netuv.set_timeout(print, 60_000) for _ in range(60_000)]
                servers = [netuv.create_server().listen(0) for _ in range(100)]
                servers[50].on("close", lambda: os.kill(os.getpid(), signal.SIGINT))
                for _ in range(2):
                    try:
                        loop.close()
                    except KeyboardInterrupt:
                        print("interrupted")
                assert loop.closed and not loop.handles
            """),
        ],
        timeout=LIMIT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


# -- afterwards ---------------------------------------------------------------------------------------


def test_a_closed_loop_says_so() -> None:
    loop = netuv.Loop()
    loop.close()
    loop.close()
    assert loop.handles == []
    assert repr(loop) == "<netuv.Loop closed, 0 open>"
    with pytest.raises(netuv.NetError) as caught:
        loop.now()
    assert caught.value.code == "ERR_LOOP_CLOSED"


def test_what_waits_for_a_kernel_that_takes_no_more(loop: netuv.Loop) -> None:
    mine, theirs = tcp_pair()
    client = netuv.Socket(fd=mine.detach(), loop=loop)
    events: list[Any] = []
    client.write(bytes(30 << 20), lambda error: events.append(error and error.code))
    client.end(lambda error=None: events.append(error and error.code))
    note(events, client, "finish", "error", "close")
    loop.close()
    theirs.close()
    assert events[-1] == ("close", False)
    assert len(events) == 3
    assert None not in events
