"""Several streams in a row as one, and what else can be made one Duplex.

``compose()`` pipes its streams one into the next. What is written to the Duplex that it returns goes into the
first of them, what the last one gives comes out of it. ``duplex_from()`` joins streams that have one half
each, and that nothing pipes.

Both have a Joint in front of the streams, which does with them what is done to it: it writes at the pace of
the one, reads at the pace of the other, and is closed after them. When either fails, it fails too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from netuv import checks, errors, misuse
from netuv.stream import status
from netuv.stream.behind import Behind, of_awaitable
from netuv.stream.duplex import Duplex
from netuv.stream.finishing import finished
from netuv.stream.foreign import destroy
from netuv.stream.pipelining import Pipeline
from netuv.stream.sources import from_iterable

Done = Callable[..., object]


def compose(*streams: Any) -> Duplex:
    """One Duplex that is all of these, piped one into the next. Node's ``stream.compose()``.

    :param streams: one or more. The first may have the reading half only, or be an iterable, and the last one
        may have the writing half only: then the Duplex has only the other one. Where asyncio runs, each may
        be an async function as well: the first and the last as of duplex_from(), one between them as of
        pipeline().

    When one of them fails or is closed, the others and the Duplex are destroyed, as by pipeline(). destroy()
    without an error gives all of them an AbortError.

    Raises ERR_MISSING_ARGS, ERR_INVALID_ARG_TYPE and, for a stream that cannot be read or written to where it
    has to be, ERR_INVALID_ARG_VALUE.
    """
    return Composed.of(streams)


def duplex_from(source: Any) -> Duplex:
    """A Duplex of what it is made of. Node's ``Duplex.from()``.

    :param source: a Duplex, which is returned; a stream that has one half, as the Duplex then; an iterable of
        chunks to be read; a function that is called with an asynchronous iterator of what is written; or a
        dict with ``readable`` and ``writable``, each one of these, which end when either of them fails.
        Where asyncio runs, the iterable may be an asynchronous one, and it may be an awaitable, which gives
        the only chunk.

    An async generator function is both halves: what it gives is read. An async function is the writing half,
    which finishes when that has returned. When the Duplex is destroyed they are cancelled.

    Raises ERR_INVALID_ARG_TYPE; ERR_INVALID_RETURN_VALUE when the function gives nothing of the kind.
    """
    return Joined.of(source)


class Joint(Duplex):
    """Stands for the streams behind it: ``head`` is written to if it can be, ``tail`` is read."""

    def __init__(self, head: Any, tail: Any) -> None:
        self._head: Any = head if status.is_writable(head) else None
        self._tail: Any = tail if status.is_readable(tail) else None
        super().__init__(
            readable=self._tail is not None,
            writable=self._head is not None,
            readable_object_mode=bool(getattr(tail, "readable_object_mode", False)),
            writable_object_mode=bool(getattr(head, "writable_object_mode", False)),
        )
        self._waiting: Done | None = None  # the callback of _write(), until 'drain' of the head
        self._ending: Done | None = None  # the callback of _final(), until the streams have finished
        self._closing: Done | None = None  # the callback of _destroy(), until they are closed
        self._parts_done = False  # they have ended, or failed
        if self._head is not None:
            self._head.on("drain", self._on_drain)
        if self._tail is not None:
            self._tail.on("data", self._on_data)
            self._tail.on("end", self._on_end)

    def _write(self, chunk: Any, encoding: Any, callback: Done) -> None:
        if self._head.write(chunk, encoding if isinstance(chunk, str) else None) is False:
            self._waiting = callback
        else:
            callback()

    def _final(self, callback: Done) -> None:
        self._ending = callback
        self._head.end()

    def _read(self, size: int) -> None:
        self._tail.resume()

    def _destroy(self, error: BaseException | None, callback: Done) -> None:
        if error is None and not self._parts_done:
            error = errors.abort_error()
        self._waiting = self._ending = None
        if self._parts_done:
            self._destroy_parts(error)
            callback(error)
        else:
            self._closing = callback
            self._destroy_parts(error)

    def _destroy_parts(self, error: BaseException | None) -> None:
        raise NotImplementedError

    def _on_drain(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def _on_data(self, chunk: Any) -> None:
        if not self.push(chunk):
            self._tail.pause()

    def _on_end(self) -> None:
        self.push(None)

    def _on_finished(self, *error: BaseException | None) -> None:
        ending, self._ending = self._ending, None
        if ending is not None:
            ending()

    def _on_parts_done(self, error: BaseException | None) -> None:
        self._parts_done = True
        closing, self._closing = self._closing, None
        if closing is not None:
            closing(error)
        elif error is not None:
            self.destroy(error)


class Joined(Joint):
    """In front of two streams that know nothing of each other."""

    #: What is behind a Duplex of a function.
    behind: ClassVar[type[Behind]] = Behind

    @classmethod
    def of(cls, source: Any) -> Duplex:
        """See duplex_from()."""
        if isinstance(source, Duplex):
            return source
        if status.is_stream(source):
            return cls(
                source if status.has_writing_half(source) else None,
                source if status.has_reading_half(source) else None,
            )
        if isinstance(source, Mapping) and source:
            checks.check_options("Duplex.from", source, ("readable", "writable"))
            given = source.get("writable"), source.get("readable")
            return cls(*(half if half is None or status.is_stream(half) else cls.of(half) for half in given))
        if callable(source):
            return cls.behind().make("source", source)
        if isinstance(source, Awaitable):  # asyncio's futures are iterables as well
            checks.check_asyncio("source", source)
            return of_awaitable(cls.behind.kind, source)
        if hasattr(source, "__aiter__") or (isinstance(source, Iterable) and not isinstance(source, Mapping)):
            return from_iterable(cls.behind.kind, source, {"writable": False})
        raise misuse.invalid_arg_type(
            "source", "a stream, an iterable, a function, or a dict of readable and writable", source
        )

    def __init__(self, head: Any, tail: Any) -> None:
        super().__init__(head, tail)
        if self._head is not None:
            self._head.on("finish", self._on_finished)
            finished(self._head, self._on_head_done)
        if self._tail is not None:
            finished(self._tail, self._on_tail_done)

    def _destroy_parts(self, error: BaseException | None) -> None:
        destroy(self._head, error)
        destroy(self._tail, error)

    def _on_head_done(self, error: BaseException | None) -> None:
        if error is not None:
            destroy(self._tail, error)
        self._on_parts_done(error)

    def _on_tail_done(self, error: BaseException | None) -> None:
        if error is not None:
            destroy(self._head, error)
        self._on_parts_done(error)


class Composed(Joint):
    """In front of a pipeline, which destroys all of its streams when one is."""

    #: What makes a Duplex of a stage that is none.
    join: ClassVar[type[Joined]] = Joined
    pipeline: ClassVar[type[Pipeline]] = Pipeline

    @classmethod
    def of(cls, streams: Sequence[Any]) -> Duplex:
        """See compose()."""
        if not streams:
            raise misuse.missing_args("streams")
        if len(streams) == 1:
            return cls.join.of(streams[0])
        stages = list(streams)
        for index in 0, -1:
            stage = stages[index]
            if not status.is_stream(stage) and (callable(stage) or isinstance(stage, Mapping)):
                stages[index] = cls.join.of(stage)
        for index, stage in enumerate(stages):
            if not status.is_stream(stage):
                continue  # pipeline() looks at it
            if index < len(stages) - 1 and not status.is_readable(stage):
                raise misuse.invalid_arg_value(f"streams[{index}]", streams[index], "must be readable")
            if index and not status.is_writable(stage):
                raise misuse.invalid_arg_value(f"streams[{index}]", streams[index], "must be writable")
        head = stages[0]
        composed: list[Composed] = []
        tail = cls.pipeline(stages, lambda error: composed[0]._on_parts_done(error), True, None).start()
        composed.append(cls(head, tail))
        return composed[0]

    def __init__(self, head: Any, tail: Any) -> None:
        super().__init__(head, tail)
        self._last = tail
        if self._head is not None:
            finished(tail, self._on_finished)

    def _destroy_parts(self, error: BaseException | None) -> None:
        destroy(self._last, error)

    def _on_parts_done(self, error: BaseException | None) -> None:
        had_callback = self._closing is not None
        super()._on_parts_done(error)
        if not had_callback and self._head is None and self._tail is None:
            self.destroy()
