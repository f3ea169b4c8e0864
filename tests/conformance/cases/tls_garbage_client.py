# A client that sends no record at all.
# rows: T04

from prelude import lane, netuv, run, watch, where
from prelude_tls import serve_one


def listening(server):
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect end close")
    client.write("hello, hello, hello")
    client.resume()


server = serve_one({}, None, listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
