# A Transform with a _final() of its own flushes at 'prefinish'.
# rows: N18
# differs: fails: finish =>
# because: Nothing comes after ``'close'``, ``'finish'`` neither

from prelude import called, lane, netuv, run, watch

from netuv.stream import Transform


class Problem(Exception):
    pass


def one(flush):
    say = lane(flush)

    class Own(Transform):
        def _transform(self, chunk, encoding, callback):
            callback(None, chunk)

        def _final(self, callback):
            say("final")
            netuv.set_immediate(callback)

    def on_flush(self, callback):
        say("flush")
        callback(Problem("no rest") if flush == "fails" else None, "rest")

    if flush != "none":
        Own._flush = on_flush
    stream = Own()
    watch(say, stream, "data prefinish finish end error close")
    stream.end("a", called(say, "end called back"))


for flush in ("none", "passes", "fails"):
    one(flush)

run()
