"""The interpreter ends while things are open."""

from __future__ import annotations

import pytest

from tests.loop.programs import script

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
