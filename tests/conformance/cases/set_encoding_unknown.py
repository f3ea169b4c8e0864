# An unknown encoding is refused at once, null means utf8.
# rows: S27 N14

from prelude import attempt, log, netuv, run

socket = netuv.Socket()
attempt(log, "nonsense", lambda: socket.set_encoding("nonsense"))
log("encoding", socket.readable_encoding)
attempt(log, "null", lambda: socket.set_encoding(None))
log("encoding", socket.readable_encoding)

run()
