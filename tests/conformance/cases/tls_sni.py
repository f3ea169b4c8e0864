# addContext(): the name that is asked for, wildcards, and no name at all.
# rows: T13

from prelude import lane, run
from prelude_tls import connect, own, serve, tls


def answer(peer, say):
    say("asked", peer.servername)
    peer.end()


def one(names):
    if not names:
        server.close()
        return
    client = connect(server, {"servername": names[0]}, "secureConnect error close")

    @client.on("secureConnect")
    def secure():
        lane("client")(client.servername, client.authorized, client.get_peer_certificate()["subject"]["CN"])

    client.on("close", lambda had_error: one(names[1:]))
    client.resume()


server = serve({}, answer, lambda server: one(["other.example", "x.wild.example", "localhost", None]))
server.add_context("other.example", own("elsewhere"))
server.add_context("*.wild.example", tls.create_secure_context(own("elsewhere")))

run()
