"""The Loop: running and ending, what exceptions and signals do, ticks, threads, fork, other handles."""

from __future__ import annotations

import gc
import os
import pty
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pyuv
from conftest import LIMIT

import netuv

PIPES: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def command(code: str, *options: str) -> list[str]:
    # -X dev: the allocators then check that the GIL is held, and that nothing writes out of bounds.
    return [sys.executable, "-u", "-X", "dev", *options, "-c", textwrap.dedent(code)]


def script(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in a process of its own."""
    env = {**os.environ, **environment}
    return subprocess.run(command(code), timeout=LIMIT, env=env, check=False, **PIPES)


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[str]]:
    """A program that still runs; it is killed if it has not ended by the end of the block."""
    with subprocess.Popen(command(code), **PIPES) as child:
        try:
            yield child
            child.wait(LIMIT)
        finally:
            child.kill()


def pair(loop: netuv.Loop) -> tuple[netuv.Socket, socket.socket]:
    """A netuv Socket and, at the other end, a stdlib one."""
    mine, theirs = socket.socketpair()
    theirs.settimeout(LIMIT)
    return netuv.Socket(fd=mine.detach(), loop=loop), theirs


class Boom(Exception):
    pass


def boom(*args: Any) -> None:
    raise Boom("from a callback")


# -- running ---------------------------------------------------------------------------------------


def test_with_nothing_to_do_run_returns(loop: netuv.Loop) -> None:
    loop.run()
    loop.run()
    assert script("import netuv; netuv.run(); print('done')").stdout == "done\n"


def test_run_ends_when_nothing_referenced_is_left_and_can_be_called_again(loop: netuv.Loop, run: Any) -> None:
    calls: list[int] = []
    for number in range(3):
        netuv.set_timeout(calls.append, 1, number)
        run()
    assert calls == [0, 1, 2]


def test_the_module_s_run_is_for_the_threads_own_loop(loop: netuv.Loop) -> None:
    calls: list[str] = []
    assert netuv.default_loop() is loop
    netuv.set_timeout(calls.append, 1, "called")
    netuv.run()
    assert calls == ["called"]


def test_what_was_deferred_before_run_is_done_although_nothing_is_open(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    loop.next_tick(calls.append, "tick")
    loop.call_soon_threadsafe(calls.append, "call")
    run()
    assert calls == ["tick", "call"]


def test_stop_leaves_what_is_open_for_the_next_run(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    netuv.set_timeout(lambda: (calls.append("first"), loop.stop()), 1)
    netuv.set_timeout(calls.append, 40, "second")
    run()
    assert calls == ["first"]
    run()
    assert calls == ["first", "second"]


def test_stop_before_run_does_not_count(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    loop.stop()
    netuv.set_timeout(must_call(), 1)
    run()


def test_stop_in_a_tick_before_the_first_turn(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []
    timer = netuv.set_timeout(calls.append, 1, "timer")
    loop.next_tick(loop.stop)
    run()
    assert (calls, loop.handles) == ([], [timer])
    run()
    assert calls == ["timer"]


def test_run_inside_run_is_refused(loop: netuv.Loop, run: Any) -> None:
    netuv.set_timeout(lambda: loop.run(), 1)
    with pytest.raises(RuntimeError, match="already running"):
        run()


def test_a_loop_may_run_inside_another_one(loop: netuv.Loop, run: Any) -> None:
    calls: list[str] = []

    def outer() -> None:
        inner = netuv.Loop()
        netuv.set_timeout(calls.append, 1, "inner", loop=inner)
        inner.run()
        inner.close()
        calls.append("outer")

    netuv.set_timeout(outer, 1)
    run()
    assert calls == ["inner", "outer"]


def test_now_goes_on_with_the_turns(loop: netuv.Loop, run: Any) -> None:
    times = [loop.now()]
    netuv.set_timeout(lambda: times.append(loop.now()), 20)
    run()
    assert times[1] - times[0] >= 19


# -- closing ---------------------------------------------------------------------------------------


def test_close_ends_everything_and_says_so(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    sockets: list[netuv.Socket] = []
    server = netuv.create_server(sockets.append).listen(0, "127.0.0.1")
    server.on("listening", lambda: client.connect(server.address().port, "127.0.0.1"))
    client = netuv.Socket()
    client.on("connect", lambda: netuv.set_immediate(loop.stop))
    netuv.set_timeout(boom, 60_000)
    netuv.set_interval(boom, 60_000)
    foreign = pyuv.Timer(loop.uv)
    foreign.start(boom, 60, 60)
    run()
    assert len(loop.handles) == 2 + len(sockets) + 3
    for each in (server, client, *sockets):
        each.on("close", must_call())
    netuv.set_immediate(boom)
    loop.close()
    assert loop.closed
    assert foreign.closed
    assert client.destroyed
    assert not server.listening


def test_close_twice_and_what_comes_after(loop: netuv.Loop) -> None:
    loop.close()
    loop.close()
    for call in (
        loop.run,
        lambda: netuv.Socket(loop=loop),
        lambda: netuv.Server(loop=loop),
        lambda: netuv.set_timeout(boom, 1, loop=loop),
        lambda: netuv.set_immediate(boom, loop=loop),
        lambda: netuv.next_tick(boom, loop=loop),
        lambda: netuv.lookup("127.0.0.1", boom, loop=loop),
        lambda: loop.call_soon_threadsafe(boom),
    ):
        with pytest.raises(netuv.NetError) as caught:
            call()
        assert caught.value.code == "ERR_LOOP_CLOSED"


def test_what_belonged_to_a_closed_loop_refuses_work_clearly() -> None:
    loop = netuv.Loop()
    server = netuv.Server(loop=loop)
    client = netuv.Socket(loop=loop)
    timer = netuv.set_timeout(boom, 1000, loop=loop)
    loop.close()
    for call in (lambda: server.listen(0), lambda: client.connect(1)):
        with pytest.raises(netuv.NetError) as caught:
            call()
        assert caught.value.code == "ERR_LOOP_CLOSED"
    # What a `finally` does is no error: there is nothing left to do.
    timer.close()
    client.destroy()
    server.close()


def test_close_with_a_listen_that_is_still_pending() -> None:
    """With a host it starts to listen in a tick or after a lookup, so it could do so while closing."""
    done = script("""
        import netuv
        names = ("127.0.0.1", "localhost")
        servers = [netuv.create_server().listen(0, name) for name in names]
        netuv.default_loop().close()
        print([server.listening for server in servers])
    """)
    assert (done.stdout, done.stderr) == ("[False, False]\n", "")


def test_a_running_loop_cannot_be_closed(loop: netuv.Loop, run: Any) -> None:
    netuv.set_timeout(lambda: loop.close(), 1)
    with pytest.raises(RuntimeError, match="running"):
        run()
    assert not loop.closed


def test_a_closed_default_loop_is_replaced(loop: netuv.Loop, must_call: Any) -> None:
    loop.close()
    other = netuv.default_loop()
    assert other is not loop
    netuv.set_timeout(must_call(), 1)
    netuv.run()
    other.close()


def test_close_raises_what_a_listener_lets_out_and_closes_nevertheless(loop: netuv.Loop) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    server.on("close", boom)
    netuv.set_timeout(loop.stop, 1)
    loop.run()
    with pytest.raises(Boom):
        loop.close()
    assert loop.closed


def test_close_is_not_kept_waiting_by_what_its_close_events_start(loop: netuv.Loop) -> None:
    """A client that reconnects in 'close' would otherwise keep close() from returning."""
    fired: list[int] = []

    def again() -> None:
        def on_timer() -> None:
            fired.append(1)
            if len(fired) == 20:
                netuv.clear_interval(timer)

        timer = netuv.set_interval(on_timer, 5)

    client, theirs = pair(loop)
    client.on("close", lambda had_error: again())
    with theirs:
        loop.close()
    assert fired == []


def test_a_loop_that_is_dropped_takes_its_descriptors_along() -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        loop = netuv.Loop()
        netuv.set_timeout(lambda: None, 1, loop=loop)
        loop.run()
        loop.close()
        del loop
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before


# -- exceptions ------------------------------------------------------------------------------------


def in_timer(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.set_timeout(callback, 1)


def in_immediate(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.set_immediate(callback)


def in_tick(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.next_tick(callback)


def in_tick_of_a_callback(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.set_timeout(netuv.next_tick, 1, callback)


def in_threadsafe_call(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.set_timeout(lambda: None, 20)
    threading.Thread(target=loop.call_soon_threadsafe, args=(callback,)).start()


def in_lookup(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    netuv.lookup("localhost", callback)


def in_listening(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1", callback)
    server.on("listening", boom)  # not reached: the first one has raised
    netuv.set_timeout(server.close, 30)


def in_connection(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    server = netuv.create_server(callback)
    server.on("connection", boom)
    server.prepend_listener("connection", lambda s: server.close())

    def on_listening() -> None:
        client = netuv.connect(server.address().port, "127.0.0.1")
        client.on("connect", client.destroy)

    server.prepend_listener("connection", lambda s: netuv.next_tick(s.destroy))
    server.listen(0, "127.0.0.1", on_listening)


def in_data(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.on("data", lambda data: netuv.next_tick(mine.destroy))
    mine.on("data", callback)
    with theirs:
        theirs.sendall(b"x")


def in_end(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.resume()
    mine.on("end", lambda: netuv.next_tick(mine.destroy))  # as the exception keeps it from ending
    mine.on("end", callback)
    theirs.close()


def in_close(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.on("close", callback)
    theirs.close()
    mine.destroy()


def in_write_callback(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.write(b"x", callback)
    theirs.recv(1)
    mine.end()
    mine.resume()
    theirs.close()


def in_error(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.on("error", callback)
    theirs.close()
    mine.destroy(ValueError("why it ends"))


def in_timeout(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    mine, theirs = pair(loop)
    mine.set_timeout(1, callback)
    mine.on("close", lambda had_error: theirs.close())
    netuv.set_timeout(mine.destroy, 30)


def in_a_pyuv_handle(loop: netuv.Loop, callback: Callable[..., Any]) -> None:
    timer = pyuv.Timer(loop.uv)

    def on_timer(handle: Any) -> None:
        timer.close()
        callback()

    timer.start(on_timer, 0.001, 0)


PLACES = [value for name, value in list(globals().items()) if name.startswith("in_")]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_callback_lets_out_comes_out_of_run(
    loop: netuv.Loop, run: Any, capfd: Any, place: Callable[..., Any]
) -> None:
    """An exception is neither lost nor only printed, and the loop is of use afterwards."""
    wrong = Boom("this very one")

    def faulty(*args: Any) -> None:
        raise wrong

    place(loop, faulty)
    with pytest.raises(Boom) as caught:
        run()
    assert caught.value is wrong
    names = [frame.name for frame in traceback.extract_tb(wrong.__traceback__)]
    assert names[-1] == "faulty"
    assert names.count("faulty") == 1
    done: list[int] = []
    netuv.set_timeout(done.append, 1, 1)
    run()  # what was open goes on, and ends
    assert done == [1]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("place", PLACES)
def test_uncaught_exception_listeners_take_it(
    loop: netuv.Loop, run: Any, must_call: Any, place: Callable[..., Any]
) -> None:
    wrong = Boom("taken")

    def faulty(*args: Any) -> None:
        raise wrong

    def check(error: BaseException) -> None:
        assert error is wrong
        assert traceback.extract_tb(error.__traceback__)[-1].name == "faulty"

    loop.on("uncaughtException", must_call(check))
    place(loop, faulty)
    run()


def test_uncaught_exception_listener_that_raises(loop: netuv.Loop, run: Any) -> None:
    loop.on("uncaughtException", boom)
    netuv.set_timeout(lambda: [][0], 1)
    with pytest.raises(Boom) as caught:
        run()
    assert isinstance(caught.value.__context__, IndexError)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_a_program_is_not_for_uncaught_exception_listeners(
    loop: netuv.Loop, run: Any, kind: type[BaseException]
) -> None:
    def leave() -> None:
        raise kind

    loop.on("uncaughtException", boom)
    netuv.set_timeout(leave, 1)
    with pytest.raises(kind):
        run()


def test_an_exception_does_not_stop_the_run_after_it(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    """In a tick before the first turn there is nothing yet that could be stopped."""
    netuv.next_tick(boom)
    netuv.set_timeout(must_call(), 1)
    with pytest.raises(Boom):
        run()
    run()


def test_after_an_exception_in_a_tick_the_others_wait_for_the_next_callback(
    loop: netuv.Loop, run: Any
) -> None:
    calls: list[str] = []

    def first() -> None:
        netuv.next_tick(boom)
        netuv.next_tick(calls.append, "second tick")

    loop.on("uncaughtException", lambda error: calls.append("taken"))
    netuv.set_timeout(first, 1)
    netuv.set_timeout(calls.append, 30, "second timer")
    run()
    assert calls.index("taken") < calls.index("second tick") < calls.index("second timer")


def test_several_exceptions_in_one_turn_are_all_told(loop: netuv.Loop, run: Any, capfd: Any) -> None:
    """libuv goes on with the callbacks of its turn; the first error leaves, the others hang on it."""
    errors = [Boom(str(number)) for number in range(3)]
    handles = [pyuv.Prepare(loop.uv) for _ in errors]

    def callback_of(error: Boom) -> Callable[[Any], None]:
        def callback(handle: Any) -> None:
            handle.close()
            raise error

        return callback

    netuv.set_immediate(lambda: None)
    for handle, error in zip(handles, errors, strict=True):
        handle.start(callback_of(error))
    with pytest.raises(Boom) as caught:
        run()
    told: list[BaseException] = []
    error: BaseException | None = caught.value
    while error is not None:
        told.append(error)
        error = error.__context__
    assert set(told) == set(errors)
    assert len(told) == 3
    run()
    assert capfd.readouterr() == ("", "")


def test_system_exit_leaves_with_its_status_and_through_finally() -> None:
    done = script("""
        import sys, netuv
        netuv.create_server().listen(0, "127.0.0.1", lambda: sys.exit(3))
        try:
            netuv.run()
        finally:
            print("finally")
    """)
    assert (done.returncode, done.stdout, done.stderr) == (3, "finally\n", "")


def test_an_exception_that_nobody_catches_is_printed_once() -> None:
    done = script("""
        import netuv
        def callback():
            raise ValueError("seen")
        netuv.set_timeout(callback, 1)
        netuv.set_interval(print, 60_000)
        netuv.run()
    """)
    assert done.returncode == 1
    assert done.stderr.count("ValueError: seen") == 1
    assert "in callback" in done.stderr
    assert done.stderr.count("Traceback") == 1


# -- ticks -----------------------------------------------------------------------------------------


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


# -- signals ---------------------------------------------------------------------------------------

IDLE_SERVER = """
    import sys, netuv
    server = netuv.create_server(lambda c: c.pipe(c))
    server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
    try:
        netuv.run()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    finally:
        print("finally", flush=True)
"""


def test_ctrl_c_ends_an_idle_server() -> None:
    """The loop waits in C for connections that do not come."""
    with process(IDLE_SERVER) as child:
        int(child.stdout.readline())  # it listens
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == "interrupted\nfinally\n"
        assert child.stderr.read() == ""
    assert child.returncode == 0


def test_ctrl_c_that_nobody_catches_ends_as_by_the_signal() -> None:
    code = """
        import netuv
        server = netuv.create_server().listen(0, "127.0.0.1", lambda: print("up", flush=True))
        netuv.run()
    """
    with process(code) as child:
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        assert child.stderr.read().rstrip().endswith("KeyboardInterrupt")
    assert child.returncode == -signal.SIGINT


def test_ctrl_c_on_a_terminal() -> None:
    master, slave = pty.openpty()
    code = f"""
        import os
        os.open(os.ttyname(0), os.O_RDWR)  # a session leader gets its controlling terminal this way
        {textwrap.indent(textwrap.dedent(IDLE_SERVER), " " * 8).lstrip()}
    """
    kinds = {**PIPES, "stdin": slave}
    with subprocess.Popen(command(code), start_new_session=True, **kinds) as child:
        try:
            int(child.stdout.readline())
            os.write(master, b"\x03")
            assert child.stdout.read() == "interrupted\nfinally\n"
            assert child.wait(LIMIT) == 0
        finally:
            child.kill()
            os.close(master)
            os.close(slave)


def test_ctrl_c_in_a_busy_callback() -> None:
    code = """
        import netuv
        def busy():
            print("busy", flush=True)
            while True:
                pass
        netuv.set_timeout(busy, 1)
        try:
            netuv.run()
        except KeyboardInterrupt:
            print("interrupted")
    """
    with process(code) as child:
        assert child.stdout.readline() == "busy\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == "interrupted\n"
    assert child.returncode == 0


def test_after_ctrl_c_the_loop_can_go_on_and_a_second_one_ends_it_again() -> None:
    """No handle is lost, and the next Ctrl-C works like the first."""
    code = """
        import netuv
        server = netuv.create_server(lambda c: c.pipe(c))
        server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
        for count in range(3):
            try:
                netuv.run()
            except KeyboardInterrupt:
                print("interrupted", count, flush=True)
        server.close()
        netuv.run()
    """
    with process(code) as child:
        port = int(child.stdout.readline())
        for count in range(3):
            with socket.create_connection(("127.0.0.1", port), LIMIT) as client:
                client.sendall(b"still there?")
                assert client.recv(100) == b"still there?"
            child.send_signal(signal.SIGINT)
            assert child.stdout.readline() == f"interrupted {count}\n"
        child.wait(LIMIT)
    assert child.returncode == 0


def test_a_signal_handler_of_one_s_own_runs_at_once(
    loop: netuv.Loop, run: Any, peer: Any, must_call: Any
) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    former = signal.signal(signal.SIGTERM, must_call(lambda number, frame: server.close()))
    server.on("listening", lambda: peer(os.kill, os.getpid(), signal.SIGTERM))
    try:
        run()
    finally:
        signal.signal(signal.SIGTERM, former)


def test_ticks_that_a_signal_handler_queues_run(loop: netuv.Loop, run: Any, peer: Any) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    former = signal.signal(signal.SIGUSR1, lambda number, frame: netuv.next_tick(server.close))
    server.on("listening", lambda: peer(os.kill, os.getpid(), signal.SIGUSR1))
    try:
        run()
    finally:
        signal.signal(signal.SIGUSR1, former)


def test_what_a_signal_handler_raises_comes_out_of_run(loop: netuv.Loop, run: Any, peer: Any) -> None:
    server = netuv.create_server().listen(0, "127.0.0.1")
    former = signal.signal(signal.SIGUSR1, boom)
    server.on("listening", lambda: peer(os.kill, os.getpid(), signal.SIGUSR1))
    try:
        with pytest.raises(Boom):
            run()
    finally:
        signal.signal(signal.SIGUSR1, former)
    server.close()
    run()


@pytest.mark.parametrize("wrong", [False, True])
def test_the_former_wakeup_fd_comes_back(loop: netuv.Loop, run: Any, wrong: bool) -> None:
    left, right = socket.socketpair()
    with left, right:
        right.setblocking(False)
        assert signal.set_wakeup_fd(right.fileno()) == -1
        try:
            netuv.set_timeout(boom if wrong else loop.stop, 1)
            try:
                run()
            except Boom:
                assert wrong
        finally:
            assert signal.set_wakeup_fd(-1) == right.fileno()


def test_signals_reach_the_outer_loop_after_an_inner_one(
    loop: netuv.Loop, run: Any, peer: Any, must_call: Any
) -> None:
    def on_listening() -> None:
        inner = netuv.Loop()
        netuv.set_timeout(lambda: None, 1, loop=inner)
        inner.run()
        inner.close()
        peer(os.kill, os.getpid(), signal.SIGUSR1)

    server = netuv.create_server().listen(0, "127.0.0.1", on_listening)
    former = signal.signal(signal.SIGUSR1, must_call(lambda number, frame: server.close()))
    try:
        run()
    finally:
        signal.signal(signal.SIGUSR1, former)


def test_a_loop_in_another_thread_leaves_the_wakeup_fd_alone(peer: Any) -> None:
    def body() -> None:
        loop = netuv.Loop()
        netuv.set_timeout(lambda: None, 1, loop=loop)
        loop.run()
        loop.close()

    peer(body).result()
    assert signal.set_wakeup_fd(-1) == -1


# -- threads ---------------------------------------------------------------------------------------


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


# -- the census ------------------------------------------------------------------------------------


def test_handles_says_what_is_open(loop: netuv.Loop, run: Any) -> None:
    assert loop.handles == []
    server = netuv.create_server().listen(0)
    client, theirs = pair(loop)
    timer = netuv.set_timeout(boom, 60_000).unref()
    foreign = pyuv.Timer(loop.uv)
    assert set(loop.handles) == {server, client, timer, foreign}
    client.set_timeout(1000)  # what serves a socket is not counted on its own
    netuv.set_immediate(lambda: None)
    netuv.next_tick(lambda: None)
    assert set(loop.handles) == {server, client, timer, foreign}
    server.close()
    client.destroy()
    timer.close()
    foreign.close()
    run()
    theirs.close()
    assert loop.handles == []


def test_handles_with_kinds_that_netuv_has_no_idea_of(loop: netuv.Loop, run: Any) -> None:
    foreign = [
        pyuv.Idle(loop.uv),
        pyuv.UDP(loop.uv),
        pyuv.Async(loop.uv, boom),
        pyuv.Signal(loop.uv),
        pyuv.fs.FSPoll(loop.uv),
    ]
    assert set(loop.handles) == set(foreign)
    for handle in foreign:
        handle.close()
    run()


def test_a_socket_without_a_connection_is_not_open(loop: netuv.Loop) -> None:
    netuv.Socket()
    netuv.Server()
    assert loop.handles == []


def test_what_is_open_is_kept_alive(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    """Nothing but the loop holds these."""
    mine, theirs = pair(loop)
    mine.on("data", must_call())
    netuv.set_timeout(must_call(theirs.close), 20)
    del mine
    gc.collect()
    theirs.sendall(b"x")
    run()


def test_repr_tells_the_state(loop: netuv.Loop, run: Any) -> None:
    texts: list[str] = []
    netuv.set_timeout(lambda: texts.append(repr(loop)), 1)
    assert repr(loop) == "<netuv.Loop idle, 1 open>"
    run()
    assert "running" in texts[0]
    loop.close()
    assert "closed" in repr(loop)


# -- pyuv handles of one's own ---------------------------------------------------------------------


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


def test_what_a_pyuv_callback_raises_next_to_netuv_s_own(loop: netuv.Loop, run: Any) -> None:
    idle = pyuv.Idle(loop.uv)
    idle.start(boom)
    netuv.create_server().listen(0, "127.0.0.1")
    with pytest.raises(Boom):
        run()
    loop.close()


# -- fork ------------------------------------------------------------------------------------------

FORK = """
    import os, socket, warnings, netuv
    warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of fork() beside threads
    netuv.lookup("localhost", lambda *args: None)        # libuv has its threads now
    netuv.run()
    loop = netuv.default_loop()
"""


def test_fork_after_the_loop_ran() -> None:
    """The child hears what is wrong, and gets a loop of its own."""
    done = script(
        FORK
        + """
    timer = netuv.set_timeout(print, 60_000)
    server = netuv.create_server().listen(0)
    if os.fork() == 0:
        for call in (
            loop.run,
            lambda: netuv.Socket(loop=loop),
            lambda: netuv.Server(loop=loop),
            lambda: netuv.set_timeout(print, 1, loop=loop),
            lambda: netuv.set_immediate(print, loop=loop),
            lambda: netuv.lookup("localhost", print, loop=loop),
            lambda: netuv.Server.listen(server, 0),
            timer.refresh,
        ):
            try:
                call()
            except netuv.NetError as error:
                assert error.code == "ERR_LOOP_FORKED", error
            else:
                print("no error")
        assert netuv.default_loop() is not loop
        netuv.set_timeout(print, 1, "child")
        netuv.lookup("localhost", lambda *args: print("found"))
        netuv.run()
        netuv.default_loop().close()
        os._exit(0)
    assert os.wait()[1] == 0
    loop.close()
    print("parent")
    """
    )
    assert done.stderr == ""
    assert sorted(done.stdout.split()) == ["child", "found", "parent"]


def test_a_child_that_ends_leaves_the_parent_s_loop_intact() -> None:
    """The child inherits the descriptors: what it drops must not be taken from the parent's epoll."""
    done = script(
        FORK
        + """
    import gc, sys
    def on_connection(c):
        c.end("served")
        server.close()
    def on_listening():
        if os.fork() == 0:
            netuv.set_timeout(print, 1, "child")  # the fresh loop takes the old one's place
            netuv.run()
            gc.collect()
            sys.exit(0)  # with all that the interpreter does at its end
        os.wait()
        client = netuv.connect(server.address().port, "127.0.0.1")
        client.on("data", lambda data: print(data.decode()))
    server = netuv.create_server(on_connection).listen(0, "127.0.0.1", on_listening)
    try:
        netuv.run()
    except SystemExit:
        os._exit(0)
    print("parent")
    """
    )
    assert (done.stdout.split(), done.stderr) == (["child", "served", "parent"], "")


def test_descriptors_are_not_inherited_by_programs_that_are_started() -> None:
    """A child that holds a listening socket would keep its port busy."""
    done = script("""
        import subprocess, sys, netuv
        look = "import os; print([fd for fd in range(3, 64) if os.path.exists(f'/dev/fd/{fd}')])"
        def children():
            command = [sys.executable, "-c", look]
            return subprocess.check_output(command, close_fds=False, text=True)
        before = children()
        def on_listening():
            client.connect(server.address().port, "127.0.0.1")
        def on_connect():
            assert children() == before, children()
            server.close()
            client.destroy()
        client = netuv.Socket()
        client.on("connect", on_connect)
        server = netuv.create_server(lambda c: c.on("error", print).resume())
        server.listen(0, "127.0.0.1", on_listening)
        netuv.run()
        print("end")
    """)
    assert (done.stdout, done.stderr) == ("end\n", "")


# -- the interpreter's end -------------------------------------------------------------------------

OPEN = """
    import sys, threading, pyuv, netuv
    server = netuv.create_server(lambda c: c.write(b"x" * 10_000_000))
    def on_listening():
        client = netuv.connect(server.address().port, "127.0.0.1")
        client.on("connect", on_connect)
    def on_connect():
        netuv.set_timeout(leave, 5)
    server.listen(0, "127.0.0.1", on_listening)
    netuv.set_interval(print, 60_000)
    netuv.lookup("localhost", lambda *args: None)
    timer = pyuv.Timer(netuv.default_loop().uv)
    timer.start(print, 60, 60)
"""

ENDS = {
    "never run": ("", 0),
    "stopped": ("leave = netuv.default_loop().stop\n    netuv.run()", 0),
    "sys.exit in a callback": ("leave = sys.exit\n    netuv.run()", 0),
    "an exception": ("leave = lambda: 1 / 0\n    netuv.run()", 1),
    "closed": (
        "leave = netuv.default_loop().stop\n    netuv.run()\n    netuv.default_loop().close()",
        0,
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_interpreter_ends_with_open_handles(end: str) -> None:
    """No crash, and nothing printed at the end, ResourceWarnings included."""
    code, status = ENDS[end]
    done = script(f"{OPEN}\n    {code}\n    print('end')\n")
    assert done.returncode == status
    if status:
        assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    else:
        assert done.stderr == ""


def test_the_interpreter_ends_while_a_daemon_thread_runs_a_loop() -> None:
    done = script("""
        import threading, netuv
        ready = threading.Event()
        def body():
            server = netuv.create_server()
            server.listen(0, "127.0.0.1", ready.set)
            netuv.set_interval(lambda: None, 1)
            netuv.run()
        threading.Thread(target=body, daemon=True).start()
        ready.wait()
        print("end")
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


def test_a_program_that_is_done_leaves_nothing_to_warn_of() -> None:
    done = script("import netuv; netuv.set_timeout(print, 1, 'called'); netuv.run()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "called\n", "")


def test_cpu_time_is_not_spent_on_waiting(loop: netuv.Loop, run: Any) -> None:
    """An idle loop waits in the kernel: a second of it costs next to nothing."""
    server = netuv.create_server().listen(0, "127.0.0.1")
    netuv.next_tick(lambda: None)
    netuv.set_timeout(server.close, 500)
    before = time.process_time()
    run()
    assert time.process_time() - before < 0.25


def test_a_loop_of_the_main_thread_runs_in_another_thread_too(loop: netuv.Loop, run: Any, peer: Any) -> None:
    calls: list[str] = []
    loop.next_tick(calls.append, "main")
    run()
    loop.next_tick(calls.append, "thread")
    peer(loop.run).result()
    assert calls == ["main", "thread"]
