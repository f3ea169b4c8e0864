# The server destroys in 'secureConnection', right after a write.
# rows: T21
# differs: client: end => client: data <never> | client: end
# differs: peer: written EBADF => peer: written null
# because: What is written in 'secureConnection' is on its way at once

from prelude import called, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    peer.write("never", called(say, "written"))
    peer.destroy()
    say("state", peer.destroyed, peer.ready_state, peer.writable)


serve_one({}, answer, lambda server: connect(server).resume())

run()
