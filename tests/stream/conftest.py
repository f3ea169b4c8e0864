"""Wires: connected pairs of streams."""

from __future__ import annotations

import pytest

from tests.stream.wires import Wire, make_wire


@pytest.fixture(params=["memory", "memory sockets", "tcp4", "tcp6", "unix"])
def wire(request: pytest.FixtureRequest) -> Wire:
    return make_wire(request)


@pytest.fixture(params=["memory sockets", "tcp4", "tcp6", "unix"])
def socket_wire(request: pytest.FixtureRequest) -> Wire:
    """For what only a Socket has."""
    return make_wire(request)
