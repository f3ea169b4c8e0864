"""netuv.lookup(): names to addresses, and what a connect() or listen() makes of the answer.

Nothing here asks a name server: the names are in the hosts file, or the resolver refuses them itself.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

import netuv
from netuv.dns import ADDRCONFIG, ALL, V4MAPPED

# No label may have more than 63 bytes, so the resolver does not ask anyone for this one.
NO_SUCH_HOST = f"{'a' * 64}.test"


def ask(run: Callable[[], None], *args: Any) -> tuple[Any, ...]:
    """The arguments that the callback of netuv.lookup(*args) is called with."""
    answers: list[tuple[Any, ...]] = []
    netuv.lookup(*args, lambda *answer: answers.append(answer))
    assert answers == [], "the answer always comes later"
    run()
    assert len(answers) == 1
    return answers[0]


def known(name: str, family: int = 0) -> list[tuple[str, int]]:
    """What the system itself answers."""
    found = socket.getaddrinfo(name, None, family, socket.SOCK_STREAM)
    return [(info[4][0], 4 if info[0] == socket.AF_INET else 6) for info in found]


def test_localhost(run: Any) -> None:
    error, address, family = ask(run, "localhost")
    assert error is None
    assert (address, family) in known("localhost")
    assert netuv.is_ip(address) == family


@pytest.mark.parametrize("options", [4, {"family": 4}, {"family": "IPv4"}], ids=str)
def test_a_family(run: Any, options: Any) -> None:
    assert ask(run, "localhost", options) == (None, "127.0.0.1", 4)


@pytest.mark.parametrize("options", [None, 0, {}, {"family": 0}, {"family": None}], ids=str)
def test_any_family(run: Any, options: Any) -> None:
    error, address, family = ask(run, "localhost", options)
    assert error is None
    assert (address, family) in known("localhost")


def test_all(run: Any) -> None:
    error, found = ask(run, "localhost", {"all": True})
    assert error is None
    assert [(each["address"], each["family"]) for each in found] == known("localhost")
    assert ask(run, "localhost", {"all": True, "family": 4}) == (
        None,
        [{"address": address, "family": 4} for address, _ in known("localhost", socket.AF_INET)],
    )


@pytest.mark.parametrize("hints", [0, ADDRCONFIG, ADDRCONFIG | V4MAPPED, V4MAPPED | ALL])
def test_hints(run: Any, hints: int) -> None:
    assert ask(run, "localhost", {"hints": hints, "family": 4}) == (None, "127.0.0.1", 4)


def test_mapped_addresses_by_hints(run: Any) -> None:
    error, address, family = ask(run, "localhost", {"hints": V4MAPPED, "family": 6})
    assert error is None
    assert family == 6
    assert address in ("::1", "::ffff:127.0.0.1")


@pytest.mark.parametrize(
    ("literal", "family"), [("127.0.0.1", 4), ("::1", 6), ("fe80::1%lo", 6), ("0.0.0.0", 4)]
)
@pytest.mark.parametrize("asked", [None, 4, 6])
def test_a_literal_is_its_own_answer(run: Any, literal: str, family: int, asked: int) -> None:
    """Whatever family was asked for, and without the resolver: in a tick."""
    calls: list[Any] = []
    netuv.lookup(literal, asked, lambda *answer: calls.append(answer))
    netuv.next_tick(calls.append, "a later tick")
    netuv.set_immediate(calls.append, "an immediate")
    run()
    assert calls == [(None, literal, family), "a later tick", "an immediate"]
    assert ask(run, literal, {"all": True}) == (None, [{"address": literal, "family": family}])


@pytest.mark.parametrize("name", ["127.1", "0x7f000001", "2130706433"])
def test_what_the_resolver_takes_for_a_number(run: Any, name: str) -> None:
    """Documented, as Node has it too; is_ip() says 0 for these."""
    assert netuv.is_ip(name) == 0
    assert ask(run, name) == (None, "127.0.0.1", 4)


def test_a_name_that_does_not_exist(run: Any) -> None:
    (error,) = ask(run, NO_SUCH_HOST)
    assert isinstance(error, netuv.NetError)
    assert isinstance(error, socket.gaierror)
    assert (error.code, error.syscall, error.errno) == ("ENOTFOUND", "getaddrinfo", 3008)
    assert error.hostname == NO_SUCH_HOST
    assert str(error) == f"getaddrinfo ENOTFOUND {NO_SUCH_HOST}"


@pytest.mark.parametrize(
    "name",
    [
        "localhost\0.evil.test",
        "\0",
        "127.0.0.1\0",
        "a" * 300,
        f"{'a' * 63}." * 5,
        "ä" * 200,
        "\ud800.test",
        ".",
        "localhost..",
        " localhost",
        "local host",
    ],
    ids=ascii,
)
def test_names_that_cannot_exist(run: Any, name: str) -> None:
    """Cut off at its NUL the first would be localhost; none of them raises."""
    (error,) = ask(run, name)
    assert error.code in ("ENOTFOUND", "EAI_AGAIN", "EAI_FAIL")
    assert error.hostname == name


def test_no_name(run: Any) -> None:
    (error,) = ask(run, "")
    assert error.code == "ENOTFOUND"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((1, print), "ERR_INVALID_ARG_TYPE"),
        ((None, print), "ERR_INVALID_ARG_TYPE"),
        ((b"localhost", print), "ERR_INVALID_ARG_TYPE"),
        (("localhost",), "ERR_INVALID_ARG_TYPE"),
        (("localhost", 4), "ERR_INVALID_ARG_TYPE"),
        (("localhost", {}, "print"), "ERR_INVALID_ARG_TYPE"),
        (("localhost", "4", print), "ERR_INVALID_ARG_TYPE"),
        (("localhost", True, print), "ERR_INVALID_ARG_TYPE"),
        (("localhost", 5, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"family": 5}, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"family": "ipv7"}, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"family": []}, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"hints": 1}, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"hints": "x"}, print), "ERR_INVALID_ARG_VALUE"),
        (("localhost", {"famly": 4}, print), "ERR_UNKNOWN_OPTION"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused_at_once(
    loop: netuv.Loop, run: Any, arguments: tuple[Any, ...], code: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        netuv.lookup(*arguments)
    assert caught.value.code == code
    run()


def test_an_unknown_option_names_the_nearest_one(loop: netuv.Loop) -> None:
    with pytest.raises(TypeError, match="did you mean 'family'"):
        netuv.lookup("localhost", {"famly": 4}, print)


def test_an_async_callback_is_refused(loop: netuv.Loop) -> None:
    async def callback(*answer: Any) -> None: ...

    with pytest.raises(TypeError, match="async"):
        netuv.lookup("localhost", callback)


def test_a_lookup_keeps_the_loop_running_and_ticks_follow_it(run: Any) -> None:
    calls: list[str] = []

    def on_lookup(*answer: Any) -> None:
        netuv.next_tick(calls.append, "tick")
        netuv.set_immediate(calls.append, "immediate")
        calls.append("lookup")

    netuv.lookup("localhost", on_lookup)
    run()
    assert calls == ["lookup", "tick", "immediate"]


def test_many_lookups_at_once(run: Any) -> None:
    answers: list[Any] = []
    for _ in range(100):
        netuv.lookup("localhost", 4, lambda *answer: answers.append(answer))
    run()
    assert answers == [(None, "127.0.0.1", 4)] * 100


def test_closing_the_loop_while_lookups_are_under_way() -> None:
    """Their answers come during close() or not at all; never later, and nothing crashes."""
    for _ in range(5):
        loop = netuv.Loop()
        answers: list[Any] = []
        for _ in range(20):
            netuv.lookup("localhost", lambda *answer, a=answers: a.append(answer), loop=loop)
        loop.close()
        assert all(answer[0] is None for answer in answers)


# -- who asks --------------------------------------------------------------------------------------


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
