"""What a callback lets out comes out of run(), from wherever, unless a listener takes it."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import pyuv

import netuv
from tests.loop.programs import Boom, boom, pair, script


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
    loop.touch()


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

    def take(error: BaseException) -> None:
        calls.append("taken")
        netuv.set_timeout(calls.append, 1, "second timer")  # now, so it cannot be due in this turn

    loop.on("uncaughtException", take)
    netuv.set_timeout(first, 1)
    run()
    assert calls == ["taken", "second tick", "second timer"]


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
