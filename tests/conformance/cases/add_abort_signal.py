# addAbortSignal(): before, during and after the life of a stream; and what it refuses.
# rows: N19

from prelude import attempt, log, netuv, run, see
from netuv import stream


def make(name):
    return see(name, stream.Readable(read=lambda size: None))


def controller():
    return netuv.AbortController()


attempt(log, "no signal", lambda: stream.add_abort_signal({}, make("x")))
attempt(log, "null", lambda: stream.add_abort_signal("x", make("x")))
attempt(log, "no stream", lambda: stream.add_abort_signal(controller().signal, {}))

first = controller()
during = make("during")
log("returns", stream.add_abort_signal(first.signal, during) is during)
during.on("error", lambda error: log(str(error), str(error.__cause__)))
first.abort(Exception("enough"))
log("destroyed", during.destroyed)

second = controller()
second.abort()
before = make("before")
stream.add_abort_signal(second.signal, before)
log("destroyed", before.destroyed)

third = controller()
after = make("after")
stream.add_abort_signal(third.signal, after)
after.push(None)
after.resume()


def later():
    third.abort()
    log("errored", after.errored)


netuv.set_timeout(later, 10)

fourth = controller()
writable = see("writable", stream.Writable(write=lambda chunk, encoding, callback: None))
stream.add_abort_signal(fourth.signal, writable)
writable.write("x", lambda error: log("written", error))
writable.write("y", lambda error: log("written", error))
fourth.abort()

run()
