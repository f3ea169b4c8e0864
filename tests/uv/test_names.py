"""pyuv's names of Unix sockets, abstract ones too."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import pyuv
from helpers import LIMIT, libuv_since, own_pyuv

pytestmark = [own_pyuv(), libuv_since(1, 46, "it has no call for it")]
abstract = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="abstract names are Linux's")


def a_name(size: int, last: bytes = b"") -> bytes:
    """An abstract name, with its leading NUL, of that many bytes."""
    name = b"\0netuv-" + os.urandom(8).hex().encode()
    return name.ljust(size - len(last), b"n") + last


def ask(client: Any, name: bytes, statuses: list[Any]) -> None:
    client.connect(name, lambda pipe, status: statuses.append(status))


@abstract
@pytest.mark.parametrize("size", [24, 107, 108])
def test_an_abstract_name_is_taken_whole(uv: pyuv.Loop, size: int) -> None:
    name = a_name(size)
    server, client = pyuv.Pipe(uv), pyuv.Pipe(uv)
    server.bind(name)
    assert os.fsencode(server.getsockname()) == name
    accepted: list[Any] = []

    def on_connection(server: Any, error: Any) -> None:
        connection = pyuv.Pipe(uv)
        server.accept(connection)
        assert os.fsencode(connection.getsockname()) == name
        connection.close()
        accepted.append(connection)
        server.close()

    server.listen(on_connection)
    statuses: list[Any] = []

    def on_connect(client: Any, status: Any) -> None:
        statuses.append(status)
        assert os.fsencode(client.getpeername()) == name
        client.close()

    client.connect(name, on_connect)
    uv.run()
    assert statuses == [None]
    assert len(accepted) == 1


@abstract
def test_names_that_differ_in_the_last_byte_are_two(uv: pyuv.Loop) -> None:
    name = a_name(107)
    first, second = pyuv.Pipe(uv), pyuv.Pipe(uv)
    first.bind(name + b"1")
    second.bind(name + b"2")
    with socket.socket(socket.AF_UNIX) as peer, pytest.raises(OSError, match="refused"):
        peer.connect(name + b"3")


@abstract
def test_nul_bytes_are_part_of_an_abstract_name(uv: pyuv.Loop) -> None:
    name = a_name(30) + b"\0rest\0"
    server = pyuv.Pipe(uv)
    server.bind(name)
    server.listen(lambda *args: None)
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(LIMIT)
        peer.connect(name)


@abstract
def test_no_child_inherits_it(uv: pyuv.Loop) -> None:
    name = a_name(40)
    server, client = pyuv.Pipe(uv), pyuv.Pipe(uv)
    server.bind(name)
    server.listen(lambda *args: None)
    client.connect(name, lambda *args: None)
    assert not os.get_inheritable(server.fileno())
    assert not os.get_inheritable(client.fileno())


@pytest.mark.parametrize("kind", [pytest.param("abstract", marks=abstract), "path"])
def test_a_full_backlog_does_not_block(uv: pyuv.Loop, kind: str, short_path: Path) -> None:
    name: Any = a_name(40) if kind == "abstract" else os.fsencode(short_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen(0)
        clients = [pyuv.Pipe(uv) for _ in range(4)]
        statuses: list[Any] = []
        for client in clients:
            ask(client, name, statuses)
        uv.run()
    assert statuses.count(pyuv.errno.UV_EAGAIN) >= 2
    assert set(statuses) <= {None, pyuv.errno.UV_EAGAIN}


@pytest.mark.parametrize("kind", [pytest.param("abstract", marks=abstract), "path"])
def test_nobody_listens(uv: pyuv.Loop, kind: str, short_path: Path) -> None:
    statuses: list[Any] = []
    ask(pyuv.Pipe(uv), a_name(40) if kind == "abstract" else os.fsencode(short_path / "s"), statuses)
    uv.run()
    assert statuses == [pyuv.errno.UV_ECONNREFUSED if kind == "abstract" else pyuv.errno.UV_ENOENT]


def test_a_path(uv: pyuv.Loop, short_path: Path) -> None:
    path = str(short_path / "søcket")
    server = pyuv.Pipe(uv)
    server.bind(path)
    assert server.getsockname() == path
    server.listen(lambda server, error: None)
    statuses: list[Any] = []
    ask(pyuv.Pipe(uv), os.fsencode(path), statuses)
    with pytest.raises(pyuv.error.PipeError) as caught:
        pyuv.Pipe(uv).bind(path)
    assert caught.value.args[0] == pyuv.errno.UV_EADDRINUSE
    server.close()
    assert not os.path.exists(path)
    for handle in uv.handles:
        if not handle.closed:
            handle.close()
    uv.run()
    assert len(statuses) == 1


@pytest.mark.parametrize(
    "name", [b"p" * 109, b"p" * 70_000, b"path\0more", pytest.param(b"\0" * 109, marks=abstract)]
)
def test_a_name_that_cannot_be(uv: pyuv.Loop, name: bytes) -> None:
    pyuv.Pipe(uv)  # with the first one libuv opens a descriptor for itself
    before = len(os.listdir("/dev/fd"))
    for call in (lambda: pyuv.Pipe(uv).bind(name), lambda: pyuv.Pipe(uv).connect(name, lambda *args: None)):
        with pytest.raises(pyuv.error.PipeError) as caught:
            call()
        assert caught.value.args[0] == pyuv.errno.UV_EINVAL
    assert len(os.listdir("/dev/fd")) == before


def test_misuse(uv: pyuv.Loop) -> None:
    pipe = pyuv.Pipe(uv)
    with pytest.raises(TypeError, match="callable"):
        pipe.connect(b"\0name", 5)
    for name in (5, None):
        with pytest.raises(TypeError):
            pipe.bind(name)  # type: ignore[arg-type]
    pipe.close()
    with pytest.raises(pyuv.error.HandleClosedError):
        pipe.bind(b"\0name")
    with pytest.raises(pyuv.error.HandleClosedError):
        pipe.connect(b"\0name", print)
