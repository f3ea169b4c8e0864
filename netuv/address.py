"""IP addresses and what is made of them: is_ip, AddressInfo, SocketAddress, DropInfo.

Nothing here does I/O. Texts are read and written by inet_pton and inet_ntop, which agree with Node
to the letter ('::ffff:1.2.3.4', no leading zeros); only zone ids ('fe80::1%eth0') are taken off
before.
"""

from __future__ import annotations

import re
import socket as stdlib_socket
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from netuv import checks, errors, misuse

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    S = TypeVar("S", bound="SocketAddress")


_ZONE = r"[0-9A-Za-z.:-]+"  # a text: re compiles it when it is needed first, and keeps it
_FAMILIES = {"ipv4": stdlib_socket.AF_INET, "ipv6": stdlib_socket.AF_INET6}
_MAPPED = 0xFFFF << 32  # ::ffff:0:0, where the IPv4 addresses are


def _pack(text: str, family: str) -> bytes | None:
    """The address in network order, or None if ``text`` is none of that family."""
    if family == "ipv6" and "%" in text:
        text, _, zone = text.partition("%")
        if not re.fullmatch(_ZONE, zone):
            return None
    try:
        return stdlib_socket.inet_pton(_FAMILIES[family], text)
    except (OSError, ValueError):  # ValueError: a NUL, or what is not ASCII
        return None


def is_ip(value: object) -> int:
    """4 or 6 for the text of an IP address, with or without a zone id; 0 for anything else.

    Node's ``net.isIP()``.
    """
    if not isinstance(value, str):
        return 0
    if ":" in value:
        return 6 if _pack(value, "ipv6") else 0
    try:
        stdlib_socket.inet_pton(stdlib_socket.AF_INET, value)
    except (OSError, ValueError):  # as in _pack()
        return 0
    return 4


def is_ipv4(value: object) -> bool:
    """Whether it is the text of an IPv4 address. Node's ``net.isIPv4()``."""
    return is_ip(value) == 4


def is_ipv6(value: object) -> bool:
    """Whether it is the text of an IPv6 address. Node's ``net.isIPv6()``."""
    return is_ip(value) == 6


# Not as a class: its annotations would be texts, as all are in this file, and typing would compile them.
_AddressInfo = NamedTuple("_AddressInfo", [("address", str), ("family", str), ("port", int)])  # noqa: UP014


class AddressInfo(_AddressInfo):
    """One end of a connection, or where a server listens; ``str()`` is '1.2.3.4:80', '[::1]:80'.

    ``family`` is 'IPv4' or 'IPv6'.
    """

    __slots__ = ()

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


_DROP_FIELDS = (
    "local_address",
    "local_port",
    "local_family",
    "remote_address",
    "remote_port",
    "remote_family",
)


class DropInfo(Mapping[str, Any]):
    """What the 'drop' event of a Server tells: whose connection was dropped.

    Its six names can be read as attributes and as keys. All are None where the kernel could not
    tell them any more.
    """

    __slots__ = _DROP_FIELDS

    def __init__(
        self,
        *,
        local_address: str | None,
        local_port: int | None,
        local_family: str | None,
        remote_address: str | None,
        remote_port: int | None,
        remote_family: str | None,
    ) -> None:
        self.local_address = local_address
        self.local_port = local_port
        self.local_family = local_family
        self.remote_address = remote_address
        self.remote_port = remote_port
        self.remote_family = remote_family

    def __getitem__(self, key: str) -> Any:
        if key not in _DROP_FIELDS:
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(_DROP_FIELDS)

    def __len__(self) -> int:
        return len(_DROP_FIELDS)

    def __repr__(self) -> str:
        return f"DropInfo({dict(self)})"


class SocketAddress:
    """An IP address with a port, checked, in its shortest spelling. Node's ``net.SocketAddress``.

    :param address: an IP address; '127.0.0.1' or '::' when left out. Node's form, all the
        parameters as one dict, is accepted in its place.
    :param family: 'ipv4' or 'ipv6', in any case.
    :param port: 0 to 65535.
    :param flowlabel: 0 to 2**20 - 1, of IPv6 only: with IPv4 it reads as 0.

    A zone id is accepted and dropped. Raises ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE (family),
    ERR_INVALID_ADDRESS, ERR_SOCKET_BAD_PORT or ERR_OUT_OF_RANGE (flowlabel).
    """

    address: str
    family: str
    port: int
    flowlabel: int

    def __init__(
        self,
        address: str | Mapping[str, Any] | None = None,
        family: str | None = "ipv4",
        port: int | str | None = 0,
        flowlabel: int | None = 0,
    ) -> None:
        if isinstance(address, Mapping):
            checks.check_options("SocketAddress", address, _SOCKET_ADDRESS_OPTIONS)
            if isinstance(address.get("address"), Mapping):
                raise misuse.invalid_arg_type("address", "a str", address["address"])
            SocketAddress.__init__(self, **address)
            return
        name = "ipv4" if family is None else family.lower() if isinstance(family, str) else ""
        if name not in _FAMILIES:
            raise misuse.invalid_arg_value("family", family, "must be 'ipv4' or 'ipv6'")
        if address is None:
            address = "127.0.0.1" if name == "ipv4" else "::"
        elif not isinstance(address, str):
            raise misuse.invalid_arg_type("address", "a str", address)
        packed = _pack(address, name)
        if packed is None:
            raise misuse.invalid_address(address)
        label = 0 if flowlabel is None else checks.check_int("flowlabel", flowlabel, 0, 0xFFFFF)
        if port is not None and (isinstance(port, bool) or not isinstance(port, (int, float, str))):
            raise misuse.bad_port("port", port)
        self.__dict__.update(  # the one way in
            address=stdlib_socket.inet_ntop(_FAMILIES[name], packed),
            family=name,
            port=0 if port is None else checks.check_port("port", port),
            flowlabel=label if name == "ipv6" else 0,
        )

    # A value. Not a dataclass: importing dataclasses costs half as much as all of netuv.

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a SocketAddress does not change: {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a SocketAddress does not change: {name!r} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__qualname__}({fields})"

    @staticmethod
    def is_socket_address(value: object) -> bool:
        """Whether it is a SocketAddress. Node's ``SocketAddress.isSocketAddress()``."""
        return isinstance(value, SocketAddress)

    @classmethod
    def parse(cls: type[S], text: str) -> S | None:
        """Read '1.2.3.4', '1.2.3.4:80', '[::1]' or '[::1]:80'; None for anything else.

        Node's ``SocketAddress.parse()``, without the spellings that only URLs have ('0x7f.1').
        """
        if not isinstance(text, str):
            raise misuse.invalid_arg_type("text", "a str", text)
        match = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:]*))(?::([0-9]{1,5}))?", text)
        if match is None:
            return None
        address, family = (match[2], "ipv4") if match[1] is None else (match[1], "ipv6")
        try:
            return cls(address=address, family=family, port=int(match[3] or 0))
        except errors.ArgValueError:
            return None

    def to_json(self) -> dict[str, object]:
        """The parts as a dict. Node's ``toJSON()``."""
        return {
            "address": self.address,
            "port": self.port,
            "family": self.family,
            "flowlabel": self.flowlabel,
        }


_SOCKET_ADDRESS_OPTIONS = ("address", "family", "port", "flowlabel")


def to_number(address: SocketAddress) -> int:
    """The address as a 128-bit number; an IPv4 one is at ::ffff:0:0, where its mapped form is."""
    packed = stdlib_socket.inet_pton(_FAMILIES[address.family], address.address)
    number = int.from_bytes(packed, "big")
    return number | _MAPPED if address.family == "ipv4" else number
