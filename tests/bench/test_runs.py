"""The benchmark harness: every server answers, and every figure is there.

Nothing here asserts how long anything takes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import math
import os
import pstats
import re
import resource
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("the benchmarks are not here", allow_module_level=True)
sys.path.append(str(ROOT))

from benchmarks import __main__ as command_line  # noqa: E402
from benchmarks import (  # noqa: E402
    build,
    counting,
    documents,
    flows,
    process,
    profiling,
    report,
    runner,
)
from benchmarks.peers import PEERS, Installation, as_served  # noqa: E402

needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
COMPILER = build.find_compiler()
OPENSSL = shutil.which("openssl")  # which makes the certificate of the TLS flows
SURE = ["netuv", "netuv-pipe", "netuv-plain", "pyuv", "asyncio", "asyncio-streams", "bare"]
SURE += ["netuv-await", "netuv-await-asyncio"]
SURE += [
    name
    for name in ("netuv-await-uvloop", "trio", "anyio")  # where they are installed
    if all(map(importlib.util.find_spec, PEERS[name].modules))
]
SURE += ["c"] * bool(COMPILER) + ["node"] * bool(shutil.which("node"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> build.Compiled:
    """The C programs, compiled once."""
    return build.compile_all(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def benchmarks(compiled: build.Compiled, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`python -m benchmarks WORDS` in this process: (status, output, errors)."""
    monkeypatch.setattr(command_line, "compile_all", lambda directory: compiled)

    def run(*words: object) -> tuple[int, str, str]:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        output, errors = io.StringIO(), io.StringIO()
        status: object = 0
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
                status = command_line.main([*map(str, words), "--plain"])
        except SystemExit as leaving:
            status = leaving.code
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        if isinstance(status, str):
            errors.write(status)
        return (0 if status in (0, None) else 1), output.getvalue(), errors.getvalue()

    return run


def check_document(document: dict[str, Any], names: list[str]) -> None:
    """Every server that is written for a flow has every figure of it."""
    assert document["failures"] == []
    for case in document["cases"]:
        flow = flows.FLOWS[case["flow"]]
        expected = {name for name in names if flow.name in PEERS[name].flows}
        assert set(case["servers"]) == expected, case["name"]
        for name, server in case["servers"].items():
            for figure in flow.figures:
                summary = server["summary"][figure]
                assert math.isfinite(summary["median"]), (case["name"], name, figure)
                assert summary["low"] <= summary["median"] <= summary["high"]
            assert server["summary"]["rate"]["median"] > 0
            assert server["rounds"][0]["units"] > 0
        base = case["servers"][case["baseline"]]
        assert base["ratio"] == {"median": 1, "low": 1, "high": 1}


def one_turn(peer: str, flow: str, where: Path, compiled: build.Compiled, **other: Any) -> dict[str, float]:
    """The figures of a turn that is as short as it can be."""
    parameters = runner.Parameters(duration=0.03, warmup=0.0, rounds=1, **other)
    one = runner.Runner(Installation(compiled), process.choose_cores(False), parameters, where)
    found = flows.FLOWS[flow]
    case = flows.Case(found, found.sizes[:2][-1], min(found.connections, 8), "tcp")
    if other.get("python_load"):
        case = flows.Case(found, case.size, case.connections, "unix")
    return one.measure(as_served(case, PEERS[peer]), one.installation.command(PEERS[peer]))


# -- whole runs


@needs_linux
def test_every_server_has_every_figure_of_every_flow(compiled: build.Compiled, tmp_path: Path) -> None:
    # Flows that differ in their name only are one turn.
    different = {
        (name, PEERS[name].kind or flow.server, flow.load, flow.figures, flow.tls): (name, flow.name)
        for name in [*SURE, *["c-tls"] * ("floor-tls" in compiled.programs)]
        for flow in map(flows.FLOWS.__getitem__, PEERS[name].flows)
        if OPENSSL or not flow.tls
    }
    turns = list(different.values())
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda turn: one_turn(*turn, tmp_path, compiled), turns))
    for turn, figures in zip(turns, found, strict=True):
        for figure in flows.FLOWS[turn[1]].figures:
            assert math.isfinite(figures[figure]), (turn, figure)
        assert figures["rate"] > 0
        assert figures["units"] > 0


