# A 'readable' listener that was removed counts until a tick later: neither 'data' nor resume() flows before.
# rows: N18 N11

from prelude import log, netuv, run, watch

from netuv.stream import Readable


class Source(Readable):
    def _read(self, size):
        log("_read")
        self.push(None)


def listener():
    log("never")


source = Source()
source.on("readable", listener)
source.push("one")
source.off("readable", listener)
watch(log, source, "data pause resume end close")
log("data", source.readable_flowing)
source.resume()
log("resume", source.readable_flowing)
netuv.next_tick(lambda: log("tick", source.readable_flowing))

run()
