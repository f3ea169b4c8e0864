# What pipeline() refuses at once, and what it takes.
# rows: N19

from prelude import attempt, log, run
from netuv import stream


def write(chunk, encoding, callback):
    callback()


def sink():
    return stream.Writable(write=write)


def source():
    return stream.Readable(read=lambda size: None)


def ignore(error):
    pass


attempt(log, "nothing", lambda: stream.pipeline())
attempt(log, "a callback", lambda: stream.pipeline(ignore))
attempt(log, "one stream", lambda: stream.pipeline(source(), ignore))
attempt(log, "no callback", lambda: stream.pipeline(source(), sink()))
attempt(log, "an empty list", lambda: stream.pipeline([], ignore))
attempt(log, "a list", lambda: stream.pipeline([source(), sink()], ignore))
attempt(log, "from a number", lambda: stream.pipeline(5, sink(), ignore))
attempt(log, "to a number", lambda: stream.pipeline(source(), 5, ignore))
attempt(log, "to null", lambda: stream.pipeline(source(), None, ignore))
attempt(log, "through a Writable", lambda: stream.pipeline(source(), sink(), sink(), ignore))
attempt(log, "a function that gives a number", lambda: stream.pipeline(lambda: 5, sink(), ignore))

run()
