# No cipher in common.
# rows: T04 T31

from prelude import run
from prelude_tls import connect, serve_one

options = {"max_version": "TLSv1.2", "ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256"}
other = {"max_version": "TLSv1.2", "ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"}
server = serve_one(options, None, lambda server: connect(server, other))
server.on("tlsClientError", lambda error, peer: peer.destroy())

run()
