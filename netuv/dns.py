"""Host names to addresses and back, by getaddrinfo and getnameinfo on libuv's thread pool.

The answer always comes later than the call, for an IP literal too (in a tick). A lookup that is under way
keeps the loop running; it is not cancelled, its asker just ignores an answer it no longer wants. No answer
comes from a loop that is closed.
"""

from __future__ import annotations

import socket as stdlib_socket
from collections.abc import Callable, Mapping
from typing import Any

from netuv import checks, errors, misuse
from netuv.address import is_ip
from netuv.context import of_this_call
from netuv.loop import Loop, check_loop
from netuv.uv.lookup import NOT_FOUND, getaddrinfo, getnameinfo

#: Only families that this machine has an address of. Node's ``dns.ADDRCONFIG``.
ADDRCONFIG = int(stdlib_socket.AI_ADDRCONFIG)
#: IPv4-mapped addresses where there are no IPv6 ones. Node's ``dns.V4MAPPED``.
V4MAPPED = int(stdlib_socket.AI_V4MAPPED)
#: With V4MAPPED, IPv6 addresses as well as mapped ones. Node's ``dns.ALL``.
ALL = int(stdlib_socket.AI_ALL)

MAX_HOSTNAME = 253
# In which order a lookup answers: the resolver's, or one family before the other.
_ORDERS = ("verbatim", "ipv4first", "ipv6first")
_default_order = "verbatim"
OPTIONS = ("family", "hints", "all", "verbatim", "order")
_FAMILIES = {0: 0, None: 0, 4: 4, 6: 6, "IPv4": 4, "IPv6": 6}


class _Lookups:
    """The lookups of a loop whose answer is wanted."""

    def __init__(self) -> None:
        self.requests: dict[object, Any] = {}

    def waiting(self) -> list[Any]:
        """Nothing that a user would look for."""
        return []

    def clear(self) -> None:
        """Let no answer come any more."""
        while self.requests:
            self.requests.popitem()[1].cancel()

    def leave_to_parent(self) -> None:
        """In a forked child: the answers come to the parent."""
        self.requests.clear()


def _requests(loop: Loop) -> dict[object, Any]:
    lookups: Any = loop.parts.setdefault(_Lookups, _Lookups())
    requests: dict[object, Any] = lookups.requests
    return requests


def lookup(
    hostname: str,
    options: int | Mapping[str, Any] | Callable[..., object] | None = None,
    callback: Callable[..., object] | None = None,
    *,
    loop: Loop | None = None,
) -> None:
    """Find the address of a host. Node's ``dns.lookup()``.

    :param hostname: a name or an IP literal.
    :param options: a family (4 or 6), or a dict of ``family`` (0, 4, 6), ``hints`` (ADDRCONFIG, V4MAPPED,
        ALL), ``all`` (True for every address) and ``order`` ('verbatim' for the resolver's, 'ipv4first',
        'ipv6first'; set_default_result_order() has the default). ``verbatim`` is the older form of
        ``order``: False for 'ipv4first'. May be left out.
    :param callback: ``callback(None, address, family)``; with ``all`` it is
        ``callback(None, [{'address': ..., 'family': ...}, ...])``; ``callback(error)`` with a NetError,
        code ENOTFOUND for a name that does not exist.
    """
    if callback is None and callable(options):
        options, callback = None, options
    if not isinstance(hostname, str):
        raise misuse.invalid_arg_type("hostname", "a str", hostname)
    checks.check_callback("callback", callback)
    assert callback is not None
    family, hints, every, order = _parse(options)
    loop = check_loop(loop)
    if loop.host is not None:
        callback = of_this_call(callback)

    literal = is_ip(hostname)
    if literal:
        loop.next_tick(_answer, callback, [(hostname, literal)], every)
        return
    # What the resolver would cut off, or look up as something else, never gets there.
    name = hostname.encode("utf-8", "replace")
    if not name or b"\0" in name or len(name) > MAX_HOSTNAME:
        loop.next_tick(callback, _not_found(hostname))
        return

    token = object()
    requests = _requests(loop)

    def on_lookup(found: list[tuple[str, int]], status: int | None) -> None:
        if requests.pop(token, None) is None:
            return  # the loop was closed
        if status is not None:
            callback(errors.from_status(status, "getaddrinfo", hostname))
        elif found:
            _answer(callback, _in_order(found, order), every)
        else:
            callback(_not_found(hostname))

    try:
        requests[token] = getaddrinfo(loop, hostname, name, family, hints, on_lookup)
    except errors.NetError as error:
        loop.next_tick(callback, error)


