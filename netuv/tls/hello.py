"""What a client asks for in its ClientHello, read before OpenSSL sees it.

So a server can choose a context for the name, and a protocol, and take its time for it. Nothing in here says
that a hello is wrong: what cannot be read is handed to OpenSSL, which finds the words for it.
"""

from __future__ import annotations

import struct

MAX_SIZE = 32 * 1024  # of all records of a hello; OpenSSL takes a message of 16 KiB at most
_HANDSHAKE, _CLIENT_HELLO = 22, 1
_SERVER_NAME, _ALPN = 0, 16

_uint16 = struct.Struct(">H").unpack_from
_two_uint16 = struct.Struct(">HH").unpack_from


class Hello:
    """A ClientHello, as far as it could be read."""

    __slots__ = ("protocols", "servername")

    def __init__(self) -> None:
        self.servername = ""
        #: Offered by ALPN, in the client's order.
        self.protocols: tuple[str, ...] = ()


class Reader:
    """Gathers what a client sends until the hello is there."""

    __slots__ = ("_at", "_message", "data")

    def __init__(self) -> None:
        #: All that has come, for OpenSSL.
        self.data = bytearray()
        self._message = bytearray()
        self._at = 0  # where the next record begins

    def feed(self, data: bytes) -> Hello | None:
        """The hello; None while there is more of it to come. It never raises.

        What is none is an empty Hello, and so is one that has MAX_SIZE bytes without an end.
        """
        self.data += data
        whole = self._gather()
        if whole is None:
            return Hello() if len(self.data) >= MAX_SIZE else None
        hello = Hello()
        if whole:
            try:
                _read(bytes(self._message), hello)
            except (IndexError, struct.error):  # it ends too early; what was read until then is kept
                pass
        return hello

    def _gather(self) -> bool | None:
        """Take the message out of its records: whether it is a hello; None while it is not whole."""
        data, message = self.data, self._message
        while len(data) - self._at >= 5:
            start = self._at + 5
            (size,) = _uint16(data, self._at + 3)
            if data[self._at] != _HANDSHAKE or data[self._at + 1] != 3 or not size:
                return False
            if len(data) - start < size:
                return None
            message += data[start : start + size]
            self._at = start + size
            if message[0] != _CLIENT_HELLO:
                return False
            if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
                return True
        if len(data) > self._at and data[self._at] != _HANDSHAKE:
            return False
        return None


def _read(message: bytes, hello: Hello) -> None:
    at = 4 + 2 + 32  # the head of the message, version and random
    at += 1 + message[at]  # session id
    at += 2 + _uint16(message, at)[0]  # cipher suites
    at += 1 + message[at]  # compression
    end = at + 2 + _uint16(message, at)[0]
    at += 2
    while at < end:
        kind, size = _two_uint16(message, at)
        at += 4
        if kind == _SERVER_NAME:
            hello.servername = _server_name(message, at)
        elif kind == _ALPN:
            hello.protocols = tuple(_protocols(message, at + 2, at + size))
        at += size


def _server_name(data: bytes, at: int) -> str:
    if data[at + 2] != 0:  # a kind of name that there is not yet
        return ""
    (size,) = _uint16(data, at + 3)
    return data[at + 5 : at + 5 + size].decode("ascii", "replace")


def _protocols(data: bytes, at: int, end: int) -> list[str]:
    answer = []
    while at < end:
        size = data[at]
        if size:
            answer.append(data[at + 1 : at + 1 + size].decode("latin-1"))
        at += 1 + size
    return answer
