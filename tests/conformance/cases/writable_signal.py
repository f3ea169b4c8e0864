# A signal destroys the stream, before it is used, while it writes, and not after its end.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


def one(when):
    say = lane(when)
    controller = netuv.AbortController()
    if when == "before":
        controller.abort()

    def write(chunk, encoding, callback):
        say("write", chunk)
        netuv.set_immediate(callback)

    def destroy(error, callback):
        say("destroy", error and type(error).__name__)
        callback(error)

    stream = Writable(signal=controller.signal, write=write, destroy=destroy)
    watch(say, stream, "finish close")
    stream.on("error", lambda error: say("error", type(error).__name__, error.code))
    say(stream.destroyed)
    if when == "writing":
        stream.write("a", called(say, "a"))
        stream.write("b", called(say, "b"))
    if when == "after all":
        stream.end("a", called(say, "end"))

        @stream.on("close")
        def on_close():
            controller.abort()
            say(stream.errored)
    else:
        controller.abort()
        say(stream.destroyed, getattr(stream.errored, "code", None))


for when in ("before", "fresh", "writing", "after all"):
    one(when)

run()
