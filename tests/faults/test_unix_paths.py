"""Paths that cannot be the name of a Unix socket, and files that are there already."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    code_of,
    error_of,
)

import netuv


def both_ways(path: Any) -> list[Callable[[], Any]]:
    return [
        lambda: netuv.connect(path),
        lambda: netuv.connect(path=path),
        lambda: netuv.create_server().listen(path),
        lambda: netuv.create_server().listen(path=path),
    ]


@pytest.mark.parametrize("name", ["x" * 108, "é" * 54, b"x" * 108, Path("x" * 108), "\0" + "x" * 108])
@pytest.mark.row("N16")
def test_a_path_that_is_too_long_is_refused(loop: netuv.Loop, name: Any) -> None:
    """Libuv would cut it, and find or make another file."""
    for call in both_ways(name):
        with pytest.raises(OSError, match="107 bytes") as caught:
            call()
        assert caught.value.code == "ENAMETOOLONG"
    assert loop.handles == []


@pytest.mark.row("N16")
def test_the_longest_path_works(run: Any, short_path: Path, must_call: Any) -> None:
    path = str(short_path / "x")
    path += "x" * (107 - len(path))
    server = netuv.create_server(must_call(lambda client: client.destroy())).listen(path)
    client = netuv.connect(path)
    client.resume().on("close", must_call(lambda had_error: server.close()))
    assert os.listdir(short_path) == [path.rpartition("/")[2]]
    run()


@pytest.mark.parametrize("path", ["a\0b", "\0a\0b", b"a\0", "/tmp/netuv\0.sock", "\0"], ids=ascii)
@pytest.mark.row("N16")
def test_a_path_with_a_nul_is_refused(loop: netuv.Loop, path: Any) -> None:
    """Libuv would end it there."""
    for call in both_ways(path):
        assert code_of(call) == "ERR_INVALID_ARG_VALUE"
    assert loop.handles == []


@pytest.mark.parametrize("path", ["", b""])
def test_an_empty_path_is_refused(loop: netuv.Loop, path: Any) -> None:
    """To listen on it would mean a name that the kernel makes up."""
    for call in both_ways(path):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert caught.value.code.startswith("ERR_")
    assert loop.handles == []


def test_a_path_in_a_missing_directory(run: Any, short_path: Path) -> None:
    path = str(short_path / "missing" / "s")
    error, _ = error_of(run, netuv.create_server().listen(path))
    assert (error.code, error.syscall, error.address) == ("EACCES", "listen", path)
    error, _ = error_of(run, netuv.connect(path))
    assert (error.code, error.syscall, error.address) == ("ENOENT", "connect", path)
    assert isinstance(error, FileNotFoundError)
    assert str(error) == f"connect ENOENT {path}"


def test_a_path_that_is_a_plain_file(run: Any, short_path: Path) -> None:
    path = short_path / "file"
    path.write_text("precious")
    error, _ = error_of(run, netuv.create_server().listen(path))
    assert error.code == "EADDRINUSE"
    error, _ = error_of(run, netuv.connect(path))
    assert error.code == "ECONNREFUSED"
    assert path.read_text() == "precious"


def test_a_path_that_is_a_directory(run: Any, short_path: Path) -> None:
    error, _ = error_of(run, netuv.create_server().listen(short_path))
    assert error.code == "EADDRINUSE"
    error, _ = error_of(run, netuv.connect(short_path))
    assert error.code in ("ECONNREFUSED", "EACCES")
    assert short_path.is_dir()


@pytest.mark.row("S08")
def test_the_file_of_a_server_that_was_killed(run: Any, short_path: Path, must_call: Any) -> None:
    """Node's answer is EADDRINUSE; when the file is gone the same Server can listen."""
    path = str(short_path / "stale")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    server = netuv.create_server()

    def on_error(error: netuv.NetError) -> None:
        assert error.code == "EADDRINUSE"
        os.unlink(path)
        server.listen(path)

    server.on("error", must_call(on_error))
    server.on("listening", must_call(server.close))
    server.listen(path)
    run()
    assert not os.path.exists(path)
