# A client that has a certificate and is not asked for it.
# rows: T10 T11

from prelude import run
from prelude_tls import ca, connect, own, serve_one


def answer(peer, say):
    say(peer.authorized, peer.authorization_error, len(peer.get_peer_certificate()))
    peer.end()


serve_one({"ca": ca}, answer, lambda server: connect(server, own("client")))

run()
