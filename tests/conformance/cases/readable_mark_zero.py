# A high-water mark of 0: _read() is called only when somebody reads.
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    count = 0

    def _read(self, size):
        log("_read", size)
        netuv.next_tick(self.later)

    def later(self):
        self.count += 1
        log("push", self.push(f"chunk {self.count}" if self.count < 4 else None))


source = Source(high_water_mark=0)
log("mark", source.readable_high_water_mark)
watch(log, source, "end close")


@netuv.set_immediate
def later():
    log("nothing was read")

    @source.on("readable")
    def readable():
        log("readable", source.readable_length)
        log("read", source.read())


run()
