"""Fixtures of the suite: a bounded loop that must end clean, counted callbacks, peers in threads.

``run`` gives the test a loop of its own (the thread's default) and runs it: what a callback raises comes
out of it, it takes ``LIMIT`` seconds at most, and afterwards no handle and no descriptor may be left open.

Before anything runs, two things about the surroundings are set right or refused: signals that the parent
ignores or blocks (a shell does that to ``SIGINT`` in the background, ``nohup`` to ``SIGHUP``), and which
netuv the tests judge. Where there is a ``netuv/`` beside ``tests/`` it has to be that one, both here and in
the programs that tests start; in a copy of the tree without ``netuv/`` it is the installed one.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hosts
import pytest
from helpers import LARGEST_READ, LIMIT, Connection, Transport, finish_lookups, open_fds, receive_all

import netuv
from netuv import loop as loop_module
from netuv.net import rare
from netuv.stream import state

__all__ = ["LARGEST_READ", "LIMIT", "Transport", "receive_all"]  # test modules import these from here


TREE = Path(__file__).resolve().parent.parent
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGCHLD)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--row",
        action="append",
        default=[],
        metavar="ID",
        help="run only the tests that are about this row of tests/rows.txt; may be given more than once",
    )
    parser.addoption(
        "--node",
        default="node",
        metavar="PATH",
        help="the Node that tests talk to, and that is asked for its names; `node` of PATH by default",
    )
    parser.addoption(
        "--setting",
        choices=hosts.SETTINGS,
        default="plain",
        help="what runs the loop of the tests; but for plain only those run that use its fixture",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(config.getoption("--row"))
    if wanted:
        chosen = [
            item for item in items if wanted & {row for mark in item.iter_markers("row") for row in mark.args}
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen
    setting = config.getoption("--setting")
    if setting != "plain":
        hosted = [item for item in items if "loop_host" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(hosted)])
        items[:] = hosted
        for item in items:
            for mark in item.iter_markers("by_itself"):
                item.add_marker(pytest.mark.skip(reason=f"not for --setting {setting}: {mark.args[0]}"))


def pytest_configure(config: pytest.Config) -> None:
    take_signals_back()
    os.environ.pop("PYTHONUNBUFFERED", None)  # a test's program that has to flush must not pass because of it
    if (reason := wrong_netuv()) is not None:
        raise pytest.UsageError(reason)


def take_signals_back() -> None:
    """Undo what the parent may have done to signals; the programs that tests start inherit it from here."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    for number in SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def wrong_netuv() -> str | None:
    """Why the netuv that tests and their programs import is not the one to judge, or None."""
    here = Path(netuv.__file__).resolve()
    look = "import netuv; print(netuv.__file__)"
    with tempfile.TemporaryDirectory() as elsewhere:
        found = subprocess.run(
            [sys.executable, "-c", look], cwd=elsewhere, stdout=subprocess.PIPE, text=True, check=False
        ).stdout.strip()
    there = Path(found).resolve() if found else None
    wanted = TREE / "netuv" / "__init__.py"
    if wanted.exists():
        if here == there == wanted:
            return None
        return (
            f"the tests are of the netuv in {TREE}, but they import {here}\n"
            f"and the programs that they start import {there or 'none'}.\n"
            f"Install the tree itself: {sys.executable} -m pip install -e '{TREE}[test]'\n"
            "(To test an installed netuv, run them in a copy of the tree without its netuv/ folder.)"
        )
    if here == there:
        return None
    return f"the tests import {here}, but the programs that they start {there or 'no netuv'}"


@pytest.fixture(scope="session", autouse=True)
def _libuv_is_warm(request: pytest.FixtureRequest) -> None:
    """libuv keeps a few descriptors from its first loop on, and uvloop's own too; they are nobody's leak."""
    if hosts.uvloop is not None and request.config.getoption("--setting") == "uvloop":
        hosts.make("uvloop").close()
    warm = netuv.Loop()
    netuv.lookup("localhost", lambda *answer: None, loop=warm)
    warm.run()
    warm.close()


@pytest.fixture(scope="session", autouse=True)
def _what_is_shared_stays_as_it_is() -> Iterator[None]:
    """All streams that never had to wait, and all connections that have nothing rare, share an object."""
    yield
    for shared in (rare.NOTHING, state.NOTHING, state.NOTHING_RARE):
        fresh = type(shared)()
        for name in type(shared).__slots__:
            assert getattr(shared, name) == getattr(fresh, name), name


