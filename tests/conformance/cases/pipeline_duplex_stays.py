# A Duplex at the end: it is done when it has finished, and may be read further.
# rows: N19

from prelude import log, run, see
from netuv import stream


def write(chunk, encoding, callback):
    log("write", chunk)
    callback()


def listeners():
    return [duplex.listener_count(name) for name in ("end", "finish", "error", "close")]


source = see("source", stream.Readable(read=lambda size: None))
source.push("a")
source.push(None)
duplex = see("duplex", stream.Duplex(read=lambda size: None, write=write))
log("before", listeners())


def done(error):
    log("callback", error, duplex.readable, duplex.destroyed, listeners())
    duplex.on("data", lambda data: log("data", data))
    duplex.push("b")
    duplex.push(None)


stream.pipeline(source, duplex, done)
log("piped", [count > 1 for count in listeners()])

run()
