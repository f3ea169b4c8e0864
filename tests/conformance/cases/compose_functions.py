# compose() with async functions at each place, and readable.compose().
# rows: A11 N19

import asyncio

from prelude import attempt, called, log, netuv, run, see
from netuv.stream import PassThrough, Readable, compose


async def letters():
    yield "a"
    yield "b"


async def upper(source):
    async for chunk in source:
        yield chunk.upper()


async def twice(source):
    async for chunk in source:
        yield chunk
        yield chunk


async def fails(source):
    async for chunk in source:
        raise Exception(f"boom {chunk}")
    yield ""


async def takes(source):
    async for chunk in source:
        log("takes", chunk)


async def first(source):
    async for chunk in source:
        yield chunk
        return


def through():
    return see("through", PassThrough(object_mode=True))


steps = [
    ("one function", lambda: compose(upper)),
    ("two", lambda: compose(upper, twice)),
    ("in the middle", lambda: compose(through(), upper, PassThrough(object_mode=True))),
    ("first", lambda: compose(upper, through())),
    ("last", lambda: compose(through(), upper)),
    ("three", lambda: compose(upper, twice, twice)),
    ("a sink", lambda: compose(upper, takes)),
    ("a source", lambda: compose(letters(), upper)),
    ("closed", lambda: compose(letters(), upper, takes)),
    ("fails", lambda: compose(twice, fails, through())),
    ("fails at the end", lambda: compose(through(), fails)),
    ("ends early", lambda: compose(upper, first)),
    ("of a readable", lambda: Readable.from_(["x", "y"]).compose(upper)),
    ("of a readable, a sink", lambda: Readable.from_(["x", "y"]).compose(takes)),
    ("of a readable, a stream", lambda: Readable.from_(["x", "y"]).compose(through())),
]


async def main():
    first_time = True
    for name, make in steps:
        log("--", name)
        composed = see("composed", make())
        log(composed.readable, composed.writable)
        log(composed.readable_object_mode, composed.writable_object_mode)
        composed.on("data", lambda data: log("data", data))
        if composed.writable:
            composed.write("a", *([called(log, "written")] if composed.readable else []))
            composed.end("b", called(log, "ended"))
        closed = asyncio.get_running_loop().create_future()
        composed.on("close", lambda closed=closed: closed.set_result(None))
        timer = netuv.set_timeout(lambda composed=composed: (log("stays"), composed.destroy()), 200)
        if first_time:
            first_time = False
            arguments()
        await closed
        timer.close()
        await asyncio.sleep(0.005)


def arguments():
    attempt(log, "a signal", lambda: Readable.from_(["x"]).compose(PassThrough(), signal=5))
    attempt(log, "no stream", lambda: Readable.from_(["x"]).compose(5))
    attempt(log, "a Readable", lambda: Readable.from_(["x"]).compose(Readable(read=lambda size: None)))


run(main())
