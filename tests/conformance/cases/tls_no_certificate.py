# A server without a certificate, with TLS 1.2.
# rows: T04

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one({"key": None, "cert": None, "max_version": "TLSv1.2"}, None, connect)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
