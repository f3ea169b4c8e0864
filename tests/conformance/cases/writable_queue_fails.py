# The first of what was corked fails: one by one, and as one _writev().
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def word(value):
    return "true" if value else "false"


def one(later, several):
    say = lane(f"{word(later)} {word(several)}")

    def fail(callback):
        if later:
            netuv.set_immediate(callback, Problem("no room"))
        else:
            callback(Problem("no room"))

    def write(chunk, encoding, callback):
        say("write", chunk)
        fail(callback)

    def writev(chunks, callback):
        say("writev", len(chunks))
        fail(callback)

    stream = Writable(write=write, writev=writev if several else None)
    watch(say, stream, "drain prefinish finish error close")
    stream.cork()
    for letter in "ab":
        stream.write(letter, called(say, letter))
    stream.end(called(say, "end"))
    say(stream.writable_length, stream.errored)


for later in (False, True):
    for several in (False, True):
        one(later, several)

run()
