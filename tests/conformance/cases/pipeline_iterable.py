# An iterable or a generator as the source.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def write(chunk, encoding, callback):
    log("write", chunk)
    netuv.set_immediate(callback)


def sink(high_water_mark=100):
    return see("destination", stream.Writable(write=write, high_water_mark=high_water_mark))


def letters():
    try:
        yield "a"
        yield "b"
        log("all")
    finally:
        log("finally")


def broken():
    yield "a"
    raise Exception("boom")


def destroyed(done):
    destination = sink(1)
    stream.pipeline(letters, destination, done)
    netuv.set_immediate(destination.destroy)


steps = [
    ("a list", lambda done: stream.pipeline(["a", "b"], sink(), done)),
    ("an empty list", lambda done: stream.pipeline([], sink(), done)),
    ("a generator", lambda done: stream.pipeline(letters(), sink(), done)),
    ("a function, no room", lambda done: stream.pipeline(letters, sink(1), done)),
    ("one that throws", lambda done: stream.pipeline(broken, sink(), done)),
    ("through a stream", lambda done: stream.pipeline(letters, stream.PassThrough(), sink(1), done)),
    ("destroyed on the way", destroyed),
    ("a chunk of a wrong type", lambda done: stream.pipeline([5], sink(), done)),
]


def start():
    if not steps:
        return
    name, step = steps.pop(0)
    log("--", name)

    def done(error):
        log("callback", error)
        netuv.set_immediate(start)

    step(done)


start()

run()
