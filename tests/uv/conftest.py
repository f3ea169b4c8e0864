"""A pyuv.Loop without a netuv.Loop, and a stream on it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import pyuv
from helpers import LIMIT


@pytest.fixture
def uv() -> Iterator[pyuv.Loop]:
    loop = pyuv.Loop()
    yield loop
    for handle in loop.handles:
        if not handle.closed:
            handle.close()
    loop.run()


@pytest.fixture(params=["tcp", "pipe"])
def pair(request: pytest.FixtureRequest, uv: pyuv.Loop) -> Iterator[tuple[Any, socket.socket]]:
    """A connected pyuv stream and the stdlib socket at its other end."""
    if request.param == "tcp":
        with socket.create_server(("127.0.0.1", 0)) as server:
            mine = socket.create_connection(server.getsockname())
            peer, _ = server.accept()
        stream: Any = pyuv.TCP(uv)
    else:
        mine, peer = socket.socketpair()
        stream = pyuv.Pipe(uv)
    peer.settimeout(LIMIT)
    stream.open(mine.detach())
    with peer:
        yield stream, peer
