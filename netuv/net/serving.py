"""``await`` on a Server: a task for each connection, connections on demand, and an end that is reported.

create_server(async def). The function runs as a task for each connection, in the context variables of
listen(), as listeners do where asyncio runs; each connection has a copy of them. Then the socket is closed as
by ``aclose()``. What the function lets out destroys its connection and no other, and goes to the exception
handler of the event loop, unless it is the socket's own error: that is no mistake of the function's.

``async for socket in server``. A connection is accepted when it is asked for. One that has come before waits
in libuv, which accepts no other one until it is taken; the rest waits in the kernel's backlog.
"""

from __future__ import annotations

import contextvars
from collections import namedtuple
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from netuv import misuse
from netuv.context import Within
from netuv.net.listening import Listener

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    import asyncio

    from netuv.net.socket import Socket

    Self = TypeVar("Self", bound="Serving")

PATIENCE = 1.0  # seconds that shutdown() waits for tasks which it has cancelled


class ShutdownReport(namedtuple("ShutdownReport", ("ended", "cancelled", "destroyed"))):
    """What has become of the connections that were open at shutdown(): each is counted once, in a tuple.

    ``ended`` by themselves; ``cancelled``: their task was; ``destroyed``: they had no task.
    """

    __slots__ = ()

    @property
    def clean(self) -> bool:
        """Whether all have ended by themselves."""
        return not self.cancelled and not self.destroyed