@needs_linux
def test_unix_sockets_and_the_load_generator_in_python(compiled: build.Compiled, tmp_path: Path) -> None:
    names = [("netuv", name) for name in ("echo", "c2s", "s2c", "pipe", "accept", "idle", "client")]
    names += [(name, "await-client") for name in ("netuv-await", "trio", "anyio") if name in SURE]
    names += [("netuv", name) for name, flow in flows.FLOWS.items() if flow.tls and OPENSSL]
    with ThreadPoolExecutor(4) as pool:
        turns = [pool.submit(one_turn, *name, tmp_path, compiled, python_load=True) for name in names]
    for turn in turns:
        assert turn.result()["units"] > 0


@needs_linux
def test_as_few_units_as_there_can_be(compiled: build.Compiled, tmp_path: Path) -> None:
    """A client's message stands for many units; it is one message then, and not all that the time allows."""
    parameters = runner.Parameters(duration=60.0, warmup=0.0, rounds=1)
    one = runner.Runner(Installation(compiled), process.choose_cores(False), parameters, tmp_path)
    case = flows.Case(flows.FLOWS["client"], 1, 1, "tcp")
    figures = one.measure(as_served(case, PEERS["netuv"]), one.installation.command(PEERS["netuv"]), 1)
    assert figures["units"] == flows.BATCH


@needs_linux
def test_quick_run_is_printed_saved_and_compared(benchmarks: Any, tmp_path: Path) -> None:
    result, markdown = tmp_path / "r.json", tmp_path / "r.md"
    names = ["netuv", "asyncio"]
    status, output, errors = benchmarks(
        "echo", "start", "--quick", "--peers", ",".join(names), "--json", result, "--markdown", markdown
    )
    assert status == 0, output + errors
    assert errors.startswith("4 turns, about 3 s\n")
    document = documents.load(result)
    assert document["missing"] == {}
    check_document(document, names)
    for text in (output, markdown.read_text()):
        assert "--quick: this shows that everything works" in text
        assert "an echo of 1 KiB costs netuv" in text
        assert document["machine"]["cpu"] in text
        for case in document["cases"]:
            assert report.case_title(case) in text
        for name in names:
            assert PEERS[name].label in text

    status, output, errors = benchmarks("--from", result, "--compare", result)
    assert status == 0, errors
    assert "Compared with" in output
    assert "within the spread" in output


@needs_linux
def test_profile_counts_calls(benchmarks: Any, tmp_path: Path) -> None:
    profile = tmp_path / "netuv.pstats"
    status, output, errors = benchmarks("listeners", "--profile", profile, "--duration", 0.1)
    assert status == 0, output + errors
    assert "calls per message" in output
    assert "netuv/" in output
    assert profile.exists()


@needs_linux
@pytest.mark.skipif(counting.why_not() is not None, reason="there is no valgrind")
def test_instructions_are_counted(compiled: build.Compiled, tmp_path: Path) -> None:
    if not COMPILER:
        pytest.skip("the floor needs a compiler, and a Python server needs long")
    one = runner.Runner(Installation(compiled), process.choose_cores(False), counting.PARAMETERS, tmp_path)
    counter = counting.Counter(one)
    # Of one connection: how many are ready in one turn is left to chance, and changes what each costs.
    case = flows.Case(flows.FLOWS["echo"], 1, 1, "tcp")
    count = counter.instructions(case, PEERS["c"])
    assert 20 < count < 5000
    assert counter.instructions(case, PEERS["c"]) == pytest.approx(count, rel=0.05)


@needs_linux
def test_profiled_server_leaves_with_its_profile_while_a_client_is_connected(tmp_path: Path) -> None:
    output = tmp_path / "netuv.pstats"
    command = [sys.executable, str(profiling.WRAPPER), str(output)]
    command += [str(profiling.SERVERS / "netuv_data.py"), "echo", "0", "1"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin
    assert server.stdout
    try:
        port = int(server.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), 15) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
            server.stdin.close()
            assert server.wait(15) == 0
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    calls = {function for _file, _line, function in pstats.Stats(str(output)).stats}  # type: ignore[attr-defined]
    assert "<module>" in calls
    assert "echo" in calls


def test_mistakes_on_the_command_line_are_told(benchmarks: Any, tmp_path: Path) -> None:
    for words, answer in (
        (["walk"], "no such flow: walk"),
        (["--peers", "netuv,pigeon"], "unknown: pigeon"),
        (["--size", "0"], "at least one byte"),
        (["--rounds", "0"], "at least 1"),
        (["--from", str(tmp_path / "none.json")], "No such file"),
        (["--quick", "--keep"], "nothing to keep"),
    ):
        status, _, errors = benchmarks(*words)
        assert status != 0
        assert answer in errors


# -- one turn


