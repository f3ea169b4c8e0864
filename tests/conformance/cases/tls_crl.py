# A server whose certificate has been revoked, to clients that have the list, that have not, and that go on.
# rows: T06 T07

from prelude import lane, run
from prelude_tls import connect, own, read, serve


def one(them):
    if not them:
        server.close()
        return
    client = connect(server, them[0], "secureConnect error close")
    client.on("secureConnect", lambda: lane("client")(client.authorized, client.authorization_error))
    client.on("close", lambda had_error: one(them[1:]))
    client.resume()


def listening(server):
    one([{"crl": crl}, {}, {"crl": crl, "reject_unauthorized": False}])


crl = read("revoked.pem")
server = serve(own("revoked"), lambda peer, say: peer.end(), listening)
server.remove_all_listeners("tlsClientError")

run()
