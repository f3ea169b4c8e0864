# The writing side waits until the reading side has room.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


def one(mark):
    say = lane("default" if mark is None else str(mark))

    def transform(chunk, encoding, callback):
        say("transform", chunk, stream.readable_length)
        callback(None, chunk)

    stream = Transform(high_water_mark=mark, transform=transform)
    say(stream.readable_high_water_mark, stream.writable_high_water_mark)
    watch(say, stream, "drain prefinish finish end close")
    for chunk in ("ab", "cd", "ef", "gh"):
        say(stream.write(chunk, called(say, chunk)), stream.readable_length, stream.writable_length)
    stream.end(called(say, "end called back"))

    @netuv.set_immediate
    def turn():
        say("turn", stream.readable_length, stream.writable_length)
        say("read", stream.read(1), stream.readable_length, stream.writable_length)
        say("read", stream.read(3), stream.readable_length, stream.writable_length)

        @netuv.set_immediate
        def second():
            say("second turn", stream.readable_length, stream.writable_length)
            stream.on("data", lambda data: say("data", data))


for mark in (0, 1, 4, None):
    one(mark)

run()
