"""Errors: their messages as Node 20 prints them, their classes as Python users catch them."""

from __future__ import annotations

import errno
import functools
import pickle
import socket
import sys

import pytest
import pyuv

import netuv
from netuv import NetError, checks, errors, misuse


def status(name: str) -> int:
    return getattr(pyuv.errno, f"UV_{name}")


# -- what the network does -------------------------------------------------------------------------


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


def test_statuses_that_libuv_has_no_name_for():
    e = errors.from_status(-errno.ENOMEDIUM, "listen", "::", 1)
    assert (e.code, str(e)) == ("ENOMEDIUM", "listen ENOMEDIUM: no medium found :::1")
    unknown = errors.from_status(-99999, "read")
    assert (unknown.code, unknown.errno, str(unknown)) == ("UNKNOWN", 99999, "read UNKNOWN")


def test_every_status_that_pyuv_knows_becomes_an_error():
    for number, name in pyuv.errno.errorcode.items():
        e = errors.from_status(number, "x")
        assert (e.code, e.errno) == (name.removeprefix("UV_"), -number)


def test_from_what_pyuv_raised():
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


# -- what the caller did wrong ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "code", "message"),
    [
        (
            misuse.already_listen(),
            "ERR_SERVER_ALREADY_LISTEN",
            "Listen method has been called more than once without closing.",
        ),
        (misuse.not_running(), "ERR_SERVER_NOT_RUNNING", "Server is not running."),
        (misuse.write_after_end(), "ERR_STREAM_WRITE_AFTER_END", "write after end"),
        (
            misuse.stream_destroyed("write"),
            "ERR_STREAM_DESTROYED",
            "Cannot call write after a stream was destroyed",
        ),
        (
            misuse.already_finished("end"),
            "ERR_STREAM_ALREADY_FINISHED",
            "Cannot call end after a stream was finished",
        ),
        (misuse.socket_closed(), "ERR_SOCKET_CLOSED", "Socket is closed"),
        (
            misuse.closed_before_connection(),
            "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
            "Socket closed before the connection was established",
        ),
        (misuse.push_after_eof(), "ERR_STREAM_PUSH_AFTER_EOF", "stream.push() after EOF"),
        (
            misuse.unshift_after_end(),
            "ERR_STREAM_UNSHIFT_AFTER_END_EVENT",
            "stream.unshift() after end event",
        ),
        (misuse.multiple_callback(), "ERR_MULTIPLE_CALLBACK", "Callback called multiple times"),
        (misuse.cannot_pipe(), "ERR_STREAM_CANNOT_PIPE", "Cannot pipe, not readable"),
        (
            misuse.invalid_handle_type(),
            "ERR_INVALID_HANDLE_TYPE",
            "This handle type cannot be sent",
        ),
        (misuse.invalid_fd_type("FILE"), "ERR_INVALID_FD_TYPE", "Unsupported fd type: FILE"),
    ],
)
def test_state_errors(e, code, message):
    assert isinstance(e, errors.StateError)
    assert isinstance(e, NetError)
    assert (e.code, str(e), e.errno, e.syscall) == (code, message, None, None)
    assert isinstance(e, TypeError) is (code in ("ERR_INVALID_HANDLE_TYPE", "ERR_INVALID_FD_TYPE"))


def test_loop_errors_say_what_to_do():
    assert misuse.loop_closed().code == "ERR_LOOP_CLOSED"
    assert misuse.wrong_thread().code == "ERR_WRONG_THREAD"
    assert "call_soon_threadsafe" in str(misuse.wrong_thread())
    assert misuse.forked_loop().code == "ERR_LOOP_FORKED"


def test_abort_error():
    reason = ValueError("enough")
    e = errors.abort_error(reason)
    assert isinstance(e, errors.AbortError)
    assert (e.code, str(e), e.reason, e.__cause__) == (
        *("ABORT_ERR", "The operation was aborted", reason, reason),
    )
    assert errors.abort_error("enough").__cause__ is None


