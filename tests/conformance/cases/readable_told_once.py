# An end that comes within _read(), then unshift(): one 'readable' tells of both.
# rows: N18 N11

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    def _read(self, size):
        log("_read")
        self.push(None)


source = Source(high_water_mark=4)
watch(log, source, "data resume end close")
netuv.next_tick(lambda: log("unshift", source.unshift("back"), source.readable_length))


@source.on("readable")
def readable():
    log("readable", source.readable_length)
    log("read", source.read())


source.resume()

run()
