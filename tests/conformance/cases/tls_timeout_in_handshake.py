# The option timeout, and a server that says nothing.
# rows: T29

from prelude import lane, netuv, place, run, watch
from prelude_tls import connect

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    watch(lane("server"), peer, "end close")
    server.close()


def listening():
    client = connect(server, {"timeout": 30}, "connect timeout end error close")
    client.on("timeout", lambda: client.destroy())


server.listen(place(), listening)

run()
