# _construct() with an error, that throws, or with destroy() meanwhile: _destroy() comes after it.
# rows: N18

from prelude import lane, netuv, run, watch

from netuv.stream import Readable


def make(name, construct):
    say = lane(name)

    class Source(Readable):
        def _construct(self, callback):
            say("_construct")
            construct(callback)

        def _read(self, size):
            say("_read")

        def _destroy(self, error, callback):
            say("_destroy", error)
            callback(error)

    source = Source()
    watch(say, source, "data end error close")
    source.resume()
    return source


def throws(callback):
    raise RuntimeError("not made")


make("error", lambda callback: netuv.set_immediate(callback, RuntimeError("not made")))
make("throws", throws)
make("destroyed", netuv.set_immediate).destroy(RuntimeError("given up"))
make("both", lambda callback: netuv.set_immediate(callback, RuntimeError("not made"))).destroy(
    RuntimeError("given up")
)

run()
