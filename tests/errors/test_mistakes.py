"""What is wrong is said at once and by name: a TypeError or ValueError whose code begins with ERR_.

Here each mistake is named, with what the message has to say; test_wrong_values.py looks only at how wrong
values are refused, everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import pyuv
from helpers import HUGE, nothing

import netuv
from netuv.net import options

# A delay that counts as 1 ms is no mistake that raises.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore::netuv.timers.Timeout{kind}Warning")
    for kind in ("Overflow", "Negative", "NaN")
]


def raised_by(call: Callable[[], Any]) -> Any:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert caught.value.__cause__ is None
    return caught.value


# -- mistakes, one by one -----------------------------------------------------------------------------


def set_max_connections(value: Any) -> None:
    netuv.Server().max_connections = value


@pytest.mark.parametrize(
    ("call", "code", "names"),
    [
        (lambda: netuv.create_server(block_list=5), "ERR_INVALID_ARG_TYPE", "'block_list'"),
        (lambda: netuv.Socket(block_list="10.0.0.0/8"), "ERR_INVALID_ARG_TYPE", "'block_list'"),
        (lambda: netuv.connect(1, "127.0.0.1", block_list={}), "ERR_INVALID_ARG_TYPE", "'block_list'"),
        (lambda: netuv.Socket().connect(1, block_list=False), "ERR_INVALID_ARG_TYPE", "'block_list'"),
        (lambda: netuv.Socket(handle=object()), "ERR_INVALID_ARG_TYPE", "'handle'"),
        (lambda: netuv.Socket(handle=5), "ERR_INVALID_ARG_TYPE", "'handle'"),
        (lambda: netuv.Server().listen(handle=5), "ERR_INVALID_ARG_TYPE", "'handle'"),
        (lambda: netuv.set_timeout(nothing, 1, loop=5), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.set_interval(nothing, 1, loop=0), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.set_immediate(nothing, loop=[1]), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.next_tick(nothing, loop=""), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.lookup("localhost", nothing, loop="x"), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.Socket(loop=0), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.Server(loop=False), "ERR_INVALID_ARG_TYPE", "'loop'"),
        (lambda: netuv.default_loop().next_tick(5), "ERR_INVALID_ARG_TYPE", "'callback'"),
        (lambda: netuv.Socket().set_encoding(HUGE), "ERR_UNKNOWN_ENCODING", "encoding"),
        (lambda: netuv.Socket().write("x", HUGE), "ERR_UNKNOWN_ENCODING", "encoding"),
        (lambda: netuv.EventEmitter().set_max_listeners(10**400), "ERR_OUT_OF_RANGE", "'n'"),
        (lambda: netuv.EventEmitter().set_max_listeners(math.nan), "ERR_OUT_OF_RANGE", "'n'"),
        (lambda: netuv.EventEmitter().on([], nothing), "ERR_INVALID_ARG_TYPE", "'event'"),
        (lambda: netuv.EventEmitter().emit({}), "ERR_INVALID_ARG_TYPE", "'event'"),
        (lambda: netuv.EventEmitter().off({}, nothing), "ERR_INVALID_ARG_TYPE", "'event'"),
        (lambda: netuv.EventEmitter().listener_count(set()), "ERR_INVALID_ARG_TYPE", "'event'"),
        (lambda: netuv.EventEmitter().remove_all_listeners([]), "ERR_INVALID_ARG_TYPE", "'event'"),
        (lambda: set_max_connections("5"), "ERR_INVALID_ARG_TYPE", "'max_connections'"),
        (lambda: set_max_connections(True), "ERR_INVALID_ARG_TYPE", "'max_connections'"),
        (lambda: set_max_connections(-1), "ERR_OUT_OF_RANGE", "'max_connections'"),
        (lambda: set_max_connections(math.nan), "ERR_OUT_OF_RANGE", "'max_connections'"),
        (lambda: netuv.connect(8124, b"127.0.0.1"), "ERR_INVALID_ARG_TYPE", "'host'"),
        (lambda: netuv.Server().listen(0, b"127.0.0.1"), "ERR_INVALID_ARG_TYPE", "'host'"),
        (lambda: netuv.Server().listen(0, "127.0.0.1", "5"), "ERR_INVALID_ARG_TYPE", "'backlog'"),
        (lambda: netuv.Server().listen(0, "::1", 5, "5"), "ERR_INVALID_ARG_TYPE", "'callback'"),
        (lambda: netuv.Server().listen("x", "5"), "ERR_INVALID_ARG_TYPE", "'backlog'"),
        (lambda: netuv.connect("x" * 200, HUGE), "ERR_INVALID_ARG_TYPE", "'listener'"),
        (lambda: netuv.connect("localhost", 80), "ERR_INVALID_ARG_TYPE", "connect(80, 'localhost')"),
        (lambda: netuv.connect(("localhost", 80)), "ERR_INVALID_ARG_TYPE", "connect(80, 'localhost')"),
        (lambda: netuv.connect(("x" * 500, HUGE)), "ERR_INVALID_ARG_TYPE", "'port'"),
        (lambda: netuv.Server().listen(("::1", 0)), "ERR_INVALID_ARG_TYPE", "listen(0, '::1')"),
        (lambda: netuv.connect(1, "127.0.0.1", local_address=""), "ERR_INVALID_IP_ADDRESS", "''"),
        (lambda: netuv.connect(path="\ud800"), "ERR_INVALID_ARG_VALUE", "'path'"),
        (lambda: netuv.connect(1, "127.0.0.1", family=False), "ERR_INVALID_ARG_VALUE", "'family'"),
        (lambda: netuv.connect(1, "127.0.0.1", hints=False), "ERR_INVALID_ARG_VALUE", "'hints'"),
        (lambda: netuv.lookup("::1", {"order": "nonsense"}, nothing), "ERR_INVALID_ARG_VALUE", "order"),
        (lambda: netuv.lookup("::1", {"verbatim": "x"}, nothing), "ERR_INVALID_ARG_TYPE", "verbatim"),
        (lambda: netuv.lookup("::1", {"all": 1}, nothing), "ERR_INVALID_ARG_TYPE", "all"),
        (lambda: netuv.BlockList().from_json("{"), "ERR_INVALID_ARG_VALUE", "'rules'"),
    ],
)
def test_a_mistake_is_named(call: Any, code: str, names: str, loop: netuv.Loop) -> None:
    error = raised_by(call)
    assert error.code == code
    assert names in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    "delay", [math.nan, math.inf, 32_767_001, 40_000_000, 10**400, HUGE, 1e300], ids=lambda delay: ""
)
def test_a_keep_alive_delay_that_the_kernel_refuses(delay: float, loop: netuv.Loop) -> None:
    for call in (
        lambda: netuv.Socket(keep_alive_initial_delay=delay),
        lambda: netuv.create_server(keep_alive_initial_delay=delay),
        lambda: netuv.connect(1, "127.0.0.1", keep_alive_initial_delay=delay),
        lambda: netuv.Socket().set_keep_alive(True, delay),
    ):
        error = raised_by(call)
        assert error.code == "ERR_OUT_OF_RANGE"
        assert "initial_delay' is out of range: it must be <= 32767000" in str(error)


@pytest.mark.parametrize("delay", [32_767_000, 1000.5, 0, -5, -math.inf, None])
def test_a_keep_alive_delay_that_is_taken(delay: Any, run: Any, must_call: Any) -> None:
    """The longest one is what the kernel takes, and less than nothing is nothing."""

    def on_connection(accepted: netuv.Socket) -> None:
        accepted.set_keep_alive(False)
        accepted.set_keep_alive(True, delay)
        accepted.end()

    server = netuv.create_server(must_call(on_connection), keep_alive=True, keep_alive_initial_delay=delay)

    def listening() -> None:
        client = netuv.connect(
            server.address().port, "127.0.0.1", keep_alive=True, keep_alive_initial_delay=delay
        )
        client.resume().on("close", lambda error: server.close())

    server.listen(0, "127.0.0.1", listening)
    run()


def test_a_handle_of_another_loop_or_a_closed_one(loop: netuv.Loop, run: Any) -> None:
    other = netuv.Loop()
    foreign, closed = pyuv.TCP(other.uv), pyuv.Pipe(loop.uv)
    closed.close()
    for handle, reason in (foreign, "must be of the same loop"), (closed, "must not be closed"):
        for call in netuv.Socket, netuv.Server().listen:
            error = raised_by(lambda call=call, handle=handle: call(handle=handle))
            assert error.code == "ERR_INVALID_ARG_VALUE"
            assert reason in str(error)
    other.close()
    loop.touch()
    run()


def test_a_wrong_argument_of_listen_leaves_the_server_as_it_was(run: Any, must_call: Any) -> None:
    server = netuv.create_server()
    for wrong in {"port": "x"}, {"port": 0, "host": 5}, {"handle": 5}, {"port": 0, "backlog": "x"}:
        with pytest.raises((TypeError, ValueError)):
            server.listen(wrong)
    server.listen(0, "127.0.0.1", must_call(lambda: server.close()))
    run()


def test_a_limit_of_connections_may_be_infinite_or_none(loop: netuv.Loop) -> None:
    server = netuv.Server()
    for value, kept in (5, 5), (0, 0), (5.0, 5), (math.inf, math.inf), (None, None):
        server.max_connections = value
        assert server.max_connections == kept


# -- unknown and misplaced options --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: netuv.Server().listen(0, listener=nothing), "of listen; did you mean 'callback'?"),
        (lambda: netuv.connect(1, callback=nothing), "of connect; did you mean 'listener'?"),
        (lambda: netuv.Socket().connect(1, "::1", callback=nothing), "did you mean 'listener'?"),
        (lambda: netuv.connect(1, hostname="::1"), "did you mean 'host'?"),
        (lambda: netuv.connect({"address": "::1", "port": 1}), "did you mean 'host'?"),
        (lambda: netuv.Server().listen(0, ipv6Only=True), "did you mean 'ipv6_only'?"),
        (lambda: netuv.Socket(port=80), "of Socket; it belongs to connect and listen"),
        (lambda: netuv.Socket(auto_select_family=True), "of Socket; it belongs to connect"),
        (lambda: netuv.Socket(timeout=5), "unknown option 'timeout' of Socket"),
        (lambda: netuv.Socket().connect(1, "::1", no_delay=True), "it belongs to Socket and Server"),
        (lambda: netuv.Socket().connect(1, "::1", loop=None), "of connect; it belongs to Socket and Server"),
        (lambda: netuv.create_server(port=80), "of Server; it belongs to connect and listen"),
        (lambda: netuv.Server().listen(0, pause_on_connect=True), "of listen; it belongs to Server"),
        (lambda: netuv.Socket({HUGE: 1}), "unknown option 0x"),
        (lambda: netuv.Socket({"x" * 10**6: 1}), "unknown option 'xxx"),
    ],
)
def test_an_option_in_the_wrong_place(call: Any, says: str, loop: netuv.Loop) -> None:
    error = raised_by(call)
    assert error.code == "ERR_UNKNOWN_OPTION"
    assert says in str(error)
    assert len(str(error)) < 300


def test_every_option_is_taken_by_the_call_that_documents_it(loop: netuv.Loop) -> None:
    for owner, names in options._OF.items():
        for name in names:
            options.check_options(owner, {name: None}, names)
    assert set(options.NEW_CONNECTION_OPTIONS) >= {*options.SOCKET_OPTIONS, *options.CONNECT_OPTIONS}


def test_none_is_an_option_that_was_not_given(run: Any, must_call: Any) -> None:
    """For each option, in each call, alone and all together."""
    socket_options = dict.fromkeys(options.SOCKET_OPTIONS)
    for name in socket_options:
        netuv.Socket({name: None}).destroy()
    for name in options.SERVER_OPTIONS:
        netuv.Server({name: None})
    server = netuv.Server(dict.fromkeys(options.SERVER_OPTIONS), must_call(lambda accepted: accepted.end()))
    rest = dict.fromkeys({*options.LISTEN_OPTIONS} - {"port"})
    server.listen({"port": None, **rest})

    def listening() -> None:
        given = {**dict.fromkeys(options.NEW_CONNECTION_OPTIONS), "port": server.address().port}
        netuv.connect(given, must_call()).resume().on("close", must_call(lambda error: server.close()))

    server.on("listening", must_call(listening))
    run()


def test_no_option_of_a_socket_is_lost_in_connect(run: Any, must_call: Any) -> None:
    server = netuv.create_server(lambda accepted: accepted.resume()).listen(0, "127.0.0.1")

    def listening() -> None:
        client = netuv.connect(
            port=server.address().port,
            host="127.0.0.1",
            timeout=12_345,
            allow_half_open=True,
            high_water_mark=77,
            local_address="127.0.0.2",
        )
        client.on("connect", must_call(lambda: connected(client)))

    def connected(client: netuv.Socket) -> None:
        assert (client.timeout, client.allow_half_open) == (12_345, True)
        assert client.readable_high_water_mark == 77
        assert client.local_address == "127.0.0.2"
        client.destroy()
        server.close()

    server.on("listening", listening)
    run()
