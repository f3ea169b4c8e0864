"""What holds in all three settings: netuv's objects work beside tasks, by themselves."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from typing import Any

import pytest
from helpers import LIMIT, libuv_since

import netuv
from tests.aio.conftest import OTHERS, SETTINGS, RunMain
from tests.loop.programs import process

pytestmark = pytest.mark.row("A01", "A02")


def wait_for_event(emitter: Any, event: str) -> Any:
    """A future of what it carries; it listens from now on."""
    future = asyncio.get_running_loop().create_future()
    emitter.once(event, lambda *args: future.set_result(args))
    return future


async def listening(*args: Any, **options: Any) -> tuple[netuv.Server, int]:
    server = netuv.create_server(*args, **options).listen(0, "127.0.0.1")
    await wait_for_event(server, "listening")
    return server, server.address().port


def test_it_returns_and_raises_what_main_does(run_main: Any) -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 5

    async def fails() -> None:
        raise ZeroDivisionError

    assert run_main(main()) == 5
    with pytest.raises(ZeroDivisionError):
        run_main(fails())


def test_timers_immediates_and_ticks(run_main: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for defer in (netuv.next_tick, netuv.set_immediate, lambda f, x: netuv.set_timeout(f, 5, x)):
            future = loop.create_future()
            defer(future.set_result, "called")
            assert await future == "called"
        calls: list[int] = []
        interval = netuv.set_interval(calls.append, 1, 1)
        while len(calls) < 3:
            await asyncio.sleep(0.001)
        interval.close()

    run_main(main())


def test_what_does_not_keep_a_loop_running_runs_all_the_same(run_main: Any) -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        netuv.set_timeout(future.set_result, 1, "unref").unref()
        assert await future == "unref"
        server, port = await listening(lambda client: client.destroy())
        server.unref()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()
        server.close()

    run_main(main())


def test_the_order_among_netuv_s_own_is_what_it_is_without_asyncio(run_main: RunMain) -> None:
    calls: list[str] = []

    def immediate() -> None:
        netuv.next_tick(calls.append, "tick of the immediate")
        netuv.set_immediate(calls.append, "the next turn's")
        calls.append("immediate")

    def begin() -> None:
        netuv.set_immediate(immediate)
        netuv.set_immediate(calls.append, "second immediate")
        netuv.next_tick(calls.append, "tick")
        calls.append("callback")

    async def main() -> None:
        calls.clear()
        netuv.set_timeout(begin, 1)
        while len(calls) < 6:
            await asyncio.sleep(0.001)
        assert calls == [
            *("callback", "tick", "immediate", "tick of the immediate", "second immediate"),
            "the next turn's",
        ]

    run_main(main())


@libuv_since(1, 45, "it waits once more after a timer that was due when its turn began")
def test_pyuv_handles_of_one_s_own(run_main: RunMain) -> None:
    """A guest has to be told of what is started outside of any callback; touch() does no harm elsewhere."""
    import pyuv

    async def main() -> None:
        loop = netuv.default_loop()
        near, far = socket.socketpair()
        near.setblocking(False)
        event_loop = asyncio.get_running_loop()
        ticked, readable = event_loop.create_future(), event_loop.create_future()
        await asyncio.sleep(0.01)
        timer = pyuv.Timer(loop.uv)
        timer.start(lambda timer: ticked.set_result(None), 0.001, 0)
        loop.touch()
        await ticked
        await asyncio.sleep(0.01)
        poll = pyuv.Poll(loop.uv, near.fileno())
        poll.start(pyuv.UV_READABLE, lambda poll, events, status: (poll.stop(), readable.set_result(events)))
        loop.touch()
        await asyncio.sleep(0.01)
        far.send(b"x")
        assert await readable == pyuv.UV_READABLE
        for handle in (timer, poll):
            handle.close()
        await asyncio.sleep(0.01)
        near.close()
        far.close()

    run_main(main())


def test_a_server_and_a_client(run_main: Any) -> None:
    async def main() -> None:
        server, port = await listening(lambda client: client.pipe(client))
        client = netuv.connect(port, "localhost")
        size = [0]
        client.on("data", lambda data: size.__setitem__(0, size[0] + len(data)))
        client.end(bytes(5_000_000))
        assert await wait_for_event(client, "close") == (False,)
        assert size == [5_000_000]
        server.close()
        await wait_for_event(server, "close")

    run_main(main())


def test_each_way_to_begin_something_outside_of_a_turn(run_main: Any, short_path: Any) -> None:
    """A task that has slept has nothing of libuv's around it: whatever it begins has to ask for a turn."""

    async def main() -> None:
        path = str(short_path / "s")
        accepted: list[netuv.Socket] = []
        server = netuv.create_server(accepted.append, pause_on_connect=True)
        await asyncio.sleep(0.01)
        server.listen(path)
        await wait_for_event(server, "listening")
        await asyncio.sleep(0.01)
        client = netuv.connect(path)
        await wait_for_event(client, "connect")
        await asyncio.sleep(0.01)
        assert client.write(b"x" * 3_000_000) is False  # the rest waits in libuv
        await asyncio.sleep(0.01)
        accepted[0].resume()
        await wait_for_event(client, "drain")
        await asyncio.sleep(0.01)
        client.end()
        await wait_for_event(accepted[0], "end")
        await asyncio.sleep(0.01)
        client.destroy()
        server.close()
        await wait_for_event(server, "close")

    run_main(main())


