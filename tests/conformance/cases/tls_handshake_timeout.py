# A client that never begins.
# rows: T23

from prelude import lane, netuv, run, watch, where
from prelude_tls import serve_one


def listening(server):
    watch(lane("client"), netuv.connect(where(server)), "connect data end error close").resume()


server = serve_one({"handshake_timeout": 30}, None, listening)


@server.on("tlsClientError")
def failed(error, peer):
    lane("server")(str(error))
    peer.destroy()


run()
