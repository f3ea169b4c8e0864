# A net.Server hands its connections to a tls.Server that does not listen.
# rows: T25

from prelude import lane, netuv, place, run, watch
from prelude_tls import connect, own, tls


def serving(peer):
    watch(lane("peer"), peer, "data end finish error close")
    peer.end("hi")


secure = tls.create_server(own("server"), serving)


def connection(raw):
    secure.emit("connection", raw)
    server.close()


server = netuv.create_server(connection)
server.listen(place(), lambda: connect(server, {"servername": "localhost"}))

run()
