# destroy(error) of a socket that never had a handle, and the ticks around it.
# rows: N10 S26
# differs: close => close true
# because: ``'close'`` of a socket always carries ``had_error``

from prelude import log, netuv, run, watch

socket = netuv.Socket()
watch(log, socket, "error close")
netuv.next_tick(lambda: log("tick before"))
socket.destroy(Exception("boom"))
netuv.next_tick(lambda: log("tick after"))
log("errored", socket.errored)

run()
