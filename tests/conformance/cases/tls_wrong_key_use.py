# A server that is to use a cipher of RSA, and has a key of another kind.
# rows: T04

from prelude import lane, run
from prelude_tls import connect, serve_one

options = {"ciphers": "ECDHE-RSA-AES128-GCM-SHA256", "max_version": "TLSv1.2"}
server = serve_one(options, None, connect)
server.on("tlsClientError", lambda error, peer: lane("server")(error.library, error.reason))

run()
