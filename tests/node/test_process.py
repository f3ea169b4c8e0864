"""process: its facts, signals, uncaught exceptions, and how a program ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

import netuv
from netuv.node import (
    clearInterval,
    process,
    run,
    setImmediate,
    setInterval,
    setTimeout,
)
from tests.node.programs import Program, outcome

# -- process, in this process -------------------------------------------------------------------------


def test_facts_of_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program.py", "8124"])
    assert process.argv == [sys.executable, os.path.abspath("program.py"), "8124"]
    assert (process.argv[2], process.argv[-1], process.argv[3]) == ("8124", "8124", None)
    assert (process.argv[2:], process.argv[3:]) == (["8124"], [])
    assert process.env == os.environ
    assert dict(process.env) == dict(os.environ)
    assert process.pid == os.getpid()
    assert 0 < process.uptime() < 1e6
    start = process.hrtime()
    seconds, nanoseconds = process.hrtime(start)
    assert (seconds, 0 < nanoseconds < 10**9) == (0, True)
    assert process.hrtime.bigint() >= start[0] * 10**9 + start[1]


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETUV_TEST", "here")
    env: Any = process.env
    assert env.NETUV_TEST == env["NETUV_TEST"] == env.get("NETUV_TEST") == "here"
    assert env.NETUV_NONE is env["NETUV_NONE"] is None
    assert env.get("NETUV_NONE", 5) == 5
    assert ("NETUV_TEST" in env, "NETUV_NONE" in env) == (True, False)
    assert len(env) == len(os.environ) == len(list(env))
    for value, text in (5, "5"), (True, "true"), (1.5, "1.5"), (1e3, "1000"), ("x", "x"):
        env.NETUV_TEST = value
        assert os.environ["NETUV_TEST"] == text
    env["NETUV_TEST"] = 6
    assert env.pop("NETUV_TEST") == "6"
    del env.NETUV_TEST, env["NETUV_NONE"]
    assert env.NETUV_TEST is None
    with pytest.raises(TypeError):
        env.NETUV_TEST = None
    assert not hasattr(env, "__wrapped__")
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.environ['NETUV_TEST'])"],
        env={**env, "NETUV_TEST": "child"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert child.stdout == b"child\n"


def test_a_signal_is_an_event(run: Any, must_call: Any) -> None:
    former = signal.getsignal(signal.SIGUSR2)
    order: list[object] = []

    def on_signal(name: str, number: int) -> None:
        order.append((name, number))
        clearInterval(alive)

    process.once("SIGUSR2", must_call(on_signal))
    alive = setInterval(lambda: None, 60_000)

    def send() -> None:
        os.kill(os.getpid(), signal.SIGUSR2)
        order.append("after kill")  # a callback is not interrupted

    setImmediate(send)
    run()
    assert order == ["after kill", ("SIGUSR2", signal.SIGUSR2)]
    assert signal.getsignal(signal.SIGUSR2) == former


def test_the_former_handler_comes_back_with_the_last_listener() -> None:
    former = signal.getsignal(signal.SIGINT)
    process.on("SIGINT", print)
    process.on("SIGINT", repr)
    process.off("SIGINT", print)
    assert signal.getsignal(signal.SIGINT) != former
    process.removeAllListeners("SIGINT")
    assert signal.getsignal(signal.SIGINT) == former
    process.prependListener("SIGINT", print)
    assert signal.getsignal(signal.SIGINT) != former
    process.removeAllListeners()
    assert signal.getsignal(signal.SIGINT) == former
    with pytest.raises(TypeError):
        process.addListener("SIGINT", 5)
    assert signal.getsignal(signal.SIGINT) == former


def test_a_signal_that_cannot_be_caught() -> None:
    with pytest.raises(netuv.NetError, match="uv_signal_start EINVAL") as caught:
        process.on("SIGKILL", print)
    assert caught.value.code == "EINVAL"
    assert process.eventNames() == []
    process.on("SIGNIFICANT", print).removeAllListeners()  # any other event


def test_uncaught_exceptions(loop: netuv.Loop, run: Any, must_call: Any) -> None:
    def fail() -> None:
        raise ValueError("from a callback")

    def on_exception(error: BaseException, origin: str) -> None:
        assert str(error) == "from a callback"
        assert origin == "uncaughtException"

    process.on("uncaughtException", must_call(on_exception))
    setTimeout(fail, 1)
    setTimeout(must_call(), 5)
    run()
    process.removeAllListeners("uncaughtException")
    assert loop.listener_count("uncaughtException") == 0
    setTimeout(fail, 1)
    with pytest.raises(ValueError, match="from a callback"):
        run()


# -- process, as a program ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "printed"),
    [
        ("process.exitCode = 3; run()", 3, "exit 3"),
        ("run()", 0, "exit 0"),
        ("process.exit(4)", 4, "exit 4"),
        ("process.exit('5')", 5, "exit 5"),
        ("process.exitCode = 6; process.exit()", 6, "exit 6"),
        ("setTimeout(process.exit, 1, 7); setInterval(print, 60_000); run()", 7, "exit 7"),
        (
            "process.on('uncaughtException', lambda error, origin: process.exit(8))\n"
            "setTimeout(lambda: 1 / 0, 1); setInterval(print, 60_000); run()",
            8,
            "exit 8",
        ),
        ("process.on('exit', lambda code: setattr(process, 'exitCode', 8)); run()", 8, "exit 0"),
        ("process.on('exit', lambda code: process.exit(9)); process.exit(1)", 9, "exit 1"),
    ],
)
def test_the_end_of_a_program(code: str, status: int, printed: str) -> None:
    code = "process.on('exit', lambda code: print('exit', code))\n" + code
    assert outcome(code) == (status, printed + "\n", "")


def test_before_exit_may_give_the_loop_more_to_do() -> None:
    code = """
    def once_more(code):
        print("beforeExit", code)
        if process.listenerCount("exit") == 0:
            setTimeout(print, 1, "timer")
            process.on("exit", lambda code: print("exit", code))
    process.on("beforeExit", once_more)
    run()
    """
    assert outcome(code) == (0, "beforeExit 0\ntimer\nbeforeExit 0\nexit 0\n", "")


def test_exit_after_an_exception() -> None:
    status, out, err = outcome("process.on('exit', print)\nsetTimeout(lambda: 1 / 0, 1)\nrun()")
    assert (status, out) == (1, "1\n")
    assert err.rstrip().endswith("ZeroDivisionError: division by zero")


def test_finally_blocks_are_run_at_exit() -> None:
    assert outcome("try:\n setTimeout(process.exit, 1, 2)\n run()\nfinally: print('finally')") == (
        2,
        "finally\n",
        "",
    )


def test_stop_is_not_the_end() -> None:
    code = """
    import netuv
    process.on("exit", lambda code: print("exit"))
    setTimeout(lambda: netuv.default_loop().stop(), 1)
    timer = setTimeout(print, 60_000)
    run()
    print("stopped")
    clearTimeout(timer)
    run()
    """
    assert outcome(code) == (0, "stopped\nexit\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_from_outside(name: str) -> None:
    code = f"""
    def on_signal(name, number):
        print(name, number)
        process.exit(128 + number)
    process.on("{name}", on_signal)
    server = net.createServer().listen(0, lambda: print("ready", flush=True))
    run()
    """
    number = signal.Signals[name]
    with Program(code) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.send_signal(number)
        assert program.communicate() == (f"{name} {number:d}\n".encode(), b"")
        assert program.returncode == 128 + number


# -- exit codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kept"),
    [(None, None), (3, 3), (-1, -1), ("2", 2), (" 3", 3), ("0x10", 16), ("1e2", 100), ("1.0", 1), (2.0, 2)],
)
def test_exit_codes_that_are_taken(code: Any, kept: int | None) -> None:
    try:
        process.exitCode = code
        assert process.exitCode == kept
    finally:
        process.exitCode = None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("two", "ERR_INVALID_ARG_TYPE"),
        ("", "ERR_INVALID_ARG_TYPE"),
        (True, "ERR_INVALID_ARG_TYPE"),
        ({}, "ERR_INVALID_ARG_TYPE"),
        (2.5, "ERR_OUT_OF_RANGE"),
        ("2.5", "ERR_OUT_OF_RANGE"),
        (float("nan"), "ERR_OUT_OF_RANGE"),
        (float("inf"), "ERR_OUT_OF_RANGE"),
        (2**53, "ERR_OUT_OF_RANGE"),
    ],
)
def test_exit_codes_that_are_refused(code: Any, expected: str) -> None:
    for give in (lambda: setattr(process, "exitCode", code), lambda: process.exit(code)):
        with pytest.raises((TypeError, ValueError)) as caught:
            give()
        assert (caught.value.code, process.exitCode) == (expected, None)  # type: ignore[attr-defined]


@pytest.mark.by_itself("it is about run() of the loop")
def test_a_tick_is_no_reason_to_emit_before_exit_again(loop: netuv.Loop) -> None:
    told: list[str] = []

    def on_before_exit(code: int) -> None:
        told.append("beforeExit")
        process.nextTick(told.append, "tick")

    process.on("beforeExit", on_before_exit)
    try:
        run()
    finally:
        process.removeListener("beforeExit", on_before_exit)
    assert told == ["beforeExit", "tick"]
