# compose(): what is written comes out of the last one; each kind of end.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def upper():
    def transform(chunk, encoding, callback):
        if chunk == b"bad":
            callback(Exception("boom"))
        else:
            callback(None, chunk.upper())

    return stream.Transform(transform=transform)


def twice():
    def transform(chunk, encoding, callback):
        through.push(chunk)
        callback(None, chunk)

    through = stream.Transform(transform=transform)
    return through


def all_well(composed):
    composed.write("a")
    composed.end("b")


steps = [
    ("all well", all_well),
    ("fails inside", lambda composed: composed.write("bad")),
    ("destroyed", lambda composed: composed.destroy()),
    ("destroyed with an error", lambda composed: composed.destroy(Exception("enough"))),
]


def start():
    if not steps:
        return
    name, step = steps.pop(0)
    log("--", name)
    head = see("head", upper())
    tail = see("tail", twice())
    composed = see("composed", stream.compose(head, tail))
    log(composed.readable, composed.writable, isinstance(composed, stream.Duplex))
    composed.on("data", lambda data: log("data", data))
    composed.on("close", lambda: netuv.set_immediate(start))
    step(composed)


start()

run()
