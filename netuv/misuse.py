"""What the caller did wrong: the exceptions and every message of them.

They are raised at once, as StateError (the wrong moment), ArgTypeError or ArgValueError (the wrong argument),
and their codes begin with ERR_, as Node's do.
"""

from __future__ import annotations

import errno as _errno
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from netuv.errors import ArgTypeError, ArgValueError, HandleTypeError, NetError, StateError


def path_too_long(path: object, limit: int) -> NetError:
    """A Unix path that sun_path does not hold (``limit`` bytes); libuv would cut it."""
    text = f"a Unix socket path has at most {limit} bytes, got {_shortened(path)}"
    return NetError(text, code="ENAMETOOLONG", errno=_errno.ENAMETOOLONG, address=_as_str(path))


def already_listen() -> StateError:
    """listen() was called again without close()."""
    return StateError(
        "Listen method has been called more than once without closing.",
        code="ERR_SERVER_ALREADY_LISTEN",
    )


def not_running() -> StateError:
    """The server is not listening."""
    return StateError("Server is not running.", code="ERR_SERVER_NOT_RUNNING")


def write_after_end() -> StateError:
    """write() after end()."""
    return StateError("write after end", code="ERR_STREAM_WRITE_AFTER_END")


def stream_destroyed(method: str) -> StateError:
    """``method`` was called, or was still waiting, when the stream was destroyed."""
    text = f"Cannot call {method} after a stream was destroyed"
    return StateError(text, code="ERR_STREAM_DESTROYED")


def already_finished(method: str) -> StateError:
    """``method`` was called after 'finish'."""
    text = f"Cannot call {method} after a stream was finished"
    return StateError(text, code="ERR_STREAM_ALREADY_FINISHED")


def socket_closed() -> StateError:
    """The socket has no connection (any more)."""
    return StateError("Socket is closed", code="ERR_SOCKET_CLOSED")


def handle_adopted() -> StateError:
    """The BoundSocket has no handle any more."""
    text = "The bound socket has already been adopted by a server or socket"
    return StateError(text, code="ERR_SOCKET_HANDLE_ADOPTED")


def closed_before_connection() -> StateError:
    """The socket was destroyed while it was connecting."""
    return StateError(
        "Socket closed before the connection was established",
        code="ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
    )


def stream_busy(why: str) -> StateError:
    """A second one wants to read a stream, or to accept connections. Node lets both, and each gets a part."""
    return StateError(f"There is somebody who reads already: {why}", code="ERR_STREAM_BUSY")


def push_after_eof() -> StateError:
    """push() after push(None)."""
    return StateError("stream.push() after EOF", code="ERR_STREAM_PUSH_AFTER_EOF")


def unshift_after_end() -> StateError:
    """unshift() after 'end'."""
    return StateError("stream.unshift() after end event", code="ERR_STREAM_UNSHIFT_AFTER_END_EVENT")


def multiple_callback() -> StateError:
    """A hook called its callback a second time."""
    return StateError("Callback called multiple times", code="ERR_MULTIPLE_CALLBACK")


def method_not_implemented(name: str) -> StateError:
    """A stream of one's own that lacks a hook: '_write()'."""
    return StateError(f"The {name} method is not implemented", code="ERR_METHOD_NOT_IMPLEMENTED")


def cannot_pipe() -> StateError:
    """pipe() of a stream that is only writable."""
    return StateError("Cannot pipe, not readable", code="ERR_STREAM_CANNOT_PIPE")


def premature_close() -> StateError:
    """A stream was closed before its end."""
    return StateError("Premature close", code="ERR_STREAM_PREMATURE_CLOSE")


def unable_to_pipe() -> StateError:
    """A stage of pipeline() was closed or destroyed already."""
    return StateError("Cannot pipe to a closed or destroyed stream", code="ERR_STREAM_UNABLE_TO_PIPE")


def invalid_return_value(expected: str, name: str, value: object) -> ArgTypeError:
    """A function has returned something else; ``expected`` completes "Expected … to be returned"."""
    text = f"Expected {expected} to be returned from the {name!r} function, got {_received(value)}"
    return ArgTypeError(text, "ERR_INVALID_RETURN_VALUE")


def async_stage(name: str, value: object) -> ArgTypeError:
    """What only asyncio can iterate, where nothing awaits."""
    return ArgTypeError(
        f"{name!r} is async, and nothing would await {_received(value)}: give a stream, or an ordinary"
        " iterable or generator function"
    )


def stage_after_stream(name: str, value: object) -> ArgTypeError:
    """A function that is to iterate what a stream will read."""
    return ArgTypeError(
        f"{name!r} must be a stream, got {_received(value)}: a function cannot wait for what the stream"
        " before it reads; make it a Transform"
    )


def invalid_handle_type() -> HandleTypeError:
    """The handle is of a kind that this operation is not for."""
    return HandleTypeError("This handle type cannot be sent", code="ERR_INVALID_HANDLE_TYPE")


