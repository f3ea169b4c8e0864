# Duplex.from() an async function: the writing half, which finishes when the function has returned.
# rows: A11 N19

import asyncio

from prelude import called, log, run, see
from netuv import stream


async def takes_all(source):
    async for chunk in source:
        log("takes", chunk)
    await asyncio.sleep(0.005)
    log("returns")


async def returns_early(source):
    async for chunk in source:
        log("takes", chunk)
        return


async def fails(source):
    async for chunk in source:
        raise Exception(f"boom {chunk}")


async def fails_late(source):
    async for chunk in source:
        log("takes", chunk)
    raise Exception("late")


steps = [
    ("all well", takes_all, True),
    ("returns early", returns_early, False),
    ("fails", fails, False),
    ("fails late", fails_late, True),
]


async def main():
    for name, function, ends in steps:
        log("--", name)
        duplex = see("duplex", stream.duplex_from(function))
        log(duplex.readable, duplex.writable, duplex.writable_object_mode, duplex.writable_high_water_mark)
        for chunk in "ab":
            log(duplex.write(chunk, called(log, f"written {chunk}")))
        if ends:
            duplex.end(called(log, "ended"))
        closed = asyncio.get_running_loop().create_future()
        duplex.on("close", lambda closed=closed: closed.set_result(None))
        await closed
        await asyncio.sleep(0.005)


run(main())
