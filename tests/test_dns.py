"""lookup(): names to addresses.

Nothing here asks a name server: the names are in the hosts file, or the resolver refuses them itself.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from helpers import NO_SUCH_HOST

import netuv
from netuv.dns import ADDRCONFIG, ALL, V4MAPPED


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


def test_lookup_of_localhost(run: Any) -> None:
    error, address, family = ask(run, "localhost")
    assert error is None
    assert (address, family) in known("localhost")
    assert netuv.is_ip(address) == family


@pytest.mark.parametrize("options", [4, {"family": 4}, {"family": "IPv4"}], ids=str)
def test_lookup_of_one_family(run: Any, options: Any) -> None:
    assert ask(run, "localhost", options) == (None, "127.0.0.1", 4)


@pytest.mark.parametrize("options", [None, 0, {}, {"family": 0}, {"family": None}], ids=str)
def test_lookup_of_any_family(run: Any, options: Any) -> None:
    error, address, family = ask(run, "localhost", options)
    assert error is None
    assert (address, family) in known("localhost")


def test_option_all_gives_every_address(run: Any) -> None:
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


def test_lookup_without_a_name(run: Any) -> None:
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
