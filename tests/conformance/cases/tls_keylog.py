# 'keylog' at both ends: which secrets there are.
# rows: T27

from prelude import lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)
    client.on("keylog", lambda line: lane("keys of client")(line.decode().split(" ")[0], line[-1]))


server = serve_one({}, lambda peer, say: peer.end(), listening)
server.on("keylog", lambda line, peer: lane("keys of server")(line.decode().split(" ")[0], line[-1], peer))

run()
