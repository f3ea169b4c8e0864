"""Each program of examples/, run as a user runs it, against a stdlib peer or another example."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers import receive_all
from tls.certificates import Certificates

EXAMPLES = Path(__file__).parent.parent / "examples"
LIMIT = 20.0  # seconds that a program may take


class Program:
    """A running example. Its output is read line by line; after LIMIT it is killed, which fails."""

    def __init__(self, name: str, *args: object) -> None:
        command = [sys.executable, "-u", "-Werror", str(EXAMPLES / name), *map(str, args)]
        self.lines: list[str] = []
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._guard = threading.Timer(LIMIT, self._process.kill)
        self._guard.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._guard.cancel()
        self._process.communicate()

    def until(self, pattern: str) -> re.Match[str]:
        """Read on to a line that has the pattern."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\r\n"))
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no line with {pattern!r} in:\n" + "\n".join(self.lines))

    def port(self) -> int:
        return int(self.until(r"port (\d+)")[1])

    def end(self) -> list[str]:
        """Wait until it ends by itself, with status 0; all lines but the empty ones."""
        assert self._process.stdout is not None
        self.lines += [line.rstrip("\r\n") for line in self._process.stdout]
        assert self._process.wait() == 0, "\n".join(self.lines)
        return [line for line in self.lines if line]

    def interrupt(self) -> list[str]:
        """Ctrl-C: it ends at once, by KeyboardInterrupt. Answers the lines printed before."""
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdout is not None
        rest = self._process.stdout.read()
        assert self._process.wait() == -signal.SIGINT, "\n".join([*self.lines, rest])
        before, _, trace = rest.partition("Traceback")
        assert trace.rstrip().endswith("KeyboardInterrupt")
        return [line for line in [*self.lines, *before.splitlines()] if line]


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=LIMIT)


