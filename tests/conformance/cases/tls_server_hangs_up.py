# A server that ends at once.
# rows: T05
# differs: client: end =>
# because: A server that goes during the handshake is an 'error' without an 'end' before it

from prelude import called, lane, netuv, place, run
from prelude_tls import connect

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end()
    server.close()


def listening():
    say = lane("client")
    client = connect(server)
    client.write("x", called(say, "written"))
    client.on("error", lambda error: say(str(error), error.port))


server.listen(place(), listening)

run()
