# Errors of _transform() and _flush(), and callbacks that come twice.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


class Problem(Exception):
    pass


def passes(callback):
    callback()


def transform_twice(callback):
    callback(None, "1")
    callback(None, "2")


def flush_throws(callback):
    raise Problem("no rest")


def flush_twice(callback):
    callback()
    callback()


ways = {
    "transform": (lambda callback: callback(Problem("bad chunk")), passes),
    "transform later": (lambda callback: netuv.set_immediate(callback, Problem("bad chunk")), passes),
    "transform twice": (transform_twice, passes),
    "flush": (passes, lambda callback: callback(Problem("no rest"))),
    "flush later": (passes, lambda callback: netuv.set_immediate(callback, Problem("no rest"))),
    "flush throws": (passes, flush_throws),
    "flush twice": (passes, flush_twice),
}


def one(name):
    say = lane(name)

    def transform(chunk, encoding, callback):
        say("transform", chunk)
        ways[name][0](callback)

    def flush(callback):
        say("flush")
        ways[name][1](callback)

    stream = Transform(transform=transform, flush=flush)
    watch(say, stream, "data prefinish finish end error close")
    stream.write("a", called(say, "a"))
    stream.write("b", called(say, "b"))
    stream.end(called(say, "end called back"))
    netuv.next_tick(lambda: say("tick", stream.errored, stream.destroyed))
    netuv.set_immediate(lambda: netuv.set_immediate(lambda: say("at last", stream.errored, stream.destroyed)))


for name in ways:
    one(name)

run()
