"""``await`` on a Socket: the same object, and the same events, for tasks that wait.

The first await adopts the socket: from then on what goes wrong is raised where a task waits, or else at its
next await and at each later one, and an 'error' without a listener is no exception of the loop any more. And
it is half-open from then on: when the peer has ended, the task decides when this side does.

Reading is netuv.stream.reader's. Everything else waits for an event of the socket, or for its end. asyncio is
imported at the first await, and TLS at the first start_tls().
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Mapping
from contextvars import Context
from functools import partial
from types import TracebackType, coroutine
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from netuv import checks, errors, misuse
from netuv.context import Within, checked
from netuv.net.connection import Connection
from netuv.net.rare import own
from netuv.stream.reader import Reader, more, next_chunk
from netuv.stream.state import ALIVE, ENDED, FINISHED, TOLD

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    from netuv.tls import TLSSocket

    Self = TypeVar("Self", bound="Awaitable")

DEFAULT_LIMIT = 64 * 1024
GIVE_WAY_AFTER = 1 << 20  # bytes that a task may send before others have their turn


_aio: Any = None  # see _import_aio()


class Awaitable(Connection):
    """The part of Socket that tasks use."""

    _adopted = False
    _sent_before = 0  # what was sent when send() last gave way
    _error_heard = False  # a task was told what has ended it
    _successor: Any = None  # the socket that works on this one's connection: TLS

    def _adopt_for_tasks(self) -> None:
        self._loop.check()
        _import_aio().check_loop_of(self._loop)
        self._adopt_here()

    def _adopt_here(self) -> None:
        """Where it is known that tasks can wait for what is on the loop: in a callback within asyncio."""
        self._adopted = self.allow_half_open = True
        self.on("error", _heard_by_tasks)

    def _run_in(self, context: Context) -> None:
        """From now on listeners run there, and the callbacks of a method in the context of its call."""
        self._within = Within(context)
        self._check_callback = partial(checked, type(self)._check_callback)

    # -- connecting --------------------------------------------------------------------------------

    def __await__(self: Self) -> Generator[Any, None, Self]:
        return self._connected().__await__()

    async def _connected(self: Self) -> Self:
        """Wait for 'connect'. Cancelled, the socket is destroyed: nobody else has it yet."""
        if not self._adopted:
            self._adopt_for_tasks()
        try:
            while self.connecting:
                await self._told()
        except BaseException:
            self.destroy()
            raise
        self._raise_if_ended()
        return self

    @coroutine
    def _told(self) -> Generator[Any, None, None]:
        """Wait until 'connect' or 'close' was emitted."""
        rare = own(self)
        waiter = _import_aio().waiter.Waiter()
        rare.waiters += (waiter,)
        try:
            yield waiter
        finally:
            if waiter in rare.waiters:  # it was cancelled
                rare.waiters = tuple(each for each in rare.waiters if each is not waiter)

    async def _event(self, *events: str) -> None:
        """Wait for one of these events, or for the end of the socket."""
        import asyncio

        waiter = asyncio.get_running_loop().create_future()

        def wake(*args: Any) -> None:
            if not waiter.done():
                waiter.set_result(None)

        for event in (*events, "close"):
            self.on(event, wake)
        try:
            await waiter
        finally:
            for event in (*events, "close"):
                self.off(event, wake)

    def _raise_if_ended(self) -> None:
        life = self._stream_life
        if life.errored is not None:
            self._tell_task(life.errored)
        if life.phase:
            raise misuse.premature_close()

    def _tell_task(self, error: BaseException) -> NoReturn:
        self._error_heard = True
        if _is_of_destroy(error):
            raise misuse.premature_close() from error
        raise error.with_traceback(None)

    # -- going on as another socket ----------------------------------------------------------------

    async def start_tls(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> TLSSocket:
        """Go on with this connection as TLS: the TLSSocket, when its handshake is done. STARTTLS.

        What was received ahead belongs to the handshake, and what was written before goes out first.
        Afterwards this socket can neither be read nor be written to, and both are closed together. Cancelled,
        or when the handshake fails, they are destroyed.

        :param options: of netuv.tls.TLSSocket: ``is_server=True``, ``key`` and ``cert`` on the one side, say,
            and ``servername`` and ``ca`` on the other.
        :raises NetError: what the handshake fails with; ERR_STREAM_BUSY while another task reads.
        """
        from netuv.tls import TLSSocket  # and ssl, so not before it is needed

        if not self._adopted:
            self._adopt_for_tasks()
        self._raise_if_ended()
        if self._successor is not None:
            raise misuse.stream_busy("TLS works on it")
        self._refuse_second_reader()
        return await TLSSocket(self, options, **keywords)

    def _refuse_second_reader(self) -> None:
        if self._readable_state.reader is not None:
            self._readable_state.reader.refuse_others()

    def _hand_over(self, successor: Any) -> None:
        """Tasks cannot read this socket any more; to close it is to close its successor."""
        self._refuse_second_reader()
        self._readable_state.reader = None
        self._successor = successor

    # -- reading -----------------------------------------------------------------------------------

    def _reader(self) -> Reader:
        """The one that the socket has, made for the first task that reads."""
        if self._onread is not None:
            raise misuse.stream_busy("its option onread reads it")
        if self._successor is not None:
            raise misuse.stream_busy("TLS works on it")
        if not self._adopted:
            self._adopt_for_tasks()
        reader = Reader(self, _import_aio().waiter.Waiter())
        self._readable_state.reader = reader
        return reader

    _more = more

    def _take(self, count: int) -> Any:
        """So much of what has come; at the end of the stream this may be empty."""
        if not count:
            return b"" if self._readable_state.rare.decoder is None else ""
        return (self._readable_state.reader or self._reader()).take(count)

    async def receive(self, size: int | None = None) -> Any:
        """Wait for data and return it: what has come, at most ``size``. Empty at the end of the stream.

        Bytes, or str after set_encoding(). Cancelled it loses nothing. An error of the socket is raised once
        all that came before it was received.

        :raises NetError: ERR_STREAM_BUSY while another task, a listener or a pipe reads;
            ERR_STREAM_PREMATURE_CLOSE when the socket is destroyed.
        """
        if size is not None:
            checks.check_int("size", size, 1, 1 << 30)
        if not self._readable_state.buffer.length:
            await self._more()
        count = self._readable_state.buffer.length
        return self._take(count if size is None or size > count else size)

    async def receive_exactly(self, size: int) -> Any:
        """Wait for that much, and return it.

        :raises asyncio.IncompleteReadError: an EOFError, when the stream ends before. ``partial`` is what has
            come, which also stays to be received.
        """
        checks.check_int("size", size, 0, 1 << 30)
        buffered = self._readable_state.buffer.length
        if size > self.readable_high_water_mark:
            self.readable_high_water_mark = 1 << (size - 1).bit_length()
        while buffered < size:
            if not await self._more():
                import asyncio

                partial = self._take(buffered)
                if partial:
                    self._readable_state.buffer.prepend(partial)
                raise asyncio.IncompleteReadError(partial, size)
            buffered = self._readable_state.buffer.length
        return self._take(size)

    async def receive_until(self, separator: Any = b"\n", limit: int = DEFAULT_LIMIT) -> Any:
        """Wait for the separator, and return all that comes before it, and it. At the end: what is left.

        :param separator: bytes, or a str, which means bytes unless set_encoding() was called.
        :param limit: how many bytes (characters) that may be.
        :raises ArgValueError: ERR_OUT_OF_RANGE when there is no separator so far; nothing is taken out then.
        """
        if self._readable_state.rare.decoder is None and isinstance(separator, str):
            separator = separator.encode()
        elif self._readable_state.rare.decoder is not None and isinstance(separator, bytes):
            separator = separator.decode()
        if not separator:
            raise misuse.invalid_arg_value("separator", separator, "must not be empty")
        start = 0
        while True:
            buffer = self._readable_state.buffer
            found: int = buffer.find(separator, start) if buffer.length else -1
            if max(found + len(separator) if found >= 0 else buffer.length, 0) > limit:
                raise misuse.out_of_range("separator", f"within {limit}", buffer.length)
            if found >= 0:
                return self._take(found + len(separator))
            start = max(0, buffer.length - len(separator) + 1)
            if buffer.length >= self.readable_high_water_mark:
                self.readable_high_water_mark *= 2
            if not await self._more():
                return self._take(buffer.length)

    async def lines(self, limit: int = DEFAULT_LIMIT) -> AsyncIterator[Any]:
        """Line after line, each with its line feed; the last one may have none. See receive_until()."""
        while line := await self.receive_until(b"\n", limit):
            yield line

    def __aiter__(self: Self) -> Self:
        return self

    __anext__ = next_chunk

    # -- writing -----------------------------------------------------------------------------------

    async def send(self, data: Any) -> None:
        """write(), and wait until nothing is in user memory. Cancelled it only waits no more: data is sent.

        :param data: as of write().
        """
        if not self._adopted:
            self._adopt_for_tasks()
        if not self.write(data) or self._writable_state.sent - self._sent_before > GIVE_WAY_AFTER:
            await self.drain()

    async def drain(self) -> None:
        """Wait until nothing that was written is in user memory."""
        if not self._adopted:
            self._adopt_for_tasks()
        self._raise_if_ended()
        state = self._writable_state
        if self.writable_length:
            while self.writable_length and not self._stream_life.phase:
                await self._event("drain", "finish")
            self._raise_if_ended()
        elif state.sent - self._sent_before > GIVE_WAY_AFTER:
            import asyncio

            await asyncio.sleep(0)
        self._sent_before = state.sent

    def _on_queued(self) -> None:
        if self._loop.host is not None:
            self._loop.touch()

    def _ended_error(self) -> BaseException:
        if self._readable_state.phase == ENDED and not self.allow_half_open:
            return errors.this_socket_ended_by_other_party()
        return super()._ended_error()

    # -- the end -----------------------------------------------------------------------------------

    async def aclose(self) -> None:
        """end(), wait until all is sent, and for 'close'. Cancelled it destroys the socket.

        Raises an error that has kept anything from being sent, unless a task was told already. A peer that
        never reads makes it wait: see asyncio.timeout().
        """
        if not self._adopted:
            self._adopt_for_tasks()
        life, state = self._stream_life, self._writable_state
        if self._successor is not None:
            await self._successor.aclose()
        try:
            if life.phase == ALIVE:
                self.destroy_soon()
            while life.phase < TOLD or self._closing:
                await self._told()
        except BaseException:
            self.destroy()
            raise
        lost = state.phase != FINISHED
        error = life.errored
        if lost and not self._error_heard and error is not None and not _is_of_destroy(error):
            self._tell_task(error)

    async def __aenter__(self: Self) -> Self:
        return await self._connected()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self.aclose()
        else:
            self.destroy()


def _import_aio() -> Any:
    """netuv.aio, imported (with asyncio) when it is needed first. To import it again would take its time."""
    global _aio
    if _aio is None:
        from netuv import aio
        from netuv.aio import waiter  # noqa: F401  (aio.waiter)

        _aio = aio
    return _aio


def _is_of_destroy(error: BaseException) -> bool:
    """Whether it only says that destroy() has met a write on its way."""
    return getattr(error, "code", None) == "ECANCELED"


def _heard_by_tasks(error: BaseException) -> None:
    """The listener of 'error' of a socket that tasks await."""
