"""Loop.after_fork(): what a forked child does with a loop that it inherited leaves the parent's alone."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
import pyuv
from helpers import LIBUV, LIMIT, own_pyuv

pytestmark = own_pyuv()

# Each program forks, lets the child do something, and then talks to its own handles from outside.
HEAD = """
    import gc, os, pyuv, signal, socket, sys, tempfile, threading
    signal.alarm(20)
    loop = pyuv.Loop()
    kind, how, where = sys.argv[1:]
    path = tempfile.mkdtemp() + "/s" if kind == "path" else "\\0netuv-%d" % os.getpid()
    server = pyuv.TCP(loop) if kind == "tcp" else pyuv.Pipe(loop)
    server.bind(("127.0.0.1", 0) if kind == "tcp" else path)
    connections, heard = [], []
    def client():
        address = server.getsockname()
        c = socket.socket(socket.AF_INET if kind == "tcp" else socket.AF_UNIX)
        c.settimeout(5)
        c.connect(address)
        return c
    def on_read(stream, data, error):
        heard.append((os.getpid(), data))
        if data is None:
            stream.close()
        else:
            stream.write(data)
    def on_connection(server, error):
        c = pyuv.TCP(loop) if kind == "tcp" else pyuv.Pipe(loop)
        server.accept(c)
        connections.append(c)
        c.start_read(on_read)
    server.listen(on_connection)
    first = client()
    while not connections:
        loop.run(pyuv.UV_RUN_ONCE)
    def echo(c, data):
        c.sendall(data)
        while not heard or heard[-1] != (os.getpid(), data):
            loop.run(pyuv.UV_RUN_ONCE)
        assert c.recv(100) == data
"""

CLOSE = """
    def child():
        loop.after_fork()
        if how == "close":
            for handle in loop.handles: handle.close()
            loop.run()
        elif how == "close only":
            for handle in loop.handles: handle.close()
        elif how == "run":
            pair = socket.socketpair()
            own = pyuv.Pipe(loop); own.open(pair[0].detach())
            got = []
            server.close()
            def on_own(pipe, data, error):
                got.append(data)
                for h in loop.handles:
                    if not h.closed: h.close()
            own.start_read(on_own)
            threading.Timer(0.05, pair[1].sendall, [b"own"]).start()
            loop.run()
            assert got == [b"own"], got
        elif how == "twice":
            if os.fork() == 0:
                loop.after_fork()
                for handle in loop.handles: handle.close()
                loop.run()
                os._exit(0)
            assert os.wait()[1] == 0
            for handle in loop.handles: handle.close()
    def fork():
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                child()
                status = 0
            finally:
                if status: sys.excepthook(*sys.exc_info())
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0, "the child failed"
    if where == "outside":
        fork()
    else:
        timer = pyuv.Timer(loop)
        timer.start(lambda timer: (fork(), timer.close()), 0.01, 0)
        while not timer.closed:
            loop.run(pyuv.UV_RUN_ONCE)
    echo(first, b"hello")
    second = client()
    while len(connections) < 2:
        loop.run(pyuv.UV_RUN_ONCE)
    echo(second, b"there")
    echo(first, b"again")
    if kind == "path":
        assert os.path.exists(path)
    for handle in loop.handles: handle.close()
    loop.run()
    if kind == "path":
        assert not os.path.exists(path)
    print("whole")
