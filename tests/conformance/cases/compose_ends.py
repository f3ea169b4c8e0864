# compose() of streams that have one half only, and what it refuses.
# rows: N19

from prelude import attempt, log, netuv, run, see
from netuv import stream


def source():
    return stream.Readable(read=lambda size: None)


def sink():
    def write(chunk, encoding, callback):
        log("write", chunk)
        callback()

    return stream.Writable(write=write)


attempt(log, "nothing", lambda: stream.compose())
attempt(log, "a Writable first", lambda: stream.compose(sink(), stream.PassThrough()))
attempt(log, "a Readable last", lambda: stream.compose(stream.PassThrough(), source()))
attempt(log, "a number", lambda: stream.compose(5))

readable = source()
reading = see("reading", stream.compose(readable, stream.PassThrough()))
log(reading.readable, reading.writable)
reading.on("data", lambda data: log("data", data))
readable.push("a")
readable.push(None)

writing = see("writing", stream.compose(stream.PassThrough(), sink()))
log(writing.readable, writing.writable)
writing.end("b")

both = see("both", stream.compose(source(), sink()))
log(both.readable, both.writable)

through = stream.PassThrough()
log("one", stream.compose(through) is through)

single = see("single", stream.compose(source().on("error", lambda error: None)))
log(single.readable, single.writable)


def later():
    log("--")
    both.destroy()
    single.destroy()


netuv.set_timeout(later, 20)

run()
