# The option end: the last one stays open, also when the source fails.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def write(chunk, encoding, callback):
    log("write", chunk)
    callback()


destination = see("destination", stream.Writable(write=write))
destination.set_max_listeners(0)


def source(*chunks):
    readable = see("source", stream.Readable(read=lambda size: None))
    for chunk in chunks:
        readable.push(chunk)
    return readable


def state(error):
    log("callback", error, destination.writable, destination.destroyed)


def second(error):
    state(error)
    stream.pipeline(["b", "c"], destination, third, end=False)


def third(error):
    state(error)
    broken = source("d")
    netuv.set_immediate(broken.destroy, Exception("boom"))
    stream.pipeline(broken, destination, fourth, end=False)


def fourth(error):
    state(error)
    stream.pipeline(source("e", None), destination, state)


stream.pipeline(source("a", None), destination, second, end=False)

run()