"""


def script(code: str, *args: str) -> str:
    parts = [textwrap.dedent(part) for part in (HEAD, code)]
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-c", "".join(parts), *args],
        timeout=2 * LIMIT,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("where", ["outside", "inside"])
@pytest.mark.parametrize("how", ["close", "close only", "run", "twice"])
@pytest.mark.parametrize("kind", ["tcp", "path", "abstract"])
def test_the_child_closes_what_it_inherited(kind: str, how: str, where: str) -> None:
    if kind == "abstract" and not sys.platform.startswith("linux"):
        pytest.skip("abstract names are Linux's")
    assert script(CLOSE, kind, how, where) == "whole"


RETURN = """
    # Two chunks and a connection wait when the loop polls. The first callback forks; the child's returns into
    # the loop, which has fetched the other events too. They are the parent's to handle.
    second = client()
    while len(connections) < 2:
        loop.run(pyuv.UV_RUN_ONCE)
    pids = []
    child_heard = []
    def on_read(stream, data, error):
        if not pids:
            pids.append(os.fork())
            if pids[0] == 0:
                loop.after_fork()
                if how == "close":
                    for handle in loop.handles: handle.close()
                else:
                    for handle in loop.handles:
                        if handle not in connections: handle.close()
                    for c in connections: c.stop_read()
                    timer = pyuv.Timer(loop)
                    timer.start(lambda timer: [h.close() for h in loop.handles if not h.closed], 0.05, 0)
                heard.append("child")
                return
        heard.append(data)
    for c in connections:
        c.stop_read()
        c.start_read(on_read)
    loop.run(pyuv.UV_RUN_NOWAIT)             # epoll knows them again, so the events come in this order
    first.sendall(b"one"); second.sendall(b"two")
    third = client()
    while not pids:
        loop.run(pyuv.UV_RUN_ONCE)
    if pids[0] == 0:
        try:
            loop.run()                       # ends: all is closed, or will be
            assert heard == ["child"], heard
            assert len(connections) == 2
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    assert os.waitpid(pids[0], 0)[1] == 0, "the child failed"
    while len(connections) < 3 or len(heard) < 2:
        loop.run(pyuv.UV_RUN_ONCE)
    assert sorted(heard) == [b"one", b"two"], heard
    heard.clear()
    first.sendall(b"more")
    while not heard:
        loop.run(pyuv.UV_RUN_ONCE)
    assert heard == [b"more"]
    print("whole")
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or LIBUV < (1, 52),
    reason="libuv is the system's",
)
@pytest.mark.parametrize("mode", ["once", "default"])
@pytest.mark.parametrize("how", ["close", "stay"])
@pytest.mark.parametrize("kind", ["tcp", "path"])
def test_a_child_that_returns_into_the_loop_takes_nothing(kind: str, how: str, mode: str) -> None:
    code = RETURN
    if mode == "default":
        # run() goes on polling in the child, in the very turn that forked.
        code = code.replace(
            "        loop.run(pyuv.UV_RUN_ONCE)\n    if pids[0] == 0",
            "        loop.run(pyuv.UV_RUN_DEFAULT)\n    if pids[0] == 0",
        ).replace(
            "        heard.append(data)\n    for c",
            "        heard.append(data)\n        if pids[0]: loop.stop()\n    for c",
        )
    assert script(code, kind, how, "inside") == "whole"


DROP = """
    gc.disable()
    def drop():
        global loop, server, connections
        for c in connections: c.stop_read()
        connections.clear(); loop = server = None
        gc.collect()
    pid = os.fork()
    if pid == 0:
        drop()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    echo(first, b"hello")
    second = client()
    while len(connections) < 2:
        loop.run(pyuv.UV_RUN_ONCE)
    echo(second, b"there")
    if kind == "path":
        assert os.path.exists(path)
    print("whole")
"""


@pytest.mark.parametrize("kind", ["tcp", "path"])
def test_a_child_that_drops_what_it_inherited(kind: str) -> None:
    """The collector closes handles as well; without after_fork() having been called."""
    assert script(DROP, kind, "", "") == "whole"


def test_a_loop_that_was_not_forked() -> None:
    loop = pyuv.Loop()
    done: list[int] = []
    timer = pyuv.Timer(loop)
    timer.start(lambda timer: (loop.after_fork(), done.append(1), timer.close()), 0, 0)
    loop.run()
    assert done == [1]
    assert loop.after_fork() is None
    with pytest.raises(TypeError):
        loop.after_fork(1)
