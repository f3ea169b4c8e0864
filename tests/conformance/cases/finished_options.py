# finished(): the options error and signal, the function that it returns, and what it refuses.
# rows: N19

from prelude import attempt, called, log, netuv, run
from netuv import stream


def make():
    return stream.Readable(read=lambda size: None)


def ignore(error):
    pass


attempt(log, "no callback", lambda: stream.finished(make()))
attempt(log, "null", lambda: stream.finished(make(), None, None))
attempt(log, "no stream", lambda: stream.finished({}, ignore))
attempt(log, "options that are none", lambda: stream.finished(make(), "x", ignore))
attempt(log, "a signal that is none", lambda: stream.finished(make(), {"signal": 5}, ignore))

cleaned = make()
before = len(cleaned.event_names())
cleanup = stream.finished(cleaned, called(log, "never"))
log("listeners", len(cleaned.event_names()) > before)
cleanup()
log("listeners", len(cleaned.event_names()) > before)
cleaned.destroy()

gone = make().destroy()
stream.finished(gone, called(log, "never"))()

silent = make()
stream.finished(silent, {"error": False}, called(log, "error: false"))
log("listens to errors", silent.listener_count("error"))
silent.on("error", called(log, "error"))
silent.destroy(Exception("boom"))

stopped = make()
controller = netuv.AbortController()


def on_abort(error):
    log("aborted", error, str(error), str(error.__cause__), stopped.destroyed)
    log("listeners", stopped.listener_count("error"), stopped.listener_count("end"))


stream.finished(stopped, {"signal": controller.signal}, on_abort)
controller.abort(Exception("enough"))
log("after abort()")

stream.finished(make(), {"signal": controller.signal}, called(log, "aborted already"))
log("returns")

ended = make()
stream.finished(ended, {"signal": netuv.AbortController().signal}, lambda error: log("ended"))
ended.push(None)
ended.resume()

late = make()


def on_late(error):
    log("late", error)
    late.emit("error", Exception("late"))
    log("no throw")


stream.finished(late, on_late)
late.push(None)
late.resume()

run()
