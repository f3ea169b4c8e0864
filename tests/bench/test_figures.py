"""The benchmark harness: its arithmetic, documents, tables and charts."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("the benchmarks are not here", allow_module_level=True)
sys.path.append(str(ROOT))

from benchmarks import (  # noqa: E402
    documents,
    flows,
    keep,
    plot,
    profiling,
    report,
    runner,
    stats,
)
from benchmarks.__main__ import cases_of, cases_to_count, parse_arguments, peers_of  # noqa: E402
from benchmarks.peers import PEERS  # noqa: E402

# -- arithmetic


def test_summary_is_the_median_and_the_range() -> None:
    summary = stats.summarise([5, 1, 2])
    assert summary == {"median": 2, "low": 1, "high": 5}
    assert stats.spread(summary) == 1
    assert stats.spread({"median": 0, "low": 0, "high": 0}) == 0
    with pytest.raises(ValueError, match="no values"):
        stats.summarise([])


def test_ratios_are_taken_within_a_round() -> None:
    # The machine was twice as slow in round 2: the ratio does not notice.
    assert stats.ratios({1: 6, 2: 12}, {1: 5, 2: 10}) == [1.2, 1.2]
    # A round that one of them missed does not count.
    assert stats.ratios({1: 6, 3: 9}, {1: 5, 2: 10}) == [1.2]
    assert stats.ratios({1: 6}, {1: 0}) == []


def test_overlap() -> None:
    low, high = stats.summarise([1, 2, 3]), stats.summarise([3, 4, 5])
    assert stats.overlap(low, high)
    assert not stats.overlap(low, stats.summarise([3.1]))


@pytest.mark.parametrize(
    ("text", "size"),
    [("64", 64), ("1k", 1024), ("16KiB", 16384), ("2 M", 2 << 20), ("100B", 100)],
)
def test_sizes(text: str, size: int) -> None:
    assert flows.parse_size(text) == size


def test_sizes_that_are_none() -> None:
    for text in ("", "0", "-1", "k", "1q"):
        with pytest.raises(ValueError, match=r"."):
            flows.parse_size(text)
    assert [flows.format_size(n) for n in (64, 1024, 1536, 1 << 20)] == [
        "64 B", "1 KiB", "1536 B", "1 MiB",
    ]  # fmt: skip


def test_command_line_chooses_cases_and_peers() -> None:
    args = parse_arguments(["echo", "idle", "--size", "1k,64", "--transport", "both"])
    names = [case.name for case in cases_of(args, 20_000)]
    assert names == [
        "echo 1 KiB", "echo 64 B", "echo 1 KiB unix", "echo 64 B unix", "idle", "idle unix",
    ]  # fmt: skip
    assert cases_of(args, 1024)[-1].connections < 1024
    args = parse_arguments(["count", "accept", "idle", "echo"])
    assert args.count
    assert [case.name for case in cases_to_count(args)] == ["accept", "echo 1 KiB"]
    args = parse_arguments(["--peers", "netuv,uvloop,c", "--without", "c"])
    assert [peer.name for peer in peers_of(args)] == ["netuv", "uvloop"]


# -- documents and reports


def make_document(**cpu: list[float]) -> dict[str, Any]:
    """A result of the echo flow with these CPU times in each round."""
    case = flows.Case(flows.FLOWS["echo"], 1024, 50, "tcp")
    rounds = {
        name.replace("_", "-"): [
            {
                "round": number,
                "cpu_us": value,
                "rate": 1e6 / value,
                "p50_us": 300.0,
                "p99_us": 600.0,
                "p999_us": 900.0,
                "memory_kib": 10240.0,
                "server_busy": 0.8,
                "load_busy": 0.95 if name == "c" else 0.5,
                "elsewhere": 0.01,
                "units": 1e6 / value,
                "seconds": 1.0,
            }
            for number, value in enumerate(values, 1)
        ]
        for name, values in cpu.items()
    }
    document: dict[str, Any] = {
        "format": runner.FORMAT,
        "created": "2024-02-29T12:00:00Z",
        "machine": {
            "cpu": "A CPU", "cores": 2, "memory_mib": 4096, "governor": None, "virtual": True,
            "system": "Linux 6.1 x86_64", "python": "3.12.1", "load_average": 0.1, "commit": None,
        },
        "parameters": {
            "duration": 1.0, "warmup": 0.3, "rounds": max(map(len, cpu.values())), "quick": False,
            "plain_malloc": False, "load": "native", "cores": "server on CPU 1, load on CPU 0",
        },
        "labels": {name: PEERS[name].label for name in rounds},
        "versions": dict.fromkeys(rounds, "1.0"),
        "missing": {"gevent": "gevent is not installed"},
        "cases": [runner.summarise_case(case, rounds, None)],
        "counts": {},
        "failures": [],
    }  # fmt: skip
    return document


def test_case_is_summarised_against_its_baseline() -> None:
    document = make_document(netuv=[6.0, 12.0, 6.6], c=[5.0, 10.0, 5.0], uvloop=[6, 6, 6])
    case = document["cases"][0]
    assert case["baseline"] == "c"
    netuv = case["servers"]["netuv"]
    assert netuv["summary"]["cpu_us"] == {"median": 6.6, "low": 6.0, "high": 12.0}
    assert netuv["ratio"]["median"] == pytest.approx(1.2)
    assert netuv["ratio"]["high"] == pytest.approx(1.32)
    assert case["servers"]["c"]["load_bound"]
    assert not netuv["load_bound"]


def test_baseline_falls_back_to_what_took_part() -> None:
    case = flows.Case(flows.FLOWS["echo"], 1024, 50, "tcp")
    rounds = {
        name: server["rounds"]
        for name, server in make_document(uvloop=[6.0], netuv=[6.0])["cases"][0]["servers"].items()
    }
    assert runner.summarise_case(case, rounds, None)["baseline"] == "uvloop"
    assert runner.summarise_case(case, rounds, "netuv")["baseline"] == "netuv"
    assert runner.summarise_case(case, rounds, "node")["baseline"] == "uvloop"


def test_aims_have_three_verdicts() -> None:
    aim = flows.Aim("echo 1 KiB", "netuv", ("uvloop",), 0.95)
    for ours, verdict in (
        ([4.0, 4.5, 4.7], "met"),
        ([4.5, 4.9, 5.0], "within the spread"),
        ([5.0, 4.8, 5.5], "MISSED"),
        ([9.0], "–"),  # one round has no spread
    ):
        document = make_document(netuv=ours, uvloop=[5.0] * 3)
        assert report.judge(document, aim)[2] == verdict, ours


def test_aims_are_judged_against_the_best_and_by_counts() -> None:
    document = make_document(netuv=[6.0] * 3, c=[5.0] * 3, uvloop=[5.5] * 3)
    best = flows.Aim("echo 1 KiB", "netuv", ("uvloop", "c", "node"), 1.0)
    assert report.judge(document, best) == ("C floor (the best)", "1.20", "MISSED")
    count = flows.Aim("echo 1 KiB", "netuv", (), 4200, instructions=True)
    assert report.judge(document, count) == ("instructions", "", "")
    document["counts"]["echo 1 KiB"] = {"netuv": 4000, "asyncio": 20_000}
    assert report.judge(document, count) == ("instructions", "4,000", "met")
    share = flows.Aim("echo 1 KiB", "netuv", ("asyncio",), 0.2, instructions=True)
    assert report.judge(document, share)[1:] == ("0.20", "within the spread")
    other = flows.Aim("echo 1 KiB", "netuv", (), 1, instructions=True, pythons=("3.11",))
    assert report.judge(document, other)[1:] == ("", "")  # this document is of 3.12
    at_all = flows.Aim("echo 1 KiB", "netuv", (), 6.5)  # the figure itself, as for memory
    assert report.judge(document, at_all) == ("KiB", "6.00", "met")
    assert report.judge(document, flows.Aim("tls-idle", "netuv", (), 20)) == ("KiB", "", "")


def test_every_aim_is_listed_and_what_was_not_measured_is_empty() -> None:
    table = report.aims_table(make_document(netuv=[6.0] * 3, uvloop=[5.0] * 3))
    assert len(table.rows) == len(flows.AIMS)
    measured = [row for row in table.rows if row[-1]]
    assert [row[:3] for row in measured] == [["echo 1 KiB", "netuv", "uvloop Protocol"]]
    for aim in flows.AIMS:
        assert aim.case.split()[0] in flows.FLOWS
        assert {aim.peer, *aim.against} <= set(PEERS)


def test_what_a_user_asks_comes_first() -> None:
    document = make_document(netuv=[7.0] * 3, node=[10.0] * 3, uvloop=[7.0] * 3)
    first, *_ = report.heading(document)
    assert first == "an echo of 1 KiB costs netuv 0.70 of Node, 1.00 of uvloop"
    document["parameters"]["quick"] = True
    assert "--quick" in report.heading(document)[0]


def test_table_and_chart_have_the_same_order() -> None:
    # By the medians of the figure uvloop would be first; within the rounds netuv is.
    document = make_document(netuv=[4.0, 9.0, 9.0], c=[5.0, 10.0, 10.0], uvloop=[6.0, 8.0, 30.0])
    case = document["cases"][0]
    assert report.in_order(case) == ["netuv", "c", "uvloop"]
    rows = report.case_table(document, case).rows
    assert [row[0] for row in rows] == ["netuv", "C floor", "uvloop Protocol"]


def test_a_whole_result_is_small_and_comes_back(tmp_path: Path) -> None:
    document = make_document(netuv=[6.012345, 6.1, 6.2, 6.3, 6.4], c=[5.0] * 5)
    document["counts"]["echo 1 KiB"] = {"netuv": 4000}
    path = tmp_path / "new" / "r.json"
    documents.save(document, path)
    back = documents.load(path)
    assert back["counts"] == document["counts"]
    netuv = back["cases"][0]["servers"]["netuv"]
    assert netuv["rounds"][0]["cpu_us"] == 6.0123
    assert netuv["ratio"]["median"] == document["cases"][0]["servers"]["netuv"]["ratio"]["median"]

    whole = make_document(**{name.replace("-", "_"): [6.123456] * 5 for name in PEERS})
    every = whole["cases"][0]
    whole["cases"] = [
        {
            **every,
            "servers": {name: every["servers"][name] for name in PEERS if flow.name in PEERS[name].flows},
        }
        for flow in flows.FLOWS.values()
        for _ in flow.sizes
    ]
    documents.save(whole, path)
    assert path.stat().st_size < 300 * 1024


def test_results_of_times_and_counts_are_merged() -> None:
    times, counts = make_document(netuv=[6.0] * 3), make_document(c=[5.0] * 3)
    counts |= {"cases": [], "counts": {"accept": {"c": 600}}}
    merged = documents.merge([times, counts])
    assert merged["counts"] == {"accept": {"c": 600}}
    assert set(merged["labels"]) == {"netuv", "c"}
    assert "accept, a connection" in report.counts_table(merged).headers
    counts["machine"]["python"] = "3.13.0"
    with pytest.raises(SystemExit, match="another python"):
        documents.merge([times, counts])


def test_what_is_awaited_has_tables_of_its_own() -> None:
    document = make_document(netuv=[6.0] * 3, netuv_await=[9.0] * 3, uvloop_streams=[10.0] * 3)
    document["counts"] = {"await-echo": {"netuv": 5_000, "netuv-await": 16_000}, "ticks": {"netuv": 900}}
    assert [row[1] for row in report.rivals_table(document).rows] == ["netuv"]
    assert report.await_table(document).rows == []
    document["cases"][0] |= {"name": "await-echo", "flow": "await-echo"}
    assert report.rivals_table(document).rows == []
    table = report.await_table(document)
    assert table.headers[-2:] == ["netuv", "uvloop streams"]
    assert [[row[1], *row[-2:]] for row in table.rows] == [["netuv await", "1.50", "0.90"]]
    assert report.counts_table(document).headers == ["server", "ticks, a tick"]
    assert report.counts_table(document, awaited=True).headers == ["server", "await-echo, a message"]
    assert report.heading(document)[0] == "an echo by async for costs netuv 0.90 of uvloop streams"
    verdicts = [row[-1] for row in report.aims_table(document).rows if row[-1]]
    assert verdicts == ["met", "met"]


def test_tables_show_ratios_and_warn() -> None:
    document = make_document(netuv=[6.0, 6.5, 6.0], c=[5.0, 5.0, 5.0])
    table = report.case_table(document, document["cases"][0])
    assert [row[0] for row in table.rows] == ["C floor", "netuv"]
    assert table.rows[1][:4] == ["netuv", "6.00", "4 %", "1.20 (1.20–1.30)"]
    assert table.rows[0][-1] == "95 % !"
    assert any("bottleneck" in note for note in table.notes)
    assert not any("not quiet" in note for note in table.notes)
    document["cases"][0]["servers"]["c"]["summary"]["elsewhere"]["median"] = 0.4
    notes = report.case_table(document, document["cases"][0]).notes
    assert any("not quiet: others used up to 40 %" in note for note in notes)


def test_headings_tell_what_is_missing() -> None:
    document = make_document(netuv=[6.0])
    document["parameters"]["load"] = "python"
    lines = "\n".join(report.heading(document))
    assert "not here: gevent: gevent is not installed" in lines
    assert "the load generator is the Python one" in lines
    assert "A CPU, 2 cores" in lines


def test_comparing_tells_a_change_from_the_spread() -> None:
    old = make_document(netuv=[6.0, 6.1, 6.2], c=[5.0] * 3, uvloop=[5.5, 5.6, 5.7])
    # The machine is half as fast now; netuv needs more than that, uvloop does not.
    new = make_document(netuv=[14.0, 14.1, 14.2], c=[10.0] * 3, uvloop=[11.0, 11.1, 11.2])
    table = report.compare(old, new)
    rows = {row[1]: row for row in table.rows}
    assert rows["netuv"][2] == "× C floor"
    assert rows["netuv"][-1] == "MORE"
    assert rows["netuv"][-2] == "+15.6 %"
    assert rows["uvloop Protocol"][-1] == "within the spread"
    assert rows["C floor"][2] == "CPU µs"
    assert rows["C floor"][-1] == "MORE"
    assert {row[1]: row[-1] for row in report.compare(new, old).rows}["netuv"] == "less"


def test_comparing_leaves_out_what_is_not_the_same() -> None:
    old = make_document(netuv=[6.0], c=[5.0])
    new = copy.deepcopy(old)
    new["cases"][0]["connections"] = 10
    table = report.compare(old, new)
    assert table.rows == []
    assert any("other parameters" in note for note in table.notes)
    assert any("fewer than three rounds" in note for note in table.notes)


def test_the_same_table_as_text_markdown_and_rst() -> None:
    table = report.Table("Title", ["name", "µs", ""], [["a|b", "1.50", "met"], ["c", "12.0", ""]])
    table.strong.append(1)
    assert report.to_plain(table).splitlines() == [
        "Title", "name    µs", "----  ----  ---", "a|b   1.50  met", "c     12.0",
    ]  # fmt: skip
    assert report.to_markdown(table).splitlines()[2:] == [
        "| name | µs |  |", "|---|---:|---|", "| a\\|b | 1.50 | met |", "| **c** | 12.0 |  |",
    ]  # fmt: skip
    rst = report.to_rst(table).splitlines()
    assert rst[1] == "~~~~~"
    assert rst[3] == rst[5] == rst[-1] == "====  ====  ==="


def test_numbers_keep_three_digits() -> None:
    assert [report.number(x) for x in (0.123, 9.996, 12.34, 123.4, 1234567)] == [
        "0.12", "10.00", "12.3", "123", "1,234,567",
    ]  # fmt: skip


def test_what_is_kept_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    document = make_document(netuv=[6.0, 6.1], c=[5.0, 5.0], uvloop=[5.5, 5.6], node=[9.0, 9.1])
    document["counts"]["echo 1 KiB"] = {"netuv": 4000}
    for name in ("SUMMARY", "CHART"):
        monkeypatch.setattr(keep, name, tmp_path / getattr(keep, name).name)
    keep.keep(document)
    text = keep.SUMMARY.read_text()
    assert "costs netuv" in text
    assert ".. image:: chart.svg" in text
    assert "netuv, as a share of what the others need" in text
    assert keep.CHART.stat().st_size + keep.SUMMARY.stat().st_size < 100 * 1024


def test_what_is_committed_is_small() -> None:
    for path in (keep.HERE / "RESULTS.rst", keep.HERE / "chart.svg"):
        assert path.stat().st_size < 60 * 1024


def test_profile_rows_are_what_is_called_for_messages() -> None:
    class Statistics:
        stats = {  # noqa: RUF012
            ("/x/netuv/loop.py", 10, "_on_read"): (1000, 1000, 0.002, 0.006, {}),
            ("/x/netuv/net/socket.py", 20, "write"): (1000, 1000, 0.001, 0.005, {}),
            ("~", 0, "<method 'try_write' of 'Stream' objects>"): (1000, 1000, 0.004, 0.004, {}),
            ("/x/netuv/__init__.py", 1, "<module>"): (1, 1, 9.0, 9.0, {}),
        }

    table = profiling.call_table(Statistics(), 1000, "title", "message")  # type: ignore[arg-type]
    assert table.rows == [
        ["1.00", "4.00", "4.00", "method 'try_write' of 'Stream' objects"],
        ["1.00", "2.00", "6.00", "netuv/loop.py:10 _on_read"],
        ["1.00", "1.00", "5.00", "netuv/net/socket.py:20 write"],
    ]


def test_charts(tmp_path: Path) -> None:
    document = make_document(netuv=[6.0, 6.1], c=[5.0, 5.0], uvloop=[5.5, 5.6], node=[99.0, 98.0])
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        with pytest.raises(plot.PlotError, match="needs matplotlib"):
            plot.plot_all(document, tmp_path)
        return
    files = plot.plot_all(document, tmp_path)
    assert [file.name for file in files] == ["echo.svg", "echo.png"]
    assert all(file.stat().st_size > 1000 for file in files)


def test_bar_that_is_far_longer_is_cut() -> None:
    assert plot.cut_at([1.0, 1.2, 1.5]) == 1.5
    assert plot.cut_at([0.5, 0.6, 0.7]) == 1.0
    assert plot.cut_at([1.0, 1.2, 40.0]) == pytest.approx(4.8)
