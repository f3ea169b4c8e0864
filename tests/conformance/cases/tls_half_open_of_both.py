# Both half-open: the client ends, the server answers and ends.
# rows: T20

from prelude import run
from prelude_tls import connect, serve_one


def answer(peer, say):
    peer.on("end", lambda: peer.end("answer"))


def listening(server):
    client = connect(server, {"allow_half_open": True})
    client.on("secureConnect", lambda: client.end("question"))


serve_one({"allow_half_open": True}, answer, listening)

run()
