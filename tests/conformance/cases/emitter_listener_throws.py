# A listener that throws: emit() throws, the listeners after it are not called, a once is gone.
# rows: N13

from prelude import attempt, log, netuv, run

socket = netuv.Socket()


@socket.once("x")
def once():
    log("once")
    raise Exception("boom")


socket.on("x", lambda: log("after"))
attempt(log, "first", lambda: socket.emit("x"))
attempt(log, "second", lambda: socket.emit("x"))
log("count", socket.listener_count("x"))

run()
