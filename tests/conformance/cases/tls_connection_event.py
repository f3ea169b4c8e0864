# 'connection' comes before the handshake, with the socket below.
# rows: T25

from prelude import lane, run
from prelude_tls import connect, serve_one

server = serve_one({}, lambda peer, say: peer.end("hi"), connect)
server.on("connection", lambda raw: lane("server")("connection", raw, getattr(raw, "encrypted", None)))

run()
