"""finished(), add_abort_signal(), destroy() and the questions to streams, beyond the conformance pairs."""

from __future__ import annotations

import socket
from typing import Any

import pyee
import pytest
from helpers import MustCall, Run, code_of

import netuv
from netuv import stream
from netuv.stream import Duplex, Readable, Writable, finished


def silent(**options: Any) -> Readable:
    return Readable(read=lambda size: None, **options)


class Old(pyee.EventEmitter):
    """A stream of another library, which knows 'end', 'close' and little else."""

    writable = True

    def write(self, chunk: Any) -> None:
        pass


# -- finished --------------------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_options_are_a_dict_or_keywords_or_both(run: Run, must_call: MustCall) -> None:
    def write(chunk: Any, encoding: Any, callback: Any) -> None:
        callback()

    duplex = Duplex(read=lambda size: None, write=write)
    finished(duplex, {"readable": False}, must_call(None))
    finished(duplex, must_call(None), readable=False)
    finished(duplex, {"error": False}, must_call(None), readable=False)
    finished(duplex, callback=must_call(None), readable=False)
    duplex.end()
    run()
    for wrong in ({"readible": False}, 5, None):
        assert code_of(lambda wrong=wrong: finished(duplex, wrong, print, writeable=True)) in (  # type: ignore[misc]
            "ERR_UNKNOWN_OPTION",
            "ERR_INVALID_ARG_TYPE",
        )
    duplex.destroy()
    run()


@pytest.mark.row("N19")
@pytest.mark.parametrize("cleanup", [True, False])
def test_cleanup_takes_the_listeners_away_before_the_callback(
    run: Run, must_call: MustCall, cleanup: bool
) -> None:
    readable = silent()

    def done(error: Any) -> None:
        assert readable.listener_count("error") == (0 if cleanup else 1)

    finished(readable, must_call(done), cleanup=cleanup)
    readable.push(None)
    readable.resume()
    run()


@pytest.mark.row("N19")
def test_the_callback_comes_once(run: Run, must_call: MustCall) -> None:
    readable = silent()
    finished(readable, must_call(lambda error: codes.append(error.code)))
    codes: list[str] = []
    readable.emit("error", netuv.NetError("first", code="FIRST"))
    readable.destroy(netuv.NetError("second", code="SECOND"))
    run()
    assert codes == ["FIRST"]


@pytest.mark.row("N19")
def test_what_is_told_at_once_can_be_taken_back(run: Run, must_call: MustCall) -> None:
    readable = silent().destroy()
    finished(readable, must_call(times=0))()
    finished(readable, must_call(lambda error: readable.emit("error", error)))
    run()


@pytest.mark.row("N19")
def test_a_signal_is_let_go(run: Run, must_call: MustCall) -> None:
    controller = netuv.AbortController()
    readable = silent()
    cleanup = finished(readable, must_call(times=0), signal=controller.signal)
    finished(readable, must_call(), signal=controller.signal)
    assert controller.signal.listener_count("abort") == 2
    cleanup()
    assert controller.signal.listener_count("abort") == 1
    readable.destroy()
    run()
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N19")
def test_a_callback_that_waits_for_nobody_is_refused() -> None:
    async def wrong(error: Any) -> None:
        pass

    with pytest.raises(TypeError, match="async"):
        finished(silent(), wrong)


@pytest.mark.row("N19")
def test_a_stream_of_another_library(run: Run, must_call: MustCall) -> None:
    codes: list[Any] = []
    ended, closed, failed = Old(), Old(), Old()
    for each in (ended, closed, failed):
        finished(each, must_call(lambda error: codes.append(error and str(error))))
    ended.writable = False
    ended.emit("end")
    closed.emit("close")
    failed.emit("error", ValueError("boom"))
    run()
    assert codes == [None, "Premature close", "boom"]


@pytest.mark.row("N19")
def test_a_socket_without_a_connection(run: Run, must_call: MustCall) -> None:
    sock = netuv.Socket()
    finished(sock, must_call(lambda error: codes.append(error.code)))
    codes: list[str] = []
    sock.destroy()
    run()
    assert codes == ["ERR_STREAM_PREMATURE_CLOSE"]


