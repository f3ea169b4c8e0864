"""The pairs of examples/node/: a JavaScript program and its port, run as a user runs them.

Each test runs both, and where two programs talk to each other all four combinations; what they print has
to be the same. What needs Node is skipped when it is not on PATH.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tls.certificates import Certificates

from tests.conftest import LIMIT, receive_all

EXAMPLES = Path(__file__).parent.parent / "examples" / "node"
NODE = shutil.which("node")
NAMES = Path(__file__).parent / "node" / "node_names.json"

#: The names with a capital letter, as those of a language's own are not among them.
NODE_NAMES = sorted(
    name
    for names in json.loads(NAMES.read_text("utf-8"))["names"].values()
    for name in names
    if name != name.lower()
)


class Program:
    """A running example; its stdout and stderr are read line by line, together."""

    def __init__(self, language: str, name: str, *args: object, **streams: Any) -> None:
        if language == "js" and NODE is None:
            pytest.skip("Node is not on PATH")
        command = [str(NODE)] if language == "js" else [sys.executable, "-u", "-Werror"]
        self.process = subprocess.Popen(
            [*command, str(EXAMPLES / f"{name}.{language}"), *map(str, args)],
            **{
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.STDOUT,
                **streams,
            },
        )
        self.lines: list[str] = []
        self._guard = threading.Timer(LIMIT, self.process.kill)
        self._guard.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self._guard.cancel()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait()

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode().rstrip("\n")
        self.lines.append(line)
        return line

    def where(self) -> str:
        """The port or path that a server tells in its first line."""
        found = re.fullmatch(r"\w+ on (\S+)", self.line())
        assert found, self.rest()
        return found[1]

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def rest(self) -> list[str]:
        """The lines until it ends."""
        assert self.process.stdout is not None
        return self.process.stdout.read().decode().splitlines()

    def end(self, status: int = 0) -> list[str]:
        """End its input, wait until it ends by itself; the lines that are left."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        lines = self.rest()
        assert self.process.wait() == status, lines
        return lines


@pytest.fixture(params=["py", "js"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["py-py", "py-js", "js-py", "js-js"])
def pair(request: pytest.FixtureRequest) -> list[str]:
    """The languages of a server and of its client."""
    return str(request.param).split("-")


@pytest.fixture(params=["port", "path"])
def where(request: pytest.FixtureRequest) -> Iterator[str]:
    """What a server gets as its first argument."""
    if request.param == "port":
        yield "0"
    else:
        folder = tempfile.mkdtemp(prefix="netuv-")
        yield str(Path(folder, "s"))
        shutil.rmtree(folder)


def connect(port: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(port)), timeout=LIMIT)


def receive(sock: socket.socket, size: int) -> bytes:
    """So many bytes; less when the other side ends."""
    data = b""
    while len(data) < size and (more := sock.recv(size - len(data))):
        data += more
    return data


def ask(port: str, question: bytes) -> bytes:
    """What comes back until the other side ends."""
    with connect(port) as sock:
        sock.sendall(question)
        sock.shutdown(socket.SHUT_WR)
        return receive_all(sock)


# -- the pairs as texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({path.stem for path in EXAMPLES.glob("*.[jp][sy]")}))
def test_each_program_has_its_port(name: str) -> None:
    texts = {language: (EXAMPLES / f"{name}.{language}").read_text("utf-8") for language in ("js", "py")}
    assert f'"{name}"' in Path(__file__).read_text("utf-8"), "no test runs it"
    heads = []
    for language, text in texts.items():
        lines = text.splitlines()
        assert len(lines) <= 65
        mark, runner = ("//", "node") if language == "js" else ("#", "python")
        assert lines[2].startswith(f"{mark} Usage: {runner} examples/node/{name}.{language} ")
        heads.append([lines[0].removeprefix(mark), lines[2].split(f".{language} ", 1)[1]])
    assert heads[0] == heads[1]
    for pattern in (r"\.(?:on|once)\([\'\"](\w+)[\'\"]", rf"\b({'|'.join(NODE_NAMES)})\b"):
        found = [sorted(set(re.findall(pattern, texts[language]))) for language in ("js", "py")]
        assert found[0] == found[1]


# -- the programs ------------------------------------------------------------------------------------------


