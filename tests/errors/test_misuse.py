"""The errors of misuse.py: class, code and message of each, as Node 20 prints it."""

from __future__ import annotations

import errno

import pytest

from netuv import NetError, errors, misuse


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
