"""connect() to a host with several addresses: they are tried in turn, the first that connects wins.

The addresses are loopback ones that share a port: 'serve' listens there, 'refuse' has the port but does not
listen, 'silent' has a full accept queue, so that an attempt gets no answer.
"""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from helpers import LIMIT, MustCall, PeerOf, Run, receive_all

import netuv

pytestmark = pytest.mark.row("N07")


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Network:
    """Some addresses with one port, and what is there."""

    def __init__(self, stack: ExitStack, kinds: dict[str, str]) -> None:
        self.sockets = self._bind_all(stack, list(kinds))
        self.port: int = next(iter(self.sockets.values())).getsockname()[1]
        for address, kind in kinds.items():
            sock = self.sockets[address]
            if kind == "serve":
                sock.listen()
                sock.settimeout(LIMIT)
            elif kind == "silent":
                sock.listen(0)
                self._fill(stack, sock)

    @staticmethod
    def _bind_all(stack: ExitStack, addresses: list[str]) -> dict[str, socket.socket]:
        while True:
            sockets: dict[str, socket.socket] = {}
            port = 0
            try:
                for address in addresses:
                    sockets[address] = stack.enter_context(socket.socket(family_of(address)))
                    sockets[address].bind((address, port))
                    port = sockets[address].getsockname()[1]
                return sockets
            except OSError as error:  # somebody has that port at the other address
                if error.errno != errno.EADDRINUSE:
                    raise
                for sock in sockets.values():
                    sock.close()

    @staticmethod
    def _fill(stack: ExitStack, sock: socket.socket) -> None:
        connected = True
        while connected:
            client = stack.enter_context(socket.socket(sock.family))
            client.setblocking(False)
            client.connect_ex(sock.getsockname())
            connected = bool(select.select([], [client], [], 0.1)[1])

    def serve(self, address: str) -> bytes:
        """What a peer does: take one connection, and read it to its end."""
        sock, _ = self.sockets[address].accept()
        with sock:
            sock.settimeout(LIMIT)
            return receive_all(sock)


@pytest.fixture
def network(loop: netuv.Loop) -> Iterator[Callable[[dict[str, str]], Network]]:
    with ExitStack() as stack:
        yield lambda kinds: Network(stack, kinds)


def lookup_of(*addresses: str) -> Callable[..., None]:
    """A lookup that answers with these addresses, in this order."""

    def lookup(hostname: str, options: Any, callback: Any) -> None:
        found = [{"address": a, "family": netuv.is_ip(a)} for a in addresses]
        if options.get("all"):
            netuv.next_tick(callback, None, found)
        else:
            netuv.next_tick(callback, None, found[0]["address"], found[0]["family"])

    return lookup


def connect(net: Network, *addresses: str, **options: Any) -> netuv.Socket:
    """With an attempt timeout that no slow machine reaches, unless there is one among the options."""
    options = {"auto_select_family_attempt_timeout": 10_000, **options}
    return netuv.connect(port=net.port, host="some.host", lookup=lookup_of(*addresses), **options)


EVENTS = (
    "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect error close"
).split()


def watch(sock: netuv.Socket) -> list[tuple[Any, ...]]:
    """Note the events; errors by their code."""
    seen: list[tuple[Any, ...]] = []

    def note(*values: Any) -> None:
        seen.append(tuple(v.code if isinstance(v, netuv.NetError) else v for v in values))

    for event in EVENTS:
        sock.on(event, lambda *args, event=event: note(event, *args))
    return seen


def test_the_second_address_when_the_first_is_refused(
    run: Run, must_call: MustCall, network: Any, peer: PeerOf
) -> None:
    net = network({"::1": "refuse", "127.0.0.1": "serve"})
    served = peer(net.serve, "127.0.0.1")
    sock = connect(net, "::1", "127.0.0.1", listener=must_call())
    seen = watch(sock)
    assert sock.auto_select_family_attempted_addresses is None
    sock.write(b"early ")
    sock.on("connect", lambda: sock.end(b"late"))
    run()
    assert seen == [
        ("lookup", None, "::1", 6, "some.host"),
        ("lookup", None, "127.0.0.1", 4, "some.host"),
        ("connectionAttempt", "::1", net.port, 6),
        ("connectionAttemptFailed", "::1", net.port, 6, "ECONNREFUSED"),
        ("connectionAttempt", "127.0.0.1", net.port, 4),
        ("connect",),
        ("close", False),
    ]
    assert sock.auto_select_family_attempted_addresses == [f"::1:{net.port}", f"127.0.0.1:{net.port}"]
    assert served.result() == b"early late"


