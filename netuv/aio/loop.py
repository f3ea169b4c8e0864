"""``EventLoop``: asyncio's own event loop, in which libuv waits; and ``run()``, which is asyncio.run() on it.

Everything of asyncio works on it, since it is asyncio's code; only the selector is another one. What this
module uses of it besides what is documented: ``_csock``, the end of its self-pipe that signals are written
to, and ``_signal_handlers``.

An exception that a callback of netuv's lets out ends run(), as it ends ``netuv.run()`` without a coroutine:
main is cancelled, and the exception is raised. On an EventLoop that others run, with asyncio.Runner say, it
goes to the loop's exception handler. 'uncaughtException' listeners of ``loop.netuv`` are asked before either.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import signal
import sys
import threading
from collections.abc import Awaitable
from typing import Any, TypeVar

from netuv import errors, misuse
from netuv.aio.selector import Selector
from netuv.loop import Loop, default_loop

T = TypeVar("T")


class EventLoop(asyncio.SelectorEventLoop):
    """An asyncio event loop that is a netuv Loop as well.

    For ``asyncio.Runner(loop_factory=netuv.aio.EventLoop)``, and wherever else a program names its loop.

    :param loop: the netuv Loop that waits, which is closed with it; a new one by default. ``netuv`` is it.
    """

    _closed = True  # until asyncio's __init__ says otherwise, which may not be reached

    def __init__(self, loop: Loop | None = None) -> None:
        if loop is None:
            loop = Loop()
        elif not isinstance(loop, Loop):
            raise misuse.invalid_arg_type("loop", "a netuv.Loop", loop)
        #: The netuv Loop, which netuv's objects in this event loop are on.
        self.netuv = loop
        self._csock: Any  # asyncio's
        self._signal_handlers: Any
        self.event_loop = self
        self._main: asyncio.Task[Any] | None = None
        self._failure: BaseException | None = None
        super().__init__(Selector(loop, self._on_failure))

    def touch(self) -> None:
        """Nothing has to be done: the next turn comes before anything waits."""

    def run_forever(self) -> None:
        """As any event loop."""
        if self.is_running() or self.is_closed():
            super().run_forever()  # which refuses
            return
        self.netuv.run_by(self)
        wakes = self._let_signals_wake()
        try:
            super().run_forever()
        finally:
            self.netuv.run_by(None)
            if wakes and not self._signal_handlers:
                signal.set_wakeup_fd(-1)

    def close(self) -> None:
        """As any event loop; all that is open on the netuv Loop is closed too, and its 'close' is heard."""
        if self.is_running() or self.is_closed():
            super().close()  # which refuses, or does nothing
            return
        try:
            self.netuv.close()
        finally:
            super().close()

    def _let_signals_wake(self) -> bool:
        """Let a signal end libuv's waiting, as it ends that of a selector."""
        if threading.current_thread() is not threading.main_thread():
            return False
        try:
            former = signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)
        except ValueError:  # Python hears no signals here
            return False
        if former not in (-1, self._csock.fileno()):  # somebody else's, which wakes as well in most cases
            signal.set_wakeup_fd(former)
            return False
        return former == -1

    # -- what callbacks let out ----------------------------------------------------------------------

    def _on_failure(self, error: BaseException) -> None:
        """The selector has this of netuv's callbacks, or of a signal's handler."""
        if not isinstance(error, Exception) or _is_of_signal_handler(error):
            raise error
        if self._main is None:
            context = {"message": "Exception in a callback of netuv's", "exception": error}
            self.call_exception_handler(context)
        elif self._failure is None:
            self._failure = error
            self._main.cancel()
        else:
            errors.chain(self._failure, [error])

    async def _run_main(self, main: Awaitable[T]) -> T:
        self._main = asyncio.current_task()
        return await main

    def _take_failure(self, other: BaseException | None) -> BaseException | None:
        """What run() is to raise, where main has ended with ``other``."""
        failure, self._failure = self._failure, None
        if failure is None:
            return other
        if other is not None and not isinstance(other, asyncio.CancelledError):
            errors.chain(failure, [other])
        return failure


def _is_of_signal_handler(error: BaseException) -> bool:
    """Whether it is a handler of signals that has raised it, and no callback."""
    code = error.__traceback__ and error.__traceback__.tb_frame.f_code
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        while isinstance(handler, functools.partial):
            handler = handler.func
        if code is not None and getattr(handler, "__code__", None) is code:
            return True
    return False


def run(main: Awaitable[T], *, debug: bool | None = None) -> T:
    """Run a coroutine on netuv's loop, with all of asyncio around it; ``asyncio.run()`` on an EventLoop.

    The loop is this thread's default one: what was made on it before takes part, and is closed with it.

    :param main: a coroutine, whose result is returned; it is cancelled by Ctrl-C, and by what a callback of
        netuv's lets out, which is then raised.
    :param debug: asyncio's debug mode.
    :raises RuntimeError: within a running event loop.
    """
    if not inspect.isawaitable(main):
        raise misuse.invalid_arg_type("main", "a coroutine", main)
    try:
        running: Any = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is not None:
        if inspect.iscoroutine(main):
            main.close()
        raise RuntimeError("netuv.run() cannot be called within a running event loop")
    loop = EventLoop(default_loop())
    failure: BaseException | None = None
    try:
        with _runner(loop, debug) as runner:
            result: T = runner.run(loop._run_main(main))
    except BaseException as error:
        failure = error
    failure = loop._take_failure(failure)
    if failure is None:
        return result
    try:
        raise failure  # here, where no other one becomes its context
    finally:
        del failure


if sys.version_info >= (3, 11):

    def _runner(loop: EventLoop, debug: bool | None) -> Any:
        return asyncio.Runner(debug=debug, loop_factory=lambda: loop)

else:

    class _Runner:
        """What asyncio.Runner is from Python 3.11 on, as far as run() needs it."""

        def __init__(self, loop: EventLoop, debug: bool | None) -> None:
            self._loop = loop
            if debug is not None:
                loop.set_debug(debug)

        def __enter__(self) -> Any:
            asyncio.set_event_loop(self._loop)
            return self

        def run(self, main: Any) -> Any:
            return self._loop.run_until_complete(main)

        def __exit__(self, *error: object) -> None:
            loop = self._loop
            try:
                tasks = asyncio.all_tasks(loop)
                for task in tasks:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
                loop.run_until_complete(loop.shutdown_asyncgens())
                loop.run_until_complete(loop.shutdown_default_executor())
            finally:
                asyncio.set_event_loop(None)
                loop.close()

    _runner = _Runner
