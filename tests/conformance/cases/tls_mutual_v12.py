# A client with a good certificate, with TLS 1.2.
# rows: T10

from prelude import run
from prelude_tls import ca, connect, own, serve_one


def answer(peer, say):
    say(peer.authorized, peer.authorization_error, peer.get_peer_certificate()["subject"]["CN"])
    peer.end("hi")


options = {"ca": ca, "request_cert": True, "max_version": "TLSv1.2"}
serve_one(options, answer, lambda server: connect(server, own("client")))

run()
