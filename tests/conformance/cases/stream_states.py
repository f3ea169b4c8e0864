# isReadable(), isWritable(), isErrored(), isDisturbed() and isDestroyed() through the lives of streams.
# rows: N19

from prelude import log, netuv, run
from netuv import stream


def say(when, value):
    log(
        when, stream.is_readable(value), stream.is_writable(value), stream.is_errored(value),
        stream.is_disturbed(value), stream.is_destroyed(value),
    )  # fmt: skip


def read(size):
    pass


def write_later(chunk, encoding, callback):
    netuv.set_immediate(callback)


def write_never(chunk, encoding, callback):
    pass


say("null", None)
say("a number", 5)
say("an object", {})

readable = stream.Readable(read=read)
say("new Readable", readable)
readable.push("x")
readable.push(None)
say("pushed the end", readable)
readable.on("data", lambda data: say("data", readable))
readable.on("end", lambda: say("end", readable))
readable.on("close", lambda: say("close", readable))

writable = stream.Writable(write=write_later)
say("new Writable", writable)
writable.write("x")
say("writing", writable)
writable.end()
say("ended", writable)
writable.on("finish", lambda: say("finish", writable))


@writable.on("close")
def close():
    say("close", writable)
    broken = stream.Duplex(read=read, write=write_never)
    say("new Duplex", broken)
    broken.on("error", lambda error: say("error", broken))

    @broken.on("close")
    def broken_close():
        say("close", broken)
        halves()

    broken.destroy(Exception("boom"))
    say("destroyed", broken)


def halves():
    say("only readable", stream.Duplex(read=read, write=write_never, writable=False))
    say("only writable", stream.Duplex(read=read, write=write_never, readable=False))


run()
