# What is pushed before anybody listens waits; nothing is emitted within push().
# rows: N18

from prelude import log, netuv, run, watch

from netuv.stream import Readable

source = Readable(read=lambda size: log("_read"))
log("push", source.push("first"))
watch(log, source, "data resume end close")
log("push", source.push("second"), source.readable_length)


def tick():
    log("tick")
    log("push", source.push("third"), source.readable_length)
    log("push", source.push(None))


netuv.next_tick(tick)
log("main is done")

run()
