# Without servername the host is what the certificate has to be for; with one that is.
# rows: T09

from prelude import lane, run
from prelude_tls import connect, serve


def one(them):
    if not them:
        server.close()
        return
    client = connect(server, them[0], "secureConnect close")
    client.on("error", lambda error: lane("client")(error.code, error.host, error.reason))
    client.on("close", lambda had_error: one(them[1:]))
    client.resume()


def listening(server):
    one([{"host": "localhost"}, {"servername": "elsewhere"}, {"host": "127.0.0.1"}])


server = serve({}, lambda peer, say: peer.end(), listening)

run()
