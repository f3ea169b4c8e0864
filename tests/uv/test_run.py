"""pyuv's Loop.run(): when signal handlers run, and what becomes of exceptions."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pyuv
from helpers import LIBUV, LIMIT, own_pyuv

pytestmark = own_pyuv()
# The signals that come while the loop waits are heard where libuv is compiled along.
along = pytest.mark.skipif(
    not sys.platform.startswith("linux") or LIBUV < (1, 52),
    reason="libuv is the system's",
)


class Handled(Exception):
    """What a signal handler raises."""


@pytest.fixture
def uv() -> Iterator[pyuv.Loop]:
    loop = pyuv.Loop()
    guard = pyuv.Timer(loop)

    def expired(timer: Any) -> None:
        raise TimeoutError

    guard.start(expired, LIMIT, 0)
    guard.ref = False
    yield loop
    for handle in loop.handles:
        if not handle.closed:
            handle.close()
    loop.excepthook = None
    loop.run()


@pytest.fixture
def handler() -> Iterator[Callable[[Callable[..., Any]], None]]:
    """``handler(f)``: f handles SIGUSR1."""
    former = signal.getsignal(signal.SIGUSR1)
    yield lambda function: signal.signal(signal.SIGUSR1, function) and None
    signal.signal(signal.SIGUSR1, former)


def while_the_gil_is_held(*calls: tuple[str, Any, Any, Any]) -> None:
    """Call functions of the C library in a thread, with no chance for another one to run in between."""
    libc = ctypes.PyDLL(None)
    interval = sys.getswitchinterval()

    def call_all() -> None:
        time.sleep(0.05)  # the loop is to wait meanwhile; if it does not yet, the test is only easier
        sys.setswitchinterval(100)
        try:
            for name, *args in calls:
                getattr(libc, name)(*args)
        finally:
            sys.setswitchinterval(interval)

    threading.Thread(target=call_all).start()


def raise_handled(number: int, frame: Any) -> None:
    raise Handled


@along
@pytest.mark.parametrize("what", ["read", "accept", "timer"])
def test_an_event_that_comes_with_a_signal_is_not_lost(uv: pyuv.Loop, handler: Any, what: str) -> None:
    order: list[Any] = []
    handler(lambda *args: (order.append("signal"), raise_handled(*args)))
    uv.excepthook = lambda kind, error, trace: order.append(kind)
    kill = ("kill", os.getpid(), int(signal.SIGUSR1), 0)
    mine, peer = socket.socketpair()
    with peer, socket.socket() as client:
        if what == "read":
            pipe = pyuv.Pipe(uv)
            pipe.open(mine.detach())
            pipe.start_read(lambda pipe, data, error: (order.append(data), pipe.close()))
            while_the_gil_is_held(("write", peer.fileno(), b"chunk", 5), kill)
            event: Any = b"chunk"
        elif what == "accept":
            mine.close()
            server = pyuv.TCP(uv)
            server.bind(("127.0.0.1", 0))

            def on_connection(server: Any, error: Any) -> None:
                order.append("accepted")
                connection = pyuv.TCP(uv)
                server.accept(connection)
                connection.close()
                server.close()

            server.listen(on_connection)
            client.bind(("127.0.0.1", 0))
            port = server.getsockname()[1]
            address = bytes([2, 0, port >> 8, port & 255, 127, 0, 0, 1]) + bytes(8)
            while_the_gil_is_held(("connect", client.fileno(), address, 16), kill)
            event = "accepted"
        else:
            mine.close()
            timer = pyuv.Timer(uv)
            timer.start(lambda timer: (order.append("timer"), timer.close()), 0.3, 0)
            while_the_gil_is_held(("usleep", 600_000, 0, 0), kill)
            event = "timer"
        uv.run()
    assert order == ["signal", Handled, event]


def test_handlers_run_before_a_callback(uv: pyuv.Loop, handler: Any) -> None:
    """A signal that comes within a callback is handled before the next one, which is called all the same."""
    order: list[Any] = []
    handler(lambda *args: (order.append("signal"), raise_handled(*args)))
    uv.excepthook = lambda kind, error, trace: order.append(kind)
    kill = ctypes.PyDLL(None).kill  # runs no Python code, in which the handler could run
    kill.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.py_object]
    first, second = pyuv.Timer(uv), pyuv.Timer(uv)
    first.start(functools.partial(kill, os.getpid(), signal.SIGUSR1), 0, 0)
    second.start(lambda timer: order.append("second"), 0, 0)
    uv.run()
    assert order == ["signal", Handled, "second"]


@along
def test_a_handler_that_stops_the_loop(uv: pyuv.Loop, handler: Any) -> None:
    handler(lambda *args: uv.stop())
    mine, peer = socket.socketpair()
    with peer:
        pipe = pyuv.Pipe(uv)
        pipe.open(mine.detach())
        pipe.start_read(lambda *args: None)
        main = threading.get_ident()
        threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGUSR1)).start()
        uv.run()
        assert pipe.active


@along
@pytest.mark.parametrize("then", ["timer", "close"])
def test_what_a_handler_does_counts_at_once(uv: pyuv.Loop, handler: Any, then: str) -> None:
    done: list[str] = []
    mine, peer = socket.socketpair()
    with peer:
        pipe = pyuv.Pipe(uv)
        pipe.open(mine.detach())
        pipe.start_read(lambda *args: None)
        timer = pyuv.Timer(uv)

        def on_signal(*args: Any) -> None:
            if then == "timer":
                timer.start(lambda timer: (done.append("timer"), pipe.close()), 0.001, 0)
            else:
                pipe.close(lambda pipe: done.append("close"))

        handler(on_signal)
        threading.Timer(0.05, signal.pthread_kill, (threading.get_ident(), signal.SIGUSR1)).start()
        uv.run()
    assert done == [then]


@along
def test_a_handler_closes_what_has_an_event(uv: pyuv.Loop, handler: Any) -> None:
    """The event was fetched already; the descriptor's next owner must not be told of it."""
    heard: list[Any] = []
    mine, peer = socket.socketpair()
    with peer:
        pipe = pyuv.Pipe(uv)
        number = mine.detach()
        pipe.open(number)
        pipe.start_read(lambda pipe, data, error: heard.append(data))
        others: list[Any] = []

        def on_signal(*args: Any) -> None:
            pipe.close()
            one, two = socket.socketpair()
            if one.fileno() != number:
                one, two = two, one
            assert one.fileno() == number
            next_owner = pyuv.Pipe(uv)
            next_owner.open(one.detach())
            next_owner.start_read(lambda pipe, data, error: (heard.append(("next", data)), pipe.close()))
            others.append(two)
            timer = pyuv.Timer(uv)
            timer.start(lambda timer: two.send(b"its own"), 0.05, 0)

        handler(on_signal)
        while_the_gil_is_held(
            ("write", peer.fileno(), b"chunk", 5), ("kill", os.getpid(), int(signal.SIGUSR1), 0)
        )
        uv.run()
        others[0].close()
    assert heard == [("next", b"its own")]


