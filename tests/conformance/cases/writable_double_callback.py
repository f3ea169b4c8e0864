# A _write() that calls back twice: ERR_MULTIPLE_CALLBACK.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def later(callback):
    netuv.set_immediate(callback)


def now(callback):
    callback()


ways = {
    "both at once": (now, now),
    "one later": (now, later),
    "both later": (later, later),
    "error at last": (now, lambda callback: callback(Problem("after all"))),
    "error at first": (lambda callback: callback(Problem("at first")), now),
}


def one(name):
    say = lane(name)

    def write(chunk, encoding, callback):
        say("write", chunk)
        for step in ways[name]:
            step(callback)

    stream = Writable(write=write)
    watch(say, stream, "prefinish finish error close")
    stream.write("a", called(say, "a"))
    netuv.next_tick(lambda: say("tick", stream.destroyed))


for name in ways:
    one(name)

run()
