# A certificate that is for clients only: rejected or not, and where rejectUnauthorized is false.
# rows: T06 T07
# differs: server: tlsClientError ECONNRESET TLSSocket => server: tlsClientError ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE TLSSocket
# because: A server hears the alert of a client that does not trust it

from prelude import lane, run
from prelude_tls import connect, own, serve


def one(options, then):
    client = connect(server, {"servername": "localhost", **options})
    client.on("secureConnect", lambda: lane("client")(client.authorized, client.authorization_error))
    client.on("close", lambda had_error: then())


def listening(server):
    one({}, lambda: one({"reject_unauthorized": False}, lambda: server.close()))


server = serve(own("wrong_purpose"), lambda peer, say: peer.end(), listening)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
