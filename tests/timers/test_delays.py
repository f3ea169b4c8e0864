"""Odd delays: which are refused, which are 1 ms with a warning (row N15)."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from helpers import nothing

import netuv
from netuv import node
from netuv.timers import (
    MAX_DELAY,
    TimeoutNaNWarning,
    TimeoutNegativeWarning,
    TimeoutOverflowWarning,
)

pytestmark = pytest.mark.row("N15")


ODD = [
    (2**31, TimeoutOverflowWarning, "2147483648 does not fit into a 32-bit signed integer."),
    (math.inf, TimeoutOverflowWarning, "inf does not fit into a 32-bit signed integer."),
    (10**5000, TimeoutOverflowWarning, "a number over 10.* does not fit into a 32-bit signed integer."),
    (-1, TimeoutNegativeWarning, "-1 is a negative number."),
    (-(10**5000), TimeoutNegativeWarning, "a number below -10.* is a negative number."),
    (-0.5, TimeoutNegativeWarning, "-0.5 is a negative number."),
    (-math.inf, TimeoutNegativeWarning, "-inf is a negative number."),
    (math.nan, TimeoutNaNWarning, "nan is not a number."),
    (Decimal("NaN"), TimeoutNaNWarning, "nan is not a number."),
    (Fraction(10**400), TimeoutOverflowWarning, "inf does not fit"),
]


@pytest.mark.parametrize(
    ("delay", "kind", "text"), ODD, ids=lambda value: str(value)[:20] if not isinstance(value, int) else "int"
)
@pytest.mark.parametrize(
    "function", [netuv.set_timeout, netuv.set_interval, node.setTimeout, node.setInterval]
)
def test_a_delay_that_does_not_fit_is_1_with_a_warning(
    loop: netuv.Loop, function: Callable[..., Any], delay: Any, kind: Any, text: str
) -> None:
    with pytest.warns(kind, match=text + ".*") as caught:
        timer = function(nothing, delay)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert issubclass(kind, RuntimeWarning)
    assert "<Timeout 1 ms" in repr(timer)
    timer.close()


def test_nothing_is_set_when_the_warning_is_an_error(loop: netuv.Loop) -> None:
    with pytest.raises(TimeoutOverflowWarning):
        netuv.set_timeout(nothing, 2**31)
    assert loop.handles == []


@pytest.mark.parametrize("delay", [0, 0.5, 0.0, -0.0, None, True, False, MAX_DELAY, MAX_DELAY + 0.0])
def test_delays_that_are_taken_without_a_warning(loop: netuv.Loop, delay: Any) -> None:
    netuv.set_timeout(nothing, delay).close()


class Index:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


@pytest.mark.parametrize("delay", [Index(7), Decimal("7.9"), Fraction(15, 2), 7.5])
def test_whatever_is_a_real_number_is_a_delay(run: Any, delay: Any) -> None:
    timer = netuv.set_timeout(nothing, delay)
    assert "<Timeout 7 ms" in repr(timer)
    timer.close()
    client = netuv.Socket()
    client.set_timeout(delay)
    client.destroy()
    run()


def test_a_timedelta_is_refused_with_a_hint(loop: netuv.Loop) -> None:
    delay: Any = datetime.timedelta(seconds=1)
    with pytest.raises(TypeError, match=r"delay\.total_seconds\(\) \* 1000"):
        netuv.set_timeout(nothing, delay)
    with pytest.raises(TypeError, match=r"timeout\.total_seconds\(\) \* 1000"):
        netuv.Socket().set_timeout(delay)


def test_a_socket_s_timeout_is_cut_with_a_warning(loop: netuv.Loop) -> None:
    with pytest.warns(TimeoutOverflowWarning, match="truncated to 2147483647") as caught:
        client = netuv.Socket().set_timeout(2**31)
    assert caught[0].filename == __file__
    assert client.timeout == 2**31
    with pytest.warns(TimeoutOverflowWarning) as caught:
        node.net.Socket().setTimeout(2**40)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "function",
    [
        lambda: netuv.set_timeout(nothing, 1, loop=5),  # type: ignore[arg-type]
        lambda: netuv.set_interval(nothing, 1, loop=0),  # type: ignore[arg-type]
        lambda: netuv.set_immediate(nothing, loop="loop"),  # type: ignore[arg-type]
        lambda: netuv.next_tick(nothing, loop=False),  # type: ignore[arg-type]
    ],
)
def test_a_loop_that_is_none_is_named(function: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match="'loop'") as caught:
        function()
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"  # type: ignore[attr-defined]
