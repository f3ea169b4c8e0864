# finished() of a Writable, in each state it can be in.
# rows: N19

from prelude import log, netuv, run
from netuv import stream


def write(chunk, encoding, callback):
    netuv.set_immediate(callback)


def make():
    writable = stream.Writable(write=write)
    for name in ("finish", "close"):
        writable.on(name, lambda name=name: log(name))
    return writable


def write_after_end(writable):
    writable.end()
    writable.write("x")


steps = [
    ("ends", lambda writable: writable.end()),
    ("ends with data", lambda writable: writable.end("x")),
    ("ends, then destroyed", lambda writable: writable.end("x").destroy()),
    ("destroyed", lambda writable: writable.destroy()),
    ("destroyed later", lambda writable: netuv.set_immediate(writable.destroy)),
    ("failed", lambda writable: writable.destroy(Exception("boom"))),
    ("write after end", write_after_end),
]


def start():
    if not steps:
        return
    name, step = steps.pop(0)
    writable = make()
    log("--", name)
    count = [0]

    def say(when, error):
        count[0] += 1
        log(when, error, count[0])

    stream.finished(writable, lambda error: say("before", error))
    step(writable)
    stream.finished(writable, lambda error: say("then", error))

    def after(error):
        say("after", error)
        netuv.set_immediate(start)

    def later():
        stream.finished(writable, after)
        log("returns")

    netuv.set_timeout(later, 10)


start()

run()
