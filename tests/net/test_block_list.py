"""BlockList as Node 26 has it; the expected values are what Node 26.10.0 printed for the same calls."""

from __future__ import annotations

import copy
import json
import pickle
import socket
from collections.abc import Callable
from typing import Any

import pytest

import netuv
from netuv import BlockList, SocketAddress
from netuv.node import net
from tests.conftest import LIMIT


def code_of(function: Callable[..., Any], *args: Any) -> tuple[type, str]:
    with pytest.raises((TypeError, ValueError)) as caught:
        function(*args)
    for kind in TypeError, ValueError:
        if isinstance(caught.value, kind):
            return kind, caught.value.code
    raise AssertionError


def filled() -> BlockList:
    b = BlockList()
    b.add_address("1.1.1.1")
    b.add_subnet("10.0.0.0", 8)
    b.add_range("2.2.2.1", "2.2.2.9")
    b.add_address("::1", "ipv6")
    b.add_subnet("fe80::", 10, "ipv6")
    b.add_range("fc00::1", "fc00::9", "ipv6")
    b.add_subnet("10.5.5.5", 24)
    return b


RULES = [
    "Address: IPv6 ::1",  # Node's order of addresses is that of a hash table: here the newest is first
    "Address: IPv4 1.1.1.1",
    "Subnet: IPv4 10.5.5.5/24",
    "Subnet: IPv6 fe80::/10",
    "Subnet: IPv4 10.0.0.0/8",
    "Range: IPv6 fc00::1-fc00::9",
    "Range: IPv4 2.2.2.1-2.2.2.9",
]


@pytest.mark.row("N21")
def test_rules_are_listed_kind_by_kind() -> None:
    b = filled()
    assert b.rules == b.to_json() == RULES
    assert b.size == 7
    assert repr(b) == f"<BlockList {RULES}>"
    with pytest.raises(AttributeError):
        b.size = 5  # type: ignore[misc]


@pytest.mark.row("N21")
def test_an_address_is_there_once_and_other_rules_as_often_as_they_were_added() -> None:
    b = BlockList()
    for address in "1.1.1.1", "1.1.1.1", "2.2.2.2", "1.1.1.1", SocketAddress("1.1.1.1", port=5):
        b.add_address(address)
    assert (b.rules, b.size) == (["Address: IPv4 2.2.2.2", "Address: IPv4 1.1.1.1"], 2)
    b.add_address("::ffff:1.1.1.1", "ipv6")
    assert b.rules == ["Address: IPv4 2.2.2.2", "Address: IPv6 ::ffff:1.1.1.1"]
    b.clear()
    b.add_range("1.1.1.1", "1.1.1.2")
    b.add_range("1.1.1.1", "1.1.1.2")
    b.add_subnet("1.1.1.1", 24)
    b.add_subnet("1.1.1.1", 24)
    b.add_subnet("1.1.1.0", 24)
    assert b.rules == [
        "Subnet: IPv4 1.1.1.0/24",
        "Subnet: IPv4 1.1.1.1/24",
        "Subnet: IPv4 1.1.1.1/24",
        "Range: IPv4 1.1.1.1-1.1.1.2",
        "Range: IPv4 1.1.1.1-1.1.1.2",
    ]
    assert b.size == 5


# -- several, and CIDR -------------------------------------------------------------------------------


@pytest.mark.row("N21")
@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_several_addresses(kind: Callable[[Any], Any]) -> None:
    b = BlockList()
    b.add_addresses(kind(["1.1.1.1", SocketAddress("::1", "ipv6"), "3.3.3.3"]))
    assert b.rules == ["Address: IPv4 3.3.3.3", "Address: IPv6 ::1", "Address: IPv4 1.1.1.1"]
    b.clear()
    b.add_addresses([], "x")
    b.add_addresses(["::5"], "IPv6")
    assert b.rules == ["Address: IPv6 ::5"]


@pytest.mark.row("N21")
@pytest.mark.parametrize(
    ("cidr", "rule"),
    [
        ("1.2.3.4/8", "Subnet: IPv4 1.2.3.4/8"),
        ("1.2.3.4/0", "Subnet: IPv4 1.2.3.4/0"),
        ("::1/128", "Subnet: IPv6 ::1/128"),
        ("fe80::/10", "Subnet: IPv6 fe80::/10"),
        ("fe80::1%eth0/10", "Subnet: IPv6 fe80::1/10"),
        ("::ffff:1.2.3.4/104", "Subnet: IPv6 ::ffff:1.2.3.4/104"),
    ],
)
def test_cidr(cidr: str, rule: str) -> None:
    b = BlockList()
    b.add_cidr(cidr)
    assert b.rules == [rule]
    b.remove_cidr(cidr)
    assert b.size == 0


