# pipeline() with async generator functions at each place: what is called, and in which order.
# rows: A11 N19

import asyncio

from prelude import lane, log, run, see, watch
from netuv import stream
from netuv.stream import PassThrough, Readable, Writable


async def letters():
    try:
        yield "a"
        yield "b"
        yield "c"
    finally:
        log("letters left")


async def upper(source):
    try:
        async for chunk in source:
            yield chunk.upper()
        log("upper ends")
    finally:
        log("upper left")


async def first(source):
    async for chunk in source:
        yield chunk
        return


async def fails(source):
    async for chunk in source:
        if chunk.lower() == "b":
            raise Exception("boom")
        yield chunk


async def breaks():
    yield "a"
    raise Exception("broken")


async def join(source):
    return "".join([chunk async for chunk in source])


async def one(source):
    async for chunk in source:
        return chunk
    return None


async def rejects(source):
    raise Exception("no")


def through():
    return see("through", PassThrough(object_mode=True))


def readable():
    return watch(lane("readable"), Readable.from_(["a", "b", "c"]), "end error close")


def sink(bad=None):
    def write(chunk, encoding, callback):
        log("write", chunk)
        callback(Exception("full") if chunk == bad else None)

    return see("sink", Writable(object_mode=True, write=write))


steps = [
    ("into a stream", lambda: [letters, upper, sink()]),
    ("an iterator first", lambda: [letters(), upper, sink()]),
    ("from a stream", lambda: [readable(), upper, sink()]),
    ("between streams", lambda: [readable(), through(), upper, sink()]),
    ("into a function", lambda: [letters, upper, join]),
    ("from a stream into a function", lambda: [readable(), join]),
    ("ends early", lambda: [letters, first, sink()]),
    ("ends early after a stream", lambda: [readable(), first, sink()]),
    ("takes one", lambda: [letters, upper, one]),
    ("takes one of a stream", lambda: [readable(), one]),
    ("source fails", lambda: [breaks, upper, sink()]),
    ("middle fails", lambda: [letters, fails, sink()]),
    ("middle fails after a stream", lambda: [readable(), fails, sink()]),
    ("sink fails", lambda: [letters, upper, sink("B")]),
    ("sink fails after a stream", lambda: [readable(), through(), upper, sink("B")]),
    ("function fails", lambda: [letters, rejects]),
    ("function fails after a stream", lambda: [readable(), rejects]),
]


async def main():
    for name, make in steps:
        log("--", name)
        lane("readable")("--", name)
        future = asyncio.get_running_loop().create_future()

        def done(error, value=None, future=future):
            log("done", error, value)
            future.set_result(None)

        stream.pipeline(*make(), done)
        await future
        await asyncio.sleep(0.01)


run(main())
