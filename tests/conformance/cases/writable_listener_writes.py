# write(), end() and destroy() within 'drain', 'prefinish', 'finish' and callbacks.
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable

soon = netuv.set_immediate


class Problem(Exception):
    pass


acts = {
    "end": lambda stream, say: stream.end("last", called(say, "end")),
    "write": lambda stream, say: say(stream.write("more", called(say, "more"))),
    "destroy": lambda stream, say: stream.destroy(),
    "fail": lambda stream, say: stream.destroy(Problem("given up")),
}


def one(where, name, later):
    say = lane(f"{where} {name} {'true' if later else 'false'}")

    def write(chunk, encoding, callback):
        say("write", chunk)
        if later:
            soon(callback)
        else:
            callback()

    stream = Writable(high_water_mark=1, write=write)

    def once(*args):
        say("in", where)
        acts[name](stream, say)

    if where not in ("callback", "end"):
        stream.once(where, once)
    watch(say, stream, "drain prefinish finish error close")
    stream.write("a", once if where == "callback" else called(say, "a"))
    stream.write("b", called(say, "b"))
    if where in ("prefinish", "finish"):
        stream.end()
    if where == "end":
        stream.end(once)
    soon(lambda: soon(lambda: soon(lambda: soon(stream.end))))


for where in ("callback", "drain", "prefinish", "finish", "end"):
    for name in acts:
        for later in (False, True):
            one(where, name, later)

run()
