# destroy(error) when there is a connection and no handshake yet.
# rows: T21 T04

from prelude import called, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)
    client.write("x", called(lane("client"), "written"))
    client.on("connect", lambda: client.destroy(Exception("mine")))


serve_one({}, None, listening)

run()
