# end() of a socket that never connects calls back all the same.
# rows: S17 N10

from prelude import called, log, netuv, run, watch

socket = netuv.Socket()
watch(log, socket, "finish end error close")
socket.end(called(log, "callback"))
log("ended", socket.writable_ended, "finished", socket.writable_finished)

run()
