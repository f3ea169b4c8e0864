# A handshake that takes too long, whose listener does nothing about it.
# rows: T23
# differs: server: destroyed false => server: destroyed true
# because: A handshake that takes too long, or fails, destroys the socket

from prelude import lane, netuv, run, where
from prelude_tls import serve


def listening(server):
    client = netuv.connect(where(server))
    client.on("close", lambda had_error: lane("client")("close"))
    client.resume()


server = serve({"handshake_timeout": 20}, None, listening)


@server.on("tlsClientError")
def failed(error, peer):
    def look():
        lane("server")("destroyed", peer.destroyed)
        peer.destroy()
        server.close()

    netuv.set_timeout(look, 50)


run()
