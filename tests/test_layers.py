"""The modules of netuv import only downwards, and keep to themselves: tables, held against the source."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import netuv

PACKAGE = Path(netuv.__file__).parent

# From the bottom up. A module imports from the rows below, and in its own row from its left. In these
# packages each module has its own place, and the bare name is that of __init__; netuv.node is one entry.
BY_MODULE = ("uv", "loop", "stream", "aio", "net", "tls")
LAYERS = (
    ("_version", "uv", "uv.status", "errors", "misuse", "checks"),
    ("uv.turn", "uv.timer", "uv.short", "uv.lookup", "uv.wire", "context", "emitter"),
    ("address", "blocklist", "abort", "uv.handles", "uv.over"),
    (
        "loop.failures",
        "loop.ticks",
        "loop.census",
        "loop.signals",
        "loop.ending",
        "loop.fork",
        "loop.running",
        "loop.loop",
        "loop",
    ),
    (
        "stream.encoding",
        "stream.high_water_mark",
        "stream.readbuffer",
        "stream.writequeue",
        "stream.state",
        "stream.base",
        "stream.incoming",
        "stream.sources",
        "stream.reader",
        "stream.iteration",
        "stream.readable",
        "stream.outgoing",
        "stream.writable",
        "stream.duplex",
        "stream.transform",
    ),
    (
        "stream.status",
        "stream.foreign",
        "stream.pipe",
        "stream.finishing",
        "stream.abort_signal",
        "stream.pump",
        "stream.pipelining",
        "stream.promises",
        "stream.behind",
        "stream.composing",
        "stream.pair",
        "stream",
    ),
    ("aio.selector", "aio.loop", "aio.guest", "aio.waiter", "aio"),
    ("timers", "dns", "events", "diagnostics_channel"),
    (
        "net.options",
        "net.settings",
        "net.rare",
        "net.connecting",
        "net.owner",
        "net.bound",
        "net.onread",
        "net.methods",
        "net.connection",
        "net.awaiting",
        "net.accepting",
        "net.socket",
        "net.lent",
        "net.admission",
        "net.listening",
        "net.serving",
        "net.server",
        "net",
    ),
    ("testing",),
    ("__init__", "__main__"),
    (
        "tls.faults",
        "tls.pem",
        "tls.certificate",
        "tls.identity",
        "tls.hello",
        "tls.keylog",
        "tls.context",
        "tls.verify",
        "tls.engine",
        "tls.settings",
        "tls.handshake",
        "tls.wire",
        "tls.socket",
        "tls.server",
        "tls",
    ),
    ("node",),
)
ORDER = [name for row in LAYERS for name in row]
BASE = {"uv.status", "errors", "misuse", "checks"}
LOOP = {name for name in ORDER if name.startswith("loop")}
STREAM = {name for name in ORDER if name.startswith("stream")}
# TLS without I/O.
PURE_TLS = {
    f"tls.{name}"
    for name in (
        "faults pem certificate identity hello keylog context verify engine settings handshake".split()
    )
}

# What is narrower than its row: the parts that a reader may take out and use alone.
ONLY: dict[str, set[str]] = {
    "_version": set(),
    "uv": set(),
    "uv.status": set(),
    "context": set(),
    "emitter": {*BASE, "context"},
    "address": BASE,
    "blocklist": {*BASE, "address"},
    "timers": {*BASE, "abort", "context", "loop", "uv.turn", "uv.timer"},
    "dns": {*BASE, "address", "context", "loop", "uv.lookup"},
    "abort": {*BASE, "emitter"},
    "net.options": {*BASE, "address"},
    "__main__": {"_version", "uv"},
    **{name: {*BASE, *PURE_TLS, "address"} for name in PURE_TLS},
    **{name: {*BASE, *LOOP, "emitter", "uv.turn", "context"} for name in LOOP},
    **{name: {*BASE, *STREAM, "emitter", "abort", "context"} for name in STREAM},
}
# Bytes in, events out: these know nothing of libuv or of sockets.
SANS_IO = (
    *("misuse", "checks", "context", "emitter", "address", "blocklist", "abort"),
    *sorted(STREAM | PURE_TLS),
)

# Private names of an object are for its own package. What is used from elsewhere all the same, and how often;
# the numbers may only get smaller.
PRIVATE = {
    ("stream.pipe", "_events"): 1,  # whether anybody hears 'error', without a call for each chunk
    ("timers", "_set_timeout"): 1,  # gives AbortSignal, which knows no loop, its timers
    ("loop", "_get_running_loop"): 1,  # asyncio's, which raises nothing where there is none
    ("uv.wire", "_on_read"): 1,  # what start_flow() calls of its owner: a method that is bound takes memory
    ("timers", "_on_timeout"): 1,  # what an idle timer calls of its socket
}

MAX_LINES = 700  # of a module
MAX_CLASS = 350  # lines of a class


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def unit(file: Path) -> str:
    """The entry that a file belongs to."""
    return entry(file.relative_to(PACKAGE).with_suffix("").parts)


def entry(parts: Sequence[str]) -> str:
    if parts[0] in BY_MODULE and len(parts) > 1 and parts[1] != "__init__":
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
    below = set(ORDER[: ORDER.index(name)])
    allowed = ONLY[name] & below if name in ONLY else below
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


def test_only_uv_knows_pyuv() -> None:
    found = set()
    for file in files():
        for node in ast.walk(read(file)[0]):
            names = imported(node, "netuv") if isinstance(node, (ast.Import, ast.ImportFrom)) else ()
            if any(name.split(".")[0] == "pyuv" for name in names):
                found.add(unit(file))
    assert {name for name in found if name.split(".")[0] != "uv"} == set()
    assert found  # the reader sees those of uv


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to attributes: of its classes, their instances, or its own."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                yield node.attr
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__slots__":
            yield from (str(each.value) for each in ast.walk(node.value) if isinstance(each, ast.Constant))


def private_uses(tree: ast.Module) -> Iterator[str]:
    """The private attributes of others that a module touches: ``x._name``, x neither self nor a module."""
    modules = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = ast.unparse(node.value)
            if owner not in {"self", "cls", "super()", *modules}:
                yield node.attr


def package_of(name: str) -> str:
    return name.split(".")[0]


def test_private_names_stay_in_their_package() -> None:
    own: dict[str, set[str]] = {}
    for file in files():
        own.setdefault(package_of(unit(file)), set()).update(defined(read(file)[0]))
    found: Counter[tuple[str, str]] = Counter()
    for file in files():
        name = unit(file)
        for attribute in private_uses(read(file)[0]):
            if attribute not in own[package_of(name)]:
                found[name, attribute] += 1
    too_many = {use: count for use, count in found.items() if count > PRIVATE.get(use, 0)}
    assert not too_many
    fewer = {use: found[use] for use, count in PRIVATE.items() if found[use] < count}
    assert not fewer, "lower the numbers of the table"


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_stays_readable(file: Path) -> None:
    assert file.read_text("utf-8").count("\n") <= MAX_LINES
    assert ast.get_docstring(read(file)[0]), "a module begins with a word on what it is"


def test_a_class_stays_readable() -> None:
    sizes = {
        f"{unit(file)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in files()
        for node in read(file)[0].body
        if isinstance(node, ast.ClassDef)
    }
    assert {name: size for name, size in sizes.items() if size > MAX_CLASS} == {}


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


def test_the_reader_of_private_names_sees_what_is_wrong() -> None:
    source = """
import sys
class A:
    __slots__ = ("_slot",)
    _class = 1
    def __init__(self):
        self._own = sys._getframe()
        super()._inherited()
    def _method(self, other):
        other._own = self._foreign
        return other._there, self.x._here, other.__class__
"""
    tree = ast.parse(source)
    assert sorted(private_uses(tree)) == ["_here", "_own", "_there"]
    assert {name for name in defined(tree) if is_private(name)} == {"_class", "_method", "_own", "_slot"}
