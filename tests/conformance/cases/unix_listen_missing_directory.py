# Listening on a path in a directory that does not exist.
# rows: S07 S12
# over: unix

from prelude import describe, log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening")
server.on("error", lambda error: log("error", describe(error)))
server.listen(temp_path() + "/no/such")

run()