def test_ended_by_the_other_party_is_a_broken_pipe():
    e = errors.this_socket_ended_by_other_party()
    assert isinstance(e, BrokenPipeError)
    assert (e.code, str(e)) == ("EPIPE", "This socket has been ended by the other party")


@pytest.mark.row("N16")
def test_path_too_long():
    e = misuse.path_too_long("/tmp/" + "x" * 200, 107)
    assert (e.code, e.errno, e.address) == (*("ENAMETOOLONG", errno.ENAMETOOLONG, "/tmp/" + "x" * 200),)
    assert "at most 107 bytes" in str(e)
    assert misuse.path_too_long(b"/tmp/\xff", 5).address == "/tmp/\udcff"


class Thing:
    pass


@pytest.mark.row("N14")
@pytest.mark.parametrize(
    ("e", "kind", "code", "message"),
    [
        (
            misuse.invalid_arg_type("port", "an int", None),
            *(TypeError, "ERR_INVALID_ARG_TYPE", "'port' must be an int, got None"),
        ),
        (
            misuse.invalid_arg_type("port", "an int", "x"),
            *(TypeError, "ERR_INVALID_ARG_TYPE", "'port' must be an int, got str ('x')"),
        ),
        (
            misuse.invalid_arg_type("port", "an int", len),
            *(TypeError, "ERR_INVALID_ARG_TYPE", "'port' must be an int, got the function len"),
        ),
        (
            misuse.invalid_arg_type("port", "an int", Thing),
            *(TypeError, "ERR_INVALID_ARG_TYPE", "'port' must be an int, got the class Thing"),
        ),
        (
            misuse.invalid_arg_type("port", "an int", Thing()),
            *(TypeError, "ERR_INVALID_ARG_TYPE"),
            "'port' must be an int, got an instance of Thing",
        ),
        (
            misuse.invalid_arg_value("family", 9, "must be 4 or 6"),
            *(ValueError, "ERR_INVALID_ARG_VALUE", "'family' must be 4 or 6, got 9"),
        ),
        (
            misuse.out_of_range("n", ">= 0", -1),
            *(ValueError, "ERR_OUT_OF_RANGE", "'n' is out of range: it must be >= 0, got -1"),
        ),
        (
            misuse.bad_port("port", -1),
            *(ValueError, "ERR_SOCKET_BAD_PORT"),
            "'port' must be >= 0 and < 65536, got int (-1)",
        ),
        (
            misuse.missing_args("options", "port", "path"),
            *(TypeError, "ERR_MISSING_ARGS", "'options' or 'port' or 'path' must be given"),
        ),
        (
            misuse.unknown_encoding("klingon"),
            *(ValueError, "ERR_UNKNOWN_ENCODING", "Unknown encoding: klingon"),
        ),
        (
            misuse.invalid_ip("x"),
            *(ValueError, "ERR_INVALID_IP_ADDRESS", "Invalid IP address: x"),
        ),
        (
            misuse.invalid_address_family(5, "h", 80),
            *(ValueError, "ERR_INVALID_ADDRESS_FAMILY", "Invalid address family: 5 h:80"),
        ),
        (
            misuse.null_values(),
            *(TypeError, "ERR_STREAM_NULL_VALUES", "May not write null values to stream"),
        ),
    ],
)
def test_argument_errors(e, kind, code, message):
    assert isinstance(e, kind)
    assert (e.code, str(e)) == (code, message)


def test_long_values_are_cut_in_messages():
    assert len(str(misuse.invalid_arg_value("x", "y" * 1000))) < 200


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def test_a_value_without_a_repr_does_not_hide_the_error():
    assert str(misuse.invalid_arg_value("x", Unprintable())) == (
        "'x' is not valid, got an instance of Unprintable"
    )


# -- checks ----------------------------------------------------------------------------------------


