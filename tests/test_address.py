"""Addresses. The tables were recorded from Node 20; where netuv differs a comment says so."""

from __future__ import annotations

import copy
import json
import pickle
import socket

import pytest

import netuv
from netuv import AddressInfo, BlockList, SocketAddress, is_ip, is_ipv4, is_ipv6
from netuv.address import DropInfo


def code_of(f, *args, **kwargs) -> tuple[type, str]:
    with pytest.raises((TypeError, ValueError)) as caught:
        f(*args, **kwargs)
    kind = TypeError if isinstance(caught.value, TypeError) else ValueError
    return kind, caught.value.code


# -- is_ip -----------------------------------------------------------------------------------------

IP_TEXTS = {
    4: ["127.0.0.1", "0.0.0.0"],
    6: [
        "::",
        "::1",
        "::1%eth0",
        "fe80::1%eth0",
        "fe80::1%1",
        "fe80::1%eth0:1",
        "::%25",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5::1.2.3.4",
        "FE80::ABCD",
        "::ffff:7f00:1",
        "::0000:0001",
        "0000:0000:0000:0000:0000:0000:0000:0001",
    ],
    0: [
        *("", "  ", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.04", "00.0.0.0"),
        *(" 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "1.2.3.4\0", "1.2.3.4%eth0", "1.2.3.4/8"),
        *("0x7f.0.0.1", "１.2.3.4", "1e1.2.3.4", "+1.2.3.4", "-1.2.3.4", "localhost"),
        *(":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "12345::", "g::", "::00001"),
        *("1:2:3:4:5:6:7:1.2.3.4", "a:b:c:d:e:f:0::1.2.3.4", "::ffff:1.2.3.256"),
        *("::ffff:01.2.3.4", "::1\n", "::1\0", "::/0", "[::1]", "%eth0"),
        *("fe80::1%", "fe80::1%a/b", "fe80::1%e-t.h_0", "fe80::1%é", "fe80::1%a%b", "fe80::1% "),
        "fe80::1%\n",
    ],
}


@pytest.mark.row("N01")
@pytest.mark.parametrize(
    ("text", "version"), [(text, version) for version in IP_TEXTS for text in IP_TEXTS[version]]
)
def test_is_ip(text, version):
    assert is_ip(text) == version
    assert is_ipv4(text) is (version == 4)
    assert is_ipv6(text) is (version == 6)


@pytest.mark.row("N01")
@pytest.mark.parametrize("value", [None, 5, True, {}, [], ["127.0.0.1"], b"127.0.0.1", object()])
def test_what_is_no_text_is_no_ip(value):
    # Node makes a string of an array or a buffer first, and then answers 4 for two of these.
    assert (is_ip(value), is_ipv4(value), is_ipv6(value)) == (0, False, False)


# -- AddressInfo and DropInfo ----------------------------------------------------------------------


def test_address_info():
    info = AddressInfo("127.0.0.1", "IPv4", 80)
    assert (info.address, info.family, info.port) == ("127.0.0.1", "IPv4", 80) == info
    assert f"{info}" == "127.0.0.1:80"
    assert str(AddressInfo("::1", "IPv6", 80)) == "[::1]:80"


@pytest.mark.row("S10")
@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "IPv4"), ("::1", "IPv6")])
def test_address_of_a_server(run, host, family):
    seen = []
    server = netuv.create_server()
    assert server.address() is None
    server.listen(0, host, 511, lambda: (seen.append(server.address()), server.close()))
    run()
    assert seen == [AddressInfo(host, family, seen[0].port)]
    assert seen[0].port > 0


@pytest.mark.row("N03")
def test_drop_info_is_a_mapping_with_attributes():
    info = DropInfo(
        local_address="::1",
        local_port=1,
        local_family="IPv6",
        remote_address="::2",
        remote_port=2,
        remote_family="IPv6",
    )
    assert dict(info) == info
    assert list(info) == [
        *("local_address", "local_port", "local_family"),
        *("remote_address", "remote_port", "remote_family"),
    ]
    assert all(info[name] == getattr(info, name) for name in info)
    assert (info["local_port"], info.remote_address, len(info)) == (1, "::2", 6)
    with pytest.raises(KeyError):
        info["keys"]
    assert repr(info).startswith("DropInfo({'local_address': '::1', ")


# -- SocketAddress ---------------------------------------------------------------------------------


