"""The pages of docs/ say what is so: their programs run, their tables are what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv.node import EventEmitter, net, process
from tests.test_readme import Block, blocks, check_program

DOCS = Path(__file__).parent.parent / "docs"
PORTING = DOCS.joinpath("porting.rst").read_text("utf-8")


def params() -> list[object]:
    return [
        pytest.param(block, id=f"{page.stem}-{block.line}")
        for page in sorted(DOCS.glob("*.rst"))
        for block in blocks("python", page.read_text("utf-8"))
    ]


@pytest.mark.parametrize("block", params())
def test_program(block: Block) -> None:
    check_program(block)


def test_every_python_block_is_run() -> None:
    texts = [page.read_text("utf-8") for page in DOCS.glob("*.rst")]
    assert len(params()) == sum(text.count(".. code-block:: python") for text in texts) > 0


def table(title: str) -> list[list[str]]:
    """The cells of the first table behind a title, row by row."""
    text = PORTING.partition(f"\n{title}\n----")[2]
    body = re.split(r"(?m)^=[= ]+$\n", text, maxsplit=3)[2]
    rows = [re.split(r" {2,}", line, maxsplit=2) for line in body.splitlines()]
    assert len(rows) > 10
    return rows


def test_what_each_event_carries(run: Any, short_path: Path) -> None:
    """Each event happens, and how many arguments it had is counted."""
    expected: dict[tuple[str, str], int] = {}
    for names, owner, carries in table("What each event carries"):
        for name in names.split(", "):
            arguments = carries.partition(":")[0]
            expected[owner, name] = 0 if arguments == "nothing" else arguments.count(",") + 1
    seen: dict[tuple[str, str], set[int]] = {}

    def watch(owner: str, emitter: Any, *without: str) -> Any:
        for kind, name in expected:
            if kind in (owner, "EventEmitter") and name not in without:
                place = seen.setdefault((kind, name), set())
                emitter.on(name, lambda *args, place=place: place.add(len(args)))
        return emitter

    def listening() -> None:
        port = server.address().port
        client = watch("Socket", netuv.Socket(), "readable").connect(port, "localhost", family=4)
        client.write(b"x")  # too early, so it is queued
        # Not before: the server is to accept this one first.
        client.once("connect", lambda: client.set_timeout(1, lambda: timed_out(client.set_timeout(0), port)))

    def timed_out(client: netuv.Socket, port: int) -> None:
        dropped = watch("Socket", netuv.Socket(), "data").connect(port, "127.0.0.1")
        dropped.on("readable", dropped.read)
        dropped.on("close", lambda had_error: client.pause().resume().end())
        client.on("close", lambda had_error: server.close())

    server = netuv.create_server(lambda accepted: watch("Socket", accepted, "readable").pipe(accepted))
    server.max_connections = 1
    watch("Server", server).listen(0, "127.0.0.1", listening)
    watch("Server", netuv.Server()).listen(str(short_path / "none" / "s"))
    watch("Socket", netuv.Socket()).connect(str(short_path / "none"))
    controller = netuv.AbortController()
    watch("AbortSignal", controller.signal).off("abort", print)
    controller.abort()
    run()
    elsewhere = {
        key for key in expected if key[0] in ("Loop", "process")
    }  # tests/loop and tests/node have them
    elsewhere.add(("Socket", "connectionAttemptTimeout"))
    assert {key: counts for key, counts in seen.items() if key not in elsewhere} == {
        key: {count} for key, count in expected.items() if key not in elsewhere
    }


def test_the_names_of_the_tables_exist(loop: netuv.Loop) -> None:
    known = {"socket": net.Socket(), "emitter": EventEmitter(), "process": process}
    rows = table("What else a port meets")
    found = [each for _, answer in rows for each in re.findall(r"\b(socket|emitter)\.(\w+)", answer)]
    assert len(found) > 6
    assert [name for owner, name in found if not hasattr(known[owner], name)] == []
