"""A wire over another handle: what it passes on as it is."""

from __future__ import annotations

from typing import Any

from netuv.uv import handles, wire


class WireOver(wire.Wire):
    """Base of such wires; ``lower`` is a handle of libuv's, or any Wire."""

    def __init__(self, lower: Any) -> None:
        self.lower = lower

    @property
    def loop(self) -> Any:
        """The pyuv.Loop."""
        return self.lower.loop

    @property
    def closed(self) -> bool:
        """Whether it is closing or closed."""
        return bool(self.lower.closed)

    @property
    def ref(self) -> bool:
        """Whether it keeps the loop running."""
        return bool(self.lower.ref)

    @ref.setter
    def ref(self, ref: bool) -> None:
        self.lower.ref = ref

    @property
    def write_queue_size(self) -> int:
        """As of Wire."""
        return int(self.lower.write_queue_size)

    def reset(self) -> None:
        """As of Wire."""
        status = handles.linger_zero(self.lower)
        if status is not None:
            raise OSError(-status, "reset")

    def check_open(self) -> None:
        """Raise HandleClosedError after close()."""
        if self.closed:
            raise wire.HandleClosedError("Handle is closing/closed")
