# The server ends in its listener, with TLS 1.2.
# rows: T17 T18

from prelude import run
from prelude_tls import connect, serve_one

serve_one({"max_version": "TLSv1.2"}, lambda peer, say: peer.end("bye"), connect)

run()
