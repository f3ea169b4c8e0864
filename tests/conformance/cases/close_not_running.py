# close(callback) of a server that never listened.
# rows: S09 N14

from prelude import describe, log, netuv, run, watch

server = netuv.create_server()
watch(log, server, "listening error close")
log("same", server.close(lambda error: log("callback", describe(error))) is server)
netuv.next_tick(lambda: log("tick"))

run()