@pytest.mark.row("N02")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("127.0.0.1", "ipv4", 0, 0)),
        ({"address": "1.2.3.4"}, ("1.2.3.4", "ipv4", 0, 0)),
        ({"family": "ipv6"}, ("::", "ipv6", 0, 0)),
        ({"family": "IPv6", "address": "::1", "port": 80}, ("::1", "ipv6", 80, 0)),
        ({"family": "ipv6", "flowlabel": 5, "address": "0:0:0:0:0:0:0:1"}, ("::1", "ipv6", 0, 5)),
        ({"family": "ipv4", "flowlabel": 5}, ("127.0.0.1", "ipv4", 0, 0)),
        ({"family": "ipv6", "address": "::FFFF:1.2.3.4"}, ("::ffff:1.2.3.4", "ipv6", 0, 0)),
        ({"family": "ipv6", "address": "fe80::1%lo"}, ("fe80::1", "ipv6", 0, 0)),
        ({"family": "ipv6", "address": "1:0:0:2:0:0:0:3"}, ("1:0:0:2::3", "ipv6", 0, 0)),
        ({"family": "ipv6", "address": "::7f00:1"}, ("::127.0.0.1", "ipv6", 0, 0)),
        ({"family": "ipv6", "address": "1:2:3:4:5:6:0:8"}, ("1:2:3:4:5:6:0:8", "ipv6", 0, 0)),
        ({"family": "ipv6", "address": "64:ff9b::1.2.3.4"}, ("64:ff9b::102:304", "ipv6", 0, 0)),
        ({"port": "0x50"}, ("127.0.0.1", "ipv4", 80, 0)),
        ({"family": "IPV4"}, ("127.0.0.1", "ipv4", 0, 0)),  # Node: ERR_INVALID_ADDRESS
    ],
)
def test_socket_address(options, expected):
    for made in SocketAddress(**options), SocketAddress(options):
        assert (made.address, made.family, made.port, made.flowlabel) == expected


@pytest.mark.row("N02")
@pytest.mark.row("N14")
@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"address": "::1"}, ValueError, "ERR_INVALID_ADDRESS"),
        ({"family": "ipv6", "address": "1.2.3.4"}, ValueError, "ERR_INVALID_ADDRESS"),
        ({"address": "x"}, ValueError, "ERR_INVALID_ADDRESS"),
        ({"address": ""}, ValueError, "ERR_INVALID_ADDRESS"),
        ({"address": "01.2.3.4"}, ValueError, "ERR_INVALID_ADDRESS"),
        ({"address": 5}, TypeError, "ERR_INVALID_ARG_TYPE"),
        ({"family": "x"}, ValueError, "ERR_INVALID_ARG_VALUE"),
        ({"family": 5}, ValueError, "ERR_INVALID_ARG_VALUE"),
        ({"port": 65536}, ValueError, "ERR_SOCKET_BAD_PORT"),
        ({"port": -1}, ValueError, "ERR_SOCKET_BAD_PORT"),
        ({"port": {}}, ValueError, "ERR_SOCKET_BAD_PORT"),
        ({"family": "ipv6", "flowlabel": -1}, ValueError, "ERR_OUT_OF_RANGE"),
        ({"family": "ipv6", "flowlabel": 1 << 20}, ValueError, "ERR_OUT_OF_RANGE"),
        ({"flowlabel": 1.5}, ValueError, "ERR_OUT_OF_RANGE"),
        ({"flowlabel": "1"}, TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_socket_address_refuses(options, kind, code):
    assert code_of(SocketAddress, **options) == (kind, code)
    assert code_of(SocketAddress, options) == (kind, code)


@pytest.mark.row("N02")
def test_socket_address_refuses_unknown_options():
    with pytest.raises(TypeError, match="did you mean 'flowlabel'"):
        SocketAddress({"flowLabel": 1})


@pytest.mark.row("N02")
def test_socket_addresses_are_values():
    one, same = SocketAddress("::1", "ipv6", 80), SocketAddress("0::1", "IPv6", "80")
    assert one == same
    assert {one: 1}[same] == 1
    assert one != SocketAddress("::1", "ipv6", 81)
    assert repr(one) == "SocketAddress(address='::1', family='ipv6', port=80, flowlabel=0)"
    assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one
    with pytest.raises(AttributeError):
        one.port = 5
    assert SocketAddress.is_socket_address(one)
    assert not SocketAddress.is_socket_address({"address": "::1"})


@pytest.mark.row("N02")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.3.4", ("1.2.3.4", "ipv4", 0)),
        ("1.2.3.4:1234", ("1.2.3.4", "ipv4", 1234)),
        ("1.2.3.4:80", ("1.2.3.4", "ipv4", 80)),
        ("[::1]", ("::1", "ipv6", 0)),
        ("[1:0::]:65535", ("1::", "ipv6", 65535)),
        *((text, None) for text in ("", "::1", "[::1", "[1.2.3.4]", "1.2.3.4:", "1.2.3.4:65536")),
        *((text, None) for text in ("1.2.3.4:x", "1.2.3.4:-1", "x:80", "[::1]80", "1.2.3.4:1\n")),
    ],
)
def test_parse(text, expected):
    parsed = SocketAddress.parse(text)
    assert (parsed and (parsed.address, parsed.family, parsed.port)) == expected


