# destroy() of a Transform: while it transforms, while the reading side is full, while it flushes.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


class Problem(Exception):
    pass


def one(where, error):
    say = lane(f"{where} {'false' if error is None else 'true'}")

    def transform(chunk, encoding, callback):
        say("transform", chunk)
        if where == "transform":
            stream.destroy(error)
        callback(None, chunk)

    def flush(callback):
        say("flush")
        if where == "flush":
            stream.destroy(error)
        callback(None, "rest")

    stream = Transform(high_water_mark=2, transform=transform, flush=flush)
    watch(say, stream, "prefinish finish end error close")
    if where != "full":
        stream.on("data", lambda data: say("data", data))
    if where == "data":
        stream.once("data", lambda data: stream.destroy(error))
    stream.write("ab", called(say, "ab"))
    stream.write("cd", called(say, "cd"))
    stream.write("ef", called(say, "ef"))
    if where == "full":
        netuv.set_immediate(lambda: stream.destroy(error))
    stream.end()
    netuv.set_immediate(
        lambda: netuv.set_immediate(lambda: say(stream.destroyed, stream.errored, stream.readable_aborted))
    )


for where in ("transform", "full", "flush", "data"):
    for error in (None, Problem("given up")):
        one(where, error)

run()
