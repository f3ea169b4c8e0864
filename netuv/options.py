"""How connect() and listen() take their arguments: Node's positional forms, one dict, or keywords.

==========================================  ==================================================
form                                        meaning
==========================================  ==================================================
``(port, host, backlog, callback)``         TCP; all but the port may be left out
``(path, callback)``                        Unix; a str that is no number, bytes, or a Path
``({...}, callback)``                       options, by their snake_case names
``(port=..., host=..., callback=...)``      the same as keywords, also after a positional form
==========================================  ==================================================

An unknown name is refused with the nearest known one, an argument with no place as well.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from netuv import errors

SOCKET_OPTIONS = (
    "allow_half_open",
    "block_list",
    "fd",
    "handle",
    "high_water_mark",
    "keep_alive",
    "keep_alive_initial_delay",
    "loop",
    "no_delay",
    "onread",
    "readable",
    "signal",
    "type",
    "writable",
)
CONNECT_OPTIONS = (
    *SOCKET_OPTIONS,
    "auto_select_family",
    "auto_select_family_attempt_timeout",
    "family",
    "hints",
    "host",
    "local_address",
    "local_port",
    "lookup",
    "path",
    "port",
    "timeout",
)
SERVER_OPTIONS = (
    "allow_half_open",
    "block_list",
    "high_water_mark",
    "keep_alive",
    "keep_alive_initial_delay",
    "loop",
    "no_delay",
    "pause_on_connect",
)
LISTEN_OPTIONS = (
    "backlog",
    "exclusive",
    "fd",
    "handle",
    "host",
    "ipv6_only",
    "path",
    "port",
    "readable_all",
    "reuse_port",
    "signal",
    "writable_all",
)

#: Bytes that a Unix path may have: sun_path holds one more, for its NUL.
MAX_PATH = 107


def normalize(
    kind: str,
    args: tuple[Any, ...],
    keywords: Mapping[str, Any],
    known: Iterable[str],
    callback_name: str,
) -> tuple[dict[str, Any], Callable[..., Any] | None]:
    """The options as a dict, and the callback, whichever form they came in."""
    rest = list(args)
    callback = rest.pop() if rest and callable(rest[-1]) else None
    options: dict[str, Any] = {}
    if rest:
        first = rest.pop(0)
        if isinstance(first, Mapping):
            options.update(first)
        elif is_path(first):
            options["path"] = first
        elif "handle" in known and (hasattr(first, "_handle") or hasattr(first, "fileno")):
            options["handle"] = first
        else:
            options["port"] = first
            if rest and isinstance(rest[0], str) and "host" in known:
                options["host"] = rest.pop(0)
            elif len(rest) > 1 and rest[0] is None:
                rest.pop(0)
        if rest and _is_backlog(rest[0]) and "backlog" in known:
            options["backlog"] = rest.pop(0)
    for name, value in keywords.items():
        if name == callback_name:
            callback = value
        else:
            options[name] = value
    for extra in rest:
        if extra is not None:
            raise errors.invalid_arg_type(callback_name, "a function", extra)
    if callback is not None:
        errors.check_callback(callback_name, callback)
    errors.check_options(kind, options, known)
    return options, callback


def is_path(value: object) -> bool:
    """Node's rule: a str that is no number is a path. bytes and Path objects are paths too."""
    if isinstance(value, str):
        number = errors.number_in(value)
        return number is None or number < 0
    return isinstance(value, (bytes, os.PathLike))


def _is_backlog(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check_path(name: str, value: Any) -> bytes:
    """A Unix path as the bytes that libuv gets, refused where the kernel would see another one.

    A path that starts with a NUL is an abstract name.
    """
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise errors.invalid_arg_type(name, "a str, bytes or a Path", value)
    path = os.fsencode(value)
    if not path:
        raise errors.invalid_arg_value(name, value, "must not be empty")
    abstract = path.startswith(b"\0")
    if b"\0" in path[1:] or path == b"\0":
        raise errors.invalid_arg_value(name, value, "must not contain a NUL after its first character")
    if len(path) > MAX_PATH + abstract:
        raise errors.path_too_long(value, MAX_PATH)
    return path


def check_delay(name: str, value: Any) -> int:
    """A keep-alive delay in ms, negative ones count as 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise errors.invalid_arg_type(name, "a number of milliseconds", value)
    return max(0, int(value))


def fd_kind(fd: int) -> str:
    """'TCP', 'PIPE', or what else a descriptor is, in Node's words; raises NetError when closed."""
    import socket as stdlib_socket

    try:
        mode = os.fstat(fd).st_mode
    except OSError as error:
        raise errors.from_status(-(error.errno or 0), "open") from None
    if stat.S_ISFIFO(mode):
        return "PIPE"
    if not stat.S_ISSOCK(mode):
        return "TTY" if os.isatty(fd) else "FILE" if stat.S_ISREG(mode) else "UNKNOWN"
    probe = stdlib_socket.socket(fileno=fd)
    try:
        unix = probe.family == stdlib_socket.AF_UNIX
        if probe.type == stdlib_socket.SOCK_STREAM:
            return "PIPE" if unix else "TCP"
        return "UNKNOWN" if unix else "UDP"
    finally:
        probe.detach()
