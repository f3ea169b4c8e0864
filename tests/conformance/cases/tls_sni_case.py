# Names of addContext() that differ in their case.
# rows: T13

from prelude import lane, run
from prelude_tls import connect, own, serve


def serving(peer, say):
    say("servername", peer.servername)
    peer.end()


def one(them):
    if not them:
        server.close()
        return
    client = connect(server, {"servername": them[0], "reject_unauthorized": False}, "close")
    client.on("secureConnect", lambda: lane("client")(client.get_peer_certificate()["subject"]["CN"]))
    client.on("close", lambda had_error: one(them[1:]))
    client.resume()


def listening(server):
    one(["a.wild.example", "A.Wild.EXAMPLE", "OTHER.example", "more.example"])


server = serve({}, serving, listening)
server.add_context("*.Wild.example", own("elsewhere"))
server.add_context("Other.Example", own("alone"))

run()
