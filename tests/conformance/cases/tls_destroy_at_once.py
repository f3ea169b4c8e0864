# destroy() right after connect().
# rows: T21

from prelude import called, lane, run
from prelude_tls import connect, serve


def listening(server):
    say = lane("client")
    client = connect(server)
    client.write("x", called(say, "written"))
    say("destroyed", client.destroy().destroyed, client.secure_connecting)
    client.on("close", lambda had_error: server.close())


serve({}, None, listening)

run()