@pytest.fixture
def turn(compiled: build.Compiled, tmp_path: Path) -> Any:
    """Runs one short turn of a command on the echo flow."""
    parameters = runner.Parameters(duration=0.05, warmup=0.01, rounds=1)
    one = runner.Runner(Installation(compiled), process.choose_cores(False), parameters, tmp_path)
    case = flows.Case(flows.FLOWS["echo"], 64, 2, "tcp")
    return lambda command: one.measure(case, command)


@needs_linux
def test_server_that_does_not_start_is_told_with_its_own_words(turn: Any) -> None:
    with pytest.raises(process.ChildError, match="server: ended with status 3: oh dear"):
        turn([sys.executable, "-c", "import sys; print('oh dear', file=sys.stderr); sys.exit(3)"])


@needs_linux
def test_server_that_answers_wrongly_is_found_out(turn: Any) -> None:
    program = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.send(bytes(len(connection.recv(65536))))
sys.stdin.read()
"""
    with pytest.raises(process.ChildError, match="not what was sent"):
        turn([sys.executable, "-c", program])


@needs_linux
def test_ended_from_outside_it_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "echo", "--peers", "asyncio", "--plain"]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert "turns, about" in child.stderr.readline()
        assert child.stderr.readline().startswith("echo 64 B: round 1 of")
        child.terminate()
        child.wait(20)
    assert child.returncode == 143
    assert list(tmp_path.iterdir()) == []


@needs_linux
def test_failures_are_reported_and_the_rest_goes_on(compiled: build.Compiled, tmp_path: Path) -> None:
    class Broken(Installation):
        def command(self, peer: Any) -> list[str]:
            if peer.name == "pyuv":
                return [sys.executable, "-c", "raise SystemExit('broken')"]
            return super().command(peer)

    installation = Broken(compiled)
    parameters = runner.Parameters(duration=0.05, warmup=0.01, rounds=2)
    one = runner.Runner(installation, process.choose_cores(True), parameters, tmp_path)
    turns: list[tuple[int, str]] = []

    class Progress:
        def turn(self, case: flows.Case, peer: Any, round_number: int) -> None:
            turns.append((round_number, peer.name))

    case = flows.Case(flows.FLOWS["echo"], 64, 2, "tcp")
    peers = [PEERS["asyncio"], PEERS["pyuv"], PEERS["netuv"]]
    document = one.run([case], peers, Progress())
    names = ["asyncio", "pyuv", "netuv"]
    assert turns == [(1, name) for name in names] + [(2, name) for name in names]
    assert [(f["peer"], f["round"]) for f in document["failures"]] == [("pyuv", 1), ("pyuv", 2)]
    assert set(document["cases"][0]["servers"]) == {"asyncio", "netuv"}
    assert "broken" in report.to_plain(report.failures_table(document))


@needs_linux
def test_child_leaves_when_its_input_ends() -> None:
    program = "import sys; print('here', flush=True); sys.stdin.read()"
    child = process.Child("child", [sys.executable, "-c", program], None, {})
    assert child.read_line(20) == "here"
    assert process.cpu_ns(child.pid) > 0
    assert process.private_kib(child.pid) > 0
    child.stop()
    assert child.process.returncode == 0


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
@pytest.mark.parametrize("name", build.SOURCES)
def test_c_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    assert COMPILER is not None
    source, words = build.SOURCES[name]
    command = [*COMPILER, *build.FLAGS, "-Werror", "-o", str(tmp_path / "out"), str(source), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if re.search(r"openssl/\w+\.h: No such file", done.stderr):
        pytest.skip("there are no headers of OpenSSL")
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
def test_without_the_headers_of_openssl_its_floor_is_missing_and_the_load_is_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "floor.c"
    source.write_text("#include <openssl/is_not_here.h>\n")
    sources = {name: (source, words) for name, (_, words) in build.SOURCES.items() if words}
    monkeypatch.setattr(build, "SOURCES", sources)
    compiled = build.compile_all(tmp_path)
    assert Installation(compiled).missing(PEERS["c-tls"]) == "the headers of OpenSSL are not installed"
    if OPENSSL:
        assert one_turn("asyncio", "tls-echo", tmp_path, compiled)["units"] > 0


def test_without_a_compiler_the_floor_is_missing_and_the_load_is_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build, "find_compiler", lambda: None)
    installation = Installation(build.compile_all(tmp_path))
    assert installation.missing(PEERS["c"]) == "there is no C compiler"
    parameters = runner.Parameters(duration=0.05, warmup=0.01, rounds=1)
    one = runner.Runner(installation, process.choose_cores(False), parameters, tmp_path)
    assert not one.native_load
