# Object mode: any value but null is a chunk, and each counts as 1.
# rows: N18

from prelude import attempt, called, log, netuv, run, watch

from netuv.stream import Writable


def write(chunk, encoding, callback):
    log("write", chunk, encoding, stream.writable_length)
    netuv.set_immediate(callback)


stream = Writable(object_mode=True, high_water_mark=3, write=write)
watch(log, stream, "drain finish error close")
log(stream.writable_object_mode, stream.writable_high_water_mark)
log(stream.write(5), stream.writable_length)
log(stream.write("text", "latin1", called(log, "text")), stream.writable_length)
log(stream.write(b"bytes"), stream.writable_length)
log(stream.write(True), stream.writable_length)
log(stream.write([1, "x"]), stream.writable_length)
log(stream.write(""), stream.writable_length)
attempt(log, "null", lambda: stream.write(None))
stream.on("drain", lambda: stream.end(0, called(log, "end")))

run()
