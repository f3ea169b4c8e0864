"""The context variables that listeners and callbacks see, in all settings: of the call that began it."""

from __future__ import annotations

import asyncio
import contextvars
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv import tls
from tests.aio.conftest import SETTINGS, RunMain
from tests.aio.test_settings import wait_for_event

pytestmark = pytest.mark.row("A12")

HOST = "127.0.0.1"
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


class Seen:
    """What each event's listeners saw; a listener also leaves something behind, which others must not see."""

    def __init__(self) -> None:
        self.values: dict[str, set[str]] = {}

    def note(self, name: str) -> None:
        self.values.setdefault(name, set()).add(variable.get())

    def listen(self, emitter: Any, who: str, *events: str) -> None:
        for event in events:
            emitter.on(event, lambda *args, event=event: self.note(f"{who} {event}"))


async def listening(server: netuv.Server, *args: Any) -> int:
    server.listen(*(args or (0, HOST)))
    await wait_for_event(server, "listening")
    address: Any = server.address()
    return 0 if isinstance(address, str) else address.port


OF_SERVER = ("listening", "connection", "close")
OF_ACCEPTED = ("data", "end", "finish", "drain", "close", "pause", "resume")
OF_CLIENT = ("lookup", "connectionAttempt", "connect", "ready", "data", "end", "drain", "finish", "close")


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_listeners_run_in_that_of_listen_and_connect(run_main: RunMain, short_path: Path, kind: str) -> None:
    seen = Seen()

    async def main() -> None:
        def on_connection(socket: netuv.Socket) -> None:
            seen.listen(socket, "accepted", *OF_ACCEPTED)
            socket.on("data", lambda data: (socket.pause(), socket.resume()))
            socket.on("end", lambda: socket.write(bytes(5_000_000)))
            socket.on("drain", lambda: socket.end())

        server = netuv.create_server(on_connection, allow_half_open=True)
        seen.listen(server, "server", *OF_SERVER)
        variable.set("of listen()")
        port = await listening(server, *([str(short_path / "s")] if kind == "unix" else []))
        variable.set("of connect()")
        client = netuv.connect(port, "localhost") if kind == "tcp" else netuv.connect(str(short_path / "s"))
        variable.set("set later")
        seen.listen(client, "client", *OF_CLIENT)
        client.write(bytes(5_000_000))
        client.once("drain", client.end)
        await wait_for_event(client, "close")
        server.close()
        await wait_for_event(server, "close")

    run_main(main())
    wanted = {f"server {event}": {"of listen()"} for event in OF_SERVER}
    wanted |= {f"accepted {event}": {"of listen()"} for event in OF_ACCEPTED}
    wanted |= {f"client {event}": {"of connect()"} for event in OF_CLIENT}
    if kind == "unix":
        del wanted["client lookup"], wanted["client connectionAttempt"]  # which connect() itself emits
        seen.values.pop("client connectionAttempt", None)
    assert seen.values == wanted


def test_errors_too(run_main: RunMain) -> None:
    seen = Seen()

    async def main() -> None:
        server = netuv.create_server()
        port = await listening(server)
        server.close()
        variable.set("of connect()")
        client = netuv.connect(port, HOST)
        other = netuv.create_server()
        seen.listen(other, "server", "error", "close")
        variable.set("of listen()")
        other.listen(1, "192.0.2.1")
        variable.set("set later")
        seen.listen(client, "client", "error", "close")
        await asyncio.gather(wait_for_event(client, "close"), wait_for_event(other, "error"))

    run_main(main())
    assert seen.values == {
        "client error": {"of connect()"},
        "client close": {"of connect()"},
        "server error": {"of listen()"},
        "server close": {"of listen()"},
    }


