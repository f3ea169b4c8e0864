# destroySoon() lets what is written go out.
# rows: T21

from prelude import called, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    peer.write("all of it", called(say, "written"))
    peer.destroy_soon()
    say("state", peer.destroyed, peer.writable)


serve_one({}, answer, connect)

run()
