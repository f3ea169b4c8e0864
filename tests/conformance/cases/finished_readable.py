# finished() of a Readable, in each state it can be in.
# rows: N19

from prelude import log, netuv, run
from netuv import stream


def make():
    readable = stream.Readable(read=lambda size: None)
    for name in ("end", "close"):
        readable.on(name, lambda name=name: log(name))
    return readable


def end(readable):
    readable.push(None)
    readable.resume()


def end_unread(readable):
    readable.push("x")
    readable.push(None)
    netuv.set_immediate(readable.resume)


steps = [
    ("ends", end),
    ("ends unread", end_unread),
    ("destroyed", lambda readable: readable.destroy()),
    ("destroyed later", lambda readable: netuv.set_immediate(readable.destroy)),
    ("failed", lambda readable: readable.destroy(Exception("boom"))),
    ("failed later", lambda readable: netuv.set_immediate(readable.destroy, Exception("boom"))),
]


def start():
    if not steps:
        return
    name, step = steps.pop(0)
    readable = make()
    log("--", name)
    count = [0]

    def say(when, error):
        count[0] += 1
        log(when, error, count[0])

    stream.finished(readable, lambda error: say("before", error))
    step(readable)
    stream.finished(readable, lambda error: say("then", error))

    def after(error):
        say("after", error)
        netuv.set_immediate(start)

    def later():
        stream.finished(readable, after)
        log("returns")

    netuv.set_timeout(later, 10)


start()

run()
