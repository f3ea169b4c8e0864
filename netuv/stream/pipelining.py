"""``pipeline()``: streams piped one into the next, which all end when one of them fails.

Each link between two stages has two parts that report to the Pipeline once each: the source has ended, the
destination has finished; a pump (see netuv.stream.pump) is a link with one part. ``unfinished`` counts them
down. The callback comes when it reaches 0, with the first error that was reported, or without one.

The first error destroys every stage that has not finished. What these report then is heard too: an error
that says more takes the place of a premature close or an abort. A part that stays silent because its stage
never ends keeps the callback waiting, as in Node.

====================  ==============================================================================
what stands there     what it may be
====================  ==============================================================================
first                 a stream that can be read, an iterable, a function that returns one of these
in the middle         a stream with both halves; after an iterable also a generator function of one
                      argument: it iterates what comes before it
last                  a stream that can be written to; after an iterable also a function: what it
                      returns is written to a PassThrough, which pipeline() then returns
anywhere              where asyncio runs: an asynchronous iterable, and asynchronous functions of these
                      kinds, also after a stream; they iterate what comes before by ``async for``
====================  ==============================================================================
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from netuv import checks, errors, misuse
from netuv.abort import AbortSignal, Reaction, check_signal
from netuv.stream import status
from netuv.stream.finishing import finished
from netuv.stream.foreign import destroy, next_tick, remove
from netuv.stream.iteration import asyncio_task, close, iterate
from netuv.stream.pump import Pump, TaskPump
from netuv.stream.transform import PassThrough

Callback = Callable[..., object]
_WEAK = ("ABORT_ERR", "ERR_STREAM_PREMATURE_CLOSE")  # codes of errors that only follow from another


def pipeline(
    *streams: Any, callback: Callback | None = None, end: bool = True, signal: AbortSignal | None = None
) -> Any:
    """Pipe each into the next; when one fails or is closed, destroy the others. Node's ``stream.pipeline()``.

    :param streams: two or more, or a list of them; what may stand where is told at the head of this module.
        The callback may be the last of them, as in Node.
    :param callback: called once when all are done: with None, or with the error. It is called with a second
        argument when the last stage is a function: what that has returned.
    :param end: False leaves the last stream open when the one before it has ended, or has failed.
    :param signal: an AbortSignal that destroys all of them; the callback hears an AbortError.
    :returns: the last stream.

    Streams that have ended are not destroyed, as they destroy themselves; a Socket at the end that is still
    readable stays open until it has ended as well. Listeners stay on them, so that an error that comes late
    is no unhandled one.

    Raises ERR_INVALID_ARG_TYPE, ERR_MISSING_ARGS, ERR_INVALID_RETURN_VALUE, and ERR_STREAM_UNABLE_TO_PIPE
    for a stage that was closed already, the first one excepted.
    """
    if callback is None:
        *streams, callback = streams or (None,)  # type: ignore[assignment]
    return Pipeline(streams, callback, end, signal).start()


def _check(streams: Sequence[Any]) -> None:
    """Refuse what cannot stand where it stands, before anything is listened to."""
    before: Any = None  # the stage before: a stream, or what can be iterated
    for index, stage in enumerate(streams):
        name = f"streams[{index}]"
        if status.is_stream(stage):
            if index and (status.is_closed(stage) or status.is_destroyed(stage)):
                raise misuse.unable_to_pipe()
            if index and not callable(getattr(stage, "write", None)):
                raise misuse.invalid_arg_type(name, "a stream that can be written to", stage)
            if index < len(streams) - 1 and not status.has_reading_half(stage):
                raise misuse.invalid_arg_type(name, "a stream that can be read", stage)
        elif callable(stage) and checks.is_async_function(stage):
            checks.check_asyncio(name, stage)
        elif callable(stage):
            if index and _is_async(before):
                raise misuse.stage_after_stream(name, stage)
        elif hasattr(stage, "__aiter__"):
            checks.check_asyncio(name, stage)
        elif index or not isinstance(stage, Iterable):
            what = "a stream or a function" if index else "a stream, an iterable or a function"
            raise misuse.invalid_arg_type(name, what, stage)
        before = stage


def _is_async(stage: Any) -> bool:
    """Whether it has to be waited for what it gives."""
    return (
        status.is_stream(stage)
        or hasattr(stage, "__aiter__")
        or (callable(stage) and checks.is_async_function(stage))
    )


class Pipeline:
    """One pipeline(), until its callback was called."""

    #: What stands for a function at the end.
    through: ClassVar[type[PassThrough]] = PassThrough

    __slots__ = (
        "callback",
        "cleanup",
        "end",
        "error",
        "reaction",
        "returns_value",
        "signal",
        "stages",
        "streams",
        "tick",
        "unfinished",
        "value",
    )

    def __init__(
        self, streams: Sequence[Any], callback: Callback | None, end: bool, signal: AbortSignal | None
    ) -> None:
        checks.check_callback("callback", callback)
        if len(streams) == 1 and isinstance(streams[0], (list, tuple)):
            streams = streams[0]
        if len(streams) < 2:
            raise misuse.missing_args("streams")
        if signal is not None:
            check_signal("signal", signal)
        _check(streams)
        self.streams = streams
        self.callback = callback
        self.end = end
        self.signal = signal
        self.error: BaseException | None = None
        self.value: Any = None
        self.returns_value = False
        self.unfinished = 0
        self.stages: list[Stage | TaskPump | Returning] = []  # that are to be destroyed when anything fails
        self.cleanup: list[Callable[[], object]] = []  # of the last stream, when all went well
        self.reaction: Reaction | None = None
        own = next((each for each in streams if status.is_stream(each)), None)
        self.tick = partial(next_tick, own)

    def start(self) -> Any:
        """Link the stages; what the last one is, is returned."""
        if self.signal is not None and not self.signal.aborted:
            self.reaction = Reaction(self.signal, self._on_abort)
            self.signal.on("abort", self.reaction)
        last = len(self.streams) - 1
        source: Any = None
        for index, stage in enumerate(self.streams):
            if status.is_stream(stage):
                self._watch(stage, index < last, index > 0)
                if index:
                    self._link(source, stage)
                source = stage
            elif not callable(stage):
                source = stage
            elif not index:
                source = _returned(self.call(stage), "source")
            elif index < last:
                given = _given(stage, source)
                value = _returned(self.call(stage, given), f"transform[{index - 1}]")
                source = Transformed(value, given) if hasattr(value, "__aiter__") else value
            else:
                source = self._end_in_function(stage, source)
        if self.signal is not None and self.signal.aborted:
            self.tick(self._on_abort)
        return source

    def _watch(self, stream: Any, reading: bool, writing: bool) -> None:
        """Have it destroyed when another one fails, and hear what it fails with, also later."""
        stays = not reading and status.is_readable(stream)  # the last one, which somebody may go on reading
        if reading or self.end:
            stage = Stage(stream, reading, writing)
            self.stages.append(stage)
            if stays:
                self.cleanup.append(stage.dispose)
        stream.on("error", self._on_error)
        if stays:
            self.cleanup.append(partial(remove, stream, "error", self._on_error))

    def _link(self, source: Any, destination: Any) -> None:
        if not status.is_stream(source):
            self.unfinished += 1
            self._pump(source, destination)
            return
        self.unfinished += 2
        dispose = Link(self, source, destination).start()
        if destination is self.streams[-1] and status.is_readable(destination):
            self.cleanup.append(dispose)

    def _pump(self, source: Any, destination: Any) -> None:
        if hasattr(source, "__aiter__"):
            pump = TaskPump(source, destination, self.finish, self.end)
            self.stages.append(pump)
            pump.start()
        else:
            Pump(source, destination, self.finish, self.end).start()

    def _end_in_function(self, function: Callable[[Any], Any], source: Any) -> Any:
        """The last stage, which takes what it wants of the iterable before it."""
        self.returns_value = True
        self.unfinished += 1
        through = self.through(object_mode=True)
        stage = Stage(through, False, True)
        self.stages.append(stage)
        self.cleanup.append(stage.dispose)
        given = _given(function, source)
        try:
            value = self.call(function, given)
        except Exception as error:
            through.destroy(error)
            self.tick(self.finish, error)
            return through
        if hasattr(value, "__aiter__") and not status.is_stream(value):
            checks.check_asyncio("destination", value)
            self._pump(Transformed(value, given), through)
        elif isinstance(value, Coroutine):
            _check_awaited("destination", value)
            self.stages.append(Returning(value, given, partial(self._on_returned, through)))
        elif hasattr(value, "__next__"):
            self._pump(value, through)
        else:
            self._on_returned(through, None, value)
        return through

    def _on_returned(self, through: PassThrough, error: BaseException | None, value: Any) -> None:
        """The function at the end has given this, or has failed."""
        if error is not None:
            through.destroy(error)
        else:
            self.value = value
            if value is not None:
                through.write(value)
            if self.end:
                through.end()
        self.tick(self.finish, error)

    def call(self, function: Callable[..., Any], *source: Any) -> Any:
        """What a function stands for, given what comes before it."""
        return function(*source)

    # -- what the parts report -------------------------------------------------------------------------

    def finish(self, error: BaseException | None = None) -> None:
        """One part of a link is done."""
        self.unfinished -= 1
        self.note(error, self.unfinished == 0)

    def _on_error(self, error: Any) -> None:
        if getattr(error, "code", None) not in _WEAK:
            self.note(error, False)

    def _on_abort(self) -> None:
        assert self.signal is not None
        self.note(errors.abort_error(self.signal.reason), False)

    def note(self, error: BaseException | None, final: bool) -> None:
        """An error, or None; ``final`` when there is nothing more to wait for."""
        if error is not None and (self.error is None or getattr(self.error, "code", None) in _WEAK):
            self.error = error
        if self.error is None and not final:
            return
        while self.stages:
            self.stages.pop(0).destroy(self.error)
        self.over()
        if final:
            if self.error is None:
                for cleanup in self.cleanup:
                    cleanup()
            self.tick(self._call_back, self.error)

    def over(self) -> None:
        """It has failed, or all of it is done: nobody has to abort it any more."""
        if self.reaction is not None:
            self.reaction.dispose()

    def _call_back(self, error: BaseException | None) -> None:
        callback, self.callback = self.callback, None
        if callback is not None:
            if self.returns_value:
                callback(error, self.value)
            else:
                callback(error)


class Stage:
    """A stream that is destroyed when another one fails, unless it is done by then."""

    __slots__ = ("_done", "_stop", "_stream")

    def __init__(self, stream: Any, reading: bool, writing: bool) -> None:
        self._done = False
        self._stream = stream
        stream.on("close", self._on_close)
        self._stop = finished(stream, self._on_finished, readable=reading, writable=writing)

    def destroy(self, error: BaseException | None) -> None:
        """End it."""
        if not self._done:
            self._done = True
            destroy(self._stream, error or misuse.stream_destroyed("pipe"))

    def dispose(self) -> None:
        """Wait for nothing more."""
        self._stop()

    def _on_close(self, *had_error: object) -> None:
        self._done = True

    def _on_finished(self, error: BaseException | None) -> None:
        self._done = error is None


class Link:
    """One stream piped into the next."""

    __slots__ = ("_destination", "_ended", "_pipeline", "_source")

    def __init__(self, pipeline: Pipeline, source: Any, destination: Any) -> None:
        self._pipeline = pipeline
        self._source = source
        self._destination = destination
        self._ended = False

    def start(self) -> Callable[[], None]:
        """Pipe; what is returned takes the listeners off the destination."""
        source, pipeline = self._source, self._pipeline
        self._destination.on("close", self._on_close)
        source.pipe(self._destination, end=False)
        if not pipeline.end:
            pipeline.finish()
        elif status.has_ended(source):
            pipeline.tick(self._end_destination)
        else:
            source.once("end", self._end_destination)
        finished(source, pipeline.finish, readable=True, writable=False)
        return finished(self._destination, pipeline.finish, readable=False, writable=True)

    def _on_close(self, *had_error: object) -> None:
        if not self._ended:
            self._pipeline.note(misuse.premature_close(), False)

    def _end_destination(self) -> None:
        self._ended = True
        self._destination.end()


class Transformed:
    """What an async generator function makes of ``given``, which is closed once no more of it is wanted.

    It is closed before the function is, as by ``for await`` in JavaScript.
    """

    __slots__ = ("_given", "_values")

    def __init__(self, values: Any, given: Any) -> None:
        self._values = values.__aiter__()
        self._given = given

    def __aiter__(self) -> Transformed:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._values.__anext__()
        except BaseException:  # its end, too
            await close(self._given)
            raise

    async def aclose(self) -> None:
        """Close all of them."""
        try:
            await close(self._given)
        finally:
            await close(self._values)


class Returning:
    """An async function at the end; it is cancelled when something before it fails."""

    __slots__ = ("_on_done", "_task")

    def __init__(
        self, coroutine: Any, given: Any, on_done: Callable[[BaseException | None, Any], None]
    ) -> None:
        self._on_done = on_done
        self._task: Any = asyncio_task(coroutine, self._done, given)

    def destroy(self, error: BaseException | None) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()

    def _done(self, error: BaseException | None, value: Any) -> None:
        self._task = None
        self._on_done(error, value)


def _given(function: Any, source: Any) -> Any:
    """What a function gets to iterate: an async one by ``async for``."""
    if not checks.is_async_function(function):
        return source
    if status.is_stream(source):
        return iterate(source)
    return source.__aiter__() if hasattr(source, "__aiter__") else _each(source)


async def _each(iterable: Any) -> AsyncIterator[Any]:
    try:
        for value in iterable:
            yield value
    finally:
        if hasattr(iterable, "close"):
            iterable.close()


def _check_awaited(name: str, coroutine: Any) -> None:
    try:
        checks.check_asyncio(name, coroutine)
    except TypeError:
        coroutine.close()
        raise


def _returned(value: Any, name: str) -> Any:
    """What a function stands for, which is to be iterated."""
    if (
        isinstance(value, Iterable)
        or hasattr(value, "__aiter__")
        or (name == "source" and status.has_reading_half(value))
    ):
        if hasattr(value, "__aiter__") and not status.is_stream(value):
            checks.check_asyncio(name, value)
        return value
    if isinstance(value, Coroutine):
        value.close()  # nothing would await it
    expected = "a stream or an iterable" if name == "source" else "an iterable"
    raise misuse.invalid_return_value(expected, name, value)
