"""What Socket and Server have in common: a libuv handle, and perhaps the descriptor that it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from netuv.loop import Loop
from netuv.uv import handles, turn

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="HandleOwner")


class HandleOwner:
    """The owner of a handle, which the census of its loop knows while there is one."""

    _loop: Loop
    _handle: Any = None
    _given_fd: handles.GivenFd | None = None
    _ref: bool = True
    _emits_close = False  # 'close' is not the stream's to emit: it comes when libuv has closed the handle

    def ref(self: Self) -> Self:
        """Keep the loop running while it is open (the default). Node's ``ref()``."""
        return self._set_ref(True)

    def unref(self: Self) -> Self:
        """Do not keep the loop running for it. Node's ``unref()``."""
        return self._set_ref(False)

    def _set_ref(self: Self, ref: bool) -> Self:
        self._loop.check_thread()
        self._ref = ref
        if self._handle is not None:
            self._handle.ref = ref
        return self

    def _close_quietly(self) -> None:
        """Close the handle without an event; in a forked child only the child's descriptor."""
        handle, self._handle = self._handle, None
        self._loop.census.discard(self)
        if handle is not None:
            turn.close_quietly(handle, self._loop.forked)
        self._close_given_fd()

    def _close_given_fd(self) -> None:
        """Let go of a descriptor that the program gave, when its handle is closed."""
        if self._given_fd is not None:
            self._given_fd.close()
            self._given_fd = None
