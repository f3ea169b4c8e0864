# write() on a socket that never connects.
# rows: S16 N10
# differs: close => close true
# because: ``'close'`` of a socket always carries ``had_error``

from prelude import called, describe, log, netuv, run, watch

socket = netuv.Socket()
watch(log, socket, "finish end drain close")
socket.on("error", lambda error: log("error", describe(error)))
log("write", socket.write("x", called(log, "callback")))
log("destroyed", socket.destroyed)

run()
