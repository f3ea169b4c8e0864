"""A signal that destroys a stream."""

from __future__ import annotations

from typing import Any, TypeVar

from netuv import errors, misuse
from netuv.abort import AbortSignal, Reaction, check_signal
from netuv.stream import status
from netuv.stream.finishing import finished

S = TypeVar("S")


def add_abort_signal(signal: AbortSignal, stream: S) -> S:
    """Destroy ``stream`` with an AbortError when the signal is aborted. Node's ``stream.addAbortSignal()``.

    :param signal: of an AbortController; one that is aborted already destroys it at once.
    :param stream: it is returned.

    Raises ERR_INVALID_ARG_TYPE.
    """
    check_signal("signal", signal)
    if not status.is_stream(stream):
        raise misuse.invalid_arg_type("stream", "a stream", stream)

    def abort() -> None:
        target: Any = stream
        target.destroy(errors.abort_error(signal.reason))

    if signal.aborted:
        abort()
    else:
        reaction = Reaction(signal, abort)
        signal.on("abort", reaction)
        finished(stream, lambda error: reaction.dispose())
    return stream
