"""fork() and programs that are started: the parent's loop and its descriptors."""

from __future__ import annotations

from tests.loop.programs import script

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
