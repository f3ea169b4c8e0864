# Duplex.from() an async generator function: it iterates what is written, and gives what is read.
# rows: A11 N19

import asyncio

from prelude import called, log, netuv, run, see
from netuv import stream


async def double(source):
    log("begins")
    async for chunk in source:
        log("takes", chunk)
        yield chunk + chunk
    log("source ended")
    yield "last"


async def two(source):
    async for chunk in source:
        yield chunk
        if chunk == "b":
            return


async def fails(source):
    async for chunk in source:
        if chunk == "b":
            raise Exception("boom")
        yield chunk


steps = [
    ("all well", double, lambda duplex: None),
    ("ends early", two, lambda duplex: netuv.set_timeout(duplex.destroy, 20)),
    ("fails", fails, lambda duplex: None),
]


async def main():
    for name, function, act in steps:
        log("--", name)
        duplex = see("duplex", stream.duplex_from(function))
        log(duplex.readable, duplex.writable, duplex.readable_object_mode, duplex.writable_object_mode)
        log(duplex.readable_high_water_mark, duplex.writable_high_water_mark)
        duplex.on("data", lambda chunk: log("data", chunk))
        for chunk in "abc":
            log(duplex.write(chunk, called(log, f"written {chunk}")))
        duplex.end(called(log, "ended"))
        closed = asyncio.get_running_loop().create_future()
        duplex.on("close", lambda closed=closed: closed.set_result(None))
        act(duplex)
        await closed
        await asyncio.sleep(0.005)


run(main())
