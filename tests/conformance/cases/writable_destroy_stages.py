# destroy() at each stage of a stream's life, with and without an error.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def waiting(stream, say):
    stream.write("a", called(say, "a"))
    stream.write("b", called(say, "b"))


def corked(stream, say):
    stream.cork()
    stream.write("a", called(say, "a"))


def ending(stream, say):
    stream.write("a", called(say, "a"))
    stream.end(called(say, "end"))


stages = {
    "fresh": lambda stream, say: None,
    "writing": lambda stream, say: stream.write("a", called(say, "a")),
    "waiting": waiting,
    "corked": corked,
    "ending": ending,
    "final": lambda stream, say: stream.end(called(say, "end")),
}


def one(name, error):
    say = lane(f"{name} {'false' if error is None else 'true'}")

    def write(chunk, encoding, callback):
        say("write", chunk)
        netuv.set_immediate(callback)

    def final(callback):
        say("final")
        netuv.set_immediate(callback)

    def destroy(reason, callback):
        say("destroy", reason)
        netuv.set_immediate(callback, reason)

    stream = Writable(write=write, final=final, destroy=destroy)
    watch(say, stream, "drain prefinish finish error close")
    stages[name](stream, say)
    stream.destroy(error)
    say(stream.destroyed, stream.closed, stream.errored, stream.writable, stream.writable_aborted)
    stream.destroy(Problem("too late"))
    netuv.next_tick(lambda: say("tick", stream.closed))
    netuv.set_immediate(lambda: say("turn", stream.closed, stream.writable_length))


for name in stages:
    for error in (None, Problem("given up")):
        one(name, error)

run()
