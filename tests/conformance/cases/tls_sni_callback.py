# SNICallback that answers later; a name that is asked for, and none.
# rows: T13

from prelude import lane, netuv, run
from prelude_tls import connect, own, serve, tls

context = tls.create_secure_context(own("elsewhere"))


def asked(name, answer):
    lane("server")("asked", name)
    netuv.set_timeout(answer, 1, None, context)


def one(options, then):
    client = connect(server, options, "secureConnect error close")
    client.on("secureConnect", lambda: lane("client")(client.get_peer_certificate()["subject"]["CN"]))
    client.on("close", lambda had_error: then())
    client.resume()


def listening(server):
    one({"servername": "other.example"}, lambda: one({}, lambda: server.close()))


server = serve({"sni_callback": asked}, lambda peer, say: peer.end(), listening)

run()