def test_a_loop_in_another_thread_has_no_handlers(handler: Any) -> None:
    threads: list[int] = []
    handler(lambda *args: threads.append(threading.get_ident()))

    def work() -> None:
        loop = pyuv.Loop()
        timer = pyuv.Timer(loop)
        left = [5]

        def tick(timer: Any) -> None:
            os.kill(os.getpid(), signal.SIGUSR1)
            left[0] -= 1
            if not left[0]:
                timer.close()

        timer.start(tick, 0.001, 0.001)
        loop.run()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert set(threads) == {threading.get_ident()}


# -- the first failure -----------------------------------------------------------------------------


def fail_in_timers(uv: pyuv.Loop, *errors: BaseException) -> None:
    def fail(error: BaseException, timer: Any) -> None:
        timer.close()
        raise error

    for error in errors:
        pyuv.Timer(uv).start(functools.partial(fail, error), 0, 0)


def chain_of(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None:
        assert error not in found, "a circle"
        found.append(error)
        error = error.__context__
    return found


def test_a_hook_that_takes_the_exception(uv: pyuv.Loop) -> None:
    error = ValueError()
    taken: list[Any] = []
    uv.excepthook = lambda *args: taken.append(args)
    fail_in_timers(uv, error)
    assert uv.run() is False
    assert [(kind, value) for kind, value, trace in taken] == [(ValueError, error)]
    assert taken[0][2] is not None
    assert taken[0][2] is error.__traceback__


def test_a_hook_that_raises(uv: pyuv.Loop, capfd: pytest.CaptureFixture[str]) -> None:
    first, second = ValueError("first"), KeyError("of the hook")

    def hook(*args: Any) -> None:
        raise second

    uv.excepthook = hook
    fail_in_timers(uv, first)
    keep = pyuv.Idle(uv)
    keep.start(lambda idle: None)  # without it run() would end anyway
    with pytest.raises(ValueError, match="first") as caught:
        uv.run()
    assert caught.value is first
    assert chain_of(first) == [first, second]
    assert "fail_in_timers" not in capfd.readouterr().err
    uv.excepthook = None
    uv.run(pyuv.UV_RUN_NOWAIT)  # it is told once


def test_several_failures_of_one_turn_are_a_chain(uv: pyuv.Loop) -> None:
    errors = [ValueError(str(i)) for i in range(5)]
    own = [KeyError(str(i)) for i in range(5)]
    left = iter(own)

    def hook(*args: Any) -> None:
        raise next(left)

    uv.excepthook = hook
    fail_in_timers(uv, *errors)
    with pytest.raises(ValueError, match="0") as caught:
        uv.run()
    assert caught.value is errors[0]
    assert chain_of(errors[0]) == [each for both in zip(errors, own, strict=True) for each in both]


@pytest.mark.parametrize("how", ["from", "same", "cause of an earlier one", "circle"])
def test_a_chain_is_no_circle(uv: pyuv.Loop, how: str) -> None:
    first, second = ValueError("first"), ValueError("second")
    told: list[BaseException] = []

    def hook(kind: Any, error: BaseException, trace: Any) -> None:
        told.append(error)
        if how == "from":
            raise KeyError from error
        if how == "same":
            raise error
        if how == "circle":
            one, two = KeyError(), OSError()
            one.__context__, two.__context__ = two, one
            raise one
        try:
            raise told[0]
        except ValueError:
            raise KeyError  # noqa: B904

    uv.excepthook = hook
    fail_in_timers(uv, first, second)
    with pytest.raises(ValueError, match="first") as caught:
        uv.run()
    assert caught.value is first
    if how != "circle":  # that was the program's own
        assert second in chain_of(first)


def test_a_hook_that_is_not_one(uv: pyuv.Loop) -> None:
    for hook in (5, "text"):
        uv.excepthook = hook
        fail_in_timers(uv, ValueError("first"))
        with pytest.raises(ValueError, match="first") as caught:
            uv.run()
        assert isinstance(caught.value.__context__, TypeError)


def test_a_hook_that_cannot_be_had() -> None:
    class Loop(pyuv.Loop):  # type: ignore[misc]
        @property
        def excepthook(self) -> Any:
            raise OSError("no hook")

    loop = Loop()
    fail_in_timers(loop, ValueError("first"))
    with pytest.raises(ValueError, match="first") as caught:
        loop.run()
    assert isinstance(caught.value.__context__, OSError)
    loop.run()


@pytest.mark.parametrize("hook", ["none", "pyuv's"])
def test_without_a_hook_it_is_printed_as_in_pyuv(
    uv: pyuv.Loop, hook: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if hook == "none":
        uv.excepthook = None
    fail_in_timers(uv, ValueError("printed"))
    uv.run()
    printed = capfd.readouterr().err
    assert printed.startswith("Unhandled exception in callback\nTraceback")
    assert printed.endswith("ValueError: printed\n")


def test_nested_loops_keep_their_own(uv: pyuv.Loop) -> None:
    inner = pyuv.Loop()

    def hook(*args: Any) -> None:
        raise KeyError

    inner.excepthook = uv.excepthook = hook
    caught: list[BaseException] = []

    def run_inner(timer: Any) -> None:
        fail_in_timers(inner, ValueError("inner"))
        try:
            inner.run()
        except ValueError as error:
            caught.append(error)
        timer.close()
        raise OSError("outer")

    pyuv.Timer(uv).start(run_inner, 0, 0)
    with pytest.raises(OSError, match="outer") as outer:
        uv.run()
    assert [str(error) for error in caught] == ["inner"]
    assert not any(isinstance(error, ValueError) for error in chain_of(outer.value))
    inner.run()


def script(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "dev", "-c", textwrap.dedent(code)]
    return subprocess.run(command, timeout=3 * LIMIT, text=True, capture_output=True, check=False)


RECURSION = """
    import netuv, pyuv, sys
    def deep(n, function):
        return deep(n - 1, function) if n else function()
    def fail(*args):
        raise ValueError
    told, raised, silent = 0, 0, []
    limit = sys.getrecursionlimit()
    for depth in range(limit - 150, limit + 1):
        loop = pyuv.Loop()
        caught = []
        loop.excepthook = lambda *args: caught.append(args)
        timer = pyuv.Timer(loop)
        timer.start(fail, 0, 0)
        try:
            deep(depth, loop.run)
        except (ValueError, RecursionError):
            raised += 1
        else:
            if caught: told += 1
            else: silent.append(depth)
        loop.run()
        # and netuv's, whose hook needs more
        netuv.set_timeout(fail, 1)
        try: deep(depth, netuv.run)
        except (ValueError, RecursionError): pass
        else: silent.append(("netuv", depth))
        for handle in netuv.default_loop().handles: handle.close()
        try: netuv.run()
        except (ValueError, RecursionError): pass
    print(told > 50, raised > 0, silent)
"""


def test_at_every_depth_of_recursion() -> None:
    done = script(RECURSION)
    assert (done.returncode, done.stdout.strip()) == (0, "True True []"), done.stderr
    assert "Unhandled" not in done.stderr


NO_MEMORY = """
    import _testcapi, pyuv
    def fail(timer):
        try:
            raise ValueError
        finally:
            _testcapi.set_nomemory(start[0], start[0] + 1 if one else 0)
    silent = []
    for one in (True, False):
        for first in range(60):
            start = [first]
            loop = pyuv.Loop()
            caught = []
            def hook(*args):
                [object() for _ in range(3)]
                caught.append([bytes(100), *args])
            loop.excepthook = hook
            timer = pyuv.Timer(loop)
            timer.start(fail, 0, 0)
            error = None
            try:
                loop.run()
            except BaseException as raised:
                error = raised
            finally:
                _testcapi.remove_mem_hooks()
            if error is None and not caught:
                silent.append((one, first))
            elif error is not None and not isinstance(error, (ValueError, MemoryError)):
                silent.append((one, first, error))
    print(silent)
"""


def test_without_memory() -> None:
    pytest.importorskip("_testcapi")
    done = script(NO_MEMORY)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    assert "Unhandled" not in done.stderr
