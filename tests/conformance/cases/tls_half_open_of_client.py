# The client is half-open, and goes on after the server's end.
# rows: T20

from prelude import gather, lane, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    gather(say, peer)
    peer.end("bye")


def listening(server):
    say = lane("client")
    client = connect(server, {"allow_half_open": True})

    @client.on("end")
    def end():
        say("state", client.ready_state, client.allow_half_open)
        client.end("more")


serve_one({}, answer, listening)

run()
