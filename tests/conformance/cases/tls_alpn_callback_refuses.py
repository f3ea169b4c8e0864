# ALPNCallback that answers nothing.
# rows: T12

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one(
    {"alpn_callback": lambda asked: None}, None, lambda server: connect(server, {"alpn_protocols": ["a"]})
)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
