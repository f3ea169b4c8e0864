# push() after push(None): an error that destroys the stream; later nothing happens.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable

source = Readable(read=lambda size: None)
watch(log, source, "data end error close")
source.push("data")
log("end", source.push(None), source.push(None))
log("more", source.push("more"))
log("state", source.destroyed, source.readable)
source.on("close", lambda: log("after close", source.push("again"), source.unshift("again")))

run()
