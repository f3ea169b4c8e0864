"""netuv.aio.EventLoop as an event loop of asyncio's, and netuv.run(main())."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest

import netuv
from netuv.aio import EventLoop
from tests.loop.programs import script

pytestmark = pytest.mark.row("A01")


def test_asyncio_is_not_imported_before_it_is_needed() -> None:
    program = """
        import sys, netuv
        netuv.set_timeout(lambda: None, 1)
        netuv.create_server().listen(0, "127.0.0.1").close()
        netuv.run()
        assert "asyncio" not in sys.modules
        async def main():
            import asyncio
            await asyncio.sleep(0)
            return "done"
        print(netuv.run(main()))
    """
    done = script(program)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_run_of_what_is_no_coroutine() -> None:
    with pytest.raises(TypeError, match="main"):
        netuv.run(5)  # type: ignore[call-overload]


def test_run_within_a_running_loop() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="within a running event loop"):
            netuv.run(main())

    netuv.run(main())
    asyncio.run(main())


def test_run_takes_over_what_was_made_before() -> None:
    accepted: list[netuv.Socket] = []
    server = netuv.create_server(lambda client: accepted.append(client.end())).listen(0, "127.0.0.1")

    async def main() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        reader, writer = await asyncio.open_connection(address.address, address.port)
        assert await reader.read() == b""
        writer.close()

    netuv.run(main())
    assert len(accepted) == 1
    assert not server.listening


def test_run_raises_the_first_of_several_exceptions() -> None:
    async def main() -> None:
        netuv.set_immediate(lambda: 1 // 0)
        netuv.set_immediate(lambda: [][1])
        try:
            await asyncio.sleep(10)
        finally:
            netuv.set_immediate(lambda: {}["key"])
            await asyncio.sleep(0.01)

    with pytest.raises(ZeroDivisionError) as caught:
        netuv.run(main())
    chain: list[type] = []
    error: BaseException | None = caught.value
    while error is not None:
        chain.append(type(error))
        error = error.__context__
    assert chain[:3] == [ZeroDivisionError, IndexError, KeyError]


def test_run_raises_it_though_main_returns() -> None:
    async def main() -> str:
        netuv.set_immediate(lambda: 1 // 0)
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            pass
        return "all is well"

    with pytest.raises(ZeroDivisionError):
        netuv.run(main())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.Runner is of Python 3.11")
def test_with_a_runner() -> None:
    async def main() -> Any:
        return netuv.default_loop()

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, EventLoop)
        assert runner.run(main()) is runner.run(main()) is loop.netuv
    assert loop.netuv.closed


def test_a_loop_of_one_s_own() -> None:
    loop = netuv.Loop()
    host = EventLoop(loop)
    assert host.netuv is loop
    with pytest.raises(TypeError, match="loop"):
        EventLoop("loop")  # type: ignore[arg-type]
    host.close()
    assert loop.closed
    host.close()


def test_close_is_heard_before_the_event_loop_closes() -> None:
    host = EventLoop()
    calls: list[bool] = []
    server = netuv.create_server(loop=host.netuv).listen(0, "127.0.0.1")
    server.on("close", lambda: calls.append(host.is_closed()))
    host.close()
    assert calls == [False]


def test_without_run_exceptions_go_to_the_handler() -> None:
    host = EventLoop()
    contexts: list[dict[str, Any]] = []
    host.set_exception_handler(lambda loop, context: contexts.append(context))
    netuv.set_immediate(lambda: 1 // 0, loop=host.netuv)
    host.run_until_complete(asyncio.sleep(0.01))
    assert [type(context["exception"]) for context in contexts] == [ZeroDivisionError]
    host.close()


def test_one_descriptor_read_and_written() -> None:
    host = EventLoop()
    near, far = socket.socketpair()
    near.setblocking(False)
    calls: list[str] = []
    host.add_writer(near, calls.append, "write")
    host.add_reader(near, calls.append, "read")
    host.run_until_complete(asyncio.sleep(0.01))
    assert set(calls) == {"write"}
    far.send(b"x")
    host.remove_writer(near)
    calls.clear()
    host.run_until_complete(asyncio.sleep(0.01))
    assert set(calls) == {"read"}
    near.recv(1)
    calls.clear()
    far.close()
    host.run_until_complete(asyncio.sleep(0.01))
    assert set(calls) == {"read"}  # the end of the stream can be read, again and again
    host.remove_reader(near)
    near.close()
    host.close()


def test_what_cannot_be_watched(tmp_path: Any) -> None:
    host = EventLoop()
    with open(tmp_path / "file", "w") as file, pytest.raises(PermissionError):
        host.add_reader(file, print)
    with pytest.raises(OSError, match="Bad file descriptor"):
        host.add_reader(10_000, print)
    host.close()


def test_an_error_of_a_descriptor_is_told_again_and_again() -> None:
    """libuv stops watching then; a selector of the kernel's does not."""
    host = EventLoop()
    reader, writer = os.pipe()
    calls: list[str] = []
    host.add_writer(writer, calls.append, "write")
    os.close(reader)
    host.run_until_complete(asyncio.sleep(0.01))
    host.run_until_complete(asyncio.sleep(0.01))
    assert len(calls) > 1
    host.remove_writer(writer)
    os.close(writer)
    host.close()


def test_somebody_else_s_wakeup_fd_stays() -> None:
    near, far = socket.socketpair()
    near.setblocking(False)
    former = signal.set_wakeup_fd(near.fileno())
    try:
        netuv.run(asyncio.sleep(0.001))
    finally:
        assert signal.set_wakeup_fd(former) == near.fileno()
        near.close()
        far.close()


def test_in_another_thread_s_loop_signals_are_not_its_own() -> None:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(netuv.run(asyncio.sleep(0.001, "done"))))
    thread.start()
    thread.join(10)
    assert results == ["done"]


def test_a_child_process_does_not_end_the_parent_s_loop() -> None:
    program = """
        import asyncio, os, netuv
        async def main():
            server = netuv.create_server(lambda client: client.end("from the parent")).listen(0, "127.0.0.1")
            await asyncio.sleep(0.01)
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.address().port)
            print(await reader.read())
            writer.close()
            server.close()
        netuv.run(main())
    """
    done = script(program)
    assert done.stdout == "b'from the parent'\n", done.stderr


def test_cpython_s_own_tests_of_locks() -> None:
    """A module of them, to see that the command works; all of them are a stage of .ci/run."""
    pytest.importorskip("test.test_asyncio", reason="this Python comes without its tests")
    done = subprocess.run(
        [sys.executable, "-m", "tests.aio.cpython", "test_locks"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    stock, own = done.stdout.splitlines()[-2:]
    assert stock.split()[1:] == own.split()[1:]
    assert int(own.split()[1]) > 40
