"""The order of a lookup's answers, and lookup_service(): as Node 26.10.0 answered in the same places.

Nothing here asks a name server: what has several addresses, or none, is looked up in a process that sees a
hosts file of the test's own, and goes by nothing else.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv.node import dns

VERBATIM, V4, V6 = "verbatim", "ipv4first", "ipv6first"


@pytest.fixture(autouse=True)
def default_order() -> Iterator[None]:
    yield
    netuv.set_default_result_order(VERBATIM)


@pytest.mark.row("N24")
def test_the_default_order() -> None:
    assert netuv.get_default_result_order() == dns.getDefaultResultOrder() == VERBATIM
    for order in V4, V6, VERBATIM:
        assert netuv.set_default_result_order(order) is None  # type: ignore[func-returns-value]
        assert dns.getDefaultResultOrder() == order
    dns.setDefaultResultOrder(V4)
    assert netuv.get_default_result_order() == V4


@pytest.mark.row("N24")
@pytest.mark.parametrize("order", ["nonsense", "", "IPv4First", None, 5, [], b"verbatim"])
def test_an_order_that_is_none(order: Any) -> None:
    netuv.set_default_result_order(V6)
    with pytest.raises(ValueError, match="'order' must be one of verbatim, ipv4first, ipv6first") as caught:
        netuv.set_default_result_order(order)
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"  # type: ignore[attr-defined]
    assert netuv.get_default_result_order() == V6
    if order is not None:  # which means the default there
        with pytest.raises(ValueError, match=r"'options\.order' must be one of") as caught:
            netuv.lookup("127.0.0.1", {"order": order}, print)
        assert caught.value.code == "ERR_INVALID_ARG_VALUE"  # type: ignore[attr-defined]


@pytest.mark.row("N24")
@pytest.mark.parametrize("verbatim", ["x", 5, 1])
def test_verbatim_is_a_bool_also_beside_an_order(verbatim: Any) -> None:
    with pytest.raises(TypeError, match=r"'options\.verbatim' must be a bool"):
        netuv.lookup("127.0.0.1", {"order": V4, "verbatim": verbatim}, print)


# -- a name with several addresses ---------------------------------------------------------------------

HOSTS = "127.0.0.1 localhost\n127.0.0.1 both\n::1 both\n127.0.0.2 both\n::2 both\n"
VISIBLE = """
mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf && exec "$@"
"""

ASK = """
import json, sys
import netuv

default, options = json.loads(sys.argv[1])
netuv.set_default_result_order(default)
netuv.lookup("both", options, lambda *answer: print(json.dumps(answer)))
netuv.set_default_result_order("verbatim")  # what counts is the default at the time of the call
netuv.run()
"""

CONNECT = """
import json, sys
import netuv

netuv.set_default_result_order(sys.argv[1])
heard = []

def on_listening():
    port = server.address().port
    heard.append(["listening", server.address().address])
    server.close()
    client = netuv.connect(port, "both", auto_select_family=sys.argv[2] == "race")
    client.on("lookup", lambda error, address, family, host: heard.append(["lookup", address]))
    client.on("connectionAttempt", lambda address, port, family: heard.append(["try", address]))
    client.on("error", lambda error: None)

