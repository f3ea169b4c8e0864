"""What every Python program here shares; prelude.js is its twin.

A program calls log(...) or a lane's logger; the lines are printed when it ends, lane by lane in
the order of their names, because the order between two ends of a connection is not certain.
Values are normalised, and ports and paths are replaced by names, so that two runs
print the same.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any

import netuv

__all__ = [
    "netuv", "over", "log", "lane", "describe", "watch", "see", "called", "attempt", "gather",
    "hide", "temp_path", "place", "where", "run",
]  # fmt: skip

Logger = Callable[..., None]

over = sys.argv[1] if len(sys.argv) > 1 else "tcp"  # the transport: tcp, tcp6 or unix
lanes: dict[str, list[str]] = {}
hidden: list[tuple[str, str]] = []
directory: str | None = None


def escape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        c = match[0]
        return {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}.get(c) or f"\\x{ord(c):02x}"

    return re.sub(r"[\\\x00-\x1f\x7f]", one, text)


def show(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{escape(bytes(value).decode('latin1'))}>"
    if isinstance(value, BaseException):
        return str(getattr(value, "code", None) or value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return "function" if callable(value) else type(value).__name__


def hide(value: Any, name: str) -> Any:
    """Every mention of value is printed as name."""
    hidden.append((str(value), name))
    return value


def lane(name: str) -> Logger:
    """A logger whose lines stay together."""
    lines = lanes.setdefault(name, [])

    def say(*values: Any) -> None:
        lines.append(" ".join(map(show, values)))

    return say


def log(*values: Any) -> None:
    lane("")(*values)


def describe(error: Any) -> str:
    """An error in full."""
    names = ("code", "syscall", "address", "port")
    return "; ".join(map(show, [*(getattr(error, n, None) for n in names), str(error)]))


def watch(say: Logger, emitter: Any, names: str) -> Any:
    """Log these events of an emitter with their arguments."""
    for name in names.split(" "):
        emitter.on(name, lambda *args, name=name: say(name, *args))
    return emitter


def see(name: str, emitter: Any, names: str = "end finish error close") -> Any:
    """Log these events of a stream with its name in front."""
    return watch(lambda *values: log(name, *values), emitter, names)


def called(say: Logger, name: str) -> Logger:
    """A callback that logs its arguments under this name."""
    return lambda *args: say(name, *args)


def attempt(say: Logger, name: str, call: Callable[[], Any]) -> None:
    """Log what a call raises at once, or that it does not."""
    try:
        call()
    except Exception as error:
        say(name, "throws", error)
        return
    say(name, "passes")


def gather(say: Logger, readable: Any) -> Any:
    """Log all that a stream reads, when it ends: how it arrives in pieces is the kernel's choice."""
    parts: list[Any] = []

    def end() -> None:
        whole = ("" if parts and isinstance(parts[0], str) else b"").join(parts)
        say("received", len(whole) if len(whole) > 100 else whole)

    readable.on("data", parts.append)
    readable.on("end", end)
    return readable


def temp_path() -> str:
    global directory
    if directory is None:
        directory = tempfile.mkdtemp(prefix="net-")
    count = sum(name.startswith("PATH") for _, name in hidden)
    result = os.path.join(directory, f"{count}.sock")
    hide(result, f"PATH{count + 1}" if count else "PATH")
    return result


def place(**options: Any) -> dict[str, Any]:
    """Listen options for a fresh place of this run's transport."""
    if over == "unix":
        return {"path": temp_path(), **options}
    return {"port": 0, "host": "::1" if over == "tcp6" else "127.0.0.1", **options}


def where(server: Any, **options: Any) -> dict[str, Any]:
    """Connect options that lead to a listening server."""
    address = server.address()
    if isinstance(address, str):
        return {"path": address, **options}
    if not any(value == str(address.port) for value, _ in hidden):
        count = sum(name.startswith("PORT") for _, name in hidden)
        hide(address.port, f"PORT{count + 1}" if count else "PORT")
    return {"port": address.port, "host": address.address, **options}


def flush() -> None:
    if directory is not None:
        shutil.rmtree(directory, ignore_errors=True)
    names = sorted(hidden, key=lambda pair: -len(pair[0]))
    out = []
    for name in sorted(lanes):
        for line in lanes[name]:
            for value, word in names:
                found = f"(?<![0-9]){value}(?![0-9])" if value.isdigit() else re.escape(value)
                line = re.sub(found, word, line)
            out.append((f"{name}: {line}" if name else line) + "\n")
    sys.stdout.buffer.write("".join(out).encode())
    sys.stdout.buffer.flush()


atexit.register(flush)


def expire() -> None:
    log("TIMEOUT")
    flush()
    os._exit(3)


watchdog = threading.Timer(30, expire)
watchdog.daemon = True
watchdog.start()


def uncaught(error: BaseException) -> None:
    log("uncaught", error)
    flush()
    os._exit(0)


netuv.default_loop().on("uncaughtException", uncaught)


def run(main: Any = None) -> None:
    """Run the program's loop to its end; every program ends with this line.

    :param main: a coroutine to be run instead, on netuv's loop for tasks; it waits for all that it began.
    """
    if main is None:
        netuv.run()
    else:
        netuv.run(main)
    watchdog.cancel()
