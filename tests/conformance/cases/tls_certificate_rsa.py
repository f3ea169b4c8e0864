# A certificate of RSA: rejected or not, and where rejectUnauthorized is false.
# rows: T06 T07

from prelude import lane, run
from prelude_tls import connect, own, serve


def one(options, then):
    client = connect(server, {"servername": "localhost", **options})
    client.on("secureConnect", lambda: lane("client")(client.authorized, client.authorization_error))
    client.on("close", lambda had_error: then())


def listening(server):
    one({}, lambda: one({"reject_unauthorized": False}, lambda: server.close()))


server = serve(own("rsa"), lambda peer, say: peer.end(), listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
