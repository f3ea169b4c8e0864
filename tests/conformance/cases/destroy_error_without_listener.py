# An 'error' that nobody listens for ends the program.
# rows: N10 N13

from prelude import log, netuv, run

socket = netuv.Socket()
socket.destroy(Exception("boom"))
netuv.set_timeout(lambda: log("not reached"), 50)

run()
