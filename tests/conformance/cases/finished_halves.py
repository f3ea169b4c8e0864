# finished() of one half of a Duplex, and of one that is not there.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream


def write(chunk, encoding, callback):
    callback()


def make(**options):
    return see("duplex", stream.Duplex(read=lambda size: None, write=write, **options))


def ends(duplex):
    duplex.push(None)
    duplex.resume()


def both(duplex):
    ends(duplex)
    duplex.end()


def ends_then_destroyed(duplex):
    ends(duplex)
    netuv.set_immediate(duplex.destroy)


steps = [
    ("ends only", ends, {}),
    ("finishes only", lambda duplex: duplex.end(), {}),
    ("both", both, {}),
    ("destroyed", lambda duplex: duplex.destroy(), {}),
    ("ends, then destroyed", ends_then_destroyed, {}),
    ("not half-open", ends, {"allow_half_open": False}),
]


def start():
    if not steps:
        return
    name, step, options = steps.pop(0)
    duplex = make(**options)
    log("--", name)

    def heard(name):
        return lambda error: log(name, error)

    stream.finished(duplex, {"readable": False}, heard("writable"))
    stream.finished(duplex, {"writable": False}, heard("readable"))
    stream.finished(duplex, {"readable": False, "writable": False}, heard("neither"))
    stream.finished(duplex, heard("both"))
    step(duplex)

    def later():
        stream.finished(duplex, heard("writable later"), readable=False)
        stream.finished(duplex, heard("readable later"), writable=False)
        netuv.set_immediate(start)

    netuv.set_timeout(later, 10)


start()

run()
