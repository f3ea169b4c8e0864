# write() and end() after end(), after destroy(), and after all.
# rows: N18 N12 N14

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


ends = {
    "ended": lambda stream: stream.end(),
    "destroyed": lambda stream: stream.destroy(),
    "failed": lambda stream: stream.destroy(Problem("broken")),
}


def one(name, when, auto_destroy):
    say = lane(f"{name} {when} {'true' if auto_destroy else 'false'}")
    stream = Writable(auto_destroy=auto_destroy, write=lambda chunk, encoding, callback: callback())
    watch(say, stream, "prefinish finish error close")
    ends[name](stream)

    def late():
        say(stream.write("late", called(say, "write")))
        netuv.next_tick(lambda: say("tick"))
        stream.end("later", called(say, "end with data"))
        if name != "destroyed":
            stream.end(called(say, "end"))

    if when == "at once":
        late()
    else:
        netuv.set_immediate(late)


for name in ends:
    for when in ("at once", "after all"):
        for auto_destroy in (True, False):
            one(name, when, auto_destroy)

run()
