"""TLS without I/O: an SSLObject of the stdlib between two buffers, ciphertext in and cleartext out, and back.

Nothing in here knows of a loop, a stream or an event. ``step()`` moves the handshake on; then ``decrypt()``
and ``encrypt()`` are all there is, three calls into C each. What the engine itself has to say (its part of
the handshake, alerts, answers to a change of keys) gathers in ``outgoing``, and ``take()`` empties that.

The exception by which OpenSSL says that it wants more costs more than a small record. So decrypt() does not
provoke it: when its input is used up, and OpenSSL holds nothing of the last record back, nothing can be left.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

RECORD = 16 * 1024  # bytes: what a record holds, and a read gives, at most
PIECE = 128 * 1024  # bytes to encrypt at a time; more than that leaves the cache of the processor


class Engine:
    """One end of a TLS connection."""

    __slots__ = ("_held", "_read", "ended", "failure", "incoming", "outgoing", "ssl", "take", "write")

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        server_side: bool,
        servername: str | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        #: What has come and is not decrypted yet; what is encrypted and not taken yet.
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.ssl = context.wrap_bio(self.incoming, self.outgoing, server_side, servername, session)
        inner: Any = getattr(self.ssl, "_sslobj", self.ssl)  # the same methods, without a frame of Python's
        self._read: Callable[[int], bytes] = inner.read
        self._held: Callable[[], int] = inner.pending  # bytes of a record of which a read gave a part
        #: Encrypt some bytes, one at least: the ciphertext is in ``take()`` then.
        self.write: Callable[[Any], int] = inner.write
        #: The ciphertext that is to be sent.
        self.take: Callable[[], bytes] = self.outgoing.read
        #: The peer's close_notify has come; what follows it is ignored.
        self.ended = False
        #: What was wrong with a record, after which nothing can be read.
        self.failure: ssl.SSLError | None = None

    def step(self, data: bytes = b"") -> bool:
        """Move the handshake on; True when it is done. Raises ssl.SSLError."""
        if data:
            self.incoming.write(data)
        try:
            self.ssl.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encrypt(self, data: Any) -> bytes:
        """write() and take() in one."""
        self.write(data)
        return self.take()

    def decrypt(self, data: bytes) -> bytes:
        """The cleartext that is complete with this. ``ended`` or ``failure`` may be set after it."""
        incoming = self.incoming
        if data:
            incoming.write(data)
        size = min(incoming.pending, RECORD) or RECORD  # a read of 0 bytes would look like the end
        try:
            chunk = self._read(size)
            if not incoming.pending and (len(chunk) < size or not self._held()):  # one record: nearly always
                if not chunk:
                    self.ended = True
                return chunk
        except ssl.SSLError as error:
            self._note(error)
            return b""
        parts = [chunk]
        try:
            while chunk:
                size = min(incoming.pending, RECORD) or RECORD
                chunk = self._read(size)
                parts.append(chunk)
                if not incoming.pending and (len(chunk) < size or not self._held()):
                    break
            if not chunk:
                self.ended = True
        except ssl.SSLError as error:
            self._note(error)
        return b"".join(parts)

    def _note(self, error: ssl.SSLError) -> None:
        if isinstance(error, ssl.SSLZeroReturnError):
            self.ended = True
        elif not isinstance(error, ssl.SSLWantReadError):
            self.failure = error

    def shutdown(self) -> bytes:
        """close_notify, and what waited in front of it.

        unwrap() also looks for the peer's: data in front of that would be an error, and nothing could be read
        after it. So the input is kept away from it.
        """
        waiting = self.incoming.read()
        try:
            self.ssl.unwrap()
        except ssl.SSLError:  # the peer's has not come, and nobody waits for it
            pass
        if waiting:
            self.incoming.write(waiting)
        return self.take()

    def chain(self) -> list[bytes]:
        """The certificates that the peer has sent (DER), its own first; they may not be verified.

        Of a session that was taken up anew, when nothing is sent again, its own alone.
        """
        inner: Any = (
            self.ssl if hasattr(self.ssl, "get_unverified_chain") else getattr(self.ssl, "_sslobj", None)
        )
        ask = getattr(inner, "get_unverified_chain", None)
        certificates = ask() if ask is not None else None
        if certificates:
            return [each if isinstance(each, bytes) else _der(each) for each in certificates]
        own = self.certificate()
        return [own] if own else []

    def certificate(self) -> bytes:
        """The peer's own certificate (DER); empty when it has shown none, so far."""
        try:
            return self.ssl.getpeercert(True) or b""
        except ValueError:  # during the handshake
            return b""


def _der(certificate: Any) -> bytes:
    """Of a certificate object of the stdlib's."""
    encoding_der = 2  # _ssl.ENCODING_DER
    made: bytes = certificate.public_bytes(encoding_der)
    return made
