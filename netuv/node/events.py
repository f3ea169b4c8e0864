"""Node's module ``events``: EventEmitter; and AbortController, which is a global there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netuv import abort, emitter
from netuv.node.names import node_names


@node_names()
class EventEmitter(emitter.EventEmitter):
    """``netuv.EventEmitter`` with Node's names: ``addListener``, ``listenerCount``, …"""

    #: For all emitters that set no limit of their own. May be set.
    defaultMaxListeners: float = 10

    @property
    def default_max_listeners(self) -> float:  # type: ignore[override]
        """The same."""
        return self.defaultMaxListeners

    if TYPE_CHECKING:  # the names that node_names() puts there

        def __getattr__(self, name: str) -> Any: ...


@node_names()
class AbortSignal(abort.AbortSignal, EventEmitter):
    """``netuv.AbortSignal`` with Node's names; 'abort' is an event of EventEmitter, not of the DOM."""


class AbortController(abort.AbortController):
    """``netuv.AbortController``, whose signal has Node's names."""

    def __init__(self) -> None:
        self.signal = AbortSignal()
