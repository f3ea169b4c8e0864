# A _transform() may push none, one or several; and the end, before the writing side has ended.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


def several(stream, chunk, callback):
    stream.push("1")
    stream.push(chunk)
    callback(None, "2")


def end(stream, chunk, callback):
    stream.push("last")
    stream.push(None)
    callback()


def data_after_the_end(stream, chunk, callback):
    stream.push(None)
    callback(None, "too late")


ways = {
    "none": lambda stream, chunk, callback: callback(),
    "several": several,
    "empty": lambda stream, chunk, callback: callback(None, ""),
    "end": end,
    "data after the end": data_after_the_end,
}


def one(name):
    say = lane(name)

    def transform(chunk, encoding, callback):
        say("transform", chunk)
        ways[name](stream, chunk, callback)

    stream = Transform(transform=transform)
    watch(say, stream, "data prefinish finish end error close")
    stream.write("a", called(say, "a"))

    @netuv.set_immediate
    def turn():
        say("turn", stream.readable_ended, stream.writable_ended, stream.destroyed)
        stream.end(called(say, "end called back"))


for name in ways:
    one(name)

run()
