"""Errors: their messages as Node 20 prints them, their classes as Python users catch them."""

from __future__ import annotations

import errno
import pickle
import socket
import sys
from typing import Any

import pytest
import pyuv
from helpers import script

import netuv
from netuv import NetError, errors, misuse


def status(name: str) -> int:
    return getattr(pyuv.errno, f"UV_{name}")


# -- what the network does ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "local", "message"),
    [
        (
            "ECONNREFUSED",
            ("connect", "127.0.0.1", 1),
            ("127.0.0.1", 5000),
            "connect ECONNREFUSED 127.0.0.1:1 - Local (127.0.0.1:5000)",
        ),
        (
            "ECONNREFUSED",
            ("connect", "127.0.0.1", 1),
            ("127.0.0.1", None),
            "connect ECONNREFUSED 127.0.0.1:1",
        ),
        ("ECONNREFUSED", ("connect", "::1", 1), None, "connect ECONNREFUSED ::1:1"),
        ("ENOENT", ("connect", "/tmp/x"), None, "connect ENOENT /tmp/x"),
        ("EADDRNOTAVAIL", ("bind", "10.99.99.99"), None, "bind EADDRNOTAVAIL 10.99.99.99"),
        ("EADDRINUSE", ("bind", "127.0.0.1", 80), None, "bind EADDRINUSE 127.0.0.1:80"),
        (
            "EADDRINUSE",
            ("listen", "127.0.0.1", 80),
            None,
            "listen EADDRINUSE: address already in use 127.0.0.1:80",
        ),
        (
            "EADDRINUSE",
            ("listen", "::", 80),
            None,
            "listen EADDRINUSE: address already in use :::80",
        ),
        (
            "EACCES",
            ("listen", "/nodir/x", -1),
            None,
            "listen EACCES: permission denied /nodir/x",
        ),
        ("EINVAL", ("listen",), None, "listen EINVAL: invalid argument"),
        ("ECONNRESET", ("read",), None, "read ECONNRESET"),
        ("EPIPE", ("write",), None, "write EPIPE"),
        ("ENOTCONN", ("shutdown",), None, "shutdown ENOTCONN"),
        ("EMFILE", ("accept",), None, "accept EMFILE"),
        ("EEXIST", ("open",), None, "open EEXIST"),
    ],
)
def test_messages_are_nodes(name, args, local, message):
    e = errors.from_status(status(name), *args, local=local)
    assert str(e) == message
    assert (e.code, e.errno, e.syscall) == (name, -status(name), args[0])
    assert e.address == (args[1] if len(args) > 1 else None)
    assert e.port == (args[2] if len(args) > 2 and args[2] > 0 else None)


def test_the_peer_may_be_known_without_being_in_the_message():
    e = errors.from_status(status("ECONNRESET"), "read", "127.0.0.1", 80)
    assert (str(e), e.address, e.port) == ("read ECONNRESET", "127.0.0.1", 80)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EAI_NONAME", "ENOTFOUND"),
        ("EAI_NODATA", "ENOTFOUND"),
        ("EAI_AGAIN", "EAI_AGAIN"),
        ("EAI_FAIL", "EAI_FAIL"),
        ("ENOMEM", "ENOMEM"),
    ],
)
def test_lookup_errors(name, code):
    e = errors.from_status(status(name), "getaddrinfo", "a.invalid")
    assert str(e) == f"getaddrinfo {code} a.invalid"
    assert (e.code, e.errno, e.syscall) == (code, -status(name), "getaddrinfo")
    assert (e.hostname, e.address, e.port) == ("a.invalid", None, None)
    assert isinstance(e, NetError)
    assert isinstance(e, socket.gaierror)


BUILTINS = {
    "ECONNREFUSED": ConnectionRefusedError,
    "ECONNRESET": ConnectionResetError,
    "ECONNABORTED": ConnectionAbortedError,
    "EPIPE": BrokenPipeError,
    "ESHUTDOWN": BrokenPipeError,
    "EACCES": PermissionError,
    "EPERM": PermissionError,
    "ENOENT": FileNotFoundError,
    "EEXIST": FileExistsError,
    "ENOTDIR": NotADirectoryError,
    "EISDIR": IsADirectoryError,
    "ETIMEDOUT": TimeoutError,
    "EINTR": InterruptedError,
    "EAGAIN": BlockingIOError,
    "ESRCH": ProcessLookupError,
}


