# The server destroys with an error of its own, when data has come.
# rows: T21

from prelude import run
from prelude_tls import connect, serve_one


def answer(peer, say):
    peer.on("data", lambda data: peer.destroy(Exception("mine")))


serve_one({}, answer, lambda server: connect(server).write("x"))

run()
