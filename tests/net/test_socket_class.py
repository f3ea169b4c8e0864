"""The option ``socket_class`` of a server: what it accepts is of a program's own class."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import MustCall, PeerOf, Run, Transport, nothing, receive_all

import netuv


class Game(netuv.Socket):
    """Its names are a game's own, among them some that netuv could have had."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.name = "nobody"
        self._queue = ["first"]
        self._type = "human"
        self._tick = 0
        self._path = "north"
        self._state = self._phase = self._writing = self._flowing = "waiting"

    def say(self, text: str) -> None:
        self.end(f"{self.name}: {text}")


class Shouting(netuv.Socket):
    def write(self, data: Any, encoding: Any = None, callback: Any = None) -> bool:
        return super().write(data.upper(), encoding, callback)


def accept_one(
    run: Run,
    must_call: MustCall,
    peer: PeerOf,
    transport: Transport,
    use: Any,
    **options: Any,
) -> tuple[netuv.Socket, bytes]:
    accepted: list[netuv.Socket] = []

    def on_connection(sock: netuv.Socket) -> None:
        accepted.append(sock)
        server.close()
        use(sock)

    def talk(address: Any) -> bytes:
        with transport.client(address) as sock:
            sock.sendall(b"hello")
            return receive_all(sock)

    server = netuv.create_server(must_call(on_connection), **options)
    threads: list[Any] = []
    on_listening = must_call(lambda: threads.append(peer(talk, transport.stdlib_address(server))))
    server.listen(*transport.listen_args, on_listening)
    run()
    return accepted[0], threads[0].result()


def test_accepted_sockets_are_of_the_class(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    heard: list[bytes] = []

    def use(sock: Any) -> None:
        sock.name = "Ada"
        sock.on("data", lambda data: (heard.append(data), sock.say("hi")))

    sock, got = accept_one(run, must_call, peer, transport, use, socket_class=Game)
    assert type(sock) is Game
    assert (sock._queue, sock._type, sock._tick) == (["first"], "human", 0)
    assert isinstance(sock.server, netuv.Server)
    assert (heard, got) == ([b"hello"], b"Ada: hi")
    assert (sock.bytes_read, sock.bytes_written) == (5, 7)


def test_a_class_without_an_init(run: Run, must_call: MustCall, peer: PeerOf, transport: Transport) -> None:
    def use(sock: netuv.Socket) -> None:
        sock.on("data", lambda data: (sock.write(data), sock.end()))

    sock, got = accept_one(run, must_call, peer, transport, use, socket_class=Shouting)
    assert type(sock) is Shouting
    assert got == b"HELLO"


def test_options_of_the_server_reach_the_class(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    seen: dict[str, Any] = {}

    def use(sock: netuv.Socket) -> None:
        seen["paused"] = sock.is_paused()
        seen["mark"] = sock.readable_high_water_mark
        seen["half open"] = sock.allow_half_open
        sock.on("data", lambda data: sock.end(data))
        sock.resume()

    options = {"pause_on_connect": True, "high_water_mark": 1000, "allow_half_open": True}
    _, got = accept_one(run, must_call, peer, transport, use, socket_class=Game, **options)
    assert seen == {"paused": True, "mark": 1000, "half open": True}
    assert got == b"hello"


def test_sockets_may_be_equal_and_have_no_hash(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport, loop: netuv.Loop
) -> None:
    class Alike(netuv.Socket):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Alike)

        __hash__ = None  # type: ignore[assignment]

    def use(sock: netuv.Socket) -> None:
        open_now = [each for each in loop.handles if isinstance(each, Alike)]
        assert len(open_now) == 1
        assert open_now[0] is sock
        sock.on("data", lambda data: sock.end(data))

    _, got = accept_one(run, must_call, peer, transport, use, socket_class=Alike)
    assert got == b"hello"
    assert loop.handles == []


def test_an_init_that_raises_closes_the_connection(
    run: Run, must_call: MustCall, peer: PeerOf, transport: Transport
) -> None:
    class Broken(netuv.Socket):
        def __init__(self, options: Any) -> None:
            super().__init__(options)
            server.close()
            raise RuntimeError("no player")

    server = netuv.create_server(socket_class=Broken)
    server.on("close", must_call(nothing))

    def talk(address: Any) -> bytes:
        with transport.client(address) as sock:
            return receive_all(sock)

    threads: list[Any] = []
    on_listening = must_call(lambda: threads.append(peer(talk, transport.stdlib_address(server))))
    server.listen(*transport.listen_args, on_listening)
    with pytest.raises(RuntimeError, match="no player"):
        run()
    run()
    assert threads[0].result() == b""


@pytest.mark.parametrize("value", [netuv.Server, object, "Socket", netuv.Loop])
def test_another_class_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="socket_class") as caught:
        netuv.create_server(socket_class=value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
