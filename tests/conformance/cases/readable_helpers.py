# The helpers of iterators: what they give, and what becomes of the stream.
# rows: A11

import asyncio

from prelude import log, run
from netuv.stream import Readable


async def odd(x):
    await asyncio.sleep(0.001)
    return x % 2 == 1


def numbers(count=4):
    return Readable.from_(range(1, count + 1))


def empty():
    return Readable.from_([])


def fails(text):
    raise Exception(text)


async def fails_at(number, text, x):
    if x == number:
        raise Exception(text)
    return True


async def times(a, b):
    await asyncio.sleep(0.001)
    return a * b


async def refused(coroutine):
    try:
        await coroutine
    except TypeError:
        return "refused"


def plus(a, b):
    return a + b


steps = [
    ("map", lambda s: s.map(lambda x: x * 2).to_array()),
    ("map, async", lambda s: s.map(odd, concurrency=2).to_array()),
    ("filter", lambda s: s.filter(lambda x: x > 2).to_array()),
    ("filter, async", lambda s: s.filter(odd, concurrency=3, high_water_mark=1).to_array()),
    ("flatMap", lambda s: s.flat_map(lambda x: [x, x]).to_array()),
    ("flatMap of streams", lambda s: s.flat_map(numbers).to_array()),
    ("forEach", lambda s: s.for_each(lambda x: log("hears", x))),
    ("toArray", lambda s: s.to_array()),
    ("some", lambda s: s.some(lambda x: x == 2)),
    ("some, none", lambda s: s.some(lambda x: x == 5)),
    ("every", lambda s: s.every(lambda x: x < 5)),
    ("every, not", lambda s: s.every(lambda x: x < 2)),
    ("find", lambda s: s.find(lambda x: x > 2)),
    ("find, none", lambda s: s.find(lambda x: x > 9)),
    ("drop", lambda s: s.drop(3).to_array()),
    ("take", lambda s: s.take(2).to_array()),
    ("take none", lambda s: s.take(0).to_array()),
    ("drop all", lambda s: s.drop(9).to_array()),
    ("reduce", lambda s: s.reduce(plus)),
    ("reduce from", lambda s: s.reduce(plus, 10)),
    ("reduce, async", lambda s: s.reduce(times)),
    ("chained", lambda s: s.map(lambda x: x + 1).filter(lambda x: x > 2).drop(1).take(1).to_array()),
    ("reduce nothing", lambda s: empty().reduce(plus)),
    ("reduce nothing from", lambda s: empty().reduce(plus, 0)),
    ("every of nothing", lambda s: empty().every(lambda x: False)),
    ("some of nothing", lambda s: empty().some(lambda x: True)),
    ("map fails", lambda s: s.map(lambda x: fails(f"boom {x}")).to_array()),
    ("forEach fails", lambda s: s.for_each(lambda x: fails_at(2, "boom", x))),
    ("filter fails late", lambda s: s.filter(lambda x: fails_at(2, "late", x), concurrency=2).to_array()),
    ("reduce fails", lambda s: s.reduce(lambda a, b: fails("boom"))),
    ("flatMap of a number", lambda s: refused(s.flat_map(lambda x: x).to_array())),
    ("map to null", lambda s: s.map(lambda x: None).to_array()),
    ("of one that fails", lambda s: numbers().map(lambda x: x).map(lambda x: fails("second")).to_array()),
    ("no function", lambda s: s.map(5)),
    ("forEach of no function", lambda s: s.for_each("x")),
    ("no concurrency", lambda s: s.map(lambda x: x, concurrency=0)),
    ("a negative mark", lambda s: s.map(lambda x: x, high_water_mark=-1)),
    ("a negative number", lambda s: s.take(-1)),
    ("a wrong signal", lambda s: s.map(lambda x: x, signal=5)),
]


async def main():
    for name, call in steps:
        source = numbers()
        source.on("error", lambda error: None)
        try:
            result = call(source)
            log(name, await result)
        except Exception as error:
            log(name, "fails", error)
        await asyncio.sleep(0.003)
        log(source.destroyed, source.readable_ended)


run(main())
