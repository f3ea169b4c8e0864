"""Peers that mean harm: slow ones, greedy ones, ones that break off; and a collector that never rests.

The server goes on serving everybody else, and what it holds for such a peer is bounded.
"""

from __future__ import annotations

import gc
import random
import socket
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from helpers import LIMIT, LINGER_0, Connection, MiB

import netuv

ERRORS = ("ECONNRESET", "EPIPE")


def serve(
    run: Any, transport: Any, peer: Any, on_connection: Callable[..., Any], attack: Callable[..., Any]
) -> Any:
    """Run a server until the attack, in a thread, is over; what the attack answers."""
    server = netuv.create_server(on_connection)
    threads: list[Any] = []

    def body() -> Any:
        try:
            return attack(lambda: transport.client(transport.stdlib_address(server)))
        finally:
            server._loop.call_soon_threadsafe(server.close)

    server.listen(*transport.listen_args, lambda: threads.append(peer(body)))
    run()
    return threads[0].result()


def echo(client: netuv.Socket) -> None:
    client.on("error", lambda error: None)
    client.pipe(client)


def receive(sock: socket.socket, size: int) -> bytes:
    """So many bytes; less only where the peer has ended."""
    data = bytearray()
    while len(data) < size and (part := sock.recv(size - len(data))):
        data += part
    return bytes(data)


def send_for_ever(sock: socket.socket) -> None:
    """Until the socket's timeout, or an error."""
    while True:
        sock.sendall(b"x" * MiB)


def exchange(sock: socket.socket, data: bytes) -> None:
    sock.sendall(data)
    assert receive(sock, len(data)) == data


def test_clients_that_send_byte_by_byte(run: Any, transport: Any, peer: Any) -> None:
    """Each has its bytes back, and others are served in between."""

    def attack(client: Callable[[], socket.socket]) -> None:
        slow = [client() for _ in range(20)]
        with client() as other:
            for number in range(40):
                for sock in slow:
                    sock.sendall(bytes([number]))
                exchange(other, b"meanwhile")
        for sock in slow:
            assert receive(sock, 40) == bytes(range(40))
            sock.close()

    serve(run, transport, peer, echo, attack)


def test_peers_that_send_and_never_read(run: Any, transport: Any, peer: Any) -> None:
    """An echo stops reading from them: what it holds for each is bounded, and others are served."""
    sockets: list[netuv.Socket] = []

    def on_connection(client: netuv.Socket) -> None:
        sockets.append(client)
        echo(client)

    def attack(client: Callable[[], socket.socket]) -> list[int]:
        greedy = [client() for _ in range(8)]
        for sock in greedy:
            sock.settimeout(0.1)
            with pytest.raises(TimeoutError):
                send_for_ever(sock)
        with client() as other:
            for _ in range(20):
                exchange(other, b"meanwhile")
        held = [each.readable_length + each.writable_length for each in sockets[:8]]
        for sock in greedy:
            sock.close()
        return held

    held = serve(run, transport, peer, on_connection, attack)
    assert len(held) == 8
    assert max(held) < MiB


def test_a_storm_of_connections_that_are_closed_or_reset_at_once(run: Any, transport: Any, peer: Any) -> None:
    closed: list[bool] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("close", closed.append)
        echo(client)

    def attack(client: Callable[[], socket.socket]) -> None:
        for number in range(300):
            with client() as sock:
                if number % 3 == 1:
                    sock.sendall(b"unread")
                elif number % 3 == 2 and sock.family != socket.AF_UNIX:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        with client() as good:
            exchange(good, b"still there")

    serve(run, transport, peer, on_connection, attack)
    assert len(closed) == 301


def test_peers_that_end_their_side_and_stay(run: Any, transport: Any, peer: Any) -> None:
    """Their data is answered to the last byte, then the server ends its side too."""
    data = random.Random(1).randbytes(200_000)

    def attack(client: Callable[[], socket.socket]) -> None:
        for sock in [client() for _ in range(5)]:
            with sock:
                sender = threading.Thread(target=lambda sock=sock: (sock.sendall(data), end(sock)))
                sender.start()
                assert receive(sock, len(data)) == data
                assert sock.recv(1) == b""
                sender.join(LIMIT)

    def end(sock: socket.socket) -> None:
        sock.shutdown(socket.SHUT_WR)

    serve(run, transport, peer, echo, attack)


@pytest.mark.parametrize("transport", ["tcp4", "tcp6"], indirect=True)
def test_urgent_data_does_not_disturb_the_stream(run: Any, transport: Any, peer: Any) -> None:
    """The urgent byte is out of band, so it is not data; as in Node."""

    def attack(client: Callable[[], socket.socket]) -> None:
        with client() as sock:
            for _ in range(50):
                sock.send(b"!", socket.MSG_OOB)
                exchange(sock, b"in band")

    serve(run, transport, peer, echo, attack)


