"""``pipeline()`` and ``finished()`` to be awaited. Node's ``stream/promises``."""

from __future__ import annotations

from typing import Any

from netuv import checks, errors
from netuv.abort import AbortSignal
from netuv.stream.finishing import finished as watch
from netuv.stream.pipelining import Pipeline


async def pipeline(*streams: Any, end: bool = True, signal: AbortSignal | None = None) -> Any:
    """Pipe each into the next, and wait until all are done; see ``netuv.stream.pipeline()``.

    :returns: what the last stage has returned, if that is a function.

    Raises what one of them has failed with.

    Cancelled, it destroys all of them.
    """
    return await run(Pipeline, streams, end, signal)


async def finished(
    stream: Any,
    *,
    readable: bool | None = None,
    writable: bool | None = None,
    error: bool = True,
    signal: AbortSignal | None = None,
    cleanup: bool = False,
) -> None:
    """Wait until a stream has ended; see ``netuv.stream.finished()``, also for what is raised.

    :param cleanup: True: no listener stays, so an error that comes later is an unhandled one.
    """
    import asyncio

    future = asyncio.get_running_loop().create_future()

    def done(failure: BaseException | None) -> None:
        if not future.done():
            future.set_result(failure)

    checks.check_bool("cleanup", cleanup)
    options = {"readable": readable, "writable": writable, "error": error, "signal": signal}
    stop = watch(stream, {**options, "cleanup": cleanup}, done)
    try:
        failure = await future
    except BaseException:
        stop()
        raise
    if failure is not None:
        raise failure


async def run(kind: type[Pipeline], streams: Any, end: bool, signal: AbortSignal | None) -> Any:
    """One Pipeline, to its end."""
    import asyncio

    future = asyncio.get_running_loop().create_future()

    def done(error: BaseException | None, value: Any = None) -> None:
        if not future.done():
            future.set_result((error, value))

    pipeline = kind(streams, done, end, signal)
    pipeline.start()
    try:
        error, value = await future
    except BaseException:
        pipeline.note(errors.abort_error(), False)
        raise
    if error is not None:
        raise error
    return value
