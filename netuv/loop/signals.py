"""Python's signal handlers: heard while libuv waits, and kept out of netuv's own code.

libuv waits in C, where Python runs no handlers. While ``run()`` is on the main thread, Python's wakeup fd
is a pipe that the loop watches, so a signal wakes it and its handler runs at once. Where another loop, such
as asyncio's, had that fd before, the bytes are passed on to it.

The interpreter runs a handler in the main thread between any two steps of Python code, whosever code that
is. An exception there (KeyboardInterrupt, or a watchdog's) would, within netuv, lose what libuv tells only
once: a connection that is not accepted, a chunk of data, a timer. So while a loop runs in the main thread
each of Python's handlers is wrapped. The wrapper looks at what is under way: the user's code, or a loop
that waits, is interrupted at once. Within netuv it asks for the same signal again, which comes a few steps
later, until the callback is over. Where that takes long, as in a loop of the user's that calls nothing but
netuv, the handler does not wait for it.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from netuv import errors
from netuv.uv import turn

if TYPE_CHECKING:
    from netuv.loop.census import Census

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep  # netuv's
_STDLIB = os.path.dirname(os.__file__) + os.sep
_PACKAGES = (os.path.join(_STDLIB, "site-packages", ""), os.path.join(_STDLIB, "dist-packages", ""))
PATIENCE = 1.0  # seconds that a handler waits for the end of a callback at most
# RESUME, the instruction with which every function begins from 3.11 on, as this one does.
_RESUME = (lambda: None).__code__.co_code[0] if sys.version_info >= (3, 11) else None
_NUMBERS = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})

#: The code of functions of netuv that a handler may interrupt: no callback is under way in them.
may_be_interrupted: set[CodeType] = set()

#: How often each signal was asked for again: as many bytes for the wakeup fd do not come from outside.
asked: Counter[int] = Counter()

_askers: dict[int, type] = {}

# A wrapper is Python code too, and signals that come fast enough would have it interrupt itself, or the
# handler that it calls, without end.
_deciding = False
_DEEPEST = 10  # handlers that may be under way, each within the one before
_depth = 0
_meanwhile: set[int] = set()  # came while a wrapper decided, or while as many handlers were under way


def ask_for_the_others() -> None:
    """Ask for the signals that no wrapper has seen to yet."""
    while _meanwhile:
        _ask_again(_meanwhile.pop())


def _ask_again(number: int) -> object:
    """What a wrapper returns to get the signal again.

    The interpreter drops it when the wrapper's last step is over, and by that asks. It is C from there on:
    Python code that asked would itself be interrupted by what it asked for.
    """
    asker = _askers.get(number)
    if asker is None:
        ask = partial(_thread.interrupt_main, signal.Signals(number))
        # From 3.14 on a partial in a class is a method, and would be given the asker too.
        asker = _askers[number] = type("Asker", (), {"__slots__": (), "__del__": staticmethod(ask)})
    asked[number] += 1
    return asker()


class Wrapper:
    """Stands for a handler while a loop runs. Kept and put back later by a program, it is that handler."""

    __slots__ = ("_since", "handler")

    def __init__(self, handler: Callable[..., Any]) -> None:
        self.handler = handler
        self._since: float | None = None  # when it was put off first

    def __call__(self, number: int, frame: FrameType | None) -> object:
        """As the interpreter calls a handler."""
        global _deciding, _depth
        if _deciding or _depth == _DEEPEST:  # the wrapper that is under way asks for this one with its own
            _meanwhile.add(number)
            return None
        _deciding = True
        askers = []
        try:
            waits = frame is not None and self._has_to_wait(frame)
            if waits:
                _meanwhile.add(number)
            else:
                self._since = None
                _meanwhile.discard(number)
            while _meanwhile:
                askers.append(_ask_again(_meanwhile.pop()))
        finally:
            _deciding = False
        if waits:
            return askers
        del askers
        _depth += 1
        try:
            return self.handler(number, frame)
        finally:
            _depth -= 1
            ask_for_the_others()

    def _has_to_wait(self, frame: FrameType) -> bool:
        if frame.f_code in may_be_interrupted:
            return False
        if self._since is None:
            if not _within_netuv(frame):
                return False
            self._since = time.monotonic()
        return time.monotonic() - self._since < PATIENCE


def _within_netuv(innermost: FrameType) -> bool:
    """Whether netuv's code is under way, also in a function of the standard library that it called."""
    frame: FrameType | None = innermost
    while frame is not None:
        code = frame.f_code
        if code in may_be_interrupted:
            return False
        if code.co_filename.startswith(_PACKAGE):
            return True
        # A function that was called, but has not begun, is still its caller's step.
        if not _is_stdlib(code.co_filename) and frame.f_lasti > _start(code):
            return False
        frame = frame.f_back
    return False