@pytest.mark.row("N21")
@pytest.mark.parametrize("method", ["add_cidr", "remove_cidr"])
@pytest.mark.parametrize(
    ("cidr", "kind", "code"),
    [
        *(
            (text, ValueError, "ERR_INVALID_ARG_VALUE")
            for text in ("1.2.3.4", "1.2.3.4/", "", "x/", "1.2.3.4/08")
        ),
        *(
            (f"1.2.3.4/{text}", ValueError, "ERR_INVALID_ARG_VALUE")
            for text in (" 8", "8 ", "8.0", "1e1", "+8")
        ),
        *(
            (f"1.2.3.4/{text}", ValueError, "ERR_INVALID_ARG_VALUE")
            for text in ("0x8", "٣", "9" * 20, "9" * 9000)
        ),
        *((text, ValueError, "ERR_OUT_OF_RANGE") for text in ("1.2.3.4/33", "1.2.3.4/-1", "::1/129")),
        *((text, ValueError, "ERR_INVALID_ADDRESS") for text in ("/8", "x/8", "1.2.3.4/8/9", " 1.2.3.4/8")),
        ("01.2.3.4/8", ValueError, "ERR_INVALID_ADDRESS"),
        *((value, TypeError, "ERR_INVALID_ARG_TYPE") for value in (5, None, SocketAddress(), b"1.2.3.4/8")),
    ],
)
def test_what_is_no_cidr(method: str, cidr: Any, kind: type, code: str) -> None:
    b = BlockList()
    assert code_of(getattr(b, method), cidr) == (kind, code)
    assert b.size == 0


@pytest.mark.row("N21")
def test_private_ranges() -> None:
    b = BlockList()
    b.add_cidrs(BlockList.PRIVATE_RANGES)
    assert b.rules == [
        "Subnet: IPv6 fc00::/7",
        "Subnet: IPv6 fe80::/10",
        "Subnet: IPv4 169.254.0.0/16",
        "Subnet: IPv6 ::1/128",
        "Subnet: IPv4 127.0.0.0/8",
        "Subnet: IPv4 192.168.0.0/16",
        "Subnet: IPv4 172.16.0.0/12",
        "Subnet: IPv4 10.0.0.0/8",
    ]
    assert b.check("10.1.1.1")
    assert b.check("::ffff:10.1.1.1", "ipv6")
    assert not b.check("11.1.1.1")


