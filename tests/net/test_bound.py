"""BoundSocket: taken over by a server or a socket, or closed."""

from __future__ import annotations

import copy
import gc
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from helpers import MustCall, PeerOf, Run, receive_all

import netuv
from netuv.node import net
from tests.net.peers import accept, place

pytestmark = pytest.mark.row("N22")


def is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def test_what_it_says(loop: netuv.Loop) -> None:
    bound = netuv.BoundSocket(host="127.0.0.1")
    address = bound.address()
    assert isinstance(address, netuv.AddressInfo)
    assert (address.address, address.family) == ("127.0.0.1", "IPv4")
    with socket.socket(fileno=os.dup(bound.fd())) as kernel:
        assert kernel.getsockname() == ("127.0.0.1", address.port)
    assert repr(bound) == f"<netuv.BoundSocket at 127.0.0.1:{address.port}>"
    assert bound.is_pipe is False
    assert bound in loop.handles
    with pytest.raises(TypeError):
        copy.copy(bound)
    bound.close()
    assert repr(bound) == "<netuv.BoundSocket no more bound>"
    assert loop.handles == []


@pytest.mark.parametrize("close_loop", [False, True])
def test_the_descriptor_is_closed(run: Run, close_loop: bool) -> None:
    loop = netuv.Loop()
    bound = netuv.BoundSocket(loop=loop)
    fd = bound.fd()
    assert is_open(fd)
    if close_loop:
        loop.close()
    else:
        bound.close()
        loop.run()
        loop.close()
    assert not is_open(fd)


def test_it_does_not_keep_the_loop_running(run: Run) -> None:
    with netuv.BoundSocket():
        run()


def test_a_context_manager_leaves_alone_what_was_taken_over(run: Run, must_call: MustCall) -> None:
    with netuv.BoundSocket(host="127.0.0.1") as bound:
        fd = bound.fd()
        server = netuv.create_server().listen(bound)
    assert is_open(fd)
    server.close(must_call(lambda error: None))
    with netuv.BoundSocket(host="127.0.0.1") as other:
        fd = other.fd()
    assert not is_open(fd)
    run()


def test_a_server_that_fails_to_take_it_leaves_it(loop: netuv.Loop) -> None:
    with netuv.BoundSocket() as bound:
        with pytest.raises(TypeError):
            netuv.create_server().listen(bound, "backlog")
        with pytest.raises(TypeError):
            netuv.Socket(handle=bound, allow_half_open=True, unknown=1)
        other = netuv.Loop()
        with pytest.raises(ValueError, match="same loop"):
            netuv.create_server(loop=other).listen(bound)
        with pytest.raises(ValueError, match="same loop"):
            netuv.Socket(handle=bound, loop=other)
        other.close()
        assert bound.address()


def test_unknown_and_combined_options(loop: netuv.Loop, short_path: Path) -> None:
    with pytest.raises(TypeError, match="did you mean 'reuse_port'"):
        netuv.BoundSocket(reuse_ports=True)
    with pytest.raises(ValueError, match="cannot be combined with port"):
        netuv.BoundSocket(path=short_path / "s", port=1)
    with pytest.raises(OSError, match="107"):
        netuv.BoundSocket(path="/" + "x" * 200)
    assert loop.handles == []


def test_an_abstract_name(run: Run, must_call: MustCall) -> None:
    name = f"\0netuv-{os.getpid()}-bound"
    bound = netuv.BoundSocket(path=name)
    assert bound.address() == name
    server = netuv.create_server(lambda peer: (peer.end("hi"), server.close())).listen(bound)
    client = netuv.connect(name)
    client.on("data", must_call(lambda data: None))
    run()


def test_the_path_goes_with_the_socket(run: Run, must_call: MustCall, short_path: Path, peer: PeerOf) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short_path / "there"))
        listener.listen()
        listener.settimeout(5)
        peer(accept, listener, receive_all)
        own = short_path / "own"
        client = netuv.Socket(handle=netuv.BoundSocket(path=own))
        assert own.exists()
        client.connect(short_path / "there", must_call(lambda: client.end("x")))
        client.resume()
        run()
        assert not own.exists()
        assert client.local_address == str(own)


def test_the_kernel_settings_are_applied(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    peer(accept, tcp, receive_all)

    def on_connect() -> None:
        with socket.socket(fileno=os.dup(client._handle.fileno())) as kernel:
            assert kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.end()

    client = netuv.connect({**place(tcp), "handle": netuv.BoundSocket(host="127.0.0.1"), "no_delay": True})
    client.on("connect", must_call(on_connect))
    run()


def test_a_name_is_looked_up_and_not_raced(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    peer(accept, tcp, receive_all)

    def lookup(host: str, options: dict[str, Any], callback: Any) -> None:
        assert "all" not in options
        callback(None, "127.0.0.1", 4)

    bound = netuv.BoundSocket(host="127.0.0.1")
    port = bound.address().port  # type: ignore[union-attr]
    client = netuv.connect(port=place(tcp)["port"], host="some.name", lookup=lookup, handle=bound)
    client.on("connect", must_call(lambda: client.end() if client.local_port == port else None))
    run()


def test_a_connected_one_is_not_connected_again(
    run: Run, must_call: MustCall, tcp: socket.socket, peer: PeerOf
) -> None:
    peer(accept, tcp, receive_all)
    client = netuv.connect({**place(tcp), "handle": netuv.BoundSocket(host="127.0.0.1")})
    client.on("connect", lambda: client.connect(place(tcp)))
    client.on("error", must_call(lambda error: error.code == "EISCONN" or pytest.fail(error)))
    run()


def test_of_the_other_kind(run: Run, short_path: Path) -> None:
    client = netuv.Socket(handle=netuv.BoundSocket())
    with pytest.raises(TypeError) as caught:
        client.connect(short_path / "s")
    assert caught.value.code == "ERR_INVALID_HANDLE_TYPE"  # type: ignore[attr-defined]
    client.destroy()
    run()


def test_one_that_is_forgotten_is_in_the_list_of_what_is_open() -> None:
    loop = netuv.Loop()
    fd = netuv.BoundSocket(loop=loop).fd()
    gc.collect()
    assert is_open(fd)
    assert len(loop.handles) == 1
    loop.close()
    assert not is_open(fd)


def test_with_nodes_names(run: Run, must_call: MustCall) -> None:
    bound = net.BoundSocket({"host": "::1", "ipv6Only": True, "somethingElse": 5, "port": None})
    assert bound.isPipe is False
    server = net.createServer(lambda peer: peer.end())
    server.listen(bound, must_call(lambda: server.close()))
    run()