def invalid_fd_type(kind: str) -> HandleTypeError:
    """The descriptor is neither a socket nor a pipe; ``kind`` says what it is."""
    return HandleTypeError(f"Unsupported fd type: {kind}", code="ERR_INVALID_FD_TYPE")


def loop_closed() -> StateError:
    """The loop was closed."""
    return StateError("the loop is closed", code="ERR_LOOP_CLOSED")


def wrong_thread() -> StateError:
    """A call from another thread than the loop's."""
    return StateError(
        "a loop and what belongs to it are used in one thread only; from another thread"
        " use loop.call_soon_threadsafe()",
        code="ERR_WRONG_THREAD",
    )


def not_within_asyncio(what: str) -> StateError:
    """There is an async function, and no asyncio runs that could run it."""
    return StateError(
        f"{what} to be handled by an async function, but no asyncio runs: use netuv.run(main())",
        code="ERR_NO_ASYNCIO",
    )


def other_loop() -> StateError:
    """A task awaits what is on a loop that is not run by the task's event loop."""
    return StateError(
        "It belongs to a netuv loop that is not run by this event loop: make it within the coroutine, or run"
        " the coroutine by netuv.run()",
        code="ERR_LOOP_OTHER",
    )


def forked_loop() -> StateError:
    """A loop of the parent process used after fork."""
    return StateError(
        "this was made before fork() and is the parent's; in the child process only close() and destroy() it,"
        " and make what is to run there (listen, connect, timers) after the fork",
        code="ERR_LOOP_FORKED",
    )


def unhandled_error(value: object, emitter: object = None) -> BaseException:
    """What to raise for an 'error' that nobody listens to.

    An exception is returned as it is, with a note (Python 3.11 on) that says what to do; anything
    else is wrapped in a StateError whose ``context`` is the value.
    """
    if isinstance(value, BaseException):
        note = f"Nobody listens to 'error' of this {type(emitter).__name__}: x.on('error', f)"
        if hasattr(value, "add_note") and note not in getattr(value, "__notes__", ()):
            value.add_note(note)
        return value
    error = StateError(f"Unhandled error. ({_shortened(value)})", code="ERR_UNHANDLED_ERROR")
    error.context = value  # type: ignore[attr-defined]
    return error


def no_super_init(emitter: object) -> AttributeError:
    """A class of the program's own has an ``__init__`` that does not call the one it inherits."""
    kind = type(emitter).__name__
    return AttributeError(f"{kind}.__init__() has not called super().__init__(), so it cannot emit or listen")


def invalid_arg_type(name: str, expected: str, value: object) -> ArgTypeError:
    """``expected`` completes "must be": 'a function', 'a str or bytes'."""
    return ArgTypeError(f"{name!r} must be {expected}, got {_received(value)}")


def invalid_arg_value(name: str, value: object, reason: str = "is not valid") -> ArgValueError:
    """``reason`` completes the sentence that begins with the name: 'must be 4 or 6'."""
    return ArgValueError(f"{name!r} {reason}, got {_shortened(value)}")


def out_of_range(name: str, range_text: str, value: object) -> ArgValueError:
    """``range_text`` completes "must be": '>= 0 and <= 255', 'an integer'."""
    text = f"{name!r} is out of range: it must be {range_text}, got {_shortened(value)}"
    return ArgValueError(text, "ERR_OUT_OF_RANGE")


def bad_port(name: str, value: object, allow_zero: bool = True) -> ArgValueError:
    """A port that is not a whole number from 0 (or 1) to 65535."""
    low = ">= 0" if allow_zero else "> 0"
    text = f"{name!r} must be {low} and < 65536, got {_received(value)}"
    return ArgValueError(text, "ERR_SOCKET_BAD_PORT")


def missing_args(*names: str) -> ArgTypeError:
    """One of these arguments has to be given."""
    return ArgTypeError(f"{' or '.join(map(repr, names))} must be given", "ERR_MISSING_ARGS")


def unknown_encoding(encoding: object) -> ArgValueError:
    """An encoding that streams do not know."""
    return ArgValueError(f"Unknown encoding: {_plain(encoding)}", "ERR_UNKNOWN_ENCODING")


# What is called otherwise elsewhere, and that no likeness of the letters leads to.
_SYNONYMS = {"address": "host", "callback": "listener", "hostname": "host", "listener": "callback"}


def unknown_option(
    name: object, known: Iterable[str], kind: str = "", others: Mapping[str, Iterable[str]] | None = None
) -> ArgTypeError:
    """An option that does not exist; the message names the nearest one that does.

    :param kind: whose option it is: 'Socket', 'listen', …
    :param others: the options of other kinds; a name that one of them has is said to be there.
    """
    text = f"unknown option {_shortened(name)}{f' of {kind}' if kind else ''}"
    known = list(known)
    if isinstance(name, str):
        import difflib  # for this one message, which most programs never see

        short = _snake_case(name[:100])
        synonym = _SYNONYMS.get(short)
        elsewhere = [other for other, names in (others or {}).items() if name in names]
        near = [synonym] if synonym in known else difflib.get_close_matches(short, known, n=1)
        if elsewhere and synonym not in known:
            text += f"; it belongs to {' and '.join(elsewhere)}"
        elif near:
            text += f"; did you mean {near[0]!r}?"
    return ArgTypeError(text, "ERR_UNKNOWN_OPTION")