@pytest.mark.row("N02")
def test_parse_wants_a_text():
    assert code_of(SocketAddress.parse, 5) == (TypeError, "ERR_INVALID_ARG_TYPE")


# -- BlockList -------------------------------------------------------------------------------------


@pytest.mark.row("N02")
def test_rules_are_texts_and_those_of_a_kind_have_the_newest_first():
    b = BlockList()
    b.add_address("1.1.1.1")
    b.add_range("10.0.0.1", "10.0.0.10")
    b.add_subnet("8592:757c:efae:4e45::", 64, "ipv6")
    b.add_address("::1", "IPv6")
    b.add_address(SocketAddress("1.1.1.1", port=80))
    b.add_subnet("10.1.2.3", 8)
    b.add_range("::1", "::f", "ipv6")
    addresses = ["Address: IPv6 ::1", "Address: IPv4 1.1.1.1"]
    subnets = ["Subnet: IPv4 10.1.2.3/8", "Subnet: IPv6 8592:757c:efae:4e45::/64"]
    ranges = ["Range: IPv6 ::1-::f", "Range: IPv4 10.0.0.1-10.0.0.10"]
    assert b.rules == [*addresses, *subnets, *ranges]
    for given in b.to_json(), json.dumps(b.to_json()), iter(b.rules):
        other = BlockList()
        other.from_json(given)  # one after the other, so the newest is now the oldest, as in Node
        assert other.rules == [*addresses[::-1], *subnets[::-1], *ranges[::-1]]
        assert other.check("10.250.0.1")


@pytest.mark.row("N02")
@pytest.mark.parametrize(
    "rules",
    [
        ["Address: IPv4 1.1.1.1", "x"],
        ["Subnet: IPv4 1.1.1.1"],
        ["Range: IPv4 1.1.1.1/8"],
        ["Address: IPv4 1.1.1.1-2.2.2.2"],
        ["Address: IPv4 ::1"],
    ],
)
def test_from_json_takes_all_or_nothing(rules):
    b = BlockList()
    assert code_of(b.from_json, rules)[0] is ValueError
    assert b.rules == []


@pytest.mark.row("N02")
def test_check():
    b = BlockList()
    b.add_address("1.1.1.1")
    b.add_range("10.0.0.1", "10.0.0.10")
    b.add_subnet("192.168.1.77", 24)
    b.add_address("::1", "ipv6")
    b.add_subnet("8592:757c:efae:4e45::", 64, "ipv6")
    for address, family, expected in [
        ("1.1.1.1", "ipv4", True),
        ("1.1.1.2", "ipv4", False),
        ("10.0.0.1", "ipv4", True),
        ("10.0.0.10", "ipv4", True),
        ("10.0.0.11", "ipv4", False),
        ("10.0.0.0", "ipv4", False),
        ("192.168.1.0", "ipv4", True),
        ("192.168.1.255", "ipv4", True),
        ("192.168.2.0", "ipv4", False),
        ("x", "ipv4", False),
        ("", "ipv4", False),
        ("::ffff:1.1.1.1", "ipv6", True),
        ("::ffff:101:101", "ipv6", True),
        ("::ffff:10.0.0.5", "ipv6", True),
        ("::ffff:192.168.1.5", "ipv6", True),
        ("::ffff:192.168.2.5", "ipv6", False),
        ("::1", "ipv6", True),
        ("::1", "IPv6", True),
        ("::1%lo", "ipv6", True),
        ("::1", "ipv4", False),
        ("8592:757c:efae:4e45::1", "ipv6", True),
        ("8592:757c:efae:4e46::1", "ipv6", False),
        ("1.1.1.1", "ipv6", False),
        ("1.1.1.1", "x", False),
        ("::1.1.1.1", "ipv6", False),
    ]:
        assert b.check(address, family) is expected, (address, family)
    assert b.check("1.1.1.1") is True
    assert b.check("::1") is False  # ipv4 is the default
    assert b.check(SocketAddress("::1", "ipv6", 81)) is True


@pytest.mark.row("N02")
def test_rules_for_mapped_addresses_match_ipv4_too():
    b = BlockList()
    b.add_address("::ffff:1.1.1.1", "ipv6")
    b.add_subnet("::ffff:2.0.0.0", 104, "ipv6")
    b.add_range("::ffff:3.0.0.0", "::ffff:3.0.0.9", "ipv6")
    for address in "1.1.1.1", "2.1.1.1", "3.0.0.5":
        assert b.check(address)
        assert b.check(f"::ffff:{address}", "ipv6")
    assert not b.check("3.0.0.10")


