# A server that goes on without a good certificate, and a client that shows a bad one.
# rows: T10
# differs: client: end | client: finish | client: close false => client: error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA | client: close true
# differs: peer: false UNABLE_TO_VERIFY_LEAF_SIGNATURE | peer: finish | peer: end | peer: close false => server: tlsClientError UNABLE_TO_GET_ISSUER_CERT_LOCALLY TLSSocket
# because: A server that goes on without a certificate does not go on with a bad one

from prelude import run
from prelude_tls import ca, connect, own, serve_one


def serving(peer, say):
    say(peer.authorized, peer.authorization_error)
    peer.end()


options = {"ca": ca, "request_cert": True, "reject_unauthorized": False}
server = serve_one(options, serving, lambda server: connect(server, own("stranger")).resume())

run()
