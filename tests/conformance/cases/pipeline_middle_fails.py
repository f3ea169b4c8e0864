# A Transform in the middle fails, in each way it can.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def start(way, then):
    log("--", way)

    def transform(chunk, encoding, callback):
        if way == "error":
            callback(Exception("boom"))
        elif way == "throw":
            raise Exception("boom")
        elif way == "destroy()":
            middle.destroy()
        else:
            callback(None, chunk)

    def flush(callback):
        callback(Exception("boom"))

    def write(chunk, encoding, callback):
        log("write", chunk)
        callback()

    def done(error):
        log("callback", error, source.destroyed, middle.destroyed, destination.destroyed)
        netuv.set_immediate(then)

    source = see("source", stream.Readable(read=lambda size: None))
    source.push("a")
    if way == "flush":
        source.push(None)
    middle = see("middle", stream.Transform(transform=transform, flush=flush))
    destination = see("destination", stream.Writable(write=write))
    stream.pipeline(source, middle, destination, done)


start("error", lambda: start("destroy()", lambda: start("flush", lambda: None)))

run()
