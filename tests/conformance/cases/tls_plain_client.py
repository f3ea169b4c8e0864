# A client that speaks HTTP in the clear.
# rows: T04

from prelude import lane, netuv, run, watch, where
from prelude_tls import serve_one


def listening(server):
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect end close")
    client.write("GET / HTTP/1.0\r\n\r\n")
    client.resume()


server = serve_one({}, None, listening)


@server.on("tlsClientError")
def failed(error, peer):
    lane("server")(error.library, error.reason)
    peer.destroy()


run()
