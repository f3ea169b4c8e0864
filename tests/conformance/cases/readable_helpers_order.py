# map() with several calls under way: how many, when the next one begins, and an aborted signal.
# rows: A11

import asyncio

from prelude import lane, log, netuv, run, watch
from netuv.stream import Readable


def numbers(count):
    return Readable.from_(range(1, count + 1))


async def under(options, count):
    running = most = 0

    async def work(x):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.004 if x % 2 else 0.001)
        running -= 1
        return x

    result = await numbers(count).map(work, **options).to_array()
    log(list(options.values()), "most", most, result)


async def ahead(options):
    calls = 0

    def count(x):
        nonlocal calls
        calls += 1
        return x

    mapped = numbers(20).map(count, **options)
    await asyncio.sleep(0.01)
    log(list(options.values()), "before", calls)
    async for chunk in mapped:
        await asyncio.sleep(0.01)
        log("after", chunk, calls)
        break


async def aborted(name, call):
    controller = netuv.AbortController()
    source = numbers(10)
    watch(lane("source"), source, "error")
    lane("source")("--", name)
    try:
        log(name, await call(source, controller))
    except Exception as error:
        log(name, "fails", error)
    await asyncio.sleep(0.005)
    log(source.destroyed)


def of_map(source, controller):
    def function(x):
        if x == 3:
            controller.abort()
        return x

    return source.map(function, signal=controller.signal).to_array()


def of_for_each(source, controller):
    async def function(x):
        log("hears", x)
        if x == 2:
            controller.abort()

    return source.for_each(function, signal=controller.signal)


def aborted_before(name):
    def call(source, controller):
        controller.abort()
        signal = controller.signal
        if name == "toArray":
            return source.to_array(signal=signal)
        if name == "reduce":
            return source.reduce(lambda a, b: a + b, 0, signal=signal)
        if name == "find":
            return source.find(lambda x: x, signal=signal)
        return getattr(source, name)(2, signal=signal).to_array()

    return call


async def main():
    await under({"concurrency": 1}, 5)
    await under({"concurrency": 2}, 6)
    await under({"concurrency": 3, "high_water_mark": 0}, 9)
    await under({"concurrency": 10}, 4)
    await ahead({"concurrency": 1})
    await ahead({"concurrency": 3})
    await ahead({"concurrency": 2, "high_water_mark": 4})
    await aborted("map", of_map)
    await aborted("forEach", of_for_each)
    for name in "toArray", "take", "drop", "reduce", "find":
        await aborted(name, aborted_before(name))


run(main())
