"""fork(): what a child does with what it inherited never reaches the parent's loop."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from helpers import LIMIT, RELEASED, own_pyuv

# A server, a connection of it, and a timer; then the child does something, and the parent's go on.
HEAD = """
    import faulthandler, gc, multiprocessing, os, signal, socket, sys, tempfile, threading, time, warnings
    import netuv
    import netuv.node
    # Who hangs tells where: the child first, since the parent waits for it.
    faulthandler.register(signal.SIGALRM, chain=True)
    signal.alarm(18)
    os.register_at_fork(after_in_child=lambda: signal.alarm(12))
    faulthandler.enable()
    warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of fork() beside threads
    kind, where, how = sys.argv[1:]
    parent = os.getpid()
    loop = netuv.default_loop()
    path = {"tcp": None, "unix": tempfile.mkdtemp() + "/s", "abstract": "\\0netuv-%d" % parent}[kind]
    accepted, events = [], []

    def note(name):
        # In a child nobody may hear of what was the parent's.
        return lambda *args: events.append(name) if os.getpid() == parent else os._exit(77)

    def on_connection(s):
        accepted.append(s)
        s.on("data", s.write)
        for name in ("data", "end", "close", "timeout", "finish"):
            s.on(name, note(name))

    server = netuv.create_server(on_connection)
    server.on("close", note("server close"))
    server.listen(*([path] if path else [0, "127.0.0.1"]))

    def client():
        c = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        c.settimeout(5)
        c.connect(path or ("127.0.0.1", server.address().port))
        return c

    tasks = "/proc/self/task"

    def in_thread(work):
        # Runs the loop until the thread has done its work, for which it stands at the other end.
        failures = []
        def body():
            try:
                work()
            except BaseException as error:
                failures.append(error)
            loop.call_soon_threadsafe(loop.stop)
        thread = threading.Thread(target=body)
        thread.start()
        netuv.run()
        thread.join()
        # join() returns a moment before the thread is gone. One that frees memory while another forks leaves
        # the child with the sanitizer's lock, which nobody releases there.
        while os.path.isdir(tasks) and len(os.listdir(tasks)) > 1:
            time.sleep(0.001)
        assert not failures, failures

    def echo(c):
        c.sendall(b"x")
        assert c.recv(10) == b"x"

    clients = []
    def open_connection():
        while not server.listening:
            pass
        clients.append(client())
        echo(clients[0])
    ready = threading.Event()
    server.once("listening", ready.set)
    in_thread(lambda: (ready.wait(5), open_connection()))
    accepted[0].set_timeout(60_000)
    timer = netuv.set_timeout(note("timer"), 60_000)

    def code(call, *args):
        try:
            call(*args)
        except netuv.NetError as error:
            return error.code

    def finish():
        # What the parent has is as it was: the connection, the server, its name, the end.
        in_thread(lambda: (echo(clients[0]), clients.append(client()), echo(clients[-1])))
        if kind == "unix":
            assert os.path.exists(path)
        assert "close" not in events and "server close" not in events, events
        timer.close()
        for s in accepted:
            s.destroy()
        server.close()
        netuv.run()
        assert events.count("close") == 2 and events.count("server close") == 1, events
        for c in clients:
            c.close()
        print("parent")

    def fork(child):
        pid = os.fork()
        if pid == 0:
            child()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status == 0, ("child", status)

    def fork_somewhere(child):
        if where == "outside":
            fork(child)
        elif where == "timer":
            netuv.set_timeout(lambda: (fork(child), loop.stop()), 1)
            netuv.run()
        elif where == "immediate":
            netuv.set_immediate(lambda: (fork(child), loop.stop()))
            netuv.run()
        elif where == "call":
            loop.call_soon_threadsafe(lambda: (fork(child), loop.stop()))
            netuv.run()
        elif where == "tick":
            netuv.next_tick(lambda: (fork(child), loop.stop()))
            netuv.run()
        elif where == "connection":
            server.once("connection", lambda s: (fork(child), loop.stop()))
            clients.append(client())
            netuv.run()
            accepted.pop().destroy(); events.append("-"); netuv.set_timeout(loop.stop, 1); netuv.run()
            events.clear()
        elif where == "data":
            accepted[0].once("data", lambda data: (fork(child), loop.stop()))
            clients[0].sendall(b"y")
            netuv.run()
            assert clients[0].recv(1) == b"y"
