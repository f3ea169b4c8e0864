# A socket made from a descriptor (standard input, a pipe): it reads, and ends.
# rows: S13
# over: unix

from prelude import log, netuv, run, watch

socket = netuv.Socket(fd=0, readable=True, writable=False)
log("state", socket.ready_state, socket.connecting, socket.pending)
watch(log, socket, "data end finish error close")

run()