def lookup_service(
    address: str,
    port: int | str,
    callback: Callable[..., object],
    *,
    loop: Loop | None = None,
) -> None:
    """Find the name of a host and of a service, by the system's tables. Node's ``dns.lookupService()``.

    :param address: an IP address.
    :param port: 0 to 65535. Raises ERR_SOCKET_BAD_PORT.
    :param callback: ``callback(None, 'localhost', 'http')``; a port without a name is its number as a text.
        ``callback(error)`` with a NetError, code ENOTFOUND for an address that has no name.
    """
    if not isinstance(address, str):
        raise misuse.invalid_arg_type("address", "a str", address)
    if not is_ip(address):
        raise misuse.invalid_arg_value("address", address, "must be an IP address")
    try:
        number = checks.check_port("port", port)
    except errors.ArgTypeError:
        raise misuse.bad_port("port", port) from None
    checks.check_callback("callback", callback)
    loop = check_loop(loop)
    if loop.host is not None:
        callback = of_this_call(callback)
    requests = _requests(loop)
    token = object()

    def on_names(names: tuple[str, str] | None, status: int | None) -> None:
        if requests.pop(token, None) is None:
            return  # the loop was closed
        if names is None:
            assert status is not None
            callback(errors.from_status(status, "getnameinfo", address))
        else:
            callback(None, *names)

    try:
        requests[token] = getnameinfo(loop, address, number, on_names)
    except errors.NetError as error:
        loop.next_tick(callback, error)


def get_default_result_order() -> str:
    """The order of lookups that name none. Node's ``dns.getDefaultResultOrder()``."""
    return _default_order


def set_default_result_order(order: str) -> None:
    """Set the order of lookups that name none, and with it of connect() and listen(), for all threads.

    :param order: 'verbatim' (at first), 'ipv4first' or 'ipv6first'. Raises ERR_INVALID_ARG_VALUE.

    Node's ``dns.setDefaultResultOrder()``.
    """
    global _default_order
    _default_order = _check_order("order", order)


def _check_order(name: str, order: Any) -> str:
    if not isinstance(order, str) or order not in _ORDERS:
        raise misuse.invalid_arg_value(name, order, f"must be one of {', '.join(_ORDERS)}")
    return order


def _in_order(found: list[tuple[str, int]], order: str) -> list[tuple[str, int]]:
    if order == "verbatim":
        return found
    first = 4 if order == "ipv4first" else 6
    return sorted(found, key=lambda pair: pair[1] != first)  # the order within a family stays


def check_hints(name: str, value: Any) -> int:
    """The hint flags as an int, 0 for None."""
    hints = 0 if value is None else value
    if not isinstance(hints, int) or isinstance(hints, bool) or hints & ~(ADDRCONFIG | V4MAPPED | ALL):
        raise misuse.invalid_arg_value(name, value, "must be made of ADDRCONFIG, V4MAPPED and ALL")
    return hints


def _parse(options: Any) -> tuple[int, int, bool, str]:
    if options is None:
        return 0, 0, False, _default_order
    if isinstance(options, int) and not isinstance(options, bool):
        options = {"family": options}
    if not isinstance(options, Mapping):
        raise misuse.invalid_arg_type("options", "a dict or a family", options)
    checks.check_options("lookup", options, OPTIONS)
    family = options.get("family", 0)
    known = isinstance(family, (int, str, type(None))) and not isinstance(family, bool)
    if not known or family not in _FAMILIES:
        raise misuse.invalid_arg_value("options.family", family, "must be 0, 4 or 6")
    for name in "all", "verbatim":
        if not isinstance(options.get(name), (bool, type(None))):
            raise misuse.invalid_arg_type(f"options.{name}", "a bool", options[name])
    order = _default_order
    if options.get("verbatim") is not None:
        order = "verbatim" if options["verbatim"] else "ipv4first"
    if options.get("order") is not None:
        order = _check_order("options.order", options["order"])
    hints = check_hints("options.hints", options.get("hints"))
    return _FAMILIES[family], hints, bool(options.get("all", False)), order


def _answer(callback: Callable[..., object], found: list[tuple[str, int]], every: bool) -> None:
    if every:
        callback(None, [{"address": address, "family": family} for address, family in found])
    else:
        callback(None, *found[0])


def _not_found(hostname: str) -> errors.NetError:
    return errors.from_status(NOT_FOUND, "getaddrinfo", hostname)
