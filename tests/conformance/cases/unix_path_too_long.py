# A path of 200 characters: cut by Node 20, refused here.
# rows: N16 S07
# over: unix
# differs: listen passes | connect passes | listening => listen throws ENAMETOOLONG | connect throws ENAMETOOLONG

from prelude import attempt, log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening error")
path = temp_path() + "x" * 200
attempt(log, "listen", lambda: server.listen(path))
attempt(log, "connect", lambda: netuv.connect(path).destroy())
server.on("listening", lambda: server.close())

run()
