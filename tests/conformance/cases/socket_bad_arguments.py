# What Socket() refuses, and a bare one.
# rows: S13 N14

from prelude import attempt, log, netuv, run

attempt(log, "fd -1", lambda: netuv.Socket({"fd": -1}))
attempt(log, "fd text", lambda: netuv.Socket({"fd": "x"}))
attempt(log, "number", lambda: netuv.Socket({"signal": 5}))
socket = netuv.Socket()
log("flags", socket.readable, socket.writable, socket.destroyed, socket.connecting, socket.pending)
log("half open", socket.allow_half_open, netuv.Socket(allow_half_open=True).allow_half_open)
log(
    "lengths", socket.bytes_read, socket.bytes_written, socket.writable_length,
    socket.readable_length,
)  # fmt: skip
log("addresses", socket.remote_address, socket.local_address, socket.timeout)

run()