@pytest.mark.row("N19")
def test_a_half_open_socket_is_done_before_its_close(run: Run, must_call: MustCall) -> None:
    near, far = socket.socketpair()
    with far:
        sock = netuv.Socket(fd=near.detach(), allow_half_open=True)
        finished(sock, must_call(lambda error: seen.append(("finished", error))))
        seen: list[Any] = []
        sock.on("close", lambda had_error: seen.append("close"))
        sock.on("end", sock.end)
        sock.resume()
        far.shutdown(socket.SHUT_WR)
        run()
    assert seen == [("finished", None), "close"]


# -- destroy, add_abort_signal -----------------------------------------------------------------------


@pytest.mark.row("N19")
def test_destroy_of_anything(run: Run) -> None:
    for thing in (None, 5, {}, netuv.EventEmitter()):
        stream.destroy(thing)
    seen: list[Any] = []
    old = Old()
    old.on("error", seen.append)
    old.on("close", lambda: seen.append("close"))
    stream.destroy(old)
    stream.destroy(old, ValueError("boom"))
    assert seen == []
    run()
    assert [str(each) for each in seen] == ["The operation was aborted", "close", "boom", "close"]


@pytest.mark.row("N19")
def test_a_signal_lets_go_of_a_stream_that_has_ended(run: Run) -> None:
    controller = netuv.AbortController()
    readable = stream.add_abort_signal(controller.signal, silent())
    assert controller.signal.listener_count("abort") == 1
    readable.push(None)
    readable.resume()
    run()
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N19")
def test_a_signal_destroys_a_socket(run: Run, must_call: MustCall) -> None:
    near, far = socket.socketpair()
    with far:
        controller = netuv.AbortController()
        sock = stream.add_abort_signal(controller.signal, netuv.Socket(fd=near.detach()))
        sock.on("error", must_call(lambda error: codes.append(error.code)))
        codes: list[str] = []
        sock.resume()
        netuv.set_immediate(controller.abort)
        run()
    assert codes == ["ABORT_ERR"]


# -- the questions -----------------------------------------------------------------------------------


@pytest.mark.row("N19")
def test_the_questions_to_a_socket(run: Run) -> None:
    def ask() -> list[Any]:
        questions = (
            *(stream.is_readable, stream.is_writable, stream.is_errored),
            *(stream.is_disturbed, stream.is_destroyed),
        )
        return [question(sock) for question in questions]

    near, far = socket.socketpair()
    with far:
        sock = netuv.Socket(fd=near.detach())
        assert ask() == [True, True, False, False, False]
        sock.end()
        assert ask() == [True, False, False, False, False]
        sock.on("error", lambda error: seen.append(ask()))
        seen: list[Any] = []
        sock.destroy(ValueError("boom"))
        assert ask() == [False, False, False, True, True]
        run()
    assert seen == [[False, False, True, True, True]]


@pytest.mark.row("N19")
def test_the_questions_to_other_things(run: Run) -> None:
    for thing in (None, 5, "x", {}, netuv.EventEmitter(), open):
        assert stream.is_readable(thing) is None
        assert stream.is_writable(thing) is None
        assert stream.is_destroyed(thing) is None
        assert stream.is_errored(thing) is False
        assert stream.is_disturbed(thing) is False
    old = Old()
    assert (stream.is_readable(old), stream.is_writable(old)) == (None, True)
    assert stream.is_destroyed(old) is False


@pytest.mark.row("N19")
def test_a_default_mark_is_of_new_streams(run: Run) -> None:
    before = Writable(write=print)
    stream.set_default_high_water_mark(False, 5)
    stream.set_default_high_water_mark(True, 2)
    try:
        sock, objects = netuv.Socket(), stream.PassThrough(object_mode=True)
        assert (sock.readable_high_water_mark, sock.writable_high_water_mark) == (5, 5)
        assert (objects.readable_high_water_mark, objects.writable_high_water_mark) == (2, 2)
        assert netuv.Socket(high_water_mark=7).readable_high_water_mark == 7
        assert stream.PassThrough(readable_high_water_mark=3).writable_high_water_mark == 5
        assert before.writable_high_water_mark == 65536
    finally:
        stream.set_default_high_water_mark(False, 65536)
        stream.set_default_high_water_mark(True, 16)
    for wrong in (-1, 1.5, None, "5", True):
        with pytest.raises((TypeError, ValueError)):
            stream.set_default_high_water_mark(False, wrong)  # type: ignore[arg-type]
