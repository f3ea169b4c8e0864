# Object mode counts objects: push() answers false at the mark, and _read() is called below it.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable


class Source(Readable):
    made = 0

    def _read(self, size):
        if self.made == 8:
            self.push(None)
            return
        self.made += 1
        more = self.push({"number": self.made})
        log("_read", size, "pushes", self.made, more, self.readable_length)


source = Source(object_mode=True, high_water_mark=3)
watch(log, source, "end close")


@source.on("readable")
def readable():
    log("readable", source.readable_length)
    taken = 0
    while taken < 2 and (each := source.read()) is not None:
        taken += 1
        log("took", each["number"], taken)


run()
