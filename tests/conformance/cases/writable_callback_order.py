# The callbacks of writes among ticks: of a _write() that is done at once, and of one that is not.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable

tick = netuv.next_tick


def one(how):
    say = lane(how)

    def write(chunk, encoding, callback):
        say("write", chunk)
        if how == "at once":
            callback()
        elif how == "tick":
            tick(callback)
        else:
            netuv.set_immediate(callback)
        say("write returns")

    stream = Writable(write=write)
    watch(say, stream, "prefinish finish close")
    stream.write("a", called(say, "a"))
    tick(say, "tick 1")
    stream.write("b", called(say, "b"))
    tick(say, "tick 2")
    stream.write("c")
    stream.end("d", called(say, "end"))

    @tick
    def third():
        say("tick 3")
        tick(say, "tick 4")

    say("main")


for how in ("at once", "tick", "immediate"):
    one(how)

run()
