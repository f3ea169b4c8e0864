# _destroy() may be late, give another error, give one of its own, take one away, or fail.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def throws(error, callback):
    raise Problem("thrown")


def twice(error, callback):
    callback(error)
    callback(Problem("again"))


hooks = {
    "as given": lambda error, callback: callback(error),
    "later": lambda error, callback: netuv.set_immediate(callback, error),
    "another": lambda error, callback: callback(Problem("another")),
    "none": lambda error, callback: callback(),
    "throws": throws,
    "twice": twice,
}


def word(value):
    return "true" if value else "false"


def one(name, error, emit_close):
    say = lane(f"{name} {word(error is not None)} {word(emit_close)}")
    stream = Writable(destroy=hooks[name], emit_close=emit_close)
    watch(say, stream, "error close")
    stream.destroy(error)
    say(stream.destroyed, stream.closed, stream.errored)
    netuv.next_tick(lambda: say("tick", stream.closed, stream.errored))
    netuv.set_immediate(lambda: netuv.set_immediate(lambda: say("at last", stream.closed, stream.errored)))


for name in hooks:
    for error in (None, Problem("given")):
        for emit_close in (True, False):
            one(name, error, emit_close)

run()
