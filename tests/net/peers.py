"""What the tests of sockets and servers have at the other end."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Any

from helpers import LIMIT

import netuv


def accept(listener: socket.socket, f: Callable[[socket.socket], Any]) -> Any:
    """Serve one connection: what a peer does."""
    sock, _ = listener.accept()
    with sock:
        sock.settimeout(LIMIT)
        return f(sock)


def echo(sock: socket.socket) -> None:
    while data := sock.recv(65536):
        sock.sendall(data)


def place(listener: socket.socket) -> dict[str, Any]:
    """The options of connect() for a listening socket."""
    name = listener.getsockname()
    return {"path": name} if isinstance(name, str) else {"port": name[1], "host": name[0]}


class refusing:
    """A port that is taken, so nobody else gets it, but on which nobody listens."""

    def __enter__(self) -> int:
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        return int(self.sock.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.sock.close()


class silent:
    """A port that does not answer: its accept queue is full."""

    def __enter__(self) -> int:
        self.sockets = [socket.socket()]
        self.sockets[0].bind(("127.0.0.1", 0))
        self.sockets[0].listen(0)
        name = self.sockets[0].getsockname()
        connected = True
        while connected:
            client = socket.socket()
            self.sockets.append(client)
            client.setblocking(False)
            client.connect_ex(name)
            connected = bool(select.select([], [client], [], 0.1)[1])
        return int(name[1])

    def __exit__(self, *_: object) -> None:
        for sock in self.sockets:
            sock.close()


def stop_when_done(server: netuv.Server) -> Callable[..., Any]:
    """A listener of 'connection' that ends the connection, and closes the server."""

    def on_connection(sock: netuv.Socket) -> None:
        sock.end()
        sock.resume()
        server.close()

    return on_connection