def test_each_connection_has_its_own(run_main: RunMain) -> None:
    """What a listener of 'connection' sets is there for all that follows of this connection, and no other."""
    seen: list[tuple[str, str, bytes]] = []

    async def main() -> None:
        def on_connection(socket: netuv.Socket) -> None:
            before = variable.get()
            variable.set(str(len(numbers)))
            numbers.append(socket)
            socket.on("data", lambda data: seen.append((before, variable.get(), data)))
            socket.on("end", lambda: seen.append((before, variable.get(), b"end")))

        numbers: list[netuv.Socket] = []
        server = netuv.create_server(on_connection)
        variable.set("of listen()")
        port = await listening(server)
        for number in b"0", b"1":
            client = netuv.connect(port, HOST).resume()
            client.end(number)
            await wait_for_event(client, "close")
        assert variable.get() == "of listen()"
        server.close()

    run_main(main())
    assert [each for each in seen if each[2] != b"end"] == [("of listen()", n, n.encode()) for n in "01"]
    assert [each[1] for each in seen] == ["0", "0", "1", "1"]


def test_tasks_and_connections_that_a_listener_begins_have_its_variables(run_main: RunMain) -> None:
    seen: list[str] = []

    async def main() -> None:
        async def task() -> None:
            seen.append(f"task {variable.get()}")

        def on_connection(socket: netuv.Socket) -> None:
            tasks.append(asyncio.get_running_loop().create_task(task()))
            onward = netuv.connect(socket.local_port, HOST) if len(tasks) < 2 else None
            if onward is not None:
                variable.set("set later")
                onward.on("close", lambda had_error: seen.append(f"onward {variable.get()}"))
                onward.resume()
            socket.end()

        tasks: list[Any] = []
        server = netuv.create_server(on_connection)
        variable.set("of listen()")
        port = await listening(server)
        variable.set("of connect()")
        client = netuv.connect(port, HOST).resume()
        await wait_for_event(client, "close")
        while len(seen) < 3:
            await asyncio.sleep(0.001)
        server.close()
        await asyncio.gather(*tasks)

    run_main(main())
    assert sorted(seen) == ["onward of listen()", *["task of listen()"] * 2]


def test_callbacks_run_in_that_of_the_call_they_are_given_to(run_main: RunMain) -> None:
    seen: list[str] = []

    async def main() -> None:
        def note(*args: object) -> None:
            seen.append(variable.get())
            variable.set("left behind")

        loop = netuv.default_loop()
        server = netuv.create_server(lambda socket: socket.pipe(socket))
        client = netuv.connect(await listening(server), HOST).resume()
        await wait_for_event(client, "connect")
        begin: dict[str, Any] = {
            "write": lambda: client.write(b"x", note),
            "a write that waits": lambda: client.write(bytes(3_000_000), note),
            "end": lambda: client.end(note),
            "set_timeout": lambda: netuv.set_timeout(note, 1),
            "set_immediate": lambda: netuv.set_immediate(note),
            "next_tick": lambda: netuv.next_tick(note),
            "call_soon_threadsafe": lambda: loop.call_soon_threadsafe(note),
            "lookup": lambda: netuv.lookup("localhost", note),
        }
        for name, call in begin.items():
            variable.set(name)
            call()
        variable.set("set later")
        await wait_for_event(client, "close")
        while len(seen) < len(begin):
            await asyncio.sleep(0.001)
        assert sorted(seen) == sorted(begin)
        server.close()

    run_main(main())


def test_an_interval_has_one_for_all_its_calls(run_main: RunMain) -> None:
    async def main() -> None:
        seen: list[str] = []

        def note() -> None:
            seen.append(variable.get())
            variable.set("its own")

        variable.set("of set_interval()")
        interval = netuv.set_interval(note, 1)
        while len(seen) < 3:
            await asyncio.sleep(0.001)
        interval.close()
        assert seen[:3] == ["of set_interval()", "its own", "its own"]
        assert variable.get() == "of set_interval()"

    run_main(main())


def test_what_the_program_emits_itself_and_what_an_override_sees(run_main: RunMain) -> None:
    """emit() calls the listeners in the context of the socket, whoever calls it, and however often."""

    class Loud(netuv.Socket):
        def emit(self, event: str, *args: Any, **kwargs: Any) -> bool:
            heard.append(event)
            return super().emit(event, *args, **kwargs)

    heard: list[str] = []
    seen = Seen()

    async def main() -> None:
        server = netuv.create_server(lambda socket: socket.end(b"data"))
        port = await listening(server)
        variable.set("of connect()")
        client = Loud().connect(port, HOST)
        variable.set("set later")
        seen.listen(client, "client", "data", "mine", "again")
        client.on("mine", lambda: client.emit("again"))
        client.emit("mine")
        await wait_for_event(client, "close")
        server.close()

    run_main(main())
    assert seen.values == {f"client {event}": {"of connect()"} for event in ("mine", "again", "data")}
    assert {"mine", "again", "data"} <= set(heard)


