"""A recorder between the two ends of TLS connections: every byte has to be part of a TLS record."""

from __future__ import annotations

import socket
import threading
from typing import Any

from helpers import LIMIT, LINGER_0

import netuv

KINDS = {20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data"}
_MOST = 16 * 1024 + 2048  # bytes of a record of TLS 1.2, which may have more than one of 1.3


class NotTLS(AssertionError):
    pass


def records(data: bytes) -> tuple[list[tuple[int, int]], bytes]:
    """The records (kind and size) of one direction, and what is left of one that was cut off."""
    found, at = [], 0
    while len(data) - at >= 5:
        kind, major, size = data[at], data[at + 1], int.from_bytes(data[at + 3 : at + 5], "big")
        if kind not in KINDS or major != 3 or size > _MOST:
            raise NotTLS(f"byte {at} of {len(data)} begins no record: {data[at : at + 40]!r}")
        if at + 5 + size > len(data):
            break
        found.append((kind, size))
        at += 5 + size
    rest = data[at:]
    if rest and (rest[0] not in KINDS or rest[1:2] not in (b"", b"\3")):
        raise NotTLS(f"byte {at} of {len(data)} begins no record: {rest[:40]!r}")
    return found, rest


class Line:
    """One connection that goes through the recorder."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.sockets = (near, far)
        #: What the client has sent, what the server has.
        self.sent = (bytearray(), bytearray())
        self.threads = [threading.Thread(target=self._pump, args=(i,), daemon=True) for i in (0, 1)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def _pump(self, i: int) -> None:
        source, target, noted = self.sockets[i], self.sockets[1 - i], self.sent[i]
        try:
            while data := source.recv(65536):
                noted += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one end has reset it; the other is to hear of it
            for each in self.sockets:
                try:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            target.close()


class Recorder:
    """``port(server)`` is where clients of a server are to connect."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._listeners: dict[Any, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self.expect_tls = True

    def port(self, server: Any) -> int:
        """Also of a server that will listen in a moment."""
        if server not in self._listeners:
            listener = self._listeners[server] = socket.create_server(("127.0.0.1", 0))
            ready = threading.Event()
            server.once("listening", ready.set)
            thread = threading.Thread(target=self._accept, args=(listener, server, ready), daemon=True)
            self._threads.append(thread)
            thread.start()
        port: int = self._listeners[server].getsockname()[1]
        return port

    def _accept(self, listener: socket.socket, server: Any, ready: threading.Event) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                assert ready.wait(LIMIT)
                address = server.address()
                assert isinstance(address, netuv.AddressInfo)
                far = socket.create_connection(("127.0.0.1", address.port), LIMIT)
            except (AssertionError, OSError):
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
                near.close()
                continue
            far.settimeout(None)
            self.lines.append(Line(near, far))
            self.lines[-1].start()

    def check(self) -> None:
        for line in self.lines:
            for noted in line.sent:
                records(bytes(noted))

    def close(self) -> None:
        for listener in self._listeners.values():
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join(LIMIT)
        for line in self.lines:
            for each in line.sockets:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            for thread in line.threads:
                thread.join(LIMIT)
            for each in line.sockets:
                each.close()
        self._listeners.clear()


class Ends:
    """Makes servers and clients of netuv's, with a recorder between them."""

    def __init__(self, recorder: Recorder, certs: Any) -> None:
        self.recorder = recorder
        self.certs = certs
        self.servers: list[Any] = []
        #: What happened, at all ends: (who, event, ...).
        self.seen: list[Any] = []

    def watch(self, who: str, emitter: Any, *events: str) -> Any:
        for event in events:
            emitter.on(event, lambda *args, event=event: self.seen.append((who, event, *map(_told, args))))
        return emitter

    def of(self, who: str) -> list[Any]:
        """The events of one, without its name, and without those that only say how fast it was."""
        found = [each[1:] for each in self.seen if each[0] == who and each[1] != "drain"]
        return [each[0] if len(each) == 1 else each for each in found]

    def serve(self, listener: Any = None, **options: Any) -> Any:
        """A listening server; it is closed with the first connection that ends, or fails."""
        from netuv import tls

        given = {**self.certs.server.own, **options}
        if "secure_context" in given:
            del given["cert"], given["key"]
        server = tls.create_server(given)

        def on_secure(socket: Any) -> None:
            self.watch("accepted", socket, "data", "end", "finish", "error", "close")
            if listener is not None:
                listener(socket)
            socket.on("close", lambda had_error: server.close())

        server.on("secureConnection", on_secure)
        self.watch("server", server, "tlsClientError", "close")
        server.on("tlsClientError", lambda error, socket: server.close())
        server.listen(0, "127.0.0.1")
        self.servers.append(server)
        return server

    def connect(self, server: Any, **options: Any) -> Any:
        from netuv import tls

        given = {"ca": self.certs.ca.cert, "host": "127.0.0.1", **options}
        client = tls.connect(port=self.recorder.port(server), **given)
        return self.watch(
            "client",
            client,
            *(
                "connect",
                "ready",
                "secureConnect",
                "data",
                "end",
                "finish",
                "drain",
                "error",
                "close",
                "timeout",
            ),
        )


def _told(value: Any) -> Any:
    if isinstance(value, BaseException):
        return getattr(value, "code", None) or repr(value)
    return type(value).__name__ if isinstance(value, netuv.EventEmitter) else value
