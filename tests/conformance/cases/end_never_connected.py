# end() of a socket that never connects: nothing is ever heard of it.
# rows: S17 N10
# differs: callback null | finish =>
# because: ``end()`` of a socket that never connects is never heard of again

from prelude import called, log, netuv, run, watch

socket = netuv.Socket()
watch(log, socket, "finish end error close")
socket.end(called(log, "callback"))
log("ended", socket.writable_ended, "finished", socket.writable_finished)

run()
