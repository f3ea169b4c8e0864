"""Both halves in one stream, and how the end of one bears on the other.

====================  ===========================================================================
when                  then
====================  ===========================================================================
'end' was emitted     without ``allow_half_open`` the writing half is ended, a tick later, so that
                      an 'end' listener may still write; else, when it has finished, destroy()
'finish' was emitted  when 'end' was emitted too, destroy(); else the reading half goes on
====================  ===========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from netuv.stream.readable import Readable
from netuv.stream.state import ALIVE, ENDED, FINISHED, OPEN
from netuv.stream.writable import Writable

if TYPE_CHECKING:  # typing would compile the text of a bound at import
    Self = TypeVar("Self", bound="Duplex")


class Duplex(Writable, Readable):
    """Node's ``stream.Duplex``. It takes the options of both halves, and besides:

    :param allow_half_open: False: when the reading half has ended, the writing half is ended too.
    :param readable, writable: False: there is no such half.
    :param readable_high_water_mark, writable_high_water_mark: of one half, without high_water_mark.
    :param readable_object_mode, writable_object_mode: of one half.
    """

    #: False: when the peer has ended, this side is ended too. Node's ``allowHalfOpen``.
    allow_half_open: bool = True

    _options = (
        *dict.fromkeys((*Writable._options, *Readable._options)),
        *("allow_half_open", "readable", "writable"),
        *("readable_high_water_mark", "writable_high_water_mark"),
        *("readable_object_mode", "writable_object_mode"),
    )

    def _take_options(self, given: Mapping[str, Any]) -> None:
        super()._take_options(given)
        if given.get("allow_half_open") is False:
            self.allow_half_open = False
        if given.get("readable") is False:
            self._can_read = False
            self._readable_state.phase = ENDED
        if given.get("writable") is False:
            self._can_write = False
            self._writable_state.phase = FINISHED

    def _after_end(self) -> None:
        if self._readable_state.phase != ENDED:
            return  # an 'end' listener has begun to connect anew
        if self._writable_state.phase == OPEN and not self.allow_half_open and self._can_write:
            self._next_tick(self._end_with_peer)
        elif self._auto_destroy and (self._writable_state.phase == FINISHED or not self._can_write):
            self.destroy()

    def _end_with_peer(self) -> None:
        life = self._stream_life
        if (
            self._writable_state.phase == OPEN
            and self._readable_state.phase == ENDED
            and life.phase == ALIVE
            and life.errored is None
        ):
            self.end()

    def _after_finish(self) -> None:
        if self._writable_state.phase != FINISHED:
            return  # a 'finish' listener has begun to connect anew
        if self._writable_state.pending.soon or (
            self._auto_destroy and (self._readable_state.phase == ENDED or not self._can_read)
        ):
            self.destroy()
