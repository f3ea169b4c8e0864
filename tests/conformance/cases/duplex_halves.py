# A Duplex with one half only, and what allowHalfOpen and autoDestroy do at the end of each half.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Duplex

options = {
    "plain": {},
    "no reading": {"readable": False},
    "no writing": {"writable": False},
    "neither": {"readable": False, "writable": False},
    "not half open": {"allow_half_open": False},
    "no destroy": {"auto_destroy": False},
}


def one(name, first):
    say = lane(f"{name}, {first}")

    def write(chunk, encoding, callback):
        say("write", chunk)
        callback()

    def final(callback):
        say("final")
        callback()

    stream = Duplex(**options[name], read=lambda size: say("read"), write=write, final=final)
    say(
        *(stream.readable, stream.writable, stream.readable_ended),
        *(stream.writable_ended, stream.writable_finished),
    )
    say(stream.allow_half_open)
    watch(say, stream, "data prefinish finish end error close")
    if first in ("end", "both"):
        stream.end("written")
    if first in ("push", "both"):
        stream.push("read")
        stream.push(None)
    if first == "destroy":
        stream.destroy()
    netuv.set_immediate(
        lambda: netuv.set_immediate(
            lambda: say("at last", stream.destroyed, stream.readable, stream.writable)
        )
    )


for name in options:
    for first in ("end", "push", "both", "destroy"):
        one(name, first)

run()
