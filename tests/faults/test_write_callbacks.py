"""Every write callback is called once and in order, whatever becomes of the socket."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    Connection,
    accept_and_read,
    read_and_close,
)

import netuv

STOPS = "loop stops and is closed"
ENDINGS: dict[str, Callable[[Connection], Any]] = {
    "destroy": lambda c: c.mine.destroy(),
    "destroy with an error": lambda c: c.mine.destroy(ConnectionError("mine")),
    "peer closes": lambda c: c.theirs.close(),
    "peer resets": lambda c: c.reset(),
    "peer reads all": lambda c: threading.Thread(target=read_and_close, args=(c.theirs,)).start(),
    "destroy_soon, then destroy": lambda c: (c.mine.destroy_soon(), c.mine.destroy()),
    STOPS: lambda c: c.mine._loop.stop(),
}


@pytest.mark.parametrize(
    "ending",
    [
        *[name for name in ENDINGS if name != STOPS],
        pytest.param(STOPS, marks=pytest.mark.by_itself("it stops and closes the loop")),
    ],
)
@pytest.mark.parametrize("corked", [False, True])
@pytest.mark.row("S16")
def test_every_write_callback_is_called_once(
    connect: Callable[..., Connection], loop: netuv.Loop, run: Any, ending: str, corked: bool
) -> None:
    """In order, and whatever ends the socket."""
    connection = connect()
    mine, results = connection.mine, []
    if corked:
        mine.cork()
    for number in range(30):
        mine.write(b"x" * 300_000, lambda error, number=number: results.append((number, error)))
    mine.end(lambda error: results.append((30, error)))
    netuv.set_timeout(ENDINGS[ending], 5, connection)
    mine.resume()
    run()
    if ending == STOPS:
        loop.close()
    elif ending == "peer reads all":
        assert [error for _, error in results] == [None] * 31
    assert sorted(number for number, _ in results) == list(range(31))
    assert [number for number, _ in results][:30] == list(range(30))
    assert connection.count("close") == 1
    assert connection.count("error") <= 1
    failed = [error is not None for _, error in results]
    assert failed == sorted(failed), "what fails is what was written last"
    if ending != "peer reads all":
        assert failed[-1]


def test_thousands_of_writes_that_will_not_be_done(connect: Callable[..., Connection], run: Any) -> None:
    """No 'error' for them, nor an endless recursion."""
    connection = connect()
    mine, codes = connection.mine, []
    for _ in range(10_000):
        mine.write(b"x" * 1000, lambda error: codes.append(error and error.code))
    mine.destroy()
    run()
    connection.check_end()
    assert len(codes) == 10_000
    assert set(codes) == {None, "ECANCELED"}


def test_thousands_of_writes_before_the_connection(run: Any, transport: Any, peer: Any) -> None:
    """All in order, without a recursion as deep as the queue."""
    with transport.listener() as listener:
        reader = peer(accept_and_read, listener)
        client = netuv.connect(*transport.peer_args(listener))
        called: list[int] = []
        for number in range(20_000):
            client.write(b"%d," % number, lambda error, number=number: called.append(number))
        assert client.buffer_size == client.writable_length > 0
        client.resume().end()
        run()
        assert reader.result() == b"".join(b"%d," % number for number in range(20_000))
        assert called == list(range(20_000))
