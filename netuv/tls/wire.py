"""The wire of a TLSSocket: the face of a stream handle, over another wire that carries the ciphertext.

A Socket sends what it has to its wire, and a TLSSocket has none but this one: there is no way for cleartext
around it. Until the handshake is done it keeps what is sent (it takes all, as any wire), and reads from the
lower wire whether or not the socket wants data. After it each ``send()`` is a record or more, at most PIECE
bytes of clear data at a time: while the lower wire has not sent these the rest waits as it is.

What there is besides bytes its owner hears: that the handshake is done, what is wrong with it or with a
record, and that the peer has gone before it was done.

===========  =====================================================  ============================
phase        what comes from below                                  moved on by
===========  =====================================================  ============================
NEW          is not read                                            begin()
SHAKING      goes to the handshake                                  the handshake's last step
SECURE       is decrypted, while somebody reads                     the peer's end, a bad record
ENDED        is not read any more; what is sent still goes out      close()
CLOSED       (the lower wire is closed)
===========  =====================================================  ============================
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from netuv.tls import faults
from netuv.tls.engine import PIECE, Engine
from netuv.tls.handshake import Failed, Handshake
from netuv.uv import handles
from netuv.uv.over import WireOver

NEW, SHAKING, SECURE, ENDED, CLOSED = range(5)

OnSent = Callable[[Any, "int | None"], object]


class Owner(Protocol):
    """Who hears of what is no data."""

    #: The connection has ended without the peer's goodbye.
    truncated: bool

    def _on_secure(self) -> bool:
        """The handshake is done. True to hear of each record that comes."""

    def _on_record(self) -> None:
        """A record has been decrypted, and its data was delivered."""

    def _on_keylog(self, lines: list[bytes]) -> None:
        """Secrets of the connection."""

    def _on_broken(self, error: BaseException) -> None:
        """The handshake has failed, or a record is bad; nothing more will be read."""

    def _on_hang_up(self, status: int) -> None:
        """The lower wire has ended, or failed, during the handshake."""

    def _later(self, callback: Callable[[], None]) -> None:
        """Call it after the current callback of the loop."""


class TLSWire(WireOver):
    """TLS over a lower wire, which it owns: it is closed with this one.

    :param lower: connected; a handle of libuv's, or any Wire.
    """

    def __init__(self, lower: Any) -> None:
        super().__init__(lower)
        #: From begin() to close().
        self.owner: Owner | None = None
        self._phase = NEW
        self._handshake: Handshake | None = None
        self._engine: Engine = None  # type: ignore[assignment]  # from SECURE on
        self._on_read: Callable[[Any, bytes | None, int | None], object] | None = None
        self._clear: deque[tuple[memoryview, OnSent]] | None = None  # not encrypted; the first may be empty
        self._busy = False  # the lower wire has not sent all of the last piece
        self._on_shutdown: OnSent | None = None  # waits for what was sent
        self._shut = False  # shutdown() was called
        self._partial: bytes | None = None  # of a record; not None: they are looked at one by one

    # -- as of any handle --------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._phase == CLOSED or bool(self.lower.closed)

    @property
    def write_queue_size(self) -> int:
        """Bytes in user memory: of clear data, and of ciphertext that the kernel has not taken."""
        waiting = sum(len(view) for view, _ in self._clear) if self._clear else 0
        return waiting + (self.lower.write_queue_size if self._busy else 0)

    def close(self, on_closed: Callable[[Any], object] | None = None) -> None:
        """Close both; nothing is said to the peer."""
        self._phase = CLOSED
        waiting, self._clear = self._clear or (), None
        on_shutdown, self._on_shutdown = self._on_shutdown, None
        self._on_read = self.owner = None
        if self._handshake is not None:
            self._handshake.forget()
            self._handshake = None

        def on_lower_closed(lower: Any) -> None:
            for _, on_sent in waiting:
                on_sent(self, handles.ECANCELED)
            if on_shutdown is not None:
                on_shutdown(self, handles.ECANCELED)
            if on_closed is not None:
                on_closed(self)

        self.lower.close(on_lower_closed)

    # -- the handshake -----------------------------------------------------------------------------

    def begin(self, handshake: Handshake, owner: Owner) -> None:
        """Start the handshake: a client says hello, a server waits for it."""
        self.owner = owner
        self._handshake = handshake
        self._phase = SHAKING
        if not handshake.settings.is_server:
            self._advance(b"")
        if self._phase == SHAKING:
            self._read_below(self._on_flight)

    def resume_handshake(self) -> None:
        """What it was waiting for has been answered."""
        if self._phase == SHAKING:
            self._advance(b"")

    def _on_flight(self, lower: Any, data: bytes | None, status: int | None) -> None:
        if self._phase != SHAKING:
            return
        if data:
            self._advance(data)
        elif status is not None:
            self._phase = ENDED
            if self.owner is not None:
                self.owner._on_hang_up(status)

    def _advance(self, data: bytes) -> None:
        handshake = self._handshake
        assert handshake is not None
        try:
            done = handshake.advance(data)
        except Failed as failed:
            self._send_below(handshake.take())
            self._tell_keylog(handshake)
            self._break(failed.error)
            return
        self._tell_keylog(handshake)
        if self._phase != SHAKING:  # closed by an sni_callback
            return
        self._send_below(handshake.take())
        if done:
            self._become_secure(handshake)

    def _tell_keylog(self, handshake: Handshake) -> None:
        if handshake.keylog and self.owner is not None:
            self.owner._on_keylog(handshake.take_keylog())

    def _become_secure(self, handshake: Handshake) -> None:
        assert handshake.engine is not None
        self._engine, self._handshake = handshake.engine, None
        self._phase = SECURE
        self.lower.stop_read()
        try:
            if self.owner is not None and self.owner._on_secure():
                self._partial = b""
        finally:
            if self._phase == SECURE:
                self._send_clear()
                if self._on_read is not None:
                    self._go_on_reading()

    def _break(self, error: BaseException) -> None:
        """Nothing more is read."""
        if self._phase < ENDED:
            self._phase = ENDED
            if not self.lower.closed:
                self.lower.stop_read()
            if self.owner is not None:
                self.owner._on_broken(error)

    # -- reading -----------------------------------------------------------------------------------

    def start_read(self, on_read: Callable[[Any, bytes | None, int | None], object]) -> None:
        """Call ``on_read(wire, data, None)`` with clear data, ``(wire, None, status)`` at the end."""
        self.check_open()
        self._on_read = on_read
        if self._phase == SECURE:
            self._go_on_reading()

    def stop_read(self) -> None:
        """Do not call it any more; once the handshake is done the peer is held back."""
        self._on_read = None
        if self._phase == SECURE:
            self.lower.stop_read()

    def _go_on_reading(self) -> None:
        """Read from below; what has been read from there before comes first, in a tick."""
        engine = self._engine
        if engine.incoming.pending or engine.ended or engine.failure is not None:
            assert self.owner is not None
            self.owner._later(self._deliver_rest)
        else:
            self._read_below(self._on_cipher if self._partial is None else self._on_part)

    def _deliver_rest(self) -> None:
        if self._phase == SECURE and self._on_read is not None:
            if self._partial is None:
                self._on_cipher(None, b"", None)
            else:
                self._on_part(None, self._engine.incoming.read(), None)
            if self._phase == SECURE and self._on_read is not None:
                self._read_below(self._on_cipher if self._partial is None else self._on_part)

    def _read_below(self, on_read: Callable[..., None]) -> None:
        if self.lower.closed:  # with the stream that it is of, which tells in a tick
            return
        try:
            self.lower.start_read(on_read)
        except handles.UVError as error:
            if error.args[0] != handles.EALREADY:
                raise

    def _on_cipher(self, lower: Any, data: bytes | None, status: int | None) -> None:
        if status is not None:
            self._on_end_below(status)
            return
        engine = self._engine
        clear = engine.decrypt(data)  # type: ignore[arg-type]
        if engine.outgoing.pending:
            self._send_below(engine.take())
        if clear and self._on_read is not None:
            self._on_read(self, clear, None)
        if engine.ended or engine.failure is not None:
            self._on_end_within(engine)

    def _on_part(self, lower: Any, data: bytes | None, status: int | None) -> None:
        """The same, record by record, so that the owner can look at what each has changed."""
        whole, self._partial = (self._partial or b"") + (data or b""), b""
        at = 0
        while self._phase == SECURE and self._on_read is not None and len(whole) - at >= 5:
            end = at + 5 + int.from_bytes(whole[at + 3 : at + 5], "big")
            if end > len(whole):
                break
            self._on_cipher(lower, whole[at:end], None)
            at = end
            if self.owner is not None:
                self.owner._on_record()
        if self._phase == SECURE and self._on_read is not None:
            self._partial = whole[at:]
        else:  # it comes first when reading goes on
            self._engine.incoming.write(whole[at:])
        if status is not None:
            self._on_cipher(lower, None, status)

    def _on_end_below(self, status: int) -> None:
        if self.owner is not None and status == handles.EOF:
            self.owner.truncated = True
        self._end(status)

    def _on_end_within(self, engine: Engine) -> None:
        """The peer has said goodbye, or a record is bad; told when nobody has stopped reading before."""
        if self._phase != SECURE or self._on_read is None:
            return
        if engine.failure is not None:
            self._break(faults.from_ssl_error(engine.failure))
            return
        self.lower.stop_read()
        self._end(handles.EOF)

    def _end(self, status: int) -> None:
        if self._phase == SECURE:
            self._phase = ENDED
            on_read, self._on_read = self._on_read, None
            if on_read is not None:
                on_read(self, None, status)

    # -- writing -----------------------------------------------------------------------------------

    def send(self, data: Any, on_sent: OnSent) -> int:
        """Encrypt and send data: how many bytes are left in user memory.

        :param data: bytes, bytes-like, or a list of these, which become one record if they are small.
        :param on_sent: ``on_sent(wire, status)``, called once when these are sent too, or never will be; not
            called when 0 is returned.

        Raises UVError with EPIPE after shutdown(), and what the lower wire's send() does.
        """
        if type(data) is list or type(data) is tuple:
            data = b"".join(data)
        size = len(data)
        engine = self._engine
        if engine is not None and not self._clear and not self._shut and 0 < size <= PIECE:
            engine.write(data)
            left: int = self.lower.send(engine.take(), self._on_piece_sent)
            if not left:
                return 0
            self._busy = True
            self._clear = deque([(memoryview(b""), on_sent)])
            return min(left, size)
        return self._send_later(data, on_sent)

    def _send_later(self, data: Any, on_sent: OnSent) -> int:
        """The same where the handshake is not done, or data is more than one piece."""
        self.check_open()
        if self._shut:
            raise handles.UVError(handles.EPIPE, "broken pipe")
        if not len(data):
            return 0
        if not isinstance(data, bytes):
            data = bytes(data)  # whose owner may change it while it waits
        if self._clear is None:
            self._clear = deque()
        entry = (memoryview(data), on_sent)
        self._clear.append(entry)
        if self._engine is None or self._clear[0] is not entry:
            return len(data)
        try:
            self._encrypt_pieces()
        except BaseException:
            self._clear = None
            raise
        if self._clear is None:
            return 0
        return min(self.write_queue_size, len(data)) or 1

    def _encrypt_pieces(self) -> OnSent | None:
        """Send the first of what waits, piece by piece; its on_sent when all is sent."""
        assert self._clear is not None
        view, on_sent = self._clear[0]
        while view:
            piece, view = view[:PIECE], view[PIECE:]
            self._clear[0] = (view, on_sent)
            if self.lower.send(self._engine.encrypt(piece), self._on_piece_sent):
                self._busy = True
                return None
        self._clear.popleft()
        if not self._clear:
            self._clear = None
        return on_sent

    def _send_clear(self) -> None:
        """Go on with what waits, as far as the lower wire takes it."""
        while self._clear and not self._busy and self._phase in (SECURE, ENDED):
            try:
                on_sent = self._encrypt_pieces()
            except handles.UVError as error:
                self._fail_clear(_status(error))
                return
            if on_sent is not None:
                on_sent(self, None)
        if not self._clear and self._on_shutdown is not None and self._phase in (SECURE, ENDED):
            self._shut_below()

    def _on_piece_sent(self, lower: Any, status: int | None) -> None:
        self._busy = False
        if status is not None:
            self._fail_clear(status)
        else:
            self._send_clear()

    def _fail_clear(self, status: int) -> None:
        waiting, self._clear = self._clear or (), None
        for _, on_sent in waiting:
            on_sent(self, status)

    def _send_below(self, cipher: bytes) -> None:
        """Send what the engine itself has to say; that it fails is heard of by reading."""
        if cipher and not self.lower.closed:
            with suppress(handles.UVError):
                self.lower.send(cipher, _on_own_sent)

    def shutdown(self, on_done: OnSent) -> None:
        """Say goodbye, and end the lower wire, after all that was sent; then ``on_done(wire, status)``.

        Nobody waits for the goodbye of the peer. Raises UVError with ENOTCONN the second time.
        """
        self.check_open()
        if self._shut:
            raise handles.UVError(handles.ENOTCONN, "socket is not connected")
        self._shut = True
        self._on_shutdown = on_done
        if self._engine is not None and not self._clear:
            self._shut_below()

    def _shut_below(self) -> None:
        on_done, self._on_shutdown = self._on_shutdown, None
        assert on_done is not None
        self._send_below(self._engine.shutdown())

        def on_shut(lower: Any, status: int | None) -> None:
            on_done(self, status)

        try:
            self.lower.shutdown(on_shut)
        except handles.UVError as error:
            status = _status(error)
            if self.owner is not None:
                self.owner._later(lambda: on_shut(None, status))


def _on_own_sent(lower: Any, status: int | None) -> None:
    pass


def _status(error: BaseException) -> int:
    """Of what a handle has raised; one that is closed does not say."""
    status = error.args[0] if error.args else None
    return status if isinstance(status, int) else handles.ECANCELED
