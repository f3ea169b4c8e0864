# A stream that has no _read() and is read.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable


class Forgetful(Readable):
    pass


for source in [Forgetful(), Readable()]:
    watch(log, source, "data end error close")
    source.push("what is there")
    log("read", source.read())
    log("state", source.destroyed, source.errored)

run()
