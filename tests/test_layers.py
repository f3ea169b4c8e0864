"""The modules of netuv import only downwards; this reads their imports and holds the table."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import netuv

PACKAGE = Path(netuv.__file__).parent

# From the bottom up. A module imports from the rows below, and in its own row from its left. A package is one
# entry, except uv: what it says about statuses is needed by errors, and the rest of it raises those.
LAYERS = (
    ("_version", "uv", "uv.status", "uv.wire", "errors", "misuse", "checks"),
    ("uv.turn", "uv.timer", "uv.lookup", "emitter"),
    ("address", "blocklist", "uv.handles"),
    ("loop", "stream"),
    ("abort", "timers", "dns", "events"),
    ("net",),
    ("__init__", "__main__"),
    ("node",),
)
ORDER = [name for row in LAYERS for name in row]
BASE = {"uv.status", "errors", "misuse", "checks"}

# What is narrower than its row: the parts that a reader may take out and use alone.
ONLY = {
    "_version": set(),
    "emitter": BASE,
    "address": BASE,
    "blocklist": {*BASE, "address"},
    "loop": {*BASE, "emitter", "uv.turn"},
    "stream": {*BASE, "emitter"},
    "timers": {*BASE, "abort", "loop", "uv.turn", "uv.timer"},
    "dns": {*BASE, "address", "loop", "uv.lookup"},
    "abort": {*BASE, "emitter"},
    "__main__": {"_version", "uv"},
}
# Bytes in, events out: these know nothing of libuv or of sockets.
SANS_IO = ("misuse", "checks", "emitter", "address", "blocklist", "stream", "abort")
MAX_LINES = 700


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def unit(file: Path) -> str:
    """The row entry that a file belongs to."""
    return entry(file.relative_to(PACKAGE).with_suffix("").parts)


def entry(parts: Sequence[str]) -> str:
    if parts[0] == "uv" and parts[1:] not in ([], (), ("__init__",)):
        return ".".join(parts)
    return parts[0]


def at_import(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when the module is imported."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_import(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from at_import(getattr(node, name, []))
            for handler in getattr(node, "handlers", []):
                yield from at_import(handler.body)


def imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """The dotted names that an import statement may load."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
        return
    base = node.module or ""
    if node.level:
        parents = package.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
    for alias in node.names:
        yield f"{base}.{alias.name}"


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def own_imports(tree: ast.Module, package: str) -> Iterator[str]:
    """The modules of netuv that are loaded by it, by their full names."""
    for node in at_import(tree.body):
        for name in imported(node, package):
            if name == "netuv" or name.startswith("netuv."):
                yield name if is_module(name) else name.rpartition(".")[0]


def read(file: Path) -> tuple[ast.Module, str]:
    package = ".".join(("netuv", *file.relative_to(PACKAGE).parent.parts))
    return ast.parse(file.read_text("utf-8"), str(file)), package


def graph() -> dict[str, set[str]]:
    """module -> modules, for all files of the package."""
    edges: dict[str, set[str]] = {}
    for file in files():
        tree, package = read(file)
        name = package if file.stem == "__init__" else f"{package}.{file.stem}"
        edges[name] = set(own_imports(tree, package)) - {name}
    return edges


def units_of(names: set[str]) -> set[str]:
    return {entry(name.split(".")[1:]) if "." in name else "__init__" for name in names}


def test_every_module_has_its_place_in_the_table() -> None:
    assert {unit(file) for file in files()} <= set(ORDER)


@pytest.mark.parametrize("name", sorted({unit(file) for file in files()}))
def test_imports_point_down_only(name: str) -> None:
    allowed = ONLY.get(name, set(ORDER[: ORDER.index(name)]))
    for file in files():
        if unit(file) == name:
            found = units_of(set(own_imports(*read(file)))) - {name}
            assert found <= allowed, f"{file.name} imports {sorted(found - allowed)}"


def test_no_module_imports_itself_around_a_corner() -> None:
    edges = graph()
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a cycle: {' -> '.join((*path, name))}"
        if name not in done:
            for each in edges.get(name, ()):
                visit(each, (*path, name))
            done.add(name)

    for name in edges:
        visit(name, ())


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_stays_readable(file: Path) -> None:
    assert file.read_text("utf-8").count("\n") <= MAX_LINES
    assert ast.get_docstring(read(file)[0]), "a module begins with a word on what it is"


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_the_stdlib_socket_has_a_name_of_its_own(file: Path) -> None:
    """netuv.net.socket is a module too: a bare ``socket`` would say either."""
    for node in ast.walk(read(file)[0]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                assert alias.name != "socket" or alias.asname == "stdlib_socket", node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level or node.module != "socket", node.lineno


@pytest.mark.parametrize("name", SANS_IO)
def test_what_is_pure_stays_pure(name: str) -> None:
    for file in files():
        if unit(file) == name:
            tree, package = read(file)
            found = {each for node in at_import(tree.body) for each in imported(node, package)}
            outside = {each.split(".")[0] for each in found}
            allowed = {"socket"} if name == "address" else set()  # inet_pton
            assert not outside & ({"pyuv", "socket", "asyncio", "select"} - allowed)


def test_the_reader_of_imports_sees_what_is_wrong() -> None:
    source = """
import netuv.net.server
from typing import TYPE_CHECKING
from netuv import errors as e, Socket
from .loop import run
from . import timers
try:
    from netuv.dns import lookup
except ImportError:
    from netuv.stream.base import Stream
if TYPE_CHECKING:
    from netuv import emitter
else:
    from netuv.net import connecting
class A:
    from netuv.net import options
    def f(self):
        from netuv import abort
"""
    assert sorted(set(own_imports(ast.parse(source), "netuv"))) == [
        "netuv",
        "netuv.dns",
        "netuv.errors",
        "netuv.loop",
        "netuv.net.connecting",
        "netuv.net.options",
        "netuv.net.server",
        "netuv.stream.base",
        "netuv.timers",
    ]
