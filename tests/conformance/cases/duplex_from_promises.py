# Duplex.from() what gives its chunks later: an async iterable, a promise, a pair of functions.
# rows: A11 N19

import asyncio

from prelude import called, log, netuv, run, see
from netuv import stream


async def chunks():
    yield "a"
    yield "b"


async def breaks():
    yield "a"
    raise Exception("boom")


async def takes(source):
    async for chunk in source:
        log("takes", chunk)


async def later():
    return "later"


async def nothing():
    return None


async def rejected():
    raise Exception("no")


steps = [
    ("an async iterable", chunks),
    ("one that fails", breaks),
    ("a promise", later),
    ("of nothing", nothing),
    ("one that is rejected", rejected),
    ("a pair", lambda: {"readable": chunks(), "writable": takes}),
    ("a pair that fails", lambda: {"readable": breaks(), "writable": takes}),
]


async def main():
    for name, make in steps:
        log("--", name)
        duplex = see("duplex", stream.duplex_from(make()))
        log(duplex.readable, duplex.writable, duplex.readable_object_mode, duplex.writable_object_mode)
        duplex.on("data", lambda chunk: log("data", chunk))
        if duplex.writable:
            duplex.end("x", called(log, "ended"))
        closed = asyncio.get_running_loop().create_future()
        duplex.on("close", lambda closed=closed: closed.set_result(None))
        timer = netuv.set_timeout(lambda duplex=duplex: (log("stays"), duplex.destroy()), 50)
        await closed
        timer.close()
        await asyncio.sleep(0.005)


run(main())
