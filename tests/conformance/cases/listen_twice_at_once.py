# A second listen(port) in the same breath.
# rows: S07 N14

from prelude import attempt, log, netuv, run, watch

server = netuv.create_server()
watch(log, server, "listening error close")
server.listen(0)
attempt(log, "again", lambda: server.listen(0))
server.close()

run()
