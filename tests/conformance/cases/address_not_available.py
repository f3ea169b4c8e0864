# Listening on an address that is not ours.
# rows: S07 S12
# differs: listening false => listening false | close
# because: After a ``listen()`` that failed, ``'close'`` follows ``'error'``

from prelude import describe, log, netuv, run, watch

server = netuv.create_server()
watch(log, server, "listening close")


@server.on("error")
def error(error):
    log("error", describe(error))
    log("listening", server.listening)


server.listen(0, "192.0.2.1")

run()