def test_a_lookup_that_a_task_answers(run_main: Any) -> None:
    async def main() -> None:
        server, port = await listening(lambda client: client.end())
        answers: list[Any] = []
        client = netuv.connect(port, "a.test", lookup=lambda host, options, answer: answers.append(answer))
        await asyncio.sleep(0.01)
        client.resume()
        answers[0](None, [{"address": "127.0.0.1", "family": 4}])
        await wait_for_event(client, "close")
        server.close()
        await wait_for_event(server, "close")

    run_main(main())


def test_another_thread_may_call(run_main: Any) -> None:
    async def main() -> None:
        loop = netuv.default_loop()
        future = asyncio.get_running_loop().create_future()
        threading.Thread(target=loop.call_soon_threadsafe, args=(future.set_result, 1)).start()
        assert await future == 1
        assert await asyncio.get_running_loop().run_in_executor(None, threading.get_ident) != (
            threading.get_ident()
        )

    run_main(main())


def test_the_loop_is_one_and_the_same_in_all_of_its_tasks_and_callbacks(run_main: Any) -> None:
    async def main() -> None:
        loop = netuv.default_loop()
        assert loop.running
        found: list[Any] = []

        async def task() -> None:
            found.append(netuv.default_loop())

        await asyncio.gather(task(), task())
        asyncio.get_running_loop().call_soon(lambda: found.append(netuv.default_loop()))
        netuv.set_immediate(lambda: found.append(netuv.default_loop()))
        await asyncio.sleep(0.01)
        assert found == [loop] * 4
        for refused in (loop.run, loop.run_once, loop.stop, loop.close):
            with pytest.raises(RuntimeError):
                refused()

    run_main(main())


def test_one_after_the_other(run_main: Any) -> None:
    loops: list[Any] = []

    async def main() -> None:
        loops.append(netuv.default_loop())
        netuv.create_server().listen(0, "127.0.0.1")  # which is left open
        await asyncio.sleep(0)

    for _ in range(3):
        run_main(main())
    assert all(loop.closed for loop in loops)
    assert len(set(map(id, loops))) == 3


def test_the_end_closes_what_is_open(run_main: Any) -> None:
    events: list[Any] = []

    async def main() -> None:
        server, port = await listening(lambda client: client.on("close", events.append))
        client = netuv.connect(port, "127.0.0.1")
        server.on("close", lambda: events.append("server"))
        await asyncio.gather(wait_for_event(client, "connect"), wait_for_event(server, "connection"))

    run_main(main())
    assert sorted(map(str, events)) == ["False", "server"]


