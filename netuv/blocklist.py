"""BlockList: which addresses a server drops, or a socket does not connect to.

It works on numbers: every address is a 128-bit one, where an IPv4 address a.b.c.d is its mapped form
::ffff:a.b.c.d, and every rule is a first and a last number. So a rule for IPv4 also blocks the IPv6 spelling
of the same peer, which is how a dual-stack server sees it, and the other way round.

Single addresses are the keys of a dict, however many there are; subnets and ranges are gone through. A rule
is removed by its text, which says in one spelling what it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from netuv import checks, errors, misuse
from netuv.address import SocketAddress, to_number

_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}
_BITS = {"ipv4": 32, "ipv6": 128}
# Texts: re compiles them when they are needed first, and keeps them.
_RULE = r"(Address|Range|Subnet): (IPv4|IPv6) ([^-/]+)(-[^-/]+|/[0-9]{1,3})?"
_PREFIX = r"0|-?[1-9][0-9]{0,8}"  # no number that int() reads is too long or has two spellings


class _Rule:
    """A subnet or a range."""

    __slots__ = ("first", "ipv4", "last", "text")

    def __init__(self, text: str, first: int, last: int, ipv4: bool = True) -> None:
        self.text = text
        self.first = first
        self.last = last
        self.ipv4 = ipv4  # whether it can match what is given as an IPv4 address


class BlockList:
    """Addresses that a Server drops or a Socket does not connect to. Node's ``net.BlockList``.

    Wherever an address is taken it is a str, of the family given with it, or a SocketAddress,
    which knows its own. Raises ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE (an unknown family)
    and ERR_INVALID_ADDRESS. What takes several adds all of them, or none if it raises.
    """

    #: The subnets of private networks, of the own machine and of the own link, for add_cidrs().
    PRIVATE_RANGES: ClassVar[tuple[str, ...]] = (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "169.254.0.0/16",
        "fe80::/10",
        "fc00::/7",
    )

    def __init__(self) -> None:
        # Each with the oldest first.
        self._addresses: dict[int, str] = {}
        self._subnets: list[_Rule] = []
        self._ranges: list[_Rule] = []

    # -- adding ----------------------------------------------------------------------------------

    def add_address(self, address: str | SocketAddress, family: str = "ipv4") -> None:
        """Block one address; again is the same as once. Node's ``addAddress()``."""
        self._block(_given("address", address, family))

    def add_addresses(self, addresses: Iterable[str | SocketAddress], family: str = "ipv4") -> None:
        """Block each of these addresses. Node's ``addAddresses()``.

        :param addresses: a list, or whatever can be gone through.
        :param family: of those that are a str.
        """
        given = _several("addresses", addresses)
        _check_family(family)
        for one in [_given(f"addresses[{i}]", each, family) for i, each in enumerate(given)]:
            self._block(one)

    def _block(self, one: SocketAddress) -> None:
        self._addresses[to_number(one)] = f"Address: {_NAMES[one.family]} {one.address}"

    def add_range(self, start: str | SocketAddress, end: str | SocketAddress, family: str = "ipv4") -> None:
        """Block from ``start`` to ``end``, both included. Node's ``addRange()``.

        :raises ArgValueError: ERR_INVALID_ARG_VALUE if ``end`` comes before ``start`` or is of the
            other family.
        """
        low, high = _given("start", start, family), _given("end", end, family)
        if low.family != high.family:
            raise misuse.invalid_arg_value("end", high.address, "must be of the family of 'start'")
        rule = _range(low, high)
        if rule.first > rule.last:
            raise misuse.invalid_arg_value("start", low.address, "must come before 'end'")
        self._ranges.append(rule)

    def add_subnet(self, network: str | SocketAddress, prefix: int, family: str = "ipv4") -> None:
        """Block the addresses whose first ``prefix`` bits are those of ``network``.

        :param prefix: 0 to 32 for IPv4, 0 to 128 for IPv6. Raises ERR_OUT_OF_RANGE.

        Node's ``addSubnet()``.
        """
        self._subnets.append(_subnet(network, prefix, family))

    def add_cidr(self, cidr: str) -> None:
        """Block the subnet that a text as '10.0.0.0/8' or 'fe80::/10' stands for. Node's ``addCIDR()``.

        :raises ArgValueError: ERR_INVALID_ARG_VALUE without a prefix, or if it is no number;
            ERR_OUT_OF_RANGE; ERR_INVALID_ADDRESS.
        """
        self._subnets.append(_from_cidr("cidr", cidr))

    def add_cidrs(self, cidrs: Iterable[str]) -> None:
        """Block each of these subnets; arguments as of add_cidr(). Node's ``addCIDRs()``."""
        self._subnets += [_from_cidr(f"cidrs[{i}]", each) for i, each in enumerate(_several("cidrs", cidrs))]

    # -- removing --------------------------------------------------------------------------------

    def remove_address(self, address: str | SocketAddress, family: str = "ipv4") -> None:
        """Take back add_address(); an address that was not added is ignored. Node's ``removeAddress()``.

        Subnets and ranges that have the address stay.
        """
        self._addresses.pop(to_number(_given("address", address, family)), None)

    def remove_range(
        self, start: str | SocketAddress, end: str | SocketAddress, family: str = "ipv4"
    ) -> None:
        """Take back one add_range() with these ends, the newest. Node's ``removeRange()``.

        A range that was not added is ignored, part of one too.
        """
        _remove(self._ranges, _range(_given("start", start, family), _given("end", end, family)))

    def remove_subnet(self, network: str | SocketAddress, prefix: int, family: str = "ipv4") -> None:
        """Take back one add_subnet() or add_cidr() with these arguments, the newest.

        A subnet that was not added is ignored, one that only means the same too.

        Node's ``removeSubnet()``.
        """
        _remove(self._subnets, _subnet(network, prefix, family))

    def remove_cidr(self, cidr: str) -> None:
        """As remove_subnet(), of a text as '10.0.0.0/8'. Node's ``removeCIDR()``."""
        _remove(self._subnets, _from_cidr("cidr", cidr))

    def clear(self) -> None:
        """Remove all rules. Node's ``clear()``."""
        self._addresses.clear()
        self._subnets.clear()
        self._ranges.clear()

    # -- looking ---------------------------------------------------------------------------------

    def check(self, address: str | SocketAddress, family: str = "ipv4") -> bool:
        """Whether a rule matches; False also for a text that is no address of ``family``.

        Node's ``check()``.
        """
        try:
            one = _given("address", address, family)
        except errors.ArgValueError:
            return False
        number = to_number(one)
        if number in self._addresses:
            return True
        is_ipv4 = one.family == "ipv4"
        return any(
            rule.first <= number <= rule.last and (rule.ipv4 or not is_ipv4)
            for rules in (self._subnets, self._ranges)
            for rule in rules
        )

    @property
    def rules(self) -> list[str]:
        """The rules as texts: addresses, subnets, ranges, of each the newest first. Node's ``rules``.

        'Address: IPv4 1.2.3.4', 'Subnet: IPv4 10.0.0.0/8', 'Range: IPv6 ::1-::9'.
        """
        others = (rule.text for rules in (self._subnets, self._ranges) for rule in reversed(rules))
        return [*reversed(self._addresses.values()), *others]

    @property
    def size(self) -> int:
        """How many rules there are. Node's ``size``."""
        return len(self._addresses) + len(self._subnets) + len(self._ranges)

    def to_json(self) -> list[str]:
        """What from_json() reads: the rules. Node's ``toJSON()``."""
        return self.rules

    def from_json(self, rules: str | Iterable[str]) -> None:
        """Add the rules of another list, one after the other. Node's ``fromJSON()``.

        :param rules: what to_json() gave, or the JSON text of it. Raises ERR_INVALID_ARG_TYPE for anything
            but texts, and ERR_INVALID_ARG_VALUE for a text that is no rule.
        """
        import json  # for this method only

        try:
            given = json.loads(rules) if isinstance(rules, str) else rules
        except (ValueError, RecursionError):
            raise misuse.invalid_arg_value("rules", rules, "must be JSON") from None
        other = BlockList()
        for i, text in enumerate(_several("rules", given)):
            if not isinstance(text, str):
                raise misuse.invalid_arg_type(f"rules[{i}]", "a str", text)
            other._add_rule(text)
        self._addresses.update(other._addresses)
        self._subnets += other._subnets
        self._ranges += other._ranges

    def _add_rule(self, text: str) -> None:
        match = re.fullmatch(_RULE, text)
        kind, family, first, second = match.groups() if match else ("", "", "", "")
        if kind == "Address" and second is None:
            self.add_address(first, family)
        elif kind == "Range" and second and second[0] == "-":
            self.add_range(first, second[1:], family)
        elif kind == "Subnet" and second and second[0] == "/":
            self.add_subnet(first, int(second[1:]), family)
        else:
            raise misuse.invalid_arg_value("rules", text, "must be texts of rules")

    @staticmethod
    def is_block_list(value: object) -> bool:
        """Whether it is a BlockList. Node's ``BlockList.isBlockList()``."""
        return isinstance(value, BlockList)

    def __repr__(self) -> str:
        return f"<BlockList {self.rules}>"


