# _destroy(error, callback): what it passes on is the error that is heard.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, destroy, error=None):
    say = lane(name)
    source = Readable(read=lambda size: None, destroy=destroy)
    watch(say, source, "data end error close")
    source.push("lost")
    source.destroy(error)
    say("state", source.destroyed, source.closed, source.errored)
    netuv.next_tick(lambda: say("tick", source.closed, source.errored))
    source.on("close", lambda: say("at last", source.closed, source.errored, source.readable_aborted))


def throws(error, callback):
    raise RuntimeError("thrown")


make("passes", lambda error, callback: callback(error), RuntimeError("first"))
make("changes", lambda error, callback: callback(RuntimeError("second")), RuntimeError("first"))
make("adds", lambda error, callback: callback(RuntimeError("own")))
make("swallows", lambda error, callback: callback(), RuntimeError("first"))
make("later", lambda error, callback: netuv.set_immediate(callback, error), RuntimeError("first"))
make("throws", throws)

run()
