# A path of 200 characters: refused at once here, and by 'error' in Node.
# rows: N16 S07
# over: unix
# differs: listen passes | connect passes | error EINVAL | uncaught EINVAL => listen throws ENAMETOOLONG | connect throws ENAMETOOLONG
# because: A Unix path that is too long (over 107 bytes), or has a NUL within, is refused with an error

from prelude import attempt, log, netuv, run, temp_path, watch

server = netuv.create_server()
watch(log, server, "listening error")
path = temp_path() + "x" * 200
attempt(log, "listen", lambda: server.listen(path))
attempt(log, "connect", lambda: netuv.connect(path).destroy())
server.on("listening", lambda: server.close())

run()
