# The option signal: aborted before, while it is read, and after its end.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, signal):
    say = lane(name)
    source = Readable(signal=signal, read=lambda size: None)
    watch(say, source, "data end close")
    source.on("error", lambda error: say("error", type(error).__name__, error.code))
    source.push("data")
    return say, source


controller = netuv.AbortController()
controller.abort()
before, source = make("before", controller.signal)
before("state", source.destroyed)
meanwhile = netuv.AbortController()
say, other = make("meanwhile", meanwhile.signal)


@netuv.set_immediate
def later():
    meanwhile.abort()
    say("state", other.destroyed, other.readable_aborted)


after = netuv.AbortController()
make("after", after.signal)[1].push(None)
netuv.set_immediate(lambda: netuv.set_immediate(after.abort))

run()
