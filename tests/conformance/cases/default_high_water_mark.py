# getDefaultHighWaterMark() and setDefaultHighWaterMark(): for streams that are made from then on.
# rows: N19

from prelude import attempt, log, netuv, run
from netuv import stream

log(stream.get_default_high_water_mark(False), stream.get_default_high_water_mark(True))
before = stream.Readable()
socket = netuv.Socket()
stream.set_default_high_water_mark(False, 1000)
stream.set_default_high_water_mark(True, 3)
log(stream.get_default_high_water_mark(False), stream.get_default_high_water_mark(True))
log(before.readable_high_water_mark, socket.readable_high_water_mark, socket.writable_high_water_mark)
duplex = stream.Duplex()
log(duplex.readable_high_water_mark, duplex.writable_high_water_mark)
log(stream.Readable(object_mode=True).readable_high_water_mark)
log(stream.Writable(object_mode=True).writable_high_water_mark)
log(stream.Writable(high_water_mark=5).writable_high_water_mark)
later = netuv.Socket()
log(later.readable_high_water_mark, later.writable_high_water_mark)
for name, value in [("-1", -1), ("1.5", 1.5), ("x", "x"), ("undefined", None)]:
    attempt(log, f"set {name}", lambda value=value: stream.set_default_high_water_mark(False, value))

run()
