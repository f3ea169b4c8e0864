"""Blocking peers on the stdlib's ssl, that can do to a connection what a good one never does."""

from __future__ import annotations

import socket
import ssl
from typing import Any

from helpers import LIMIT


class Peer:
    """One end of a TLS connection, byte by byte."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, server_side: bool = False) -> None:
        sock.settimeout(LIMIT)
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.ssl = context.wrap_bio(self.incoming, self.outgoing, server_side)

    @classmethod
    def connect(cls, port: int, version: str = "TLSv1_3") -> Peer:
        """A client that trusts anybody, after the handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion[version]
        made = cls(socket.create_connection(("127.0.0.1", port)), context)
        made.do(made.ssl.do_handshake)
        return made

    def flush(self) -> None:
        if self.outgoing.pending:
            self.sock.sendall(self.outgoing.read())

    def do(self, function: Any, *args: Any) -> Any:
        """Call until it needs nothing more; EOFError at the end of the stream."""
        while True:
            try:
                result = function(*args)
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if not data:
                    raise EOFError from None
                self.incoming.write(data)
            else:
                self.flush()
                return result

    def cipher(self, data: bytes) -> bytes:
        """The record, not sent."""
        self.ssl.write(data)
        return self.outgoing.read()

    def goodbye(self) -> bytes:
        """close_notify, not sent."""
        try:
            self.ssl.unwrap()
        except ssl.SSLError:
            pass
        return self.outgoing.read()

    def write(self, data: bytes) -> None:
        self.do(self.ssl.write, data)

    def read(self) -> bytes:
        """What comes next; b"" is the other's close_notify."""
        try:
            data: bytes = self.do(self.ssl.read, 65536)
        except ssl.SSLZeroReturnError:
            return b""
        return data

    def read_all(self) -> bytes:
        parts = []
        while data := self.read():
            parts.append(data)
        return b"".join(parts)

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *args: object) -> None:
        self.sock.close()
