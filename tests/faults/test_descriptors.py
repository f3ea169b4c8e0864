"""Descriptors that are no stream sockets, that are used twice, and that run out."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    LIMIT,
    Connection,
    code_of,
    error_of,
    read_and_close,
    script,
    tcp_pair,
)

import netuv


@pytest.mark.parametrize("fd", [-1, -(2**40), 1.5, 2**31, 2**70], ids=str)
def test_a_descriptor_out_of_range(loop: netuv.Loop, fd: Any) -> None:
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_OUT_OF_RANGE"
    assert code_of(lambda: netuv.create_server().listen(fd=fd)).startswith("ERR_")


@pytest.mark.parametrize("fd", ["0", True, [], b"3"], ids=repr)
def test_a_descriptor_that_is_no_number(loop: netuv.Loop, fd: Any) -> None:
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_INVALID_ARG_TYPE"
    assert code_of(lambda: netuv.create_server().listen(fd=fd)).startswith("ERR_")


def test_a_descriptor_that_is_closed(loop: netuv.Loop, run: Any) -> None:
    """A Socket refuses it at once; of a server it is an 'error' event, as in Node."""
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    with pytest.raises(OSError, match="EBADF"):
        netuv.Socket(fd=fd)
    assert loop.handles == []
    error, _ = error_of(run, netuv.create_server().listen(fd=fd))
    assert error.code in ("EINVAL", "EBADF")


@pytest.mark.parametrize("kind", ["file", "directory", "udp", "unix dgram", "unix seqpacket", "null"])
@pytest.mark.row("S13")
def test_a_descriptor_that_is_no_stream_socket(loop: netuv.Loop, run: Any, tmp_path: Path, kind: str) -> None:
    """It is refused, and stays its owner's."""
    if kind == "file":
        (tmp_path / "f").write_text("x")
    sockets = {
        "udp": (socket.AF_INET, socket.SOCK_DGRAM),
        "unix dgram": (socket.AF_UNIX, socket.SOCK_DGRAM),
        "unix seqpacket": (socket.AF_UNIX, socket.SOCK_SEQPACKET),
    }
    fd = {
        "file": lambda: os.open(tmp_path / "f", os.O_RDWR),
        "directory": lambda: os.open(tmp_path, os.O_RDONLY),
        "null": lambda: os.open(os.devnull, os.O_RDWR),
    }.get(kind, lambda: socket.socket(*sockets[kind]).detach())()
    assert code_of(lambda: netuv.Socket(fd=fd)) == "ERR_INVALID_FD_TYPE"
    error, _ = error_of(run, netuv.create_server().listen(fd=fd))
    assert error.code == "EINVAL"
    os.close(fd)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_the_same_descriptor_twice(run: Any, peer: Any, must_call: Any, kind: str) -> None:
    """A descriptor has one owner; the first one is not harmed, and then it is free again."""
    near, far = tcp_pair() if kind == "tcp" else socket.socketpair()
    far.settimeout(LIMIT)
    reader = peer(read_and_close, far)
    fd = near.detach()
    first = netuv.Socket(fd=fd)
    with pytest.raises(FileExistsError) as caught:
        netuv.Socket(fd=fd)
    assert caught.value.code == "EEXIST"
    first.on("close", must_call())
    first.resume().end(b"fine")
    run()
    assert reader.result() == b"fine"
    again, far = socket.socketpair()
    with far:
        number = again.detach()
        if number != fd:
            os.dup2(number, fd)
            os.close(number)
        netuv.Socket(fd=fd).on("close", must_call()).destroy()
        run()


@pytest.mark.row("S13")
def test_the_descriptor_is_closed_once(connect: Callable[..., Connection], run: Any) -> None:
    """The Socket owns it, so it is gone with the Socket, and a new owner keeps it."""
    run()  # the loop has all of its own descriptors from here on
    connection = connect()
    fd = connection.mine._handle.fileno()
    connection.mine.destroy()
    run()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
    other = os.open(os.devnull, os.O_RDONLY)
    connection.mine.destroy().end()
    run()
    os.fstat(other)
    os.close(other)


