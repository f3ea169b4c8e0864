# A Transform's events: written at once or in turns, read by 'data', transformed at once or later.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


def word(value):
    return "true" if value else "false"


def one(later, flush):
    say = lane(f"{word(later)} {word(flush)}")

    def done(callback, *args):
        if later:
            netuv.set_immediate(callback, *args)
        else:
            callback(*args)

    def transform(chunk, encoding, callback):
        say("transform", chunk, encoding)
        done(callback, None, chunk.upper())

    def on_flush(callback):
        say("flush")
        done(callback, None, "rest")

    stream = Transform(transform=transform, flush=on_flush if flush else None)
    watch(say, stream, "data drain prefinish finish end close")
    say(stream.write("a", called(say, "a")))
    say(stream.write("b", called(say, "b")))
    stream.end("c", called(say, "end called back"))

    @netuv.next_tick
    def tick():
        say("tick")
        netuv.next_tick(lambda: say("second tick"))

    say(stream.writable_ended, stream.readable_ended, stream.writable_finished)


for later in (False, True):
    for flush in (False, True):
        one(later, flush)

run()
