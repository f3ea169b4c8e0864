# The source fails in the middle, in each way it can: the others are destroyed, with its error.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def start(way, then):
    log("--", way)
    reads = []

    def read(size):
        reads.append(size)
        if len(reads) == 1:
            source.push("a")
        elif way == "destroy(error)":
            source.destroy(Exception("boom"))
        elif way == "destroy()":
            source.destroy()
        else:
            raise Exception("boom")

    def write(chunk, encoding, callback):
        log("write", chunk)
        callback()

    def done(error):
        log("callback", error)
        netuv.set_immediate(then)

    source = see("source", stream.Readable(read=read))
    middle = see("middle", stream.PassThrough())
    destination = see("destination", stream.Writable(write=write))
    stream.pipeline(source, middle, destination, done)


start("destroy(error)", lambda: start("destroy()", lambda: start("throw", lambda: None)))

run()
