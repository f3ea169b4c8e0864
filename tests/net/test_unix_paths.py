"""Unix paths: abstract names, the longest one, a NUL."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, receive_all

import netuv


@pytest.fixture
def abstract(short_path: Path) -> str:
    """An abstract name that nobody else has."""
    return f"\0{short_path}/name"


@pytest.mark.row("N16")
def test_abstract_names(run: Run, must_call: MustCall, peer: PeerOf, abstract: str) -> None:
    """netuv with netuv, and a stdlib socket with netuv; no file is made."""
    received: list[bytes] = []
    server = netuv.create_server(lambda sock: sock.pipe(sock))

    def client() -> bytes:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(LIMIT)
            sock.connect(abstract)
            sock.sendall(b"stdlib")
            sock.shutdown(socket.SHUT_WR)
            return receive_all(sock)

    def on_listening() -> None:
        assert server.address() == abstract
        assert not os.path.exists(abstract[1:])
        sock = netuv.connect(abstract)
        sock.on("data", received.append).on("close", must_call(lambda had_error: then()))
        sock.end(b"netuv")

    def then() -> None:
        connection = must_call(lambda sock: server.close())
        server.once("connection", connection)
        talks.append(peer(client))

    talks: list[Any] = []
    server.listen(abstract, must_call(on_listening))
    run()
    assert received == [b"netuv"]
    assert talks[0].result() == b"stdlib"


@pytest.mark.row("N16")
def test_an_abstract_name_that_is_taken(run: Run, must_call: MustCall, abstract: str) -> None:
    codes: list[str] = []
    with socket.socket(socket.AF_UNIX) as holder:
        holder.bind(abstract)
        server = netuv.create_server()
        server.on("error", must_call(lambda error: codes.append(error.code)))
        server.listen(abstract)
        run()
    assert codes == ["EADDRINUSE"]


@pytest.mark.row("N16")
def test_a_path_of_107_bytes_is_the_longest(run: Run, must_call: MustCall, short_path: Path) -> None:
    path = str(short_path) + "/"
    path += "x" * (107 - len(path))
    server = netuv.create_server(must_call(lambda sock: (sock.end(), server.close())))
    server.listen(path)
    assert os.path.exists(path)
    assert server.address() == path
    netuv.connect(path, must_call(lambda: None)).resume()
    run()


@pytest.mark.row("N16")
@pytest.mark.parametrize("call", ["listen", "connect"])
def test_a_path_that_is_too_long_is_refused_whole(run: Run, short_path: Path, call: str) -> None:
    path = str(short_path) + "/"
    path += "é" * ((110 - len(path)) // 2)  # the bytes count, not the characters
    assert len(path) < 108 <= len(os.fsencode(path))
    refuse = netuv.create_server().listen if call == "listen" else netuv.connect
    with pytest.raises(OSError, match="107") as caught:
        refuse(path)
    assert isinstance(caught.value, netuv.NetError)
    assert (caught.value.code, caught.value.errno) == ("ENAMETOOLONG", errno.ENAMETOOLONG)
    run()
    assert list(short_path.iterdir()) == []


@pytest.mark.row("N16")
@pytest.mark.parametrize("call", ["listen", "connect"])
def test_a_nul_within_a_path_is_refused(run: Run, short_path: Path, call: str) -> None:
    path = f"{short_path}/a\0b"
    refuse = netuv.create_server().listen if call == "listen" else netuv.connect
    with pytest.raises(ValueError, match="NUL"):
        refuse(path)
    run()
    assert list(short_path.iterdir()) == []
