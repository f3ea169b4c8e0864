# A client of TLS 1.3 only and a server of TLS 1.2.
# rows: T04 T31

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one(
    {"max_version": "TLSv1.2"}, None, lambda server: connect(server, {"min_version": "TLSv1.3"})
)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
