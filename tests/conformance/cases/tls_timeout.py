# The idle timeout after the handshake.
# rows: T29

from prelude import run
from prelude_tls import connect, serve_one


def answer(peer, say):
    def expired():
        say("timeout", peer.timeout)
        peer.end()

    peer.set_timeout(30, expired)


serve_one({}, answer, connect)

run()
