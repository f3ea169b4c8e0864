"""How Node's names are put on netuv's classes and options.

``@node_names()`` goes over the public members of a class when it is made. Each whose name has an
underscore gets an ``Alias`` beside it under the camelCase name: a descriptor that reads, calls, sets or
deletes the member itself, so there is one state and one method behind both names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from netuv import misuse

C = TypeVar("C", bound=type)

_IRREGULAR = {
    "alpn_callback": "ALPNCallback",
    "alpn_protocols": "ALPNProtocols",
    "min_dh_size": "minDHSize",
    "request_ocsp": "requestOCSP",
    "sni_callback": "SNICallback",
    "to_json": "toJSON",
    "from_json": "fromJSON",
    "add_cidr": "addCIDR",
    "add_cidrs": "addCIDRs",
    "remove_cidr": "removeCIDR",
}
_NOT_OF_NODE = ("listens_to", "receive_exactly", "receive_until", "start_tls")  # pyee's, and netuv's own


def camel_case(name: str) -> str:
    """'set_no_delay' -> 'setNoDelay'."""
    first, *rest = name.split("_")
    return _IRREGULAR.get(name, first + "".join(part.capitalize() for part in rest))


class Alias:
    """Another name of a member; whatever kind of member it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:  # what only instances have is shown as the alias
            return getattr(owner, self._name, self)
        return getattr(instance, self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        setattr(instance, self._name, value)

    def __delete__(self, instance: Any) -> None:
        delattr(instance, self._name)


def node_names(*attributes: str) -> Callable[[C], C]:
    """The class decorator.

    :param attributes: what instances have, and the class has not.
    """

    def decorate(cls: C) -> C:
        for name in (*dir(cls), *attributes):
            if "_" in name and not name.startswith("_") and name not in _NOT_OF_NODE:
                alias = camel_case(name)
                if alias not in dir(cls):
                    setattr(cls, alias, Alias(name))
        return cls

    return decorate


def core_options(options: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Options in Node's spelling as netuv takes them; those that are in netuv's are left alone.

    :param known: their names, in netuv's spelling. Others are left away, as Node does not look at them.
    :raises ArgTypeError: ERR_INVALID_ARG_TYPE if it is no dict.
    """
    if not isinstance(options, Mapping):
        raise misuse.invalid_arg_type("options", "a dict", options)
    names = {spelling: name for name in known for spelling in (name, camel_case(name))}
    return {names[name]: value for name, value in options.items() if name in names}
