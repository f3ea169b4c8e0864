# An 'error' that nobody listens for ends the program.
# rows: N10 N13

from prelude import called, log, netuv, run

socket = netuv.Socket()
socket.on("close", called(log, "close"))
socket.destroy(Exception("boom"))
netuv.set_timeout(lambda: log("not reached"), 50)

run()
