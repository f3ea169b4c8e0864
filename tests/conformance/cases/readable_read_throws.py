# What _read() throws destroys the stream; what was pushed before is lost.
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    def _read(self, size):
        log("_read")
        self.push("before")
        raise RuntimeError("no more")


source = Source()
watch(log, source, "data readable end error close")
log("state", source.destroyed)
netuv.next_tick(lambda: log("tick", source.destroyed, source.readable_length, source.read()))

run()
