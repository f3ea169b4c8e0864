# A megabyte piped back by the server.
# rows: T15 T16

from prelude import gather, lane, place, run, watch, where
from prelude_tls import ca, own, tls


def serving(peer):
    peer.pipe(peer)
    watch(lane("peer"), peer, "end finish error close")
    server.close()


server = tls.create_server(own("server"), serving)


def listening():
    client = tls.connect(where(server, ca=ca, allow_half_open=True))
    gather(lane("client"), client)
    watch(lane("client"), client, "secureConnect end finish error close")
    client.write(b"x" * (1 << 20))
    client.on("secureConnect", lambda: client.end())


server.listen(place(), listening)

run()
