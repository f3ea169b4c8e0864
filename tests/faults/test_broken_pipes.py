"""pipe() when its destination or its source breaks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from helpers import (
    Connection,
    receive_all,
)

import netuv


@pytest.mark.row("S28")
def test_pipes_to_destinations_that_die(run: Any, loop: netuv.Loop, peer: Any) -> None:
    """The source is let go, and is its owner's to end; no descriptor is left."""
    ended = [0]

    def one(rest: int) -> None:
        source = Connection("unix")
        destination = Connection("unix")
        source.theirs.sendall(b"x" * 100_000)
        source.mine.pipe(destination.mine)

        def on_close(had_error: bool) -> None:
            ended[0] += 1
            assert source.mine.listener_count("data") == 0
            assert not source.mine.destroyed
            source.mine.destroy()
            source.theirs.close()
            if rest:
                one(rest - 1)

        destination.mine.on("close", on_close)
        source.mine.once("data", lambda data: netuv.set_immediate(destination.reset))

    one(0)
    run()  # the loop has all of its own descriptors from here on
    before = len(os.listdir("/proc/self/fd"))
    one(100)
    run()
    assert ended == [102]
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_pipe_whose_source_breaks_leaves_the_destination(
    connect: Callable[..., Connection], run: Any
) -> None:
    """Node's rule, told in pipe()'s documentation."""
    source, destination = connect(), connect()
    source.mine.pipe(destination.mine)
    source.theirs.sendall(b"half")
    netuv.set_timeout(source.mine.destroy, 20, ConnectionError("broken"))
    source.mine.on("close", lambda had_error: destination.mine.end(b"!"))
    destination.mine.resume().on("finish", destination.mine.destroy)
    run()
    assert receive_all(destination.theirs) == b"half!"
