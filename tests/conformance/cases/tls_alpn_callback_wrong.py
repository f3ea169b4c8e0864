# ALPNCallback that answers what was not offered.
# rows: T12

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one(
    {"alpn_callback": lambda asked: "z"},
    None,
    lambda server: connect(server, {"alpn_protocols": ["a"]}, "connect secureConnect close").on(
        "error", lambda error: None
    ),
)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
