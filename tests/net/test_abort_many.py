"""AbortSignal: one for very many sockets, among listeners of the user."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import netuv

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


def test_order_among_listeners(run: Any) -> None:
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