@pytest.mark.parametrize("how", ["option", "default"])
def test_the_second_address_when_the_first_is_silent(
    run: Run, must_call: MustCall, network: Any, peer: PeerOf, how: str
) -> None:
    """The attempt is given up; nothing of it stays open, and no second 'connect' comes."""
    net = network({"127.0.0.1": "silent", "::1": "serve"})
    served = peer(net.serve, "::1")
    options: dict[str, Any] = {"lookup": lookup_of("127.0.0.1", "::1")}
    former = netuv.get_default_auto_select_family_attempt_timeout()
    if how == "option":
        options["auto_select_family_attempt_timeout"] = 20
    else:
        netuv.set_default_auto_select_family_attempt_timeout(20)
    try:
        sock = netuv.connect(port=net.port, host="some.host", **options)
    finally:
        netuv.set_default_auto_select_family_attempt_timeout(former)
    seen = watch(sock)
    sock.on("connect", must_call(lambda: sock.end(b"x")))
    run()
    assert seen[2:] == [
        ("connectionAttempt", "127.0.0.1", net.port, 4),
        ("connectionAttemptTimeout", "127.0.0.1", net.port, 4),
        ("connectionAttempt", "::1", net.port, 6),
        ("connect",),
        ("close", False),
    ]
    assert served.result() == b"x"


def test_the_first_address_when_it_answers(run: Run, must_call: MustCall, network: Any, peer: PeerOf) -> None:
    net = network({"127.0.0.1": "serve", "::1": "refuse"})
    peer(net.serve, "127.0.0.1")
    sock = connect(net, "127.0.0.1", "::1", listener=must_call())
    seen = watch(sock)
    sock.on("connect", lambda: sock.end())
    run()
    assert seen[2:] == [
        ("connectionAttempt", "127.0.0.1", net.port, 4),
        ("connect",),
        ("close", False),
    ]
    assert sock.auto_select_family_attempted_addresses == [f"127.0.0.1:{net.port}"]


def test_families_alternate_and_repeats_are_skipped(run: Run, must_call: MustCall, network: Any) -> None:
    """When all have failed, one error lists each; 'lookup' comes for the repeats too."""
    addresses = ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "::1", "::1"]
    order = ["127.0.0.1", "::1", "127.0.0.2", "127.0.0.3"]
    net = network(dict.fromkeys(addresses, "refuse"))
    sock = connect(net, *addresses)

    def on_error(error: Any) -> None:
        assert isinstance(error, ConnectionRefusedError)
        assert (error.code, error.errno) == ("ECONNREFUSED", errno.ECONNREFUSED)
        assert [(e.code, e.syscall, e.address, e.port) for e in error.errors] == [
            ("ECONNREFUSED", "connect", address, net.port) for address in order
        ]
        for address in order:
            assert f"connect ECONNREFUSED {address}:{net.port}" in str(error)

    sock.on("error", must_call(on_error))
    seen = watch(sock)
    run()
    assert [event[2] for event in seen if event[0] == "lookup"] == addresses
    assert [event[1] for event in seen if event[0] == "connectionAttempt"] == order
    assert [event[1] for event in seen if event[0] == "connectionAttemptFailed"] == order
    assert [event[0] for event in seen[-2:]] == ["error", "close"]
    assert seen[-1] == ("close", True)
    assert sock.auto_select_family_attempted_addresses == [f"{a}:{net.port}" for a in order]


def test_a_timeout_is_one_of_the_errors(run: Run, must_call: MustCall, network: Any) -> None:
    net = network({"127.0.0.1": "silent", "::1": "refuse"})
    sock = connect(net, "127.0.0.1", "::1", auto_select_family_attempt_timeout=10)

    def on_error(error: Any) -> None:
        assert isinstance(error, TimeoutError)
        assert (error.code, error.errno) == ("ETIMEDOUT", errno.ETIMEDOUT)
        assert [e.code for e in error.errors] == ["ETIMEDOUT", "ECONNREFUSED"]
        assert str(error.errors[0]) == f"connect ETIMEDOUT 127.0.0.1:{net.port}"

    sock.on("error", must_call(on_error)).on("close", must_call(lambda had_error: None))
    run()


