"""netuv's halves of the conformance pairs against Node's recorded traces."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from conformance import runner  # pytest puts tests/ on the path

CASES = runner.find()
Answer = Callable[[runner.Case], list[str]]


def params() -> list[object]:
    return [pytest.param(c, id=c.id, marks=pytest.mark.row(*c.rows)) for c in CASES]


@pytest.fixture(scope="session")
def answer(request: pytest.FixtureRequest) -> Iterator[Answer]:
    """What a case prints; the selected programs run a few at a time, ahead of the tests."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        futures: dict[runner.Case, Future[list[str]]] = {}
        for item in request.session.items:
            case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
            if isinstance(case, runner.Case) and "answer" in getattr(item, "fixturenames", ()):
                futures[case] = pool.submit(runner.run_netuv, case)
        yield lambda case: futures[case].result()
        for future in futures.values():
            future.cancel()


@pytest.mark.parametrize("case", params())
def test_as_node(case: runner.Case, answer: Answer) -> None:
    got, wanted = answer(case), runner.expected(case, runner.recorded(case))
    assert got == wanted, "\n" + runner.side_by_side(wanted, got, ("expected", "netuv"))


def test_every_trace_belongs_to_a_case_and_names_its_node() -> None:
    assert {p.name for p in runner.TRACES.iterdir()} == {c.trace.name for c in CASES}
    for case in CASES:
        assert case.trace.read_text("utf-8").startswith("# node v")
