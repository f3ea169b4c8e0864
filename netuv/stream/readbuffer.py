"""What has arrived and nobody has taken yet: a queue of chunks that is read by length.

It is a queue and nothing else: it knows no stream, no event and no high-water mark. ``length`` counts bytes,
or characters when the chunks are str; in an ObjectBuffer it counts the chunks, which are read one by one.
Reading a part of a chunk copies that part only: ``offset`` tells how much of the first chunk is gone.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from netuv.stream.encoding import Decoder, encode

_MOST_CHUNKS = 64  # that find() looks at one by one


class ReadBuffer:
    """A queue of bytes, or of str."""

    __slots__ = ("chunks", "length", "offset")

    objects = False  # each chunk counts as 1

    def __init__(self) -> None:
        self.chunks: deque[Any] = deque()
        self.offset = 0  # what was taken of the first chunk already
        self.length = 0  # of all that is left

    def append(self, chunk: Any) -> None:
        """Add a chunk, to be read last."""
        self.chunks.append(chunk)
        self.length += len(chunk)

    def prepend(self, chunk: Any) -> None:
        """Add a chunk, to be read first."""
        self._drop_taken()
        self.chunks.appendleft(chunk)
        self.length += len(chunk)

    def amount(self, size: int | None, whole_chunks: bool, ended: bool) -> int:
        """How much a read of ``size`` gets: that much or nothing, and at the end what is left.

        :param size: None: all there is, or with ``whole_chunks`` the first chunk.
        """
        if size is None:
            return len(self.chunks[0]) - self.offset if whole_chunks and self.length else self.length
        if size <= self.length:
            return max(size, 0)
        return self.length if ended else 0

    def take(self, count: int) -> Any:
        """Take out the first ``count``; there are as many, and it is more than none."""
        chunks = self.chunks
        self.length -= count
        if count == len(chunks[0]) and not self.offset:
            return chunks.popleft()
        parts = []
        while count > 0:
            start, first = self.offset, chunks[0]
            end = start + count
            if end < len(first):
                self.offset = end
            else:
                self.offset = 0
                chunks.popleft()
            part = first[start:end]
            count -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else parts[0][:0].join(parts)

    def find(self, separator: Any, start: int = 0) -> int:
        """Where the separator begins, at ``start`` or behind; -1 when it is not there."""
        if len(self.chunks) > _MOST_CHUNKS:
            self._drop_taken()
            whole = self.chunks[0][:0].join(self.chunks)
            self.chunks.clear()
            self.chunks.append(whole)
        position = -self.offset  # where the chunk begins
        before = separator[:0]  # the end of what was looked at, which a separator may begin in
        for chunk in self.chunks:
            end = position + len(chunk)
            if end > start:
                found: int = (before + chunk).find(separator, max(start - position + len(before), 0))
                if found >= 0:
                    return position - len(before) + found
                text = before + chunk
                before = text[max(len(text) - len(separator) + 1, 0) :]
            position = end
        return -1

    def decode(self, decoder: Decoder, former: str | None, ended: bool) -> ReadBuffer:
        """The same as str of another encoding.

        :param former: the encoding that str chunks came from.
        :param ended: no more will come, so what the decoder keeps back is added.
        """
        self._drop_taken()
        text = "".join(
            decoder.write(encode(chunk, former or "utf8") if isinstance(chunk, str) else chunk)
            for chunk in self.chunks
        )
        if ended:
            text += decoder.end()
        if not text:
            return EMPTY
        decoded = ReadBuffer()
        decoded.append(text)
        return decoded

    def _drop_taken(self) -> None:
        """Let the first chunk be what is left of it."""
        if self.offset:
            self.chunks[0] = self.chunks[0][self.offset :]
            self.offset = 0


class ObjectBuffer(ReadBuffer):
    """A queue of whatever there is, except None."""

    __slots__ = ()

    objects = True

    def append(self, chunk: Any) -> None:
        """Add an object, to be read last."""
        self.chunks.append(chunk)
        self.length += 1

    def prepend(self, chunk: Any) -> None:
        """Add an object, to be read first."""
        self.chunks.appendleft(chunk)
        self.length += 1

    def amount(self, size: int | None, whole_chunks: bool, ended: bool) -> int:
        """One, if there is one: of what size does not matter."""
        return 1 if self.length and (size is None or size > 0) else 0

    def take(self, count: int) -> Any:
        """Take out the first."""
        self.length -= 1
        return self.chunks.popleft()

    def decode(self, decoder: Decoder, former: str | None, ended: bool) -> ReadBuffer:
        """The same with str in place of bytes; other objects stay as they are."""
        decoded = ObjectBuffer()
        for chunk in self.chunks:
            decoded.append(decoder.write(chunk) if isinstance(chunk, bytes) else chunk)
        return decoded


#: Of a stream that has buffered nothing yet, as most never do. Nothing is added to it.
EMPTY = ReadBuffer()
EMPTY.chunks = ()  # type: ignore[assignment]