def test_a_client_that_floods_a_line_server(run: Any, transport: Any, peer: Any) -> None:
    """A million lines: each is seen once, the answers that it does not read hold the server back."""
    total, line = 1_000_000, b"x\n"
    counted, most = [0], [0]

    def on_connection(client: netuv.Socket) -> None:
        rest = b""

        def on_data(data: bytes) -> None:
            nonlocal rest
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            counted[0] += len(lines)
            if not client.write(b"ok\n" * len(lines)):
                client.pause()
            most[0] = max(most[0], client.writable_length)

        client.on("data", on_data)
        client.on("drain", client.resume)
        client.on("error", lambda error: None)

    def attack(client: Callable[[], socket.socket]) -> int:
        with client() as sock:
            sender = threading.Thread(target=lambda: (sock.sendall(line * total), sock.shutdown(1)))
            sender.start()
            sender.join(0.5)  # unread answers for a while
            received, buffer = 0, bytearray(MiB)
            while size := sock.recv_into(buffer):
                received += size
            sender.join(LIMIT)
            return received

    assert serve(run, transport, peer, on_connection, attack) == 3 * total
    assert counted == [total]
    assert most[0] <= 2 * MiB


def test_lines_without_an_end_can_be_given_up(run: Any, transport: Any, peer: Any) -> None:
    """A server that limits its lines is rid of the peer at once, however much that sends."""
    limit = 64 * 1024
    seen = [0]

    def on_connection(client: netuv.Socket) -> None:
        def on_data(data: bytes) -> None:
            seen[0] += len(data)
            if seen[0] > limit:
                client.destroy()

        client.on("data", on_data)
        client.on("error", lambda error: None)

    def attack(client: Callable[[], socket.socket]) -> None:
        with client() as sock, pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_for_ever(sock)

    serve(run, transport, peer, on_connection, attack)
    assert limit < seen[0] <= limit + 256 * 1024


@pytest.mark.parametrize("moment", ["while it sends", "while it reads", "before the answer"])
def test_resets_in_the_middle_of_an_echo(connect: Callable[..., Connection], run: Any, moment: str) -> None:
    """Many at a time: each ends by itself, with one 'close'."""
    connections = [connect() for _ in range(20)]
    for number, connection in enumerate(connections):
        connection.mine.pipe(connection.mine)
        connection.theirs.sendall(b"x" * (1000 * number + 1))
        if moment == "while it sends":
            connection.theirs.setblocking(False)
            connection.mine.write(b"y" * MiB)
        elif moment == "while it reads":
            connection.mine.once("data", lambda data, each=connection: netuv.set_immediate(each.reset))
        if moment != "while it reads":
            netuv.set_timeout(connection.reset, number % 5)
    run()
    for connection in connections:
        assert connection.count("close") == 1
        assert connection.events[-1][0] == "close"
        errors = [each[1].code for each in connection.events if each[0] == "error"]
        assert len(errors) <= 1
        assert set(errors) <= set(ERRORS)


def test_garbage_is_collected_at_every_allocation(run: Any, transport: Any, peer: Any) -> None:
    """A whole echo while the collector runs all the time: nothing that is still of use is freed."""
    data = random.Random(2).randbytes(200_000)
    closed: list[bool] = []

    def on_connection(client: netuv.Socket) -> None:
        client.on("close", closed.append)
        echo(client)

    def attack(client: Callable[[], socket.socket]) -> None:
        for _ in range(3):
            with client() as sock:
                sender = threading.Thread(target=sock.sendall, args=(data,))
                sender.start()
                assert receive(sock, len(data)) == data
                sender.join(LIMIT)

    before = gc.get_threshold()
    gc.collect()
    gc.freeze()  # what pytest holds need not be looked at each time
    gc.set_threshold(1)
    try:
        serve(run, transport, peer, on_connection, attack)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
    assert closed == [False] * 3


def test_hostile_peers_leave_no_memory_behind(run: Any, transport: Any, peer: Any) -> None:
    """After a first round, more of them do not cost more."""
    sizes: list[int] = []

    def attack(client: Callable[[], socket.socket]) -> None:
        for _ in range(3):
            for number in range(60):
                with client() as sock:
                    sock.sendall(b"x" * 10_000)
                    if number % 2 and sock.family != socket.AF_UNIX:
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
            with client() as sock:
                exchange(sock, b"in order, so all before it have been accepted")
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        serve(run, transport, peer, echo, attack)
    finally:
        tracemalloc.stop()
    assert sizes[2] - sizes[1] < 100_000
