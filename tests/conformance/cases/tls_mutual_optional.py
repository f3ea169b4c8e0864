# A client without a certificate, and a server that goes on.
# rows: T10

from prelude import run
from prelude_tls import ca, connect, serve_one


def answer(peer, say):
    say(peer.authorized, peer.authorization_error)
    peer.end("hi")


serve_one({"ca": ca, "request_cert": True, "reject_unauthorized": False}, answer, connect)

run()
