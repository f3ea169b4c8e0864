# destroy() of a socket that never had a handle.
# rows: S18 N10
# differs: closed => closed false
# because: ``'close'`` of a socket always carries ``had_error``

from prelude import called, log, netuv, run

socket = netuv.Socket()
socket.on("error", called(log, "error"))
socket.on("close", called(log, "closed"))
log("destroyed", socket.destroyed)
socket.destroy()
log("destroyed", socket.destroyed)

run()
