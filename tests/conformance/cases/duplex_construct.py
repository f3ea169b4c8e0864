# _construct() of a Duplex: both halves wait for it, and go on in their order.
# rows: N18

from prelude import called, lane, netuv, run, watch

from netuv.stream import Duplex


class Problem(Exception):
    pass


def word(value):
    return "true" if value else "false"


def one(later, error):
    say = lane(f"{word(later)} {word(error is not None)}")

    class Own(Duplex):
        def _construct(self, callback):
            say("construct")
            if later:
                netuv.set_immediate(callback, error)
            else:
                callback(error)

        def _read(self, size):
            say("read")
            self.push("data")
            self.push(None)

        def _write(self, chunk, encoding, callback):
            say("write", chunk)
            callback()

        def _final(self, callback):
            say("final")
            callback()

        def _destroy(self, reason, callback):
            say("destroy", reason)
            callback(reason)

    stream = Own()
    watch(say, stream, "data drain prefinish finish end error close")
    say(stream.write("a", called(say, "a")), stream.writable_length)
    stream.end("b", called(say, "end called back"))
    netuv.next_tick(lambda: say("tick"))


for later in (False, True):
    for error in (None, Problem("no file")):
        one(later, error)

run()
