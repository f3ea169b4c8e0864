# A server that speaks in the clear.
# rows: T05

from prelude import lane, netuv, place, run, watch
from prelude_tls import connect

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    watch(lane("server"), peer, "end close").resume()
    peer.write("220 hello\r\n")
    server.close()


def listening():
    client = connect(server)
    client.on("error", lambda error: lane("client")(error.library, error.reason))


server.listen(place(), listening)

run()