@pytest.mark.parametrize(("name", "builtin"), BUILTINS.items())
def test_an_error_is_also_the_builtin_of_its_errno(name, builtin):
    with pytest.raises(builtin, match=f"x {name} y:1") as caught:
        raise errors.from_status(status(name), "x", "y", 1)
    assert isinstance(caught.value, NetError)
    assert type(caught.value).__name__ == f"Net{builtin.__name__}"


def test_an_error_without_a_builtin_is_a_plain_net_error():
    assert type(errors.from_status(status("EADDRINUSE"), "listen", "::", 1)) is NetError


def test_a_net_error_of_ones_own():
    e = NetError("no luck", code="EPIPE", errno=errno.EPIPE)
    assert isinstance(e, BrokenPipeError)
    assert (str(e), e.code, e.errno, e.syscall, e.address, e.port) == (
        *("no luck", "EPIPE", errno.EPIPE),
        *(None, None, None),
    )
    plain = NetError("no luck", code="ERR_MINE", syscall="x", address="y", port=1)
    assert (str(plain), plain.errno, plain.syscall, plain.address, plain.port) == (
        *("no luck", None, "x", "y", 1),
    )


@pytest.mark.parametrize(
    "e",
    [
        errors.from_status(status("ECONNREFUSED"), "connect", "127.0.0.1", 1),
        errors.from_status(status("EADDRINUSE"), "listen", "::", 1),
        errors.from_status(status("EAI_NONAME"), "getaddrinfo", "h"),
        errors.aggregate([errors.from_status(status("EPIPE"), "connect", "::1", n) for n in (1, 2)]),
        misuse.write_after_end(),
        misuse.invalid_fd_type("FILE"),
        misuse.bad_port("port", -1),
        misuse.missing_args("port"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_errors_can_be_pickled(e):
    again = pickle.loads(pickle.dumps(e))
    assert type(again) is type(e)
    assert str(again) == str(e)
    assert repr(vars(again)) == repr(vars(e))


def test_an_error_of_another_process_can_be_unpickled():
    """Its class may be one that this process has not needed yet."""
    both = [errors.from_status(status("ECONNABORTED"), "connect", "::1", port) for port in (1, 2)]
    error = errors.aggregate(both)
    done = script(f"""
        import pickle
        error = pickle.loads({pickle.dumps(error)!r})
        print(type(error).__name__, isinstance(error, ConnectionAbortedError), error)
    """)
    assert done.stdout == f"AggregateConnectionAbortedError True {error}\n"


@pytest.mark.parametrize("name", ["NetOSError", "AggregateError", "NetFileError", "TimeoutError"])
def test_names_of_no_error_class(name):
    with pytest.raises(AttributeError, match=f"module 'netuv.errors' has no attribute '{name}'"):
        getattr(errors, name)


def test_statuses_that_libuv_has_no_name_for():
    e = errors.from_status(-errno.ENOMEDIUM, "listen", "::", 1)
    assert (e.code, str(e)) == ("ENOMEDIUM", "listen ENOMEDIUM: no medium found :::1")
    unknown = errors.from_status(-99999, "read")
    assert (unknown.code, unknown.errno, str(unknown)) == ("UNKNOWN", 99999, "read UNKNOWN")


def test_every_status_that_pyuv_knows_becomes_an_error():
    for number, name in pyuv.errno.errorcode.items():
        e = errors.from_status(number, "x")
        assert (e.code, e.errno) == (name.removeprefix("UV_"), -number)


def test_an_error_made_from_what_pyuv_raised():
    handle = pyuv.TCP(pyuv.Loop())
    with pytest.raises(pyuv.error.UVError) as caught:
        handle.getpeername()
    e = errors.from_uv_error(caught.value, "connect", "127.0.0.1", 1)
    assert e.errno == -caught.value.args[0]
    assert str(e) == f"connect {e.code} 127.0.0.1:1"
    handle.close()
    with pytest.raises(pyuv.error.HandleClosedError) as caught:
        handle.getsockname()
    closed = errors.from_uv_error(caught.value, "read")
    assert (closed.code, closed.errno) == ("EBADF", errno.EBADF)


@pytest.mark.row("N07")
def test_the_error_of_several_attempts():
    refused = errors.from_status(status("ECONNREFUSED"), "connect", "::1", 1)
    late = errors.connection_timeout("127.0.0.1", 1)
    e = errors.aggregate([refused, late])
    assert isinstance(e, errors.AggregateNetError)
    assert isinstance(e, ConnectionRefusedError)
    assert e.errors == [refused, late]
    assert (e.code, e.errno, e.syscall, e.address, e.port) == (
        *("ECONNREFUSED", errno.ECONNREFUSED, "connect", "::1", 1),
    )
    assert str(e) == (
        "all 2 connection attempts failed: connect ECONNREFUSED ::1:1; Socket connection timeout"
    )
    assert errors.aggregate([refused]) is refused
    assert isinstance(late, TimeoutError)
    assert late.code == "ERR_SOCKET_CONNECTION_TIMEOUT"
    blocked = errors.aggregate([errors.ip_blocked("::1"), refused])
    assert (type(blocked), blocked.code) == (errors.AggregateNetError, "ERR_IP_BLOCKED")


# -- on real sockets ----------------------------------------------------------------------------------


def error_of(run, emitter) -> NetError:
    seen = []
    emitter.on("error", seen.append)
    run()
    assert len(seen) == 1
    return seen[0]


@pytest.mark.row("S14")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connect_refused(run, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as bound:  # and not listening
        bound.bind((host, 0))
        port = bound.getsockname()[1]
        e = error_of(run, netuv.connect(port, host))
    assert isinstance(e, ConnectionRefusedError)
    assert (e.code, e.errno, e.syscall, e.address, e.port) == (
        *("ECONNREFUSED", errno.ECONNREFUSED, "connect", host, port),
    )
    assert str(e) == f"connect ECONNREFUSED {host}:{port}"


@pytest.mark.row("S14")
def test_connect_to_a_missing_path(run, short_path):
    path = str(short_path / "none")
    e = error_of(run, netuv.connect(path))
    assert isinstance(e, FileNotFoundError)
    assert (str(e), e.address, e.port) == (f"connect ENOENT {path}", path, None)


@pytest.mark.row("S08")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_address_in_use(run, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as taken:
        taken.bind((host, 0))
        taken.listen()
        port = taken.getsockname()[1]
        e = error_of(run, netuv.create_server().listen(port, host))
    assert (e.code, e.syscall, e.address, e.port) == ("EADDRINUSE", "listen", host, port)
    assert str(e) == f"listen EADDRINUSE: address already in use {host}:{port}"


@pytest.mark.row("S26")
def test_a_reset_by_the_peer(run, transport, must_call):
    """Without TCP there is no reset to send; a Unix peer that closes unread data makes one."""
    seen = []

    def on_connection(c: netuv.Socket) -> None:
        c.on("error", seen.append)
        c.on("close", must_call(lambda had_error: server.close()))
        c.resume()
        if transport.name == "unix":
            c.write(b"unread", lambda error: client.destroy())
        else:
            client.reset_and_destroy()

    server = netuv.create_server(on_connection)
    server.listen(*transport.listen_args)
    client = netuv.Socket()
    client.pause()
    server.once("listening", lambda: client.connect(*transport.connect_args(server)))
    run()
    assert [str(e) for e in seen] == ["read ECONNRESET"]
    assert isinstance(seen[0], ConnectionResetError)


@pytest.mark.row("S26")
def test_an_error_without_a_listener_comes_out_of_run(run):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        netuv.connect(bound.getsockname()[1], "127.0.0.1")
        with pytest.raises(ConnectionRefusedError) as caught:
            run()
        run()
    assert caught.value.code == "ECONNREFUSED"
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__ == ["Nobody listens to 'error' of this Socket: x.on('error', f)"]


def test_an_error_knows_the_end_it_connected_from(run: Any, must_call: Any) -> None:
    with socket.socket() as probe, socket.socket() as mine:
        probe.bind(("127.0.0.1", 0))
        mine.bind(("127.0.0.1", 0))
        port, local_port = probe.getsockname()[1], mine.getsockname()[1]
    client = netuv.connect(port, "127.0.0.1", local_address="127.0.0.1", local_port=local_port)

    def on_error(error: netuv.NetError) -> None:
        assert (error.local_address, error.local_port) == ("127.0.0.1", local_port)
        assert error.message == str(error)

    client.on("error", must_call(on_error))
    run()


def test_an_error_without_a_local_end() -> None:
    error = errors.from_status(pyuv.errno.UV_ECONNREFUSED, "connect", "::1", 1)
    assert (error.local_address, error.local_port) == (None, None)
    assert misuse.invalid_arg_type("x", "a y", 1).message == "'x' must be a y, got int (1)"
    assert misuse.bad_port("port", -1).message.startswith("'port' must be")
