"""AbortSignal: what it ends, and its listeners."""

from __future__ import annotations

import socket
import warnings
from typing import Any

import pytest
from helpers import MustCall, PeerOf, Run, Transport, receive_all, watch

import netuv
from tests.net.peers import accept, place


@pytest.mark.row("N08")
@pytest.mark.parametrize("when", ["before", "connecting", "connected"])
def test_an_abort_signal_destroys_a_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf, when: str
) -> None:
    controller = netuv.AbortController()
    if when == "before":
        controller.abort()
    elif when == "connected":
        peer(accept, listener, receive_all)
    sock = netuv.connect({**place(listener), "signal": controller.signal})
    seen = watch(sock, "error", "close", "end")
    if when == "connecting":
        sock.on("connect", must_call(times=0))
        controller.abort()
    elif when == "connected":
        sock.on("connect", must_call(controller.abort))
    run()
    assert [event[0] for event in seen] == ["error", "close"]
    assert (seen[0][1].code, seen[1][1]) == ("ABORT_ERR", True)
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N08")
def test_a_signal_lets_go_of_a_closed_socket(
    run: Run, must_call: MustCall, listener: socket.socket, peer: PeerOf
) -> None:
    peer(accept, listener, receive_all)
    controller = netuv.AbortController()
    sock = netuv.connect({**place(listener), "signal": controller.signal})

    def on_connect() -> None:
        assert controller.signal.listener_count("abort") == 1
        sock.end()

    sock.on("connect", must_call(on_connect)).resume()
    run()
    assert controller.signal.listener_count("abort") == 0
    controller.abort()
    assert sock.errored is None


MANY = 20_000  # a cost that grows with the square would take minutes


def test_one_signal_for_many_sockets(run: Any) -> None:
    controller = netuv.AbortController()
    closed: list[bool] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sockets = [netuv.Socket(signal=controller.signal) for _ in range(MANY)]
    for sock in sockets[::2]:
        sock.on("close", closed.append).destroy()
    run()
    assert closed == [False] * (MANY // 2)
    codes: list[Any] = []
    for sock in sockets[1::2]:
        sock.on("error", lambda error: codes.append(error.code))
        sock.on("close", closed.append)
    controller.abort()
    assert all(sock.destroyed for sock in sockets)
    run()
    assert codes == ["ABORT_ERR"] * (MANY // 2)
    assert controller.signal.listener_count("abort") == 0


def test_order_among_listeners_of_abort(run: Any) -> None:
    """Each in the place where it was added, as in Node."""
    controller = netuv.AbortController()
    signal = controller.signal
    sockets: list[netuv.Socket] = []
    seen: list[list[bool]] = []

    def look() -> None:
        seen.append([sock.destroyed for sock in sockets])

    signal.on("abort", look)
    for _ in range(3):
        sockets.append(netuv.Socket(signal=signal))
        sockets[-1].on("error", lambda error: None)
        signal.on("abort", look)
    controller.abort()
    assert seen == [[False] * 3, [True, False, False], [True, True, False], [True, True, True]]
    run()


def test_a_listener_that_raises(run: Any, must_call: Any) -> None:
    controller = netuv.AbortController()

    def raises() -> None:
        raise LookupError

    controller.signal.on("abort", raises)
    sock = netuv.Socket(signal=controller.signal)
    sock.on("error", must_call(lambda error: error.code == "ABORT_ERR" or pytest.fail(error)))
    server = netuv.create_server().listen(port=0, host="127.0.0.1", signal=controller.signal)
    server.on("close", must_call(lambda: None))

    @server.on("listening")
    def abort() -> None:
        with pytest.raises(LookupError):
            controller.abort()

    run()
    assert sock.destroyed
    assert not server.listening


def test_listen_again_with_the_same_signal(run: Any, must_call: Any) -> None:
    controller = netuv.AbortController()
    server = netuv.create_server()
    server.on("close", must_call(lambda: None, 2))

    def again() -> None:
        assert controller.signal.listener_count("abort") == 0
        server.listen(port=0, host="127.0.0.1", signal=controller.signal, callback=controller.abort)

    server.listen(port=0, host="127.0.0.1", signal=controller.signal, callback=server.close)
    server.once("close", again)
    run()
    assert not server.listening


@pytest.mark.row("N05")
def test_an_abort_signal_closes_a_server(run: Run, must_call: MustCall, transport: Transport) -> None:
    controller = netuv.AbortController()
    server = netuv.create_server()
    server.on("close", must_call())
    where = dict(zip(("port", "host"), transport.listen_args, strict=False))
    if transport.name == "unix":
        where = {"path": transport.listen_args[0]}
    server.listen({**where, "signal": controller.signal}, must_call(controller.abort))
    run()
    assert server.listening is False
    assert controller.signal.listener_count("abort") == 0


@pytest.mark.row("N05")
def test_listen_with_a_signal_that_is_aborted_already(
    run: Run, must_call: MustCall, transport: Transport
) -> None:
    server = netuv.create_server()
    server.on("listening", must_call(times=0)).on("close", must_call())
    where = dict(zip(("port", "host"), transport.listen_args, strict=False))
    if transport.name == "unix":
        where = {"path": transport.listen_args[0]}
    server.listen({**where, "signal": netuv.AbortSignal.abort()})
    run()
    with pytest.raises(TypeError, match="signal"):
        server.listen({**where, "signal": "no signal"})
