"""How connect() and listen() take their arguments: Node's positional forms, one dict, or keywords.

==========================================  ==================================================
form                                        meaning
==========================================  ==================================================
``(port, host, backlog, callback)``         TCP; all but the port may be left out
``(path, callback)``                        Unix; a str that is no number, bytes, or a Path
``({...}, callback)``                       options, by their snake_case names
``(port=..., host=..., callback=...)``      the same as keywords, also after a positional form
==========================================  ==================================================

In the place of port and host an AddressInfo or a SocketAddress may stand. An option that is None counts as
not given. An unknown name is refused with the nearest known one, an argument with no place as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from netuv import checks, errors, misuse
from netuv.address import AddressInfo, SocketAddress

# As dicts, in which a name is found at once, in the order that messages have.
SOCKET_OPTIONS = dict.fromkeys(
    (
        "allow_half_open",
        "block_list",
        "capture_rejections",
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
        "type_of_service",
        "writable",
    )
)
#: Of the method; the function net.connect() takes those of Socket, and ``timeout``, as well.
CONNECT_OPTIONS = dict.fromkeys(
    (
        "auto_select_family",
        "auto_select_family_attempt_timeout",
        "block_list",
        "family",
        "hints",
        "host",
        "local_address",
        "local_port",
        "lookup",
        "path",
        "port",
    )
)
NEW_CONNECTION_OPTIONS = dict.fromkeys(sorted({*SOCKET_OPTIONS, *CONNECT_OPTIONS, "timeout"}))
SERVER_OPTIONS = (
    "allow_half_open",
    "block_list",
    "capture_rejections",
    "high_water_mark",
    "keep_alive",
    "keep_alive_initial_delay",
    "loop",
    "no_delay",
    "pause_on_connect",
    "socket_class",
)
BOUND_SOCKET_OPTIONS = ("host", "ipv6_only", "loop", "path", "port", "reuse_port")
KEEP_ALIVE_OPTIONS = ("count", "enable", "initial_delay", "interval")
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

_OF: dict[str, Iterable[str]] = {
    "Socket": SOCKET_OPTIONS,
    "connect": CONNECT_OPTIONS,
    "Server": SERVER_OPTIONS,
    "listen": LISTEN_OPTIONS,
}

#: Bytes that a Unix path may have: sun_path holds one more, for its NUL.
MAX_PATH = 107
#: In ms: Linux takes 32767 s for a keep-alive delay, and no more.
MAX_KEEP_ALIVE_DELAY = 32_767_000


def check_options(kind: str, options: object, known: Iterable[str]) -> None:
    """As of errors; an option that belongs to another call is said to be there."""
    checks.check_options(kind, options, known, _OF)


def normalize(
    kind: str,
    args: tuple[Any, ...],
    keywords: Mapping[str, Any],
    known: Collection[str],
    callback_name: str,
) -> tuple[dict[str, Any], Callable[..., Any] | None]:
    """The options as a dict, and the callback, whichever form they came in."""
    rest = list(args)
    options: dict[str, Any] = {}
    if rest and callable(rest[-1]):
        options[callback_name] = rest.pop()
    if rest:
        first = rest.pop(0)
        if isinstance(first, (dict, Mapping)):  # asked of a dict, Mapping takes its time
            options.update(first)
        elif isinstance(first, (AddressInfo, SocketAddress)):
            options.update(port=first.port, host=first.address)
        elif is_path(first):
            options["path"] = first
        elif "handle" in known and (hasattr(first, "_handle") or hasattr(first, "fileno")):
            options["handle"] = first
        elif isinstance(first, tuple) and len(first) > 1 and isinstance(first[0], str):
            raise _port_first(kind, misuse.invalid_arg_type("port", "an int or a str", first), *first[:2])
        else:
            options["port"] = first
            if rest and rest[0] is None and len(rest) > 1:
                rest.pop(0)
            elif rest and rest[0] is not None and not ("backlog" in known and _is_backlog(rest[0])):
                options["host"] = rest.pop(0)
                if not isinstance(options["host"], str):
                    raise misuse.invalid_arg_type("host", "a str", options["host"])
        if rest and "backlog" in known and _is_backlog(rest[0]):
            options["backlog"] = rest.pop(0)
    options.update(keywords)
    callback = options.pop(callback_name, None)
    for extra in rest:
        if extra is not None:
            may_be_backlog = "backlog" in known and "backlog" not in options
            raise _no_place(kind, args, extra, may_be_backlog, callback_name)
    if callback is not None:
        checks.check_callback(callback_name, callback)
    for name in options:
        if name not in known:
            check_options(kind, options, (*known, callback_name))  # which says so
    return options, callback


def _no_place(
    kind: str, args: tuple[Any, ...], extra: object, may_be_backlog: bool, callback_name: str
) -> errors.ArgTypeError:
    """What to raise for a positional argument that nothing is left for."""
    if may_be_backlog and not isinstance(args[0], Mapping):
        return misuse.invalid_arg_type("backlog", "an int", extra)
    error = misuse.invalid_arg_type(callback_name, "a function", extra)
    return _port_first(kind, error, args[0], extra) if kind == "connect" else error


def _port_first(kind: str, error: errors.ArgTypeError, host: object, port: object) -> errors.ArgTypeError:
    """Python's order of the two: say how it is here, if that is what was meant."""
    if isinstance(host, str) and len(host) < 100 and isinstance(port, int) and 0 <= port < 65536:
        return errors.ArgTypeError(f"{error}; the port comes first: {kind}({port}, {host!r})")
    return error


