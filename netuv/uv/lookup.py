"""getaddrinfo() and getnameinfo() on libuv's threads."""

from __future__ import annotations

import socket as stdlib_socket
from collections.abc import Callable
from typing import Any

import pyuv

from netuv import errors
from netuv.uv.turn import gated

NOT_FOUND: int = pyuv.errno.UV_EAI_NONAME
_FAMILIES = {0: stdlib_socket.AF_UNSPEC, 4: stdlib_socket.AF_INET, 6: stdlib_socket.AF_INET6}


def getaddrinfo(
    loop: Any,
    hostname: str,
    name: bytes,
    family: int,
    hints: int,
    answer: Callable[[list[tuple[str, int]], int | None], None],
) -> Any:
    """Look a name up; the request, which has cancel().

    :param loop: a netuv.Loop.
    :param hostname: the name as errors call it; name: as the resolver gets it.
    :param family: 0, 4 or 6.
    :param answer: is called with the pairs of address and family, and with a status when it has failed.
    :raises NetError: when it cannot be started.
    """

    def on_answer(results: list[Any] | None, status: int | None) -> None:
        found = [
            (result.sockaddr[0], 4 if result.family == stdlib_socket.AF_INET else 6)
            for result in results or ()
        ]
        answer(found, status)

    try:
        return pyuv.dns.getaddrinfo(
            loop.uv,
            name,
            family=_FAMILIES[family],
            socktype=stdlib_socket.SOCK_STREAM,
            flags=hints,
            callback=gated(loop.uv, on_answer),
        )
    except pyuv.error.UVError as error:
        raise errors.from_uv_error(error, "getaddrinfo", hostname) from None


def getnameinfo(
    loop: Any, address: str, port: int, answer: Callable[[tuple[str, str] | None, int | None], None]
) -> Any:
    """Look up the names of an address and of a port; the request, which has cancel().

    :param answer: is called with both names, or with None and a status when there is no name.
    :raises NetError: when it cannot be started.
    """
    flags = stdlib_socket.NI_NAMEREQD
    try:
        return pyuv.dns.getnameinfo(loop.uv, (address, port), flags, gated(loop.uv, answer))
    except pyuv.error.UVError as error:
        raise errors.from_uv_error(error, "getnameinfo", address) from None
