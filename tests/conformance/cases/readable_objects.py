# Object mode: read() gives one object, whatever it is and however many are asked for.
# rows: N18

from prelude import log, run, watch

from netuv.stream import Readable

source = Readable(object_mode=True, read=lambda size: None)
log("mode", source.readable_object_mode, source.readable_high_water_mark)
watch(log, source, "end close")
for value in ["", 0, False, [1, 2], "text", b"bytes", 7.5]:
    source.push(value)
source.unshift("front")
log("length", source.readable_length)
log("read 0", source.read(0))
for _ in range(3):
    log("read", source.read())
log("read 5", source.read(5), source.readable_length, source.readable_high_water_mark)
source.on("data", lambda value: log("data", value, source.readable_length))
source.push(None)

run()
