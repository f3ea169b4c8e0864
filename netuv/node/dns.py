"""Node's module ``dns``: ``lookup`` with its flags and orders, ``lookupService``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netuv import checks, dns, misuse
from netuv.node.arity import fitted
from netuv.node.names import core_options

ADDRCONFIG = dns.ADDRCONFIG
V4MAPPED = dns.V4MAPPED
ALL = dns.ALL
getDefaultResultOrder = dns.get_default_result_order
setDefaultResultOrder = dns.set_default_result_order


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
    if callback is None and callable(options):
        options, callback = None, options
    checks.check_callback("callback", callback)
    assert callback is not None
    if isinstance(options, Mapping):
        options = core_options(options, dns.OPTIONS)
    dns.lookup(hostname, options, fitted(callback))


def lookupService(address: str, port: int | str, callback: Callable[..., object]) -> None:
    """Find the name of a host and of a service; see ``netuv.lookup_service()``."""
    checks.check_callback("callback", callback)
    dns.lookup_service(address, port, fitted(callback))
