"""Local addresses that cannot be had: not of this machine, of the other family, in use."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from helpers import (
    error_of,
)

import netuv


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_listen_on_an_address_that_is_not_ours(run: Any, host: str) -> None:
    error, _ = error_of(run, netuv.create_server().listen(0, host))
    assert (error.code, error.syscall, error.address) == ("EADDRNOTAVAIL", "listen", host)


def test_connect_from_an_address_that_is_not_ours(run: Any) -> None:
    client = netuv.connect(1, "127.0.0.1", local_address="192.0.2.1")
    error, events = error_of(run, client)
    assert (error.code, error.syscall, error.address) == ("EADDRNOTAVAIL", "bind", "192.0.2.1")
    assert events[-1] == ("close", True)


def test_connect_from_an_address_of_the_other_family(run: Any) -> None:
    error, _ = error_of(run, netuv.connect(1, "127.0.0.1", local_address="::1"))
    assert error.code in ("EINVAL", "EAFNOSUPPORT")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("local_address", ["127.0.0.1", None])
@pytest.mark.row("S08", "N08")
def test_a_busy_local_port(run: Any, host: str, local_address: str | None) -> None:
    """Libuv keeps the error of bind to itself until much later; old ones lost it."""
    with socket.create_server(("127.0.0.1", 0)) as target, socket.socket() as holder:
        holder.bind(("127.0.0.1" if local_address else "0.0.0.0", 0))
        holder.listen()
        port = holder.getsockname()[1]
        client = netuv.connect(
            target.getsockname()[1], host, local_address=local_address, local_port=port, family=4
        )
        error, events = error_of(run, client)
        assert (error.code, error.syscall, error.port) == ("EADDRINUSE", "bind", port)
        assert events[-1] == ("close", True)


@pytest.mark.row("S08")
def test_a_busy_address_is_an_event_with_all_there_is_to_say(run: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        error, _ = error_of(run, netuv.create_server().listen(port, "127.0.0.1"))
    assert isinstance(error, OSError)
    assert (error.code, error.syscall) == ("EADDRINUSE", "listen")
    assert (error.address, error.port) == ("127.0.0.1", port)
    assert str(error) == f"listen EADDRINUSE: address already in use 127.0.0.1:{port}"
