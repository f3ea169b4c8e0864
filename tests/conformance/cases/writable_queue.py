# What waits is written one by one, in its order, also what is written meanwhile.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


def one(later):
    say = lane("true" if later else "false")

    def write(chunk, encoding, callback):
        say("write", chunk, stream.writable_length)
        if chunk == b"b":
            stream.write("within", called(say, "within"))
        if later:
            netuv.set_immediate(callback)
        else:
            callback()

    stream = Writable(write=write)
    watch(say, stream, "drain finish close")
    stream.cork()
    stream.cork()
    for letter in "abc":
        stream.write(letter, called(say, letter))
    say(stream.writable_corked, stream.writable_length)
    stream.uncork()
    say(stream.writable_corked, stream.writable_length)
    stream.uncork()
    stream.uncork()
    say(stream.writable_corked, stream.writable_length)

    def last(error):
        say("d", error)
        stream.write("e", called(say, "e"))
        stream.end(called(say, "end"))

    stream.write("d", last)


for later in (False, True):
    one(later)

run()
