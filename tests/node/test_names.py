"""Every public name of Node's is there, and is the core's own member.

``python -m tests.node.test_names --node PATH`` asks that Node, `node` of PATH by default, for the names and
writes them to node_names.json, and what is left out to docs/names.rst. netuv follows Node 26.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import netuv
from netuv.node import (
    EventEmitter,
    diagnostics_channel,
    events,
    net,
    setImmediate,
    setTimeout,
    stream,
)
from netuv.node.names import camel_case
from tests.conformance.runner import REFERENCE, find_node
from tests.helpers import LIMIT

FILE = Path(__file__).with_name("node_names.json")
PAGE = Path(__file__).parents[2] / "docs" / "names.rst"


# What Node is asked. Public is what does not begin with an underscore.
ASK = r"""
const net = require('net'), stream = require('stream'), events = require('events');
const channels = require('diagnostics_channel');
const own = (object, ...without) => Object.getOwnPropertyNames(object)
  .filter((name) => !name.startsWith('_') && !without.includes(name)).sort();
const members = (object) => own(object, 'constructor');
const statics = (object) => own(object, 'length', 'name', 'prototype');
const timeout = setTimeout(() => {}, 0), immediate = setImmediate(() => {});
const names = {
  'net': own(net),
  'net.Socket': [...members(net.Socket.prototype), ...own(new net.Socket())],
  'net.Server': [...members(net.Server.prototype), ...own(net.createServer())],
  'net.BlockList': [...members(net.BlockList.prototype), ...statics(net.BlockList)],
  'net.SocketAddress': [...members(net.SocketAddress.prototype), ...statics(net.SocketAddress)],
  'stream.Readable': members(stream.Readable.prototype),
  'stream.Writable': members(stream.Writable.prototype),
  'stream.Duplex': members(stream.Duplex.prototype),
  'EventEmitter': members(events.prototype),
  'events': own(events, 'length', 'name', 'prototype'),
  'net.BoundSocket': members((net.BoundSocket || Object).prototype),
  'diagnostics_channel': own(channels),
  'diagnostics_channel.Channel': members(channels.Channel.prototype),
  'diagnostics_channel.TracingChannel': members(Object.getPrototypeOf(channels.tracingChannel('x'))),
  'Timeout': members(Object.getPrototypeOf(timeout)),
  'Immediate': members(Object.getPrototypeOf(immediate)),
};
console.log(JSON.stringify({node: process.version, names}));
"""


def ask(node: str) -> Any:
    done = subprocess.run([node, "-e", ASK], stdout=subprocess.PIPE, check=True, timeout=LIMIT)
    return json.loads(done.stdout)


RECORDED = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"node": "", "names": {}}
NAMES: dict[str, list[str]] = RECORDED["names"]


# What is left out, and why.
ITERATION = "promises and async iteration; netuv is built on callbacks"
STORES = "belongs to AsyncLocalStorage; Python has contextvars"
INTERNAL = "a view of the inside that Node does not document"
OUT = {
    "stream.Readable": {"readableBuffer": INTERNAL},
    "stream.Writable": {"writableBuffer": INTERNAL},
    "diagnostics_channel": dict.fromkeys(("BoundedChannel", "boundedChannel"), STORES),
    "diagnostics_channel.Channel": dict.fromkeys(
        ("bindStore", "runStores", "unbindStore", "withStoreScope"), STORES
    ),
    "diagnostics_channel.TracingChannel": {"tracePromise": ITERATION},
    "events": {
        **dict.fromkeys(("init", "usingDomains"), INTERNAL),
        **dict.fromkeys(("kMaxEventTargetListeners", "kMaxEventTargetListenersWarned"), INTERNAL),
        "EventEmitterAsyncResource": "is about async_hooks",
    },
    "stream.Duplex": {"writableBuffer": INTERNAL},
    "net.Server": dict.fromkeys(
        ("noDelay", "keepAlive", "keepAliveInitialDelay"),
        "undocumented as properties; they are options of createServer()",
    ),
}


# What Node's document has, and an object does not show before it is used.
DOCUMENTED = {
    "net.Socket": ["autoSelectFamilyAttemptedAddresses", "timeout"],
    "net.Server": ["maxConnections", "dropMaxConnection"],
    "stream.Duplex": ["allowHalfOpen"],
    "EventEmitter": ["defaultMaxListeners", "errorMonitor"],
}
MAKE: dict[str, Callable[[], Any]] = {
    "net": lambda: net,
    "net.Socket": net.Socket,
    "net.Server": net.Server,
    "net.BlockList": net.BlockList,
    "net.SocketAddress": net.SocketAddress,
    "stream.Readable": stream.Readable,
    "stream.Writable": stream.Writable,
    "stream.Duplex": stream.Duplex,
    "EventEmitter": EventEmitter,
    "net.BoundSocket": net.BoundSocket,
    "diagnostics_channel": lambda: diagnostics_channel,
    "diagnostics_channel.Channel": lambda: diagnostics_channel.channel("names"),
    "diagnostics_channel.TracingChannel": lambda: diagnostics_channel.tracingChannel("names"),
    "events": lambda: events,
    "Timeout": lambda: setTimeout(print, 1),
    "Immediate": lambda: setImmediate(print),
}


@contextmanager
def made(owner: str) -> Iterator[Any]:
    it = MAKE[owner]()
    yield it
    if owner in ("Timeout", "Immediate", "net.BoundSocket"):
        it.close()


def has(it: Any, name: str) -> bool:
    try:
        getattr(it, name)
    except AttributeError:
        return False
    return True


# -- the names ----------------------------------------------------------------------------------------


def test_node_was_asked() -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", RECORDED["node"])
    assert set(NAMES) == set(MAKE)
    assert sum(map(len, NAMES.values())) > 150


@pytest.mark.parametrize("owner", MAKE)
def test_every_public_name_is_there(owner: str, loop: netuv.Loop) -> None:
    names = [*NAMES[owner], *DOCUMENTED.get(owner, ())]
    with made(owner) as it:
        missing = [name for name in names if name not in OUT.get(owner, ()) and not has(it, name)]
        assert missing == []
        assert [name for name in names if name not in OUT.get(owner, ()) and name not in dir(it)] == []


@pytest.mark.parametrize("owner", ["stream.Readable", "stream.Writable", "stream.Duplex", "EventEmitter"])
def test_a_socket_has_the_names_of_its_streams(owner: str, loop: netuv.Loop) -> None:
    sock = net.Socket()
    missing = [name for name in NAMES[owner] if name not in OUT.get(owner, ()) and not has(sock, name)]
    assert missing == []
    assert isinstance(sock, MAKE[owner])  # type: ignore[arg-type]


@pytest.mark.parametrize("owner", OUT)
def test_what_is_left_out_exists_in_node_and_is_not_there(owner: str, loop: netuv.Loop) -> None:
    with made(owner) as it:
        for name, reason in OUT[owner].items():
            assert reason
            assert name in NAMES[owner]
            assert not has(it, name)


@pytest.mark.parametrize("owner", MAKE)
def test_no_name_is_invented(owner: str, loop: netuv.Loop) -> None:
    known = {name for names in (*NAMES.values(), *DOCUMENTED.values()) for name in names}
    with made(owner) as it:
        camel = {name for name in dir(it) if re.fullmatch(r"[a-z]+([A-Z]\w*)+", name)}
    assert sorted(camel - known) == []


def test_the_list_is_what_this_node_says(node: str) -> None:
    answer = ask(node)
    if answer["node"] != RECORDED["node"]:
        pytest.skip(f"the list is of Node {RECORDED['node']}, {node} is {answer['node']}: --node PATH")
    assert answer == RECORDED


def test_camel_case() -> None:
    assert [camel_case(name) for name in ("on", "set_no_delay", "ipv6_only", "to_json")] == [
        "on",
        "setNoDelay",
        "ipv6Only",
        "toJSON",
    ]


# -- names are aliases, not copies --------------------------------------------------------------------


def test_a_name_is_the_member_itself(loop: netuv.Loop) -> None:
    sock = net.Socket()
    assert net.Socket.setTimeout is netuv.Socket.set_timeout
    assert sock.setNoDelay == sock.set_no_delay
    assert net.Socket.remoteAddress is netuv.Socket.remote_address
    sock.readableHighWaterMark = 5
    assert sock.readable_high_water_mark == 5
    del sock.readableHighWaterMark
    assert sock.readable_high_water_mark == netuv.Socket.readable_high_water_mark
    with pytest.raises(AttributeError):
        sock.remoteAddress = "1.2.3.4"


def test_a_name_follows_what_a_subclass_redefines(loop: netuv.Loop) -> None:
    class Loud(net.Socket):
        def set_encoding(self, encoding: str | None = "utf8") -> Any:
            return "redefined"

    assert Loud().setEncoding() == "redefined"


@pytest.mark.parametrize("name", ["setTimeOut", "remoteAdress", "listensTo", "bytes_Read"])
def test_a_mistyped_name_is_an_attribute_error(name: str, loop: netuv.Loop) -> None:
    with pytest.raises(AttributeError):
        getattr(net.Socket(), name)


def test_the_core_has_one_spelling(loop: netuv.Loop) -> None:
    for cls in (netuv.Socket, netuv.Server, netuv.EventEmitter, netuv.BlockList, netuv.SocketAddress):
        assert [name for name in dir(cls) if re.fullmatch(r"[a-z]+[A-Z]\w*", name)] == []
    assert not issubclass(netuv.Server._socket_class, net.Socket)


def page() -> str:
    """docs/names.rst: the names of Node that are left out, and why."""
    title = "Names of Node that netuv.node has not"
    lines = [title, "=" * len(title), ""]
    lines += [".. Written by `python -m tests.node.test_names`; a test holds it to what is there.", ""]
    owners = ", ".join(f"``{owner}``" for owner in NAMES)
    there = f"All other public names of Node {RECORDED['node']} are there, of these: {owners}."
    lines += [*textwrap.wrap(there, 100), ""]
    for owner, names in OUT.items():
        lines += [owner, "-" * len(owner), ""]
        for reason in dict.fromkeys(names.values()):
            which = ", ".join(f"``{name}``" for name in names if names[name] == reason)
            lines += textwrap.wrap(f"* {which}: {reason}.", 100, subsequent_indent="  ")
        lines.append("")
    return "\n".join(lines)


def test_the_page_of_what_is_left_out() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.node.test_names"


def main() -> None:
    """Ask Node for its names, and write the two files."""
    global RECORDED, NAMES
    parser = argparse.ArgumentParser(prog="python -m tests.node.test_names", description=main.__doc__)
    parser.add_argument(
        "--node", default="node", metavar="PATH", help="the Node to ask; `node` of PATH by default"
    )
    found = find_node(parser.parse_args().node)
    if found.major != REFERENCE:
        parser.error(f"{found.command} is {found.version}; netuv follows Node {REFERENCE}")
    RECORDED = ask(found.command)
    NAMES = RECORDED["names"]
    FILE.write_text(json.dumps(RECORDED, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
