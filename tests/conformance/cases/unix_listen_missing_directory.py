# Listening on a path in a directory that does not exist.
# rows: S07 S12
# over: unix
# differs: error EACCES listen PATH/no/such -1 => error EACCES listen PATH/no/such null
# because: ``error.port`` of a failed Unix ``listen()`` is None (-1 in Node), and ``server.address()`` is None once the server is closed

from prelude import log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening")


@server.on("error")
def error(error):
    log("error", error, error.syscall, error.address, error.port)
    log("message", str(error))


server.listen(temp_path() + "/no/such")

run()
