# A server that resets the connection when the ClientHello comes.
# rows: T05

from prelude import called, lane, netuv, place, run
from prelude_tls import connect

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.on("data", lambda data: peer.reset_and_destroy())
    server.close()


server.listen(place(), lambda: connect(server).write("x", called(lane("client"), "written")))

run()
