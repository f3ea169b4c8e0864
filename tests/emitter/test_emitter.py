"""EventEmitter: wrong listeners, decorators, pyee's methods, subclasses, the limit of listeners."""

from __future__ import annotations

import copy
import functools
import math
import warnings

import pyee
import pytest
from helpers import nothing

import netuv
from netuv import EventEmitter
from netuv.emitter import MaxListenersExceededWarning

pytestmark = pytest.mark.row("N13")


# -- arguments ----------------------------------------------------------------------------------------


ADDING = ["on", "once", "add_listener", "prepend_listener", "prepend_once_listener"]
REMOVING = ["off", "remove_listener"]
DECORATORS = ["on", "once"]  # without a function


@pytest.mark.parametrize(
    ("method", "value"),
    [
        (method, value)
        for method in ADDING + REMOVING
        for value in (None, 5, "f", {})
        if value is not None or method not in DECORATORS
    ],
)
@pytest.mark.row("N14")
def test_what_is_not_callable_is_refused(x, method, value):
    with pytest.raises(TypeError, match="'listener' must be a function, got ") as caught:
        getattr(x, method)("x", value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert x.event_names() == []


async def a_coroutine() -> None:
    pass


async def an_async_generator():
    yield


class AsyncMethod:
    async def method(self) -> None:
        pass


class AsyncCall:
    async def __call__(self) -> None:
        pass


@pytest.mark.parametrize("method", [*ADDING, "listens_to"])
@pytest.mark.parametrize(
    "f",
    [
        a_coroutine,
        an_async_generator,
        AsyncMethod().method,
        AsyncCall(),
        functools.partial(a_coroutine),
    ],
)
def test_async_listeners_are_refused(x, method, f):
    with pytest.raises(TypeError, match="async listeners are not supported") as caught:
        x.listens_to("x")(f) if method == "listens_to" else getattr(x, method)("x", f)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert x.event_names() == []


# -- decorators and pyee's names ----------------------------------------------------------------------


def test_decorators_add_and_give_the_function_back(x, log):
    @x.on("x")
    def f() -> None:
        log.append("f")

    @x.once("x")
    def g() -> None:
        log.append("g")

    @x.listens_to("x")
    def h() -> None:
        log.append("h")

    x.emit("x")
    x.emit("x")
    assert log == ["f", "g", "h", "f", "h"]
    assert all(callable(each) for each in (f, g, h))
    assert x.listeners("x") == [f, h]


def test_it_is_a_pyee_emitter_and_has_all_of_its_methods(x):
    assert isinstance(x, pyee.EventEmitter)
    public = {name for name in vars(pyee.EventEmitter) if not name.startswith("_")}
    assert public <= vars(EventEmitter).keys()
    assert vars(x) == {"_events": {}}  # no lock, nothing but one dict


def test_it_can_be_copied(x):
    x.on("x", nothing)
    assert copy.copy(x).listeners("x") == [nothing]


def test_every_way_to_add_chains(x):
    for method in ADDING:
        assert getattr(x, method)("x", nothing) is x


# -- subclasses that notice their listeners -----------------------------------------------------------


def test_on_and_remove_listener_can_be_overridden():
    calls = []

    class Noticing(EventEmitter):
        def on(self, event, f=None):
            if f is not None:
                calls.append(f"on {event}")
            return super().on(event, f)

        def remove_listener(self, event, f):
            calls.append(f"remove {event}")
            return super().remove_listener(event, f)

    n = Noticing()
    n.on("a", nothing)
    n.on("b")(nothing)
    n.add_listener("c", nothing)
    n.once("d", nothing)
    n.once("e")(nothing)
    n.listens_to("f")(nothing)
    assert calls == ["on a", "on b", "on c", "on d", "on e", "on f"]
    calls.clear()
    n.prepend_listener("g", nothing)
    n.prepend_once_listener("h", nothing)
    assert calls == []
    n.off("a", nothing)
    n.emit("d")
    assert calls == ["remove a", "remove d"]


# -- the limit ----------------------------------------------------------------------------------------


def test_limit_is_checked_and_kept(x):
    assert x.get_max_listeners() == 10
    assert x.set_max_listeners(0) is x
    assert x.get_max_listeners() == 0
    for value, code in [
        (-1, "ERR_OUT_OF_RANGE"),
        (math.nan, "ERR_OUT_OF_RANGE"),
        ("1", "ERR_INVALID_ARG_TYPE"),
        (None, "ERR_INVALID_ARG_TYPE"),
        (True, "ERR_INVALID_ARG_TYPE"),
    ]:
        with pytest.raises((TypeError, ValueError)) as caught:
            x.set_max_listeners(value)
        assert caught.value.code == code
    assert x.set_max_listeners(math.inf).get_max_listeners() == math.inf


def test_one_listener_too_many_warns_once_where_it_was_added(x):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for _ in range(10):
            x.on("x", nothing)
        assert seen == []
        for _ in range(3):
            x.add_listener("x", nothing)
    assert [str(each.message) for each in seen] == [
        "11 'x' listeners on one EventEmitter, more than 10: if they are not added again and again"
        " by mistake, raise the limit with set_max_listeners()"
    ]
    assert seen[0].category is MaxListenersExceededWarning
    assert issubclass(seen[0].category, RuntimeWarning)
    assert seen[0].filename == __file__
    assert x.listener_count("x") == 13


def test_each_event_has_its_own_warning_and_prepending_counts(x):
    x.set_max_listeners(1)
    x.on("a", nothing).on("b", nothing)
    with pytest.warns(MaxListenersExceededWarning, match="^2 'a' listeners"):
        x.on("a", nothing)
    with pytest.warns(MaxListenersExceededWarning, match="^2 'b' listeners"):
        x.prepend_once_listener("b", nothing)


@pytest.mark.parametrize("limit", [0, math.inf])
def test_no_limit_no_warning(x, limit):
    x.set_max_listeners(limit)
    for _ in range(50):
        x.on("x", nothing)
    assert x.listener_count("x") == 50


def test_default_limit_belongs_to_the_class():
    class Roomy(EventEmitter):
        default_max_listeners = 20

    assert Roomy().get_max_listeners() == 20
    assert EventEmitter().get_max_listeners() == EventEmitter.default_max_listeners == 10


# -- on real sockets ----------------------------------------------------------------------------------


def test_a_server_and_its_sockets_are_emitters(transport, run, must_call):
    trace = []

    def connected(c: netuv.Socket) -> None:
        c.on("newListener", lambda event, f: trace.append(f"new {event}"))
        c.on("removeListener", lambda event, f: trace.append(f"removed {event}"))
        c.on("end", lambda: trace.append("end second"))
        c.prepend_listener("end", lambda: trace.append("end first"))
        c.once("data", lambda data: trace.append(f"once {data!r}"))
        assert c.listener_count("data") == 1

        @c.once("close")
        def closed(had_error: bool) -> None:
            trace.append(f"close {had_error}")
            server.close()

    server = netuv.Server()
    server.once("connection", must_call(connected))
    unheard = must_call(times=0)
    server.on("close", unheard).off("close", unheard).once("close", must_call())

    @server.once("listening")
    def listening() -> None:
        client = netuv.connect(*transport.connect_args(server))
        client.end(b"hello")
        client.resume()

    server.listen(*transport.listen_args)
    run()
    assert trace == [
        "new removeListener",
        "new end",
        "new end",
        "new data",
        "new close",
        "removed data",
        "once b'hello'",
        "end first",
        "end second",
        "removed close",
        "close False",
    ]


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x.on("x", nothing),
        lambda x: x.once("x", nothing),
        lambda x: x.emit("x"),
        lambda x: x.listeners("x"),
        lambda x: x.off("x", nothing),
    ],
)
def test_a_forgotten_super_init_is_named(use):
    class Forgetful(EventEmitter):
        def __init__(self) -> None:
            pass

    with pytest.raises(AttributeError, match=r"Forgetful.__init__\(\) has not called super\(\)"):
        use(Forgetful())


@pytest.mark.parametrize("events", [["x"], ["x", "y"]])
def test_emit_as_a_listener_of_itself_is_a_recursion_error(x, events):
    """There may be no Python function in between whose depth the interpreter would count."""
    for event, heard in zip(events, events[1:] + events[:1], strict=True):
        x.on(event, functools.partial(x.emit, heard))
    with pytest.raises(RecursionError):
        x.emit(events[0])
