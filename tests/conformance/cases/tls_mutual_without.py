# A client that has none of the certificate that it is asked for.
# rows: T10
# differs: client: end | client: finish | client: close false => client: close true
# because: A bad record, and an alert, destroy the socket

from prelude import run
from prelude_tls import ca, connect, serve_one

server = serve_one({"ca": ca, "request_cert": True}, None, connect)
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
