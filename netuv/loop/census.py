"""What is open on a loop.

An owner is a Socket or a Server while it has a libuv handle, or will have one: the census keeps it alive
for as long as libuv knows it. A part is what another module keeps for the loop, such as its timers. What
libuv knows besides is hidden, when it is netuv's own, or else foreign: the user's own pyuv handles.

``loop.handles`` reports owners, what waits in the parts, and foreign handles.
"""

from __future__ import annotations

from typing import Any, Protocol


class Owner(Protocol):
    """Something with a libuv handle that can be told to give it up."""

    _handle: Any

    def _close_with_loop(self) -> None: ...

    def _leave_to_parent(self) -> None: ...

    def _give_up(self) -> None: ...


class Part(Protocol):
    """What a module keeps for a loop, in ``loop.parts`` by its class."""

    def waiting(self) -> list[Any]:
        """What a user would call open."""

    def clear(self) -> None:
        """Cancel all, with the loop."""

    def leave_to_parent(self) -> None:
        """In a forked child: the parent will call them."""


class Census:
    """Who is there."""

    __slots__ = ("_hidden", "by_id")

    def __init__(self) -> None:
        #: The owners by their id(): those of a user's class may be equal, or have no hash. A connection comes
        #: and goes without a call.
        self.by_id: dict[int, Owner] = {}
        self._hidden: set[Any] = set()

    def add(self, owner: Any) -> None:
        """Let an owner in, or leave it in."""
        self.by_id[id(owner)] = owner

    def discard(self, owner: Any) -> None:
        """Let it go, if it is there."""
        self.by_id.pop(id(owner), None)

    def hide(self, *handles: Any) -> None:
        """These handles are the loop's own."""
        self._hidden.update(handles)

    def reveal(self, handle: Any) -> None:
        """The handle, which is closed or will be, is hidden no more."""
        self._hidden.discard(handle)

    def owners(self) -> list[Owner]:
        """A copy of the list, which may change while each is told something."""
        return list(self.by_id.values())

    def others(self, uv: Any) -> list[Any]:
        """All handles of libuv's that are not the loop's own; those that are closing, too."""
        return [handle for handle in uv.handles if handle not in self._hidden]

    def foreign(self, uv: Any) -> list[Any]:
        """The user's own pyuv handles that are open."""
        known = {owner._handle for owner in self.by_id.values()}
        return [handle for handle in self.others(uv) if not handle.closed and handle not in known]

    def open(self, uv: Any, parts: list[Part]) -> list[Any]:
        """Owners, what waits in the parts, and foreign handles."""
        waiting = [each for part in parts for each in part.waiting()]
        return [*self.by_id.values(), *waiting, *self.foreign(uv)]

    def forget_hidden(self) -> None:
        """The loop has no handles any more."""
        self._hidden.clear()
