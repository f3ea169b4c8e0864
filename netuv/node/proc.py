"""Node's ``process``, the part of it that network programs use.

A listener of a signal's name takes the place of what Python does at that signal, until the last one is
removed; it is called by the loop, as ``f('SIGINT', 2)``. Signals are the main thread's, as always in Python.
A listener of 'uncaughtException' hears ``(error, 'uncaughtException')`` for what a callback on the default
loop lets out, and the loop goes on.

``run()`` is the end of a program: it runs the loop, emits 'beforeExit' (a listener may give the loop more to
do) and 'exit', and makes ``process.exitCode`` the status. ``process.exit()`` emits 'exit' and raises
SystemExit, which leaves ``run()``; so ``finally`` blocks are executed, and what is queued on a pipe is lost,
as in Node. What a callback lets out leaves ``run()``, too, after 'exit' with code 1.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, NoReturn

from netuv import errors, misuse
from netuv.checks import number_in
from netuv.loop import default_loop, loop_to_run
from netuv.node import stdio
from netuv.node.arity import arguments
from netuv.node.events import EventEmitter
from netuv.timers import next_tick

_START = time.monotonic()


class _HighResolutionTime:
    """``process.hrtime()``: [s, ns] of a clock that never goes back, or since such a pair."""

    def __call__(self, since: list[int] | None = None) -> list[int]:
        now = self.bigint()
        if since is not None:
            if not isinstance(since, (list, tuple)):
                raise misuse.invalid_arg_type("since", "a list of seconds and nanoseconds", since)
            if len(since) != 2 or not all(type(part) is int for part in since):
                raise misuse.out_of_range("since", "two whole numbers", since)
            now -= since[0] * 10**9 + since[1]
        return list(divmod(now, 10**9))

    def bigint(self) -> int:
        """The same in ns."""
        return time.monotonic_ns()


class Arguments(list[Any]):
    """``process.argv``: beyond its end there is None, so that ``process.argv[2] or 8124`` has a default."""

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int) and index >= len(self):
            return None
        return super().__getitem__(index)


class Environment(MutableMapping[str, Any]):
    """``process.env``: os.environ, also by attributes. What is not there is None; what is set becomes a str.

    A name that mappings have (``get``, ``items``, ``keys``, ``pop``, …) is read by ``env['…']``.
    """

    def __getitem__(self, name: str) -> str | None:
        return os.environ.get(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, bool):
            value = str(value).lower()
        elif isinstance(value, float) and value.is_integer():
            value = str(int(value))
        elif isinstance(value, (int, float)):
            value = str(value)
        os.environ[name] = value

    def __delitem__(self, name: str) -> None:
        os.environ.pop(name, None)

    __setattr__ = __setitem__
    __delattr__ = __delitem__

    def __getattr__(self, name: str) -> str | None:
        if name.startswith("__"):  # what Python asks of any object
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in os.environ

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)

    def get(self, name: str, default: Any = None) -> Any:
        """``env[name]``, or ``default`` where that is not there."""
        return os.environ.get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        """As of os.environ."""
        return os.environ.pop(name, *default)

    def __repr__(self) -> str:
        return repr(os.environ)


_ENVIRONMENT = Environment()


class Process(EventEmitter):
    """The class of ``process``. Emits 'beforeExit', 'exit' (code), 'uncaughtException', and signals."""

    _exit_code: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.hrtime = _HighResolutionTime()
        self._streams: dict[int, Any] = {}
        self._watched: dict[str, Callable[[], object]] = {}  # event -> how to watch no more
        self._exiting = False

    # -- facts -------------------------------------------------------------------------------------

    @property
    def argv(self) -> Arguments:
        """The interpreter, the program, and its arguments from index 2 on."""
        program = sys.argv[0]
        program = os.path.abspath(program) if program != "-c" else program
        return Arguments([sys.executable, program, *sys.argv[1:]])

    @property
    def env(self) -> Environment:
        """os.environ, as Node's programs use it: ``process.env.PORT`` is None when it is not set."""
        return _ENVIRONMENT

    @property
    def pid(self) -> int:
        """The number of this process."""
        return os.getpid()

    def uptime(self) -> float:
        """Seconds since netuv.node was imported."""
        return time.monotonic() - _START

    # -- standard streams --------------------------------------------------------------------------

    @property
    def stdin(self) -> Any:
        """Descriptor 0 as a Readable; of the loop of the thread that asks first."""
        return self._stream(0)

    @property
    def stdout(self) -> Any:
        """Descriptor 1 as a Writable."""
        return self._stream(1)

    @property
    def stderr(self) -> Any:
        """Descriptor 2 as a Writable."""
        return self._stream(2)

    def _stream(self, fd: int) -> Any:
        stream = self._streams.get(fd)
        if stream is None or stream._loop.closed or stream._loop.forked:
            loop = default_loop()
            stream = stdio.open_output(fd, loop) if fd else stdio.open_input(loop)
            self._streams[fd] = stream
        return stream

    # -- ticks and the end -------------------------------------------------------------------------

    @property
    def exitCode(self) -> int | None:
        """The status that run() ends the program with; None counts as 0.

        An integer, or a str that is one. Raises ERR_INVALID_ARG_TYPE and ERR_OUT_OF_RANGE for anything else.
        """
        return self._exit_code

    @exitCode.setter
    def exitCode(self, code: Any) -> None:
        number = code
        if isinstance(code, str):
            number = number_in(code) if code.strip() else None
        if code is not None and (isinstance(number, bool) or not isinstance(number, (int, float))):
            raise misuse.invalid_arg_type("code", "an integer, or None", code)
        if isinstance(number, float):
            if not number.is_integer():
                raise misuse.out_of_range("code", "an integer", code)
            number = int(number)
        if number is not None and abs(number) >= 2**53:
            raise misuse.out_of_range("code", f">= {1 - 2**53} && <= {2**53 - 1}", code)
        self._exit_code = number

    def nextTick(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call ``callback(*args)`` after the current callback."""
        next_tick(callback, *arguments(callback, args))

    def exit(self, code: int | str | None = None) -> NoReturn:
        """Emit 'exit' and end the program by SystemExit.

        :param code: the status; ``exitCode`` when left out.
        """
        if code is not None:
            self.exitCode = code
        self._emit_exit(self.exitCode or 0)
        raise SystemExit(self.exitCode or 0)

    def _emit_exit(self, code: int) -> None:
        if not self._exiting:
            self._exiting = True
            try:
                self.emit("exit", code)
            finally:
                self._exiting = False

    # -- listeners that something has to be done for -------------------------------------------------

    def _add_listener(self, event: str, listener: Any, prepend: bool = False) -> None:
        if isinstance(event, str) and event not in self._watched:
            if event == "uncaughtException":
                self._watch_exceptions()
            elif event.startswith("SIG") and event in signal.Signals.__members__:
                self._watch_signal(event)
        try:
            super()._add_listener(event, listener, prepend)
        finally:
            self._unwatch()  # it was refused

    def remove_listener(self, event: str, f: Callable[..., Any]) -> Any:
        """As of EventEmitter."""
        super().remove_listener(event, f)
        self._unwatch()
        return self

    def remove_all_listeners(self, event: str | None = None) -> Any:
        """As of EventEmitter."""
        super().remove_all_listeners(event)
        self._unwatch()
        return self

    def _unwatch(self) -> None:
        for event in [event for event in self._watched if event not in self._events]:
            self._watched.pop(event)()

    def _watch_exceptions(self) -> None:
        loop = default_loop()

        def on_exception(error: BaseException) -> None:
            self.emit("uncaughtException", error, "uncaughtException")

        loop.on("uncaughtException", on_exception)
        self._watched["uncaughtException"] = lambda: loop.off("uncaughtException", on_exception)

    def _watch_signal(self, name: str) -> None:
        number = signal.Signals[name]

        def on_signal(number: int, frame: object) -> None:
            default_loop().call_soon_threadsafe(self.emit, name, name, number)

        try:
            former = signal.signal(number, on_signal)
        except OSError as error:  # SIGKILL, SIGSTOP
            raise errors.from_status(-(error.errno or 0), "uv_signal_start") from None
        # None: a handler that Python does not know
        self._watched[name] = lambda: signal.signal(number, former or signal.SIG_DFL)


process = Process()


def run() -> None:
    """Run the loop until nothing is left to do: the last line of a ported program.

    Raises what a callback let out, and SystemExit for an ``exitCode`` other than 0. After ``loop.stop()``
    it just returns. In a forked child it raises ERR_LOOP_FORKED, as netuv.run() does.
    """
    loop = loop_to_run()
    try:
        loop.run()
        while not loop.stopping:
            process.emit("beforeExit", process.exitCode or 0)
            loop.ticks.run()  # a mere tick is no reason to ask again
            if not loop.alive:
                break
            loop.run()
    except Exception:
        process._emit_exit(1)
        raise
    if not loop.stopping:
        process._emit_exit(process.exitCode or 0)
        if process.exitCode:
            raise SystemExit(process.exitCode)
