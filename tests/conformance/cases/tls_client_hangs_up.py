# A client that says nothing and ends.
# rows: T04

from prelude import lane, netuv, run, watch, where
from prelude_tls import serve_one


def listening(server):
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect data end error close")
    client.end()


server = serve_one({}, None, listening)


@server.on("tlsClientError")
def failed(error, peer):
    lane("server")(str(error), peer.destroyed)
    peer.destroy()


run()
