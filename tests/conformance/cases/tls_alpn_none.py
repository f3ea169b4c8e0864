# ALPN: nothing in common ends the handshake.
# rows: T12

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one(
    {"alpn_protocols": ["a"]}, None, lambda server: connect(server, {"alpn_protocols": ["b", "c"]})
)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
