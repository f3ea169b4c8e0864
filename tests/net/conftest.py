"""Listening stdlib sockets, for what netuv connects to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from helpers import LIMIT, Transport

import netuv


@pytest.fixture
def listener(loop: netuv.Loop, transport: Transport) -> Iterator[socket.socket]:
    """A listening stdlib socket, one for each transport."""
    with transport.listener() as sock:
        yield sock


@pytest.fixture
def tcp(loop: netuv.Loop) -> Iterator[socket.socket]:
    """A listening stdlib socket on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(LIMIT)
        yield sock
