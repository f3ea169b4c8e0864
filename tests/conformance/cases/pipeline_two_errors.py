# Which of two errors the callback hears; one that comes late is no unhandled one.
# rows: N19

from prelude import log, run
from netuv import stream


def pair(destroy):
    def write(chunk, encoding, callback):
        callback()

    return stream.Readable(read=lambda size: None), stream.Writable(write=write, destroy=destroy)


def another(error, callback):
    callback(Exception("of destroy"))


def the_same(error, callback):
    callback(error)


def heard(name):
    return lambda error: log(name, error, str(error))


a, b = pair(another)
stream.pipeline(a, b, heard("first"))
a.destroy(Exception("of the source"))

c, d = pair(another)
stream.pipeline(c, d, heard("second"))
c.destroy()

e, f = pair(the_same)


def third(error):
    log("third", error, str(error))
    f.emit("error", Exception("late"))
    log("no throw")


stream.pipeline(e, f, third)
f.destroy(Exception("of the destination"))
e.destroy(Exception("of the source"))

g, h = pair(the_same)


def fourth(error):
    log("fourth", error)
    h.emit("error", Exception("late"))
    g.emit("error", Exception("late"))
    log("no throw")


stream.pipeline(g, h, fourth)
g.push(None)

run()