def is_path(value: object) -> bool:
    """Node's rule: a str that is no number is a path. bytes and Path objects are paths too."""
    if isinstance(value, str):
        number = checks.number_in(value)
        return number is None or number < 0
    return isinstance(value, (bytes, os.PathLike))


def _is_backlog(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check_path(name: str, value: Any) -> bytes:
    """A Unix path as the bytes that libuv gets, refused where the kernel would see another one.

    A path that starts with a NUL is an abstract name.
    """
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise misuse.invalid_arg_type(name, "a str, bytes or a Path", value)
    try:
        path = os.fsencode(value)
    except (TypeError, ValueError):  # of __fspath__(), or a character that no file name has
        raise misuse.invalid_arg_value(name, value, "cannot be the name of a file") from None
    if not path:
        raise misuse.invalid_arg_value(name, value, "must not be empty")
    abstract = path.startswith(b"\0")
    if b"\0" in path[1:] or path == b"\0":
        raise misuse.invalid_arg_value(name, value, "must not contain a NUL after its first character")
    if len(path) > MAX_PATH + abstract:
        raise misuse.path_too_long(value, MAX_PATH)
    return path


def server_arguments(
    options: Any, listener: Any, keywords: Mapping[str, Any], strict: bool = True
) -> tuple[dict[str, Any], Any]:
    """(options, listener) of ``create_server(listener)``, ``(options)`` and ``(options, listener)``.

    :param strict: two listeners are refused; else the second one is ignored, as in Node.
    """
    if callable(options):
        if strict and listener is not None:
            raise misuse.invalid_arg_type("options", "a dict", options)
        options, listener = None, options
    if options is not None and not isinstance(options, Mapping):
        raise misuse.invalid_arg_type("options", "a dict", options)
    return {**(options or {}), **keywords}, listener


def check_delay(name: str, value: Any) -> int:
    """A keep-alive delay in ms; negative ones and None count as 0."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise misuse.invalid_arg_type(name, "a number of milliseconds", value)
    if not value <= MAX_KEEP_ALIVE_DELAY:  # nan neither
        raise misuse.out_of_range(name, f"<= {MAX_KEEP_ALIVE_DELAY} (milliseconds)", value)
    return int(value) if value > 0 else 0


def check_interval(name: str, value: Any) -> int | None:
    """The time between two keep-alive probes, from ms to whole seconds; None for the default."""
    if value is None:
        return None
    delay = check_delay(name, value)
    if delay < 1000:
        raise misuse.out_of_range(name, f">= 1000 && <= {MAX_KEEP_ALIVE_DELAY} (milliseconds)", value)
    return delay // 1000