"""
WHERE = ("outside", "timer", "immediate", "call", "tick", "connection", "data")
KINDS = ("tcp", "unix", "abstract")


def run(
    code: str, kind: str = "tcp", where: str = "outside", how: str = ""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(HEAD) + textwrap.dedent(code), kind, where, how],
        timeout=LIMIT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done


GIVE_UP = """
    def child():
        if how == "close":
            assert server.close(note("callback")) is server and not server.listening
            server.close()
        elif how == "destroy":
            assert accepted[0].destroy() is accepted[0] and accepted[0].destroyed
            accepted[0].destroy(ValueError())
        elif how == "destroy_soon":
            accepted[0].destroy_soon()
        elif how == "reset":
            if kind == "tcp":
                accepted[0].reset_and_destroy()
        elif how == "timer":
            timer.close(); netuv.clear_timeout(timer)
        elif how == "loop":
            loop.close(); loop.close()
            assert loop.closed and not server.listening and accepted[0].destroyed
        elif how == "everything":
            server.close(); accepted[0].destroy(); timer.close(); loop.close()
        elif how == "gc":
            g = globals()
            for name in ("server", "accepted", "timer", "loop"): g[name] = None
            netuv.loop._local.__dict__.clear()
            gc.collect(); gc.collect()
        elif how == "new":
            heard = []
            netuv.set_timeout(heard.append, 1, 1)
            own = netuv.create_server(lambda s: (s.end(b"own"), own.close())).listen(0, "127.0.0.1")
            own.on("listening", lambda: netuv.connect(own.address()).on("data", heard.append))
            netuv.run()
            assert sorted(map(str, heard)) == ["1", "b'own'"], heard
            netuv.default_loop().close()
        elif how == "mp":
            p = multiprocessing.get_context("fork").Process(target=server.close)
            p.start(); p.join()
            assert p.exitcode == 0
        elif how == "exit":
            import atexit
            sys.exit(0)
    def exiting():
        # the end of an interpreter, in all its steps
        pid = os.fork()
        if pid == 0:
            raise SystemExit(0)
        assert os.waitpid(pid, 0)[1] == 0
    if how == "mp outermost":
        p = multiprocessing.get_context("fork").Process(target=server.close)
        p.start(); p.join()
        assert p.exitcode == 0
    elif how == "exit":
        exiting()
    else:
        fork_somewhere(child)
    finish()