def invalid_ip(value: object) -> ArgValueError:
    """Not an IP address where only one can be."""
    return ArgValueError(f"Invalid IP address: {_plain(value)}", "ERR_INVALID_IP_ADDRESS")


def invalid_address(value: object) -> ArgValueError:
    """Not an IP address of the family asked for."""
    return ArgValueError(f"Invalid address: {_shortened(value)}", "ERR_INVALID_ADDRESS")


def invalid_address_family(family: object, host: object, port: object) -> ArgValueError:
    """A lookup function gave an address whose family is neither 4 nor 6."""
    text = f"Invalid address family: {_plain(family)} {_plain(host)}:{_plain(port)}"
    error = ArgValueError(text, "ERR_INVALID_ADDRESS_FAMILY")
    error.host, error.port = host, port  # type: ignore[attr-defined]
    return error


def null_values() -> ArgTypeError:
    """None was written."""
    return ArgTypeError("May not write null values to stream", "ERR_STREAM_NULL_VALUES")


def reduce_of_nothing() -> ArgTypeError:
    """reduce() has nothing to begin with."""
    return ArgTypeError("Reduce of an empty stream requires an initial value", "ERR_MISSING_ARGS")


def tell_arguments(
    error: TypeError, role: str, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> None:
    """Tell in ``error`` what a function was called with, and where it is, if it cannot take that.

    It is a note of the exception; Python 3.10 has none, so there it ends the message.

    :param role: what the function is: "listener of 'close'".
    """
    import inspect  # for this one message, which most programs never see
    from contextvars import Context

    while isinstance(getattr(getattr(function, "func", None), "__self__", None), Context):
        function = function.args[0]  # it was to be run in the context of its call
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of a builtin that does not say
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        given = [*map(_shortened, args), *(f"{name}={_shortened(value)}" for name, value in kwargs.items())]
        text = f"{role}: {_named(function)} was called with ({', '.join(given)})"
        if hasattr(error, "add_note"):
            if text not in getattr(error, "__notes__", ()):
                error.add_note(text)
        elif text not in str(error):
            error.args = (f"{error}; {text}",)


def tell_callback(error: BaseException, of: str, callback: Any, args: tuple[Any, ...]) -> None:
    """The same of a callback, "callback of write()", where ``error`` is what calling it has raised."""
    if isinstance(error, TypeError):
        tell_arguments(error, f"callback of {of}", callback, args, {})


def _named(function: Any) -> str:
    """The name of a function, and where it is written."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    name = name.rpartition("<locals>.")[2]
    code = getattr(function, "__code__", None)
    return name if code is None else f"{name} ({code.co_filename}:{code.co_firstlineno})"


def async_listener(name: str, value: object) -> ArgTypeError:
    """An ``async def`` as a callback: nobody would await what it returns."""
    return ArgTypeError(
        f"{name!r} is an async function; async listeners are not supported: nothing would await"
        f" {_received(value)}. Give a plain function, or an emitter with capture_rejections=True",
    )


def generator_listener(name: str, value: object) -> ArgTypeError:
    """A function with ``yield`` as a callback: nobody would go through what it returns."""
    return ArgTypeError(
        f"{name!r} is a generator function, which only makes a generator when it is called: nothing would"
        f" run {_received(value)}. Give a plain function",
    )


def _received(value: object) -> str:
    """A value as messages name it: its type, and the value where that is short and telling."""
    if value is None:
        return "None"
    if isinstance(value, (bool, int, float, str, bytes, bytearray)):
        return f"{type(value).__name__} ({_shortened(value)})"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if callable(value) and hasattr(value, "__name__"):
        return f"the function {value.__name__}"
    return f"an instance of {type(value).__name__}"


def _shortened(value: object) -> str:
    try:
        # Python prints no int of more than some thousand digits, except as hexadecimal ones.
        long = isinstance(value, int) and value.bit_length() > 512
        text = f"{value:#x}" if long else repr(value)
    except Exception:  # the repr of a user's class
        return f"an instance of {type(value).__name__}"
    return text if len(text) <= 128 else f"{text[:125]}..."


def _plain(value: object) -> str:
    """A str as it is where Node's message has it without quotes; anything else as its repr."""
    return value if isinstance(value, str) and 0 < len(value) <= 128 else _shortened(value)


def _as_str(path: object) -> str:
    return os.fsdecode(path) if isinstance(path, (bytes, os.PathLike)) else str(path)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0]}", name).lower()


def refuse_copy(thing: object, protocol: object = None) -> Any:
    """The ``__reduce_ex__`` of what copy and pickle could only make a second owner of."""
    raise TypeError(
        f"a {type(thing).__name__} cannot be copied or pickled: it stands for something open in this process"
    )
