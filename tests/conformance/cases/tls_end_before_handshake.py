# end() before the handshake.
# rows: T14 T17

from prelude import called, gather, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)
    client.end("early", called(lane("client"), "ended"))


serve_one({}, lambda peer, say: gather(say, peer), listening)

run()
