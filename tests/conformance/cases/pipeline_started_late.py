# Stages that have ended, failed or were destroyed before pipeline() is called.
# rows: N19

from prelude import attempt, log, netuv, run, see
from netuv import stream


def write(chunk, encoding, callback):
    callback()


def sink():
    return stream.Writable(write=write)


def source():
    return stream.Readable(read=lambda size: None)


def then(next_step):
    def done(error):
        log("callback", error)
        next_step()

    return done


def destination_destroyed(next_step):
    attempt(log, "pipeline", lambda: stream.pipeline(source(), sink().destroy(), print))
    next_step()


def middle_destroyed(next_step):
    middle = stream.PassThrough().destroy()
    attempt(log, "pipeline", lambda: stream.pipeline(source(), middle, sink(), print))
    next_step()


def source_destroyed(next_step):
    stream.pipeline(source().destroy(), see("destination", sink()), then(next_step))


def source_failed(next_step):
    destination = see("destination", sink())
    failed = source()
    failed.on("error", lambda error: None)
    failed.destroy(Exception("boom"))
    netuv.set_immediate(stream.pipeline, failed, destination, then(next_step))


def source_ended(next_step):
    destination = see("destination", sink())
    ended = source()
    ended.push(None)
    ended.resume()

    def later():
        log("ended", ended.readable_ended, ended.destroyed)
        stream.pipeline(ended, destination, then(next_step))

    netuv.set_immediate(later)


def source_pushed_its_end(next_step):
    destination = see("destination", sink())
    ended = source()
    ended.push("x")
    ended.push(None)
    stream.pipeline(ended, destination, then(next_step))


def destination_ended(next_step):
    ended = see("destination", sink())
    ended.end()
    stream.pipeline(source(), ended, then(next_step))


steps = [
    destination_destroyed,
    middle_destroyed,
    source_destroyed,
    source_failed,
    source_ended,
    source_pushed_its_end,
    destination_ended,
]


def start():
    if steps:
        step = steps.pop(0)
        log("--", step.__name__.replace("_", " "))
        step(lambda: netuv.set_immediate(start))


start()

run()