server = netuv.create_server().listen(0, "both", on_listening)
netuv.run()
print(json.dumps(heard))
"""


def with_hosts(folder: Path, program: str, *args: str) -> Any:
    """What the program prints, where the hosts file is HOSTS."""
    (folder / "hosts").write_text(HOSTS)
    (folder / "nsswitch.conf").write_text("hosts: files\n")
    command = ["unshare", "-rm", "sh", "-c", VISIBLE, str(folder)]
    if subprocess.run([*command, "true"], capture_output=True, timeout=60).returncode:
        pytest.skip("no mount namespaces here")
    command += [sys.executable, "-c", program, *args]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60)
    return json.loads(done.stdout)


AS_FOUND = "::1 127.0.0.1 127.0.0.2 ::2"
FOUR_FIRST = "127.0.0.1 127.0.0.2 ::1 ::2"
SIX_FIRST = "::1 ::2 127.0.0.1 127.0.0.2"


@pytest.mark.row("N24")
@pytest.mark.parametrize(
    ("default", "options", "expected"),
    [
        (VERBATIM, {}, AS_FOUND),
        (VERBATIM, {"order": V4}, FOUR_FIRST),
        (VERBATIM, {"order": V6}, SIX_FIRST),
        (VERBATIM, {"verbatim": False}, FOUR_FIRST),
        (VERBATIM, {"verbatim": False, "order": V6}, SIX_FIRST),
        (VERBATIM, {"verbatim": True, "order": V4}, FOUR_FIRST),
        (V4, {}, FOUR_FIRST),
        (V4, {"order": VERBATIM}, AS_FOUND),
        (V4, {"verbatim": True}, AS_FOUND),
        (V4, {"verbatim": None, "order": None}, FOUR_FIRST),
        (V6, {}, SIX_FIRST),
        (V6, {"verbatim": False, "order": None}, FOUR_FIRST),
        (V4, {"family": 6}, "::1 ::2"),
    ],
)
def test_the_order(tmp_path: Path, default: str, options: dict[str, Any], expected: str) -> None:
    error, found = with_hosts(tmp_path, ASK, json.dumps([default, {"all": True, **options}]))
    assert error is None
    assert " ".join(each["address"] for each in found) == expected


@pytest.mark.row("N24")
@pytest.mark.parametrize(("order", "expected"), [(V4, ["127.0.0.1", 4]), (V6, ["::1", 6])])
def test_the_first_of_that_order(tmp_path: Path, order: str, expected: list[Any]) -> None:
    assert with_hosts(tmp_path, ASK, json.dumps([order, None])) == [None, *expected]
    assert with_hosts(tmp_path, ASK, json.dumps([VERBATIM, {"order": order}])) == [None, *expected]


@pytest.mark.row("N24")
@pytest.mark.parametrize(
    ("order", "first", "lookups", "attempts"),
    [
        (VERBATIM, "::1", AS_FOUND, "::1 127.0.0.1 ::2 127.0.0.2"),
        (V4, "127.0.0.1", FOUR_FIRST, "127.0.0.1 ::1 127.0.0.2 ::2"),
        (V6, "::1", SIX_FIRST, "::1 127.0.0.1 ::2 127.0.0.2"),
    ],
)
def test_listen_and_connect_go_by_the_default(
    tmp_path: Path, order: str, first: str, lookups: str, attempts: str
) -> None:
    heard = with_hosts(tmp_path, CONNECT, order, "race")
    assert heard == [
        ["listening", first],
        *(["lookup", address] for address in lookups.split()),
        *(["try", address] for address in attempts.split()),
    ]
    heard = with_hosts(tmp_path, CONNECT, order, "plain")
    assert heard == [["listening", first], ["lookup", first], ["try", first]]


# -- lookup_service ------------------------------------------------------------------------------------


def ask(run: Callable[[], None], *args: Any) -> tuple[Any, ...]:
    answers: list[tuple[Any, ...]] = []
    netuv.lookup_service(*args, lambda *answer: answers.append(answer))
    assert answers == [], "the answer always comes later"
    run()
    assert len(answers) == 1
    return answers[0]


def known(address: str, port: int) -> tuple[str, str]:
    """What the system itself answers."""
    return socket.getnameinfo((address, port), socket.NI_NAMEREQD)


@pytest.mark.row("N24")
@pytest.mark.parametrize("port", [80, "22", "0x50", 80.0, 0, 54321])
def test_lookup_service(run: Any, port: Any) -> None:
    number = int(port, 0) if isinstance(port, str) else int(port)
    assert ask(run, "127.0.0.1", port) == (None, *known("127.0.0.1", number))


NO_NAME = """
import json, socket
import netuv

def on_answer(error, *names):
    assert names == ()
    assert isinstance(error, netuv.NetError)
    assert isinstance(error, socket.gaierror)
    print(json.dumps([error.code, error.errno, error.syscall, error.hostname, str(error)]))

netuv.lookup_service("127.0.0.9", 80, on_answer)
netuv.run()
"""


@pytest.mark.row("N24")
def test_an_address_without_a_name(tmp_path: Path) -> None:
    assert with_hosts(tmp_path, NO_NAME) == [
        "ENOTFOUND",
        3008,
        "getnameinfo",
        "127.0.0.9",
        "getnameinfo ENOTFOUND 127.0.0.9",
    ]


@pytest.mark.row("N24")
@pytest.mark.parametrize(
    ("args", "kind", "code"),
    [
        *(
            ((address, 80, print), ValueError, "ERR_INVALID_ARG_VALUE")
            for address in ("x", "", "localhost", "1.2.3")
        ),
        *(((address, 80, print), TypeError, "ERR_INVALID_ARG_TYPE") for address in (5, None, b"127.0.0.1")),
        *(
            (("127.0.0.1", port, print), ValueError, "ERR_SOCKET_BAD_PORT")
            for port in (70000, -1, 80.5, "x", "")
        ),
        *((("127.0.0.1", port, print), ValueError, "ERR_SOCKET_BAD_PORT") for port in (None, True, [])),
        *((("127.0.0.1", 80, callback), TypeError, "ERR_INVALID_ARG_TYPE") for callback in (5, None)),
    ],
)
@pytest.mark.parametrize("function", [netuv.lookup_service, dns.lookupService])
def test_lookup_service_refuses(
    function: Callable[..., None], args: tuple[Any, ...], kind: type[Exception], code: str
) -> None:
    with pytest.raises(kind) as caught:
        function(*args)
    assert caught.value.code == code  # type: ignore[attr-defined]


@pytest.mark.row("N24")
def test_no_answer_comes_from_a_closed_loop(must_call: Any) -> None:
    loop = netuv.Loop()
    netuv.lookup_service("127.0.0.1", 80, must_call(times=0), loop=loop)
    loop.close()


@pytest.mark.row("N24")
def test_node_spelling(run: Any, must_call: Any) -> None:
    dns.lookupService("127.0.0.1", 80, must_call(lambda *answer: answers.append(answer)))
    answers: list[Any] = []
    run()
    assert answers == [(None, *known("127.0.0.1", 80))]


@pytest.mark.row("N24")
def test_what_the_callback_raises_comes_out_of_run(run: Any) -> None:
    def callback(*answer: Any) -> None:
        raise KeyError("x")

    netuv.lookup_service("127.0.0.1", 80, callback)
    with pytest.raises(KeyError):
        run()
