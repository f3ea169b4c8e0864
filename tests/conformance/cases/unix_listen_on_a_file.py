# Listening on the path of an ordinary file: refused, and the file is left alone.
# rows: S08 S12
# over: unix
# differs: error EADDRINUSE listen PATH -1 => error EADDRINUSE listen PATH null
# because: ``error.port`` of a failed Unix ``listen()`` is None (-1 in Node), and ``server.address()`` is None once the server is closed

from pathlib import Path

from prelude import log, netuv, run, temp_path, watch

path = temp_path()
Path(path).write_text("precious")
server = netuv.create_server()
watch(log, server, "listening")


@server.on("error")
def error(error):
    log("error", error, error.syscall, error.address, error.port)
    log("message", str(error))
    netuv.set_immediate(lambda: log("file", Path(path).read_text()))


server.listen(path)

run()
