# Listening on a path in a directory that does not exist.
# rows: S07 S12
# over: unix
# differs: error EACCES; listen; PATH/no/such; -1; listen EACCES: permission denied PATH/no/such => error EACCES; listen; PATH/no/such; null; listen EACCES: permission denied PATH/no/such

from prelude import describe, log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening")
server.on("error", lambda error: log("error", describe(error)))
server.listen(temp_path() + "/no/such")

run()
