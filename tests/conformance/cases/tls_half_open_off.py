# Neither is half-open: what is written after the peer's end is too late.
# rows: T20

from prelude import called, lane, netuv, run
from prelude_tls import connect, serve_one


def serving(peer, say):
    def late():
        say(peer.writable, peer.ready_state)
        peer.write("late", called(say, "written"))

    peer.on("end", lambda: netuv.set_timeout(late, 20))


def listening(server):
    connect(server).end("bye", called(lane("client"), "ended"))


server = serve_one({}, serving, listening)

run()
