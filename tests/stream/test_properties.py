"""Whatever is done to a connected pair of streams, and whenever: what always holds (see plans.py).

``NETUV_EXAMPLES=10000 python -m pytest tests/stream/test_properties.py`` tries as many examples on each
transport, new ones at every run; otherwise it is a few, always the same. A failure shows the plan and what
happened.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from tests.stream.plans import DECODE, Plan, Run, Step
from tests.stream.transports import Options, world

EXAMPLES = int(os.environ.get("NETUV_EXAMPLES", "0"))


booleans = st.booleans()
sizes = st.one_of(
    st.sampled_from([0, 1, 2, 3, 10, 100]), st.integers(0, 5000), st.sampled_from([65536, 70000, 300000])
)
pieces = st.sampled_from([None, 0, 1, 7, 1000, 70000])
paces = st.sampled_from([None, 0, 100, 1000, 70000])
forms = st.sampled_from(["bytes", "bytearray", "memoryview", "str"])

OPERATIONS: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "nothing": (),
    "write": (sizes, forms, booleans),
    "end": (st.one_of(st.none(), sizes), booleans),
    "data": (st.sampled_from([True, True, False]),),
    "pause": (),
    "resume": (),
    "read": (pieces,),
    "unshift": (pieces,),
    "readable": (paces,),
    "no_readable": (),
    "cork": (),
    "uncork": (),
    "pipe": (booleans,),
    "unpipe": (),
    "encoding": (st.sampled_from(sorted(DECODE)),),
    "destroy": (booleans,),
    "destroy_soon": (),
    "reset": (),
}
# How often each: most steps are no end of anything.
ENDS = ["end", "destroy", "destroy_soon", "reset"]
NAMES = [name for name in OPERATIONS if name not in ENDS] * 3 + ENDS
NAMES += ["write"] * 12 + ["data", "resume", "read", "uncork"] * 2
EVENTS = ["data", "readable", "drain", "callback", "end", "prefinish", "finish", "error", "close"]
WHEN = ["now", "tick", "turn", "event"] * 4 + EVENTS
# What a stream that is being let go can bear without waiting for ever.
REACTIONS = ["write", "end", "resume", "read", "unshift", "uncork", "data", "encoding"] * 3 + ENDS


@st.composite
def steps(draw: Any, whens: list[str], names: list[str]) -> Step:
    what = draw(st.sampled_from(names))
    when, name = draw(st.sampled_from(whens)), draw(st.sampled_from("ab"))
    return (when, name, what, *(draw(each) for each in OPERATIONS[what]))


marks = st.sampled_from([65536, 1, 16, 1000, 200000, 0])
options = st.builds(
    Options,
    half_open=st.tuples(booleans, booleans),
    high_water_mark=st.tuples(marks, marks),
    kernel=st.sampled_from([0, 5000, 20000]),
    pause_on_connect=booleans,
    early=booleans,
    from_fd=booleans,
    choices=st.lists(st.integers(0, 11), min_size=1, max_size=12).map(tuple),
)
finales = st.sampled_from(["end", "read", "drain", "leave", "destroy"])
step = steps(WHEN, NAMES)
programs = st.one_of(st.lists(step, max_size=8), st.lists(step, min_size=8, max_size=40))
reactions = st.lists(steps(EVENTS, REACTIONS), max_size=4)
plans = st.builds(Plan, options, programs, reactions, st.tuples(finales, finales))


def carry_out(kind: str, folder: str, plan: Plan) -> None:
    with world(kind, folder, plan.options) as pair:
        run = Run(kind, plan, pair)
        try:
            run.go()
        except BaseException:
            (note if currently_in_test_context() else print)("\n".join(run.log))
            raise


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="netuv-") as name:
        yield name


@pytest.mark.parametrize("kind", ["memory", "memory sockets", "tcp", "unix"])
@settings(
    max_examples=EXAMPLES or 250,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],  # explaining a failure takes longer than finding it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(plan=plans)
def test_what_always_holds(kind: str, folder: str, plan: Plan) -> None:
    carry_out(kind, folder, plan)


END = ("end", "end")
# The shortest plan for each of what it has found, by name.
FOUND = {
    "what waits for 'connect' is copied": Plan(
        Options(early=True), [("now", "a", "write", 1, "bytearray", False)], [], END
    ),
    "pause() does not stop a reader of 'readable'": Plan(
        Options(),
        [("now", "a", "readable", None), *[("turn", "a", "nothing")] * 3, ("turn", "a", "pause")],
        [],
        ("read", "end"),
    ),
    "S16 where a second attempt takes the rest": Plan(
        Options(kernel=20000), [("now", "a", "write", 65536, "bytes", True)], [], END
    ),
    "half of four characters is put back": Plan(
        Options(),
        [("now", "a", "encoding", "base64"), ("now", "b", "end", 1, False), ("data", "a", "unshift", 1)],
        [],
        END,
    ),
    "an encoding that comes after the end": Plan(
        Options(), [("now", "b", "end", 1, False), ("data", "a", "encoding", "base64")], [], END
    ),
    "no 'finish' after 'error'": Plan(
        Options(), [("now", "b", "end", 0, False)], [("prefinish", "b", "write", 0, "bytes", False)], END
    ),
    "resume() and pause() in one turn": Plan(
        Options(),
        [("now", "a", "resume"), ("now", "a", "pause"), ("now", "b", "write", 1, "bytes", False)],
        [],
        END,
    ),
    "it flows on after a read() in paused mode": Plan(
        Options(high_water_mark=(65536, 1), choices=(0, 0, 0, 0, 0, 2)),
        [
            ("now", "b", "pause"),
            ("now", "a", "write", 65536, "str", False),
            ("now", "a", "data", True),
            ("turn", "b", "read", None),
        ],
        [],
        END,
    ),
    # As in Node: unpipe() pauses the source for good, also where 'finish' causes it.
    "an echo that is ended by hand stands still": Plan(
        Options(choices=(11,)),
        [("now", "a", "pipe", True), ("now", "b", "write", 65536, "bytes", False)],
        [("data", "a", "write", 0, "bytes", False), ("readable", "a", "end", None, False)],
        ("leave", "end"),
    ),
    "'drain' that waits behind what there is to read": Plan(
        Options(),
        [
            ("now", "b", "pipe", False),
            ("now", "a", "write", 65536, "str", False),
            *[("turn", "a", "nothing")] * 2,
            ("event", "a", "data", True),
            ("turn", "a", "nothing"),
        ],
        [],
        END,
    ),
    "resume() beside a listener of 'readable' that is removed later": Plan(
        Options(),
        [
            ("now", "a", "cork"),
            *[("now", "b", "readable", None)] * 2,
            ("now", "a", "write", 1, "bytes", False),
            ("now", "b", "resume"),
        ],
        [],
        END,
    ),
    "end() calls back when it destroys": Plan(
        Options(), [("now", "a", "end", None, True)], [("prefinish", "a", "destroy", False)], END
    ),
}


@pytest.mark.parametrize("kind", ["memory", "memory sockets", "tcp", "unix"])
@pytest.mark.parametrize("name", FOUND)
def test_what_was_found(kind: str, name: str, folder: str) -> None:
    carry_out(kind, folder, FOUND[name])
