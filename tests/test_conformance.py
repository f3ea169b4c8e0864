"""netuv's halves of the conformance pairs against Node's recorded traces."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from conformance import runner  # pytest puts tests/ on the path
from helpers import own_pyuv

CASES = runner.find()
Answer = Callable[[runner.Case], list[str]]


# Where one event comes before another one because a shutdown() with nothing queued ends in the same turn.
EARLY_SHUTDOWN = {"pipeline_socket_proxy.unix", "write_after_peer_end.tcp", "write_after_peer_end.unix"}


def params() -> list[object]:
    late = own_pyuv("its libuv ends a shutdown() one turn later")
    return [
        pytest.param(
            c, id=c.id, marks=[pytest.mark.row(*c.rows), *([late] if c.id in EARLY_SHUTDOWN else [])]
        )
        for c in CASES
    ]


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
    try:
        got = answer(case)
    except runner.MissingOpenSSL as error:
        pytest.skip(str(error))
    wanted = runner.expected(case, runner.recorded(case))
    assert got == wanted, "\n" + runner.side_by_side(wanted, got, ("expected", "netuv"))


def test_every_trace_belongs_to_a_case_and_names_its_nodes() -> None:
    assert {p.name for p in runner.TRACES.iterdir()} == {c.trace.name for c in CASES}
    for case in CASES:
        assert sorted(map(runner.major, runner.read_trace(case)), reverse=True) == list(runner.KEPT)


def test_what_nodes_answer_alike_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "TRACES", tmp_path)
    case = CASES[0]
    runner.write_trace(case, {"v24.1.0": ["a", "b"], "v26.3.0": ["a", "b"]})
    assert case.trace.read_text("utf-8") == "# node v26.3.0 v24.1.0\na\nb\n"
    runner.write_trace(case, {**runner.read_trace(case), "v24.1.0": ["c"]})
    assert case.trace.read_text("utf-8") == "# node v26.3.0\na\nb\n# node v24.1.0\nc\n"
    assert runner.recorded(case) == ["a", "b"]
    assert runner.recorded(case, 24) == ["c"]


def test_the_table_in_docs_is_what_the_traces_say() -> None:
    written = runner.TABLE.read_text("utf-8")
    assert written == runner.table(CASES), "python -m tests.conformance table"


def test_what_is_answered_otherwise_has_a_reason_that_readme_or_the_page_of_tls_lists() -> None:
    root = runner.HERE.parent.parent
    lists = {"README.rst": "Differences from Node\n---", "docs/tls.rst": "Departures from Node\n---"}
    texts = [root.joinpath(name).read_text("utf-8").partition(title)[2] for name, title in lists.items()]
    assert all(texts)
    listed = " ".join(" ".join(texts).split())
    for case in CASES:
        answer = runner.equals(case)
        assert bool(case.because) == (str(runner.REFERENCE) not in answer), case.id
        for reason in case.because:
            assert reason in listed, f"{case.id}: {reason}"
