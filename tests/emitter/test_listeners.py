"""EventEmitter: listeners that come and go, once, 'newListener', 'error'. Node 20 made the same traces."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from helpers import nothing

from netuv import NetError

pytestmark = pytest.mark.row("N13")


def other(*args: Any) -> None:
    pass


# -- adding, removing, order --------------------------------------------------------------------------


def test_a_function_added_twice_is_called_twice(x, log):
    f = log.adder("f")
    x.on("x", f)
    x.on("x", f)
    assert x.emit("x") is True
    x.off("x", f)
    assert x.listener_count("x") == 1
    assert x.emit("x") is True
    assert x.off("x", f).emit("x") is False
    assert log == ["f", "f", "f"]


def test_the_instance_added_last_is_removed_first(x, log):
    a, b = log.adder("a"), log.adder("b")
    x.on("x", a).on("x", b).on("x", a)
    x.off("x", a)
    x.emit("x")
    assert log == ["a", "b"]


def test_removing_what_is_not_there_is_quiet(x, log):
    assert x.off("x", nothing) is x
    x.on("x", log.adder("x"))
    assert x.remove_listener("x", nothing) is x
    assert x.remove_all_listeners("y") is x
    x.emit("x")
    assert log == ["x"]


def test_prepended_listeners_come_first(x, log):
    x.on("x", log.adder("1"))
    assert x.prepend_listener("x", log.adder("0")) is x
    x.once("x", log.adder("2"))
    assert x.prepend_once_listener("x", log.adder("-1")) is x
    x.emit("x")
    log.append("again")
    x.emit("x")
    assert log == ["-1", "0", "1", "2", "again", "0", "1"]


def test_event_names_are_in_the_order_of_their_first_listener(x):
    x.on("b", nothing).on("a", nothing).once("c", nothing)
    assert x.event_names() == ["b", "a", "c"]
    x.off("b", nothing).on("b", nothing)
    assert x.event_names() == ["a", "c", "b"]
    x.emit("c")
    assert x.event_names() == ["a", "b"]
    x.remove_all_listeners("a")
    assert x.event_names() == ["b"]
    x.remove_all_listeners()
    assert x.event_names() == []


def test_bound_methods_are_found_again(x):
    class Counter:
        n = 0

        def count(self) -> None:
            self.n += 1

    c = Counter()
    x.on("x", c.count).once("y", c.count)
    x.emit("x")
    assert x.listener_count("y", c.count) == 1
    x.off("x", c.count).off("y", c.count)
    assert (x.emit("x"), x.emit("y"), c.n) == (False, False, 1)


def test_arguments_are_passed_on(x):
    seen = []
    x.on("x", lambda *args, **named: seen.append((args, named)))
    x.emit("x")
    x.emit("x", 1)
    x.emit("x", 1, 2, 3, a=4)
    assert seen == [((), {}), ((1,), {}), ((1, 2, 3), {"a": 4})]
    assert x.emit("nobody", 1) is False


# -- while an event is emitted ------------------------------------------------------------------------


def test_a_listener_added_meanwhile_is_not_called(x, log):
    x.on("x", lambda: (log.append("a"), x.on("x", log.adder("b"))))
    x.emit("x")
    log.append("--")
    x.emit("x")
    assert log == ["a", "--", "a", "b"]


def test_a_listener_removed_meanwhile_is_still_called(x, log):
    b = log.adder("b")
    x.on("x", lambda: (log.append("a"), x.off("x", b)))
    x.on("x", b)
    x.emit("x")
    log.append("--")
    x.emit("x")
    assert log == ["a", "b", "--", "a"]


def test_all_removed_meanwhile(x, log):
    x.on("x", lambda: (log.append("a"), x.remove_all_listeners()))
    x.on("x", log.adder("b"))
    x.emit("x")
    assert log == ["a", "b"]
    assert x.emit("x") is False


def test_what_a_listener_raises_comes_out_at_once(x, log):
    def fail() -> None:
        log.append("b")
        raise ValueError("boom")

    x.on("x", log.adder("a")).once("x", fail).on("x", log.adder("c"))
    with pytest.raises(ValueError, match="boom"):
        x.emit("x")
    x.emit("x")
    assert log == ["a", "b", "a", "c"]


# -- once ---------------------------------------------------------------------------------------------


def test_once_is_removed_before_its_call(x, log):
    def again() -> None:
        log.append("once")
        assert x.emit("x") is False

    x.once("x", again)
    x.emit("x")
    assert log == ["once"]


def test_once_is_called_once_in_nested_emits(x, log):
    def a(depth: int) -> None:
        log.append(f"a {depth}")
        if depth < 2:
            x.emit("x", depth + 1)

    x.on("x", a).once("x", log.adder("once"))
    x.emit("x", 1)
    assert log == ["a 1", "a 2", "once 2"]


def test_once_is_removed_by_its_function(x):
    x.once("x", nothing)
    x.off("x", nothing)
    assert x.emit("x") is False


def test_the_same_function_once_twice(x, log):
    f = log.adder("f")
    x.once("x", f).once("x", f)
    x.emit("x")
    assert log == ["f", "f"]
    assert x.listener_count("x") == 0


def test_raw_listeners_show_the_wrapper(x, log):
    f = log.adder("f")
    x.once("x", f).on("x", f)
    raw = x.raw_listeners("x")
    assert (len(raw), raw[0] is f, raw[0].listener is f, raw[1] is f) == (2, False, True, True)
    assert x.listeners("x") == [f, f]
    raw[0].listener()
    assert x.listener_count("x") == 2
    raw[0]()
    assert x.listener_count("x") == 1
    raw[0]()
    assert log == ["f", "f"]


def test_a_copy_of_the_listeners_is_given(x):
    x.on("x", nothing)
    x.listeners("x").clear()
    x.raw_listeners("x").clear()
    assert x.listener_count("x") == 1
    assert x.listeners("none") == x.raw_listeners("none") == []


def test_listener_count(x):
    x.on("x", nothing).once("x", nothing).on("x", other)
    counts = [x.listener_count("x"), x.listener_count("x", nothing), x.listener_count("x", other)]
    assert counts == [3, 2, 1]
    assert (x.listener_count("y"), x.listener_count("y", nothing)) == (0, 0)


# -- 'newListener' and 'removeListener' ---------------------------------------------------------------


def test_new_listener_comes_before_adding_with_the_function_itself(x, log):
    def note(event: str, f: Any) -> None:
        log.append(f"{event} {f.__name__} {x.listener_count(event)}")

    x.on("newListener", note)
    x.on("x", nothing).once("x", other).prepend_listener("y", nothing)
    x.on("newListener", nothing)
    assert log == ["x nothing 0", "x other 1", "y nothing 0", "newListener nothing 1"]


def test_new_listener_may_add_one_that_comes_first(x, log):
    x.once("newListener", lambda event, f: x.on("x", log.adder("first")))
    x.on("x", log.adder("second"))
    x.emit("x")
    assert log == ["first", "second"]


def test_nothing_is_added_when_new_listener_raises(x):
    def refuse(event: str, f: Any) -> None:
        raise ValueError("no")

    x.on("newListener", refuse)
    with pytest.raises(ValueError, match="no"):
        x.on("x", nothing)
    assert x.listener_count("x") == 0


def test_remove_listener_comes_after_removing(x, log):
    def note(event: str, f: Any) -> None:
        log.append(f"{event} {f.__name__} {x.listener_count(event)}")

    x.on("removeListener", note)
    x.on("x", nothing).on("x", other).off("x", nothing).off("x", other)
    x.once("x", other).emit("x")
    x.on("x", nothing).on("x", other).remove_all_listeners("x")
    x.on("y", nothing).on("z", other).remove_all_listeners()
    assert log == [
        "x nothing 1",
        "x other 0",
        "x other 0",
        "x other 1",  # the last one first
        "x nothing 0",
        "y nothing 0",
        "z other 0",
    ]
    assert x.event_names() == []


def test_remove_listener_tells_the_function_of_a_once_listener_among_others(x, log):
    # Node gives the wrapper here, but the function where it was the only listener.
    x.on("removeListener", lambda event, f: log.append(f.__name__))
    x.once("x", other).on("x", nothing)
    x.emit("x")
    assert log == ["other"]


def test_removing_a_remove_listener(x, log):
    f, g = log.adder("f"), log.adder("g")
    x.on("removeListener", f).on("removeListener", g)
    x.off("removeListener", f).off("removeListener", g)
    assert [entry.split()[:2] for entry in log] == [["g", "removeListener"]]


# -- 'error' ------------------------------------------------------------------------------------------


@pytest.mark.row("S26")
def test_an_error_nobody_listens_to_is_raised(x):
    mine = ValueError("mine")
    for _ in range(2):
        with pytest.raises(ValueError, match="mine") as caught:
            x.emit("error", mine)
        assert caught.value is mine
        assert str(mine) == "mine"
    if sys.version_info >= (3, 11):
        assert mine.__notes__ == ["Nobody listens to 'error' of this EventEmitter: x.on('error', f)"]


def test_an_error_that_is_no_exception(x):
    with pytest.raises(NetError, match=r"^Unhandled error\. \(5\)$") as caught:
        x.emit("error", 5)
    assert (caught.value.code, caught.value.context) == ("ERR_UNHANDLED_ERROR", 5)
    with pytest.raises(NetError) as caught:
        x.emit("error")
    assert caught.value.code == "ERR_UNHANDLED_ERROR"


def test_an_error_somebody_listens_to(x):
    seen = []
    x.on("error", seen.append)
    assert x.emit("error", "any value") is True
    assert seen == ["any value"]
