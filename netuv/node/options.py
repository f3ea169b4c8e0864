"""The arguments of connect(), listen(), createServer() and the constructors, as Node reads them.

netuv says what is wrong with an argument; Node passes over much of it, and a program that is ported may lean
on that. So here what Node does not look at is left away, before netuv's own checks see it:

* an option that the call does not have (TLS's among those of connect(), say);
* ``''``, 0 and False, where Node asks only whether there is something: ``localAddress: ''``;
* a callback that is no function, a second argument that is no host, a backlog that is no number.

What Node refuses is refused, and the message names the option as Node spells it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from netuv import checks, misuse
from netuv.address import AddressInfo, SocketAddress, is_ip
from netuv.errors import ArgTypeError, ArgValueError
from netuv.net import options as core
from netuv.node.arity import fitted
from netuv.node.names import camel_case, core_options

#: Of Socket, and Node has them from its streams.
STREAM_OPTIONS = ("default_encoding", "encoding", "readable_high_water_mark", "writable_high_water_mark")
_OBJECT_MODE = ("objectMode", "readableObjectMode", "writableObjectMode")

# Options that count when there is something in them.
_TRUTHY = (
    "block_list",
    "family",
    "handle",
    "hints",
    "host",
    "local_address",
    "local_port",
    "lookup",
    "path",
    "signal",
    "timeout",
)
#: Of a high-water mark, in bytes.
MAX_MARK = 1 << 30


# -- the forms of a call -------------------------------------------------------------------------------


def connect_arguments(
    args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[dict[str, Any], Callable[..., Any] | None]:
    """The options of connect() as they were given, and its listener."""
    options, listener, _ = _normalize(args, keywords, "listener")
    if is_ip(options.get("host")):  # of which nothing is looked up
        for name in "family", "hints", "lookup":
            options.pop(name, None)
    return options, listener


def listen_arguments(
    args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[dict[str, Any], Callable[..., Any] | None]:
    """The options of listen() in netuv's names, and its callback."""
    options, callback, rest = _normalize(args, keywords, "callback")
    answer = node_options("listen", options, core.LISTEN_OPTIONS)
    if type(answer.get("fd")) is not int or answer["fd"] < 0:
        answer.pop("fd", None)
    backlog = _backlog(answer.pop("backlog", None)) or next(filter(None, map(_backlog, rest)), 0)
    if backlog:
        answer["backlog"] = backlog
    anywhere = not keywords and (not args or args[0] is None or callable(args[0]))
    if anywhere or ("port" in options and options["port"] is None):
        answer["port"] = 0
    return answer, callback


def _normalize(
    args: tuple[Any, ...], keywords: Mapping[str, Any], callback_name: str
) -> tuple[dict[str, Any], Callable[..., Any] | None, list[Any]]:
    """Also the second and the third argument, either of which may be a backlog."""
    rest = list(args)
    callback = rest.pop() if rest and callable(rest[-1]) else None
    options: dict[str, Any] = {}
    if rest:
        first = rest.pop(0)
        if isinstance(first, Mapping):
            options.update(first)
        elif isinstance(first, (AddressInfo, SocketAddress)):
            options.update(port=first.port, host=first.address)
        elif core.is_path(first) and first != "":
            options["path"] = first
        elif hasattr(first, "_handle") or hasattr(first, "fileno"):
            options["handle"] = first
        else:
            options["port"] = first
            if rest and isinstance(rest[0], str):
                options["host"] = rest[0]
    options.update(keywords)
    given = options.pop(callback_name, None)
    return _to_host(options), given if callback is None and callable(given) else callback, rest[:2]


def _to_host(options: dict[str, Any]) -> dict[str, Any]:
    """``{'address': …, 'family': …, 'port': …}``, which is what address() returns, means that place."""
    if "address" in options:
        address = options.pop("address")
        options.setdefault("host", address)
        options.pop("family", None)  # the address says it
    return options


# -- the options ---------------------------------------------------------------------------------------


def node_options(kind: str, options: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Those of ``known`` that count, in netuv's names and with values that netuv takes."""
    answer = core_options(options, known)
    for name in list(answer):
        value = answer[name]
        if value is None or (name in _TRUTHY and is_falsy(value)) or not _is_looked_at(kind, name, value):
            del answer[name]
        elif name == "onread":
            answer[name] = {"buffer": value["buffer"], "callback": fitted(value["callback"], 2)}
        elif name == "keep_alive_initial_delay":
            answer[name] = keep_alive_delay(value)
        elif name.endswith("high_water_mark") and isinstance(value, (int, float)):
            answer[name] = min(value, MAX_MARK)
    return answer


def socket_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Those of a Socket: what netuv's has, and what is set on it afterwards."""
    for name in _OBJECT_MODE:
        if not is_falsy(options.get(name)):
            raise misuse.invalid_arg_value(f"options.{name}", options[name], "is not supported")
    given = node_options("Socket", options, (*core.SOCKET_OPTIONS, *STREAM_OPTIONS))
    later = {name: given.pop(name) for name in STREAM_OPTIONS if name in given}
    return given, later


def is_falsy(value: Any) -> bool:
    """As JavaScript has it: an empty dict is not, a NaN is."""
    return value is None or value != value or (isinstance(value, (str, int, float)) and not value)


def _is_looked_at(kind: str, name: str, value: Any) -> bool:
    if name == "type":
        return value in ("tcp4", "tcp6", "unix")
    if name == "onread":
        return (
            isinstance(value, Mapping)
            and (callable(value.get("buffer")) or isinstance(value.get("buffer"), (bytearray, memoryview)))
            and callable(value.get("callback"))
        )
    if kind == "Server" and name == "high_water_mark" and type(value) in (int, float):
        return bool(value >= 0)  # a NaN is not
    return True


def keep_alive_delay(value: Any) -> Any:
    """A number of ms that the kernel takes; without one it keeps its own."""
    if type(value) in (int, float) and not 0 <= value <= core.MAX_KEEP_ALIVE_DELAY:
        return 0
    return value


def _backlog(value: Any) -> int:
    """What JavaScript makes a number of; 0 stands for the default."""
    number = checks.number_in(value) if isinstance(value, str) else value
    if not isinstance(number, (int, float)) or not 0 < number < math.inf:
        return 0
    return min(int(number), 2**31 - 1)


# -- what is raised ------------------------------------------------------------------------------------

_SPELLINGS = {
    repr(name): repr(camel_case(name))
    for name in (*core.NEW_CONNECTION_OPTIONS, *core.SERVER_OPTIONS, *core.LISTEN_OPTIONS, *STREAM_OPTIONS)
    if "_" in name
}


@contextmanager
def nodes_spelling() -> Iterator[None]:
    """Where what is raised is about an option, it names it as Node does."""
    try:
        yield
    except (ArgTypeError, ArgValueError) as error:
        name, rest = str(error).partition(" ")[::2]
        error.args = (f"{_SPELLINGS.get(name, name)} {rest}", *error.args[1:])
        raise
