# What write() answers, and when 'drain' comes: at once, later, and with the mark at 0.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable

soon = netuv.set_immediate


def one(mark, later):
    say = lane(f"{mark} {'true' if later else 'false'}")

    def write(chunk, encoding, callback):
        say("write", chunk, stream.writable_length)
        if later:
            soon(callback)
        else:
            callback()

    stream = Writable(high_water_mark=mark, write=write)
    watch(say, stream, "drain finish close")
    say(stream.write("ab"), stream.writable_need_drain)
    say(stream.write("c"), stream.writable_need_drain)
    say(stream.write(""), stream.writable_need_drain)
    say(stream.write("d", called(say, "d")), stream.writable_need_drain)
    netuv.next_tick(lambda: say("tick"))
    stream.once("drain", lambda: stream.end("end"))
    soon(lambda: soon(lambda: soon(lambda: soon(stream.end))))


for mark in (0, 1, 3, 4):
    for later in (False, True):
        one(mark, later)

run()
