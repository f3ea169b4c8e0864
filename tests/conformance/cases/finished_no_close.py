# finished() of streams that are not destroyed by themselves, or emit no 'close'.
# rows: N19

from prelude import log, netuv, run, see
from netuv import stream

ways = [
    ("autoDestroy", "end"), ("autoDestroy", "error"), ("autoDestroy", "destroy()"),
    ("emitClose", "end"), ("emitClose", "error"), ("emitClose", "destroy()"),
]  # fmt: skip
names = {"autoDestroy": "auto_destroy", "emitClose": "emit_close"}


def start():
    if not ways:
        return
    option, how = ways.pop(0)
    log("--", f"{option}: false", how)
    options = {names[option]: False}

    def write(chunk, encoding, callback):
        callback(Exception("boom") if how == "error" else None)

    readable = see("readable", stream.Readable(options, read=lambda size: None))
    writable = see("writable", stream.Writable(options, write=write))
    stream.finished(readable, lambda error: log("read", error))
    stream.finished(writable, lambda error: log("written", error))
    if how == "end":
        readable.push(None)
        readable.resume()
        writable.end("x")
    elif how == "error":
        readable.on("readable", lambda: readable.read())
        readable.push("x")
        readable.push(None)
        readable.push("x")
        writable.write("x")
    else:
        readable.destroy()
        writable.destroy()

    def later():
        stream.finished(readable, lambda error: log("read later", error))
        stream.finished(writable, lambda error: log("written later", error))
        netuv.set_timeout(start, 5)

    netuv.set_timeout(later, 5)


start()

run()
