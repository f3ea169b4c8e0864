"""``source.pipe(destination)``: one object a pipe, alive until either side is done with it.

``waiting`` is True between a write() that answered False and the destination's 'drain'; the source flows
only while none of its pipes is waiting. A pipe ends by unpipe(), by the source's 'end', or by the
destination's 'error', 'close' or 'finish'; it then takes all its listeners away, and no source stays
paused for the sake of a destination that is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netuv import errors

if TYPE_CHECKING:
    from netuv.stream.readable import Readable
    from netuv.stream.writable import Writable


class Pipe:
    """One pipe() between two streams."""

    __slots__ = ("destination", "drain_listening", "end", "over", "source", "waiting")

    def __init__(self, source: Readable, destination: Writable, end: bool) -> None:
        if not callable(getattr(destination, "write", None)) or not hasattr(destination, "on"):
            raise errors.invalid_arg_type("destination", "a Writable stream", destination)
        self.source = source
        self.destination = destination
        self.end = end
        self.waiting = False
        self.drain_listening = False
        self.over = False

    def start(self) -> None:
        """Put the listeners in place and let the source flow."""
        source, destination = self.source, self.destination
        source._pipes += (self,)
        if source.readable_ended:
            source._tick(self._on_end)
        else:
            source.once("end", self._on_end)
        destination.on("unpipe", self._on_unpipe)
        source.on("data", self._on_data)
        destination.prepend_listener("error", self._on_error)
        destination.once("close", self._on_close)
        destination.once("finish", self._on_finish)
        destination.emit("pipe", source)
        if destination.writable_need_drain:
            self._wait()
        elif not source.readable_flowing:
            source.resume()

    def _on_data(self, chunk: Any) -> None:
        if not self.destination.write(chunk):
            self._wait()

    def _wait(self) -> None:
        if not self.over:
            self.waiting = True
            self.source.pause()
        if not self.drain_listening:
            self.drain_listening = True
            self.destination.on("drain", self._on_drain)

    def _on_drain(self) -> None:
        self.waiting = False
        source = self.source
        if "data" in source._events and not any(pipe.waiting for pipe in source._pipes):
            source.resume()

    def _on_end(self) -> None:
        if self.end:
            self.destination.end()
        else:
            self._unpipe()

    def _on_error(self, error: BaseException) -> None:
        destination = self.destination
        self._unpipe()
        destination.remove_listener("error", self._on_error)
        if destination.listener_count("error") == 0:
            if destination._error_emitted:
                destination.emit("error", error)  # nobody listens: it is raised
            else:
                destination._error_or_destroy(error)

    def _on_close(self, *had_error: bool) -> None:
        self.destination.remove_listener("finish", self._on_finish)
        self._unpipe()

    def _on_finish(self) -> None:
        self.destination.remove_listener("close", self._on_close)
        self._unpipe()

    def _unpipe(self) -> None:
        self.source.unpipe(self.destination)

    def _on_unpipe(self, source: Readable) -> None:
        if source is not self.source or self.over or self in source._pipes:
            return
        self.over = True
        destination = self.destination
        destination.remove_listener("close", self._on_close)
        destination.remove_listener("finish", self._on_finish)
        destination.remove_listener("error", self._on_error)
        destination.remove_listener("unpipe", self._on_unpipe)
        source.remove_listener("end", self._on_end)
        source.remove_listener("data", self._on_data)
        if self.drain_listening:
            destination.remove_listener("drain", self._on_drain)
            if self.waiting and destination.writable_need_drain:
                self._on_drain()