@pytest.mark.row("N02")
@pytest.mark.parametrize(
    ("method", "args", "expected"),
    [
        ("add_subnet", ("0.0.0.0", 0), (True, False, True)),
        ("add_subnet", ("::", 0, "ipv6"), (True, True, True)),
        ("add_subnet", ("::ffff:0:0", 96, "ipv6"), (True, False, True)),
        ("add_range", ("::", "ffff::", "ipv6"), (False, True, True)),
    ],
)
def test_wide_rules(method, args, expected):
    b = BlockList()
    getattr(b, method)(*args)
    mapped = b.check("::ffff:1.1.1.1", "ipv6")
    assert (b.check("1.1.1.1"), b.check("::1", "ipv6"), mapped) == expected


@pytest.mark.row("N02")
def test_prefixes():
    b = BlockList()
    b.add_subnet("1.1.1.1", 31)
    b.add_subnet("9.9.9.9", 32)
    b.add_subnet("5.0.0.0", 8)
    b.add_subnet("2001:db8::ff", 121, "ipv6")
    blocked = ["1.1.1.0", "1.1.1.1", "9.9.9.9", "5.255.255.255"]
    assert all(map(b.check, blocked))
    assert not any(map(b.check, ["1.1.1.2", "9.9.9.8", "6.0.0.0"]))
    assert b.check("2001:db8::80", "ipv6")
    assert not b.check("2001:db8::7f", "ipv6")


@pytest.mark.row("N02")
@pytest.mark.row("N14")
@pytest.mark.parametrize(
    ("method", "args", "kind", "code"),
    [
        ("add_address", ("1.1.1.1", "ipv6"), ValueError, "ERR_INVALID_ADDRESS"),
        ("add_address", ("1.1.1.1", "x"), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("add_address", ("1.1.1.1", 5), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("add_address", (5,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("add_address", ("x",), ValueError, "ERR_INVALID_ADDRESS"),
        ("add_range", ("1.1.1.2", "1.1.1.1"), ValueError, "ERR_INVALID_ARG_VALUE"),
        ("add_range", (5, "1.1.1.1"), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("add_range", ("1.1.1.1", 5), TypeError, "ERR_INVALID_ARG_TYPE"),
        # Node takes a range over both families, and it never matches.
        (
            "add_range",
            ("1.1.1.1", SocketAddress("::1", "ipv6")),
            ValueError,
            "ERR_INVALID_ARG_VALUE",
        ),
        ("add_subnet", ("1.1.1.1", 33), ValueError, "ERR_OUT_OF_RANGE"),
        ("add_subnet", ("1.1.1.1", -1), ValueError, "ERR_OUT_OF_RANGE"),
        ("add_subnet", ("1.1.1.1", 1.5), ValueError, "ERR_OUT_OF_RANGE"),
        ("add_subnet", ("1.1.1.1", "8"), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("add_subnet", ("::1", 129, "ipv6"), ValueError, "ERR_OUT_OF_RANGE"),
        ("add_subnet", ("x", 8), ValueError, "ERR_INVALID_ADDRESS"),
        ("check", (5,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("check", ("1.1.1.1", 5), TypeError, "ERR_INVALID_ARG_TYPE"),
        ("from_json", (5,), TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_block_list_refuses(method, args, kind, code):
    b = BlockList()
    assert code_of(getattr(b, method), *args) == (kind, code)
    assert b.rules == []


@pytest.mark.row("N02")
def test_a_range_of_one_address():
    b = BlockList()
    b.add_range("1.1.1.1", "1.1.1.1")
    assert [b.check("1.1.1.0"), b.check("1.1.1.1"), b.check("1.1.1.2")] == [False, True, False]


@pytest.mark.row("N02")
def test_is_block_list():
    assert BlockList.is_block_list(BlockList())
    assert not BlockList.is_block_list([])
    assert repr(BlockList()) == "<BlockList []>"


@pytest.mark.row("N02")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
def test_a_server_drops_what_its_block_list_has(run, peer, must_call, host):
    """Also an IPv4 peer of a dual-stack server, whom the kernel names ::ffff:127.0.0.1."""
    blocked = BlockList()
    blocked.add_subnet("127.0.0.0", 8)
    blocked.add_address("::1", "ipv6")
    server = netuv.create_server(block_list=blocked)
    server.on("connection", must_call(times=0))

    @server.on("drop")
    @must_call
    def dropped(info: DropInfo) -> None:
        assert info.local_port == server.address().port
        assert info["remote_address"].endswith("127.0.0.1" if host != "::1" else "::1")
        server.close()

    def knock(port: int) -> bytes:
        target = "127.0.0.1" if host == "::" else host
        with socket.create_connection((target, port), timeout=20) as sock:
            try:
                return sock.recv(1)
            except ConnectionResetError:
                return b""

    server.listen(0, host, lambda: peer(knock, server.address().port))
    run()
