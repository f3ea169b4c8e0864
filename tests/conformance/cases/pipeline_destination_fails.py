# The last one fails, in each way it can.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream

ways = ["write", "destroy()", "destroy(error)", "final", "end()"]


def start():
    if not ways:
        return
    way = ways.pop(0)
    log("--", way)

    def write(chunk, encoding, callback):
        log("write", chunk)
        if way == "write":
            callback(Exception("boom"))
        elif way == "destroy()":
            destination.destroy()
        elif way == "destroy(error)":
            destination.destroy(Exception("boom"))
        else:
            callback()
            if way == "end()":
                destination.end()

    def final(callback):
        callback(Exception("boom") if way == "final" else None)

    def done(error):
        log("callback", error, source.destroyed, middle.destroyed, destination.destroyed)
        netuv.set_immediate(start)

    source = see("source", stream.Readable(read=lambda size: None))
    source.push("a")
    if way in ("final", "end()"):
        source.push(None)
    middle = see("middle", stream.PassThrough())
    destination = see("destination", stream.Writable(write=write, final=final))
    stream.pipeline(source, middle, destination, done)


start()

run()