def test_a_listener_of_data_with_wrong_arguments_is_told_of_as_ever(
    setting: str, run_main: RunMain, reported: list[dict[str, Any]]
) -> None:
    async def main() -> None:
        def wrong() -> None:
            pass

        server = netuv.create_server(lambda socket: socket.end(b"data"))
        client = netuv.connect(await listening(server), HOST)
        client.on("data", wrong)
        await wait_for_event(client, "close")
        server.close()

    if setting == "netuv":
        with pytest.raises(TypeError) as caught:
            run_main(main())
        error: BaseException = caught.value
    else:
        run_main(main())
        error = reported.pop()["exception"]
    assert "listener of 'data'" in str(error) + "".join(getattr(error, "__notes__", ()))


def test_a_socket_that_connects_anew(run_main: RunMain) -> None:
    seen: list[str] = []

    async def main() -> None:
        server = netuv.create_server(lambda socket: socket.end(b"data"))
        port = await listening(server)
        done = asyncio.get_running_loop().create_future()

        def on_close(had_error: bool) -> None:
            seen.append(variable.get())
            if len(seen) == 4:
                done.set_result(None)
            else:
                variable.set("second")
                client.connect(port, HOST)

        variable.set("first")
        client = netuv.connect(port, HOST)
        client.on("data", lambda data: seen.append(variable.get())).on("close", on_close)
        await done
        server.close()

    run_main(main())
    assert seen == ["first", "first", "second", "second"]


@pytest.mark.parametrize("over", ["its own", "a socket"])
def test_over_tls(run_main: RunMain, self_signed: Path, over: str) -> None:
    seen = Seen()

    async def main() -> None:
        def on_secure(socket: Any) -> None:
            seen.note("server secureConnection")
            seen.listen(socket, "accepted", "data", "end", "close")
            socket.end(b"hello")
            variable.set("of this connection")

        options = {"key": (self_signed / "key").read_bytes(), "cert": (self_signed / "cert").read_bytes()}
        server = tls.create_server(options, on_secure)
        variable.set("of listen()")
        port = await listening(server)
        for _ in range(2):
            given: dict[str, Any] = {"port": port, "host": HOST}
            if over == "a socket":
                variable.set("below")
                given = {"socket": netuv.connect(port, HOST)}
                await wait_for_event(given["socket"], "connect")
            variable.set("of connect()")
            client = tls.connect({**given, "reject_unauthorized": False})
            variable.set("set later")
            seen.listen(client, "client", "secureConnect", "data", "end", "close")
            client.write("hello")
            await wait_for_event(client, "close")
        server.close()
        await wait_for_event(server, "close")

    run_main(main())
    wanted = {f"client {event}": {"of connect()"} for event in ("secureConnect", "data", "end", "close")}
    wanted |= {f"accepted {event}": {"of this connection"} for event in ("data", "end", "close")}
    assert seen.values == {**wanted, "server secureConnection": {"of listen()"}}


def test_what_was_begun_before_the_event_loop_ran() -> None:
    """There netuv has noted nothing: what is seen is the context that runs the loop."""
    seen: list[str] = []

    async def main() -> None:
        variable.set("of main()")
        client = netuv.connect(server.address().port, HOST).resume()  # type: ignore[union-attr]
        await wait_for_event(client, "close")

    def begin() -> None:
        nonlocal server
        variable.set("of the run")
        server = netuv.create_server(lambda socket: (seen.append(variable.get()), socket.end()))
        server.listen(0, HOST)
        SETTINGS["netuv"](main())

    server: Any = None
    contextvars.copy_context().run(begin)
    assert seen == ["of the run"]
