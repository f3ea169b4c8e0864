# A _final() that fails, at once, later, or that calls back twice.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def raises(callback):
    raise Problem("no end")


def twice(callback):
    callback()
    callback()


def twice_later(callback):
    callback()
    netuv.set_immediate(callback)


def fails_after_all(callback):
    callback()
    callback(Problem("after all"))


ways = {
    "at once": lambda callback: callback(Problem("no end")),
    "later": lambda callback: netuv.set_immediate(callback, Problem("no end")),
    "throws": raises,
    "twice": twice,
    "twice later": twice_later,
    "fails after all": fails_after_all,
}


def one(name, auto_destroy):
    say = lane(f"{name} {'true' if auto_destroy else 'false'}")
    stream = Writable(
        write=lambda chunk, encoding, callback: callback(), final=ways[name], auto_destroy=auto_destroy
    )
    watch(say, stream, "prefinish finish error close")
    stream.write("x", called(say, "x"))
    stream.end(called(say, "end"))
    netuv.next_tick(lambda: say("tick", stream.errored, stream.destroyed, stream.writable_finished))


for name in ways:
    for auto_destroy in (True, False):
        one(name, auto_destroy)

run()
