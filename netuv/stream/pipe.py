"""``source.pipe(destination)``: one object a pipe, alive until either side is done with it.

``waiting`` is True between a write() that answered False and the destination's 'drain'; the source flows
only while none of its pipes is waiting. A pipe ends by unpipe(), by the source's 'end', or by the
destination's 'error', 'close' or 'finish'; it then takes all its listeners away, and whoever else reads the
source goes on: no source stays paused for the sake of a destination that is gone.

A destination need not be a stream: ``write()``, ``on()`` and ``emit()`` are enough. What else is used of one
(``end``, ``destroy``, ``remove_listener``, ``writable_need_drain``, …) is used where it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from netuv import errors, misuse
from netuv.stream import foreign
from netuv.stream.base import Stream
from netuv.stream.state import ENDED

if TYPE_CHECKING:
    from netuv.stream.readable import Readable


class Pipe:
    """One pipe() between two streams."""

    __slots__ = ("destination", "drain_listening", "end", "over", "source", "waiting")

    def __init__(self, source: Readable, destination: Any, end: bool) -> None:
        for name in ("write", "on", "emit"):
            if not callable(getattr(destination, name, None)):
                raise misuse.invalid_arg_type("destination", "a Writable stream", destination)
        self.source = source
        self.destination = destination
        self.end = end
        self.waiting = False
        self.drain_listening = False
        self.over = False

    def start(self) -> None:
        """Put the listeners in place and let the source flow; all of it, or nothing when that fails."""
        source, destination = self.source, self.destination
        flowing = source._readable_state.flowing
        source._readable_state.own_rare().pipes += (self,)
        try:
            if source._readable_state.phase == ENDED:
                source._next_tick(self._on_end)
            else:
                source.once("end", self._on_end)
            # Before the user's own, so that it can tell whether there is one.
            getattr(destination, "prepend_listener", destination.on)("error", self._on_error)
            destination.on("close", self._on_close)
            destination.on("finish", self._on_finish)
            source.on("data", self._on_data)
            destination.emit("pipe", source)
        except BaseException:
            source._readable_state.own_rare().pipes = tuple(
                pipe for pipe in source._readable_state.rare.pipes if pipe is not self
            )
            try:
                self.detach()
            finally:
                if not flowing:
                    source._readable_state.set_flowing(flowing)
            raise
        if getattr(destination, "closed", False) is True:  # its 'close' may have been, and is not waited for
            source._next_tick(self._leave_closed)
        if getattr(destination, "writable_need_drain", False) is True:
            self._wait()
        elif not source._readable_state.flowing:
            source.resume()

    def drop(self, gone: tuple[Pipe, ...]) -> None:
        """Detach each of these pipes of the source and tell its destination, whatever a listener raises."""
        source = self.source
        rare = source._readable_state.own_rare()
        rare.pipes = () if gone == rare.pipes else tuple(pipe for pipe in rare.pipes if pipe not in gone)
        raised: list[BaseException] = []
        if not rare.pipes:
            try:
                source.pause()
            except BaseException as error:
                raised.append(error)
        for pipe in gone:
            try:
                pipe.detach()
            except BaseException as error:
                raised.append(error)
            try:
                pipe.destination.emit("unpipe", source)
            except BaseException as error:
                raised.append(error)
        if raised:
            errors.chain(raised[0], raised[1:])
            raise raised[0]

    def detach(self) -> None:
        """Take all listeners away. What one of those who hear of that raises stops none of it."""
        if self.over:
            return
        self.over = True
        source, destination = self.source, self.destination
        listeners: list[tuple[Any, str, Callable[..., object]]] = [
            (source, "data", self._on_data),
            (source, "end", self._on_end),
            (destination, "close", self._on_close),
            (destination, "finish", self._on_finish),
            (destination, "error", self._on_error),
        ]
        if self.drain_listening:
            listeners.append((destination, "drain", self._on_drain))
        try:
            foreign.remove_each(iter(listeners))
        finally:
            if self.waiting:
                self._on_drain()

    def _on_data(self, chunk: Any) -> None:
        try:
            answer = self.destination.write(chunk)
        except Exception as error:  # the destination's failure, and no other consumer's
            if not hasattr(self.destination, "destroy"):
                raise
            self.destination.destroy(error)
        else:
            if answer is False:
                self._wait()

    def _wait(self) -> None:
        if self.over:
            return
        self.waiting = True
        if not self.drain_listening:
            self.drain_listening = True
            self.destination.on("drain", self._on_drain)
        self.source.pause()

    def _on_drain(self) -> None:
        self.waiting = False
        self._go_on()

    def _go_on(self) -> None:
        source = self.source
        if "data" in source._events and not any(pipe.waiting for pipe in source._readable_state.rare.pipes):
            source.resume()

    def _on_end(self) -> None:
        if self.over:
            return
        if self.end and callable(getattr(self.destination, "end", None)):
            self.destination.end()
        else:
            self.drop((self,))

    def _on_error(self, error: Any) -> None:
        destination = self.destination
        self._leave()
        if not _listens_to_errors(destination):
            if isinstance(destination, Stream) and not destination._stream_life.error_told:
                destination._error_or_destroy(error)
            else:
                destination.emit("error", error)  # nobody listens: it is raised

    def _on_close(self, *had_error: bool) -> None:
        self._leave()

    def _on_finish(self) -> None:
        self._leave()

    def _leave_closed(self) -> None:
        if self.destination.closed:
            self._leave()

    def _leave(self) -> None:
        """The destination is done with. Who else listens to 'data' of the source is not held up."""
        if not self.over:
            flowing = self.source._readable_state.flowing
            self.drop((self,))
            if flowing:
                self._go_on()


def _listens_to_errors(emitter: Any) -> bool:
    listeners: Callable[[str], Sequence[object]] | None = getattr(emitter, "listeners", None)
    return listeners is not None and len(listeners("error")) > 0