def test_one_address_is_a_plain_connection(run: Run, must_call: MustCall, network: Any) -> None:
    net = network({"127.0.0.1": "refuse"})
    sock = connect(net, "127.0.0.1", "127.0.0.1")

    def on_error(error: Any) -> None:
        assert (error.code, error.address, error.port) == ("ECONNREFUSED", "127.0.0.1", net.port)
        assert not hasattr(error, "errors")

    sock.on("error", must_call(on_error))
    seen = watch(sock)
    run()
    assert [event[0] for event in seen] == [
        "lookup",
        "lookup",
        "connectionAttempt",
        "connectionAttemptFailed",
        "error",
        "close",
    ]
    assert sock.auto_select_family_attempted_addresses is None


@pytest.mark.parametrize("how", ["option", "default", "family", "local_address"])
def test_without_auto_select_only_the_first_address_is_tried(
    run: Run, must_call: MustCall, network: Any, how: str
) -> None:
    net = network({"127.0.0.1": "refuse", "127.0.0.2": "serve"})
    plain = lookup_of("127.0.0.1", "127.0.0.2")

    def lookup(hostname: str, options: Any, callback: Any) -> None:
        assert not options.get("all")
        plain(hostname, options, callback)

    options: dict[str, Any] = {"port": net.port, "host": "some.host", "lookup": must_call(lookup)}
    if how == "option":
        options["auto_select_family"] = False
    elif how == "family":
        options["family"] = 4
    elif how == "local_address":
        options["local_address"] = "127.0.0.4"
    former = netuv.get_default_auto_select_family()
    assert former is True
    if how == "default":
        netuv.set_default_auto_select_family(False)
    try:
        sock = netuv.connect(options)
    finally:
        netuv.set_default_auto_select_family(former)
    seen = watch(sock)
    run()
    assert [event[0] for event in seen] == [
        "lookup",
        "connectionAttempt",
        "connectionAttemptFailed",
        "error",
        "close",
    ]


@pytest.mark.parametrize("event", ["connectionAttempt", "connectionAttemptFailed"])
def test_destroy_during_an_attempt(run: Run, must_call: MustCall, network: Any, event: str) -> None:
    net = network({"::1": "refuse", "127.0.0.1": "serve"})
    sock = connect(net, "::1", "127.0.0.1")
    sock.once(event, lambda *args: sock.destroy())
    seen = watch(sock)
    run()
    names = [name for name, *_ in seen]
    assert names.count("connectionAttempt") == 1
    assert names[-1] == "close"
    assert seen[-1] == ("close", False)
    assert not {"connect", "error"} & set(names)


@pytest.mark.parametrize("when", ["attempt", "timeout"])
def test_destroy_of_a_silent_attempt(run: Run, must_call: MustCall, network: Any, when: str) -> None:
    net = network({"127.0.0.1": "silent", "::1": "serve"})
    timeout = 10 if when == "timeout" else 10_000
    sock = connect(net, "127.0.0.1", "::1", auto_select_family_attempt_timeout=timeout)
    if when == "attempt":
        sock.on("connectionAttempt", lambda *args: netuv.set_immediate(sock.destroy))
    else:
        sock.on("connectionAttemptTimeout", lambda *args: sock.destroy())
    seen = watch(sock)
    run()
    names = [name for name, *_ in seen]
    assert names.count("connectionAttempt") == 1
    assert seen[-1] == ("close", False)
    assert not {"connect", "error"} & set(names)


def test_settings_are_those_of_the_connection_that_won(
    run: Run, must_call: MustCall, network: Any, peer: PeerOf
) -> None:
    net = network({"::1": "refuse", "127.0.0.1": "serve"})
    peer(net.serve, "127.0.0.1")
    sock = connect(
        net,
        "::1",
        "127.0.0.1",
        no_delay=True,
        keep_alive=True,
        keep_alive_initial_delay=9000,
    )

    def on_connect() -> None:
        with socket.socket(fileno=os.dup(sock._handle.fileno())) as kernel:
            assert kernel.family == socket.AF_INET
            assert kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
            assert kernel.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 9
        assert (sock.remote_address, sock.remote_family) == ("127.0.0.1", "IPv4")
        sock.end()

    sock.on("connect", must_call(on_connect))
    run()


