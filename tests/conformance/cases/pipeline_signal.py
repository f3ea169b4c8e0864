# The option signal: before, during and after.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream

steps = [
    ("during", lambda controller: netuv.set_immediate(controller.abort)),
    ("before", lambda controller: controller.abort()),
    ("with a reason", lambda controller: netuv.set_immediate(controller.abort, Exception("enough"))),
    ("after", lambda controller: None),
]


def write(chunk, encoding, callback):
    callback()


def start():
    if not steps:
        return
    name, step = steps.pop(0)
    log("--", name)
    controller = netuv.AbortController()
    source = see("source", stream.Readable(read=lambda size: None))
    destination = see("destination", stream.Writable(write=write))
    step(controller)
    if name == "after":
        source.push(None)

    def done(error):
        log("callback", error, error and str(error), error and str(error.reason))
        controller.abort()
        netuv.set_immediate(start)

    stream.pipeline(source, destination, done, signal=controller.signal)


start()

run()