@pytest.fixture
def loop_host(request: pytest.FixtureRequest) -> Iterator[hosts.Plain | hosts.Host]:
    """What runs the loop of the test, see hosts.py."""
    before = open_fds()
    former = getattr(loop_module._local, "loop", None)
    host = hosts.make(request.config.getoption("--setting"))
    loop = loop_module._local.loop = host.loop
    try:
        yield host
        left = [] if loop.closed else loop.handles
    finally:
        loop_module._local.loop = former
        host.close()
    assert left == [], f"handles left open: {left}"
    finish_lookups()
    left_open = open_fds()
    assert len(left_open) <= len(before), f"descriptors left open: {left_open - before}"


@pytest.fixture
def loop(loop_host: hosts.Plain | hosts.Host) -> netuv.Loop:
    """A loop, which is this thread's default one. It has to be left with nothing open on it."""
    return loop_host.loop


@pytest.fixture
def run(loop_host: hosts.Plain | hosts.Host) -> Callable[[], None]:
    """Run the loop until nothing is left to do."""
    return loop_host.run


@pytest.fixture
def must_call() -> Iterator[Callable[..., Callable[..., Any]]]:
    """``must_call(f, times=1)``: a function that the test fails without, when not called so often."""
    expected: list[tuple[str, int, list[int]]] = []

    def wrap(function: Callable[..., Any] | None = None, times: int = 1) -> Callable[..., Any]:
        count = [0]
        name = getattr(function, "__name__", "callback")
        expected.append((name, times, count))

        def counted(*args: Any) -> Any:
            count[0] += 1
            if count[0] > times:
                raise AssertionError(f"{name} was called more than {times} times")
            return function(*args) if function is not None else None

        return counted

    yield wrap
    wrong = [f"{name}: {count[0]} of {times}" for name, times, count in expected if count[0] != times]
    assert not wrong, f"callbacks not called as often as expected: {wrong}"


class Peer:
    """A function in a thread of its own; ``result()`` waits for it and raises what it raised."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._value: Any = None
        self._error: BaseException | None = None

        def body() -> None:
            try:
                self._value = function(*args)
            except BaseException as error:
                self._error = error

        self._thread = threading.Thread(target=body, daemon=True)
        self._thread.start()

    def result(self) -> Any:
        self._thread.join(LIMIT)
        if self._thread.is_alive():
            raise TimeoutError("the peer did not end")
        if self._error is not None:
            raise self._error
        return self._value


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    """``peer(f, *args)`` runs f in a thread; the test fails when it raised or did not end."""
    peers: list[Peer] = []

    def start(function: Callable[..., Any], *args: Any) -> Peer:
        peers.append(Peer(function, args))
        return peers[-1]

    yield start
    for each in peers:
        each.result()


@pytest.fixture(params=["tcp4", "tcp6", "unix"])
def transport(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Transport]:
    """The test runs once on TCP over IPv4, on TCP over IPv6, and on a Unix socket."""
    if request.param == "unix":
        folder = tempfile.mkdtemp(prefix="netuv-")  # short: a Unix path may have 107 bytes
        try:
            yield Transport("unix", (str(Path(folder, "s")),), socket.AF_UNIX, folder)
        finally:
            shutil.rmtree(folder)
    elif request.param == "tcp4":
        yield Transport("tcp4", (0, "127.0.0.1"), socket.AF_INET, "")
    else:
        yield Transport("tcp6", (0, "::1"), socket.AF_INET6, "")


@pytest.fixture(params=["tcp", "unix"])
def connect(request: pytest.FixtureRequest, loop: netuv.Loop) -> Iterator[Callable[..., Connection]]:
    """``connect(**options of Socket)``; the test runs once on TCP and once on a Unix socket."""
    made: list[Connection] = []

    def make(**options: Any) -> Connection:
        made.append(Connection(request.param, **options))
        return made[-1]

    yield make
    for each in made:
        each.theirs.close()


@pytest.fixture
def echo_server(run: Callable[[], None], loop: netuv.Loop, transport: Transport) -> netuv.Server:
    """A listening echo server of netuv's; the test closes it."""
    server = netuv.create_server(lambda client: client.pipe(client).on("error", lambda error: None))
    server.listen(*transport.listen_args)
    return server


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A new folder with a name short enough for Unix sockets."""
    folder = tempfile.mkdtemp(prefix="netuv-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def node(pytestconfig: pytest.Config) -> str:
    """The path of Node; without it the test is skipped."""
    wanted: str = pytestconfig.getoption("--node")
    path = shutil.which(wanted)
    if path is None:
        pytest.skip("Node is not on PATH (--node says where)" if wanted == "node" else f"no Node: {wanted}")
    return path
