# A server that ends at once, and nobody listens to 'error'.
# rows: T05 T33

from prelude import netuv, place, run, where
from prelude_tls import tls

server = netuv.create_server()


@server.on("connection")
def connection(peer):
    peer.resume()
    peer.end()
    server.close()


server.listen(place(), lambda: tls.connect(where(server)))

run()
