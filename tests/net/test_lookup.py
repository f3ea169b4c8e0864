"""What connect() and listen() make of the answer of a lookup, and of a lookup function of one's own."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import NO_SUCH_HOST

import netuv


@pytest.mark.parametrize("name", [NO_SUCH_HOST, "localhost\0.evil.test", "a" * 300], ids=ascii)
def test_connect_to_a_host_that_does_not_resolve(run: Any, must_call: Any, name: str) -> None:
    errors: list[Any] = []
    client = netuv.connect(1, name)
    client.on("connect", lambda: pytest.fail("connected"))
    client.on("lookup", must_call(lambda error, *rest: errors.append(error)))
    client.on("error", must_call(errors.append))
    client.on("close", must_call(lambda had_error: errors.append(had_error)))
    run()
    assert errors[0] is errors[1]
    assert errors[1].code == "ENOTFOUND"
    assert errors[1].hostname == name
    assert errors[2] is True


@pytest.mark.parametrize("name", [NO_SUCH_HOST, "localhost\0.evil.test", "a" * 300], ids=ascii)
def test_listen_on_a_host_that_does_not_resolve(run: Any, must_call: Any, name: str) -> None:
    server = netuv.create_server()
    server.on("error", must_call(lambda error: codes.append(error.code)))
    server.on("close", must_call())
    codes: list[str] = []
    server.listen(0, name, lambda: pytest.fail("listening"))
    run()
    assert codes == ["ENOTFOUND"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_destroy_while_the_lookup_is_under_way(run: Any, must_call: Any, host: str) -> None:
    """The answer comes too late, and is nobody's any more."""
    client = netuv.connect(1, host)
    for event in ("lookup", "connect", "error", "connectionAttempt"):
        client.on(event, lambda *args, event=event: pytest.fail(event))
    client.on("close", must_call())
    client.destroy()
    run()


def test_destroy_in_the_lookup_event(run: Any, must_call: Any) -> None:
    """It crashed Node once."""
    client = netuv.connect(1, "localhost")
    for event in ("connect", "error", "connectionAttempt"):
        client.on(event, lambda *args, event=event: pytest.fail(event))
    client.on("lookup", must_call(lambda *args: client.destroy()))
    client.on("close", must_call())
    run()


def test_close_while_the_lookup_of_listen_is_under_way(run: Any, must_call: Any) -> None:
    server = netuv.create_server().listen(0, "localhost", lambda: pytest.fail("listening"))
    server.on("close", must_call())
    server.close()
    run()
    assert not server.listening


def test_the_answer_to_a_listen_that_was_given_up_does_not_hit_the_next_one(run: Any) -> None:
    """The second listen() is under way when the first one's answer comes."""
    calls: list[str] = []
    server = netuv.create_server()
    server.on("listening", lambda: calls.append(server.address().address))
    server.listen(0, "localhost")
    server.close()
    server.listen(0, "127.0.0.2")
    server.on("listening", server.close)
    run()
    assert calls == ["127.0.0.2"]


