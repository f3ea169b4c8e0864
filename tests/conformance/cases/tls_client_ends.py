# The client ends as soon as the handshake is done.
# rows: T17 T18

from prelude import called, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)
    client.on("secureConnect", lambda: client.end("bye", called(lane("client"), "ended")))


serve_one({}, None, listening)

run()
