# end() without data before the handshake.
# rows: T17
# differs: client: finish | client: secureConnect => client: secureConnect | client: finish
# differs: server: tlsClientError ECONNRESET TLSSocket => peer: secureConnection | peer: end | peer: finish | peer: close false
# because: ``end()`` before the handshake waits for it

from prelude import run
from prelude_tls import connect, serve_one

server = serve_one({}, lambda peer, say: say("secureConnection"), lambda server: connect(server).end())

run()
