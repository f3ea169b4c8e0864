# Three stages, all well: who ends, finishes and closes when, and the callback after all of it.
# rows: N19

from prelude import log, run, see
from netuv import stream


def write(chunk, encoding, callback):
    log("write", chunk)
    callback()


source = see("source", stream.Readable(read=lambda size: None))
middle = see("middle", stream.PassThrough())
destination = see("destination", stream.Writable(write=write))
source.push("a")
source.push("b")
source.push(None)


def done(error):
    log("callback", error, source.destroyed, middle.destroyed, destination.destroyed)


answer = stream.pipeline(source, middle, destination, done)
log("returns", answer is destination)

run()