"""
WAYS = ("close", "destroy", "destroy_soon", "reset", "timer", "loop", "everything", "gc", "new", "mp", "exit")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", [*WAYS, "mp outermost"])
def test_giving_up_what_was_inherited(kind: str, how: str) -> None:
    if kind == "unix" and how in ("gc", "exit") and RELEASED:
        pytest.skip("a pyuv as it was released deletes the path of a pipe that is collected")
    assert run(GIVE_UP, kind, "outside", how).stdout == "parent\n"


@pytest.mark.parametrize("where", WHERE[1:])
@pytest.mark.parametrize("how", ["close", "destroy", "loop", "everything", "new"])
def test_giving_up_in_a_callback(where: str, how: str) -> None:
    assert run(GIVE_UP, "tcp", where, how).stdout == "parent\n"


@own_pyuv()
def test_the_child_closes_its_descriptors() -> None:
    run("""
    def child():
        before = set(os.listdir("/proc/self/fd"))
        server.close(); accepted[0].destroy(); loop.close()
        gone = before - set(os.listdir("/proc/self/fd"))
        assert len(gone) >= 2, gone
    fork(child)
    finish()
    """)


@pytest.mark.parametrize("where", WHERE[1:])
@pytest.mark.parametrize("give_up", ["", "close"])
def test_a_callback_that_comes_back_into_run(where: str, give_up: str) -> None:
    """run() raises; nothing else of this turn is the child's to do."""
    run(
        """
    def fork(child):
        netuv.next_tick(note("tick"))
        netuv.set_immediate(note("immediate"))
        netuv.set_timeout(note("soon"), 1)
        netuv.set_interval(note("interval"), 1).unref()
        loop.call_soon_threadsafe(note("call"))
        loop.on("uncaughtException", note("uncaught"))
        near, far = socket.socketpair()
        other = netuv.Socket(fd=near.detach()).on("close", note("other"))
        other.destroy()
        clients[0].sendall(b"z")
        end = time.monotonic() + 0.005
        while time.monotonic() < end: pass
        global pid
        pid = os.fork()
        far.close()
        if pid == 0 and how: server.close(); accepted[0].destroy()
    pid = None
    try:
        fork_somewhere(None)
        assert pid
    except netuv.NetError as error:
        if os.getpid() == parent: raise
        assert error.code == "ERR_LOOP_FORKED", error
        assert code(loop.run) == "ERR_LOOP_FORKED"
        loop.close()
        netuv.set_timeout(os._exit, 1, 0)
        netuv.run()
    if os.getpid() != parent: os._exit(3)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, status
    in_thread(lambda: clients[0].recv(1) == b"z" or 1 / 0)
    events.clear()
    for handle in loop.handles:
        if isinstance(handle, netuv.timers.Timeout) and handle is not timer: handle.close()
    finish()
    """,
        "tcp",
        where,
        give_up,
    )


def test_an_exception_in_the_child_s_callback_comes_out_of_run() -> None:
    run("""
    def callback():
        global pid
        pid = os.fork()
        if pid == 0: raise KeyError("mine")
        loop.stop()
    netuv.set_timeout(callback, 1)
    try:
        netuv.run()
    except KeyError:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    finish()
    """)


@pytest.mark.parametrize("what", ["server", "timer", "node"])
def test_into_the_background_after_listen(what: str) -> None:
    """What was made before the fork is the parent's: run() says so instead of ending at once."""
    run(
        """
    def child():
        if how == "timer":
            server.close(); accepted[0].destroy()
        for _ in range(2):
            try:
                (netuv.node.run if how == "node" else netuv.run)()
            except netuv.NetError as error:
                assert error.code == "ERR_LOOP_FORKED" and "after the fork" in str(error), error
            else:
                os._exit(3)
        if how == "server":
            netuv.set_timeout(events.append, 1, "own"); netuv.run(); netuv.run()
            assert events[-1] == "own"
        server.close(); accepted[0].destroy(); timer.close()
        netuv.run()  # nothing is waited for in vain
    fork(child)
    finish()
    """,
        how=what,
    )


# What neither reaches a handle nor waits for one: facts, the emitter, settings of what is to come.
HARMLESS = {
    "Socket": "for_each to_array some every find reduce iterator map filter flat_map drop take"
    " receive receive_exactly receive_until lines send drain aclose start_tls"  # these only make a coroutine
    " compose"  # and this a stream that reads it
    " address get_type_of_service is_paused set_default_encoding set_encoding unpipe push unshift"
    " from_",  # makes another
    "Server": "address shutdown",
    "Timeout": "has_ref",
    "Immediate": "has_ref",
    "Loop": "now timers_were_due",
}
QUIET = {
    "Socket": "destroy destroy_soon reset_and_destroy",
    "Server": "close",
    "Timeout": "close",
    "Immediate": "close",
    "Loop": "close run_by",
}