def check_block_list(name: str, value: object) -> BlockList | None:
    """A BlockList, or None for none.

    :raises ArgTypeError: ERR_INVALID_ARG_TYPE.
    """
    if value is not None and not isinstance(value, BlockList):
        raise misuse.invalid_arg_type(name, "a BlockList", value)
    return value


# -- arguments, and the rules that they make -------------------------------------------------------


def _check_family(family: object) -> None:
    if not isinstance(family, str):
        raise misuse.invalid_arg_type("family", "a str", family)


def _given(name: str, value: object, family: Any) -> SocketAddress:
    """The address that a method of BlockList was given."""
    if isinstance(value, SocketAddress):
        return value
    if not isinstance(value, str):
        raise misuse.invalid_arg_type(name, "a str or a SocketAddress", value)
    _check_family(family)
    return SocketAddress(value, family)


def _several(name: str, values: object) -> list[Any]:
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise misuse.invalid_arg_type(name, "a list", values)
    return list(values)


def _range(low: SocketAddress, high: SocketAddress) -> _Rule:
    first, last = to_number(low), to_number(high)
    text = f"Range: {_NAMES[low.family]} {low.address}-{high.address}"
    # Node compares an IPv4 address with mapped ends only.
    return _Rule(text, first, last, first >> 32 == last >> 32 == 0xFFFF)


def _subnet(network: str | SocketAddress, prefix: int, family: str) -> _Rule:
    net = _given("network", network, family)
    prefix = checks.check_int("prefix", prefix, 0, _BITS[net.family])
    rest = (1 << (_BITS[net.family] - prefix)) - 1  # the bits that are free
    number = to_number(net)
    return _Rule(f"Subnet: {_NAMES[net.family]} {net.address}/{prefix}", number & ~rest, number | rest)


def _from_cidr(name: str, cidr: object) -> _Rule:
    if not isinstance(cidr, str):
        raise misuse.invalid_arg_type(name, "a str", cidr)
    address, slash, prefix = cidr.rpartition("/")
    if not slash:
        raise misuse.invalid_arg_value(name, cidr, "must end with a prefix length, as '10.0.0.0/8' does")
    if not re.fullmatch(_PREFIX, prefix):
        raise misuse.invalid_arg_value(name, cidr, "must have a whole number as its prefix length")
    return _subnet(address, int(prefix), "ipv6" if ":" in address else "ipv4")


def _remove(rules: list[_Rule], rule: _Rule) -> None:
    for i in range(len(rules) - 1, -1, -1):
        if rules[i].text == rule.text:
            del rules[i]
            return
