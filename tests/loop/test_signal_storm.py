"""Signals that come faster than their handlers' wrappers run."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

LIMIT = 30.0  # seconds that a program may take


def output(code: str, *options: str) -> tuple[str, str]:
    program = [sys.executable, *options, "-c", textwrap.dedent(code)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=LIMIT, check=False)
    return done.stdout, done.stderr


def test_several_signals_at_a_high_rate() -> None:
    """Each wrapper is interrupted by the next signal, which must not nest without end.

    The senders pause a little: without that CPython itself, with asyncio too, does nothing but run handlers.
    """
    code = """
        import os, signal, subprocess, sys, netuv
        numbers = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM)
        hits = set()
        for number in numbers:
            signal.signal(number, lambda number, frame: hits.add(number))
        sender = "import os, sys, time\\nwhile os.getppid() == int(sys.argv[1]):"
        sender += "\\n for n in (10, 12): os.kill(int(sys.argv[1]), n)"
        sender += "\\n time.sleep(0.0002)"
        senders = [subprocess.Popen([sys.executable, "-c", sender, str(os.getpid())]) for _ in range(2)]
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        received = []
        def on_close(had_error):
            server.close()
            waiting = netuv.set_interval(lambda: end(waiting), 10)
        def end(waiting):
            if hits == set(numbers):  # the senders may have been late
                netuv.clear_interval(waiting)
                signal.setitimer(signal.ITIMER_REAL, 0)
                for each in senders:
                    each.kill()
        def on_listening():
            client = netuv.connect(server.address().port, "127.0.0.1")
            client.on("data", lambda chunk: received.append(len(chunk)))
            client.on("close", on_close)
            for _ in range(2000):
                client.write(bytes(1000))
            client.end()
        server = netuv.create_server(lambda c: c.pipe(c)).listen(0, "127.0.0.1", on_listening)
        netuv.run()
        for each in senders:
            each.wait()
        print(sum(received))
    """
    assert output(code) == ("2000000\n", "")


@pytest.mark.parametrize("warn", ["error", "default"])
def test_a_signal_is_asked_for_again_without_a_warning(warn: str) -> None:
    """From 3.13 on a partial warns when it is used as a method, and from 3.14 on it is one."""
    code = """
        import signal
        from netuv.loop import signals
        heard = []
        signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
        signals._ask_again(signal.SIGUSR1)
        (lambda: None)()
        print(len(heard))
    """
    assert output(code, "-W", warn) == ("1\n", "")
