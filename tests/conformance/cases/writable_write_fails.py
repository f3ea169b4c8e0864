# A _write() that fails, at once or later, while others wait: who hears of it, and in which order.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable

soon = netuv.set_immediate


class Problem(Exception):
    pass


def word(value):
    return "true" if value else "false"


def one(later, auto_destroy):
    say = lane(f"{word(later)} {word(auto_destroy)}")

    def write(chunk, encoding, callback):
        say("write", chunk)
        error = Problem("no room") if chunk == b"bad" else None
        if later:
            soon(callback, error)
        else:
            callback(error)

    stream = Writable(auto_destroy=auto_destroy, write=write)
    watch(say, stream, "drain prefinish finish error close")
    say(stream.write("good", called(say, "good")))
    say(stream.write("bad", called(say, "bad")))
    say(stream.write("more", called(say, "more")))
    say(stream.errored, stream.writable, stream.destroyed, stream.writable_length)
    stream.end("last", called(say, "end"))
    netuv.next_tick(lambda: say("tick", stream.errored, stream.writable, stream.destroyed))

    def at_last():
        say(
            *("at last", stream.errored, stream.destroyed),
            *(stream.writable_length, stream.writable_aborted),
        )
        say(stream.write("after", called(say, "after")))

    soon(lambda: soon(lambda: soon(at_last)))


for later in (False, True):
    for auto_destroy in (True, False):
        one(later, auto_destroy)

run()