@pytest.mark.row("S27", "S28")
def test_chat_and_netcat(pair: list[str], where: str) -> None:
    with Program(pair[0], "chat", where) as server:
        where = server.where()
        with Program(pair[1], "netcat", where) as ann, Program(pair[1], "netcat", where) as bob:
            assert ann.line() == bob.line() == "your name?"
            ann.type("ann\n")
            assert ann.line() == "hello ann, 1 here"
            bob.type("bob\nhel")
            assert bob.line() == "hello bob, 2 here"
            assert ann.line() == "bob came"
            bob.type("lo\n")
            assert ann.line() == "bob: hello"
            ann.type("grüß dich\n")
            assert bob.line() == "ann: grüß dich"
            assert bob.end() == []
            assert ann.line() == "bob left"
            assert ann.end() == []


def test_netcat_and_netcat(pair: list[str], where: str) -> None:
    with Program(pair[0], "netcat", "-l", where) as one:
        where = one.line().removeprefix("listening on ")
        with Program(pair[1], "netcat", where) as two:
            two.type("from two\n")
            assert one.line() == "from two"
            one.type("from one\n")
            assert two.line() == "from one"
            assert two.end() == []
            assert one.end() == []


def test_netcat_without_a_peer(language: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with Program(language, "netcat", port) as program:
            lines = program.end(status=1)
    assert len(lines) == 1
    # Where localhost has two addresses, Node's message of the two errors is empty.
    assert f"connect ECONNREFUSED 127.0.0.1:{port}" in lines[0] or (language == "js" and not lines[0])


def test_static_and_netcat(pair: list[str], tmp_path: Path) -> None:
    body = os.urandom(1 << 20)
    (tmp_path / "file").write_bytes(body)
    (tmp_path / "question").write_bytes(b"GET /file HTTP/1.0\r\n\r\n")
    with Program(pair[0], "static", 0, tmp_path) as server:
        port = server.where()
        with (
            open(tmp_path / "question", "rb") as stdin,
            open(tmp_path / "answer", "wb") as stdout,
            Program(pair[1], "netcat", port, stdin=stdin, stdout=stdout, stderr=None) as client,
        ):
            assert client.process.wait() == 0
        assert server.line() == "GET /file HTTP/1.0"
    head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert (tmp_path / "answer").read_bytes() == head + body


def test_static(language: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_text("the file")
    (tmp_path / "secret").write_text("not this")
    with Program(language, "static", 0, root) as server:
        port = server.where()
        assert ask(port, b"GET /file HTTP/1.1\r\nHost: x\r\n\r\n").endswith(b"\r\n\r\nthe file")
        for target in (b"/none", b"/../secret", b"/", b"/../root"):
            answer = ask(port, b"GET " + target + b" HTTP/1.0\r\n\r\n")
            assert answer == b"HTTP/1.0 404 Not Found\r\nContent-Length: %d\r\n\r\n%s\n" % (
                len(target) + 1,
                target,
            )
        assert ask(port, b"PUT /file HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 405 ")
        assert ask(port, b"x" * 9000) == b""


@pytest.mark.row("S28", "S29")
def test_proxy(language: str) -> None:
    there, back = os.urandom(1 << 20), os.urandom(1 << 19)
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(LIMIT)
        with Program(language, "proxy", 0, target.getsockname()[1]) as proxy:
            with connect(proxy.where()) as client:
                peer, _ = target.accept()
                with peer:
                    peer.settimeout(LIMIT)
                    sender = threading.Thread(target=lambda: (client.sendall(there), client.shutdown(1)))
                    sender.start()
                    assert receive_all(peer) == there
                    sender.join(LIMIT)
                    peer.sendall(back)  # the other direction is still open
                assert receive_all(client) == back
            assert proxy.line() == f"{len(there)} bytes there, {len(back)} bytes back"


def test_proxy_without_a_target(language: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with Program(language, "proxy", 0, port) as proxy:
            where = proxy.where()
            for _ in range(2):  # it goes on
                with connect(where) as client:
                    assert receive_all(client) == b""
                assert proxy.line() == f"connect ECONNREFUSED 127.0.0.1:{port}"
                assert proxy.line() == "0 bytes there, 0 bytes back"


def test_portscan(language: str) -> None:
    with socket.socket() as closed, socket.create_server(("127.0.0.1", 0)) as one:
        closed.bind(("127.0.0.1", 0))
        with socket.create_server(("127.0.0.1", 0)) as two:
            opened = sorted(each.getsockname()[1] for each in (one, two))
            shut = closed.getsockname()[1]
            ports = [opened[1], f"{shut}-{shut}", f"{opened[0]}-{opened[0]}"]
            with Program(language, "portscan", "127.0.0.1", *ports) as scan:
                assert scan.end() == [f"{opened[0]} open", f"{opened[1]} open", "2 open"]


def test_json_server_and_pool(pair: list[str]) -> None:
    with Program(pair[0], "json_server", 0) as server:
        where = server.where()
        with Program(pair[1], "pool", where) as pool:
            assert pool.end() == ["100 calls, 4 connections, sum 5050"]
        with Program(pair[1], "pool", where, 2, 1) as pool:
            assert pool.end() == ["2 calls, 1 connections, sum 3"]


def test_json_server(language: str) -> None:
    with Program(language, "json_server", 0) as server:
        question = (
            '{"id": 1, "call": "add", "with": [1, 2, 3]}\n'
            '{"id": "é", "call": "reverse", "with": ["grüß"]}\n'
            '{"id": 3, "call": "remove", "with": []}\n'
            '{"id": 4, "call": "add"}\n'
            "no json\n"
            '{"id": 5, "call": "add", "wi'
        )
        assert ask(server.where(), question.encode()).decode().splitlines() == [
            '{"id":1,"result":6}',
            '{"id":"é","result":"ßürg"}',
            '{"id":3,"error":"no call remove"}',
            '{"id":4,"error":"not understood"}',
            '{"id":null,"error":"not understood"}',
        ]


@pytest.mark.row("N15")
def test_heartbeat(pair: list[str]) -> None:
    with Program(pair[0], "heartbeat_server", 0, 250) as server:
        where = server.where()
        with Program(pair[1], "heartbeat_client", where, 2) as client:
            assert client.line() == "connected"
            assert [client.line().split()[0] for _ in range(2)] == ["ping", "ping"]
            assert server.line() == "client 1: lost"
            assert server.line() == "client 1: closed after 2 beats"
            assert client.end() == ["closed"]
        with Program(pair[1], "heartbeat_client", where, 1, "leave") as client:
            assert client.end() == ["connected", "ping 0", "closed"]
            assert server.line() == "client 2: closed after 1 beats"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_graceful(language: str, name: str) -> None:
    with Program(language, "graceful", 0) as server:
        where = server.where()
        with connect(where) as client:
            client.sendall(b"hello\n")
            assert client.recv(6, socket.MSG_WAITALL) == b"hello\n"
            server.process.send_signal(signal.Signals[name])
            assert server.line() == f"{name}, 1 open"
            assert client.recv(11, socket.MSG_WAITALL) == b"going down\n"
            with pytest.raises(ConnectionRefusedError):
                connect(where)
            client.shutdown(socket.SHUT_WR)
            assert receive_all(client) == b"goodbye\n"
        assert server.end() == ["server closed", "exit 0 after 6 bytes"]


def test_graceful_has_an_end(language: str) -> None:
    with Program(language, "graceful", 0, 50) as server, connect(server.where()) as client:
        client.sendall(b"hello\n")
        assert client.recv(6, socket.MSG_WAITALL) == b"hello\n"
        server.process.send_signal(signal.SIGTERM)
        assert receive_all(client) == b"going down\n"
        assert server.end(status=2) == ["SIGTERM, 1 open", "server closed", "exit 2 after 6 bytes"]


# -- socks5 ------------------------------------------------------------------------------------------------

TO_IPV4 = b"\x05\x01\x00\x01\x7f\x00\x00\x01"
TO_IPV6 = b"\x05\x01\x00\x04" + bytes(15) + b"\x01"
TO_NAME = b"\x05\x01\x00\x03\x09localhost"


def reply(code: int) -> bytes:
    return bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0])


def port_bytes(sock: socket.socket) -> bytes:
    return int(sock.getsockname()[1]).to_bytes(2, "big")


@pytest.mark.parametrize(("family", "there"), [("4", TO_IPV4), ("6", TO_IPV6), ("4", TO_NAME)])
def test_socks5(language: str, family: str, there: bytes) -> None:
    kind, host = (socket.AF_INET, "127.0.0.1") if family == "4" else (socket.AF_INET6, "::1")
    with socket.create_server((host, 0), family=kind) as target:
        target.settimeout(LIMIT)
        with Program(language, "socks5", 0) as server, connect(server.where()) as client:
            client.sendall(b"\x05\x02\x01\x00" + there[:3])
            assert receive(client, 2) == b"\x05\x00"
            client.sendall(there[3:] + port_bytes(target) + b"too early")
            assert receive(client, 10) == reply(0)
            assert server.line().startswith("to ")
            peer, _ = target.accept()
            with peer:
                peer.settimeout(LIMIT)
                client.sendall(b", and the rest")
                client.shutdown(socket.SHUT_WR)
                assert receive_all(peer) == b"too early, and the rest"
                peer.sendall(b"an answer after the end")
            assert receive_all(client) == b"an answer after the end"


def test_socks5_refuses(language: str) -> None:
    with socket.socket() as unused, Program(language, "socks5", 0) as server:
        unused.bind(("127.0.0.1", 0))
        where = server.where()
        for question, answer in {
            b"\x05\x01\x02": b"\x05\xff",  # a password only
            b"\x05\x01\x00\x05\x02\x00\x01\x7f": b"\x05\x00" + reply(7),  # BIND
            b"\x05\x01\x00\x05\x01\x00\x09\x7f": b"\x05\x00" + reply(8),  # a kind of address that is none
            b"\x05\x01\x00" + TO_IPV4 + port_bytes(unused): b"\x05\x00" + reply(5),
            b"\x05\x00": b"\x05\xff",  # no method at all
            b"\x05\x01\x00\x05": b"\x05\x00",  # it ends in the middle
        }.items():
            with connect(where) as client:
                client.sendall(question)
                if question == b"\x05\x01\x00\x05":
                    client.shutdown(socket.SHUT_WR)
                assert receive_all(client) == answer
        assert ask(where, b"\x05\x01\x00") == b"\x05\x00"  # it goes on
        assert server.line() == f"ECONNREFUSED 127.0.0.1 {unused.getsockname()[1]}"


# -- resp --------------------------------------------------------------------------------------------------


def test_resp(language: str) -> None:
    answers = {
        "SET name grüß": (b"+OK\r\n", "OK"),
        "GET name": ("$6\r\ngrüß\r\n".encode(), "grüß"),
        "GET none": (b"$-1\r\n", None),
        "INCR n": (b":-5\r\n", -5),
        "LRANGE l 0 1": (b"*2\r\n$1\r\na\r\n*1\r\n$2\r\n\r\n\r\n", ["a", ["\r\n"]]),
        "KEYS x": (b"*0\r\n", []),
        "EXEC": (b"*-1\r\n", None),
        "ECHO": (b"$0\r\n\r\n", ""),
        "FOO": (b"-ERR unknown command\r\n", {"error": "ERR unknown command"}),
    }
    commands = b"".join(
        b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        for words in (command.encode().split(b" ") for command in answers)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with Program(language, "resp", listener.getsockname()[1], *answers) as program:
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(LIMIT)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                assert receive(peer, len(commands)) == commands
                text = b"".join(answer for answer, _ in answers.values())
                for start in range(0, len(text), 3):
                    peer.sendall(text[start : start + 3])
                assert receive_all(peer) == b""
            *lines, last = program.end()
    assert [json.loads(line) for line in lines] == [value for _, value in answers.values()]
    assert last == "closed, 0 unanswered"


def test_resp_without_an_answer(language: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        with Program(language, "resp", listener.getsockname()[1]) as program:
            peer, _ = listener.accept()
            peer.settimeout(LIMIT)
            assert receive(peer, 14) == b"*1\r\n$4\r\nPING\r\n"
            peer.close()
            assert program.end() == ["closed, 1 unanswered"]


# -- reconnect ---------------------------------------------------------------------------------------------


def test_reconnect(language: str, tmp_path: Path) -> None:
    folder = tempfile.mkdtemp(prefix="netuv-")
    path = str(Path(folder, "s"))
    try:
        with Program(language, "reconnect", path, 1, 1000) as program:
            assert [program.line() for _ in range(4)] == [
                "ENOENT",
                "attempt 1 in 1 ms",
                "ENOENT",
                "attempt 2 in 2 ms",
            ]
            with socket.socket(socket.AF_UNIX) as listener:
                listener.settimeout(LIMIT)
                listener.bind(path)
                listener.listen()
                peer, _ = listener.accept()
                peer.sendall(b"hello\n")
                peer.close()
                while program.line() != "connected":
                    assert program.lines[-1].startswith(("ENOENT", "ECONNREFUSED", "attempt "))
                assert [program.line() for _ in range(4)] == [
                    "server: hello",
                    "lost",
                    "attempt 1 in 1 ms",
                    "connected",
                ]
                peer, _ = listener.accept()
                peer.sendall(b"enough\n")
                assert receive_all(peer) == b""
                peer.close()
                assert program.end() == ["server: enough", "lost", "closed"]
    finally:
        shutil.rmtree(folder)


def test_reconnect_gives_up(language: str) -> None:
    with Program(language, "reconnect", "/nowhere/s", 1, 2) as program:
        assert program.end() == [
            "ENOENT",
            "attempt 1 in 1 ms",
            "ENOENT",
            "attempt 2 in 2 ms",
            "ENOENT",
            "no more attempts",
        ]


# -- frames ------------------------------------------------------------------------------------------------


def test_frames(pair: list[str], where: str) -> None:
    messages = ["hello", "grüß dich", "x" * 100_000, "", "5"]
    with Program(pair[0], "frames", where) as server:
        where = server.where()
        with Program(pair[1], "frames", where, *messages) as client:
            assert client.end() == [f"{message}: {len(message)}" for message in messages]
        assert server.line() == "served"


def test_frames_in_pieces_and_broken_ones(language: str) -> None:
    with Program(language, "frames", 0) as server:
        where = server.where()
        with connect(where) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b'\0\0\0\x03"a"\0\0\0\x04"bc"':
                client.sendall(bytes([byte]))
            client.shutdown(socket.SHUT_WR)
            first, second = receive_all(client)[4:].split(b"}", 1)
            assert json.loads(first + b"}") == {"text": "a", "length": 1}
            assert json.loads(second[4:]) == {"text": "bc", "length": 2}
        assert server.line() == "served"
        assert ask(where, b"\xff\xff\xff\xff") == b""
        assert server.line() == "a message of 4294967295 bytes"
        assert ask(where, b'\0\0\0\x03"a') == b""
        assert server.line() == "the end of a message is missing"


# -- TLS ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with key.pem and cert.pem, of a certificate that is signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not on PATH")
    folder = tmp_path_factory.mktemp("secrets")
    made = Certificates(folder).alone
    made.key_path.rename(folder / "key.pem")
    made.cert_path.rename(folder / "cert.pem")
    return folder


@pytest.mark.row("T24")
def test_starttls(pair: list[str], secrets: Path) -> None:
    with Program(pair[0], "starttls", secrets, 0) as server:
        where = server.where()
        with Program(pair[1], "starttls", secrets, where, "one", "two") as client:
            assert client.end() == ["GO AHEAD", "authorized true", "ONE", "TWO", "closed"]
        told = ["in the clear: STARTTLS", "in secret: one", "in secret: two", "closed"]
        assert [server.line() for _ in told] == told
        assert ask(where, b"HELP\n") == b"STARTTLS FIRST\n"


@pytest.mark.row("T10", "T12", "T26")
def test_https(pair: list[str], secrets: Path) -> None:
    secrets.joinpath("a.txt").write_text("grüß dich\n", "utf-8")
    with Program(pair[0], "https", secrets, 0) as server:
        where = server.where()
        with Program(pair[1], "https", secrets, where, "a.txt", "b.txt", "a.txt") as client:
            lines = client.end()
        assert lines[0::2] == ["session new", "session reused", "session reused"]
        assert lines[1::2] == ["200 OK grüß dich", "404 Not Found there is none", "200 OK grüß dich"]
        told = ["localhost http/1.1 a.txt", "localhost http/1.1 b.txt", "localhost http/1.1 a.txt"]
        assert [server.line() for _ in told] == told
        ask(where, b"GET / HTTP/1.0\r\n\r\n")
        assert server.line() == "ERR_SSL_HTTP_REQUEST"