class Serving(Listener):
    """The part of Server that tasks use."""

    _handler: Callable[[Any], Awaitable[object]] | None = None
    _tasks: dict[Any, asyncio.Task[None]] | None = None  # socket -> its handler
    _on_demand = False  # what nobody listens for waits to be asked for
    _held = False  # a connection waits in libuv
    _accepting = False  # a task waits for a connection
    _changed: tuple[asyncio.Future[None], ...] = ()  # of who waits for a connection to come or to end

    def _set_handler(self, handler: Callable[[Any], Awaitable[object]]) -> None:
        self._handler = handler
        self.on("connection", self._start_handler)

    def listen(self: Self, *args: Any, **keywords: Any) -> Self:
        """As of Listener."""
        if self._loop.host is not None or self._handler is not None:
            self._within = Within(contextvars.copy_context())
        return super().listen(*args, **keywords)

    def _emit_within(self, event: str, socket: Any) -> bool:
        """Emit an event that is about a connection, in the context of that if it has one."""
        if socket._within is None:
            return self.emit(event, socket)
        listening, self._within = self._within, socket._within
        try:
            return self.emit(event, socket)
        finally:
            if self._within is socket._within:  # else it listens anew
                self._within = listening

    # -- 'listening' -------------------------------------------------------------------------------

    def __await__(self: Self) -> Generator[Any, None, Self]:
        return self._opened().__await__()

    async def _opened(self: Self) -> Self:
        """Wait for 'listening', or raise why it does not come. Cancelled, the server is closed."""
        import asyncio

        from netuv import aio

        aio.check_loop_of(self._loop)
        self._on_demand = True
        waiter = asyncio.get_running_loop().create_future()

        def on_listening() -> None:
            if not waiter.done():
                waiter.set_result(None)

        def on_error(error: BaseException) -> None:
            if not waiter.done():
                waiter.set_exception(error)

        if self._handle is None:
            self.on("listening", on_listening).on("error", on_error)
            try:
                await waiter
            except BaseException:
                self.close()
                raise
            finally:
                self.off("listening", on_listening).off("error", on_error)
        return self

    async def __aenter__(self: Self) -> Self:
        return await self._opened()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shutdown(0)

    # -- connections on demand ---------------------------------------------------------------------

    def __aiter__(self: Self) -> Self:
        self._on_demand = True
        return self

    async def __anext__(self) -> Socket:
        if self._accepting:
            raise misuse.stream_busy("another task waits for its connections")
        self._accepting = True
        try:
            socket: Socket | None = await self._accept()
        finally:
            self._accepting = False
        if socket is None:
            raise StopAsyncIteration
        return socket

    async def _accept(self) -> Any:
        taken: list[Any] = []
        while not taken:
            if self._handle is None:
                return None
            if self._held:
                self._held = False
                self.once("connection", taken.append)
                try:
                    self._on_connection(self._handle, None)  # it may be one to drop
                finally:
                    self.off("connection", taken.append)
                self._loop.touch()
            else:
                await self._change()
        taken[0]._adopt_for_tasks()
        return taken[0]

    def _hold(self) -> None:
        """A connection has come that nobody listens for."""
        self._held = True
        self._tell_change()

    async def _change(self, timeout: float | None = None) -> None:
        """Wait until a connection has come or ended, for so many s at most."""
        import asyncio

        waiter = asyncio.get_running_loop().create_future()
        self._changed += (waiter,)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._changed = tuple(each for each in self._changed if each is not waiter)

    def _tell_change(self) -> None:
        for waiter in self._changed:
            if not waiter.done():
                waiter.set_result(None)

    # -- a task for each connection ----------------------------------------------------------------

    def _start_handler(self, socket: Any) -> None:
        host = self._loop.host
        if host is None:
            socket.destroy()
            raise misuse.not_within_asyncio("A connection is")
        socket._adopt_here()
        task = host.event_loop.create_task(self._serve(socket))
        if self._tasks is None:
            self._tasks = {}
        if not task.done():  # an eager task may be
            self._tasks[socket] = task

    async def _serve(self, socket: Any) -> None:
        assert self._handler is not None
        try:
            await self._handler(socket)
            await socket.aclose()
        except Exception as error:
            if error is not socket.errored:
                socket.destroy(error)
                self._report(error, socket)
        finally:
            socket.destroy()
            if self._tasks is not None:
                self._tasks.pop(socket, None)
            self._tell_change()

    def _report(self, error: Exception, socket: Any) -> None:
        assert self._loop.host is not None
        self._loop.host.event_loop.call_exception_handler(
            {"message": "Exception in the handler of a connection", "exception": error, "socket": socket}
        )

    def _on_rejection(self, error: Exception, event: str, *args: Any) -> None:
        """An async listener has raised ``error``: of a connection that is its socket's end."""
        if event in ("connection", "secureConnection"):
            args[0].destroy(error)
        else:
            super()._on_rejection(error, event, *args)

    # -- the end -----------------------------------------------------------------------------------

    async def shutdown(self, grace: float | None = None) -> ShutdownReport:
        """Accept no more, let the connections end for ``grace`` s, then end them; what became of them.

        :param grace: None: wait for ever. After that handlers are cancelled, and sockets destroyed.

        Called by a handler, it leaves that one and its socket alone. Cancelled, it ends all at once. A
        handler that does not let itself be cancelled is not waited for.
        """
        import asyncio
        import math

        self.close()
        self._tell_change()
        loop = asyncio.get_running_loop()
        due = math.inf if grace is None else loop.time() + grace
        total = len(self._open())
        try:
            while self._open() and loop.time() < due:
                await self._change(None if grace is None else due - loop.time())
        finally:
            left = self._open()
            tasks = [task for task in left.values() if task is not None]
            for socket, task in left.items():
                if task is not None:
                    task.cancel()
                socket.destroy()
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
        return ShutdownReport(total - len(left), len(tasks), len(left) - len(tasks))

    def _open(self) -> dict[Any, asyncio.Task[None] | None]:
        """The connections, without that of the task which asks, and the tasks of those that have one."""
        import asyncio

        tasks = self._tasks or {}
        found: dict[Any, Any] = dict(tasks)
        owners: list[Any] = self._loop.census.owners()
        for owner in owners:
            if getattr(owner, "server", None) is self and owner not in found and not owner.destroyed:
                found[owner] = None
        me = asyncio.current_task()
        return {socket: task for socket, task in found.items() if task is not me}