def test_several_threads(setting: str) -> None:
    results: list[Any] = []

    async def main() -> None:
        server, port = await listening(lambda client: client.pipe(client))
        client = netuv.connect(port, "127.0.0.1")
        client.end(b"x" * 100_000)
        size = [0]
        client.on("data", lambda data: size.__setitem__(0, size[0] + len(data)))
        await wait_for_event(client, "close")
        server.close()
        results.append((netuv.default_loop(), size[0]))

    threads = [threading.Thread(target=lambda: SETTINGS[setting](main())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert [size for _, size in results] == [100_000] * 4
    assert len({id(loop) for loop, _ in results}) == 4


def test_no_thread_is_made(run_main: Any) -> None:
    async def main() -> int:
        server, port = await listening(lambda client: client.destroy())
        client = netuv.connect(port, "127.0.0.1")
        client.resume()
        await wait_for_event(client, "close")
        server.close()
        return threading.active_count()

    before = threading.active_count()
    assert run_main(main()) == before


def test_debug_mode(run_main: Any) -> None:
    async def main() -> None:
        server, port = await listening(lambda client: client.pipe(client))
        client = netuv.connect(port, "127.0.0.1")
        client.end(b"hello")
        client.resume()
        await wait_for_event(client, "close")
        server.close()

    run_main(main(), debug=True)


def test_an_exception_of_a_callback(setting: str, run_main: Any, reported: list[dict[str, Any]]) -> None:
    cancelled: list[str] = []

    async def main() -> str:
        netuv.set_timeout(lambda: 1 // 0, 1)
        try:
            await asyncio.sleep(0.1 if setting != "netuv" else LIMIT)
        except asyncio.CancelledError:
            cancelled.append("main")
            raise
        return "went on"

    if setting == "netuv":
        with pytest.raises(ZeroDivisionError) as caught:
            run_main(main())
        assert caught.traceback[-1].name == "<lambda>"
        assert cancelled == ["main"]
    else:
        assert run_main(main()) == "went on"
        assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
        reported.clear()


def test_listeners_of_uncaught_exceptions_take_them(run_main: Any) -> None:
    errors: list[BaseException] = []

    async def main() -> None:
        netuv.default_loop().on("uncaughtException", errors.append)
        netuv.set_immediate(lambda: 1 // 0)
        while not errors:
            await asyncio.sleep(0.001)

    run_main(main())
    assert [type(error) for error in errors] == [ZeroDivisionError]


def test_system_exit_of_a_callback_leaves(run_main: Any) -> None:
    async def main() -> None:
        netuv.set_timeout(sys.exit, 1, 7)
        await asyncio.sleep(LIMIT)

    with pytest.raises(SystemExit) as caught:
        run_main(main())
    assert caught.value.code == 7


def test_signal_handlers(run_main: Any) -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, future.set_result, 3)
        netuv.set_timeout(signal.raise_signal, 5, signal.SIGUSR1)
        result: int = await future
        assert loop.remove_signal_handler(signal.SIGUSR1)
        return result

    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    assert run_main(main()) == 3
    assert signal.set_wakeup_fd(wakeup) == wakeup
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


@pytest.mark.parametrize("kind", [KeyboardInterrupt, TimeoutError])
def test_what_a_plain_signal_handler_raises_leaves(setting: str, run_main: Any, kind: Any) -> None:
    def on_alarm(number: int, frame: object) -> None:
        raise kind("the alarm")

    async def main() -> None:
        netuv.default_loop()
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        await asyncio.sleep(LIMIT)

    if setting in OTHERS:
        pytest.skip(f"{setting} runs Python's handlers in a callback of its own, and reports what they raise")
    former = signal.signal(signal.SIGALRM, on_alarm)
    try:
        with pytest.raises(kind, match="the alarm"):
            run_main(main())
    finally:
        signal.signal(signal.SIGALRM, former)


def test_ctrl_c(setting: str) -> None:
    program = f"""
        import asyncio, netuv
        run = {{"netuv": netuv.run, "asyncio": asyncio.run}}.get({setting!r})
        if run is None:
            import {setting}
            def run(main):
                asyncio.set_event_loop_policy(Policy())
                return asyncio.run(main)
        class Policy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self):
                return {setting}.new_event_loop()
        async def main():
            server = netuv.create_server().listen(0, "127.0.0.1", lambda: print("listening", flush=True))
            server.on("close", lambda: print("closed"))
            try:
                await asyncio.sleep(60)
            finally:
                print("cleaned up")
        try:
            run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """
    with process(program) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "listening\n"
        child.send_signal(signal.SIGINT)
        output = child.stdout.read().split("\n")
    assert "cleaned up" in output
    assert output[-2] == "interrupted"


def test_a_subprocess(run_main: Any) -> None:
    async def main() -> bytes:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print(input()[::-1])", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        netuv.set_timeout(lambda: None, 1)
        return (await child.communicate(b"abc\n"))[0]

    assert run_main(main()) == b"cba\n"


def test_asyncio_s_own_streams(run_main: Any) -> None:
    async def serve(reader: Any, writer: Any) -> None:
        writer.write(await reader.readline())
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = netuv.connect(server.sockets[0].getsockname()[1], "127.0.0.1")
        client.write("over\n")
        client.set_encoding("utf8")
        assert await wait_for_event(client, "data") == ("over\n",)
        await wait_for_event(client, "close")
        server.close()
        await server.wait_closed()

    run_main(main())


def test_context_variables_of_tasks(run_main: Any) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")

    async def task(value: str) -> str:
        variable.set(value)
        await asyncio.sleep(0.002)
        future = asyncio.get_running_loop().create_future()
        netuv.set_timeout(future.set_result, 1, None)
        await future
        return variable.get()

    async def main() -> None:
        assert await asyncio.gather(task("a"), task("b")) == ["a", "b"]
        assert variable.get() == "none"

    run_main(main())


def test_waiting_costs_no_cpu_time(run_main: Any) -> None:
    async def main() -> float:
        server, _ = await listening()
        await asyncio.sleep(0.01)
        before = time.process_time()
        await asyncio.sleep(0.4)
        spent = time.process_time() - before
        server.close()
        return spent

    assert run_main(main()) < 0.2


def test_a_loop_of_one_s_own_runs_beside_it(run_main: Any) -> None:
    async def main() -> None:
        calls: list[int] = []
        other = netuv.Loop()
        netuv.set_timeout(calls.append, 1, 1, loop=other)
        other.run()
        other.close()
        assert calls == [1]

    run_main(main())


def test_nothing_is_warned_of(setting: str) -> None:
    async def main() -> None:
        netuv.create_server().listen(0, "127.0.0.1")
        await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        SETTINGS[setting](main())
        gc.collect()
    assert [str(each.message) for each in caught if "netuv" in str(each.message)] == []


def test_a_host_that_only_closes(setting: str) -> None:
    """Without shutdown_asyncgens() nobody ends a guest: it goes with its host, and that is warned of."""
    if setting == "netuv":
        pytest.skip("this is about guests")

    async def main() -> netuv.Loop:
        return netuv.default_loop()

    async def wait() -> None:
        await asyncio.sleep(0.001)

    host = OTHERS.get(setting, asyncio.new_event_loop)()
    loop = host.run_until_complete(main())
    host.run_until_complete(wait())
    assert host.run_until_complete(main()) is loop
    host.close()
    del host, loop
    with pytest.warns(ResourceWarning, match="unclosed loop"):
        gc.collect()


@pytest.mark.filterwarnings(  # Python 3.10's own loop leaves one, too
    "ignore:Exception ignored in. <function _SSLProtocolTransport:pytest.PytestUnraisableExceptionWarning"
)
def test_start_tls(run_main: Any, self_signed: Any) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(self_signed / "cert", self_signed / "key")
    theirs = ssl.create_default_context(cafile=str(self_signed / "cert"))
    theirs.check_hostname = False

    class Server(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            if data == b"STARTTLS\n":
                self.transport.pause_reading()  # what comes next is for the other protocol
                self.transport.write(b"OK\n")
                asyncio.get_running_loop().create_task(self.upgrade())
            else:
                self.transport.write(data.upper())

        async def upgrade(self) -> None:
            loop = asyncio.get_running_loop()
            self.transport = await loop.start_tls(self.transport, self, ours, server_side=True)
            self.transport.write(b"ready")

    class Client(asyncio.Protocol):
        def __init__(self) -> None:
            self.heard: asyncio.Queue[bytes] = asyncio.Queue()

        def data_received(self, data: bytes) -> None:
            self.heard.put_nowait(data)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Server, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport, client = await loop.create_connection(Client, "127.0.0.1", port)
        transport.write(b"STARTTLS\n")
        assert await client.heard.get() == b"OK\n"
        secure = await loop.start_tls(transport, client, theirs)
        assert secure is not None
        assert await client.heard.get() == b"ready"
        secure.write(b"hello")
        assert await client.heard.get() == b"HELLO"
        secure.close()
        server.close()
        await asyncio.sleep(0.01)

    run_main(main())


def test_a_descriptor_that_is_closed_while_it_is_watched(setting: str, run_main: Any) -> None:
    if setting in OTHERS:
        pytest.skip(f"{setting} ends the process then")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        near.setblocking(False)
        loop.add_reader(near.fileno(), lambda: None)
        number = near.fileno()
        near.close()
        await asyncio.sleep(0.01)
        loop.remove_reader(number)
        far.close()

    run_main(main())


def test_an_address_that_is_let_go_outside_of_a_turn(run_main: Any) -> None:
    """libuv forgets its handle in the next turn, so it has to ask for one."""

    async def main() -> None:
        uv = netuv.default_loop().uv
        for _ in range(3):
            await asyncio.sleep(0)
        before = len(uv.handles)
        netuv.BoundSocket(host="127.0.0.1").close()
        with netuv.BoundSocket(host="127.0.0.1"):
            pass
        with contextlib.suppress(OSError):
            netuv.BoundSocket(host="192.0.2.1")
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(uv.handles) == before

    run_main(main())
