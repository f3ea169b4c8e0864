# resetAndDestroy() of a socket that never connected is an error.
# rows: N10
# differs: close => close true
# because: ``'close'`` of a socket always carries ``had_error``

from prelude import describe, log, netuv, run, watch

socket = netuv.Socket()
watch(log, socket, "close")
socket.on("error", lambda error: log("error", describe(error)))
socket.reset_and_destroy()
log("destroyed", socket.destroyed)

run()
