"""Methods of Duplex as a Connection has them: the same, but for what they cost, and what they notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from netuv import checks, errors, misuse
from netuv.emitter import set_emit
from netuv.stream import Duplex, outgoing, state
from netuv.uv.handles import UVError
from netuv.uv.short import like, settable, short_emit, short_write

F = TypeVar("F", bound=Callable[..., Any])
# The state of a socket that begins: copied, as setting each of its slots takes longer.
LIFE, READING, WRITING = state.Life(), state.Reading(False), state.Writing()

set_emit(short_emit)  # that of all emitters: servers emit, too


def _noticing(name: str, function: F) -> F:
    def put(stream: Any, method: Any) -> None:
        if not hasattr(stream, "_readable_state"):
            raise misuse.no_super_init(stream)
        stream._readable_state.set_own(name, method)

    return settable(function, name, put)


class Methods(Duplex):
    """A Duplex that writes plain data to a handle of libuv's in one call.

    Its usual ways pass ``emit()``, ``push()`` and ``end()`` by, so it notices when one is set on an instance.
    """

    emit = _noticing("emit", Duplex.emit)
    push = _noticing("push", Duplex.push)
    end = _noticing("end", Duplex.end)
    write = short_write(
        Duplex.write, outgoing.left_over, outgoing.not_sent, checks.check_callback, state.Writing, state.Life
    )

    def _make_state(self) -> None:
        self._stream_life = like(LIFE)
        self._readable_state = like(READING)
        self._writable_state = like(WRITING)

    def _error_of_send(self, cause: Exception) -> BaseException:
        return errors.from_uv_error(cause, "write") if isinstance(cause, UVError) else cause
