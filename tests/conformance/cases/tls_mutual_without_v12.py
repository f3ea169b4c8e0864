# A client that has none of the certificate that it is asked for, with TLS 1.2.
# rows: T10

from prelude import run
from prelude_tls import ca, connect, serve_one

options = {"ca": ca, "request_cert": True, "max_version": "TLSv1.2"}
server = serve_one(options, None, connect)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