def test_an_unreferenced_race_ends_with_the_loop(
    run: Run, must_call: MustCall, network: Any, peer: PeerOf
) -> None:
    """unref() holds for the handle of every attempt."""
    net = network({"::1": "refuse", "127.0.0.1": "serve"})
    peer(net.serve, "127.0.0.1")
    sock = netuv.Socket().unref()
    sock.connect(port=net.port, host="some.host", lookup=lookup_of("::1", "127.0.0.1"))
    busy = netuv.set_interval(lambda: None, 1000)
    sock.on("connect", must_call(lambda: netuv.clear_interval(busy))).resume()
    run()  # it ends, although the connection is open
    assert sock.ready_state == "open"
    sock.destroy()
    run()


@pytest.mark.row("N02")
def test_a_blocked_address_is_passed_over(run: Run, must_call: MustCall, network: Any, peer: PeerOf) -> None:
    net = network({"::1": "serve", "127.0.0.1": "serve"})
    peer(net.serve, "127.0.0.1")
    blocked = netuv.BlockList()
    blocked.add_address("::1", "ipv6")
    sock = connect(
        net,
        "::1",
        "127.0.0.1",
        block_list=blocked,
    )
    sock.on("connect", must_call(lambda: sock.end()))
    seen = watch(sock)
    run()
    assert ("connectionAttemptFailed", "::1", net.port, 6, "ERR_IP_BLOCKED") in seen
    assert sock.errored is None


@pytest.mark.row("N14")
def test_default_auto_select_family_and_its_timeout() -> None:
    assert netuv.get_default_auto_select_family() is True
    assert netuv.get_default_auto_select_family_attempt_timeout() == 500
    for value in (0, "yes", None):
        with pytest.raises(TypeError, match="value") as caught:
            netuv.set_default_auto_select_family(value)  # type: ignore[arg-type]
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
    for number in (0, -1, 1.5):
        with pytest.raises(ValueError, match="value") as out_of_range:
            netuv.set_default_auto_select_family_attempt_timeout(number)  # type: ignore[arg-type]
        assert out_of_range.value.code == "ERR_OUT_OF_RANGE"  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="value"):
        netuv.set_default_auto_select_family_attempt_timeout("5")  # type: ignore[arg-type]
    try:
        netuv.set_default_auto_select_family_attempt_timeout(300)
        assert netuv.get_default_auto_select_family_attempt_timeout() == 300
        netuv.set_default_auto_select_family_attempt_timeout(1)
        assert netuv.get_default_auto_select_family_attempt_timeout() == 10
        netuv.set_default_auto_select_family(False)
        assert netuv.get_default_auto_select_family() is False
    finally:
        netuv.set_default_auto_select_family(True)
        netuv.set_default_auto_select_family_attempt_timeout(250)


@pytest.mark.row("N14")
def test_wrong_auto_select_options_raise() -> None:
    with pytest.raises(ValueError, match="auto_select_family_attempt_timeout"):
        netuv.connect(port=80, auto_select_family_attempt_timeout=0)
    with pytest.raises(TypeError, match="auto_select_family"):
        netuv.connect(port=80, auto_select_family=1)


MANY = 10_000


@pytest.mark.parametrize("how", ["blocked", "failing", "unusable"])
@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_very_many_addresses_that_all_fail(run: Any, must_call: Any, how: str, later: bool) -> None:
    first = {"blocked": 10, "failing": 224, "unusable": 999}[how]
    addresses = [{"address": f"{first}.0.{i >> 8}.{i & 255}", "family": 4} for i in range(MANY)]

    def lookup(host: str, options: Any, callback: Callable[..., Any]) -> None:
        if later:
            netuv.set_immediate(callback, None, addresses)
        else:
            callback(None, addresses)

    blocked = netuv.BlockList()
    blocked.add_subnet("10.0.0.0", 8, "ipv4")
    client = netuv.connect(port=1, host="some.example", lookup=lookup, block_list=blocked)

    def on_error(error: Any) -> None:
        if how == "unusable":
            assert error.code == "ERR_INVALID_IP_ADDRESS"
        else:
            assert len(error.errors) == MANY

    client.on("connectionAttemptFailed", must_call(None, MANY if later and how != "unusable" else 0))
    client.on("error", must_call(on_error))
    client.on("close", must_call(lambda had_error: had_error or pytest.fail("without an error")))
    run()
