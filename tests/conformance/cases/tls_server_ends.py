# The server ends in its listener.
# rows: T17 T18

from prelude import run
from prelude_tls import connect, serve_one

serve_one({}, lambda peer, say: peer.end("bye"), connect)

run()
