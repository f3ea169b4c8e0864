# What setTimeout() refuses, and how a callback is taken away.
# rows: S20 N14

from prelude import attempt, log, netuv, run

socket = netuv.Socket()
log("timeout", socket.timeout)
attempt(log, "text", lambda: socket.set_timeout("100"))
attempt(log, "negative", lambda: socket.set_timeout(-1))
attempt(log, "NaN", lambda: socket.set_timeout(float("nan")))
attempt(log, "Infinity", lambda: socket.set_timeout(float("inf")))
attempt(log, "callback", lambda: socket.set_timeout(100, "x"))


def callback():
    pass


socket.set_timeout(100, callback)
socket.set_timeout(100, callback)
log("listeners", socket.listener_count("timeout"), socket.timeout)
socket.set_timeout(0, callback)
log("listeners", socket.listener_count("timeout"), socket.timeout)
socket.destroy()
socket.set_timeout(100)
log("timeout", socket.timeout)

run()
