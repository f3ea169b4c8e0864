# A server with keys of two kinds, and a client that takes RSA only.
# rows: T31

from prelude import lane, run
from prelude_tls import connect, own, serve

ec, rsa = own("server"), own("rsa")


def one(ciphers, then):
    client = connect(server, {"ciphers": ciphers})

    @client.on("secureConnect")
    def secure():
        lane("client")(client.get_cipher()["name"], client.get_peer_certificate()["subject"]["CN"])

    client.on("close", lambda had_error: then())


def listening(server):
    one("ECDHE-RSA-AES128-GCM-SHA256", lambda: one("ECDHE-ECDSA-AES128-GCM-SHA256", server.close))


options = {"key": [ec["key"], rsa["key"]], "cert": [ec["cert"], rsa["cert"]], "max_version": "TLSv1.2"}
server = serve(options, lambda peer, say: peer.end(), listening)

run()
