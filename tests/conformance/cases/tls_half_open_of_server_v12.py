# The server is half-open, and answers after the client's end; TLS 1.2.
# rows: T20

from prelude import called, netuv, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    @peer.on("end")
    def end():
        say("state", peer.ready_state, peer.allow_half_open)
        netuv.set_immediate(lambda: peer.end("answer", called(say, "ended")))


def listening(server):
    client = connect(server)
    client.on("secureConnect", lambda: client.end("question"))


serve_one({"allow_half_open": True, "max_version": "TLSv1.2"}, answer, listening)

run()
