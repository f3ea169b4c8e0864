# What listen() refuses at once; the server can listen afterwards.
# rows: S07 N14
# differs: boolean throws ERR_INVALID_ARG_VALUE | path throws ERR_INVALID_ARG_VALUE => boolean throws ERR_INVALID_ARG_TYPE | path throws ERR_INVALID_ARG_TYPE
# because: ``listen()`` names the argument of a wrong type

from prelude import attempt, log, netuv, run, watch

server = netuv.create_server()
watch(log, server, "error")
attempt(log, "port -1", lambda: server.listen(-1))
attempt(log, "port 65536", lambda: server.listen(65536))
attempt(log, "port 1.5", lambda: server.listen(1.5))
attempt(log, "port in options", lambda: server.listen({"port": 70000}))
attempt(log, "empty options", lambda: server.listen({}))
attempt(log, "host only", lambda: server.listen({"host": "127.0.0.1"}))
attempt(log, "boolean", lambda: server.listen(True))
attempt(log, "path", lambda: server.listen({"path": 5}))
log("listening", server.listening)


def listening():
    log("listening", server.listening)
    server.close()


server.listen(0, "127.0.0.1", listening)

run()
