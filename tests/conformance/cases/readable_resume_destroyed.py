# Reading what was destroyed: nothing is emitted, resume() changes nothing.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable

source = Readable(read=lambda size: log("_read"))
watch(log, source, "pause resume end close")
source.push("left")
source.destroy()
log("length", source.readable_length, source.readable_flowing)
source.resume()
log("resume", source.readable_flowing, source.is_paused())
source.on("data", lambda data: log("data", data))


@source.on("close")
def close():
    log("flowing", source.readable_flowing, source.readable_length)
    log("read", source.read(), source.readable_did_read)


run()
