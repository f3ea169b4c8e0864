# A Writable by its options and by a subclass, and what it says of itself.
# rows: N18

from prelude import lane, log, run

from netuv.stream import Writable


class Own(Writable):
    def _write(self, chunk, encoding, callback):
        log("_write", chunk, encoding)
        callback()

    def _final(self, callback):
        log("_final")
        callback()


made = {
    "plain": Writable(),
    "options": Writable(high_water_mark=5, object_mode=True, emit_close=False),
    "objects": Writable(object_mode=True),
    "none": Writable(high_water_mark=0, decode_strings=False),
    "own": Own(high_water_mark=3),
}
for name, stream in made.items():
    say = lane(name)
    say(stream.writable_high_water_mark, stream.writable_object_mode, stream.writable_length)
    say(stream.writable, stream.writable_ended, stream.writable_finished, stream.writable_corked)
    say(
        *(stream.destroyed, stream.closed, stream.errored),
        *(stream.writable_need_drain, stream.writable_aborted),
    )
made["own"].end("text", lambda error: log("ended"))


def write(chunk, encoding, callback):
    log("write", chunk, encoding)
    callback()


def final(callback):
    log("final")
    callback()


Writable(write=write, final=final).end("text", "latin1", lambda error: log("ended too"))

run()
