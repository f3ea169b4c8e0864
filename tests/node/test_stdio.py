"""process.stdin, stdout and stderr: pipes, files, terminals, sockets."""

from __future__ import annotations

import os
import pty
import select
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from helpers import LIMIT, receive_all

from tests.node.programs import Program, outcome

COPY = """
process.stdin.on("end", lambda: print("end", file=sys.stderr))
process.stdin.on("close", lambda *args: print("close", file=sys.stderr))
process.stdout.on("finish", lambda: print("finish", file=sys.stderr))
process.stdin.pipe(process.stdout)
run()
print("still there")
"""


@pytest.mark.row("S28")
def test_copy_from_pipe_to_pipe() -> None:
    data = os.urandom(1 << 20).hex()
    assert outcome(COPY, input=data.encode()) == (0, data + "still there\n", "end\nclose\n")


@pytest.mark.row("S28")
def test_copy_from_file_to_file(tmp_path: Path) -> None:
    data = os.urandom(1 << 20)
    (tmp_path / "in").write_bytes(data)
    with open(tmp_path / "in", "rb") as stdin, open(tmp_path / "out", "wb") as stdout:
        status, _, err = outcome(COPY, stdin=stdin, stdout=stdout)
    assert (status, err) == (0, "end\nclose\n")
    assert (tmp_path / "out").read_bytes() == data + b"still there\n"


def test_copy_from_socket_to_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Program(COPY, stdin=theirs, stdout=theirs) as program:
        theirs.close()
        ours.settimeout(LIMIT)
        ours.sendall(b"over a socket\n")
        ours.shutdown(socket.SHUT_WR)
        assert receive_all(ours) == b"over a socket\nstill there\n"
        assert program.wait() == 0


def test_copy_in_a_terminal() -> None:
    code = """
    assert process.stdin.isTTY and process.stdout.isTTY and not process.stderr.isTTY
    assert (process.stdout.columns, process.stdout.rows) == (66, 33)
    assert (process.stdin.fd, process.stdout.fd, process.stderr.fd) == (0, 1, 2)
    process.stdin.setRawMode(True)
    assert process.stdin.isRaw
    def on_data(data):
        process.stdout.write(data.upper())
        if data == b"q":
            process.stdin.setRawMode(False)
            process.stdin.pause()
    process.stdin.on("data", on_data)
    print("ready")
    run()
    print("still there")
    """
    master, slave = pty.openpty()
    pty_size(slave, 33, 66)
    try:
        with Program(code, stdin=slave, stdout=slave) as program:
            os.close(slave)
            seen = read_until(master, b"ready\r\n")
            os.write(master, b"a")  # raw: no line is waited for, and nothing echoed
            seen += read_until(master, b"A")
            os.write(master, b"q")
            seen += read_until(master, b"still there\r\n")
            assert seen == b"ready\r\nAQstill there\r\n"
            assert program.wait() == 0
            assert program.stderr is not None
            assert program.stderr.read() == b""
    finally:
        os.close(master)


def pty_size(fd: int, rows: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_until(fd: int, end: bytes) -> bytes:
    data = b""
    deadline = time.monotonic() + LIMIT
    while not data.endswith(end):
        ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
        assert ready, data
        data += os.read(fd, 65536)
    return data


def test_stdin_of_a_device() -> None:
    assert outcome(COPY, stdin=subprocess.DEVNULL) == (0, "still there\n", "end\nclose\n")


def test_stdin_that_is_not_read_does_not_keep_the_program() -> None:
    code = """
    assert not process.stdin.isTTY and process.stdin.readableFlowing is None
    process.stdin.setEncoding("utf8")
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.wait() == 0


def test_pause_lets_the_program_end_and_leaves_the_rest() -> None:
    code = """
    def on_data(text):
        print(text, flush=True)
        process.stdin.pause()
    process.stdin.setEncoding("utf8").on("data", on_data)
    run()
    print("paused", flush=True)
    process.stdin.resume()
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"one")
        program.stdin.flush()
        assert [program.stdout.readline() for _ in range(2)] == [b"one\n", b"paused\n"]
        assert program.communicate(b"two") == (b"two\n", b"")
        assert program.returncode == 0


def test_reading_stdin_in_paused_mode(tmp_path: Path) -> None:
    code = """
    def on_readable():
        while (chunk := process.stdin.read(4)) is not None:
            print(chunk.decode())
    process.stdin.on("readable", on_readable)
    run()
    """
    assert outcome(code, input=b"0123456789") == (0, "0123\n4567\n89\n", "")
    (tmp_path / "in").write_bytes(b"0123456789")
    with open(tmp_path / "in", "rb") as stdin:
        assert outcome(code, stdin=stdin) == (0, "0123\n4567\n89\n", "")