def _is_stdlib(file: str) -> bool:
    return file.startswith("<frozen ") or (file.startswith(_STDLIB) and not file.startswith(_PACKAGES))


def _start(code: CodeType) -> int:
    """The offset of the instruction at which the interpreter looks for signals when the function begins."""
    steps = code.co_code
    return next((i for i in range(0, len(steps), 2) if steps[i] == _RESUME), 0)


def wrap_all(wrappers: dict[int, Wrapper]) -> None:
    """Wrap the handlers that are Python functions, and note the wrappers for restore().

    :raises ValueError: where Python handles no signals: not in the main thread of the main interpreter.
    """
    for number in _NUMBERS:
        wrap(number, wrappers)


def wrap(number: int, wrappers: dict[int, Wrapper]) -> None:
    """The same for one signal."""
    handler = signal.getsignal(number)
    if callable(handler) and not isinstance(handler, (Wrapper, signal.Handlers)):
        wrappers[number] = Wrapper(handler)
        signal.signal(number, wrappers[number])


def restore(wrappers: dict[int, Wrapper]) -> None:
    """Put back what was wrapped, unless the program has set another handler since.

    What was asked for within netuv comes by the end of this at the latest.
    """
    while wrappers:
        number, wrapper = wrappers.popitem()
        current: object = signal.getsignal(number)
        if current is wrapper:
            signal.signal(number, wrapper.handler)


class Wakeup:
    """Python's wakeup fd: a pipe whose other end the loop watches while it runs."""

    def __init__(self, uv: Any, census: Census) -> None:
        try:
            self._reader, self._writer = os.pipe()
        except OSError as error:
            raise errors.from_status(-(error.errno or 0), "pipe") from error
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        try:
            self._poll = turn.watch_reader(uv, self._reader)
        except errors.NetError:
            self.close()
            raise
        census.hide(self._poll)
        self._former: int | None = None  # the wakeup fd before; None while not started
        self.wrappers: dict[int, Wrapper] = {}  # of the handlers, while run() is on

    def start(self) -> None:
        """Raises ValueError where Python handles no signals."""
        wrap_all(self.wrappers)
        self._former = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        turn.start_watching(self._poll, self._on_wakeup)

    def stop(self) -> None:
        """Give the wakeup fd back."""
        if self._former is not None:
            try:
                signal.set_wakeup_fd(self._former)
            except (ValueError, OSError):  # its owner has closed it meanwhile
                signal.set_wakeup_fd(-1)
            self._pass_on()
            asked.clear()
            self._former = None
            self._poll.stop()

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._reader)
        os.close(self._writer)

    def _on_wakeup(self, poll: Any, events: int, status: int | None) -> None:
        for number in self._pass_on():
            wrap(number, self.wrappers)  # a handler that was set while the loop ran
        ask_for_the_others()

    def _pass_on(self) -> set[int]:
        """Take the numbers of the signals that came; the former owner of the wakeup fd gets them too."""
        try:
            numbers = os.read(self._reader, 4096)
        except BlockingIOError:
            return set()
        for number in numbers:
            if asked[number] > 0:
                asked[number] -= 1
            elif self._former is not None and self._former >= 0:
                try:
                    os.write(self._former, bytes([number]))
                except OSError:
                    pass  # it is full or closed: Python itself would lose them, too
        return set(numbers)

    # Where C does not look for signals between callbacks, this is the place where they are heard.
    may_be_interrupted.add(_on_wakeup.__code__)