@pytest.mark.row("N14")
@pytest.mark.parametrize(
    ("value", "port"),
    [
        *((0, 0), (80, 80), (65535, 65535), (80.0, 80), ("80", 80), ("0", 0), ("0x50", 80)),
        *(("0X50", 80), ("0b1", 1), ("0o17", 15), (" 80 ", 80), ("\t8\n", 8), ("1e3", 1000)),
        *(("1.0", 1), ("1.", 1), ("+5", 5), ("-0", 0), ("00080", 80)),
    ],
)
def test_ports_that_node_takes(value, port):
    checked = checks.check_port("port", value)
    assert checked == port
    assert type(checked) is int


@pytest.mark.row("N14")
@pytest.mark.parametrize(
    "value",
    [
        *(-1, 65536, 10**9, 10**400, 1.5, float("nan"), float("inf"), -0.5),
        *("80x", "", " ", "_1", "1_0", "x", "Infinity", "nan", ".5", ".", "0x", "-0x5", "0x1p3"),
        *("-1", "65536", "1e-1", "1e5", "1e400", "１", "१"),
    ],
)
def test_ports_that_node_refuses(value):
    with pytest.raises(ValueError, match="'port' must be >= 0 and < 65536, got ") as caught:
        checks.check_port("port", value)
    assert caught.value.code == "ERR_SOCKET_BAD_PORT"


@pytest.mark.row("N14")
@pytest.mark.parametrize("value", [None, True, False, [], {}, b"80", 80 + 0j, object()])
def test_what_cannot_be_a_port(value):
    with pytest.raises(TypeError, match="'port' must be an int or a str, got ") as caught:
        checks.check_port("port", value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_a_port_that_may_not_be_zero():
    for zero in 0, "0", 0.0:
        with pytest.raises(ValueError, match="> 0 and < 65536") as caught:
            checks.check_port("port", zero, allow_zero=False)
        assert caught.value.code == "ERR_SOCKET_BAD_PORT"
    assert checks.check_port("port", 1, allow_zero=False) == 1


def test_check_int():
    assert [checks.check_int("n", value, 0, 5) for value in (0, 5, 3.0)] == [0, 5, 3]
    for value in -1, 6, 10**400, 1.5, float("nan"), float("-inf"):
        with pytest.raises(ValueError, match="'n' is out of range") as caught:
            checks.check_int("n", value, 0, 5)
        assert caught.value.code == "ERR_OUT_OF_RANGE"
    for value in None, True, "1", []:
        with pytest.raises(TypeError) as caught:
            checks.check_int("n", value, 0, 5)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("allowHalfOpen", "allow_half_open"),
        ("keepAliveInitialDelay", "keep_alive_initial_delay"),
        ("prot", "port"),
        ("zzz", None),
        (5, None),
    ],
)
def test_unknown_options_are_refused_and_the_nearest_is_named(name, nearest):
    known = ("allow_half_open", "keep_alive", "keep_alive_initial_delay", "port")
    with pytest.raises(TypeError, match=f"unknown option {name!r} of Socket") as caught:
        checks.check_options("Socket", {"port": 1, name: 2}, known)
    assert caught.value.code == "ERR_UNKNOWN_OPTION"
    hint = str(caught.value).partition("; ")[2]
    assert hint == (f"did you mean {nearest!r}?" if nearest else "")
    checks.check_options("Socket", {"port": 1}, known)
    with pytest.raises(TypeError, match="'options' must be a dict, got int"):
        checks.check_options("Socket", 5, known)


class Callable_:
    def __call__(self) -> None:
        pass

    def method(self) -> None:
        pass

    async def async_method(self) -> None:
        pass


async def a_coroutine() -> None:
    pass


def test_check_callback():
    for f in print, len, Callable_, Callable_(), Callable_().method, [].append, lambda: None:
        checks.check_callback("callback", f)
    checks.check_callback("callback", functools.partial(print))
    for value in None, 5, "f":
        with pytest.raises(TypeError, match="'callback' must be a function, got "):
            checks.check_callback("callback", value)
    for f in a_coroutine, Callable_().async_method, functools.partial(a_coroutine):
        with pytest.raises(TypeError, match="'callback' is an async function"):
            checks.check_callback("callback", f)


# -- on real sockets -------------------------------------------------------------------------------


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
