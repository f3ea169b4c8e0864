# str from the start by the option encoding, whole characters, and the rest at the end.
# rows: N18

from prelude import attempt, log, run, watch

from netuv.stream import Readable

source = Readable(encoding="utf8", high_water_mark=2, read=lambda size: None)
log("encoding", source.readable_encoding)
watch(log, source, "end close")
euro = "\u20ac".encode()
log("push", source.push(euro[:1]), source.readable_length)
log("push", source.push(euro[1:]), source.readable_length)
log("push", source.push("6869", "hex"), source.readable_length)
log("push", source.push(euro[:2]), source.readable_length)
source.on("data", lambda text: log("data", isinstance(text, str), len(text)))
source.push(None)
attempt(log, "unknown", lambda: Readable(encoding="nonsense"))

run()
