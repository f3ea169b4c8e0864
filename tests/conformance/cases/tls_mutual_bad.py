# A client whose certificate is of an authority that the server does not know.
# rows: T10
# differs: client: end | client: finish | client: close false => client: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA | client: close true
# differs: server: tlsClientError ECONNRESET TLSSocket => server: tlsClientError UNABLE_TO_GET_ISSUER_CERT_LOCALLY TLSSocket
# because: A server names what is wrong with a client's certificate, and the client hears the alert

from prelude import run
from prelude_tls import ca, connect, own, serve_one

server = serve_one({"ca": ca, "request_cert": True}, None, lambda server: connect(server, own("stranger")))
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
