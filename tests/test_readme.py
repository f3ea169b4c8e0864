"""README.rst says what is so: its programs run, its commands are those of .ci/run, its names exist.

A Python block is a program that ends by itself with status 0. One after the comment
``.. test: server`` is a server on port 8124, here on a free one: it is asked to echo, and then
interrupted by Ctrl-C.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

import netuv
import netuv.aio
import netuv.node
import netuv.tls

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.rst").read_text("utf-8")
LIMIT = 20.0  # seconds that a program may take

TRY = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/python examples/echo.py"
TEST = ".venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest -n auto"


class Block(NamedTuple):
    line: int
    marker: str
    code: str


def blocks(language: str, text: str = README) -> list[Block]:
    found = re.finditer(
        r"(?:^\.\. test: (?P<marker>\w+)\n\n)?"
        rf"^\.\. code-block:: {language}\n\n(?P<code>(?:    .*\n|\n)+)",
        text,
        re.MULTILINE,
    )
    return [
        Block(
            text.count("\n", 0, match.start("code")) + 1,
            match["marker"] or "",
            textwrap.dedent(match["code"]).strip() + "\n",
        )
        for match in found
    ]


def params(marker: str) -> list[object]:
    found = [block for block in blocks("python") if block.marker == marker]
    return [pytest.param(block, id=f"line-{block.line}") for block in found]


def command(code: str) -> list[str]:
    return [sys.executable, "-u", "-Werror", "-c", code]


def check_program(block: Block) -> None:
    """It ends by itself with status 0, and has printed something."""
    done = subprocess.run(
        command(block.code),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("block", params(""))
def test_program(block: Block) -> None:
    check_program(block)


@pytest.mark.parametrize("block", params("server"))
def test_server(block: Block) -> None:
    assert "8124" in block.code
    with subprocess.Popen(
        command(block.code.replace("8124", "0")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().rpartition("port ")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as peer:
                peer.sendall(b"and goodbye\r\n")
                peer.shutdown(socket.SHUT_WR)
                echoed = b"".join(iter(lambda: peer.recv(65536), b""))
            assert echoed == b"hello\r\nand goodbye\r\n"
            lines = [server.stdout.readline() for _ in range(2)]
            assert lines == ["connected: 127.0.0.1\n", "disconnected\n"]
            server.send_signal(signal.SIGINT)
            assert server.communicate(timeout=LIMIT)[0].rstrip().endswith("KeyboardInterrupt")
        finally:
            server.kill()


def test_every_python_block_is_run() -> None:
    run = [*params(""), *params("server")]
    assert len(run) == README.count(".. code-block:: python") > 0
    assert README.count(".. test: ") == len(params("server"))


def test_echo_server_has_twelve_lines() -> None:
    assert len(blocks("python")[0].code.splitlines()) == 12


def test_the_two_commands() -> None:
    first, second = blocks("sh")[:2]
    assert (first.code, second.code) == (TRY + "\n", TEST + "\n")


def test_the_commands_are_what_ci_runs() -> None:
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("this tree has no .ci/run")
    text = script.read_text("utf-8")
    taken = re.search(r're\.findall\(r"(\^\\\.\\\. code-block:: sh.*?)", readme', text)
    assert taken, ".ci/run no longer takes the commands from README.rst"
    pattern = taken[1].replace(r"\n", "\n")
    assert re.findall(pattern, README, re.MULTILINE)[:2] == [f"    {TRY}\n\n", f"    {TEST}\n\n"]


def test_the_modules_that_commands_run_exist() -> None:
    for block in blocks("sh"):
        for module in re.findall(r"python -m ((?:tests|benchmarks|netuv)[\w.]*)", block.code):
            path = ROOT.joinpath(*module.split("."))
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_the_pythons_are_those_of_the_metadata() -> None:
    metadata = ROOT.joinpath("pyproject.toml").read_text("utf-8")
    minors = [int(minor) for minor in re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', metadata)]
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert f'requires-python = ">=3.{minors[0]}"' in metadata
    ranges = re.findall(r"CPython 3\.(\d+) to 3\.(\d+)", README)
    assert len(ranges) == 2
    assert set(ranges) == {(str(minors[0]), str(minors[-1]))}


def test_every_name_exists() -> None:
    """Each ``netuv.name`` and ``socket.name`` of the text, tables included."""
    text = re.sub(r"(?m)^\.\. code-block:: .*\n\n(?:    .*\n|\n)+", "", README)
    known = {
        "netuv": netuv,
        "server": netuv.Server,
        "socket": netuv.Socket,
        "source": netuv.Socket,
        "x": netuv.Socket,
        "loop": netuv.default_loop(),
        "timer": netuv.set_timeout(print, 0).unref(),
        "controller": netuv.AbortController(),
    }
    known["timer"].close()
    # Node's column of the table: its rows begin with "* -".
    text = re.sub(r"(?m)^   \* - .*\n(?:     [^ -].*\n|       .*\n)*", "", text)
    names = re.findall(r"\b(" + "|".join(known) + r")\.([A-Za-z_]\w*)", text)
    assert len(names) > 60
    files = {("netuv", "py")}
    on_instances = {("socket", "bytes_read")}
    missing = [
        f"{owner}.{name}"
        for owner, name in names
        if not hasattr(known[owner], name) and (owner, name) not in files | on_instances
    ]
    assert missing == []


def test_every_path_exists() -> None:
    """Each ``folder/`` and ``file.ext`` of the text."""
    named = set(re.findall(r"``([\w./]+/|[\w/]+\.(?:rst|py|h))``", README)) | {"LICENSE"}
    assert len(named) > 4
    named.discard("netuv/")  # it may be an installed one that is tested
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_module_is_in_the_table_of_layers() -> None:
    table = README.partition("How it is built\n")[2].partition("\n\n\n")[0]
    listed = re.findall(r"``(\w+)``", "\n".join(re.findall(r"(?m)^``.{29}", table)))
    modules = {path.stem for path in Path(netuv.__file__).parent.iterdir() if not path.stem.startswith("_")}
    assert sorted(listed) == sorted(modules - {"py"})


def test_every_example_is_listed() -> None:
    listed = re.findall(r"^(\w+\.py) +\S", README, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "examples").glob("*.py"))


PAGES = ["README.rst", "CHANGELOG.rst", "benchmarks/README.rst", "examples/node/README.rst"]


@pytest.mark.parametrize(
    "name", [*PAGES, *(str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("docs/*.rst")))]
)
def test_it_is_right_restructured_text(name: str) -> None:
    pytest.importorskip("docutils", reason="docutils is not installed")
    docutils = [sys.executable, "-m", "docutils", "--report=info", "--halt=warning"]
    done = subprocess.run(
        [*docutils, str(ROOT / name), os.devnull], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
