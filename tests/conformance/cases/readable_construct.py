# _construct(): nothing is read before its callback was called, and then it goes on by itself.
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    def _construct(self, callback):
        log("_construct")

        @netuv.set_immediate
        def later():
            log("constructed")
            callback()
            netuv.next_tick(lambda: log("tick"))

    def _read(self, size):
        log("_read")
        self.push("data")
        self.push(None)


source = Source()
watch(log, source, "data readable end close")
log("read", source.read())
log("main is done")

run()