def test_every_other_method_is_refused() -> None:
    run(
        f"""
    HARMLESS, QUIET = {HARMLESS!r}, {QUIET!r}
    ARGUMENTS = {{
        "connect": (1, "127.0.0.1"), "write": (b"x",), "pipe": (netuv.Socket(),), "set_timeout": (1,),
        "set_type_of_service": (0,), "get_connections": (print,), "next_tick": (print,),
        "call_soon_threadsafe": (print,), "listen": (0,), "unshift": (b"",), "push": (b"",),
        "wrap": (netuv.EventEmitter(),),
    }}
    immediate = netuv.set_immediate(print)
    fresh = netuv.Socket()
    def child():
        for target in (accepted[0], fresh, server, timer, immediate, loop):
            kind = type(target).__name__
            for name in dir(type(target)):
                if name.startswith("_") or hasattr(netuv.EventEmitter, name): continue
                if isinstance(getattr(type(target), name), property): continue
                method = getattr(target, name)
                if not callable(method) or name in HARMLESS[kind].split() + QUIET[kind].split(): continue
                answer = code(method, *ARGUMENTS.get(name, ()))
                assert answer == "ERR_LOOP_FORKED", (kind, name, answer)
        for call in (
            lambda: netuv.Socket(loop=loop), lambda: netuv.Server(loop=loop),
            lambda: netuv.set_timeout(print, 1, loop=loop), lambda: netuv.next_tick(print, loop=loop),
            lambda: netuv.lookup("localhost", print, loop=loop), lambda: accepted[0].on("data", print),
        ):
            assert code(call) == "ERR_LOOP_FORKED"
        for target in (accepted[0], fresh, server, timer, immediate, loop):
            for name in QUIET[type(target).__name__].split():
                getattr(target, name)()
            repr(target)
        assert code(accepted[0].write, b"x") == "ERR_LOOP_FORKED"
    fork(child)
    immediate.close(); fresh.destroy()
    finish()
    """
    )


def test_the_standard_streams() -> None:
    run("""
    from netuv.node import process
    sys.stderr = os.fdopen(os.dup(2), "w")
    reader, writer = os.pipe()
    os.dup2(writer, 1)
    output = process.stdout
    with open(tempfile.mktemp(), "w+b") as file:
        os.dup2(file.fileno(), 2)
        errors = process.stderr
        def child():
            assert code(output.write, "x") == code(errors.write, "x") == code(errors.end) == "ERR_LOOP_FORKED"
            output.destroy(); errors.destroy()
            process.stdout.write("own")
            process.nextTick(events.append, "tick")
            netuv.node.run()
            assert process.stderr is not errors and events[-1] == "tick"
        fork(child)
        assert os.read(reader, 10) == b"own"
        output.write("parent's")
        assert os.read(reader, 10) == b"parent's"
        assert os.path.getsize(file.name) == 0
    output.destroy(); errors.destroy()
    finish()
    """)


@pytest.mark.parametrize("kind", KINDS)
def test_workers_that_take_over_a_descriptor(kind: str) -> None:
    """The parent binds; each child listens on the descriptor with a loop of its own."""
    run(
        """
    if path:
        bound = socket.socket(socket.AF_UNIX); bound.bind(path + "2")
    else:
        bound = socket.create_server(("127.0.0.1", 0))
    held = netuv.create_server().listen(fd=os.dup(bound.fileno()))
    ours, theirs = socket.socketpair()
    pids = []
    for number in range(2):
        pid = os.fork()
        if pid == 0:
            held.close()
            def serve(s):
                s.end(b"%d" % os.getpid())
                own.close()
            own = netuv.create_server(serve).listen(fd=bound.fileno())
            if number:
                netuv.Socket(fd=theirs.fileno()).end(b"hello").destroy_soon()
            netuv.run()
            os._exit(0)
        pids.append(pid)
    held.close()
    netuv.set_timeout(loop.stop, 1); netuv.run()
    heard = set()
    for _ in pids:
        with socket.socket(bound.family) as c:
            c.settimeout(5)
            c.connect(bound.getsockname())
            heard.add(int(c.recv(20)))
    assert heard == set(pids), (heard, pids)
    ours.settimeout(5)
    assert ours.recv(10) == b"hello"
    ours.close(); theirs.close(); bound.close()
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == 0
    events.clear()
    finish()
    """,
        kind,
    )
