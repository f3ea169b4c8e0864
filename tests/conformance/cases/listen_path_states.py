# listen(path) is listening at once; the event comes in a tick.
# rows: S07 S10 N03
# over: unix
# differs: closed false PATH false => closed false null false
# because: ``error.port`` of a failed Unix ``listen()`` is None (-1 in Node), and ``server.address()`` is None once the server is closed

import os.path

from prelude import called, log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening error close")
path = temp_path()
netuv.next_tick(lambda: log("tick before"))
log("same", server.listen(path, called(log, "callback")) is server)
netuv.next_tick(lambda: log("tick after"))
log("after", server.listening, server.address())


@server.on("listening")
def listening():
    server.close()
    log("closed", server.listening, server.address(), os.path.exists(path))


run()
