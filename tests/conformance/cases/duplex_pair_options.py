# duplexPair(options), pipeline() from one end to itself, and objects.
# rows: N19

from prelude import log, run
from netuv import stream

a, b = stream.duplex_pair({"high_water_mark": 3})
log(a.readable_high_water_mark, b.writable_high_water_mark)
log("write", a.write("12"), a.write("3456"))
b.on("data", lambda data: log("data", data))
a.on("drain", lambda: log("drain"))


class Thing:
    pass


c, d = stream.duplex_pair(object_mode=True)
d.on("data", lambda data: log("data", data))
c.write(Thing())
c.write(5)
c.end()

client, server = stream.duplex_pair()
stream.pipeline(server, server, lambda error: log("echoed", error))
client.on("data", lambda data: log("echo", data))
client.on("end", lambda: log("end"))
client.write("x")
client.end("y")

run()
