# Readable.from() with what throws, gives null, or is destroyed before its end.
# rows: N18

from prelude import lane, run, watch

from netuv.stream import Readable


def make(name, values):
    say = lane(name)

    def generate():
        try:
            yield from values()
        except Exception as error:
            say("catches", error)
            raise
        finally:
            say("finally")

    return watch(say, Readable.from_(generate()), "data end error close")


def throws():
    yield 1
    raise RuntimeError("thrown")


def null():
    yield 1
    yield None
    yield 2


def three():
    yield 1
    yield 2
    yield 3


make("throws", throws)
make("null", null)
stopped = make("stopped", three)
stopped.once("data", lambda number: stopped.destroy())
failed = make("failed", three)
failed.once("data", lambda number: failed.destroy(RuntimeError("given up")))
make("never begun", three).destroy()

run()