@pytest.mark.row("N21")
@pytest.mark.parametrize(
    ("method", "args", "kind", "code"),
    [
        ("add_addresses", (["1.1.1.1", "x"],), ValueError, "ERR_INVALID_ADDRESS"),
        ("add_addresses", (["1.1.1.1", 5],), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("add_addresses", (["1.1.1.1"], "x"), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("add_addresses", ([], 5), TypeError, "ERR_INVALID_ARG_TYPE"),
        *(
            ("add_addresses", (value,), TypeError, "ERR_INVALID_ARG_TYPE")
            for value in ("1.1.1.1", None, 5, {})
        ),
        ("add_cidrs", (["1.1.1.1/8", "x"],), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("add_cidrs", (["1.1.1.1/8", 5],), TypeError, "ERR_INVALID_ARG_TYPE"),
        # Node has added the first one by then.
        ("add_cidrs", (["1.1.1.1/8", "x/8"],), ValueError, "ERR_INVALID_ADDRESS"),
        ("add_cidrs", (["1.1.1.1/8", "1.1.1.1/99"],), ValueError, "ERR_OUT_OF_RANGE"),
        *(("add_cidrs", (value,), TypeError, "ERR_INVALID_ARG_TYPE") for value in ("1.1.1.1/8", None, 5, {})),
        *(("from_json", (value,), TypeError, "ERR_INVALID_ARG_TYPE") for value in ([5], "[5]", 5, None, "5")),
        *(("from_json", (value,), TypeError, "ERR_INVALID_ARG_TYPE") for value in ('"x"', "{}", {}, "null")),
        (
            "from_json",
            (["Address: IPv4 1.1.1.1", "Address: IPv4 999.1.1.1"],),
            ValueError,
            "ERR_INVALID_ADDRESS",
        ),
        ("from_json", (["Subnet: IPv4 1.2.3.4/99"],), ValueError, "ERR_OUT_OF_RANGE"),
        ("from_json", (["Range: IPv4 2.2.2.2-1.1.1.1"],), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("from_json", ("x",), ValueError, "ERR_INVALID_ARG_VALUE"),  # Node: a SyntaxError
        # Node ignores these two.
        ("from_json", (["nonsense"],), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("from_json", (["address: ipv4 1.2.3.4"],), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("remove_address", ("x",), ValueError, "ERR_INVALID_ADDRESS"),
        ("remove_address", (5,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("remove_address", ("1.1.1.1", "x"), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("remove_subnet", ("1.1.1.1", 33), ValueError, "ERR_OUT_OF_RANGE"),
        ("remove_subnet", ("1.1.1.1", "8"), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("remove_range", ("1.1.1.1", 5), TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_refused_whole(method: str, args: tuple[Any, ...], kind: type, code: str) -> None:
    b = BlockList()
    assert code_of(getattr(b, method), *args) == (kind, code)
    assert b.rules == []


# -- removing ----------------------------------------------------------------------------------------


@pytest.mark.row("N21")
def test_removing() -> None:
    b = filled()
    b.remove_address("1.1.1.1")
    b.remove_subnet("10.0.0.0", 8)
    b.remove_range("2.2.2.1", "2.2.2.9")
    b.remove_cidr("fe80::/10")
    assert b.rules == ["Address: IPv6 ::1", "Subnet: IPv4 10.5.5.5/24", "Range: IPv6 fc00::1-fc00::9"]
    assert b.size == 3
    assert not b.check("1.1.1.1")
    assert not b.check("10.0.0.1")
    assert not b.check("2.2.2.5")
    assert b.check("10.5.5.9")


@pytest.mark.row("N21")
def test_what_was_not_added_is_not_removed() -> None:
    b = filled()
    b.remove_address("1.1.1.7")
    b.remove_subnet("10.0.0.0", 9)
    b.remove_subnet("10.5.5.0", 24)  # the same addresses, of another text
    b.remove_range("2.2.2.1", "2.2.2.8")
    b.remove_range("2.2.2.9", "2.2.2.1")
    b.remove_range("2.2.2.1", SocketAddress("::1", "ipv6"))
    b.remove_range("::ffff:2.2.2.1", "::ffff:2.2.2.9", "ipv6")
    b.remove_subnet("::ffff:10.0.0.0", 104, "ipv6")
    assert b.rules == RULES


@pytest.mark.row("N21")
def test_an_address_is_removed_by_its_mapped_form_too() -> None:
    b = BlockList()
    b.add_address("1.1.1.1")
    b.remove_address("::ffff:1.1.1.1", "ipv6")
    assert b.rules == []
    b.add_address("::ffff:1.1.1.1", "ipv6")
    b.remove_address(SocketAddress("1.1.1.1", port=80))
    assert b.rules == []


@pytest.mark.row("N21")
def test_of_two_the_newest_is_removed() -> None:
    b = BlockList()
    for network in "1.1.1.1", "9.1.1.1", "1.1.1.1":
        b.add_subnet(network, 24)
    b.remove_subnet("1.1.1.1", 24)
    assert b.rules == ["Subnet: IPv4 9.1.1.1/24", "Subnet: IPv4 1.1.1.1/24"]
    b.clear()
    for end in "1.1.1.2", "1.1.1.3", "1.1.1.2":
        b.add_range("1.1.1.1", end)
    b.remove_range("1.1.1.1", "1.1.1.2")
    assert b.rules == ["Range: IPv4 1.1.1.1-1.1.1.3", "Range: IPv4 1.1.1.1-1.1.1.2"]


@pytest.mark.row("N21")
def test_removing_an_address_leaves_the_subnets_that_have_it() -> None:
    b = BlockList()
    b.add_subnet("1.1.1.1", 32)
    b.add_range("1.1.1.1", "1.1.1.1")
    b.add_address("1.1.1.1")
    b.remove_address("1.1.1.1")
    assert b.rules == ["Subnet: IPv4 1.1.1.1/32", "Range: IPv4 1.1.1.1-1.1.1.1"]
    assert b.check("1.1.1.1")


@pytest.mark.row("N21")
def test_clear() -> None:
    b = filled()
    b.clear()
    assert (b.rules, b.size, b.check("1.1.1.1")) == ([], 0, False)
    b.add_address("2.2.2.2")
    assert b.rules == ["Address: IPv4 2.2.2.2"]


# -- JSON ----------------------------------------------------------------------------------------------


@pytest.mark.row("N21")
def test_json_there_and_back() -> None:
    b = BlockList()
    for given in filled().to_json(), json.dumps(filled().to_json()):
        b.clear()
        b.from_json(given)
        assert b.rules == [*RULES[1::-1], *RULES[4:1:-1], *RULES[:4:-1]]
        b.from_json(given)
        assert b.size == 12  # addresses are there once


@pytest.mark.row("N21")
def test_copies_are_their_own() -> None:
    b = filled()
    for other in copy.deepcopy(b), pickle.loads(pickle.dumps(b)):
        assert other.rules == RULES
        other.clear()
        assert b.rules == RULES


# -- at work ---------------------------------------------------------------------------------------------


@pytest.mark.row("N21")
def test_a_rule_that_is_removed_lets_the_next_connection_in(run: Any, peer: Any, must_call: Any) -> None:
    blocked = BlockList()
    blocked.add_cidrs(BlockList.PRIVATE_RANGES)
    server = netuv.create_server(block_list=blocked)
    knocks = []

    def knock() -> bytes:
        with socket.create_connection(("127.0.0.1", server.address().port), timeout=LIMIT) as sock:
            try:
                return sock.recv(10)
            except ConnectionResetError:
                return b""

    def dropped(info: Any) -> None:
        assert info.remote_address == "127.0.0.1"
        blocked.remove_cidr("127.0.0.0/8")
        knocks.append(peer(knock))

    def connected(c: netuv.Socket) -> None:
        c.end(b"hello")
        server.close()

    server.on("drop", must_call(dropped))
    server.on("connection", must_call(connected))
    server.listen(0, "127.0.0.1", lambda: knocks.append(peer(knock)))
    run()
    assert [each.result() for each in knocks] == [b"", b"hello"]


@pytest.mark.row("N21")
def test_connect_goes_by_what_the_list_says_at_that_time(run: Any, must_call: Any) -> None:
    blocked = BlockList()
    blocked.add_addresses(["127.0.0.1", "127.0.0.2"])
    server = netuv.create_server(must_call(lambda c: c.end()))

    def on_error(error: Exception) -> None:
        assert error.code == "ERR_IP_BLOCKED"  # type: ignore[attr-defined]
        blocked.remove_address("127.0.0.1")
        second = netuv.connect(server.address().port, "127.0.0.1", block_list=blocked)
        second.on("close", lambda had_error: server.close())
        second.resume()

    server.listen(0, "127.0.0.1", lambda: first())

    def first() -> None:
        c = netuv.connect(server.address().port, "127.0.0.1", block_list=blocked)
        c.on("error", must_call(on_error))

    run()


# -- Node's spellings ------------------------------------------------------------------------------------


@pytest.mark.row("N21")
def test_node_spellings() -> None:
    b = net.BlockList()
    b.addAddresses(["1.1.1.1", "2.2.2.2"])
    b.addCIDR("10.0.0.0/8")
    b.addCIDRs(["11.0.0.0/8", "fe80::/10"])
    b.addRange("3.3.3.1", "3.3.3.3")
    assert b.size == 6
    b.removeAddress("1.1.1.1")
    b.removeCIDR("10.0.0.0/8")
    b.removeSubnet("11.0.0.0", 8)
    b.removeRange("3.3.3.1", "3.3.3.3")
    assert b.toJSON() == ["Address: IPv4 2.2.2.2", "Subnet: IPv6 fe80::/10"]
    other = net.BlockList()
    other.fromJSON(json.dumps(b.toJSON()))
    assert other.rules == b.rules
    b.clear()
    assert b.size == 0
    assert net.BlockList.isBlockList(b)
    assert net.BlockList.PRIVATE_RANGES == netuv.BlockList.PRIVATE_RANGES
