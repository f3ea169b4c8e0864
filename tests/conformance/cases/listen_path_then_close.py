# listen() then close() in the same breath, on a path: no 'listening', but 'close'.
# rows: S07 S09
# over: unix
# differs: listening false PATH => listening false null
# because: ``error.port`` of a failed Unix ``listen()`` is None (-1 in Node), and ``server.address()`` is None once the server is closed

from prelude import called, log, netuv, place, run, watch

server = netuv.create_server()
watch(log, server, "listening error close")
server.listen(place(), called(log, "callback"))
server.close()
log("listening", server.listening, server.address())

run()
