# A client with a good certificate.
# rows: T10

from prelude import run
from prelude_tls import ca, connect, own, serve_one


def answer(peer, say):
    say(peer.authorized, peer.authorization_error, peer.get_peer_certificate()["subject"]["CN"])
    peer.end("hi")


serve_one({"ca": ca, "request_cert": True}, answer, lambda server: connect(server, own("client")))

run()
