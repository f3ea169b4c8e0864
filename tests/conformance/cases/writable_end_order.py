# The end: 'prefinish', _final(), the callbacks of end(), 'finish' and 'close' among ticks.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable

tick = netuv.next_tick


def one(final, writes):
    say = lane(f"{final}, {writes}")

    def done(how, callback):
        if how == "later":
            netuv.set_immediate(callback)
        else:
            callback()

    def write(chunk, encoding, callback):
        say("write", chunk)
        done(writes, callback)

    def on_final(callback):
        say("final")
        done(final, callback)
        say("final returns")

    stream = Writable(write=write, final=None if final == "none" else on_final)
    watch(say, stream, "prefinish finish close")
    if writes != "none":
        stream.write("x", called(say, "x"))
    stream.end(called(say, "end"))
    say(stream.writable_ended, stream.writable_finished)
    stream.end(called(say, "end again"))

    @tick
    def first():
        say("tick", stream.writable_finished)

        @tick
        def second():
            say("second tick", stream.writable_finished, stream.destroyed)
            tick(lambda: say("third tick", stream.writable_finished, stream.destroyed))

    stream.on("close", lambda: stream.end(called(say, "end after all")))


for final in ("none", "at once", "later"):
    for writes in ("none", "at once", "later"):
        one(final, writes)

run()
