# Reading ahead: up to the mark when somebody has begun to read, paused or not; never twice at once.
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    count = 0

    def _read(self, size):
        self.count += 1
        log("_read", self.count, self.readable_length)
        netuv.set_immediate(self.later)

    def later(self):
        if self.count <= 6:
            log("push", self.push("abc"))
        else:
            self.push(None)


source = Source(high_water_mark=6)
watch(log, source, "pause resume end close")
source.read(0)
source.pause()


def later():
    log("length", source.readable_length, source.is_paused(), source.readable_flowing)
    source.on("data", lambda data: log("data", data))
    log("still", source.readable_flowing)
    source.resume()
    source.pause()
    source.resume()


netuv.set_timeout(later, 20)

run()