class Lookup:
    """A lookup function of the user's, with its calls and the callbacks that wait for an answer."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.waiting: list[Callable[..., Any]] = []

    def __call__(self, hostname: str, options: Any, callback: Callable[..., Any]) -> None:
        self.calls.append((hostname, options))
        self.waiting.append(callback)


def listener() -> tuple[socket.socket, int]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock, sock.getsockname()[1]


def test_a_lookup_function_of_one_s_own(run: Any, must_call: Any) -> None:
    sock, port = listener()
    lookup = Lookup()
    client = netuv.connect(port, "some.host", lookup=lookup, family=4)
    assert lookup.calls == [("some.host", {"family": 4, "hints": 0})]
    client.on("lookup", must_call(lambda *args: events.append(args)))
    client.on("connect", must_call(client.destroy))
    events: list[Any] = []
    netuv.set_timeout(lookup.waiting[0], 1, None, "127.0.0.1", 4)
    run()
    sock.close()
    assert events == [(None, "127.0.0.1", 4, "some.host")]


def test_a_lookup_function_that_answers_at_once(run: Any, must_call: Any) -> None:
    """The events still come after connect() has returned."""
    sock, port = listener()

    def lookup(hostname: str, options: Any, callback: Callable[..., Any]) -> None:
        if options.get("all"):
            callback(None, [{"address": "127.0.0.1", "family": 4}])
        else:
            callback(None, "127.0.0.1", 4)

    for family in (0, 4):
        client = netuv.connect(port, "some.host", lookup=lookup, family=family)
        assert client.connecting
        client.on("connect", must_call(client.destroy))
        run()
    sock.close()


def test_a_lookup_function_that_answers_after_destroy(run: Any, must_call: Any) -> None:
    for answer in ((None, "127.0.0.1", 4), (OSError("too late"),)):
        lookup = Lookup()
        client = netuv.connect(1, "some.host", lookup=lookup, family=4)
        for event in ("connect", "error", "connectionAttempt"):
            client.on(event, lambda *args, event=event: pytest.fail(event))
        client.on("close", must_call())
        client.destroy()
        run()
        lookup.waiting[0](*answer)
        run()
        assert client.destroyed


def test_a_lookup_function_that_answers_twice(run: Any, must_call: Any) -> None:
    """As in Node: the second answer meets a socket that is connecting already."""
    sock, port = listener()
    lookup = Lookup()
    client = netuv.connect(port, "some.host", lookup=lookup, family=4)
    client.on("connect", lambda: pytest.fail("connected"))
    client.on("error", must_call(lambda error: results.append(error.code)))
    client.on("close", must_call(lambda had_error: results.append(had_error)))
    results: list[Any] = []
    for _ in range(2):
        netuv.next_tick(lookup.waiting[0], None, "127.0.0.1", 4)
    run()
    sock.close()
    assert results == ["EALREADY", True]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((OSError("from lookup"),), None),
        ((None, "not an address", 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, None, 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, "127.0.0.1", 5), "ERR_INVALID_ADDRESS_FAMILY"),
        ((None, "127.0.0.1", None), "ERR_INVALID_ADDRESS_FAMILY"),
    ],
    ids=str,
)
def test_a_lookup_function_that_answers_nonsense(
    run: Any, must_call: Any, answer: tuple[Any, ...], code: str | None
) -> None:
    lookup = Lookup()
    client = netuv.connect(1, "some.host", lookup=lookup, family=4)
    client.on("error", must_call(lambda error: results.append(error)))
    client.on("close", must_call(lambda had_error: results.append(had_error)))
    results: list[Any] = []
    netuv.set_timeout(lookup.waiting[0], 1, *answer)
    run()
    assert results == [results[0], True]
    if code is None:
        assert results[0] is answer[0]
    else:
        assert results[0].code == code


@pytest.mark.parametrize(
    "answer", [[], [{"address": "nonsense", "family": 4}], [{"address": "127.0.0.1", "family": 9}]]
)
def test_a_lookup_function_that_answers_nonsense_for_all(run: Any, must_call: Any, answer: list[Any]) -> None:
    lookup = Lookup()
    client = netuv.connect(1, "some.host", lookup=lookup)
    assert lookup.calls[0][1]["all"] is True
    client.on("error", must_call())
    client.on("close", must_call(lambda had_error: results.append(had_error)))
    results: list[bool] = []
    netuv.set_timeout(lookup.waiting[0], 1, None, answer)
    run()
    assert results == [True]


def test_a_lookup_function_that_raises(run: Any, must_call: Any) -> None:
    """It is called within connect(), so that is where its exception comes out, as in Node."""

    def lookup(hostname: str, options: Any, callback: Callable[..., Any]) -> None:
        raise KeyError(hostname)

    client = netuv.Socket()
    client.on("close", must_call())
    with pytest.raises(KeyError):
        client.connect(1, "some.host", lookup=lookup)
    client.destroy()
    run()


@pytest.mark.parametrize("lookup", ["localhost", 1, {}], ids=repr)
def test_a_lookup_option_that_is_no_function(loop: netuv.Loop, lookup: Any) -> None:
    with pytest.raises(TypeError) as caught:
        netuv.connect(1, "localhost", lookup=lookup)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
