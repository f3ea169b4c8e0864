"""Node's module ``dns``: ``lookup`` and its flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import dns, misuse

ADDRCONFIG = dns.ADDRCONFIG
V4MAPPED = dns.V4MAPPED
ALL = dns.ALL


def lookup(
    hostname: str,
    options: int | Mapping[str, Any] | Callable[..., object] | None = None,
    callback: Callable[..., object] | None = None,
) -> None:
    """Find the address of a host; see ``netuv.lookup()``.

    :raises ArgValueError: ERR_INVALID_ARG_VALUE for what is empty, None included.
    """
    if hostname is None or hostname == "":
        raise misuse.invalid_arg_value("hostname", hostname, "must be a str that is not empty")
    dns.lookup(hostname, options, callback)
