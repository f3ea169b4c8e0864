# _read(size) is given the high-water mark; a read() of more raises it.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable

sizes = [10, 10, 10, 0]


class Source(Readable):
    def _read(self, size):
        count = sizes.pop(0)
        log("_read", size, "gives", count)
        self.push("x" * count if count else None)


source = Source(high_water_mark=8)
watch(log, source, "end close")


def readable():
    log("length", source.readable_length)
    log("read 3", source.read(3))
    log("read 20", source.read(20))
    log("mark", source.readable_high_water_mark)

    def again():
        log("read 20", source.read(20))
        log("rest", source.read())

    source.once("readable", again)


source.once("readable", readable)

run()
