"""Ctrl-C, and signal handlers of one's own, while a loop runs."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import textwrap
from typing import Any

import pytest
from helpers import LIMIT

import netuv
from tests.loop.programs import PIPES, Boom, boom, command, process

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


@pytest.mark.by_itself("it is about what run() does with signals; a host does its own")
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