def test_pausing_a_file(tmp_path: Path) -> None:
    code = """
    parts = []
    def on_data(data):
        parts.append(data)
        process.stdin.pause()
        setImmediate(process.stdin.resume)
    process.stdin.on("data", on_data)
    process.stdin.on("end", lambda: process.stdout.write(b"".join(parts)))
    run()
    """
    data = "".join(f"{number}\n" for number in range(60_000))
    (tmp_path / "in").write_text(data)
    with open(tmp_path / "in", "rb") as stdin:
        assert outcome(code, stdin=stdin) == (0, data, "")


def test_stdin_that_cannot_be_read(tmp_path: Path) -> None:
    code = """
    process.stdin.on("error", lambda error: print(error.code, error.syscall)).resume()
    process.stdin.on("close", lambda *args: print("close"))
    run()
    """
    with open(tmp_path / "file", "wb") as only_for_writing:
        assert outcome(code, stdin=only_for_writing) == (0, "EBADF read\nclose\n", "")


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_print_and_write_keep_their_order(kind: str, tmp_path: Path) -> None:
    code = """
    print("one")
    process.stdout.write("two\\n")
    print("three")
    process.stdout.write("four\\n", lambda error: print("five"))
    run()
    print("six", process.stdout.isTTY)
    """
    expected = "one\ntwo\nthree\nfour\nfive\nsix False\n"
    if kind == "pipe":
        assert outcome(code) == (0, expected, "")
    else:
        with open(tmp_path / "out", "wb") as stdout:
            assert outcome(code, stdout=stdout)[0] == 0
        assert (tmp_path / "out").read_text() == expected


@pytest.mark.row("S28")
def test_a_reader_that_is_slow_holds_the_writer_back() -> None:
    code = """
    ok = process.stdout.write(b"x" * 1_000_000)
    print(ok, process.stdout.writableNeedDrain, file=sys.stderr)
    setImmediate(lambda: print("the loop goes on", file=sys.stderr, flush=True))
    process.stdout.on("drain", lambda: print("drain", file=sys.stderr))
    run()
    """
    with Program(code) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stderr.readline() == b"False True\n"
        assert program.stderr.readline() == b"the loop goes on\n"
        assert program.stdout.read() == b"x" * 1_000_000
        assert program.communicate() == (b"", b"drain\n")
        assert program.returncode == 0


def test_a_reader_that_has_gone() -> None:
    code = """
    process.stdin.once("data", lambda data: process.stdout.write("x"))
    process.stdin.once("end", lambda: None)
    process.stdout.on("error", lambda error: print(error.code, file=sys.stderr))
    run()
    """
    with Program(code, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdout.close()
        program.stdin.write(b"go")
        program.stdin.close()
        assert program.stderr is not None
        assert program.stderr.read() == b"EPIPE\n"
        assert program.wait() == 0


def test_end_leaves_the_descriptor_open(tmp_path: Path) -> None:
    code = """
    process.stdout.end("bye\\n", lambda error: print("ended", error))
    process.stdout.on("finish", lambda: print("finish"))
    process.stdout.on("close", lambda *args: print("close"))
    run()
    process.stdout.on("error", print).write("more", lambda error: print(error.code))
    run()
    """
    expected = "bye\nended None\nfinish\nclose\nERR_STREAM_WRITE_AFTER_END\n"
    assert outcome(code) == (0, expected, "")
    with open(tmp_path / "out", "wb") as stdout:
        assert outcome(code, stdout=stdout)[0] == 0
    assert (tmp_path / "out").read_text() == expected


def test_the_open_file_is_not_made_non_blocking() -> None:
    reader, writer = os.pipe()
    try:
        code = "process.stdin.resume(); process.stdout.write('x'); run()"
        assert outcome(code, input=b"", stdout=writer)[0] == 0
        assert os.get_blocking(writer)
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.row("S28")
def test_a_socket_between_stdin_and_stdout() -> None:
    code = """
    def on_connect():
        process.stdin.pipe(client)
        client.pipe(process.stdout)
    client = net.connect(int(process.argv[2]), "127.0.0.1", on_connect)
    client.on("close", lambda had_error: process.stdout.write("closed\\n"))
    run()
    """
    data = os.urandom(1 << 19)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with Program(code, listener.getsockname()[1], stdin=subprocess.PIPE) as program:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(LIMIT)
                assert program.stdin is not None
                feeder = threading.Thread(target=lambda: (program.stdin.write(data), program.stdin.close()))  # type: ignore[union-attr]
                feeder.start()
                assert receive_all(peer) == data
                feeder.join(LIMIT)
                peer.sendall(data)
            assert program.stdout is not None
            assert program.stdout.read() == data + b"closed\n"
            assert program.wait() == 0