def receive_until(sock: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        more = sock.recv(65536)
        assert more, f"the peer ended after {data!r}"
        data += more
    return data


def test_each_example_is_tested_and_tells_its_usage() -> None:
    tests = Path(__file__).read_text("utf-8")
    for path in sorted(EXAMPLES.glob("*.py")):
        text = path.read_text("utf-8")
        assert f'"{path.name}"' in tests
        assert f"\nUsage: python examples/{path.name} [" in text
        assert len(text.splitlines()) < 50


@pytest.mark.row("S02", "S05")
def test_echo() -> None:
    with Program("echo.py", 0) as program:
        lines = program.end()
    assert re.fullmatch(r"server bound to port \d+", lines[0])
    # Whether the greeting and the echo arrive in one piece is up to the kernel.
    assert sorted(lines[1:3]) == ["client connected", "server connected"]
    assert lines[3:5] == ["hello", "world!"]
    assert sorted(lines[5:]) == ["client disconnected", "server disconnected"]


@pytest.mark.row("S02")
def test_echo_server() -> None:
    with Program("echo_server.py", 0) as server:
        port = server.port()
        for _ in range(2):
            with connect(port) as peer:
                assert receive_until(peer, b"\n") == b"hello\r\n"
                peer.sendall(b"world!\r\n")
                assert receive_until(peer, b"\n") == b"world!\r\n"
                peer.shutdown(socket.SHUT_WR)
                assert peer.recv(1) == b""  # the pipe ends the server's side, too
            server.until("server disconnected")
        lines = server.interrupt()
    each = ["server connected", "server disconnected"]
    assert lines == [f"server bound to port {port}", *each, *each]


@pytest.mark.row("S05")
def test_echo_client_and_server() -> None:
    with Program("echo_server.py", 0) as server:
        with Program("echo_client.py", server.port()) as client:
            lines = client.end()
        assert lines == ["client connected", "hello", "world!", "client disconnected"]
        server.until("server disconnected")
        server.interrupt()


@pytest.mark.row("S05")
def test_echo_client_against_a_stdlib_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with Program("echo_client.py", listener.getsockname()[1]) as client:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(LIMIT)
                assert receive_until(peer, b"\n") == b"world!\r\n"
                peer.sendall(b"and hello\r\n")
                assert receive_all(peer) == b""  # it ends after its first 'data'
            lines = client.end()
    assert lines == ["client connected", "and hello", "client disconnected"]


@pytest.mark.row("S08")
def test_retry() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with Program("retry_eaddrinuse.py", port, 20) as program:
            for _ in range(3):
                program.until("address in use, retrying")
            busy.close()
            assert program.port() == port
            with connect(port) as peer:
                assert receive_all(peer) == b"hello\r\n"
            lines = program.interrupt()
    assert set(lines[:-1]) == {"address in use, retrying..."}
    assert lines[-1] == f"server bound to port {port}"


@pytest.mark.row("S08")
def test_retry_waits_a_second_unless_told_otherwise() -> None:
    text = (EXAMPLES / "retry_eaddrinuse.py").read_text("utf-8")
    assert "DELAY = float(sys.argv[2]) if len(sys.argv) > 2 else 1000\n" in text
    assert "netuv.set_timeout(retry, DELAY)" in text


def test_chat() -> None:
    with Program("chat.py", 0) as server:
        port = server.port()
        with connect(port) as first:
            first_name = receive_until(first, b".\n").split(b"are ")[1][:-2]
            with connect(port) as second:
                second_name = receive_until(second, b".\n").split(b"are ")[1][:-2]
                assert receive_until(first, b"here.\n") == second_name + b" is here.\n"
                first.sendall("grüß dich\nhow are you?\n".encode())
                expected = [b"gr\xc3\xbc\xc3\x9f dich", b"how are you?"]
                heard = receive_until(second, b"?\n").splitlines()
                assert heard == [first_name + b": " + line for line in expected]
            assert receive_until(first, b"gone.\n") == second_name + b" has gone.\n"
        server.interrupt()


def test_proxy() -> None:
    with Program("echo_server.py", 0) as target, Program("proxy.py", 0, target.port()) as proxy:
        port = proxy.port()
        with Program("echo_client.py", port) as client:
            assert client.end() == ["client connected", "hello", "world!", "client disconnected"]
        sent = os.urandom(1 << 20)
        with connect(port) as peer:
            sender = threading.Thread(target=lambda: (peer.sendall(sent), peer.shutdown(1)))
            sender.start()
            assert receive_all(peer) == b"hello\r\n" + sent
            sender.join()
        proxy.interrupt()
        target.interrupt()


def test_proxy_without_a_target() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        with Program("proxy.py", 0, unused.getsockname()[1], "127.0.0.1") as proxy:
            port = proxy.port()
            for _ in range(3):  # it goes on
                with connect(port) as peer:
                    assert peer.recv(1) == b""
                proxy.until("connect ECONNREFUSED 127.0.0.1:")
            proxy.interrupt()


def test_unix_socket(short_path: Path) -> None:
    path = short_path / "s"
    with Program("unix_socket.py", path) as program:
        lines = program.end()
    assert lines == [f"listening on {path}", "HELLO OVER A PATH", "path left behind: False"]


def test_timeout() -> None:
    with Program("timeout.py", 0, 50) as program:
        lines = program.end()
    assert lines[1] == "connected, and silent"
    waited = re.fullmatch(r"idle for (\d+) ms", lines[2])
    assert waited
    assert int(waited[1]) >= 49
    assert sorted(lines[3:]) == [
        r"client received b'goodbye\r\n'",
        "server closed, had_error: False",
    ]


def test_half_open() -> None:
    with Program("half_open.py", 0) as program:
        lines = program.end()
    assert sorted(lines[1:3]) == [
        "client: all is sent, readable is True",
        "server: the client has ended, writable is True",
    ]
    assert lines[3:] == ["client: received 1000000 bytes"]


def test_embed() -> None:
    with Program("embed.py", 0) as program:
        lines = program.end()
    assert lines[0].startswith("listening on port ")
    ticks = [line for line in lines[1:] if line == "tick of a pyuv.Timer"]
    assert ticks
    assert [line for line in lines[1:] if line not in ticks] == ["a pyuv.TCP received b'from a pyuv.TCP'"]


@pytest.mark.row("O01")
def test_game() -> None:
    with Program("game.py", 0) as game:
        with connect(game.port()) as peer:
            assert receive_until(peer, b"0\n").strip(b"0\n") == b""
            peer.sendall(b"rrlr")
            places = receive_until(peer, b"2\n").split()
        assert places[-1] == b"2"
        game.interrupt()
    with Program("game.py", 0, 3) as game:
        assert game.end()[1:] == ["3 frames"]


@pytest.mark.row("O01")
def test_tk() -> None:
    pytest.importorskip("tkinter", reason="this Python has no Tk")
    with Program("tk.py", 0) as program:
        lines = program.end()
    assert lines.pop() == "done"
    assert sorted(lines)[0] == "a timer of Tk's"
    assert sorted(lines)[1].startswith("listening on port ")
    assert sorted(lines)[2:] == ["received b'from within Tk'"]


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not on PATH")
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.row("T01", "T03")
def test_https(certs: Certificates) -> None:
    alone = certs.alone
    with Program("https_server.py", 0, alone.key_path, alone.cert_path) as server:
        port = server.port()
        with Program("https_client.py", port, "/a/path", alone.cert_path) as client:
            assert client.end() == [
                "the server is localhost",
                "HTTP/1.1 200 OK",
                "GET /a/path HTTP/1.1 by TLSv1.3",
            ]
        if shutil.which("curl"):
            command = ["curl", "-sS", "--noproxy", "*", "--cacert", str(alone.cert_path)]
            for version in ("1.2", "1.3"):
                done = subprocess.run(
                    [*command, f"--tlsv{version}", "--tls-max", version, f"https://localhost:{port}/curl"],
                    capture_output=True,
                    text=True,
                    timeout=LIMIT,
                    check=False,
                )
                assert (done.stdout, done.stderr) == (f"GET /curl HTTP/1.1 by TLSv{version}\n", "")
        with connect(port) as peer:
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            server.until("handshake: ERR_SSL_HTTP_REQUEST")
        server.interrupt()


@pytest.mark.row("N18", "N19")
def test_lines(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one\n" + "x" * 500 + "\n\nlast", "utf-8")
    with Program("lines.py", source) as program:
        lines = program.end()
    assert lines == ["   1  one", f"   2  {'x' * 500}", "   3  ", "   4  last", "4 lines"]


@pytest.mark.row("T24")
def test_starttls(certs: Certificates) -> None:
    with Program("starttls.py", 0, certs.alone.key_path, certs.alone.cert_path) as program:
        lines = program.end()
    assert sorted(lines) == [
        "client: in secret, goodbye",
        "client: in the clear, go ahead",
        "server: in secret, the password",
        "server: in the clear, STARTTLS",
    ]


@pytest.mark.row("T10")
def test_mutual_tls(certs: Certificates) -> None:
    with Program("mutual_tls.py", 0) as program:
        lines = program.end()
    assert lines[0] == "friend hears: hello, friend"
    assert lines[1].startswith("stranger is refused: tlsv1 alert unknown ca")
    assert lines[2].startswith("nobody is refused: tlsv13 alert certificate required")
