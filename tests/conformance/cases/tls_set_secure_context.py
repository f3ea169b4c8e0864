# setSecureContext() is for connections to come.
# rows: T13 T31

from prelude import lane, run
from prelude_tls import connect, own, serve


def one(then):
    client = connect(server)
    client.on("secureConnect", lambda: lane("client")(client.get_peer_certificate()["subject"]["CN"]))
    client.on("close", lambda had_error: then())


def change():
    server.set_secure_context(own("rsa"))
    one(server.close)


server = serve({}, lambda peer, say: peer.end(), lambda server: one(change))

run()
