# _writev() gets what waits together, and all of it when there is no _write().
# rows: N18 N12

from prelude import called, lane, netuv, run, watch

from netuv.stream import Writable


def word(value):
    return "true" if value else "false"


def one(both, later):
    say = lane(f"{word(both)} {word(later)}")

    def done(callback):
        if later:
            netuv.set_immediate(callback)
        else:
            callback()

    def writev(chunks, callback):
        say("writev", *([each.chunk, each.encoding] for each in chunks), stream.writable_length)
        done(callback)

    def write(chunk, encoding, callback):
        say("write", chunk, encoding)
        done(callback)

    stream = Writable(decode_strings=False, writev=writev, write=write if both else None)
    watch(say, stream, "prefinish finish close")
    stream.write("alone", called(say, "alone"))
    stream.cork()
    stream.write("a", "latin1", called(say, "a"))
    stream.write(b"b", called(say, "b"))
    stream.write("c")

    @netuv.next_tick
    def go_on():
        stream.uncork()
        stream.write("d", called(say, "d"))
        stream.write("e")
        stream.end("f", called(say, "end"))


for both in (False, True):
    for later in (False, True):
        one(both, later)

run()
