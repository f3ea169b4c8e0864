"""A Loop that nobody closes: dropped, left by a thread, or in a process, an interpreter that ends."""

from __future__ import annotations

import gc
import os
import resource
import socket
import subprocess
import sys
import textwrap
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, finish_lookups, libuv_since, open_fds, own_pyuv

import netuv


def boom(*args: Any) -> None:
    raise AssertionError("nobody is left to hear of it")


@pytest.fixture(autouse=True)
def before() -> Iterator[set[str]]:
    """The descriptors that are open; afterwards there are no more."""
    gc.collect()
    before = open_fds()
    yield before
    gc.collect()
    finish_lookups()
    assert len(open_fds()) <= len(before)


def warned(function: Callable[[], Any]) -> list[str]:
    """The ResourceWarnings of a call, and of the collection that follows it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
        gc.collect()
    texts = [str(each.message) for each in caught]
    assert all(each.category is ResourceWarning for each in caught), texts
    return texts


def program(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(code), *arguments],
        timeout=LIMIT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


# -- dropped -------------------------------------------------------------------------------------------


def idle(loop: netuv.Loop) -> None:
    pass


def timer(loop: netuv.Loop) -> None:
    netuv.set_timeout(boom, 60_000, loop=loop).close()


def immediate(loop: netuv.Loop) -> None:
    netuv.set_immediate(lambda: None, loop=loop)
    loop.run()


def tick(loop: netuv.Loop) -> None:
    netuv.next_tick(lambda: None, loop=loop)
    loop.run()


def threadsafe(loop: netuv.Loop) -> None:
    loop.call_soon_threadsafe(lambda: None)
    loop.run()


def lookup(loop: netuv.Loop) -> None:
    netuv.lookup("localhost", lambda *answer: None, loop=loop)
    loop.run()


def connection(loop: netuv.Loop) -> None:
    def on_connection(client: netuv.Socket) -> None:
        server.close()
        client.set_timeout(60_000)
        client.end("x")

    server = netuv.create_server(on_connection, loop=loop)
    server.listen(0, lambda: netuv.connect(server.address().port, "127.0.0.1", loop=loop).resume())
    loop.run()


def stopped(loop: netuv.Loop) -> None:
    loop.next_tick(loop.stop)
    loop.run()


@pytest.mark.parametrize(
    "use",
    [idle, timer, immediate, tick, threadsafe, lookup, connection, stopped],
    ids=lambda use: use.__name__,
)
def test_a_loop_with_nothing_open_is_collected(use: Callable[[netuv.Loop], None], before: set[str]) -> None:
    gone: list[Any] = []

    def drop() -> None:
        for _ in range(5):
            loop = netuv.Loop(debug=False)
            use(loop)
            assert loop.handles == []
            gone.append(weakref.ref(loop))

    assert warned(drop) == ["unclosed loop, and nobody refers to it: <netuv.Loop idle, 0 open>"] * 5
    assert [each() for each in gone] == [None] * 5
    assert len(open_fds()) <= len(before)


def test_a_loop_that_was_never_used_needs_no_collector() -> None:
    """Nothing but the last reference holds a loop that was never used."""
    gc.disable()
    try:
        loop = netuv.Loop()
        gone = weakref.ref(loop)
        with pytest.warns(ResourceWarning, match="unclosed loop"):
            del loop
        assert gone() is None
    finally:
        gc.enable()


def test_a_loop_that_was_closed_is_not_warned_of() -> None:
    assert warned(lambda: netuv.Loop().close()) == []


def test_the_warning_says_where_the_loop_was_made() -> None:
    (text,) = warned(lambda: netuv.Loop(debug=True))
    assert f"made at {__file__}:" in text
    (text,) = warned(lambda: netuv.Loop(debug=False))
    assert "made at" not in text


def test_a_loop_with_things_open(short_path: Path) -> None:
    ports: list[int] = []
    mine, theirs = socket.socketpair()

    def drop() -> None:
        loop = netuv.Loop()
        server = netuv.create_server(loop=loop).listen(0)
        ports.append(server.address().port)
        local = netuv.create_server(loop=loop).listen(str(short_path / "s"))
        client = netuv.Socket(fd=mine.detach(), readable=False, loop=loop)
        for each in server, local, client:
            each.on("close", boom)
        loop.next_tick(loop.stop)
        loop.run()
        netuv.set_timeout(boom, 60_000, loop=loop)
        netuv.set_immediate(boom, loop=loop)

    (text,) = warned(drop)
    assert "4 open>" in text
    assert f"netuv.Server listening on {short_path}/s" in text
    assert "netuv.Socket" in text
    assert "Timeout 60000 ms" in text
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), LIMIT)
    assert not list(short_path.iterdir())
    with theirs:
        assert theirs.recv(10) == b""


def test_a_great_many_are_not_all_named() -> None:
    def drop() -> None:
        loop = netuv.Loop()
        for _ in range(100):
            netuv.create_server(loop=loop).listen(0)

    (text,) = warned(drop)
    assert text.count("netuv.Server") == 10
    assert text.endswith(", 90 more")


def test_what_reads_keeps_its_loop() -> None:
    """libuv refers to its handle, and that to the loop; so does what connects or writes, and a tick."""
    mine, theirs = socket.socketpair()
    heard: list[Any] = []

    def leave() -> Any:
        loop = netuv.Loop()
        netuv.Socket(fd=mine.detach(), loop=loop).on("data", heard.append)
        return weakref.ref(loop)

    reference = leave()
    gc.collect()
    loop = reference()
    assert loop is not None
    with theirs:
        theirs.sendall(b"x")
    loop.run()
    assert heard == [b"x"]
    loop.close()


def test_a_pyuv_loop_that_was_given_keeps_its_loop() -> None:
    uv = pyuv.Loop()
    fired: list[int] = []

    def use() -> Any:
        loop = netuv.Loop(uv)
        netuv.set_timeout(lambda: fired.append(1), 1, loop=loop)
        return weakref.ref(loop)

    reference = use()
    gc.collect()
    uv.run()
    assert fired == [1]
    loop = reference()
    assert loop is not None
    loop.close()


def test_handles_of_pyuv_s_own_outlive_their_loop() -> None:
    fired: list[int] = []

    def use() -> Any:
        loop = netuv.Loop()
        handle = pyuv.Timer(loop.uv)
        handle.start(lambda handle: (fired.append(1), handle.close()), 0.001, 0)
        return loop.uv

    kept: list[Any] = []
    (text,) = warned(lambda: kept.append(use()))
    assert "1 open" in text
    (uv,) = kept
    uv.run()
    assert fired == [1]


def test_collected_in_another_thread_while_a_loop_runs(peer: Any) -> None:
    def make() -> None:
        for _ in range(3):
            loop = netuv.Loop(debug=True)
            netuv.create_server(loop=loop).listen(0).on("close", boom)
            netuv.set_timeout(boom, 60_000, loop=loop)
            loop.next_tick(loop.stop)
            loop.run()

    def collect() -> None:
        other = netuv.default_loop()
        other.next_tick(gc.collect)
        netuv.run()
        other.close()

    texts = warned(lambda: (peer(make).result(), peer(collect).result()))
    assert len(texts) == 3


def test_a_warning_that_is_an_error_closes_nevertheless(before: set[str]) -> None:
    out = program("""
        import gc, netuv, os, sys, warnings
        netuv.Loop().close()
        before = len(os.listdir("/proc/self/fd"))
        warnings.simplefilter("error")
        told = []
        sys.unraisablehook = lambda what: told.append(what.exc_value)
        netuv.create_server(loop=netuv.Loop()).listen(0)
        gc.collect()
        print(len(told), type(told[0]).__name__, len(os.listdir("/proc/self/fd")) - before)
    """)
    assert out == "1 ResourceWarning 0\n"


# -- the end of a thread ---------------------------------------------------------------------------------


def in_thread(body: Callable[[], Any]) -> list[str]:
    def join() -> None:
        thread = threading.Thread(target=body)
        thread.start()
        thread.join(LIMIT)
        assert not thread.is_alive()

    return warned(join)


def test_the_end_of_a_thread_closes_its_loop() -> None:
    ports: list[int] = []
    kept: list[Any] = []

    def body() -> None:
        server = netuv.create_server().listen(0)
        server.on("close", boom)
        ports.append(server.address().port)
        client = netuv.connect(ports[0], "127.0.0.1")
        client.on("close", boom)
        client.on("connect", netuv.default_loop().stop)
        netuv.run()
        netuv.next_tick(boom)
        client.write(bytes(30 << 20), boom)
        client.end()
        netuv.set_timeout(boom, 60_000)
        pyuv.Timer(netuv.default_loop().uv).start(boom, 60, 0)
        kept.extend((server, client, netuv.default_loop()))

    (text,) = in_thread(body)
    assert text.startswith("unclosed loop, and its thread has ended: <netuv.Loop idle, ")
    for name in "Server listening on", "netuv.Socket", "Timeout 60000", "pyuv._cpyuv.Timer":
        assert name in text
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), LIMIT)
    server, client, loop = kept
    assert not server.listening
    assert client.destroyed
    assert loop.closed
    # They are as after close(): quiet.
    server.close()
    client.destroy()
    client.write(b"x")
    loop.close()
    kept.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_listen_that_has_not_begun(host: str) -> None:
    (text,) = in_thread(lambda: netuv.create_server().listen(0, host).on("close", boom))
    assert "netuv.Server not listening" in text


def test_a_thread_that_leaves_nothing_open() -> None:
    def body() -> None:
        netuv.create_server().listen(0).close()
        netuv.run()

    assert in_thread(body) == []


def test_a_thread_that_fails() -> None:
    def body() -> None:
        netuv.create_server().listen(0, "127.0.0.1", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            netuv.run()

    assert "netuv.Server" in in_thread(body)[0]


def thread_with_a_server() -> tuple[netuv.Loop, netuv.Server, Callable[[], None]]:
    """The loop and the server of a thread that still lives, and the call that ends the thread."""
    made: list[Any] = []
    ready, over = threading.Event(), threading.Event()

    def body() -> None:
        made.append(netuv.default_loop())
        made.append(netuv.create_server().listen(0))
        ready.set()
        over.wait(LIMIT)

    thread = threading.Thread(target=body)
    thread.start()
    assert ready.wait(LIMIT)
    loop, server = made

    def end() -> None:
        over.set()
        thread.join(LIMIT)

    return loop, server, end


def test_a_loop_that_another_thread_has_run_is_left_to_that() -> None:
    loop, server, end_the_other = thread_with_a_server()
    loop.next_tick(loop.stop)
    loop.run()
    end_the_other()
    assert server.listening
    loop.close()


def test_a_loop_that_another_thread_runs_is_left_to_that() -> None:
    loop, server, end_the_other = thread_with_a_server()

    def in_the_loop() -> None:
        end_the_other()
        assert server.listening
        server.close()

    netuv.set_timeout(in_the_loop, 1, loop=loop)
    loop.run()
    loop.close()


# -- forks, interpreters and descriptors that end ---------------------------------------------------------


@pytest.mark.parametrize("where", ["loop", "thread", "default"])
def test_a_child_s_collector_leaves_the_parent_s_loop_alone(where: str) -> None:
    out = program(
        """
        import gc, netuv, os, socket, sys, threading, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        ports = []
        def child():
            gc.collect()
            os._exit(0)
        def body():
            where = sys.argv[1]
            holder = [netuv.Loop() if where == "loop" else netuv.default_loop()]
            server = netuv.create_server(lambda c: c.end("x"), loop=holder[0]).listen(0)
            if not os.fork():
                holder.clear()
                del server
                netuv.loop._local.__dict__.clear()
                child()
            assert os.wait()[1] == 0
            def go():
                client = netuv.connect(server.address().port, "127.0.0.1", loop=holder[0])
                client.on("data", lambda data: print(data))
                client.on("close", lambda had_error: server.close())
            holder[0].next_tick(go)
            holder[0].run()
            holder[0].close()
        if sys.argv[1] == "thread":
            thread = threading.Thread(target=body); thread.start(); thread.join()
        else:
            body()
    """,
        where,
    )
    assert out == "b'x'\n"


@pytest.mark.parametrize("ending", ["", "sys.exit()", "import netuv.node", "del netuv, server"])
def test_the_end_of_the_program_warns_of_nothing(ending: str) -> None:
    program(f"""
        import netuv, sys
        server = netuv.create_server().listen(0, "127.0.0.1")
        server.on("listening", netuv.default_loop().stop)
        netuv.set_timeout(print, 60_000)
        netuv.run()
        {ending}
    """)


@own_pyuv("it raises RuntimeError, and leaves some open")
@libuv_since(1, 52, "it leaves descriptors open when a loop cannot be made")
def test_no_descriptors_for_a_loop(before: set[str]) -> None:
    netuv.Loop().close()
    former = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open(os.devnull) as file:
        free = file.fileno()
    failures: list[netuv.NetError] = []
    try:
        for more in range(1, 20):
            resource.setrlimit(resource.RLIMIT_NOFILE, (free + more, former[1]))
            try:
                netuv.Loop().close()
                break
            except netuv.NetError as error:
                failures.append(error)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, former)
    assert failures
    assert {error.code for error in failures} == {"EMFILE"}
    assert {error.syscall for error in failures} == {"uv_loop_init"}
    netuv.Loop().close()


SUBINTERPRETER = """
    import sys
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    shared_gil = ("legacy",) if sys.version_info >= (3, 13) else ()
    keywords = {} if shared_gil else {"isolated": False}
    code = '''if True:
        import netuv, sys
        server = netuv.create_server(lambda client: client.end(b"hi"))
        server.listen(0, "127.0.0.1")
        def go():
            client = netuv.connect(server.address().port, "127.0.0.1")
            client.on("data", lambda data: print(data, flush=True))
            client.on("close", lambda had_error: END)
        server.on("listening", go)
        netuv.set_timeout(print, 60_000).unref()
        netuv.run()
    '''.replace("END", sys.argv[1])
    for _ in range(2):
        made = interpreters.create(*shared_gil, **keywords)
        run = interpreters.run_string if sys.version_info < (3, 13) else interpreters.exec
        failure = run(made, code)
        assert failure is None, failure
        interpreters.destroy(made)
    print("over")
"""


@own_pyuv("it calls PyGILState_Ensure()")
@libuv_since(1, 52, "pyuv calls PyGILState_Ensure() where libuv is the system's")
@pytest.mark.parametrize("end", ["server.close()", "netuv.default_loop().stop()"])
def test_a_subinterpreter(end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SUBINTERPRETER), end],
        timeout=LIMIT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "b'hi'\nb'hi'\nover\n", "")
