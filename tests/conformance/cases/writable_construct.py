# _construct(): what is written waits for it, and so do the end and destroy().
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


class Problem(Exception):
    pass


def throws(callback):
    raise Problem("no file")


def twice(callback):
    callback()
    callback()


ways = {
    "at once": lambda callback: callback(),
    "later": lambda callback: netuv.set_immediate(callback),
    "fails": lambda callback: callback(Problem("no file")),
    "fails later": lambda callback: netuv.set_immediate(callback, Problem("no file")),
    "throws": throws,
    "twice": twice,
}


def writes(stream, say):
    say(stream.write("a", called(say, "a")), stream.writable_length)
    say(stream.write("b", called(say, "b")), stream.writable_need_drain)
    stream.end(called(say, "end"))


def destroys(stream, say):
    stream.write("a", called(say, "a"))
    stream.destroy()


uses = {
    "writes": writes,
    "ends": lambda stream, say: stream.end(called(say, "end")),
    "destroys": destroys,
    "fails": lambda stream, say: stream.destroy(Problem("given up")),
}


def one(way, use):
    say = lane(f"{way}, {use}")

    def construct(callback):
        say("construct")
        ways[way](callback)

    def write(chunk, encoding, callback):
        say("write", chunk)
        callback()

    def final(callback):
        say("final")
        callback()

    def destroy(error, callback):
        say("destroy", error)
        callback(error)

    stream = Writable(high_water_mark=2, construct=construct, write=write, final=final, destroy=destroy)
    watch(say, stream, "drain prefinish finish error close")
    uses[use](stream, say)
    say(stream.destroyed, stream.closed)

    @netuv.next_tick
    def tick():
        say("tick")
        netuv.next_tick(lambda: say("second tick"))


for way in ways:
    for use in uses:
        one(way, use)

run()