TWO_OWNERS = """
    import socket, netuv
    netuv.set_timeout(lambda: None, 1)
    netuv.run()  # the loop has all of its descriptors by now
    near, far = socket.socketpair()
    mine = netuv.Socket(fd=near.fileno())
    mine.on("error", lambda error: print("error", error.code))
    mine.on("close", lambda had_error: print("close"))
    {when}
    netuv.set_timeout(lambda: mine.write(b"x"), 20)
    netuv.set_timeout(mine.destroy, 40)
    try:
        netuv.run()
    except OSError as error:
        print("error", error)
    print("end")
"""


@pytest.mark.parametrize("when", ["near.close()", "netuv.set_timeout(near.close, 10)"])
def test_a_descriptor_that_two_owners_close(when: str) -> None:
    """A stdlib socket that was not detached closes it, perhaps when it is collected.

    That is a mistake, but one that says so: the interpreter does not die of it.
    """
    done = script(TWO_OWNERS.format(when=when), check=False)
    assert done.returncode != -signal.SIGABRT
    assert done.stdout.endswith("end\n")


AT_THE_LIMIT = """
    import os, resource, time, netuv
    resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
    spare = []

    def on_connection(client):
        client.on("error", lambda error: None)
        if server.control is None:
            server.control = client
            client.set_encoding().on("data", on_command)
        else:
            client.pipe(client)

    def on_command(command):
        if command == "fill":
            try:
                while True:
                    spare.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
        elif command == "free":
            while spare:
                os.close(spare.pop())
        elif command == "connect":
            try:
                other = netuv.connect(server.address().port, "127.0.0.1")
            except OSError as error:
                server.control.write("raised " + error.code)
            else:
                other.on("error", lambda error: server.control.write("error " + error.code))
            return
        elif command == "listen":
            other = netuv.create_server()
            other.on("error", lambda error: server.control.write("error " + error.code))
            other.listen(0, "127.0.0.1")
            return
        server.control.write(f"{time.process_time()} {len(errors)}")

    errors = []
    server = netuv.create_server(on_connection)
    server.control = None
    server.on("error", errors.append)
    server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
    server.on("close", lambda: None)
    netuv.run()
"""


@pytest.fixture
def at_the_limit(loop: netuv.Loop) -> Iterator[tuple[tuple[str, int], Callable[[str], str]]]:
    """A server in a process of its own that may have few descriptors, and how to command it."""
    command = [sys.executable, "-c", textwrap.dedent(AT_THE_LIMIT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            address = ("127.0.0.1", int(child.stdout.readline()))
            with socket.create_connection(address, LIMIT) as control:

                def order(command: str) -> str:
                    control.sendall(command.encode())
                    return control.recv(100).decode()

                order("hello")
                yield address, order
        finally:
            child.kill()


def test_accepting_at_the_limit_of_descriptors(at_the_limit: Any) -> None:
    """No spinning; existing connections work; once there are descriptors, so do new ones."""
    address, order = at_the_limit
    with socket.create_connection(address, LIMIT) as early:
        early.sendall(b"early")
        assert early.recv(10) == b"early"
        cpu, _ = order("fill").split()
        clients = [socket.create_connection(address, LIMIT) for _ in range(20)]
        early.sendall(b"still there")
        assert early.recv(20) == b"still there"
        select.select([early], [], [], 1.0)  # a second of it
        cpu_after, errors = order("cpu").split()
        assert float(cpu_after) - float(cpu) < 0.5
        assert int(errors) < 100
        order("free")
        with socket.create_connection(address, LIMIT) as late:
            late.sendall(b"late")
            assert late.recv(10) == b"late"
        for client in clients:  # each was let go, or is served now
            with client:
                try:
                    client.sendall(b"?")
                    answer = client.recv(10)
                except (ConnectionResetError, BrokenPipeError):
                    answer = b""
                assert answer in (b"", b"?")


def test_connect_and_listen_at_the_limit_of_descriptors(at_the_limit: Any) -> None:
    _, order = at_the_limit
    order("fill")
    assert order("connect") == "error EMFILE"
    assert order("listen") == "error EMFILE"
    order("free")
    assert order("cpu")
