# destroy() of a Duplex in the middle of both halves, and errors of either half.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Duplex


class Problem(Exception):
    pass


def push_after_the_end(stream, say):
    stream.push(None)
    stream.push("late")


def write_after_the_end(stream, say):
    stream.end()
    stream.write("late", called(say, "late"))


def read_fails(stream, say):
    def fail(size):
        raise Problem("no data")

    stream._read = fail
    stream.read()


acts = {
    "destroy": lambda stream, say: stream.destroy(),
    "destroy with an error": lambda stream, say: stream.destroy(Problem("given up")),
    "push after the end": push_after_the_end,
    "write after the end": write_after_the_end,
    "write fails": lambda stream, say: stream.write("bad", called(say, "bad")),
    "read fails": read_fails,
}


def one(name, auto_destroy):
    say = lane(f"{name} {'true' if auto_destroy else 'false'}")

    def write(chunk, encoding, callback):
        say("write", chunk)
        if chunk == b"bad":
            callback(Problem("no room"))
        else:
            netuv.set_immediate(callback)

    stream = Duplex(auto_destroy=auto_destroy, read=lambda size: None, write=write)
    watch(say, stream, "prefinish finish end error close")
    if name != "write fails":
        stream.write("a", called(say, "a"))
    acts[name](stream, say)
    say(stream.destroyed, stream.errored, stream.readable, stream.writable)

    def at_last():
        say("at last", stream.destroyed, stream.errored, stream.readable, stream.writable)
        say(
            *(stream.closed, stream.readable_aborted),
            *(stream.readable_ended, stream.writable_finished),
        )

    netuv.set_immediate(lambda: netuv.set_immediate(at_last))


for name in acts:
    for auto_destroy in (True, False):
        one(name, auto_destroy)

run()
